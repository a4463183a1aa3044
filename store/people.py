"""Facts about a civil servant and about posts, as the register holds them on a day."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import PROVINCE
from domain.facts import (
    CompetenceFact,
    ConditionFact,
    Dossier,
    Position,
    PostHeld,
    RatingFact,
    TalentFact,
)

_DOSSIERS = f"""
    SELECT p.id AS person, p.nip, p.name, e.status, e.grade, e.appointed_on, e.birth_date,
           e.education, e.education_field, (e.recorded_at AT TIME ZONE '{PROVINCE.key}')::date AS as_of,
           o.position_code, lower(o.during) AS position_since,
           (SELECT s.agency FROM outside_service s
             WHERE s.person_id = p.id AND s.superseded_at IS NULL
               AND s.valid_from <= CAST(:day AS date)) AS serves_elsewhere,
           (SELECT jsonb_agg(jsonb_build_object('year', r.year, 'rating', r.rating, 'source', r.source,
                                                'as_of', (r.recorded_at AT TIME ZONE '{PROVINCE.key}')::date))
              FROM rating r WHERE r.person_id = p.id AND r.superseded_at IS NULL) AS ratings,
           (SELECT jsonb_agg(jsonb_build_object('kind', c.kind, 'start', c.valid_from, 'end', c.valid_to,
                                                'source', c.source))
              FROM condition c WHERE c.person_id = p.id AND c.superseded_at IS NULL) AS conditions,
           (SELECT jsonb_object_agg(k.competence, jsonb_build_object('level', k.level, 'assessed_on', k.assessed_on,
                                                                     'source', k.source))
              FROM competence k WHERE k.person_id = p.id AND k.superseded_at IS NULL) AS competences,
           (SELECT jsonb_build_object('year', t.year, 'performance', t.performance_axis,
                                      'potential', t.potential_axis)
              FROM talent t WHERE t.person_id = p.id AND t.superseded_at IS NULL
              ORDER BY t.year DESC LIMIT 1) AS talent,
           (SELECT jsonb_agg(jsonb_build_object('title', h.title, 'kind', h.kind, 'tier', h.tier, 'unit', h.unit,
                                                'start', h.start, 'end', h.until, 'source', h.source,
                                                'as_of', (h.recorded_at AT TIME ZONE '{PROVINCE.key}')::date)
                             ORDER BY h.start, h.title)
              FROM (SELECT title, kind, tier, unit, valid_from AS start, valid_to AS until, source, recorded_at
                      FROM post_history WHERE person_id = p.id AND superseded_at IS NULL
                    UNION ALL
                    SELECT t.title, t.kind, t.tier, t.unit_code, lower(f.during), upper(f.during) - 1, f.source,
                           f.recorded_at
                      FROM occupancy f JOIN position t ON t.code = f.position_code AND t.superseded_at IS NULL
                     WHERE f.person_id = p.id AND f.kind = 'incumbent' AND f.superseded_at IS NULL
                       AND upper(f.during) <= CAST(:day AS date)) h) AS history
    FROM person p
    JOIN employee e ON e.person_id = p.id AND e.superseded_at IS NULL
    LEFT JOIN occupancy o ON o.person_id = p.id AND o.kind = 'incumbent' AND o.superseded_at IS NULL
                         AND o.during @> CAST(:day AS date)
"""
_DOSSIER = text(f"{_DOSSIERS} WHERE p.id = :key OR p.nip = :key")
_DOSSIERS_OF = text(f"{_DOSSIERS} WHERE p.id = ANY(:ids)")

_POSITIONS = text("""
    SELECT p.code, p.title, p.kind, p.tier, p.echelon, p.job_class, p.required, p.min_grade, p.max_grade,
           p.education_min, p.education_fields, p.competences, p.abk_year,
           u.code AS unit, u.name AS unit_name, a.code AS agency, a.name AS agency_name, u.ancestors
    FROM position p
    JOIN unit u ON u.code = p.unit_code AND u.superseded_at IS NULL
    JOIN unit a ON a.code = u.agency_code AND a.superseded_at IS NULL
    WHERE p.code = ANY(:codes) AND p.superseded_at IS NULL
""")


async def positions(connection: AsyncConnection, codes: list[str]) -> dict[str, tuple[Position, frozenset[str]]]:
    """Posts by code, each with its unit and all units above it."""
    rows = (await connection.execute(_POSITIONS, {"codes": codes})).mappings()
    return {
        r["code"]: (
            Position.model_validate({**r, "education_fields": tuple(r["education_fields"])}),
            frozenset(r["ancestors"]),
        )
        for r in rows
    }


async def dossier_row(connection: AsyncConnection, key: str, day: date) -> dict[str, object] | None:
    """What the register holds about a civil servant, by person id or NIP; his post by its code only."""
    row = (await connection.execute(_DOSSIER, {"key": key, "day": day})).mappings().first()
    return dict(row) if row else None


async def dossiers(connection: AsyncConnection, ids: list[str], day: date) -> dict[str, Dossier]:
    """The dossiers of several civil servants by person id, their posts included, in two statements."""
    rows = [dict(r) for r in (await connection.execute(_DOSSIERS_OF, {"ids": ids, "day": day})).mappings()]
    held = await positions(connection, sorted({r["position_code"] for r in rows if r["position_code"]}))
    posts = {code: post for code, (post, _) in held.items()}
    return {r["person"]: dossier_of(r, posts.get(r["position_code"])) for r in rows}


def dossier_of(row: dict[str, object], position: Position | None) -> Dossier:
    """The dossier of a row, with the post it names."""
    return Dossier(
        **{k: row[k] for k in _PLAIN},
        position=position,
        position_since=row["position_since"],
        serves_elsewhere=row.get("serves_elsewhere"),
        ratings=tuple(RatingFact.model_validate(r) for r in _list(row["ratings"])),
        conditions=tuple(ConditionFact.model_validate(c) for c in _list(row["conditions"])),
        competences={k: CompetenceFact.model_validate(v) for k, v in dict(row["competences"] or {}).items()},  # type: ignore[call-overload]
        history=tuple(PostHeld.model_validate(h) for h in _list(row["history"])),
        talent=TalentFact.model_validate(row["talent"]) if row["talent"] else None,
    )


_PLAIN = (
    "person", "nip", "name", "status", "grade", "appointed_on", "birth_date", "education", "education_field", "as_of",
)  # fmt: skip


def _list(value: object) -> list[object]:
    return list(value) if value else []  # type: ignore[call-overload]
