"""Stories of the held seat as a lease: renewed, run out, standing still, given back, and the line of those who wait."""

import asyncio
from typing import Any

from store.engine import owner_engine
from store.imports.load import load
from store.imports.records import PositionRecord, Province
from tests.house import SAID, CaseFile, House, eventually, local_day

REASON = {"reason": "Pertimbangan tim belum selesai"}


async def _two(house: House) -> tuple[CaseFile, CaseFile]:
    """Two cases for one seat: the first holds it, the second waits in line."""
    first = await house.open("spouse_of_official")
    target = house.cast["spouse_of_official"]["target_position_code"]
    second = await house.open("finance_to_bapenda", position_code=target)
    assert first.state["seat_held"] and second.where == ("needs_check", "no_vacancy")
    return first, second


async def _is_told(case: CaseFile) -> dict[str, Any]:
    """The case once it was told of a freed seat."""

    async def told() -> dict[str, Any] | None:
        return await case.look() if "seat_came_free" in await case.types() else None

    found: dict[str, Any] = await eventually(told, within=30)
    return found


async def test_a_lease_runs_out_and_the_next_in_line_is_told_and_takes_the_seat(house: House) -> None:
    first, second = await _two(house)
    await first.walk(to="awaiting_verification")
    await first.forward(days=130)
    types = await first.types()
    assert types.count("seat_hold_ending") == 2, "ten and three working days before"
    assert [t for t in types if t.startswith(("seat_hold_ex", "case_set", "seat_re", "seat_aw"))] == [
        "seat_hold_expired",
        "case_set_back",
        "seat_released",
        "seat_awaited",
    ]
    assert first.where == ("needs_check", "no_vacancy") and not first.state["seat_held"]
    assert {"seat_hold_expired"} <= await _templates(house, first.employee)
    assert {"seat_hold_ending", "seat_hold_expired"} <= await _templates(house, "hr_officer")

    await _is_told(second)
    assert "seat_came_free" not in await first.types(), "it is told of another seat, not of the one it let run out"
    problem = await first.refused("confirm_need", "hr_officer", "line_ahead", 409, **SAID)
    assert problem["params"]["ahead"] == 1
    await second.act("confirm_need", "hr_officer", **SAID)
    assert second.where == ("consultation", "awaiting_response") and second.state["seat_held"]
    problem = await first.refused("confirm_need", "hr_officer", "seat_held", 409, **SAID)
    assert problem["params"]["cases"] == [second.state["number"]]


