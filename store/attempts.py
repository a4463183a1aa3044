"""Refused attempts: recorded apart from the ledger, in a transaction of their own, so that a rollback keeps them."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.refusals import Refusal
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
    async with engine.begin() as connection:
        await connection.execute(
            insert(REFUSED_ATTEMPT).values(
                case_id=case_id,
                act=act,
                actor=actor,
                code=refusal.code,
                params=refusal.model_dump(mode="json")["params"],
                command_id=command_id,
                request_id=request_id,
                at=at,
            )
        )
