"""A person's way through posts, and what a new import makes of it. No SQL."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

IMPORTED = "import"
"""Source of an incumbency that came by import; one that a case brought about names the case instead."""


class Incumbency(NamedTuple):
    """A person in a post from `since` until the day before `until` (None: until further notice).

    `seat` is None for a surplus incumbent. `id` is None as long as the register does not hold the row.
    """

    person: str
    person_no: int
    nip: str
    position: str
    seat: int | None
    since: date
    until: date | None = None
    source: str = IMPORTED
    id: int | None = None

    def lasts_beyond(self, day: date) -> bool:
        return self.until is None or self.until > day


class Outcome(StrEnum):
    """What came of an employee's row. `kept`: a case placed him later than the file knows."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"


class Succession(NamedTuple):
    """The incumbencies of a person after the import; those that changed have no id yet."""

    outcome: Outcome
    rows: list[Incumbency]
    stale_against: str = ""
    """Where `kept`: the case that placed him."""


def succeed(held: Sequence[Incumbency], present: Incumbency, today: date) -> Succession:
    """Let the post that the file gives take its place among the incumbencies the register holds of the person.

    A case that placed the person later than the file says wins: personnel systems lag behind decrees. Otherwise the
    file wins from its date on: what it cuts into ends there, and an open incumbency of the same post was only
    recorded with a wrong date and is replaced.
    """
    if any(_is_same(row, present) and row.lasts_beyond(today) for row in held):
        return Succession(Outcome.UNCHANGED, list(held))
    newer = next((row for row in held if row.source != IMPORTED and row.since > present.since), None)
    if newer is not None:
        return Succession(Outcome.KEPT, list(held), newer.source)
    rows: list[Incumbency] = []
    for row in held:
        if row.position == present.position and row.until is None:
            present = present._replace(seat=row.seat)
        elif row.since < present.since:
            cut = row.lasts_beyond(present.since)
            rows.append(row._replace(until=present.since, id=None) if cut else row)
    return Succession(Outcome.CHANGED if held else Outcome.ADDED, [*rows, present])


def _is_same(row: Incumbency, present: Incumbency) -> bool:
    return row.position == present.position and row.since == present.since
