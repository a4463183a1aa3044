"""Stories of the objection to the decree (keberatan): heard in its term or late, never answered by silence."""

from typing import Any

import pytest

from tests.house import CaseFile, House

GROUNDS = {"grounds": ["distance", "procedure"], "text": "Anak saya masih dirawat di rumah sakit setempat"}


async def _decreed(house: House, effective: str | None = None) -> CaseFile:
    case = await house.open("it_self_nomination")
    await case.walk(to="awaiting_decree")
    await case.act(
        "issue_decree", "hr_officer", number="800/7", date=house_day(house), effective_on=effective or house_day(house)
    )
    return case


def house_day(house: House, days: int = 0) -> str:
    """A day in the province, as the clocks of the cases have it."""
    from datetime import timedelta

    from runtime.prepare import ZONE

    return (house.now.astimezone(ZONE) + timedelta(days=days)).date().isoformat()


async def _told(house: House, who: str) -> list[str]:
    return [n["template"] for n in (await house.get("/notices", who))["items"]]


async def test_an_objection_runs_beside_the_stages_and_is_decided(house: House) -> None:
    case = await _decreed(house)
    me = case.employee
    await case.refused("file_objection", "hr_officer", "not_authorised", 403, **GROUNDS)
    await case.refused("decide_objection", "governor", "act_not_open", 409, outcome="granted", reason="x")
    await case.act("file_objection", me, **GROUNDS)
    assert case.where == ("placement", "awaiting_duty"), "the case stays where it is"
    assert case.state["objection"]["open"]
    assert case.state["objection"]["due"]["reckoned"]["days"] == 21
    assert "objection_open" in case.state["flags"]
    tasks = (await house.get("/tasks", "governor"))["items"]
    mine = [t for t in tasks if t["case_id"] == case.id]
    assert [t["acts"] for t in mine] == [["decide_objection"]]
    assert mine[0]["due_at"] == case.state["objection"]["due"]["at"]
    await case.walk(to="between_reviews")
    assert case.state["objection"]["open"], "the stages go on while it is open"
    await case.refused("decide_objection", "governor", "reason_required", 422, outcome="rejected")
    await case.refused("decide_objection", "regional_secretary", "not_authorised", 403, outcome="rejected", reason="x")
    await case.refused("file_objection", me, "act_not_open", 409, **GROUNDS)
    await case.act("decide_objection", "governor", outcome="rejected", reason="Setiap keberatan telah ditimbang")
    assert case.where == ("review", "between_reviews")
    assert (case.state["objection"]["open"], case.state["objection"]["outcome"]) == (False, "rejected")
    assert "objection_open" not in case.state["flags"]
    decided = next(e for e in await case.events(me) if e["type"] == "objection_decided")
    assert decided["reason"] == "Setiap keberatan telah ditimbang"
    told = [n for n in (await house.get("/notices", me))["items"] if n["template"] == "objection_decided"]
    assert len(told) == 1
    assert "PTUN" in str(told[0])
    await case.look(me)
    await case.refused("file_objection", me, "objection_filed", 409, **GROUNDS)


async def test_an_undecided_objection_is_escalated_and_keeps_the_case_open(house: House) -> None:
    """What the officials of Mamuju met in 2021: silence. Here it is told upwards three times, and decides nothing."""
    case = await _decreed(house)
    await case.act("file_objection", case.employee, **GROUNDS)
    await case.walk(to="between_reviews")
    await case.forward(days=40)
    await case.act("record_review", "hr_officer", day=30, outcome="adapted_well")
    days = [e["data"]["day"] for e in await case.events() if e["type"] == "objection_escalated"]
    assert days == [10, 15, 18]
    assert (await case.types()).count("objection_overdue") == 1
    assert "objection_overdue" in case.state["flags"]
    for who in ("governor", "regional_secretary", "hr_head"):
        assert (await _told(house, who)).count("objection_escalated") == 4, who
    for day, span in ((90, 60), (180, 90), (365, 185)):
        await case.forward(days=span)
        if day != 365:
            await case.act("record_review", "hr_officer", day=day, outcome="adapted_well")
    await case.refused("record_review", "hr_officer", "objection_open", 409, day=365, outcome="adapted_well")
    assert case.where == ("review", "review_due")
    await case.act("decide_objection", "governor", outcome="inadmissible", reason="Bukan keputusan yang digugat")
    await case.act("record_review", "hr_officer", day=365, outcome="adapted_well")
    assert case.state["outcome"] == "placed"


