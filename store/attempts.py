"""Refused attempts: recorded apart from the ledger, in a transaction of their own, so that a rollback keeps them."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.refusals import Param, Refusal
from store.tables import REFUSED_ATTEMPT


async def record_refusal(
    engine: AsyncEngine,
    refusal: Refusal,
    *,
    case_id: str | None,
    act: str,
    actor: str,
    at: datetime,
    command_id: str | None = None,
    request_id: str | None = None,
) -> None:
    """Write down that somebody tried something and why it was refused: codes and ids only."""
    await _record(engine, refusal.code, refusal.model_dump(mode="json")["params"], case_id=case_id, act=act,
                  actor=actor, at=at, command_id=command_id, request_id=request_id)  # fmt: skip


FAULT = "internal_error"
"""Code of an attempt that failed for a fault of ours."""


async def record_fault(
    engine: AsyncEngine, *, case_id: str, act: str, actor: str, at: datetime, command_id: str, request_id: str | None
) -> None:
    """Write down that an attempt failed for a fault of ours: sent again, it is tried again and not answered as then."""
    await _record(engine, FAULT, {}, case_id=case_id, act=act, actor=actor, at=at, command_id=command_id,
                  request_id=request_id)  # fmt: skip


async def _record(engine: AsyncEngine, code: str, params: dict[str, Param], **values: object) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(REFUSED_ATTEMPT).values(code=code, params=params, **values))
