"""Approval: verification, the board, the proposal, the decision."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.events.outside import Letter
from domain.events.parts import PRIVATE, Day, Event, RuleResult, Staffing, _Part
from domain.vocabulary import (
    Authority,
    ConflictGround,
    ConsentIssuer,
    DecisionChoice,
    Flag,
    Office,
    Recommendation,
    TimingMark,
)


class ServiceFigure(_Part):
    """A service measure as reported: `value` is missing when nobody measured it."""

    code: str
    value: str | None = None
    source: str | None = None
    as_of: date | None = None


class CaseVerified(Event):
    """A second HR person verified the case for the board."""

    type: Literal["case_verified"] = "case_verified"
    measures: Annotated[tuple[ServiceFigure, ...], PRIVATE] = ()
    results: Annotated[tuple[RuleResult, ...], PRIVATE] = ()
    """The rules of the approval, which warn those who decide."""
    missing_documents: tuple[str, ...] = ()
    """Documents the case needs and did not have when it went to the board."""


class OfficialRecused(Event):
    """An official on the route has a conflict of interest; his task goes to the superior office."""

    type: Literal["official_recused"] = "official_recused"
    office: Office
    in_favour_of: Office
    ground: Literal["kinship", "own_case", "gain", "declared"]


class ConflictDeclared(Event):
    """An official declared a conflict of interest: he takes no part in office any more."""

    type: Literal["conflict_declared"] = "conflict_declared"
    ground: Annotated[ConflictGround | None, PRIVATE] = None


class BoardSeated(Event):
    """The panel of the board for this case: the members who may vote on it."""

    type: Literal["board_seated"] = "board_seated"
    members: tuple[str, ...]


class BoardMemberSeated(Event):
    """A member joined the panel: in place of one who stood aside, or on a seat that was left empty."""

    type: Literal["board_member_seated"] = "board_member_seated"
    member: str
    in_place_of: str | None = None


class BoardVoted(Event):
    """A member of the board gave or withheld his recommendation, or declared himself recused."""

    type: Literal["board_voted"] = "board_voted"
    recommendation: Recommendation | None = None
    recused: bool = False
    minutes: Annotated[str | None, PRIVATE] = None
    """Reference of the minutes of the meeting."""


class BoardConsidered(Event):
    """The board's consideration stands: the quorum was reached, and nothing that is out could change the result."""

    type: Literal["board_considered"] = "board_considered"
    result: Recommendation
    votes: int
    in_favour: int | None = None
    against: int | None = None
    abstained: int | None = None
    dissent: tuple[str, ...] = ()
    """Members who voted for the contrary of the result; their reasons are in their votes."""


class CaseProposed(Event):
    """The regional secretary forwarded the case to the governor."""

    type: Literal["case_proposed"] = "case_proposed"
    recommendation: Recommendation
    minutes: Annotated[str | None, PRIVATE] = None
    """Reference of the minutes of the board."""


class Consent(_Part):
    """A written consent that opened a restricted window."""

    issuer: ConsentIssuer
    number: str
    date: Day


class DecisionMade(Event):
    """The governor approved, rejected or deferred the mutation."""

    type: Literal["decision_made"] = "decision_made"
    decision: DecisionChoice
    until: date | None = None
    consent_reference: Annotated[str | None, PRIVATE] = None
    against_advice: bool = False
    advice_ground: str | None = None
    """The ground of an approval against advice; not told by entries from before it was asked."""
    consents: Annotated[tuple[Consent, ...], PRIVATE] = ()
    windows: tuple[str, ...] = ()
    """Grounds of the restricted windows that the consents opened."""
    timing: tuple[TimingMark, ...] = ()
    """What is unusual about the moment, for those who audit."""
    flags: tuple[Flag, ...] = ()
    missing_documents: tuple[str, ...] = ()
    """Documents the case needs and did not have when it was approved."""
    decided_by: Authority | None = None
    """Who decided, where it was not the governor: recorded by HR from the letter."""
    dated: Day | None = None
    """The date of that letter."""
    letter: Annotated[Letter | None, PRIVATE] = None


class BaselineFrozen(Event):
    """The measures that the later reviews compare with, frozen at the decision."""

    type: Literal["baseline_frozen"] = "baseline_frozen"
    origin_unit: Staffing | None = None
    destination_unit: Staffing
    competence_gap: int | None = None
    """Levels missing to the requirements of the post, all competences together; unknown if not assessed."""
    ratings: Annotated[dict[str, str], PRIVATE] = Field(default_factory=dict)
    measures: Annotated[tuple[ServiceFigure, ...], PRIVATE] = ()


class DeferralEnded(Event):
    """The date until which the decision was deferred has come; it is asked for again."""

    type: Literal["deferral_ended"] = "deferral_ended"
