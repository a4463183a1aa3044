"""Reading the register for lists and searches: employees, posts, units, people."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import nip
from store.viewing import DECIDERS, Viewer

_EMPLOYEES = text("""
    SELECT p.id, p.name, p.nip, e.status, e.grade, o.position_code, q.title AS position, q.unit_code,
           u.name AS unit, u.agency_code, lower(o.during) AS position_since
    FROM employee e
    JOIN person p ON p.id = e.person_id
    LEFT JOIN occupancy o ON o.person_id = p.id AND o.kind = 'incumbent' AND o.superseded_at IS NULL
                         AND o.during @> CAST(:day AS date)
    LEFT JOIN position q ON q.code = o.position_code AND q.superseded_at IS NULL
    LEFT JOIN unit u ON u.code = q.unit_code AND u.superseded_at IS NULL
    WHERE e.superseded_at IS NULL
      AND (:all OR p.id = :me OR u.agency_code = ANY(:agencies))
      AND (CAST(:id AS text) IS NULL OR p.id = :id)
      AND (CAST(:nip AS text) IS NULL OR p.nip = :nip)
      AND (CAST(:words AS text) IS NULL OR to_tsvector('simple', p.name) @@ plainto_tsquery('simple', :words))
      AND (CAST(:unit AS text) IS NULL OR :unit = ANY(u.ancestors))
      AND (CAST(:after_name AS text) IS NULL OR (p.name, p.id) > (:after_name, :after_id))
    ORDER BY p.name, p.id LIMIT :limit
