"""The line for a post: whose turn it is when a seat comes free. Deterministic, and the same for all who ask.

Emergencies come first, then seniority: the case opened earlier, whoever let a lease run out behind those who waited
(`domain.md` 16, stage 2: a case that loses its seat keeps its seniority). Being told of a seat does not take it.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from domain.case import Case
from domain.events import Event, PersonReleased, PlacementMade, PostRestored
from domain.facts import Facts, InLine, Seats
from domain.vocabulary import Origin, Status

Rank = tuple[bool, datetime, str]


def rank(case: InLine) -> Rank:
    """The place in the order: emergencies, then since when, then the number of the case."""
    return (not case.emergency, case.since, case.case)


def seniority(case: Case) -> datetime:
    """Since when a case counts in a line."""
    return case.queued_from or case.opened_at


def own(case: Case) -> InLine:
    """A case as it stands in a line, or would."""
    return InLine(
        case=case.id,
        number=case.number,
        emergency=case.origin is Origin.EMERGENCY,
        since=case.waiting.since if case.waiting else seniority(case),
        called=case.called is not None,
        called_until=case.called.due.on if case.called else None,
        passed_at=case.waiting.passed_at if case.waiting else None,
        on_hold=case.status is Status.ON_HOLD,
    )


def may_take(case: Case, facts: Facts) -> bool:
    """Whether a seat that is free now is not somebody else's turn; nobody else's where the policy knows no line."""
    seats = facts.seats
    told = case.called is not None and facts.target is not None and facts.target.code == case.to_post.position
    if facts.policy.seat_hold is None or seats is None or told:
        return True
    mine = rank(own(case))
    return sum(other.called or (_waits(other) and rank(other) < mine) for other in seats.line) < seats.target.vacant


def is_left(seats: Seats) -> bool:
    """Whether there is a seat besides those that others were told of."""
    return sum(other.called for other in seats.line) < seats.target.vacant


def ahead(case: Case, line: Iterable[InLine]) -> int:
    """How many cases that keep it back rank before a case."""
    mine = rank(own(case))
    return sum((other.called or _waits(other)) and rank(other) < mine for other in line)


def left_for_others(seats: Seats) -> bool:
    """Whether there is a seat besides those that are the turn of who stands in line, for a case not opened yet."""
    return sum(other.called or _waits(other) for other in seats.line) < seats.target.vacant


def place(case: Case, line: Collection[InLine]) -> int:
    """The place of a case among others in line, from 1."""
    mine = rank(own(case))
    return 1 + sum(rank(other) < mine for other in line)


def _waits(case: InLine) -> bool:
    """Whether a case keeps others back: not one on hold, nor one that let a seat pass and was not told since."""
    return not case.on_hold and case.passed_at is None


def next_called(
    line: Iterable[InLine], vacant: int, freed_at: datetime, besides: Collection[str] = ()
) -> InLine | None:
    """Who is to be told of a seat that came free: the first who was not told, while there are more seats than told.

    Whoever let a seat pass since it came free is not told of it again; nor are the cases `besides`.
    """
    known = tuple(line)
    if sum(c.called for c in known) >= vacant:
        return None
    eligible = (c for c in known if not (c.called or c.on_hold) and (c.passed_at is None or c.passed_at < freed_at))
    return min((c for c in eligible if c.case not in besides), key=rank, default=None)


class Freed(NamedTuple):
    """A post whose line must be looked at, and since when a seat is free for it."""

    position: str
    at: datetime
    seat: bool = True
    """Whether a seat came free, or a turn was not used; no seat where a case is only back in its line."""


def freed(before: Case | None, after: Case, events: Iterable[Event], now: datetime) -> tuple[Freed, ...]:
    """The posts whose lines must be looked at after a command: a seat was given back, a turn was not used."""
    if before is None:
        return ()
    post = before.to_post.position
    found: dict[str, Freed] = {}
    placed = any(isinstance(e, PlacementMade | PersonReleased) for e in events)
    if before.waiting and before.status is Status.ON_HOLD and after.status is Status.NO_VACANCY:
        # Nothing came free now: whoever let a seat pass while this case stood aside is not asked again before it.
        found[post] = Freed(post, before.since, seat=False)
    if before.called and not after.called and (after.seat is None or after.to_post.position != post):
        found[post] = Freed(post, before.called.freed_at)
    if before.seat is not None and before.seat != after.seat and not placed:
        found[post] = Freed(post, now)
    if placed and after.from_post and not after.from_post.outside:
        found[after.from_post.position] = Freed(after.from_post.position, now)
    if any(isinstance(e, PostRestored) for e in events):
        found[post] = Freed(post, now)
    return tuple(found.values())
