"""Stories of the decision, the decree and the move itself."""

from datetime import datetime, timedelta

from sqlalchemy import text

from tests.house import House, local_day, today


async def test_a_rejected_case_frees_its_seat_and_says_why(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    await case.refused("decide", "governor", "reason_required", 422, decision="reject")
    await case.act("decide", "governor", decision="reject", reason="Unit asal sedang audit")
    assert case.state["outcome"] == "rejected"
    assert (await house.get(f"/positions/{case.state['to']['position_code']}"))["held"] == 0
    told = await case.events("cast:lateral_pass")
    assert told[-2]["reason"] == "Unit asal sedang audit"


async def test_a_deferred_decision_comes_back_on_its_date(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    await case.refused("decide", "governor", "defer_until_required", 422, decision="defer", reason="Tunggu anggaran")
    await case.refused("decide", "governor", "date_in_past", 422, decision="defer", reason="x", until=today())
    until = local_day(30).isoformat()
    await case.act("decide", "governor", decision="defer", reason="Tunggu anggaran", until=until)
    assert case.where == ("approval", "deferred")
    await case.forward(days=31)
    assert case.where == ("approval", "awaiting_decision")
    await case.act("decide", "governor", decision="approve")
    assert case.where == ("placement", "awaiting_decree")


async def test_a_returned_case_is_resubmitted_and_earlier_decisions_stay_superseded(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_proposal")
    await case.refused("return", "regional_secretary", "reason_required", 422, to_stage="consultation")
    await case.refused("return", "governor", "not_authorised", 403, to_stage="consultation", reason="x")
    await case.refused("return", "regional_secretary", "return_not_earlier", 422, to_stage="placement", reason="x")
    await case.act("return", "regional_secretary", to_stage="consultation", reason="Pegawai belum cukup didengar")
    assert case.where == ("consultation", "awaiting_response")
    assert case.state["returns"] == 1
    assert case.state["seat_held"]
    await case.walk(to="awaiting_decree")
    events = await case.events()
    superseded = [e["type"] for e in events if e["superseded"]]
    assert superseded.count("board_considered") == 1
    assert superseded.count("response_given") == 1
    assert len([e for e in events if e["type"] == "board_considered" and not e["superseded"]]) == 1


async def test_a_case_returned_to_evaluation_is_resubmitted_by_hr(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_verification")
    await case.act("return", "hr_head", to_stage="evaluation", reason="Data perlu diperiksa lagi")
    assert case.where == ("evaluation", "returned")
    await case.act("supply_dossier", "hr_officer", items=[], note="Sudah diperiksa")
    assert case.where == ("needs_check", "awaiting_confirmation")


async def test_four_eyes_own_case_and_acting_capacity(house: House) -> None:
    case = await house.open("lateral_pass", by="hr_head")
    await case.walk(to="awaiting_verification")
    await case.refused("verify", "hr_head", "four_eyes", 403)
    await case.act("verify", "hr_officer")
    await case.refused("decide", "regional_secretary", "act_not_open", 409, decision="approve")
    await case.refused("consider", "governor", "not_authorised", 403, recommendation="recommend")


async def test_the_verifier_may_not_vote_on_the_board(house: House) -> None:
    """The head of HR sits on the board: if he verified, he does not vote."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_consideration")
    head = await house.cast_nip("hr_head")
    await case.refused("consider", f"board_member:{head}", "four_eyes", 403, recommendation="recommend")


async def test_an_approval_against_the_boards_advice_needs_a_reason(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_consideration")
    await case.refused("consider", "board_member", "reason_required", 422, recommendation="not_recommend")
    await case.act("consider", "board_member", recommendation="not_recommend", reason="Unit asal kurang orang")
    await case.act("propose", "regional_secretary", recommendation="recommend")
    assert "not_recommended" in case.state["flags"]
    await case.refused("decide", "governor", "reason_required", 422, decision="approve")
    ground = {"advice_ground": "service_continuity"}
    await case.act("decide", "governor", decision="approve", reason="Kebutuhan layanan lebih mendesak", **ground)
    made = next(e for e in await case.events() if e["type"] == "decision_made")
    assert made["data"]["against_advice"] is True


async def test_the_secretary_married_to_the_person_takes_no_part(house: House) -> None:
    """Recusal: the task goes to the governor, and the trace says so."""
    case = await house.open("spouse_of_official")
    await case.walk(to="awaiting_proposal")
    await case.look("governor")
    await case.refused("propose", "regional_secretary", "not_authorised", 403, recommendation="recommend")
    recused = next(e for e in await case.events() if e["type"] == "official_recused")
    assert (recused["data"]["office"], recused["data"]["in_favour_of"]) == ("regional_secretary", "governor")
    mine = [t["case_id"] for t in (await house.get("/tasks", "governor"))["items"]]
    assert case.id in mine
    assert case.id not in [t["case_id"] for t in (await house.get("/tasks", "regional_secretary"))["items"]]
    await case.act("propose", "governor", recommendation="recommend")
    await case.act("decide", "governor", decision="approve")
    assert case.where == ("placement", "awaiting_decree")


async def test_a_decree_that_takes_effect_in_two_months(house: House) -> None:
    """Nothing moves until the day; then seat and incumbency move together."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decree")
    effective = local_day(60).isoformat()
    decree = {"number": "800/2", "date": today()}
    await case.refused(
        "issue_decree", "hr_officer", "effective_before_decree", 422, **decree, effective_on=local_day(-1).isoformat()
    )
    await case.refused(
        "issue_decree", "hr_officer", "date_in_future", 422, number="800/2", date=local_day(3).isoformat(),
        effective_on=effective,
    )  # fmt: skip
    await case.act("issue_decree", "hr_officer", **decree, effective_on=effective)
    assert case.where == ("placement", "awaiting_effective_date")
    assert await _post_of(house, "lateral_pass") == house.cast["lateral_pass"]["current_position_code"]
    await case.refused("cancel", "hr_officer", "decree_issued", 409, reason="x")
    await case.forward(days=59)
    assert case.where == ("placement", "awaiting_effective_date")
    await case.forward(days=2)
    assert case.where == ("placement", "awaiting_duty")
    assert case.state["placed_on"] == effective
    rows = await house.sql(
        "SELECT position_code, lower(during) AS since, upper(during) AS until FROM occupancy o"
        " JOIN person p ON p.id = o.person_id"
        " WHERE p.nip = :nip AND kind = 'incumbent' AND superseded_at IS NULL ORDER BY lower(during)",
        nip=house.cast["lateral_pass"]["nip"],
    )
    assert [(r.position_code, r.until.isoformat() if r.until else None) for r in rows] == [
        (house.cast["lateral_pass"]["current_position_code"], effective),
        (house.cast["lateral_pass"]["target_position_code"], None),
    ]
    assert rows[1].since.isoformat() == effective


async def _post_of(house: House, whom: str) -> str:
    found = await house.get("/employees", q=house.cast[whom]["nip"])
    return str(found["items"][0]["position_code"])


async def test_a_proceeding_opened_before_the_effective_date_blocks_the_move(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decree")
    await case.act("issue_decree", "hr_officer", number="800/3", date=today(), effective_on=local_day(20).isoformat())
    person = await house.person("cast:lateral_pass")
    async with house.engine.begin() as connection:
        from sqlalchemy import text

        await connection.execute(
            text(
                "INSERT INTO condition (person_id, kind, valid_from, reference, source)"
                " VALUES (:person, 'discipline_process', current_date, 'LHP 9', 'register')"
            ),
            {"person": person},
        )
    await case.forward(days=21)
    assert case.where == ("placement", "placement_blocked")
    blocked = next(e for e in await case.events() if e["type"] == "placement_blocked")
    assert blocked["data"]["causes"] == ["E06"]
    assert await _post_of(house, "lateral_pass") == house.cast["lateral_pass"]["current_position_code"]
    await case.act("cancel", "hr_officer", reason="Proses disiplin berjalan")
    assert case.state["outcome"] == "cancelled"


async def test_own_request_is_opened_and_withdrawn_by_the_employee(house: House) -> None:
    case = await house.open("it_self_nomination", by="cast:it_self_nomination", origin="own_request")
    await case.walk(to="awaiting_consideration")
    await case.refused("withdraw", "hr_officer", "not_authorised", 403)
    await case.act("withdraw", "cast:it_self_nomination", reason="Keluarga")
    assert case.state["outcome"] == "withdrawn"


async def test_nobody_opens_for_another_but_hr(house: House) -> None:
    answer = await house.try_open("lateral_pass", by="cast:it_self_nomination", origin="own_request")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_authorised")
    answer = await house.try_open("it_self_nomination", by="cast:it_self_nomination", origin="organisation")
    assert answer.status_code == 403


async def test_hold_and_resume_keep_the_days_that_were_left(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_response")
    due = datetime.fromisoformat(case.state["due"]["at"])
    await case.act("hold", "hr_officer", ground="audit_finding", reference="LHP 4", reason="Menunggu tindak lanjut")
    assert case.where == ("consultation", "on_hold")
    assert case.state["due"]["reckoned"]["days"] == 20, "the hold's own term: does its ground still stand?"
    await case.refused("respond", "cast:lateral_pass", "act_not_open", 409, answer="accept")
    await case.forward(days=60)
    assert case.where == ("consultation", "on_hold")
    assert "overdue" in case.state["flags"]
    await case.act("resume", "hr_officer")
    assert case.where == ("consultation", "awaiting_response")
    assert datetime.fromisoformat(case.state["due"]["at"]) > due + timedelta(days=50)
    await case.act("respond", "cast:lateral_pass", answer="accept")


async def test_reviews_come_when_due_and_a_missed_one_is_written_down(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="between_reviews")
    await case.refused("record_review", "hr_officer", "act_not_open", 409, day=30, outcome="adapted_well")
    await case.forward(days=31)
    await case.refused("record_review", "hr_officer", "review_not_due", 409, day=90, outcome="adapted_well")
    await case.forward(days=60)
    assert case.state["review_day"] == 90
    assert "review_missed" in await case.types()
    await case.act(
        "record_review", "agency_head:DLH", day=90, outcome="needs_support",
        measures=[{"code": "queue_minutes", "value": 12, "source": "Laporan bulanan"}],
    )  # fmt: skip
    recorded = next(e for e in await case.events() if e["type"] == "review_recorded")
    queue = next(c for c in recorded["data"]["comparison"] if c["measure"] == "queue_minutes")
    assert queue == {"measure": "queue_minutes", "now": "12"}
    staffing = next(c for c in recorded["data"]["comparison"] if c["measure"] == "destination_staffing")
    assert staffing["change"] == "+1"


async def test_a_person_may_have_a_new_case_while_the_old_one_is_in_review(house: House) -> None:
    case = await house.open("lateral_pass")
    again = await house.try_open("lateral_pass", position_code="SETWAN-B2-02")
    assert (again.status_code, again.json()["code"]) == (409, "open_case_exists")
    await case.walk(to="between_reviews")
    second = await house.try_open("lateral_pass", position_code="DPUPR-S-02")
    assert second.status_code == 201
    assert second.json()["status"] == "ineligible"


async def test_an_emergency_needs_a_ground_and_runs_on_short_terms(house: House) -> None:
    answer = await house.try_open("lateral_pass", origin="emergency")
    assert (answer.status_code, answer.json()["code"]) == (422, "emergency_without_ground")
    case = await house.open("health_emergency", origin="emergency")
    assert case.where == ("needs_check", "awaiting_confirmation")
    assert case.state["due"]["reckoned"]["days"] == 1


async def test_kinds_and_posts_without_a_route_are_understood_and_refused(house: House) -> None:
    for kind in ("central_central", "abroad"):
        answer = await house.try_open("lateral_pass", kind=kind)
        assert (answer.status_code, answer.json()["code"]) == (422, "kind_without_route"), kind
    for kind in ("intra_prov_kk", "prov_to_kk", "kk_to_prov", "inter_prov", "region_central"):
        answer = await house.try_open("lateral_pass", kind=kind)
        assert (answer.status_code, answer.json()["code"]) == (422, "way_without_passage"), kind
    answer = await house.try_open("lateral_pass", position_code="SETDA-01")
    assert (answer.status_code, answer.json()["code"]) == (422, "post_beyond_route")


async def test_a_decree_is_not_older_than_the_decision_it_carries_out(house: House) -> None:
    """A decision does not take effect backwards (UU 30/2014 Pasal 58)."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decree")
    before = (house.now - timedelta(days=365)).date().isoformat()
    refused = await case.refused(
        "issue_decree", "hr_officer", "date_too_early", 422, number="800/1", date=before, effective_on=before
    )
    assert refused["params"]["field"] == "date"
    assert case.where == ("placement", "awaiting_decree")


async def test_a_hold_while_a_review_is_due_loses_no_later_review(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="between_reviews")
    await case.forward(days=31)
    assert case.where == ("review", "review_due")
    await case.act("hold", "hr_officer", ground="court", reference="Perkara 2", reason="Menunggu putusan")
    await case.act("resume", "hr_officer")
    await case.forward(days=60)
    types = await case.types()
    assert types.count("review_opened") == 2 and "review_missed" in types


async def test_standing_aside_is_reasoned_as_everything_but_a_yes(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_consideration")
    for fields in ({"recuse": True}, {"recommendation": "abstain"}, {"recommendation": "not_recommend"}):
        await case.refused("consider", "board_member", "reason_required", 422, **fields)


async def test_the_head_of_the_destination_married_to_the_person_leaves_the_task_to_the_secretary(house: House) -> None:
    """Whoever may do a task also finds it in his list and is told of it."""
    case = await house.open("lateral_pass")
    agency = case.state["to"]["agency_code"]
    head, subject = await house.person(f"agency_head:{agency}"), await house.person("cast:lateral_pass")
    async with house.engine.begin() as connection:
        await connection.execute(_MARRY, {"one": subject, "other": head})
    await case.walk(to="awaiting_duty")
    tasks = (await house.get("/tasks", "regional_secretary"))["items"]
    assert [t["acts"] for t in tasks if t["case_id"] == case.id] == [["confirm_duty"]]
    assert case.id not in [t["case_id"] for t in (await house.get("/tasks", f"agency_head:{agency}"))["items"]]
    await case.refused("confirm_duty", f"agency_head:{agency}", "conflict_of_interest", 403, started_on=today())
    told = await house.get("/notices", "regional_secretary")
    assert case.state["number"] in str([n for n in told["items"] if n["template"] == "task"])
    await case.act("confirm_duty", "regional_secretary", started_on=today())


_MARRY = text("UPDATE employee SET spouse_id = :other WHERE person_id = :one AND superseded_at IS NULL")
