"""Which running deadlines the present calendar and windows would move: the preview of a recomputation."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import Case
from domain.events import DeadlineRecomputed, Due
from domain.recomputing import passed_over, reckoned_again, running
from domain.vocabulary import Deadline
from store.gathering import Gatherer

BATCH = 500

# Beside the stage a deadline runs where the clock waits for something there, or data may still be contested.
_RUNNING = text("""
    SELECT case_id, state FROM docket
    WHERE (due_at IS NOT NULL OR jsonb_array_length(coalesce(state -> 'aside', '[]')) > 0
           OR CAST(state ->> 'contest_until' AS timestamptz) > :now OR state -> 'lease' IS NOT NULL)
      AND stage <> 'closed' AND case_id > :after ORDER BY case_id LIMIT :limit
""")


class Moved(NamedTuple):
    """A deadline that would move, or one that is over and would have been another."""

    case: Case
    deadline: Deadline
    cause: str
    old: Due
    new: Due


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
    async for cases in _running(connection, now):
        for case, facts in zip(cases, await gatherer.to_recompute(connection, now, cases), strict=True):
            calendar = facts.calendar.version
            for deadline in Deadline:
                due = running(case, deadline)
                if event := reckoned_again(case, facts, deadline):
                    cause = event.cause if isinstance(event, DeadlineRecomputed) else "calendar"
                    moving.append(Moved(case, deadline, cause, event.old, event.new))
                elif due and (other := passed_over(case, facts, deadline)):
                    lapsed.append(Moved(case, deadline, "calendar", due, other))
                elif due:
                    unchanged += 1
    return Preview(calendar, moving, lapsed, unchanged)


async def _running(connection: AsyncConnection, now: datetime) -> AsyncIterator[list[Case]]:
    last = ""
    while True:
        rows = (await connection.execute(_RUNNING, {"now": now, "after": last, "limit": BATCH})).all()
        if rows:
            yield [Case.model_validate(r.state) for r in rows]
        if len(rows) < BATCH:
            return
        last = rows[-1].case_id