async def test_a_hold_is_renewed_with_a_reason_and_not_beyond_the_bound(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.refused("renew_hold", "hr_officer", "reason_required", 422)
    await case.refused("renew_hold", "agency_head:DLH", "not_authorised", 403, **REASON)
    ends = []
    for _ in range(2):
        await case.act("renew_hold", "hr_officer", **REASON)
        renewed = (await case.events())[-1]
        assert (renewed["type"], renewed["reason"]) == ("seat_hold_renewed", REASON["reason"])
        ends.append(renewed["data"]["lease"]["on"])
    assert ends == sorted(set(ends))
    problem = await case.refused("renew_hold", "hr_officer", "hold_renewals_exhausted", 409, **REASON)
    assert problem["params"] == {"renewals": 2, "until": ends[-1]}
    offered = next(a for a in (await case.look())["acts"] if a["act"] == "renew_hold")
    assert (offered["allowed"], offered["why_not"]["code"]) == (False, "hold_renewals_exhausted")


async def test_the_decision_commits_the_seat_and_stops_its_clock(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decree")
    await case.refused("renew_hold", "hr_officer", "act_not_open", 409, **REASON)
    await case.forward(days=200)
    assert case.where == ("placement", "awaiting_decree") and case.state["seat_held"]
    assert not {"seat_hold_ending", "seat_hold_expired"} & set(await case.types())


async def test_a_lease_stands_still_while_the_case_is_on_hold(house: House) -> None:
    case = await house.open("lateral_pass")
    held = next(e for e in await case.events() if e["type"] == "seat_held")["data"]["lease"]
    await case.act("hold", "hr_officer", ground="audit_finding", reference="LHP 1/2026")
    await case.refused("renew_hold", "hr_officer", "act_not_open", 409, **REASON)
    await case.forward(days=200)
    assert case.where[1] == "on_hold" and case.state["seat_held"]
    await case.act("resume", "hr_officer")
    resumed = next(e for e in await case.events() if e["type"] == "case_resumed")["data"]["lease"]
    assert resumed["on"] > held["on"] and resumed["start"] == held["start"]
    assert [(p["cause"], p["ground"]) for p in resumed["pauses"]] == [("on_hold", "audit_finding")]
    await case.forward(days=130)
    assert "seat_hold_expired" in await case.types()


async def test_an_undone_release_is_told_to_nobody_and_one_that_stands_is(house: House) -> None:
    first, second = await _two(house)
    await first.act("cancel", "hr_officer", reason="Rencana berubah")
    await first.act("undo", "hr_officer")
    assert first.state["seat_held"]
    await first.forward(minutes=1)
    calls = await house.sql("SELECT state FROM seat_call")
    assert [c.state for c in calls] == ["cancelled"]
    assert "seat_came_free" not in await second.types()

    await first.act("cancel", "hr_officer", reason="Rencana tetap berubah")
    await first.forward(minutes=1)
    await _is_told(second)
    assert {"seat_came_free"} <= await _templates(house, "hr_officer")


async def test_whoever_declines_or_is_silent_gives_way_to_the_next_and_is_not_asked_twice(house: House) -> None:
    first, second = await _two(house)
    await first.act("cancel", "hr_officer", reason="Rencana berubah")
    await first.forward(minutes=1)
    state = await _is_told(second)
    assert next(a for a in state["acts"] if a["act"] == "decline_seat")["allowed"]
    await second.forward(days=20)
    passed = [e for e in await second.events() if e["type"] == "seat_passed"]
    assert [e["data"]["by_silence"] for e in passed] == [True]
    assert {"seat_passed"} <= await _templates(house, "hr_officer")
    assert (await second.types()).count("seat_came_free") == 1
    await second.refused("decline_seat", "hr_officer", "act_not_open", 409, reason="Dicarikan jabatan lain")
    await second.act("confirm_need", "hr_officer", **SAID)
    assert second.state["seat_held"], "nobody else waits, and the seat is free"


async def test_a_line_of_three_is_told_one_after_the_other_by_seniority(house: House) -> None:
    first, second = await _two(house)
    code = first.state["to"]["position_code"]
    free = [c["employee"]["nip"] for c in (await house.get(f"/positions/{code}/candidates", limit=20))["items"]]
    third = await house.open("lateral_pass", nip=free[0], position_code=code)
    assert third.where == ("needs_check", "no_vacancy")
    assert (third.state["line"]["place"], third.state["line"]["length"]) == (2, 2)
    await first.act("cancel", "hr_officer", reason="Rencana berubah")
    await first.forward(minutes=1)
    await _is_told(second)
    assert second.state["line"]["called"]["then"] == "pass"
    problem = await third.refused("confirm_need", "hr_officer", "line_ahead", 409, **SAID)
    assert problem["params"]["ahead"] == 1
    assert "seat_came_free" not in await third.types()
    await second.act("decline_seat", "hr_officer", reason="Dicarikan jabatan lain")
    await second.forward(minutes=1)
    await _is_told(third)
    problem = await second.refused("confirm_need", "hr_officer", "seat_offered", 409, **SAID)
    assert problem["params"]["until"] > local_day().isoformat(), "nobody ranks before it, and the seat is offered"
    await third.act("confirm_need", "hr_officer", **SAID)
    assert third.state["seat_held"]
    told = [c.state for c in await house.sql("SELECT state FROM seat_call ORDER BY id")]
    assert told == ["done", "done"], "each release told one"


async def test_an_alternative_gives_the_seat_to_the_line(house: House) -> None:
    first, second = await _two(house)
    other = next(
        o["position_code"]
        for o in (await house.get(f"/employees/{first.state['employee']['id']}/opportunities", limit=30))["items"]
        if o["outcome"] == "eligible"
    )
    await first.act("propose_alternative", "hr_officer", position_code=other)
    assert first.state["seat_held"] and first.state["lease"]
    await first.forward(minutes=1)
    await _is_told(second)
    await second.act("confirm_need", "hr_officer", **SAID)
    assert second.state["seat_held"]


async def _templates(house: House, whom: str) -> set[str]:
    rows = await house.sql("SELECT template FROM notice WHERE person_id = :p", p=await house.person(whom))
    return {r.template for r in rows}


async def test_a_placement_tells_who_waits_for_the_post_that_is_left(house: House) -> None:
    waiting = await house.open("chain_2")
    assert waiting.where == ("needs_check", "no_vacancy") and waiting.state["line"]["place"] == 1
    leaving = await house.open("chain_3")
    await leaving.walk(to="awaiting_duty")
    await _is_told(waiting)
    await waiting.act("confirm_need", "hr_officer", **SAID)
    assert waiting.state["seat_held"]


_POST = """
    SELECT code, title, unit_code, kind, tier, echelon, job_class, required + 1 AS required, min_grade, max_grade,
           education_min, education_fields, competences, abk_year, 2 AS line
    FROM position WHERE code = :code AND superseded_at IS NULL
"""


async def test_a_seat_that_an_import_frees_is_told_to_the_first_in_line(house: House) -> None:
    """The establishment grows by a chair. The import knows no engine: the next post that goes out carries the word."""
    first, second = await _two(house)
    (row,) = await house.sql(_POST, code=second.state["to"]["position_code"])
    post = PositionRecord(**{**row._mapping, "education_fields": tuple(row.education_fields)})
    grown = Province((), (post,), (), (), (), (), (), (), (), ())

    def imported() -> None:
        engine = owner_engine(house.url)
        with engine.begin() as connection:
            load(connection, grown, local_day())
            load(connection, grown, local_day())
        engine.dispose()

    await asyncio.to_thread(imported)
    calls = await house.sql("SELECT case_id, state FROM seat_call")
    assert [(c.case_id, c.state) for c in calls] == [(None, "open")], "the second import frees nothing"
    await first.act("confirm_need", "hr_officer", **SAID)
    await first.forward(minutes=10)
    await _is_told(second)
    assert "seat_came_free" in await _templates(house, "hr_officer")
    assert [c.state for c in await house.sql("SELECT state FROM seat_call")] == ["done"]
    await second.act("confirm_need", "hr_officer", **SAID)
    assert second.state["seat_held"]
