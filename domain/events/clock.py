"""What the clock and the post do."""

from typing import Literal

from domain.events.parts import Due, Event, Wake
from domain.vocabulary import (
    Deadline,
    Office,
)


class ClockEvent(Event):
    """What the clock did; `wakes` is what it waits for next."""

    wakes: tuple[Wake, ...]


class ReminderDue(ClockEvent):
    """A part of the term is over; the holder of the task is reminded."""

    type: Literal["reminder_due"] = "reminder_due"
    percent: int


class DeadlinePassed(ClockEvent):
    """The term ended and nothing happens by itself: the case is overdue."""

    type: Literal["deadline_passed"] = "deadline_passed"


class CaseEscalated(ClockEvent):
    """The task stayed undone past its term; the superior office is told."""

    type: Literal["case_escalated"] = "case_escalated"
    office: Office


class DeadlineRecomputed(Event):
    """A running deadline was reckoned again: calendar or window changed, or the employee is on certified leave."""

    type: Literal["deadline_recomputed"] = "deadline_recomputed"
    cause: Literal["calendar", "paused", "certified_leave", "window"]
    old: Due
    new: Due
    wakes: tuple[Wake, ...]
    calendar: str
    """Version of the calendar it was reckoned with."""
    ordered_by: str | None = None
    """Person id of who had the deadlines recomputed; none where the clock looked by itself."""
    deadline: Deadline = Deadline.STAGE
    """Which deadline moved."""
    aside: tuple[Wake, ...] | None = None
    """What the clock waits for beside the stage, where a deadline there moved."""


class NoticeUndelivered(Event):
    """A notice could not be delivered within its time, or its address refused it."""

    type: Literal["notice_undelivered"] = "notice_undelivered"
    keys: tuple[str, ...]


class HistoryArchived(Event):
    """The engine's history of a run of the case that ended was put into the archive, before the engine deletes it."""

    type: Literal["history_archived"] = "history_archived"
    run: str
    """The engine's id of the run; a case has several when its history grew long, or its workflow was founded again."""
    events: int
    """How many events the history has."""
    size: int
    """Bytes of the history as JSON."""
    sha256: str
    """Of those bytes, hexadecimal."""
