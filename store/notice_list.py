"""Notices as people see them: their own list, and what became of a case's messages."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class NoticeItem(NamedTuple):
    """A notice in its recipient's list, or in the record of a case."""

    id: int
    case_id: str
    seq: int
    person_id: str
    name: str
    template: str
    params: dict[str, str | int]
    state: str
    attempts: int
    fault: str | None
    created_at: datetime
    not_before: datetime
    sent_at: datetime | None
    read_at: datetime | None


_FIELDS = """
    n.id, n.case_id, n.seq, n.person_id, p.name, n.template, n.params, n.state, n.attempts, n.fault,
    n.created_at, n.not_before, n.sent_at, n.read_at
"""
# A notice shows when its time has come, by the clock of the case that wrote it: never before the act is past undoing.
_MINE = text(f"""
    SELECT {_FIELDS} FROM notice n JOIN person p ON p.id = n.person_id
    WHERE n.person_id = :person AND n.state <> 'cancelled' AND (n.not_before <= :now OR n.state = 'sent')
      AND (NOT :unread OR n.read_at IS NULL) AND (CAST(:before AS bigint) IS NULL OR n.id < :before)
    ORDER BY n.id DESC LIMIT :limit
""")
_OF_CASE = text(f"""
    SELECT {_FIELDS} FROM notice n JOIN person p ON p.id = n.person_id WHERE n.case_id = :case ORDER BY n.id LIMIT 1000
""")
_READ = text("""
    UPDATE notice SET read_at = coalesce(read_at, now()) WHERE person_id = :person AND id = ANY(:ids) RETURNING id
""")
_STATES = text("SELECT state, count(*) AS n FROM notice WHERE case_id = :case GROUP BY state")


async def mine(
    connection: AsyncConnection, person: str, now: datetime, *, unread: bool, limit: int, before: int | None
) -> list[NoticeItem]:
    """A person's notices, newest first."""
    params = {"person": person, "now": now, "unread": unread, "limit": limit, "before": before}
    return [NoticeItem(**r._mapping) for r in await connection.execute(_MINE, params)]


async def of_case(connection: AsyncConnection, case_id: str) -> list[NoticeItem]:
    """Every notice of a case with its state, oldest first."""
    return [NoticeItem(**r._mapping) for r in await connection.execute(_OF_CASE, {"case": case_id})]


async def states(connection: AsyncConnection, case_id: str) -> dict[str, int]:
    """How many notices of a case are in which state."""
    return {r.state: r.n for r in await connection.execute(_STATES, {"case": case_id})}


async def mark_read(connection: AsyncConnection, person: str, ids: Iterable[int]) -> list[int]:
    """Mark a person's own notices as read; the ids that were his."""
    return list((await connection.execute(_READ, {"person": person, "ids": list(ids)})).scalars())
