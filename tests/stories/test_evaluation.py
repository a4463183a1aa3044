"""Stories of the evaluation: who may move, who may not yet, and what people can do about it."""

from datetime import datetime, timedelta

from tests.house import House, eventually


async def test_a_person_18_months_in_post_is_ineligible_and_hr_closes_the_case(house: House) -> None:
    case = await house.open("tenure_18_months")
    assert case.where == ("evaluation", "ineligible")
    assert not case.state["seat_held"]
    tenure = next(r for r in case.state["rules"] if r["rule"] == "E02")
    assert (tenure["outcome"], tenure["value"], tenure["threshold"]) == ("fail", 18, 24)
    assert tenure["overridable"]
    assert tenure["eligible_from"]
    await case.refused("close_ineligible", "hr_officer", "reason_required", 422)
    await case.act("close_ineligible", "hr_officer", reason="Belum dua tahun dalam jabatan")
    assert case.where == ("closed", "closed")
    assert case.state["outcome"] == "ineligible"


async def test_a_missing_rating_waits_until_it_is_supplied(house: House) -> None:
    """Missing is unknown, not failed: the file waits, the rating comes, the case goes on by itself."""
    case = await house.open("missing_rating")
    assert case.where == ("evaluation", "incomplete")
    rating = next(r for r in case.state["rules"] if r["rule"] == "E05")
    assert rating["outcome"] == "unknown"
    year = await _closed_year(house) - 1
    item = {"kind": "rating", "year": year, "rating": "BAIK", "reference": "SKP"}
    await case.act("supply_dossier", "hr_officer", items=[item])
    assert case.where == ("needs_check", "awaiting_confirmation")
    rating = next(r for r in case.state["rules"] if r["rule"] == "E05")
    assert rating["outcome"] == "pass"
    assert case.state["number"] in rating["source"]


async def test_a_supplied_rating_that_is_too_low_makes_the_person_ineligible(house: House) -> None:
    case = await house.open("missing_rating")
    item = {"kind": "rating", "year": await _closed_year(house) - 1, "rating": "KURANG"}
    await case.act("supply_dossier", "hr_officer", items=[item])
    assert case.where == ("evaluation", "ineligible")


async def _closed_year(house: House) -> int:
    return int((await house.sql("SELECT max(year) AS y FROM rating"))[0].y)


async def test_an_override_needs_a_listed_ground_and_a_second_person(house: House) -> None:
    case = await house.open("tenure_18_months")
    await case.refused(
        "override_rule", "hr_officer", "rule_not_failed", 422, rule="E05", ground="emergency", reference="x"
    )
    await case.refused(
        "override_rule", "hr_officer", "ground_not_allowed", 422, rule="E02", ground="a_friend", reference="x"
    )
    await case.act(
        "override_rule",
        "hr_officer",
        rule="E02",
        ground="reorganisation",
        reference="Pergub 12/2026",
        reason="SOTK baru",
    )
    assert case.where == ("evaluation", "override_pending")
    await case.refused("confirm_override", "hr_officer", "four_eyes", 403)
    await case.act("confirm_override", "hr_head")
    assert case.where == ("needs_check", "awaiting_confirmation")
    assert "rule_overridden" in case.state["flags"]


async def test_a_rule_that_is_no_mans_to_set_aside(house: House) -> None:
    case = await house.open("discipline_process")
    assert case.where == ("evaluation", "ineligible")
    await case.refused(
        "override_rule", "hr_officer", "rule_not_overridable", 422, rule="E06", ground="emergency", reference="x"
    )


async def test_the_employee_contests_his_data_and_hr_must_look(house: House) -> None:
    case = await house.open("audit_finding")
    assert case.where == ("evaluation", "ineligible")
    await case.refused("contest_data", "hr_officer", "not_authorised", 403, text="bukan saya")
    await case.act("contest_data", "cast:audit_finding", text="Temuan itu sudah saya tindak lanjuti")
    await case.look()
    assert "data_contested" in case.state["flags"]
    item = {
        "kind": "condition_end",
        "condition": "audit_finding",
        "to": case.state["opened_at"][:10],
        "reference": "SKBT 1",
    }
    await case.act("supply_dossier", "hr_officer", items=[item])
    assert "data_contested" not in case.state["flags"]


async def test_contesting_ends_after_five_working_days(house: House) -> None:
    case = await house.open("audit_finding")
    await case.forward(days=12)
    await case.refused("contest_data", "cast:audit_finding", "contest_over", 409, text="Terlambat")


