"""Who is related to whom: spouses by the register, and what was declared. In both directions."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

TIES = """(
    SELECT person_id AS one, spouse_id AS other FROM employee WHERE superseded_at IS NULL AND spouse_id IS NOT NULL
    UNION ALL SELECT spouse_id, person_id FROM employee WHERE superseded_at IS NULL AND spouse_id IS NOT NULL
    UNION ALL SELECT person_id, relative_id FROM relation WHERE ended_at IS NULL
    UNION ALL SELECT relative_id, person_id FROM relation WHERE ended_at IS NULL
)"""
"""A table in SQL: `other` is related to `one`."""

_RELATIVES = text(f"SELECT DISTINCT t.other FROM {TIES} t WHERE t.one = :person")


async def relatives(connection: AsyncConnection, person: str) -> frozenset[str]:
    """Everyone who is related to a person."""
    return frozenset((await connection.execute(_RELATIVES, {"person": person})).scalars())
