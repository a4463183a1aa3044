"""The log of who read personal content, or tried to: written in a transaction of its own, read by those who oversee."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from store.tables import ACCESS_LOG, AccessRow


class AccessOutcome(StrEnum):
    """What somebody got who asked for content."""

    READ = "read"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    ABSENT = "absent"
    ERASED = "erased"
    DAMAGED = "damaged"


async def record_access(
    engine: AsyncEngine,
    *,
    at: datetime,
    person: str,
    capacity: str,
    case_id: str,
    document_id: str,
    outcome: AccessOutcome,
    request_id: str | None,
) -> None:
    """Write down who asked for a document, as what, and whether he got it: before he does."""
    values = {
        "at": at,
        "person_id": person,
        "capacity": capacity,
        "case_id": case_id,
        "document_id": document_id,
        "outcome": outcome,
        "request_id": request_id,
    }
    async with engine.begin() as connection:
        await connection.execute(insert(ACCESS_LOG).values(**values))


async def accesses(connection: AsyncConnection, case_id: str, limit: int = 200) -> list[AccessRow]:
    """Accesses to the documents of a case, newest first."""
    query = select(ACCESS_LOG).where(ACCESS_LOG.c.case_id == case_id).order_by(ACCESS_LOG.c.id.desc()).limit(limit)
    return [AccessRow(**r._mapping) for r in await connection.execute(query)]
