"""Stories of an emergency: to work at once by order, moved by the fast track, or back by itself."""

from datetime import date, timedelta
from typing import Any

from tests.house import CaseFile, House, local_day, today


async def _emergency(house: House) -> CaseFile:
    return await house.open("health_emergency", origin="emergency")


def _order(days: int = 60, **over: Any) -> dict[str, Any]:
    return {"number": "SPT 1/2026", "starts_on": today(), "until": local_day(days).isoformat(), **over}


async def _stands(house: House, case: CaseFile) -> list[tuple[str, date]]:
    """Where the person works by order, and the day after the last."""
    rows = await house.sql(
        "SELECT position_code, upper(during) AS until FROM temporary_assignment"
        " WHERE case_id = :case AND superseded_at IS NULL",
        case=case.id,
    )
    return [(r.position_code, r.until) for r in rows]


async def _post(house: House) -> str:
    found = await house.get("/employees", q=house.cast["health_emergency"]["nip"])
    return str(found["items"][0]["position_code"])


async def test_an_order_comes_first_and_the_fast_mutation_takes_its_place(house: House) -> None:
    case = await _emergency(house)
    own = await _post(house)
    await case.refused("assign_temporarily", "hr_officer", "not_authorised", 403, **_order())
    await case.refused("assign_temporarily", "governor", "assignment_too_long", 422, **_order(days=90))
    await case.refused("assign_temporarily", "governor", "date_in_past", 422, **_order(starts_on="2026-01-01", days=1))
    await case.act("assign_temporarily", "governor", **_order())
    target = case.state["to"]["position_code"]
    assert case.state["assignment"]["stands"]
    assert case.where == ("needs_check", "awaiting_confirmation"), "the fast track goes on beside it"
    assert await _stands(house, case) == [(target, local_day(61))]
    assert await _post(house) == own, "the post stays his"
    await case.refused("assign_temporarily", "governor", "assignment_exists", 409, **_order())
    await case.act("ratify_assignment", "governor")
    await case.refused("ratify_assignment", "governor", "act_not_open", 409)
    await case.walk(to="awaiting_duty")
    assert not case.state["assignment"]["stands"], "the placement takes its place"
    assert await _stands(house, case) == []
    assert await _post(house) == target
    await case.forward(days=62)
    assert "assignment_reverted" not in await case.types(), "its clock has stopped"


async def test_what_nobody_ratifies_ends_by_itself(house: House) -> None:
    case = await _emergency(house)
    await case.act("assign_temporarily", "governor", **_order())
    mine = [t["acts"] for t in (await house.get("/tasks", "governor"))["items"] if t["case_id"] == case.id]
    assert mine == [["ratify_assignment"]]
    ratify_by = date.fromisoformat(case.state["assignment"]["ratify_by"])
    await case.forward(days=(ratify_by - local_day()).days)
    assert case.state["assignment"]["stands"]
    await case.forward(days=2)
    reverted = next(e for e in await case.events() if e["type"] == "assignment_reverted")
    assert (reverted["actor"]["id"], reverted["data"]["cause"]) == ("clock", "not_ratified")
    assert not case.state["assignment"]["stands"]
    assert [until for _, until in await _stands(house, case)] == [ratify_by + timedelta(days=1)]
    assert case.state["outcome"] is None, "the case goes on"


async def test_a_ratified_assignment_ends_on_its_last_day_and_with_its_case(house: House) -> None:
    case = await _emergency(house)
    await case.act("assign_temporarily", "governor", **_order())
    await case.act("ratify_assignment", "governor")
    await case.forward(days=40)
    assert case.state["assignment"]["stands"]
    await case.act("cancel", "hr_officer", reason="Keadaan darurat berakhir")
    assert not case.state["assignment"]["stands"]
    assert [until for _, until in await _stands(house, case)] == [local_day(41)]
    await case.act("undo", "hr_officer")
    assert case.state["assignment"]["stands"], "what is taken back stands again"
    await case.forward(days=25)
    reverted = next(e for e in await case.events() if e["type"] == "assignment_reverted")
    assert reverted["data"]["cause"] == "ended"


async def test_there_is_no_temporary_assignment_without_an_emergency(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    await case.refused("assign_temporarily", "governor", "act_not_open", 409, **_order())
    assert (await case.look())["assignment"] is None


async def test_a_ratified_assignment_is_renewed_once_and_never_beyond_its_days(house: House) -> None:
    case = await _emergency(house)
    await case.act("assign_temporarily", "governor", **_order())
    again = {"number": "SPT 2/2026", "until": local_day(150).isoformat(), "reason": "Wabah belum berakhir"}
    await case.refused("renew_assignment", "governor", "act_not_open", 409, **again)
    await case.act("ratify_assignment", "governor")
    await case.refused("renew_assignment", "governor", "reason_required", 422, **{**again, "reason": None})
    await case.refused("renew_assignment", "hr_head", "not_authorised", 403, **again)
    await case.refused(
        "renew_assignment", "governor", "assignment_too_long", 422, **{**again, "until": local_day(151).isoformat()}
    )
    await case.refused(
        "renew_assignment", "governor", "date_too_early", 422, **{**again, "until": local_day(60).isoformat()}
    )
    await case.act("renew_assignment", "governor", **again)
    order = case.state["assignment"]
    assert (order["number"], order["until"], order["renewals"]) == (again["number"], again["until"], 1)
    assert [until for _, until in await _stands(house, case)] == [local_day(151)]
    assert "assignment_renewed" in [n["template"] for n in (await house.get("/notices", case.employee))["items"]]
    more = {**again, "number": "SPT 3/2026", "until": local_day(200).isoformat()}
    refused = await case.refused("renew_assignment", "governor", "renewals_exhausted", 409, **more)
    assert refused["params"] == {"renewals": 1}
    await case.refused("assign_temporarily", "governor", "assignment_exists", 409, **_order())
    await case.forward(days=100)
    assert case.state["assignment"]["stands"], "the first last day says nothing any more"
    await case.forward(days=52)
    assert not case.state["assignment"]["stands"]
    reverted = [e for e in await case.events() if e["type"] == "assignment_reverted"]
    assert [e["data"]["cause"] for e in reverted] == ["ended"]
