"""What the API takes and answers about the calendar."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Instant
from domain.commands import Day, Line
from domain.vocabulary import Stage, Status


class CalendarDayOut(BaseModel):
    """A day that is not as the weekday says: off on a weekday, or worked on a weekend."""

    day: date
    working: bool
    name: str


class OverrideOut(BaseModel):
    """An order of the province about a day."""

    day: date
    working: bool
    reason: str
    reference: str
    recorded_by: str
    recorded_at: Instant


class CalendarYearOut(BaseModel):
    """Whether the joint decree of a year is out, and who said so."""

    year: int
    published: bool
    reference: str
    recorded_by: str
    recorded_at: Instant


class CalendarOut(BaseModel):
    """The working-day calendar of a year, as deadlines are reckoned with it now."""

    version: str
    year: int
    published: bool
    working_days: list[int] = Field(description="Working days of each month, January first.")
    days: list[CalendarDayOut]
    overrides: list[OverrideOut]
    years: list[CalendarYearOut]


class OverrideIn(BaseModel):
    """Make a day a working day (`working: true`) or a holiday."""

    model_config = ConfigDict(extra="forbid")

    day: Day
    working: bool
    reason: Line
    reference: Line


class PublicationIn(BaseModel):
    """The joint decree of a year is out; `published: false` takes that back."""

    model_config = ConfigDict(extra="forbid")

    reference: Line
    published: bool = True


class MovedOut(BaseModel):
    """A deadline, as it is and as it would be."""

    case_id: str
    number: str
    what: Literal["term", "seat_hold"] = Field(
        "term", description="The term of the status, or the end of the hold on the seat."
    )
    stage: Stage
    status: Status
    cause: str
    old_on: date
    new_on: date
    old_final_on: date | None
    new_final_on: date | None


class RecomputationOut(BaseModel):
    """What a recomputation does, or would do."""

    calendar: str
    dry_run: bool
    moving: int = Field(description="Deadlines that another date is due for.")
    lapsed: int = Field(description="Deadlines that are over and would have been others: they stay as they are.")
    unchanged: int
    applied: int = Field(description="Deadlines that were moved, each with an entry in the ledger of its case.")
    remaining: int = Field(description="Deadlines left to move: ask again.")
    failed: list[str] = Field(description="Cases that could not be reached; ask again.")
    cases: list[MovedOut]
    lapsed_cases: list[MovedOut]


Year = Annotated[int, Field(ge=2000, le=2100)]