async def test_a_late_objection_gets_a_formal_answer(house: House) -> None:
    case = await _decreed(house)
    await case.walk(to="between_reviews")
    await case.forward(days=29)
    await case.act("file_objection", case.employee, **GROUNDS)
    assert case.state["objection"]["late"]
    await case.refused("decide_objection", "governor", "act_not_open", 409, outcome="rejected", reason="x")
    await case.refused("declare_inadmissible", "hr_officer", "reason_required", 422)
    await case.refused("declare_inadmissible", case.employee, "not_authorised", 403, reason="x")
    mine = [t["acts"] for t in (await house.get("/tasks", "hr_head"))["items"] if t["case_id"] == case.id]
    assert ["declare_inadmissible"] in mine
    await case.act("declare_inadmissible", "hr_officer", reason="Diajukan setelah 14 hari kerja")
    assert case.state["objection"]["outcome"] == "inadmissible"


async def test_the_last_day_is_in_time(house: House) -> None:
    """The fourteenth working day counts; the one after it does not."""
    case = await _decreed(house)
    await case.act("file_objection", case.employee, **GROUNDS)
    filed = next(e for e in await case.events() if e["type"] == "objection_filed")
    last = filed["data"]["last_day"]
    assert filed["data"]["filing"]["on"] == last
    assert filed["data"]["filing"]["estimate"] == (last >= "2027")
    await case.act("withdraw_objection", case.employee)
    assert case.state["objection"]["outcome"] == "withdrawn"
    assert [t for t in (await house.get("/tasks", "governor"))["items"] if t["case_id"] == case.id] == []
    from datetime import date

    left = (date.fromisoformat(last) - date.fromisoformat(house_day(house))).days
    await case.forward(days=left)
    await case.act("file_objection", case.employee, **GROUNDS)
    assert not case.state["objection"]["late"]
    await case.act("withdraw_objection", case.employee, reason="Sudah bicara dengan atasan")
    await case.forward(days=1)
    await case.act("file_objection", case.employee, **GROUNDS)
    assert case.state["objection"]["late"]
    assert "objection_escalated" not in await case.types(), "the clocks of withdrawn objections are off"


async def test_a_hold_does_not_stop_the_objection(house: House) -> None:
    case = await _decreed(house)
    await case.act("file_objection", case.employee, **GROUNDS)
    await case.act("hold", "hr_officer", ground="court", reference="Perkara 9", reason="Menunggu putusan")
    await case.forward(days=30)
    assert (await case.types()).count("objection_escalated") == 3
    await case.act("decide_objection", "governor", outcome="rejected", reason="Tidak beralasan")
    await case.act("resume", "hr_officer")
    assert case.where == ("placement", "awaiting_duty")


@pytest.mark.parametrize("outcome", ["granted", "partly"])
async def test_a_granted_objection_is_carried_out_before_the_case_can_end(house: House, outcome: str) -> None:
    case = await _decreed(house, effective=house_day(house, 40))
    await case.act("file_objection", case.employee, **GROUNDS)
    await case.refused("revoke_decree", "governor", "objection_open", 409, **_revoking(house))
    await case.act("decide_objection", "governor", outcome=outcome, reason="Prosedur tidak lengkap")
    assert case.state["remedy_due"]
    mine = [t["acts"] for t in (await house.get("/tasks", "governor"))["items"] if t["case_id"] == case.id]
    assert mine == [["annul_decree", "correct_decree", "revoke_decree"]]
    if outcome == "granted":
        await case.act("revoke_decree", "governor", **_revoking(house))
        assert case.state["outcome"] == "revoked"
        assert (await house.get(f"/positions/{case.state['to']['position_code']}"))["held"] == 0
    else:
        later = house_day(house, 90)
        await case.act(
            "correct_decree", "governor", number="800/7-R", date=house_day(house), ground="new_fact",
            effective_on=later, reason="TMT diundur",
        )  # fmt: skip
        assert not case.state["remedy_due"]
        assert case.state["decree"]["number"] == "800/7-R"
        assert case.state["effective_on"] == later


