"""Temporary assignment in an emergency."""

from datetime import date
from typing import Literal

from domain.events.parts import BesideEvent, Due
from domain.vocabulary import (
    AssignmentEnd,
)


class TemporarilyAssigned(BesideEvent):
    """In an emergency the person works in the target post for a time, by order. No status changes, no seat is taken."""

    type: Literal["temporarily_assigned"] = "temporarily_assigned"
    number: str
    position: str
    starts_on: date
    until: date
    ratify_by: date
    ratify_due: Due | None = None
    """The same with its reasons; not told by entries from before it moved with the calendar."""


class AssignmentRatified(BesideEvent):
    """The temporary assignment was ratified within its term."""

    type: Literal["assignment_ratified"] = "assignment_ratified"


class AssignmentRenewed(BesideEvent):
    """The temporary assignment was renewed by another order, before its last day."""

    type: Literal["assignment_renewed"] = "assignment_renewed"
    number: str
    until: date


class AssignmentReverted(BesideEvent):
    """The temporary assignment ended by itself: its term was over, or nobody ratified it in time."""

    type: Literal["assignment_reverted"] = "assignment_reverted"
    cause: AssignmentEnd
