"""Acts on the register itself: one after the other, each with an entry in a chain of its own in the ledger.

The entry is written with the change of the tables, in the caller's transaction; the transparency log takes it from
there like any other. Sent again under the same key, an act is answered and not carried out twice.
"""

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events import Event
from domain.facts import OfficeHeld
from domain.refusals import Refusal, RefusalCode, refuse
from store import ledger
from store.writing import append


class Asked(NamedTuple):
    """Who asks in which office, when, by which command; and what for, to tell a resend from another request."""

    by: str
    name: str
    office: OfficeHeld | None
    at: datetime
    command_id: str
    fingerprint: str
    policy: str
    request_id: str | None = None


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('mutasi.register', 0))")
_BEFORE = text("SELECT fingerprint FROM command WHERE id = :id")
_NEWEST = text("SELECT seq, hash FROM ledger WHERE case_id = :chain ORDER BY seq DESC LIMIT 1")
_HISTORY = text("""
    SELECT l.body, l.hash, (SELECT jsonb_object_agg(v.path, v.value) FROM private_value v
                            WHERE v.case_id = l.case_id AND v.seq = l.seq) AS private
    FROM ledger l WHERE l.case_id = :chain AND l.seq < :before ORDER BY l.seq DESC LIMIT :limit
""")


async def done_before(connection: AsyncConnection, asked: Asked) -> bool | Refusal:
    """Whether the act was carried out before; a refusal if the key was used for something else. Takes the turn."""
    await connection.execute(_LOCK)
    fingerprint = (await connection.execute(_BEFORE, {"id": asked.command_id})).scalar()
    if fingerprint is None:
        return False
    return True if fingerprint == asked.fingerprint else refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED)


async def record(connection: AsyncConnection, asked: Asked, event: Event) -> None:
    """Append what happened. The turn was taken before."""
    newest = (await connection.execute(_NEWEST, {"chain": ledger.REGISTER})).first()
    header = ledger.Header(
        case_id=ledger.REGISTER,
        at=asked.at,
        actor=asked.by,
        actor_name=asked.name or None,
        office=asked.office,
        command_id=asked.command_id,
        policy=asked.policy,
    )
    first, before = (newest.seq + 1, newest.hash) if newest else (1, None)
    [entry] = ledger.entries(header, first, before, [event])
    await append(connection, header, entry, asked.fingerprint, asked.request_id)


class Happened(NamedTuple):
    """An entry of the register's chain, its private values joined back."""

    body: dict[str, Any]
    hash: str
    private: dict[str, Any]


async def history(connection: AsyncConnection, before: int, limit: int) -> list[Happened]:
    """What happened to offices, mandates and relations, newest first."""
    rows = await connection.execute(_HISTORY, {"chain": ledger.REGISTER, "before": before, "limit": limit})
    return [Happened(json.loads(r.body), r.hash.hex(), r.private or {}) for r in rows]
