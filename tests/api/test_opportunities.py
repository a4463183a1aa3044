"""Opportunities: what fits a person, what he prefers, and who nominated himself."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text

from store.preferences import preferring
from tests.api.answers import problem_of
from tests.house import House

ME = "cast:it_self_nomination"


async def _prefer(house: House, positions: list[str], by: str = ME) -> Any:
    return await house.request(
        "PUT", f"/employees/{await house.person(ME)}/preferences", by, json={"positions": positions}
    )


async def test_an_employee_finds_prefers_and_nominates_himself(house: House) -> None:
    me = await house.person(ME)
    found = await house.get(f"/employees/{me}/opportunities", ME, limit=50)
    assert found == await house.get(f"/employees/{me}/opportunities", "hr_officer", limit=50), "he sees what HR sees"
    target = house.cast["it_self_nomination"]["target_position_code"]
    codes = [o["position_code"] for o in found["items"]]
    scores = [o["fit"]["score"] for o in found["items"]]
    assert target in codes and scores == sorted(scores, reverse=True)
    assert all(o["vacant"] >= 1 and o["choice"] is None for o in found["items"])

    assert (await _prefer(house, [target])).json() == {"positions": [target]}
    assert (await _prefer(house, [target])).status_code == 200
    rows = await house.sql("SELECT count(*) AS n FROM stated_preference")
    assert rows[0].n == 1, "the same statement again changes nothing"
    after = await house.get(f"/employees/{me}/opportunities", ME, limit=50)
    mine = next(o for o in after["items"] if o["position_code"] == target)
    assert mine["choice"] == 1
    wish = next(c for c in mine["fit"]["criteria"] if c["code"] == "preference")
    assert (wish["percent"], wish["finding"]) == (100, "preference_stated")
    preview = await house.request(
        "POST", "/cases/preview", ME,
        json={"nip": house.cast["it_self_nomination"]["nip"], "position_code": target, "origin": "own_request"},
    )  # fmt: skip
    assert preview.json()["fit"] == mine["fit"]

    case = await house.open("it_self_nomination", by=ME, origin="own_request")
    seen = await house.get(f"/positions/{target}/nominations")
    assert [(n["case_id"], n["employee"]["id"]) for n in seen["items"]] == [(case.id, me)]
    assert [(p["employee"]["id"], p["choice"]) for p in seen["preferred_by"]] == [(me, 1)]
    assert (await _prefer(house, [])).json() == {"positions": []}
    rows = await house.sql("SELECT positions FROM stated_preference ORDER BY id")
    assert [list(r.positions) for r in rows] == [[target], []], "nothing stated is ever lost"
    assert (await house.get(f"/positions/{target}/nominations"))["preferred_by"] == []


async def test_the_day_of_a_preference_is_that_of_the_province(common_house: House) -> None:
    """Half past seven in the morning in Mamuju is still the day before in UTC."""
    me, post = await common_house.person(ME), common_house.cast["it_self_nomination"]["target_position_code"]
    async with common_house.engine.connect() as connection:
        await connection.execute(
            text("INSERT INTO stated_preference (person_id, positions, recorded_at) VALUES (:me, :posts, :at)"),
            {"me": me, "posts": [post], "at": datetime(2026, 11, 23, 23, 30, tzinfo=UTC)},
        )
        [found] = await preferring(connection, post)
        await connection.rollback()
    assert (found.choice, found.since) == (1, date(2026, 11, 24))


async def test_every_vacant_post_is_looked_at_and_the_answer_says_how_many(common_house: House) -> None:
    me = await common_house.person(ME)
    whole = await common_house.get(f"/employees/{me}/opportunities", ME, limit=50)
    vacant = await common_house.sql("""
        SELECT count(*) AS n FROM position p WHERE p.superseded_at IS NULL AND p.required > (
            SELECT count(*) FROM occupancy o WHERE o.position_code = p.code AND o.superseded_at IS NULL
               AND o.kind IN ('incumbent', 'hold') AND o.during @> CAST(:day AS date))
    """, day=common_house.now.date())  # fmt: skip
    here = common_house.cast["it_self_nomination"]["current_position_code"]
    own = (await common_house.get(f"/positions/{here}"))["vacant"] > 0
    assert whole["considered"] == vacant[0].n - own
    assert whole["considered"] >= whole["qualified"] >= whole["judged"] >= len(whole["items"])
    first = await common_house.get(f"/employees/{me}/opportunities", ME, limit=1)
    assert (first["considered"], first["qualified"]) == (whole["considered"], whole["qualified"])
    assert first["judged"] <= whole["judged"] and first["items"] == whole["items"][:1]


async def test_who_may_and_what_is_refused(common_house: House) -> None:
    problem_of(await _prefer(common_house, ["NOWHERE-01"]), 422, "position_unknown")
    problem_of(await _prefer(common_house, [], by="hr_officer"), 403, "not_authorised")
    four = await _prefer(common_house, ["DLH-S-04", "DLH-S-05", "DLH-S-06", "DLH-S-07"])
    problem_of(four, 422, "invalid_request")
    me = await common_house.person(ME)
    for by in ("governor", "cast:lateral_pass", "operator"):
        problem_of(await common_house.request("GET", f"/employees/{me}/opportunities", by), 403, "not_authorised")
    problem_of(await common_house.request("GET", "/employees/p_nobody/opportunities", "hr_officer"), 404, "not_found")
    problem_of(await common_house.request("GET", "/positions/NOWHERE-01/nominations", "hr_officer"), 404, "not_found")
