"""P6, Sulbar, 6 January 2021: 304 officials in one reorganisation, ten of them executives, one Assistant made a clerk.

Three hundred cases are opened at once, judged, and their seats held; those too early in post go on by the ground of the
reorganisation; some are walked to the end. `MUTASI_BATCH_WHOLE=300` walks all of them, which takes minutes.
"""

import asyncio
import os
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy import text

from tests.house import CaseFile, House

BATCH = 300
WHOLE = int(os.environ.get("MUTASI_BATCH_WHOLE", "8"))
AT_ONCE = 4
EXECUTIVES = 10
EARLY = 20
"""How many of them are less than two years in their posts."""
LAWFUL = {"ground": "reorganisation", "reference": "Pergub 1/2021"}
T = TypeVar("T")

_MOVERS = text("""
    SELECT nip, code FROM (
    SELECT n.nip, p.code, early, row_number() OVER (PARTITION BY early ORDER BY n.id) AS place
    FROM occupancy o JOIN position p ON p.code = o.position_code AND p.superseded_at IS NULL
    CROSS JOIN LATERAL (SELECT lower(o.during) > CAST(:day AS date) - 731 AS early) t
    JOIN person n ON n.id = o.person_id JOIN employee e ON e.person_id = n.id AND e.superseded_at IS NULL
    WHERE o.kind = 'incumbent' AND o.superseded_at IS NULL AND upper_inf(o.during) AND e.status = 'PNS'
      AND p.kind IN ('ADMINISTRATOR', 'SUPERVISOR', 'FUNCTIONAL', 'STAFF') AND p.tier IS DISTINCT FROM 'utama'
      AND e.grade BETWEEN p.min_grade AND p.max_grade AND e.birth_date > '1975-01-01'
      AND (p.education_fields = '{}' OR e.education_field = ANY(p.education_fields))
      AND NOT EXISTS (SELECT 1 FROM office f WHERE f.person_id = n.id AND f.superseded_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM condition c WHERE c.person_id = n.id AND c.superseded_at IS NULL)
      AND (SELECT count(*) FROM rating r WHERE r.person_id = n.id AND r.superseded_at IS NULL
             AND r.year IN (2024, 2025) AND r.rating IN ('BAIK', 'SANGAT_BAIK')) = 2
      AND NOT EXISTS (SELECT 1 FROM employee s WHERE s.superseded_at IS NULL AND s.spouse_id = n.id)
    ) found WHERE place <= :early OR NOT early ORDER BY early DESC, place LIMIT :many
""")
_BUREAU = text("""
    INSERT INTO unit (code, name, short_name, parent_code, kind, district, service_critical, agency_code, ancestors)
    SELECT 'BIRO-BARU', 'Biro Baru', 'Biro Baru', u.code, 'agency', u.district, false, 'BIRO-BARU',
           ARRAY['BIRO-BARU'] || u.ancestors
    FROM unit u WHERE u.code = 'SETDA' AND u.superseded_at IS NULL
""")
_POSTS = text("""
    INSERT INTO position (code, title, unit_code, kind, tier, echelon, job_class, required, min_grade, max_grade,
                          education_min, education_fields, competences, abk_year)
    SELECT 'NEW-' || p.code, p.title, 'BIRO-BARU', p.kind, p.tier, p.echelon, p.job_class, given.many, p.min_grade,
           p.max_grade, p.education_min, p.education_fields, p.competences, p.abk_year
    FROM unnest(CAST(:codes AS text[]), CAST(:many AS int[])) AS given (code, many)
    JOIN position p ON p.code = given.code AND p.superseded_at IS NULL
""")
_SEATS = text("""
    INSERT INTO seat (position_code, no)
    SELECT p.code, n FROM position p, generate_series(1, p.required) n
    WHERE p.unit_code = 'BIRO-BARU' AND p.superseded_at IS NULL
""")
_ABOLISHED = text("UPDATE position SET required = 0 WHERE code = ANY(:codes) AND superseded_at IS NULL")


async def _reorganised(house: House, day: Any) -> list[Any]:
    """The new bureau with the posts of the movers in it; the posts they hold are no longer needed."""
    async with house.engine.begin() as connection:
        movers = list(await connection.execute(_MOVERS, {"many": BATCH, "early": EARLY, "day": day}))
        posts = Counter(m.code for m in movers)
        await connection.execute(_BUREAU)
        await connection.execute(_POSTS, {"codes": list(posts), "many": list(posts.values())})
        await connection.execute(_SEATS)
        await connection.execute(_ABOLISHED, {"codes": list(posts)})
    return movers


async def _each(work: Callable[[T], Awaitable[Any]], items: Iterable[T]) -> list[Any]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> Any:
        async with gate:
            return await work(item)

    return await asyncio.gather(*(one(item) for item in items))