async def test_an_incomplete_dossier_lapses_only_after_the_final_term_of_the_policy(house: House) -> None:
    case = await house.open("missing_rating")
    assert case.state["due"]["then"] == "lapse"
    assert case.state["due"]["final_on"]
    await case.past_due()
    assert case.where == ("evaluation", "incomplete")
    assert "overdue" in case.state["flags"]
    await case.forward(days=100)
    assert case.state["outcome"] == "lapsed"
    types = await case.types()
    assert types.count("reminder_due") == 3
    assert types[-3:] == ["deadline_passed", "case_escalated", "case_lapsed"]


async def test_who_may_not_be_moved_at_all(house: House) -> None:
    case = await house.open("pppk", origin="own_request")
    assert case.where == ("evaluation", "ineligible")
    assert {r["rule"] for r in case.state["rules"] if r["outcome"] == "fail"} == {"E01"}
    assert next(r for r in case.state["rules"] if r["rule"] == "E15")["outcome"] == "not_applicable"


async def test_near_retirement_is_a_warning_that_everybody_sees(house: House) -> None:
    case = await house.open("near_retirement")
    rule = next(r for r in case.state["rules"] if r["rule"] == "E16")
    assert rule["outcome"] in ("warn", "fail")


async def test_the_employee_is_told_of_an_adverse_finding(house: House) -> None:
    case = await house.open("tenure_18_months")

    async def told() -> bool:
        notices = (await house.get("/notices", "cast:tenure_18_months"))["items"]
        return {n["template"] for n in notices} >= {"case_opened", "judged_ineligible"}

    await eventually(told)
    assert (await case.look())["contest_until"]


async def test_facts_that_cannot_be_true_are_refused_and_change_nothing(house: House) -> None:
    """A slip of the keyboard must not take a person out of his post, nor make a rule pass."""
    case = await house.open("tenure_18_months")
    year = house.now.year
    for item, code in (
        ({"kind": "position_since", "since": f"{year + 1}-01-01", "reference": "SK 1"}, "date_in_future"),
        ({"kind": "position_since", "since": "2000-01-01", "reference": "SK 1"}, "date_too_early"),
        ({"kind": "rating", "year": year, "rating": "BAIK"}, "date_in_future"),
        (
            {"kind": "condition_end", "condition": "audit_finding", "to": f"{year}-01-01", "reference": "S 1"},
            "condition_not_in_force",
        ),
    ):
        await case.refused("supply_dossier", "hr_officer", code, 422, items=[item])
    finding = await house.open("audit_finding")
    early = {"kind": "condition_end", "condition": "audit_finding", "to": "2001-01-01", "reference": "SKBT 1"}
    await finding.refused("supply_dossier", "hr_officer", "date_too_early", 422, items=[early])
    person = await house.get(f"/employees/{case.state['employee']['id']}")
    assert person["position_code"], "he still holds his post"
    assert (await case.types()).count("dossier_supplied") == 0


async def test_who_supplied_the_facts_does_not_verify_them(house: House) -> None:
    case = await house.open("missing_rating", by="hr_head")
    years = [{"kind": "rating", "year": house.now.year - ago, "rating": "BAIK", "reference": "SKP"} for ago in (1, 2)]
    await case.act("supply_dossier", "hr_officer", items=years)
    assert "data_supplied" in case.state["flags"]
    await case.walk(to="awaiting_verification")
    await case.refused("verify", "hr_officer", "four_eyes", 403)
    assert case.id not in [t["case_id"] for t in (await house.get("/tasks", "hr_officer"))["items"]]


async def test_the_right_to_contest_outlasts_a_hold(house: House) -> None:
    case = await house.open("audit_finding")
    await case.act("hold", "hr_officer", ground="audit_finding", reference="LHP 1", reason="Diperiksa")
    await case.act("contest_data", "cast:audit_finding", text="Temuan itu bukan atas nama saya")
    await case.look()
    assert case.where == ("evaluation", "on_hold") and "data_contested" in case.state["flags"]


async def test_a_hold_keeps_the_final_term_and_asks_to_be_reviewed(house: House) -> None:
    case = await house.open("missing_rating")
    final = datetime.fromisoformat(case.state["due"]["final_on"])
    await case.act("hold", "hr_officer", ground="court", reference="Perkara 1", reason="Menunggu putusan")
    assert case.state["due"]["reckoned"]["days"] == 20, "somebody must look whether the ground still stands"
    await case.act("resume", "hr_officer")
    assert datetime.fromisoformat(case.state["due"]["final_on"]) - final < timedelta(days=4)
