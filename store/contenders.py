"""Who may be considered for a post: one statement that reads all of them as the fit needs them, and no more."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.facts import Position
from domain.fit import Applicant
from domain.ranking import HardRequirements
from domain.vocabulary import PositionKind, Rating, Tier

_OURS = """
    NOT EXISTS (SELECT 1 FROM outside_service s WHERE s.person_id = e.person_id AND s.superseded_at IS NULL)
"""
"""Who serves another agency moves here with its consent only, and stands in no ranking."""
_HARD = """
    e.status = :status AND e.education = ANY(:levels) AND (:any_field OR e.education_field = ANY(:fields))
    AND e.grade = ANY(:grades)
"""

_COUNT = text(f"""
    SELECT count(*) AS considered,
           count(*) FILTER (WHERE e.status <> :status) AS status,
           count(*) FILTER (WHERE e.status = :status AND NOT e.grade = ANY(:grades)) AS grade,
           count(*) FILTER (WHERE e.status = :status AND e.grade = ANY(:grades)
               AND NOT (e.education = ANY(:levels) AND (:any_field OR e.education_field = ANY(:fields)))) AS education
    FROM employee e
    WHERE e.superseded_at IS NULL AND {_OURS}
      AND NOT EXISTS (SELECT 1 FROM occupancy o WHERE o.person_id = e.person_id AND o.kind = 'incumbent'
                        AND o.superseded_at IS NULL AND o.during @> CAST(:day AS date) AND o.position_code = :code)
""")

# Competences and ratings are gathered once for all and joined: a lookup for each person would be asked 20,000 times.
_CONTENDERS = text(f"""
    WITH fit AS MATERIALIZED (
        SELECT e.person_id, e.education, e.education_field, o.position_code, lower(o.during) AS since
        FROM employee e
        LEFT JOIN occupancy o ON o.person_id = e.person_id AND o.kind = 'incumbent' AND o.superseded_at IS NULL
                             AND o.during @> CAST(:day AS date)
        WHERE e.superseded_at IS NULL AND {_OURS} AND o.position_code IS DISTINCT FROM :code AND {_HARD}
    )
    SELECT f.person_id, f.education, f.education_field, q.title, q.kind, q.tier, f.since,
           k.levels, r.earlier, r.last, s.positions
    FROM fit f
    LEFT JOIN position q ON q.code = f.position_code AND q.superseded_at IS NULL
    LEFT JOIN (SELECT person_id, jsonb_object_agg(competence, level) AS levels FROM competence
               WHERE superseded_at IS NULL AND competence = ANY(:competences) GROUP BY person_id) k
           ON k.person_id = f.person_id
    LEFT JOIN (SELECT person_id, max(rating) FILTER (WHERE year = :earlier) AS earlier,
                      max(rating) FILTER (WHERE year = :last) AS last
               FROM rating WHERE superseded_at IS NULL AND year IN (:earlier, :last) GROUP BY person_id) r
           ON r.person_id = f.person_id
    LEFT JOIN stated_preference s ON s.person_id = f.person_id AND s.superseded_at IS NULL
    ORDER BY f.person_id
""")


class Considered(NamedTuple):
    """How many there are besides those who hold the post, and how many of them each hard requirement leaves out."""

    considered: int
    status: int
    grade: int
    education: int


async def considered(connection: AsyncConnection, day: date, target: Position, hard: HardRequirements) -> Considered:
    """Count the civil servants, and those left out, each by the first hard requirement that he fails."""
    row = (await connection.execute(_COUNT, _params(day, target, hard))).one()
    return Considered(**row._mapping)


async def contenders(
    connection: AsyncConnection, day: date, target: Position, hard: HardRequirements, years: tuple[int, int]
) -> list[Applicant]:
    """Those who pass the hard requirements of a post and do not hold it, as the fit may know them."""
    params = {
        **_params(day, target, hard),
        "competences": list(target.competences),
        "earlier": years[0],
        "last": years[1],
    }
    rows = (await connection.execute(_CONTENDERS, params)).all()
    return [_applicant(row, years) for row in rows]


def _params(day: date, target: Position, hard: HardRequirements) -> dict[str, Any]:
    return {
        "day": day,
        "code": target.code,
        "status": hard.status,
        "levels": list(hard.education),
        "any_field": not hard.fields,
        "fields": list(hard.fields),
        "grades": list(hard.grades),
    }


_KINDS = {str(kind): kind for kind in PositionKind}
_TIERS = {str(tier): tier for tier in Tier}
_RATINGS = {str(rating): rating for rating in Rating}


def _applicant(row: Any, years: tuple[int, int]) -> Applicant:
    person, education, field, title, kind, tier, since, levels, earlier, last, positions = row
    return Applicant(
        person,
        education,
        field,
        title,
        _KINDS[kind] if kind else None,
        _TIERS[tier] if tier else None,
        since,
        levels or {},
        {year: _RATINGS[rating] for year, rating in zip(years, (earlier, last), strict=True) if rating},
        tuple(positions) if positions else (),
    )
