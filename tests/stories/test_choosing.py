"""Who is chosen though others stand above him, or against the advice of the board: with a typed ground and words."""

import json

import httpx

from tests.house import BACKFILL, OFF_LIST, House, local_day

AGAINST = {
    "decision": "approve",
    "reason": "Layanan pajak tidak dapat menunggu",
    "advice_ground": "service_continuity",
}


async def test_p10_a_choice_off_the_sealed_ranking_needs_a_reason_and_is_counted(house: House) -> None:
    """Posts had prices where nobody had to explain: here the ranking is sealed, and passing others over is counted."""
    case = await house.open("finance_to_bapenda")
    problem = await case.refused("confirm_need", "hr_officer", "off_list_reason_required", 422, backfill=BACKFILL)
    assert problem["params"]["rank"] > problem["params"]["length"] == 10
    assert "own_request" not in problem["params"]["choice_grounds"]
    bribe = {"ground": "fee_paid", "text": "Sudah ada pembicaraan"}
    await case.refused(
        "confirm_need", "hr_officer", "choice_ground_not_allowed", 422, backfill=BACKFILL, off_list_reason=bribe
    )
    await case.act("confirm_need", "hr_officer", backfill=BACKFILL, off_list_reason=OFF_LIST)
    assert case.where == ("consultation", "awaiting_response")
    await _the_ranking_is_sealed(house, case.id)
    await _everybody_sees_what_concerns_him(house, case.id, case.employee, case.state["to"]["agency_code"])
    await case.walk(to="awaiting_consideration")
    waiting = (await house.get("/tasks", "board_member"))["items"]
    assert "off_list" in next(t["flags"] for t in waiting if t["case_id"] == case.id), "those who decide are told"
    await case.act("consider", "board_member", recommendation="not_recommend", reason="Ada yang lebih sesuai")
    await case.act("propose", "regional_secretary", recommendation="recommend")
    words_alone = {"decision": "approve", "reason": AGAINST["reason"]}
    await case.refused("decide", "governor", "advice_ground_required", 422, **words_alone)
    await case.act("decide", "governor", **AGAINST)
    made = next(e for e in await case.events() if e["type"] == "decision_made")
    assert (made["data"]["against_advice"], made["data"]["advice_ground"]) == (True, "service_continuity")
    await _both_are_counted(house, case.state["to"]["agency_code"])


async def _the_ranking_is_sealed(house: House, case: str) -> None:
    """What was seen lies apart, committed to by the hash: it can be shown, and not changed."""
    [body] = await house.sql(
        "SELECT convert_from(body, 'UTF8')::jsonb AS body FROM ledger"
        " WHERE case_id = :case AND type = 'need_confirmed'",
        case=case,
    )
    assert {"choice_list", "choice_score", "choice_reason"} <= body.body["private"].keys()
    assert OFF_LIST["text"] not in json.dumps(body.body)
    choice = body.body["data"]["choice"]
    assert (choice["on_list"], choice["ground"], choice["length"]) == (False, OFF_LIST["ground"], 10)
    attempts = (await house.get("/attempts", "auditor"))["items"]
    assert [a["code"] for a in attempts[:2]] == ["choice_ground_not_allowed", "off_list_reason_required"]


async def _everybody_sees_what_concerns_him(house: House, case: str, employee: str, agency: str) -> None:
    """HR, overseers and who decides: the whole list. The employee: his own place and why. Heads of units: nothing."""

    async def seen(by: str) -> dict[str, object]:
        events = (await house.get(f"/cases/{case}/events", by))["items"]
        data: dict[str, object] = next(e["data"] for e in events if e["type"] == "need_confirmed")
        return {name: data.get(name) for name in ("choice", "choice_score", "choice_list", "choice_reason")}

    for by in ("hr_officer", "auditor", "inspector"):
        listed = (await seen(by))["choice_list"]
        assert isinstance(listed, list) and len(listed) == 10
        assert [e["score"] for e in listed] == sorted((e["score"] for e in listed), reverse=True)
    own = await seen(employee)
    assert own["choice_list"] is None and own["choice_reason"] == OFF_LIST["text"] and own["choice_score"]
    shown = (await house.get(f"/cases/{case}", employee))["choice"]
    assert shown["ground_text"] == "Competence for this post that the score does not measure"
    assert (await house.get(f"/cases/{case}", f"agency_head:{agency}"))["choice"] is None


async def _both_are_counted(house: House, agency: str) -> None:
    found = await house.get("/reports/off-list", "inspector", period="year")
    totals = {k: found[k] for k in ("off_list", "chosen", "against_advice", "approved")}
    assert totals == {"off_list": 1, "chosen": 1, "against_advice": 1, "approved": 1}
    decided, chosen = found["items"]
    assert (decided["way"], decided["ground"]) == ("against_advice", "service_continuity")
    assert decided["office"] == "governor"
    assert decided["decider"] == await house.person("governor") and decided["decider_name"]
    assert (chosen["way"], chosen["unit"], chosen["ground"]) == ("off_list", agency, OFF_LIST["ground"])
    assert (chosen["office"], chosen["choices"], chosen["cases"]) == ("hr_officer", 1, 1)
    assert (await house.get("/reports/off-list", unit="DLH"))["items"] == []
    assert (await house.get("/reports/off-list", since=local_day(1).isoformat()))["chosen"] == 0
    employee: httpx.Response = await house.request("GET", "/reports/off-list", "governor")
    assert (employee.status_code, employee.json()["code"]) == (403, "not_authorised")


async def test_who_stands_on_the_list_is_chosen_without_a_word(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.act("confirm_need", "hr_officer")
    assert case.state["choice"]["on_list"] and case.state["choice"]["ground"] is None
    assert case.state["choice"]["rank"] <= case.state["choice"]["length"]
    assert "off_list" not in case.state["flags"]
    await case.act("undo", "hr_officer")
    found = await house.get("/reports/off-list", "auditor")
    assert (found["items"], found["chosen"]) == ([], 0), "what was taken back does not count"


async def test_an_emergency_passes_others_over_without_words_and_is_counted(house: House) -> None:
    case = await house.open("finance_to_bapenda", origin="emergency", emergency_ref="SK Gubernur 7/2026")
    await case.act("confirm_need", "hr_officer", backfill=BACKFILL)
    assert (case.state["choice"]["on_list"], case.state["choice"]["ground"]) == (False, "emergency")
    [row] = (await house.get("/reports/off-list", "auditor"))["items"]
    assert (row["ground"], row["ground_text"]) == ("emergency", "Emergency")
