"""What events are made of: posts, due dates, judgements, moves; and what every event can carry."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from domain.vocabulary import (
    Act,
    Outcome,
    PositionKind,
    RuleOutcome,
    Stage,
    Status,
    Tier,
)

Day = date
"""For models that have a field of the name `date`."""


class Private:
    """Marks a field of an event as personal content."""


PRIVATE = Private()
ERASED = ""
"""Stands where personal content was lawfully erased: the event still folds, and its hash still holds."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


OUTSIDE = "outside"
"""Stands for the codes of a post of another agency. No code of the register can look like it."""


class PostRef(_Part):
    """A post as named that day: codes of the position, its unit and its agency, with their names.

    A post of another agency has no codes, and is named as its letters name it.
    """

    position: str
    title: str
    unit: str
    unit_name: str
    agency: str
    agency_name: str
    kind: PositionKind | None = None
    tier: Tier | None = None
    job_class: int | None = None
    """As it was that day, so that nobody goes back to less. Entries from before do not tell it."""

    @property
    def outside(self) -> bool:
        """Whether the post is another agency's."""
        return self.position == OUTSIDE


class WakeKind(StrEnum):
    """What the clock does to a case when an instant comes."""

    REMIND = "remind"
    OVERDUE = "overdue"
    ESCALATE = "escalate"
    EXPIRE = "expire"
    LAPSE = "lapse"
    END_DEFERRAL = "end_deferral"
    EFFECT = "effect"
    REVIEW = "review"
    ESCALATE_OBJECTION = "escalate_objection"
    OBJECTION_OVERDUE = "objection_overdue"
    RATIFICATION_OVER = "ratification_over"
    ASSIGNMENT_OVER = "assignment_over"
    HOLD_ENDING = "hold_ending"
    HOLD_OVER = "hold_over"
    CALL_OVER = "call_over"


class Wake(_Part):
    """An instant at which the clock has something to do, in the order it will come."""

    at: datetime
    what: WakeKind
    percent: int | None = None
    """For a reminder: how much of the term is over."""
    day: int | None = None
    """For an objection: the working day of its term. For a held seat: the working days that are left of its lease."""


class ExcludedDay(_Part):
    day: date
    name: str


class PauseCause(StrEnum):
    """Why a term stood still for some days.

    `paused` is what entries say of certified leave: that somebody is ill or has a child is not for everyone who reads a
    date. `certified_leave` stands in entries from before, and is what those are told who may know.
    """

    RETURNED = "returned"
    INCOMPLETE_FILE = "incomplete_file"
    OUTSIDE = "outside"
    SET_BACK = "set_back"
    ON_HOLD = "on_hold"
    PAUSED = "paused"
    CERTIFIED_LEAVE = "certified_leave"
    WINDOW = "window"


class Pause(_Part):
    """Days, both included, on which a term stood still. They are not counted."""

    first: date
    last: date
    cause: PauseCause
    ground: str | None = None
    """The ground of the hold, or of the restricted window."""


class Due(_Part):
    """A legal date and how it was reckoned: every due date explains itself."""

    at: datetime
    on: date
    start: date
    days: int
    """Working days counted from the day after `start`."""
    excluded: tuple[ExcludedDay, ...] = ()
    """Weekday holidays that were not counted, as far as the last of the dates."""
    calendar: str
    """Version of the calendar used."""
    estimate: bool = False
    """Whether the span touches a year whose holidays are not published yet."""
    then: Literal["lapse", "no_response", "partial", "release", "pass"] | None = None
    """What happens by itself when the date passes; nothing unless named."""
    final_on: date | None = None
    """The day after which the case lapses, where the policy names a final term."""
    final_days: int | None = None
    """Working days of that final term, counted like `days`."""
    included: tuple[ExcludedDay, ...] | None = None
    """Days off that were counted, because an order made them working days."""
    pauses: tuple[Pause, ...] | None = None
    """While the term stood still: returned, on hold, the employee on certified leave, a restricted window."""


class Stopped(_Part):
    """A term that stands still: the status it is of, the last day that still counted, and how it was reckoned."""

    status: Status
    on: date
    due: Due
    ground: str | None = None
    cause: PauseCause | None = None
    """Why, where the status does not say it."""


class Move(_Part):
    """Where the case stands after the event, and what its clock waits for."""

    stage: Stage
    status: Status
    due: Due | None = None
    wakes: tuple[Wake, ...] = ()
    outcome: Outcome | None = None


class RuleMark(_Part):
    rule: str
    outcome: RuleOutcome


class RuleResult(_Part):
    """A rule as it was judged, with the inputs that decided it."""

    rule: str
    outcome: RuleOutcome
    value: str | int | None = None
    threshold: str | int | None = None
    source: str | None = None
    as_of: date | None = None
    eligible_from: date | None = None
    failing: str | None = None
    """What failed, where the rule looks at more than its main measure."""

    @property
    def mark(self) -> RuleMark:
        return RuleMark(rule=self.rule, outcome=self.outcome)

    @property
    def extent(self) -> str:
        """What was held against what: the same rule failing otherwise has another."""
        return f"{self.failing or ''} {self.value} {self.threshold}".strip()


class Staffing(_Part):
    """Headcount of a post or a unit: required, occupied, held for cases, and what is left."""

    code: str
    required: int
    occupied: int
    held: int

    @property
    def vacant(self) -> int:
        return max(0, self.required - self.occupied - self.held)


class Event(_Part):
    """What every event can carry besides its own fields."""

    act: Act | None = None
    """The act of a person that this event opens; the later events of the same act have none."""
    undo_until: datetime | None = None
    """Until when that act can be undone, where the policy lets it be."""
    move: Move | None = None
    reason: Annotated[str | None, PRIVATE] = None
    note: Annotated[str | None, PRIVATE] = None


class BesideEvent(Event):
    """What happens beside the stages. `aside` is what the clock waits for there next."""

    aside: tuple[Wake, ...] = ()
