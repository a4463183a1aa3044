"""The position map: held seats say for which case to who may know, and figures look ahead."""

from datetime import date
from typing import Any

from domain.ranks import add_months, pension_start
from tests.house import House, local_day

SEAT = "DLH-S-04"


async def _post(house: House, code: str = SEAT, by: str = "hr_officer", **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = await house.get(f"/positions/{code}", by, **params)
    return found


async def test_a_hold_is_visible_with_its_case_to_those_who_see_the_case(house: House) -> None:
    assert (await _post(house))["holds"] == []
    case = await house.open("lateral_pass")
    [hold] = (await _post(house))["holds"]
    assert (hold["case_id"], hold["case_number"]) == (case.id, case.state["number"])
    [hidden] = (await _post(house, by="cast:it_self_nomination"))["holds"]
    assert (hidden["case_id"], hidden["case_number"]) == (None, None)
    listed = await house.get("/positions", unit="DLH-S", limit=200)
    assert next(p for p in listed["items"] if p["code"] == SEAT)["holds"] == [hold]
    assert (await house.get(f"/positions/{SEAT}/candidates"))["holds"] == [hold]
    member = house.cast["full_seat"]
    answer = await house.request(
        "POST", "/cases/preview", "hr_officer", json={"nip": member["nip"], "position_code": SEAT}
    )
    assert answer.json()["seat"]["holds"] == [hold]


async def test_cases_in_flight_are_expected_at_both_ends_and_those_who_wait_are_counted(house: House) -> None:
    case = await house.open("lateral_pass")
    origin = case.state["from"]["position_code"]
    here, there = await _post(house, origin, horizon=1), await _post(house, horizon=1)
    assert (here["projected"]["leaving"], there["projected"]["arriving"]) == (1, 1)
    assert there["projected"]["occupied"] == there["occupied"] + 1 - there["projected"]["retiring"]
    assert there["projected"]["vacant"] == 0 and there["vacant"] == 0
    second = await house.open("full_seat")
    waited_for = await _post(house, second.state["to"]["position_code"])
    assert second.where == ("needs_check", "no_vacancy") and waited_for["waiting"] == 1


async def test_retirements_within_the_horizon_are_those_of_the_policy(common_house: House) -> None:
    rows = await common_house.sql("""
        SELECT o.position_code AS code, e.birth_date AS born
        FROM occupancy o JOIN employee e ON e.person_id = o.person_id AND e.superseded_at IS NULL
        JOIN position p ON p.code = o.position_code AND p.superseded_at IS NULL AND p.kind = 'STAFF'
        WHERE o.superseded_at IS NULL AND o.kind = 'incumbent' ORDER BY e.birth_date LIMIT 1
    """)
    code: str = rows[0].code
    others = await common_house.sql(
        "SELECT e.birth_date AS born FROM occupancy o JOIN employee e ON e.person_id = o.person_id"
        " AND e.superseded_at IS NULL WHERE o.position_code = :code AND o.kind = 'incumbent'"
        " AND o.superseded_at IS NULL",
        code=code,
    )
    found = {}
    for months in (1, 60):
        until: date = add_months(local_day(), months)
        ahead = (await _post(common_house, code, horizon=months))["projected"]
        assert ahead["until"] == until.isoformat()
        assert ahead["retiring"] == sum(pension_start(o.born, 58) <= until for o in others)
        found[months] = ahead["retiring"]
    assert found[60] >= 1, "the oldest of all retires within five years"
