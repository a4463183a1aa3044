"""Erasing the personal content of a case: proposed by one person, confirmed by another, carried out once.

The application may not delete personal content. It may call `erase_case`, a function of the owner of the schema, which
deletes for an erasure that two people want, of a case that is closed and not under a legal hold, and nothing else.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import Case
from domain.erasing import Standing, may_confirm, may_propose
from domain.policy import Policy
from domain.refusals import Refusal, RefusalCode, refuse
from store.activation import Asked, Done
from store.credentials import new_id
from store.tables import ERASURE, ERASURE_STEP, LEGAL_HOLD


class Erasure(NamedTuple):
    """The newest proposal to erase a case, with what happened to it."""

    id: str
    case_id: str
    proposed_by: str
    reason: str
    policy: str
    at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    confirmation: str | None
    erased_at: datetime | None
    counts: dict[str, int] | None


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('erasure ' || :case, 0))")
_FOUND = """
    SELECT e.id, e.case_id, e.proposed_by, e.reason, e.policy, e.at, c.by AS confirmed_by, c.at AS confirmed_at,
           c.reason AS confirmation, d.at AS erased_at, d.counts
    FROM erasure e
    LEFT JOIN erasure_step c ON c.erasure_id = e.id AND c.what = 'confirmed'
    LEFT JOIN erasure_step d ON d.erasure_id = e.id AND d.what = 'erased'
"""
_OF_CASE = text(f"{_FOUND} WHERE e.case_id = :case ORDER BY e.at DESC, e.id LIMIT 1")
_ONE = text(f"{_FOUND} WHERE e.id = :id")
_LEFT = text(f"{_FOUND} WHERE c.at IS NOT NULL AND d.at IS NULL ORDER BY e.at, e.id")
_HELD = text("SELECT placed FROM legal_hold WHERE case_id = :case ORDER BY id DESC LIMIT 1")
_COUNTED = text("""
    SELECT (SELECT count(*) FROM private_value WHERE case_id = :case) AS private_value,
           (SELECT count(*) FROM document_content WHERE case_id = :case) AS document_content,
           (SELECT count(*) FROM archived_history WHERE case_id = :case) AS archived_history,
           (SELECT count(*) FROM notice WHERE case_id = :case AND address IS NOT NULL) AS notice
""")
_RUNS = text("SELECT run_id FROM archived_history WHERE case_id = :case")
_ERASE = text("SELECT erase_case(:id)")
_EARLIER = text("""
    SELECT case_id, 'proposed' AS what, reason FROM erasure WHERE command_id = :command
    UNION ALL SELECT e.case_id, s.what, s.reason FROM erasure_step s JOIN erasure e ON e.id = s.erasure_id
              WHERE s.command_id = :command
    UNION ALL SELECT case_id, CASE WHEN placed THEN 'held' ELSE 'freed' END, reason FROM legal_hold
              WHERE command_id = :command
""")


async def of_case(connection: AsyncConnection, case_id: str) -> Erasure | None:
    row = (await connection.execute(_OF_CASE, {"case": case_id})).first()
    return Erasure(*row) if row else None


async def find(connection: AsyncConnection, erasure: str) -> Erasure | None:
    row = (await connection.execute(_ONE, {"id": erasure})).first()
    return Erasure(*row) if row else None


async def left(connection: AsyncConnection) -> list[Erasure]:
    """What was confirmed and is not carried out yet."""
    return [Erasure(*r) for r in await connection.execute(_LEFT)]


async def held(connection: AsyncConnection, case_id: str) -> bool:
    return bool((await connection.execute(_HELD, {"case": case_id})).scalar())


async def standing(connection: AsyncConnection, case_id: str) -> Standing:
    """Where the erasure of a case stands."""
    found = await of_case(connection, case_id)
    on_hold = await held(connection, case_id)
    if found is None:
        return Standing(held=on_hold)
    return Standing(found.proposed_by, found.confirmed_at is not None, found.erased_at is not None, on_hold)


async def counted(connection: AsyncConnection, case_id: str) -> dict[str, int]:
    """How many rows would be erased, by table: the dry run."""
    return dict((await connection.execute(_COUNTED, {"case": case_id})).mappings().one())


async def propose(connection: AsyncConnection, case: Case, policy: Policy, asked: Asked) -> Done | Refusal:
    """Propose to erase a case. To be called in a transaction."""
    await connection.execute(_LOCK, {"case": case.id})
    if (earlier := await _earlier(connection, case.id, "proposed", asked)) is not None:
        return earlier
    found = await standing(connection, case.id)
    if refusal := may_propose(case, policy.retention, found, asked.at, asked.by):
        return refusal
    row = {
        "id": new_id("x"),
        "case_id": case.id,
        "proposed_by": asked.by,
        "reason": asked.reason,
        "policy": policy.hash,
        "command_id": asked.command_id,
        "at": asked.at,
    }
    await connection.execute(insert(ERASURE).values(row))
    return Done(replayed=False)


async def confirm(connection: AsyncConnection, case: Case, policy: Policy, asked: Asked) -> Done | Refusal:
    """Confirm what another person proposed. To be called in a transaction."""
    await connection.execute(_LOCK, {"case": case.id})
    if (earlier := await _earlier(connection, case.id, "confirmed", asked)) is not None:
        return earlier
    found = await standing(connection, case.id)
    if refusal := may_confirm(case, policy.retention, found, asked.at, asked.by):
        return refusal
    proposed = await of_case(connection, case.id)
    assert proposed is not None, "what was not proposed is not confirmed"
    await _step(
        connection, proposed.id, "confirmed", asked.at,
        by=asked.by, reason=asked.reason, command_id=asked.command_id,
    )  # fmt: skip
    return Done(replayed=False)


async def hold(connection: AsyncConnection, case_id: str, placed: bool, asked: Asked) -> Done | Refusal:
    """Put a case under a legal hold, or take it off. To be called in a transaction."""
    await connection.execute(_LOCK, {"case": case_id})
    if (earlier := await _earlier(connection, case_id, "held" if placed else "freed", asked)) is not None:
        return earlier
    row = {
        "case_id": case_id,
        "placed": placed,
        "by": asked.by,
        "reason": asked.reason,
        "command_id": asked.command_id,
        "at": asked.at,
    }
    await connection.execute(insert(LEGAL_HOLD).values(row))
    return Done(replayed=False)


async def runs(connection: AsyncConnection, case_id: str) -> list[str]:
    """The runs of a case whose histories are in the archive."""
    return [str(r) for r in (await connection.execute(_RUNS, {"case": case_id})).scalars()]


async def erase(connection: AsyncConnection, erasure: str, at: datetime) -> dict[str, int]:
    """Erase what a confirmed erasure is about; how many rows of which table. To be called in a transaction."""
    counts: dict[str, int] = (await connection.execute(_ERASE, {"id": erasure})).scalar_one()
    await _step(connection, erasure, "erased", at, counts=counts)
    return counts


async def _step(connection: AsyncConnection, erasure: str, what: str, at: datetime, **values: Any) -> None:
    await connection.execute(insert(ERASURE_STEP).values(erasure_id=erasure, what=what, at=at, **values))


async def _earlier(connection: AsyncConnection, case_id: str, what: str, asked: Asked) -> Done | Refusal | None:
    """The answer to a request that was carried out before; None for one that is new."""
    row = (await connection.execute(_EARLIER, {"command": asked.command_id})).first()
    if row is None:
        return None
    same = tuple(row) == (case_id, what, asked.reason)
    return Done(replayed=True) if same else refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED)
