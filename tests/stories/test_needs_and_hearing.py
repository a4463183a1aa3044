"""Stories of the seat and of the employee being heard."""

from sqlalchemy import text

from tests.house import BACKFILL, OFF_LIST, House, today


async def test_two_cases_want_one_seat_and_the_second_is_proposed_another(house: House) -> None:
    """The seat is held for the first; the second waits, is offered an alternative, or takes a seat that frees."""
    first = await house.open("lateral_pass")
    second = await house.open("full_seat", position_code=house.cast["lateral_pass"]["target_position_code"])
    assert first.state["seat_held"]
    assert second.where == ("needs_check", "no_vacancy")
    problem = await second.refused("confirm_need", "hr_officer", "not_qualified", 409)
    assert problem["params"]["rules"] == ["E11"]


async def test_a_full_post_holds_no_seat_until_another_is_proposed(house: House) -> None:
    full = (await house.get("/positions", q="Analis Hukum Ahli Muda"))["items"]
    code = next(p["code"] for p in full if p["vacant"] == 0 and p["code"] != "DPUPR-S-02")
    case = await house.open("lateral_pass", position_code=code)
    assert case.where == ("needs_check", "no_vacancy")
    assert next(r for r in case.state["rules"] if r["rule"] == "E10")["outcome"] == "fail"
    await case.refused("confirm_need", "hr_officer", "no_vacancy", 409)
    await case.refused("propose_alternative", "hr_officer", "not_qualified", 409, position_code="DINKES-B2-02")
    await case.act("propose_alternative", "hr_officer", position_code="SETWAN-B2-02", reason="Formasi semula terisi")
    assert case.where == ("needs_check", "awaiting_confirmation")
    assert case.state["to"]["position_code"] == "SETWAN-B2-02"
    assert case.state["seat_held"]
    await case.act("confirm_need", "hr_officer")
    assert case.where == ("consultation", "awaiting_response")


async def test_a_seat_that_another_case_gives_back_can_be_confirmed(house: House) -> None:
    target = house.cast["spouse_of_official"]["target_position_code"]
    first = await house.open("spouse_of_official")
    second = await house.open("finance_to_bapenda", position_code=target)
    assert second.where == ("needs_check", "no_vacancy")
    await first.act("cancel", "hr_officer", reason="Rencana berubah")
    await second.act("confirm_need", "hr_officer", backfill=BACKFILL, off_list_reason=OFF_LIST)
    assert second.state["seat_held"]