def _revoking(house: House) -> dict[str, Any]:
    return {"number": "800/7-C", "date": house_day(house), "ground": "procedure", "reason": "Cacat prosedur"}


async def test_an_objection_does_not_suspend_the_decree(house: House) -> None:
    """UU 30/2014 Pasal 65: while it is undecided the decree is carried out, unless it is suspended expressly."""
    case = await _decreed(house, house_day(house, 10))
    await case.act("file_objection", case.employee, **GROUNDS)
    await case.forward(days=11)
    assert case.where == ("placement", "awaiting_duty")
    assert case.state["objection"]["open"]
    await case.refused("suspend_decree", "governor", "act_not_open", 409, number="800/8", **_suspension(house))


def _suspension(house: House) -> dict[str, str]:
    return {"date": house_day(house), "reason": "Keberatan belum diputus"}


async def test_a_decree_is_suspended_while_an_objection_is_open_and_goes_on_after_it(house: House) -> None:
    case = await _decreed(house, house_day(house, 10))
    order = {"number": "800/8", **_suspension(house)}
    await case.refused("suspend_decree", "governor", "suspension_without_ground", 409, **order)
    await case.refused("lift_suspension", "governor", "act_not_open", 409, **order)
    await case.act("file_objection", case.employee, **GROUNDS)
    await case.refused("suspend_decree", "regional_secretary", "not_authorised", 403, **order)
    await case.act("suspend_decree", "governor", **order)
    assert case.state["suspended"] and "decree_suspended" in case.state["flags"]
    assert "decree_suspended" in await _told(house, case.employee)
    await case.forward(days=11)
    assert case.where == ("placement", "placement_blocked"), "the day came and nothing moved"
    blocked = next(e for e in await case.events() if e["type"] == "placement_blocked")
    assert blocked["data"]["causes"] == ["decree_suspended"]
    found = await house.get("/employees", q=house.cast["it_self_nomination"]["nip"])
    assert found["items"][0]["position_code"] == house.cast["it_self_nomination"]["current_position_code"]
    await case.act("decide_objection", "governor", outcome="rejected", reason="Setiap keberatan telah ditimbang")
    mine = [t["acts"] for t in (await house.get("/tasks", "governor"))["items"] if t["case_id"] == case.id]
    assert ["lift_suspension", "annul_decree", "revoke_decree"] in mine, "no suspension is forgotten"
    after = {"date": house_day(house), "reason": "Keberatan ditolak"}
    again = {**after, "ground": "new_fact", "effective_on": house_day(house)}
    await case.act("correct_decree", "governor", number="800/9", **again)
    assert case.where == ("placement", "placement_blocked"), "another date does not get around it"
    await case.act("lift_suspension", "governor", number="800/10", **after)
    assert not case.state["suspended"] and "decree_suspended" not in case.state["flags"]
    await case.act("correct_decree", "governor", number="800/11", **again)
    assert case.where == ("placement", "awaiting_duty")


async def test_a_court_suspends_a_decree_without_an_objection(house: House) -> None:
    case = await _decreed(house, house_day(house, 10))
    order = {"number": "800/8", "ordered_by": "court", **_suspension(house)}
    await case.refused("suspend_decree", "governor", "invalid_request", 422, **order)
    await case.act("suspend_decree", "governor", reference="Penetapan PTUN 7/2026", **order)
    await case.forward(days=5)
    await case.act("lift_suspension", "governor", number="800/9", **_suspension(house))
    await case.forward(days=6)
    assert case.where == ("placement", "awaiting_duty"), "lifted before its day, the decree takes effect as it stands"
