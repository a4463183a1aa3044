"""The log of who read personal data, or tried to: append-only, written before the answer, read by those who oversee."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import ACCESS_LOG, AccessRow


class AccessOutcome(StrEnum):
    """What somebody got who asked for personal data."""

    READ = "read"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    ABSENT = "absent"
    ERASED = "erased"
    DAMAGED = "damaged"


class Asked(NamedTuple):
    """Who asked, as what and by which operation and request, and what became of it."""

    at: datetime
    person_id: str
    capacity: str
    operation: str
    outcome: AccessOutcome
    request_id: str | None
    case_id: str | None = None
    document_id: str = ""
    subject_id: str | None = None
    people: int | None = None


async def record_access(connection: AsyncConnection, asked: Asked) -> None:
    """Write down that somebody asked. The connection commits each statement, so that it is kept before the answer."""
    await connection.execute(insert(ACCESS_LOG).values(**asked._asdict()))


async def accesses(
    connection: AsyncConnection, case_id: str, subject: str, limit: int, before: int | None = None
) -> list[AccessRow]:
    """Who asked for a case, its documents, or the register's data of its employee, newest first."""
    mine = or_(ACCESS_LOG.c.case_id == case_id, (ACCESS_LOG.c.subject_id == subject) & ACCESS_LOG.c.case_id.is_(None))
    query = select(ACCESS_LOG).where(mine).order_by(ACCESS_LOG.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(ACCESS_LOG.c.id < before)
    return [AccessRow(**r._mapping) for r in await connection.execute(query)]


async def all_accesses(
    connection: AsyncConnection,
    limit: int,
    before: int | None = None,
    *,
    person: str | None = None,
    operation: str | None = None,
) -> list[AccessRow]:
    """Accesses of everybody to anything, newest first: by one person, or by one operation, if asked for."""
    query = select(ACCESS_LOG).order_by(ACCESS_LOG.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(ACCESS_LOG.c.id < before)
    if person is not None:
        query = query.where(ACCESS_LOG.c.person_id == person)
    if operation is not None:
        query = query.where(ACCESS_LOG.c.operation == operation)
    return [AccessRow(**r._mapping) for r in await connection.execute(query)]


_NAMED = text("""
    SELECT (SELECT case_id FROM docket WHERE case_id = :case OR number = :case) AS case_id,
           coalesce((SELECT person_id FROM docket WHERE case_id = :case OR number = :case),
                    (SELECT id FROM person WHERE id = :person)) AS subject
""")


async def named(connection: AsyncConnection, case: str | None, person: str | None) -> tuple[str | None, str | None]:
    """The id of a case that is named by id or number, and whose it is, or a person that is named, whoever asks."""
    row = (await connection.execute(_NAMED, {"case": case or "", "person": person or ""})).one()
    return row.case_id, row.subject
