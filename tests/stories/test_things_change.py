"""Stories of what changes while a case is under way: a hold that ends, a post that goes, an official who is missing."""

import pytest
from sqlalchemy import text

from tests.house import CaseFile, House, local_day, today


async def _condition(house: House, whom: str, kind: str) -> None:
    person = await house.person(f"cast:{whom}")
    await _write(
        house,
        "INSERT INTO condition (person_id, kind, valid_from, reference, source)"
        " VALUES (:person, :kind, :day, 'LHP 9', 'register')",
        person=person, kind=kind, day=local_day(),
    )  # fmt: skip


async def _write(house: House, statement: str, **values: object) -> None:
    async with house.engine.begin() as connection:
        await connection.execute(text(statement), values)


async def _told(house: House, who: str) -> list[str]:
    return [n["template"] for n in (await house.get("/notices", who))["items"]]


async def test_after_a_hold_who_was_cleared_goes_on_where_he_was(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_proposal")
    await case.act("hold", "hr_officer", ground="discipline", reference="LHP 4", reason="Pemeriksaan")
    await case.act("resume", "hr_officer", reason="Tidak terbukti")
    assert case.where == ("approval", "awaiting_proposal")
    assert (await case.types())[-2:] == ["case_resumed", "evaluation_judged"], "the new judgement is stored"
    await case.walk(to="awaiting_decree")


@pytest.mark.parametrize("kind", ["discipline_medium", "audit_finding"])
async def test_after_a_hold_who_no_longer_fits_waits_for_a_person(house: House, kind: str) -> None:
    """Nothing adverse by itself: the case is back in evaluation, the seat is free, HR decides."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    await case.act("hold", "hr_officer", ground="discipline", reference="LHP 4", reason="Pemeriksaan")
    await _condition(house, "lateral_pass", kind)
    await case.act("resume", "hr_officer", reason="Pemeriksaan selesai")
    assert case.where == ("evaluation", "ineligible")
    assert case.state["outcome"] is None
    assert not case.state["seat_held"]
    assert case.state["board"] is None, "what was decided later no longer stands"
    gone = [e["type"] for e in await case.events() if e["superseded"]]
    assert {"board_considered", "case_proposed", "case_verified"} <= set(gone)
    await case.forward(minutes=5)
    assert "case_set_back" in await _told(house, case.employee)
    await case.act("close_ineligible", "hr_officer", reason="Hukuman disiplin sedang")
    assert case.state["outcome"] == "ineligible"


async def test_a_hold_for_another_reason_judges_nothing_again(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    await case.act("hold", "hr_officer", ground="frozen_window", reference="Surat Mendagri", reason="Masa larangan")
    await _condition(house, "lateral_pass", "audit_finding")
    await case.act("resume", "hr_officer")
    assert case.where == ("approval", "awaiting_decision")


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [("death", "deceased"), ("retirement", "retired"), ("resignation", "resigned"), ("study_leave", "study_leave")],
)
async def test_a_person_who_leaves_ends_the_case_and_frees_the_seat(house: House, cause: str, outcome: str) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    fields = {"cause": cause, "reference": "SK 11/2026", "on": today()}
    await case.refused("close_for_cause", "governor", "not_authorised", 403, **fields)
    await case.act("close_for_cause", "hr_officer", **fields)
    assert (case.state["stage"], case.state["outcome"]) == ("closed", outcome)
    assert case.state["tasks"] == []
    assert (await house.get(f"/positions/{case.state['to']['position_code']}"))["held"] == 0
    await case.forward(minutes=10)
    assert "case_ended_for_cause" in await _told(house, "agency_head:DLH")
    assert ("case_ended_for_cause" in await _told(house, case.employee)) == (cause != "death")


async def test_no_mail_goes_to_a_person_who_died(house: House) -> None:
    """Not the news of it, and nothing that was still waiting to be sent."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    await case.act("decide", "governor", decision="approve")
    await case.refused(
        "close_for_cause",
        "hr_officer",
        "date_in_future",
        422,
        cause="death",
        reference="A",
        on=local_day(3).isoformat(),
    )
    await case.act("close_for_cause", "hr_officer", cause="death", reference="Akta 3", on=today())
    await case.forward(hours=2)
    waiting = await house.sql(
        "SELECT template, state FROM notice WHERE case_id = :case AND person_id = :person AND seq >= :seq",
        case=case.id, person=await house.person(case.employee), seq=await _seq(case, "decision_made"),
    )  # fmt: skip
    assert [(n.template, n.state) for n in waiting] == [("decision_approved", "cancelled")]


async def _seq(case: CaseFile, kind: str) -> int:
    return next(int(e["seq"]) for e in await case.events() if e["type"] == kind)


async def test_study_leave_after_the_decree_needs_a_decision_on_the_decree(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_duty")
    fields = {"reference": "SK 3", "on": today()}
    await case.refused("close_for_cause", "hr_officer", "decree_issued", 409, cause="study_leave", **fields)
    await case.act("file_objection", case.employee, grounds=["health"], text="Sakit")
    await case.refused("close_for_cause", "hr_officer", "objection_open", 409, cause="resignation", **fields)
    await case.act("close_for_cause", "hr_officer", cause="death", **fields)
    assert case.state["objection"]["outcome"] == "abated"


async def test_who_retires_before_the_effective_date_is_not_placed(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decree")
    await case.act("issue_decree", "hr_officer", number="800/3", date=today(), effective_on=local_day(20).isoformat())
    person = await house.person(case.employee)
    await _write(
        house,
        "UPDATE employee SET birth_date = birth_date - interval '30 years'"
        " WHERE person_id = :p AND superseded_at IS NULL",
        p=person,
    )
    await case.forward(days=21)
    assert case.where == ("placement", "placement_blocked")
    blocked = next(e for e in await case.events() if e["type"] == "placement_blocked")
    assert blocked["data"]["causes"] == ["E16"]
    await case.act("close_for_cause", "hr_officer", cause="retirement", reference="SK Pensiun 4", on=today())
    assert case.state["outcome"] == "retired"


_ABOLISH = "UPDATE position SET superseded_at = now() WHERE code = :code AND superseded_at IS NULL"


async def test_a_post_abolished_on_the_way_sends_the_case_back_for_another(house: House) -> None:
    other = await _other(house, "lateral_pass")
    case = await house.open("lateral_pass")
    code = case.state["to"]["position_code"]
    await case.walk(to="awaiting_decision")
    await case.refused("recheck_post", "hr_officer", "post_stands", 409)
    await _write(house, _ABOLISH, code=code)
    await case.refused("decide", "governor", "post_gone", 409, decision="approve")
    await case.refused("recheck_post", "governor", "not_authorised", 403)
    await case.act("recheck_post", "hr_officer", reason="SOTK baru")
    assert case.where == ("needs_check", "no_vacancy")
    back = next(e for e in await case.events() if e["type"] == "case_set_back")
    assert (back["data"]["cause"], back["data"]["to_stage"]) == ("post_gone", "needs_check")
    await case.refused("confirm_need", "hr_officer", "post_gone", 409)
    await case.act("propose_alternative", "hr_officer", position_code=other)
    assert case.where == ("needs_check", "awaiting_confirmation")
    await case.walk(to="awaiting_duty")


async def _other(house: House, whom: str) -> str:
    """Another vacant post that would suit, as the preview names them."""
    member = house.cast[whom]
    asked = {"nip": member["nip"], "position_code": member["target_position_code"]}
    answer = await house.request("POST", "/cases/preview", "hr_officer", json=asked)
    return str(answer.json()["alternatives"][0]["position_code"])


async def test_an_abolished_post_is_found_by_the_clock_if_nobody_looks(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_consideration")
    await _write(house, _ABOLISH, code=case.state["to"]["position_code"])
    await case.past_due()
    assert case.where == ("needs_check", "no_vacancy")
    assert "case_set_back" in await _told(house, case.employee)


async def test_a_seat_taken_meanwhile_is_looked_for_again(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    await _write(
        house,
        "UPDATE occupancy SET superseded_at = now() WHERE case_id = :case AND kind = 'hold' AND superseded_at IS NULL",
        case=case.id,
    )
    await _write(
        house,
        "INSERT INTO occupancy (seat_id, position_code, person_id, person_no, kind, during, source)"
        " SELECT s.id, s.position_code, 'p_other', 999998, 'incumbent', daterange(:day, NULL), 'test'"
        " FROM seat s WHERE s.position_code = :code",
        code=case.state["to"]["position_code"], day=local_day(),
    )  # fmt: skip
    await case.refused("decide", "governor", "seat_lost", 409, decision="approve")
    await case.act("recheck_post", "hr_officer")
    assert case.where == ("needs_check", "no_vacancy")
    assert not case.state["seat_held"]


async def test_a_case_is_returned_three_times_and_then_decided(house: House) -> None:
    case = await house.open("lateral_pass")
    for _ in range(3):
        await case.walk(to="awaiting_verification")
        await case.act("return", "hr_head", to_stage="socialisation", reason="Ulangi sosialisasi")
    assert case.state["returns"] == 3
    escalated = [e for e in await case.events() if e["type"] == "case_escalated"]
    assert [e["data"]["office"] for e in escalated] == ["regional_secretary"]
    await case.walk(to="awaiting_verification")
    refused = await case.refused("return", "hr_head", "returns_exhausted", 409, to_stage="socialisation", reason="x")
    assert refused["params"]["rounds"] == 3
    await case.act("cancel", "hr_head", reason="Tidak dapat diselesaikan")


_CAPACITY = "UPDATE office SET capacity = :capacity WHERE office = 'governor' AND superseded_at IS NULL"
_VACATE = "UPDATE office SET superseded_at = now() WHERE office = 'governor' AND superseded_at IS NULL"


async def test_a_case_waits_visibly_for_a_definitive_governor(house: House) -> None:
    """An acting governor may not decide; the case says so, tells the head of HR, and goes on when one is entered."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_proposal")
    governor = await house.person("governor")
    await _write(house, _CAPACITY, capacity="acting_vacant")
    await case.act("propose", "regional_secretary", recommendation="recommend")
    assert case.where == ("approval", "awaiting_decision")
    assert "approver_absent" in case.state["flags"]
    missing = (await case.events())[-1]
    assert (missing["type"], missing["data"]) == ("approver_absent", {"office": "governor", "acting_only": True})
    await case.forward(minutes=5)
    assert "approver_absent" in await _told(house, "hr_head")
    await case.refused("decide", "governor", "acting_capacity", 403, decision="approve")
    await _write(house, _VACATE)
    await case.forward(days=30)
    assert case.where == ("approval", "awaiting_decision")
    await _write(
        house,
        "INSERT INTO office (office, person_id, holder_name, capacity, valid_from, instrument)"
        " VALUES ('governor', :person, 'Gubernur', 'definitive', :day, 'Keppres 1')",
        person=governor, day=local_day(),
    )  # fmt: skip
    await case.act("decide", "governor", decision="approve")
    assert "approver_absent" not in case.state["flags"]
