"""Opening and evaluation."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from domain.events.parts import ERASED, PRIVATE, Due, Event, PostRef, RuleMark, RuleResult, _Part
from domain.passages import Passage
from domain.vocabulary import (
    Eligibility,
    Kind,
    Origin,
)


class CaseOpened(Event):
    """A case was opened for a person and a post. Names are kept as they were that day."""

    type: Literal["case_opened"] = "case_opened"
    number: str
    kind: Kind
    origin: Origin
    subject: str
    """Person id of the civil servant concerned."""
    from_post: PostRef | None = None
    to_post: PostRef
    policy: str
    """Hash of the policy the case is judged by to its end."""
    employee_name: Annotated[str, PRIVATE] = ERASED
    employee_nip: Annotated[str, PRIVATE] = ERASED
    effective_on: date | None = None
    """The effective date the opener wished for."""
    preferences: tuple[str, ...] = ()
    emergency_ref: Annotated[str | None, PRIVATE] = None
    emergency_window: str | None = None
    passage: Passage | None = None
    """Who proposes, consents, considers and decides; none in entries from before routes named them."""
    from_since: date | None = None
    """Since when a post of another agency, which the person comes from, is held."""


class EvaluationJudged(Event):
    """The dossier was judged against the rules. An adverse finding waits for a person."""

    type: Literal["evaluation_judged"] = "evaluation_judged"
    outcome: Eligibility
    marks: tuple[RuleMark, ...]
    results: Annotated[tuple[RuleResult, ...], PRIVATE] = ()
    inputs: Annotated[dict[str, Any] | None, PRIVATE] = None
    """What the rules were asked with (`domain/inputs.py`): with it they can be asked again."""
    contest_until: datetime | None = None
    contest: Due | None = None
    """The same with its reasons; not told by entries from before it moved with the calendar."""


class SuppliedItem(_Part):
    """One fact about the employee supplied by HR, in place of or besides what the register holds."""

    kind: Literal["rating", "condition_end", "position_since", "post_held"]
    year: int | None = None
    rating: str | None = None
    work_result: str | None = None
    behaviour: str | None = None
    condition: str | None = None
    to: date | None = None
    since: date | None = None
    title: str | None = None
    position_kind: str | None = None
    tier: str | None = None
    unit: str | None = None
    reference: str | None = None


class DossierSupplied(Event):
    """HR supplied missing or corrected facts; the dossier is judged again."""

    type: Literal["dossier_supplied"] = "dossier_supplied"
    kinds: tuple[str, ...]
    items: Annotated[tuple[SuppliedItem, ...], PRIVATE] = ()


class DataContested(Event):
    """The employee contested the data he was judged by."""

    type: Literal["data_contested"] = "data_contested"
    text: Annotated[str, PRIVATE] = ERASED
    items: Annotated[tuple[dict[str, Any], ...], PRIVATE] = ()


class OverrideRequested(Event):
    """HR asked to set a failed rule aside on a lawful ground; a second person must confirm."""

    type: Literal["override_requested"] = "override_requested"
    rule: str
    ground: str
    reference: Annotated[str, PRIVATE] = ERASED
    document: Annotated[str | None, PRIVATE] = None


class OverrideConfirmed(Event):
    """A second HR person confirmed the override; it is shown to all who decide."""

    type: Literal["override_confirmed"] = "override_confirmed"
    rule: str
    ground: str
    given_for: str | None = None
    """What exactly was set aside, of a rule that is per post: the same rule failing by more is not."""
