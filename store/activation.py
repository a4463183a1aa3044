"""Proposing and confirming that a policy comes into force. Both are written once and stay."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Table, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.activation import Proposed, in_force_from, may_confirm, may_propose
from domain.policy import Policy
from domain.policy_cases import CaseBook
from domain.refusals import Refusal, RefusalCode, refuse
from store.tables import POLICY, POLICY_CONFIRMATION, POLICY_PROPOSAL


class Asked(NamedTuple):
    """Who asks, why, under which command id and when."""

    by: str
    reason: str
    command_id: str
    at: datetime


class Done(NamedTuple):
    """What was written, or that the same request had been carried out before."""

    replayed: bool


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('policy ' || :hash, 0))")


async def propose(
    connection: AsyncConnection, policy: Policy, book: CaseBook, named: str, asked: Asked
) -> Done | Refusal:
    """Propose a candidate; `named` is the hash it was addressed by. To be called in a transaction."""
    await connection.execute(_LOCK, {"hash": named})
    if earlier := await _earlier(connection, POLICY_PROPOSAL, asked.command_id):
        return _answered(earlier, named, asked)
    if refusal := may_propose(policy, book, named, await _proposed(connection, named)):
        return refusal
    row = insert(POLICY_PROPOSAL).values(
        hash=policy.hash,
        code=policy.code,
        version=policy.version,
        effective_from=policy.effective_from,
        text=policy.canonical,
        cases=book.model_dump(mode="json", exclude_none=True),
        reason=asked.reason,
        proposed_by=asked.by,
        command_id=asked.command_id,
        at=asked.at,
    )
    await connection.execute(row)
    return Done(replayed=False)


async def confirm(connection: AsyncConnection, named: str, asked: Asked, today: date) -> Done | Refusal:
    """Confirm a proposal and publish its policy. To be called in a transaction."""
    await connection.execute(_LOCK, {"hash": named})
    if earlier := await _earlier(connection, POLICY_CONFIRMATION, asked.command_id):
        return _answered(earlier, named, asked)
    proposed = await _proposed(connection, named)
    confirmed = select(POLICY_CONFIRMATION.c.hash).where(POLICY_CONFIRMATION.c.hash == named)
    refusal = may_confirm(proposed, (await connection.execute(confirmed)).scalar() is not None, asked.by)
    if refusal:
        return refusal
    assert proposed is not None, "what was not proposed is not confirmed"
    policy = proposed.policy
    await connection.execute(
        insert(POLICY)
        .values(hash=policy.hash, code=policy.code, version=policy.version, effective_from=policy.effective_from,
                text=policy.canonical)
        .on_conflict_do_nothing()
    )  # fmt: skip
    row = insert(POLICY_CONFIRMATION).values(
        hash=policy.hash,
        reason=asked.reason,
        confirmed_by=asked.by,
        in_force_from=in_force_from(policy, today),
        command_id=asked.command_id,
        at=asked.at,
    )
    await connection.execute(row)
    return Done(replayed=False)


class _Earlier(NamedTuple):
    """What was asked under a command id before."""

    hash: str
    reason: str


async def _earlier(connection: AsyncConnection, table: Table, command_id: str) -> _Earlier | None:
    asked = select(table.c.hash, table.c.reason).where(table.c.command_id == command_id)
    row = (await connection.execute(asked)).first()
    return _Earlier(*row) if row else None


def _answered(earlier: _Earlier, named: str, asked: Asked) -> Done | Refusal:
    """The same again is answered as then; something else under the same key is a mistake of the caller's."""
    same = earlier == _Earlier(named, asked.reason)
    return Done(replayed=True) if same else refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED)


async def _proposed(connection: AsyncConnection, named: str) -> Proposed | None:
    row = (await connection.execute(select(POLICY_PROPOSAL).where(POLICY_PROPOSAL.c.hash == named))).first()
    if row is None:
        return None
    policy = Policy.from_canonical(row.text)
    return Proposed(row.proposed_by, row.effective_from, policy, CaseBook.model_validate(row.cases))
