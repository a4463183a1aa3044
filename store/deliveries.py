"""Checkpoints on their way out of the house: what is due, what became of it, and what witnesses answered."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)

_PASS_OVER = text("""
    UPDATE log_delivery d SET state = 'passed_over' WHERE state IN ('queued', 'failed') AND EXISTS (
        SELECT 1 FROM log_delivery n WHERE n.channel = d.channel AND n.target = d.target AND n.id > d.id)
""")
_DUE = text("""
    SELECT d.id, d.size, d.channel, d.target, d.attempts, coalesce(
        (SELECT max(s.size) FROM log_delivery s
         WHERE s.channel = d.channel AND s.target = d.target AND s.state = 'sent'), 0) AS last
    FROM log_delivery d WHERE d.state IN ('queued', 'failed') AND d.not_before <= :now
    ORDER BY d.channel = 'witness' DESC, d.id
""")
_SENT = text("UPDATE log_delivery SET state = 'sent', fault = NULL, sent_at = :now WHERE id = :id")
_FAILED = text("""
    UPDATE log_delivery SET state = 'failed', attempts = attempts + 1, fault = :fault, not_before = :again
    WHERE id = :id
""")
_COSIGNED = text("INSERT INTO log_cosignature (size, witness, line, at) VALUES (:size, :witness, :line, :at)")
_LATEST = text("""
    SELECT DISTINCT ON (channel, target) channel, target, size, state, attempts, fault, created_at, sent_at
    FROM log_delivery ORDER BY channel, target, id DESC
""")


class Due(NamedTuple):
    """A checkpoint to be sent now; `last` is the size of the newest one that arrived there before, 0 for none."""

    id: int
    size: int
    channel: str
    target: str
    attempts: int
    last: int


class Latest(NamedTuple):
    """How the newest checkpoint for a destination is doing."""

    channel: str
    target: str
    size: int
    state: str
    attempts: int
    fault: str | None
    created_at: datetime
    sent_at: datetime | None


async def due(connection: AsyncConnection, now: datetime) -> list[Due]:
    """What is due, to witnesses first, so that the others get their cosignatures. A newer checkpoint replaces older."""
    await connection.execute(_PASS_OVER)
    return [Due(**row._mapping) for row in await connection.execute(_DUE, {"now": now})]


async def sent(connection: AsyncConnection, delivery: Due, now: datetime) -> None:
    await connection.execute(_SENT, {"id": delivery.id, "now": now})


async def failed(connection: AsyncConnection, delivery: Due, fault: str, now: datetime) -> None:
    """Tried in vain: again after a growing pause, until it arrives or a newer checkpoint replaces it."""
    pause = min(FIRST_PAUSE * 2 ** min(delivery.attempts, 10), LONGEST_PAUSE)
    await connection.execute(_FAILED, {"id": delivery.id, "fault": fault[:200], "again": now + pause})


async def cosigned(connection: AsyncConnection, size: int, witness: str, line: str, at: datetime) -> None:
    await connection.execute(_COSIGNED, {"size": size, "witness": witness, "line": line, "at": at})


async def latest(connection: AsyncConnection) -> list[Latest]:
    """The newest delivery to each destination."""
    return [Latest(**row._mapping) for row in await connection.execute(_LATEST)]