async def _answered(case: CaseFile, act: str, by: str, **fields: Any) -> None:
    """An act as a client sends it: the same key again while nobody answers."""
    key = uuid.uuid4().hex
    for _ in range(20):
        answer = await case.try_act(act, by, key=key, **fields)
        if answer.status_code != 503:
            assert answer.status_code == 200, answer.text
            case.state = answer.json()
            return
    raise AssertionError("nobody answered")


async def test_p6_three_hundred_are_moved_in_one_reorganisation(house: House) -> None:
    began, spent = time.perf_counter(), {}
    movers = await _reorganised(house, house.now.date())
    assert len(movers) == BATCH

    async def open_(mover: Any) -> CaseFile:
        answer = await house.try_open("lateral_pass", nip=mover.nip, position_code=f"NEW-{mover.code}")
        assert answer.status_code == 201, answer.text
        return CaseFile(house, answer.json(), mover.nip)

    cases: list[CaseFile] = await _each(open_, movers)
    spent["opened"] = time.perf_counter() - began
    assert len({c.id for c in cases}) == BATCH
    early = [c for c, m in zip(cases, movers, strict=True) if c.where[1] == "ineligible"]
    assert len(early) == EARLY, "some are too early in their posts"
    for case in early:
        assert [r["rule"] for r in case.state["rules"] if r["outcome"] == "fail"] == ["E02"]

    async def set_aside(case: CaseFile) -> None:
        await _answered(case, "override_rule", "hr_officer", rule="E02", **LAWFUL)
        await _answered(case, "confirm_override", "hr_head")

    await _each(set_aside, early)
    assert Counter(c.where for c in cases) == {("needs_check", "awaiting_confirmation"): BATCH}
    assert all(c.state["seat_held"] for c in cases)
    holds = await house.sql("SELECT seat_id FROM occupancy WHERE kind = 'hold' AND superseded_at IS NULL")
    assert len(holds) == len({h.seat_id for h in holds}) == BATCH, "no seat is held twice"
    assert all("origin_shortage" not in c.state["flags"] for c in cases), "an abolished post runs short of nobody"
    spent["judged"] = time.perf_counter() - began

    await _one_assistant_is_no_clerk(house)
    await _executives_go_another_way(house)
    walked = [*early[: WHOLE // 4], *(c for c in cases if c not in early)][:WHOLE]
    await _each(lambda case: case.patient_walk(to="awaiting_duty"), walked)
    spent["walked"] = time.perf_counter() - began
    placed = await house.sql(
        "SELECT count(*) AS n FROM occupancy o JOIN position p ON p.code = o.position_code AND p.superseded_at IS NULL"
        " WHERE o.kind = 'incumbent' AND o.superseded_at IS NULL AND p.unit_code = 'BIRO-BARU'"
    )
    assert placed[0].n == WHOLE
    print({name: round(seconds, 1) for name, seconds in spent.items()}, f"{len(early)} overridden, {WHOLE} whole")


async def _one_assistant_is_no_clerk(house: House) -> None:
    """Among them an Assistant who is to become a clerk: E20 stops him, a reorganisation alone carries nobody lower."""
    executive = (await house.sql(_EXECUTIVES, many=1))[0]
    staff = next(c for c in await house.sql("SELECT code FROM position WHERE code LIKE 'NEW-%' AND kind = 'STAFF'"))
    answer = await house.try_open("lateral_pass", nip=executive.nip, position_code=staff.code)
    assert answer.status_code == 201, answer.text
    case = CaseFile(house, answer.json(), executive.nip)
    assert case.where == ("evaluation", "ineligible")
    assert not case.state["seat_held"]
    assert "E20" in {r["rule"] for r in case.state["rules"] if r["outcome"] == "fail"}
    await case.refused("override_rule", "hr_officer", "override_document_required", 422, rule="E20", **LAWFUL)
    await case.refused("confirm_need", "hr_officer", "act_not_open", 409)


async def _executives_go_another_way(house: House) -> None:
    """Ten executive posts were in the decree: the law asks for open selection or a test, and the route says so."""
    rows = await house.sql(_EXECUTIVES, many=EXECUTIVES + 1)
    posts = [r.code for r in rows]
    for row in rows[1:]:
        other = next(code for code in posts if code != row.code)
        answer = await house.try_open("lateral_pass", nip=row.nip, position_code=other)
        assert (answer.status_code, answer.json()["code"]) == (422, "post_beyond_route")


_EXECUTIVES = """
    SELECT n.nip, p.code FROM occupancy o JOIN position p ON p.code = o.position_code AND p.superseded_at IS NULL
    JOIN person n ON n.id = o.person_id
    WHERE o.kind = 'incumbent' AND o.superseded_at IS NULL AND upper_inf(o.during) AND p.kind = 'JPT_PRATAMA'
      AND NOT EXISTS (SELECT 1 FROM office f WHERE f.person_id = n.id AND f.superseded_at IS NULL
                        AND f.office IN ('hr_officer', 'hr_head', 'regional_secretary'))
    ORDER BY p.code LIMIT :many
"""
