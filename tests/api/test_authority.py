"""Offices by two people, deputies and proxies, declared relations: through the API, on the real register."""

import asyncio
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.api.answers import problem_of
from tests.house import CaseFile, House, local_day

INSTRUMENT = {"instrument": "SK 821/1/2026", "dated": local_day().isoformat()}
TODAY, TOMORROW = local_day().isoformat(), local_day(1).isoformat()


async def _send(house: House, path: str, by: str, body: dict[str, Any], key: str | None = None) -> httpx.Response:
    return await house.request("POST", path, by, json=body, headers={"Idempotency-Key": key or uuid.uuid4().hex})


async def _done(house: House, path: str, by: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await _send(house, path, by, body or {})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _two_sign(house: House, body: dict[str, Any]) -> dict[str, Any]:
    proposed = await _done(house, "/offices/appointments", "hr_officer", body)
    return await _done(house, f"/offices/appointments/{proposed['id']}/confirmation", "hr_head")


async def _mandate(house: House, by: str, to: str, **fields: Any) -> dict[str, Any]:
    """A deputy or proxy named by the holder and accepted, from today on."""
    body = {"deputy": await house.person(to), "first": TODAY, "last": TOMORROW, **fields}
    named = await _done(house, "/mandates", by, body)
    assert named["state"] == "offered"
    accepted = await _done(house, f"/mandates/{named['id']}/acceptance", to)
    assert accepted["state"] == "accepted"
    return accepted


async def _heads(house: House, unit: str, **when: str) -> list[tuple[str, str, str | None]]:
    found = await house.get("/offices", "auditor", office="agency_head", unit=unit, **when)
    return [(h["person"], h["capacity"], h["on_behalf_of"]) for h in found["items"]]


async def test_an_office_changes_hands_by_two_people_and_the_past_stays_answerable(common_house: House) -> None:
    house = common_house
    before = datetime.now(UTC)
    head, heir = await house.person("agency_head:DINKES"), await house.person("cast:finance_to_bapenda")
    [held] = (await house.get("/offices", unit="DINKES", office="agency_head"))["items"]
    ending = {"what": "end", "holding": held["id"], "last": TODAY, **INSTRUMENT}
    key = uuid.uuid4().hex
    proposed = (await _send(house, "/offices/appointments", "hr_officer", ending, key)).json()
    again = await _send(house, "/offices/appointments", "hr_officer", ending, key)
    assert again.json()["id"] == proposed["id"], "the same key is answered, not carried out twice"
    other = await _send(house, "/offices/appointments", "hr_officer", {**ending, "last": TOMORROW}, key)
    problem_of(other, 422, "idempotency_key_reused")
    confirm = f"/offices/appointments/{proposed['id']}/confirmation"
    problem_of(await _send(house, confirm, "hr_officer", {}), 403, "second_person_required")
    assert await _heads(house, "DINKES") == [(head, "definitive", None)], "nothing changed by one person"
    assert (await _done(house, confirm, "hr_head"))["settled"]["by"] == await house.person("hr_head")
    problem_of(await _send(house, confirm, "hr_head", {}), 409, "appointment_settled")
    acting = {
        "what": "appoint", "office": "agency_head", "unit": "DINKES", "person": heir, "capacity": "acting_vacant",
        "first": TOMORROW, "last": local_day(60).isoformat(), **INSTRUMENT,
    }  # fmt: skip
    for fields, status, code in (
        ({"last": None}, 422, "acting_without_end"),
        ({"last": local_day(120).isoformat()}, 422, "acting_too_long"),
        ({"first": TODAY}, 409, "office_not_vacant"),
        ({"capacity": "acting_absence"}, 409, "office_vacant"),
        ({"dated": TOMORROW}, 422, "date_in_future"),
        ({"unit": "NIRWANA"}, 422, "unit_unknown"),
        ({"person": await house.person("hr_officer")}, 403, "own_office"),
    ):
        problem_of(await _send(house, "/offices/appointments", "hr_officer", {**acting, **fields}), status, code)
    await _two_sign(house, acting)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert await _heads(house, "DINKES", as_of=tomorrow) == [(heir, "acting_vacant", None)]
    # As known before, nobody had changed anything.
    known = {"as_of": tomorrow, "known_at": before.isoformat()}
    assert await _heads(house, "DINKES", **known) == [(head, "definitive", None)]
    chart = await house.get("/org-chart", "auditor", as_of=tomorrow)
    [unit] = [u for u in chart["units"] if u["code"] == "DINKES"]
    assert [h["person"] for h in unit["heads"]] == [heir]
    entries = (await house.get("/offices/history", "auditor"))["items"]
    assert [e["type"] for e in entries] == [
        "appointment_confirmed", "appointment_proposed", "appointment_confirmed", "ending_proposed",
    ]  # fmt: skip
    assert [e["seq"] for e in entries] == [4, 3, 2, 1] and entries[0]["prev_hash"] == entries[1]["hash"]
    attempts = (await house.get("/attempts", "auditor"))["items"]
    assert "second_person_required" in {a["code"] for a in attempts}


async def test_who_stands_in_for_an_absent_holder_is_seen_to_act_for_him(common_house: House) -> None:
    house = common_house
    deputy = await house.person("cast:finance_to_bapenda")
    body = {"what": "appoint", "office": "agency_head", "unit": "BAPENDA", "person": deputy,
            "capacity": "acting_absence", "first": TODAY, "last": TODAY, **INSTRUMENT}  # fmt: skip
    head = await house.person("agency_head:BAPENDA")
    proposed = await _done(house, "/offices/appointments", "hr_officer", body)
    declined = await _done(
        house, f"/offices/appointments/{proposed['id']}/refusal", "hr_officer", {"reason": "Salah orang"}
    )
    assert declined["state"] == "declined"
    await _two_sign(house, body)
    assert (deputy, "acting_absence", head) in await _heads(house, "BAPENDA")


async def _verifying(house: House, whom: str) -> CaseFile:
    case = await house.open(whom, origin="own_request")
    await case.walk(to="awaiting_verification")
    return case


async def test_a_deputy_acts_on_behalf_of_the_holder_within_his_mandate_and_no_longer(common_house: House) -> None:
    """Sick tomorrow: HR names a deputy, a second person confirms, and he accepts."""
    house = common_house
    deputy, absent = "cast:it_self_nomination", await house.person("hr_head")
    case = await _verifying(house, "lateral_pass")
    problem_of(await house.request("GET", f"/cases/{case.id}", deputy), 404, "case_unknown")
    body = {
        "office": "hr_head", "unit": "BKD", "principal": absent, "deputy": await house.person(deputy),
        "first": TODAY, "last": TOMORROW, "scope": {"units": ["DLH"], "stages": ["approval"], "kinds": ["internal"]},
    }  # fmt: skip
    named = await _done(house, "/mandates", "hr_officer", body)
    assert named["state"] == "unconfirmed"
    path = f"/mandates/{named['id']}"
    problem_of(await _send(house, f"{path}/acceptance", deputy, {}), 409, "mandate_settled")
    problem_of(await _send(house, f"{path}/confirmation", "hr_officer", {}), 403, "second_person_required")
    problem_of(await _send(house, f"{path}/confirmation", "hr_head", {}), 403, "own_office")
    second = await _hr_colleague(house)
    await _done(house, f"{path}/confirmation", second)
    problem_of(await _send(house, f"{path}/acceptance", "agency_head:DLH", {}), 403, "not_authorised")
    await _done(house, f"{path}/acceptance", deputy)
    [mine] = (await house.get("/me", deputy))["mandates"]
    assert (mine["office"], mine["on_behalf_of"]) == ("hr_head", absent)
    [task] = (await house.get("/tasks", deputy))["items"]
    assert (task["case_id"], task["why_mine"], task["on_behalf_of"]) == (case.id, "mandate:hr_officer", absent)
    await case.act("verify", deputy)
    actor = next(e for e in await case.events() if e["type"] == "case_verified")["actor"]
    assert (actor["id"], actor["on_behalf_of"], actor["mandate"]) == (body["deputy"], absent, "deputy")
    # What he verified for the head of HR, the head of HR did not verify; four eyes bind both all the same.
    await case.act("return", "board_member", to_stage="approval", reason="Berkas berubah")
    at = datetime.now(UTC).isoformat()
    await _done(house, f"{path}/end", "hr_head", {"reason": "Sudah sembuh"})
    assert (await house.get("/tasks", deputy))["items"] == []
    await case.refused("verify", deputy, "not_authorised", 403)
    found = (await house.get("/mandates", "auditor", as_of=at))["items"]
    assert [m["id"] for m in found] == [named["id"]], "it was in force then"
    assert (await house.get("/mandates", "auditor", as_of=datetime.now(UTC).isoformat()))["items"] == []


async def _hr_colleague(house: House) -> str:
    """Another officer of HR than the one whom tokens name."""
    first = await house.person("hr_officer")
    rows = await house.sql(
        "SELECT p.nip FROM office o JOIN person p ON p.id = o.person_id WHERE o.office = 'hr_officer'"
        " AND o.superseded_at IS NULL AND p.id <> :first ORDER BY o.id LIMIT 1",
        first=first,
    )
    return f"hr_officer:{rows[0].nip}"


async def test_nobody_gets_by_a_mandate_what_its_giver_may_not_do(common_house: House) -> None:
    """The opener lends his office: whoever borrows it does not verify what the lender opened."""
    house = common_house
    case = await _verifying(house, "finance_to_bapenda")
    await _mandate(house, "hr_officer", "agency_head:DISHUB", office="hr_officer", unit="BKD")
    await case.refused("verify", "agency_head:DISHUB", "principal_barred", 403)
    body = {"office": "hr_officer", "unit": "BKD", "deputy": await house.person("governor"), "first": TODAY,
            "last": TOMORROW}  # fmt: skip
    # What he does for another he cannot pass on.
    problem_of(await _send(house, "/mandates", "agency_head:DISHUB", body), 409, "not_held")
    for fields, code in (
        ({"office": "governor", "unit": None}, "not_deputised"),
        ({"mandate": "proxy"}, "proxy_for_leadership"),
        ({"last": local_day(100).isoformat()}, "mandate_too_long"),
    ):
        problem_of(await _send(house, "/mandates", "hr_officer", {**body, **fields}), 422, code)


async def test_a_governor_and_two_proxies_decide_at_once_and_one_does(common_house: House) -> None:
    """The losers hear who was quicker, as what, and when."""
    house = common_house
    case = await house.open("spouse_of_official", origin="own_request")
    await case.walk(to="awaiting_proposal")
    await case.act("propose", "governor", recommendation="recommend")
    proxies = ("agency_head:DISHUB", "agency_head:DISBUN")
    for proxy in proxies:
        await _mandate(house, "governor", proxy, office="governor", mandate="proxy", **INSTRUMENT)
    answers = await asyncio.gather(*(case.try_act("decide", by, decision="approve") for by in ("governor", *proxies)))
    assert Counter(a.status_code for a in answers) == {200: 1, 409: 2}
    decided = [e for e in await case.events() if e["type"] == "decision_made"]
    assert len(decided) == 1
    for loser in (a.json() for a in answers if a.is_error):
        assert loser["code"] == "act_not_open"
        said = loser["params"]
        assert (said["done"], said["by"], said["as"]) == ("decide", decided[0]["actor"]["id"], "governor")
        assert datetime.fromisoformat(said["at"]) == datetime.fromisoformat(decided[0]["at"])
        assert "Meanwhile “Decide” was done by: Governor" in loser["detail"]


async def test_a_declared_relation_keeps_both_from_each_others_cases(common_house: House) -> None:
    house = common_house
    case = await house.open("health_emergency", origin="emergency")
    officer, subject = await _hr_colleague(house), await house.person("cast:health_emergency")
    tie = await _done(house, "/relations", officer, {"relative": subject, "relation": "sibling"})
    await case.refused("hold", officer, "conflict_of_interest", 403, ground="other", reference="Nota 1")
    assert case.id not in {t["case_id"] for t in (await house.get("/tasks", officer))["items"]}
    end = f"/relations/{tie['id']}/end"
    problem_of(await _send(house, end, officer, {"reason": "Keliru"}), 403, "second_person_required")
    await _done(house, end, "hr_head", {"reason": "Keliru"})
    await case.act("hold", officer, ground="other", reference="Nota 1")


async def test_a_declared_conflict_sends_the_task_up_and_stays(common_house: House) -> None:
    house = common_house
    case = await house.open("chain_3")
    await case.walk(to="awaiting_proposal")
    await case.act("declare_conflict", "regional_secretary", ground="business", reason="Mitra usaha")
    assert case.state["tasks"][0]["office"] == "governor"
    await case.refused("propose", "regional_secretary", "not_authorised", 403, recommendation="recommend")
    await case.refused("declare_conflict", "regional_secretary", "already_declared", 409, ground="family")
    events = await case.events()
    assert [e["type"] for e in events[-2:]] == ["conflict_declared", "official_recused"]
    assert (events[-1]["data"]["in_favour_of"], events[-1]["data"]["ground"]) == ("governor", "declared")
    # What tie an official has is not for the employee.
    seen = next(e for e in await case.events("cast:chain_3") if e["type"] == "conflict_declared")
    assert seen["data"] == {} and seen["reason"] is None
    await case.act("propose", "governor", recommendation="recommend")
