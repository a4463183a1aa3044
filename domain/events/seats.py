"""The seat held for a case, its lease, and the line of those who wait."""

from datetime import datetime
from typing import Literal

from domain.events.parts import BesideEvent, Day, Due, Event, Wake


class SeatHeld(Event):
    """A vacant seat of the target post is held for the case, as a lease where the policy sets an end to it."""

    type: Literal["seat_held"] = "seat_held"
    position: str
    seat: int
    lease: Due | None = None
    aside: tuple[Wake, ...] | None = None
    """What the clock waits for beside the stage then; told where there is a lease."""


class SeatReleased(Event):
    """The held seat is free again for others."""

    type: Literal["seat_released"] = "seat_released"
    position: str
    seat: int


class SeatAwaited(Event):
    """The case stands in line for a seat of the target post: held by others, or others were there before."""

    type: Literal["seat_awaited"] = "seat_awaited"
    position: str
    since: datetime
    """From when it counts in the line: its opening, or the end of a hold that it let run out."""
    place: int
    """Its place that day, from 1."""
    behind: bool = False
    """Whether it goes behind those who wait, because a seat it had was released at the end of its lease."""


class SeatHoldRenewed(BesideEvent):
    """HR renewed the hold on the seat, with a reason, within the bound of the policy."""

    type: Literal["seat_hold_renewed"] = "seat_hold_renewed"
    lease: Due
    renewals: int


class SeatHoldEnding(BesideEvent):
    """The hold on the seat ends soon; whoever runs the case is reminded."""

    type: Literal["seat_hold_ending"] = "seat_hold_ending"
    days_left: int
    """Working days."""
    on: Day


class SeatHoldExpired(BesideEvent):
    """The lease of the held seat ran out before the decision: the seat is released."""

    type: Literal["seat_hold_expired"] = "seat_hold_expired"
    position: str
    seat: int
    on: Day
    renewals: int


class SeatHoldRecomputed(BesideEvent):
    """The end of the hold was reckoned again, because the calendar changed."""

    type: Literal["seat_hold_recomputed"] = "seat_hold_recomputed"
    old: Due
    new: Due
    calendar: str
    ordered_by: str | None = None
    """Person id of who had it recomputed; none where the clock looked by itself."""


class SeatCameFree(BesideEvent):
    """A seat of the post came free and the case is the first in line: it may be taken until the date."""

    type: Literal["seat_came_free"] = "seat_came_free"
    position: str
    freed_at: datetime
    due: Due


class SeatPassed(BesideEvent):
    """The case let the freed seat pass, or did not take it in time: the next in line is told."""

    type: Literal["seat_passed"] = "seat_passed"
    position: str
    by_silence: bool = False
