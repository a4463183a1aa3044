"""Letters between agencies: consents, the file at BKN and what it considered."""

from datetime import date
from typing import Annotated, Literal

from domain.events.parts import PRIVATE, Day, Event, Stopped, _Part
from domain.vocabulary import (
    Authority,
    ConsentOutcome,
    ConsiderationOutcome,
    OutsideWord,
    OwnLetter,
    WithdrawalGround,
)


class Letter(_Part):
    """A letter of an office or agency: its number, who wrote it, and the document of the case that shows it."""

    number: str
    issuer: str | None = None
    document: str | None = None


class MutationAuthorised(Event):
    """The governor signed the province's letter to the other agencies, or declined to; then the case ends."""

    type: Literal["mutation_authorised"] = "mutation_authorised"
    what: OwnLetter
    signed: bool = True
    dated: Day | None = None
    letter: Annotated[Letter | None, PRIVATE] = None
    against_advice: bool = False
    advice_ground: str | None = None
    """The ground of a letter signed against advice."""


class ConsentRecorded(Event):
    """Another appointing authority answered in writing, or took its consent back; HR recorded it.

    Nothing is decided before all consent.
    """

    type: Literal["consent_recorded"] = "consent_recorded"
    word: OutsideWord
    outcome: ConsentOutcome
    dated: Day
    ground: WithdrawalGround | None = None
    """Why a consent was taken back."""
    stopped: Stopped | None = None
    """The term of another agency that this letter interrupts; it goes on when the case waits for that agency again."""
    letter: Annotated[Letter | None, PRIVATE] = None


class FileSubmitted(Event):
    """The file went to BKN. Its term begins, or goes on where it stopped when BKN had returned the file."""

    type: Literal["file_submitted"] = "file_submitted"
    authority: Authority
    round: int
    dated: Day
    letter: Annotated[Letter | None, PRIVATE] = None


class ConsiderationRecorded(Event):
    """BKN answered the file: considered, not qualified, or returned as incomplete; then its term stands still."""

    type: Literal["consideration_recorded"] = "consideration_recorded"
    authority: Authority
    outcome: ConsiderationOutcome
    dated: Day
    valid_until: date | None = None
    """Last day on which the consideration carries a decision; none where the policy sets no months."""
    stopped: Stopped | None = None
    letter: Annotated[Letter | None, PRIVATE] = None