""")


class EmployeeRow(NamedTuple):
    """An employee in a list: who, where, since when."""

    id: str
    name: str
    nip: str
    status: str
    grade: str
    position_code: str | None
    position: str | None
    unit_code: str | None
    unit: str | None
    agency_code: str | None
    position_since: date | None


async def employees(
    connection: AsyncConnection,
    viewer: Viewer,
    day: date,
    *,
    q: str | None = None,
    unit: str | None = None,
    employee_id: str | None = None,
    limit: int = 50,
    after: tuple[str, str] | None = None,
) -> list[EmployeeRow]:
    """Employees the viewer may see, by name: all for HR, overseers, deciders, services; a head's agency; oneself."""
    if viewer.operator:
        return []
    number = nip.normalised(q) if q else ""
    exact = number.isdecimal() and len(number) == 18
    params = {
        "day": day,
        "me": viewer.person,
        "all": viewer.is_hr or viewer.oversees or viewer.service or viewer.holds(DECIDERS),
        "agencies": viewer.agencies,
        "id": employee_id,
        "nip": number if exact else None,
        "words": q if q and not exact else None,
        "unit": unit,
        "after_name": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [EmployeeRow(**r._mapping) for r in await connection.execute(_EMPLOYEES, params)]


_POSITIONS = text("""
    SELECT p.code, p.title, p.kind, p.tier, p.echelon, p.job_class, p.unit_code, u.name AS unit, u.agency_code,
           p.required, p.min_grade, p.max_grade, p.education_min, p.education_fields, p.competences, p.abk_year,
           o.occupied, o.held
    FROM position p
    JOIN unit u ON u.code = p.unit_code AND u.superseded_at IS NULL
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE kind = 'incumbent') AS occupied, count(*) FILTER (WHERE kind = 'hold') AS held
        FROM occupancy WHERE position_code = p.code AND superseded_at IS NULL AND during @> CAST(:day AS date)
    ) o
    WHERE p.superseded_at IS NULL
      AND (CAST(:code AS text) IS NULL OR p.code = :code)
      AND (CAST(:unit AS text) IS NULL OR :unit = ANY(u.ancestors))
      AND (CAST(:words AS text) IS NULL OR to_tsvector('simple', p.title || ' ' || p.code)
                                          @@ plainto_tsquery('simple', :words))
      AND (CAST(:kind AS text) IS NULL OR p.kind = :kind)
      AND (CAST(:title AS text) IS NULL OR p.title = :title)
      AND (NOT :vacant OR p.required > o.occupied + o.held)
      AND (CAST(:after AS text) IS NULL OR p.code > :after)
    ORDER BY p.code LIMIT :limit
""")


class PositionRow(NamedTuple):
    """A post with the figures of the position map."""

    code: str
    title: str
    kind: str
    tier: str | None
    echelon: str | None
    job_class: int
    unit_code: str
    unit: str
    agency_code: str
    required: int
    min_grade: str
    max_grade: str
    education_min: str
    education_fields: list[str]
    competences: dict[str, int]
    abk_year: int
    occupied: int
    held: int

    @property
    def vacant(self) -> int:
        """Seats neither occupied nor held; a surplus is no negative vacancy."""
        return max(0, self.required - self.occupied - self.held)


async def positions(
    connection: AsyncConnection,
    day: date,
    *,
    code: str | None = None,
    unit: str | None = None,
    q: str | None = None,
    kind: str | None = None,
    title: str | None = None,
    vacant: bool = False,
    limit: int | None = 50,
    after: str | None = None,
) -> list[PositionRow]:
    """Posts by code, with what is required, occupied and held on a day; all of them where `limit` is None."""
    params: dict[str, Any] = {
        "day": day, "code": code, "unit": unit, "words": q, "kind": kind, "title": title,
        "vacant": vacant, "limit": limit, "after": after,
    }  # fmt: skip
    return [PositionRow(**r._mapping) for r in await connection.execute(_POSITIONS, params)]


_UNITS = text("""
    SELECT u.code, u.name, u.short_name, u.parent_code, u.kind, u.district, u.service_critical, u.agency_code,
           coalesce(sum(p.required), 0)::int AS required,
           coalesce(sum((SELECT count(*) FROM occupancy o WHERE o.position_code = p.code AND o.superseded_at IS NULL
                           AND o.kind = 'incumbent' AND o.during @> CAST(:day AS date))), 0)::int AS occupied
    FROM unit u LEFT JOIN position p ON p.unit_code = u.code AND p.superseded_at IS NULL
    WHERE u.superseded_at IS NULL AND (CAST(:after AS text) IS NULL OR u.code > :after)
      AND (CAST(:words AS text) IS NULL OR to_tsvector('simple', u.name || ' ' || u.short_name || ' ' || u.code)
                                          @@ plainto_tsquery('simple', :words))
    GROUP BY u.id ORDER BY u.code LIMIT :limit
""")


class UnitRow(NamedTuple):
    """A unit with the headcount of its own posts."""

    code: str
    name: str
    short_name: str
    parent_code: str | None
    kind: str
    district: str
    service_critical: bool
    agency_code: str
    required: int
    occupied: int


async def units(
    connection: AsyncConnection, day: date, *, q: str | None = None, limit: int = 50, after: str | None = None
) -> list[UnitRow]:
    rows = await connection.execute(_UNITS, {"day": day, "words": q, "limit": limit, "after": after})
    return [UnitRow(**r._mapping) for r in rows]


_HOLDERS = text("""
    SELECT o.person_id, o.office, o.unit_code, o.holder_name, o.capacity, p.nip,
           (SELECT count(*) FROM office x WHERE x.person_id = o.person_id AND x.superseded_at IS NULL
              AND x.valid_from <= :day AND (x.valid_to IS NULL OR x.valid_to >= :day)) AS offices
    FROM office o JOIN person p ON p.id = o.person_id
    WHERE o.superseded_at IS NULL AND o.valid_from <= :day AND (o.valid_to IS NULL OR o.valid_to >= :day)
      AND o.office = ANY(:offices)
      AND (CAST(:unit AS text) IS NULL
           OR o.unit_code = (SELECT agency_code FROM unit WHERE code = :unit AND superseded_at IS NULL))
    ORDER BY o.capacity <> 'definitive', o.valid_from, o.id
""")


class Holder(NamedTuple):
    """A present holder of an office. `offices` counts all the offices he holds today."""

    person_id: str
    office: str
    unit_code: str | None
    holder_name: str
    capacity: str
    nip: str | None
    offices: int


async def holders(connection: AsyncConnection, day: date, offices: list[str], unit: str | None = None) -> list[Holder]:
    """Who holds one of some offices on a day (of the agency of a unit, if given), definitive holders first."""
    rows = await connection.execute(_HOLDERS, {"day": day, "offices": offices, "unit": unit})
    return [Holder(**r._mapping) for r in rows]


_BY_NIP = text("SELECT id FROM person WHERE nip = :nip")


async def person_of(connection: AsyncConnection, nip_text: str) -> str | None:
    """Person id of a NIP."""
    return (await connection.execute(_BY_NIP, {"nip": nip_text})).scalar()
