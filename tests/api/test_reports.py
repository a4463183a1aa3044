"""The report of overrides: counted by rule, ground and period, for those who answer for them."""

from tests.api.answers import problem_of
from tests.house import House, local_day


async def test_overrides_are_counted_by_rule_ground_and_period(house: House) -> None:
    case = await house.open("tenure_18_months")
    asked = {"rule": "E02", "ground": "reorganisation", "reference": "Pergub 12/2026"}
    empty = {"items": [], "requested": 0, "confirmed": 0}
    assert await house.get("/reports/overrides", "auditor") == empty
    await case.act("override_rule", "hr_officer", **asked)
    await case.act("undo", "hr_officer")
    assert await house.get("/reports/overrides", "auditor") == empty, "what was taken back does not count"
    await case.act("override_rule", "hr_officer", **asked)
    await case.act("confirm_override", "hr_head")
    today = local_day()
    for length, period in (
        ("month", f"{today:%Y-%m}"), ("quarter", f"{today.year}-Q{(today.month + 2) // 3}"), ("year", f"{today.year}"),
    ):  # fmt: skip
        found = await house.get("/reports/overrides", "inspector", period=length)
        assert found["items"] == [
            {"period": period, "rule": "E02", "ground": "reorganisation", "ground_text": "Reorganisation",
             "requested": 1, "confirmed": 1}
        ]  # fmt: skip
    assert (found["requested"], found["confirmed"]) == (1, 1)
    inside = await house.get("/reports/overrides", since=today.isoformat(), until=today.isoformat())
    assert inside["requested"] == 1
    assert await house.get("/reports/overrides", until=local_day(-1).isoformat()) == empty
    assert await house.get("/reports/overrides", since=local_day(1).isoformat()) == empty


async def test_the_report_is_for_hr_and_overseers(common_house: House) -> None:
    for caller in ("cast:lateral_pass", "governor", "agency_head:DLH"):
        answer = await common_house.request("GET", "/reports/overrides", caller)
        problem_of(answer, 403, "not_authorised")
    answer = await common_house.request("GET", "/reports/overrides", "hr_officer", params={"period": "day"})
    problem_of(answer, 422, "invalid_request")
