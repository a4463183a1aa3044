"""Declared relations: a tie that keeps two people from acting in each other's cases."""

from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events.register import RelationDeclared, RelationEnded
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Relation
from store import register_acts
from store.register_acts import Asked
from store.tables import RELATION

_LIST = text("""
    SELECT r.*, p.name AS person, q.name AS relative
    FROM relation r JOIN person p ON p.id = r.person_id JOIN person q ON q.id = r.relative_id
    WHERE (CAST(:concerns AS text) IS NULL OR r.person_id = :concerns OR r.relative_id = :concerns)
      AND (CAST(:id AS text) IS NULL OR r.id = :id)
    ORDER BY r.declared_at DESC, r.id LIMIT :limit
""")
_STANDING = text("""
    SELECT 1 FROM relation WHERE ended_at IS NULL
      AND ((person_id = :one AND relative_id = :other) OR (person_id = :other AND relative_id = :one))
""")


async def listed(
    connection: AsyncConnection, *, concerns: str | None = None, only: str | None = None, limit: int = 200
) -> list[Any]:
    """Declared relations, newest first: of one person, or all."""
    return list(await connection.execute(_LIST, {"concerns": concerns, "id": only, "limit": limit}))


async def declare(
    connection: AsyncConnection, person: str, relative: str, relation: Relation, asked: Asked
) -> str | Refusal:
    """Declare a tie. The id of it. To be called in a transaction."""
    declared = f"r_{asked.command_id[:26]}"
    done = await register_acts.done_before(connection, asked)
    if done is not False:
        return declared if done is True else done
    known = text("SELECT count(*) FROM person WHERE id IN (:one, :other)")
    both = {"one": person, "other": relative}
    if (await connection.execute(known, both)).scalar_one() != len({person, relative}) or person == relative:
        return refuse(RefusalCode.PERSON_UNKNOWN)
    if (await connection.execute(_STANDING, both)).first() is not None:
        return refuse(RefusalCode.RELATION_DECLARED)
    await connection.execute(
        RELATION.insert().values(
            id=declared, person_id=person, relative_id=relative, relation=relation, declared_by=asked.by,
            declared_at=asked.at,
        )
    )  # fmt: skip
    event = RelationDeclared(id=declared, person=person, relative=relative, relation=relation)
    await register_acts.record(connection, asked, event)
    return declared


async def end(connection: AsyncConnection, declared: str, reason: str, asked: Asked) -> str | Refusal:
    """Say that a tie is over. Neither of the two can: whoever is bound by it does not undo it."""
    done = await register_acts.done_before(connection, asked)
    if done is not False:
        return declared if done is True else done
    row = (await connection.execute(select(RELATION).where(RELATION.c.id == declared))).first()
    if row is None or row.ended_at is not None:
        return refuse(RefusalCode.RELATION_UNKNOWN)
    if asked.by in (row.person_id, row.relative_id):
        return refuse(RefusalCode.SECOND_PERSON_REQUIRED)
    ended = {"ended_by": asked.by, "ended_at": asked.at}
    await connection.execute(update(RELATION).where(RELATION.c.id == declared).values(ended))
    await register_acts.record(connection, asked, RelationEnded(id=declared, reason=reason))
    return declared
