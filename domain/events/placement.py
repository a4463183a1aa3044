"""The decree and the placement."""

from datetime import date
from typing import Annotated, Literal

from domain.events.approval import Consent
from domain.events.parts import PRIVATE, Day, Event
from domain.vocabulary import (
    Flag,
    TimingMark,
)


class DecreeIssued(Event):
    """The decree was issued: number, date and effective date (TMT)."""

    type: Literal["decree_issued"] = "decree_issued"
    number: str
    date: Day
    effective_on: Day
    consents: Annotated[tuple[Consent, ...], PRIVATE] = ()
    windows: tuple[str, ...] = ()
    """Grounds of the restricted windows that these consents opened."""
    timing: tuple[TimingMark, ...] = ()
    flags: tuple[Flag, ...] = ()


class PlacementMade(Event):
    """On the effective date the seat and the incumbency moved together."""

    type: Literal["placement_made"] = "placement_made"
    position: str
    seat: int
    effective_on: date
    windows: tuple[str, ...] = ()
    """Grounds of restricted windows entered after the decree: they do not undo it, and are shown."""
    flags: tuple[Flag, ...] = ()


class PersonReleased(Event):
    """On the effective date the incumbency ended: the person serves another agency from that day."""

    type: Literal["person_released"] = "person_released"
    agency: str
    """The agency as its letters name it."""
    effective_on: date
    windows: tuple[str, ...] = ()
    """Grounds of restricted windows entered after the decree: they do not undo it, and are shown."""
    flags: tuple[Flag, ...] = ()


class PlacementBlocked(Event):
    """The re-check on the effective date failed: nothing moved, a person must settle it."""

    type: Literal["placement_blocked"] = "placement_blocked"
    causes: tuple[str, ...]


class DutyConfirmed(Event):
    """The head of the destination confirmed that the person took up duty (SPMT)."""

    type: Literal["duty_confirmed"] = "duty_confirmed"
    started_on: date
