"""Experience that nobody put on record is asked for, supplied by HR, and judged."""

from typing import Any

from sqlalchemy import text

from tests.house import House, local_day

POST = {
    "kind": "post_held",
    "title": "Kepala Seksi",
    "position_kind": "SUPERVISOR",
    "unit": "DPUPR",
    "reference": "SK 1",
}


async def _rising(house: House) -> str:
    """The post that somebody of the cast would rise to, of whom all is known but his experience."""
    nip = house.cast["lateral_pass"]["nip"]
    async with house.engine.begin() as connection:
        row = (await connection.execute(_POST)).one()
        known = {"nip": nip, "grade": row.min_grade, "field": row.field, "since": local_day(-900)}
        for statement in _KNOWN:
            used = {name: value for name, value in known.items() if f":{name}" in statement.text}
            await connection.execute(statement, used)
    return str(row.code)


_POST = text("""
    SELECT code, min_grade, coalesce(education_fields[1], 'Hukum') AS field FROM position
    WHERE superseded_at IS NULL AND kind = 'ADMINISTRATOR' ORDER BY code LIMIT 1
""")
_KNOWN = (
    text("""
        UPDATE employee SET grade = :grade, education = 'S2', education_field = :field
        WHERE person_id = (SELECT id FROM person WHERE nip = :nip) AND superseded_at IS NULL
    """),
    text("""
        UPDATE talent SET superseded_at = now()
        WHERE person_id = (SELECT id FROM person WHERE nip = :nip) AND superseded_at IS NULL
    """),
    text("""
        INSERT INTO talent (person_id, year, performance_axis, potential_axis)
        SELECT id, 2025, 'above', 'high' FROM person WHERE nip = :nip
    """),
    text("""
        UPDATE occupancy SET during = daterange(:since, NULL)
        WHERE person_id = (SELECT id FROM person WHERE nip = :nip) AND kind = 'incumbent' AND superseded_at IS NULL
    """),
)


async def test_experience_is_asked_for_where_a_rule_needs_it_and_supplied_in_the_case(house: House) -> None:
    code = await _rising(house)
    state = (await house.open("lateral_pass", position_code=code)).state
    assert (state["stage"], state["status"]) == ("evaluation", "incomplete")

    async def supply(**item: Any) -> Any:
        body = {"act": "supply_dossier", "items": [{**POST, **item}]}
        headers = {"Idempotency-Key": str(sorted(item.items())), "If-Match": "*"}
        return await house.request("POST", f"/cases/{state['id']}/acts", "hr_officer", json=body, headers=headers)

    future = await supply(since="2099-01-01")
    assert (future.status_code, future.json()["code"]) == (422, "date_in_future")
    backwards = await supply(since="2015-01-01", to="2014-01-01")
    assert (backwards.status_code, backwards.json()["code"]) == (422, "date_too_early")
    tierless = await supply(position_kind="FUNCTIONAL", since="2015-01-01")
    assert tierless.json()["errors"][0]["code"] == "tier_for_functional"
    done = await supply(since="2012-01-02", to=local_day(-2000).isoformat())
    assert done.status_code == 200, done.text
    rule = next(r for r in done.json()["rules"] if r["rule"] == "E13")
    assert rule["outcome"] == "pass" and state["number"] in rule["source"]
    assert done.json()["stage"] == "needs_check"
    kept = await house.sql("SELECT source, title FROM post_history WHERE superseded_at IS NULL")
    assert [(r.source, r.title) for r in kept] == [(state["number"], "Kepala Seksi")]
