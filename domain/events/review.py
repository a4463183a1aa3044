"""Impact reviews."""

from typing import Annotated, Literal

from domain.events.parts import PRIVATE, Event, _Part
from domain.vocabulary import (
    ReviewOutcome,
)


class ReviewOpened(Event):
    """The day of an impact review has come."""

    type: Literal["review_opened"] = "review_opened"
    day: int


class Comparison(_Part):
    """A measure then and now. A side that nobody measured is missing, never zero."""

    measure: str
    baseline: str | None = None
    now: str | None = None
    change: str | None = None


class ReviewRecorded(Event):
    """The impact was reviewed: the same measures as at the decision, compared."""

    type: Literal["review_recorded"] = "review_recorded"
    day: int
    outcome: ReviewOutcome
    comparison: tuple[Comparison, ...] = ()
    personal: Annotated[tuple[Comparison, ...], PRIVATE] = ()


class ReviewMissed(Event):
    """A review was not recorded before the next one was due."""

    type: Literal["review_missed"] = "review_missed"
    day: int