async def test_an_objection_is_answered_ground_by_ground_and_carried(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_response")
    await case.refused("respond", "cast:lateral_pass", "grounds_required", 422, answer="object")
    await case.act(
        "respond", "cast:lateral_pass", answer="object", grounds=["family", "distance"], text="Orang tua saya sakit"
    )
    assert case.where == ("consultation", "awaiting_answer")
    problem = await case.refused(
        "answer_objection", "hr_officer", "unanswered_grounds", 422, answers=[{"ground": "family", "text": "Ada cuti"}]
    )
    assert problem["params"]["grounds"] == ["distance"]
    answers = [{"ground": "family", "text": "Ada cuti"}, {"ground": "distance", "text": "Kantor di kota yang sama"}]
    await case.act("answer_objection", "hr_officer", answers=answers)
    assert case.where == ("socialisation", "awaiting_briefing")
    assert "objection_carried" in case.state["flags"]
    events = await case.events("cast:lateral_pass")
    answered = next(e for e in events if e["type"] == "objection_answered")
    assert [a["text"] for a in answered["data"]["answers"]] == ["Ada cuti", "Kantor di kota yang sama"]


async def test_an_alternative_is_asked_for_proposed_and_accepted(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_response")
    wish = "SETWAN-B2-02"
    await case.act("respond", "cast:lateral_pass", answer="request_alternative", preferences=[wish])
    assert case.where == ("consultation", "awaiting_settlement")
    before = case.state["to"]["position_code"]
    await case.act("propose_alternative", "hr_officer", position_code=wish)
    assert case.where == ("consultation", "awaiting_response")
    await case.act("respond", "cast:lateral_pass", answer="accept")
    assert case.where == ("socialisation", "awaiting_briefing")
    freed = await house.get(f"/positions/{before}")
    assert freed["held"] == 0


async def test_conditions_are_settled_by_hr(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_response")
    await case.act("respond", "cast:lateral_pass", answer="accept_with_conditions", conditions=["Mulai bulan depan"])
    await case.act("answer_objection", "hr_officer", answers=[{"ground": "conditions", "text": "Disetujui"}])
    assert case.where == ("socialisation", "awaiting_briefing")
    assert "conditions_settled" in case.state["flags"]


async def test_silence_is_recorded_and_never_taken_for_consent(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_response")
    assert case.state["due"]["then"] == "no_response"
    assert case.state["due"]["then_text"]
    await case.past_due()
    assert case.where == ("socialisation", "awaiting_briefing")
    assert "employee_silent" in case.state["flags"]
    assert case.state["answer"] is None


async def test_a_briefing_counts_only_when_the_employee_was_reached(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_briefing")
    briefing = {"held_on": today(), "channel": "rapat"}
    await case.act("record_briefing", "hr_officer", audience=["origin", "destination"], **briefing)
    assert case.where == ("socialisation", "awaiting_briefing")
    await case.refused("acknowledge", "cast:lateral_pass", "act_not_open", 409)
    await case.act("record_briefing", "hr_officer", audience=["employee"], **briefing)
    assert case.where == ("socialisation", "awaiting_acknowledgement")


async def test_a_missing_acknowledgement_goes_on_as_partial(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_acknowledgement")
    await case.past_due()
    assert case.where == ("approval", "awaiting_verification")
    assert "briefing_partial" in case.state["flags"]


async def test_a_head_opposes_and_everybody_who_decides_sees_it(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.refused("unit_opinion", "agency_head:DLH", "reason_required", 422, opinion="oppose")
    await case.refused("unit_opinion", "agency_head:DINKES", "case_unknown", 404, opinion="support")
    await case.act("unit_opinion", "agency_head:DPUPR", opinion="oppose", reason="Kami kekurangan analis")
    assert case.where == ("needs_check", "awaiting_confirmation")
    assert "unit_opposed" in case.state["flags"]


async def test_hr_answers_what_was_raised_and_only_that(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_response")
    await case.act("respond", "cast:lateral_pass", answer="accept_with_conditions", conditions=["Rumah dinas"])
    for ground, code in (("alternative", "unanswered_grounds"), ("health", "unanswered_grounds")):
        await case.refused(
            "answer_objection", "hr_officer", code, 422, answers=[{"ground": ground, "text": "Disetujui"}]
        )
    both = [{"ground": "conditions", "text": "Disetujui"}, {"ground": "health", "text": "Tidak diajukan"}]
    await case.refused("answer_objection", "hr_officer", "ground_not_raised", 422, answers=both)
    await case.act("answer_objection", "hr_officer", answers=both[:1])


async def test_a_briefing_was_held_after_the_opening_and_not_in_the_future(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_briefing")
    for held_on, code in (("2020-11-24", "date_too_early"), ("2099-01-01", "date_in_future")):
        await case.refused(
            "record_briefing", "hr_officer", code, 422, held_on=held_on, channel="rapat", audience=["employee"]
        )


async def test_a_seat_row_that_outlived_a_cut_of_the_establishment_is_no_vacancy(house: House) -> None:
    """Required less occupied less held decides, not whether a chair still stands there."""
    target = house.cast["lateral_pass"]["target_position_code"]
    first = await house.open("lateral_pass")
    async with house.engine.begin() as connection:
        taken = (await connection.execute(_COUNT, {"code": target})).scalar_one()
        await connection.execute(_CUT, {"code": target, "required": taken})
    second = await house.open("finance_to_bapenda", position_code=target)
    assert second.state["status"] in ("no_vacancy", "ineligible") and not second.state["seat_held"]
    assert first.state["seat_held"]
    needed = await house.sql("SELECT required FROM position WHERE code = :c AND superseded_at IS NULL", c=target)
    assert needed[0].required == taken


_COUNT = text("""
    SELECT count(*) FROM occupancy WHERE position_code = :code AND superseded_at IS NULL AND upper_inf(during)
""")
_CUT = text("UPDATE position SET required = :required WHERE code = :code AND superseded_at IS NULL")
