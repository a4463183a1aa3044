"""Which running deadlines the present calendar and windows would move: the preview of a recomputation."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import leases
from domain.case import Case
from domain.events import Due
from domain.recomputing import passed_over, recomputed
from store.gathering import Gatherer

BATCH = 500

_RUNNING = text("""
    SELECT case_id, state FROM docket
    WHERE (due_at IS NOT NULL OR state -> 'lease' IS NOT NULL) AND stage <> 'closed' AND case_id > :after
    ORDER BY case_id LIMIT :limit
""")


class Moved(NamedTuple):
    """A deadline that would move, or one that is over and would have been another."""

    case: Case
    cause: str
    old: Due
    new: Due
    of_seat: bool = False
    """Whether it is the end of the hold on the seat, not the term of the status."""


class Preview(NamedTuple):
    """What a recomputation would do to all running deadlines."""

    calendar: str
    moving: list[Moved]
    lapsed: list[Moved]
    """Over already under the old date: they stay as they are."""
    unchanged: int


async def preview(connection: AsyncConnection, gatherer: Gatherer, now: datetime) -> Preview:
    """Reckon every running deadline again, without changing anything."""
    calendar, moving, lapsed, unchanged = "", list[Moved](), list[Moved](), 0
    async for cases in _running(connection):
        for case, facts in zip(cases, await gatherer.to_recompute(connection, now, cases), strict=True):
            calendar = facts.calendar.version
            if event := recomputed(case, facts, looks=False):
                moving.append(Moved(case, event.cause, event.old, event.new))
            elif case.due and (other := passed_over(case, facts)):
                lapsed.append(Moved(case, "calendar", case.due, other))
            else:
                unchanged += case.due is not None
            if ending := leases.recomputed(case, facts, looks=False):
                moving.append(Moved(case, "calendar", ending.old, ending.new, of_seat=True))
            else:
                unchanged += case.lease is not None
    return Preview(calendar, moving, lapsed, unchanged)


async def _running(connection: AsyncConnection) -> AsyncIterator[list[Case]]:
    last = ""
    while True:
        rows = (await connection.execute(_RUNNING, {"after": last, "limit": BATCH})).all()
        if rows:
            yield [Case.model_validate(r.state) for r in rows]
        if len(rows) < BATCH:
            return
        last = rows[-1].case_id
