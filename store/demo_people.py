"""Whom one may be in the demo: the holders of offices, and some employees without one. Asked in the demo alone."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.registers import holders

EMPLOYEES = 9
HOLDERS = 3


class Somebody(NamedTuple):
    """A person to be: the office held, or the post of an employee without one."""

    person_id: str
    name: str
    office: str | None
    where: str | None


async def officials(connection: AsyncConnection, day: date, offices: list[str]) -> list[Somebody]:
    """Who holds these offices on a day, in this order, each person once; of many holders the first few."""
    found: dict[str, Somebody] = {}
    for office in offices:
        held = [h for h in await holders(connection, day, [office]) if h.person_id not in found]
        found |= {h.person_id: Somebody(h.person_id, h.holder_name, h.office, h.unit_code) for h in held[:HOLDERS]}
    return list(found.values())


_EMPLOYEES = text("""
    SELECT e.person_id, n.name, p.title
    FROM employee e
    JOIN person n ON n.id = e.person_id
    JOIN occupancy o ON o.person_id = e.person_id AND o.kind = 'incumbent' AND o.superseded_at IS NULL
                    AND o.during @> CAST(:day AS date)
    JOIN position p ON p.code = o.position_code AND p.superseded_at IS NULL
    WHERE e.superseded_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM office f WHERE f.person_id = e.person_id AND f.superseded_at IS NULL)
    ORDER BY EXISTS (SELECT 1 FROM docket d WHERE d.person_id = e.person_id AND d.stage <> 'closed') DESC,
             n.no
    LIMIT :limit
""")


async def employees(connection: AsyncConnection, day: date) -> list[Somebody]:
    """Some employees without an office, those with an open case first."""
    rows = await connection.execute(_EMPLOYEES, {"day": day, "limit": EMPLOYEES})
    return [Somebody(r.person_id, r.name, None, r.title) for r in rows]
