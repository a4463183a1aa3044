"""What happened elsewhere (`P1` to `P10` of the field's precedents), and what happens here instead."""

from pathlib import Path
from typing import Any

import pytest

from domain.calendar import PROVINCE
from domain.policy import from_toml
from store.policies import publish
from tests.files import pdf
from tests.house import CaseFile, House, local_day, today
from tests.stories.handing_in import handed_in

POLICIES = Path(__file__).resolve().parents[2] / "policies"


async def _vacant(house: House, kind: str) -> str:
    """A post of a kind with a free seat."""
    rows = await house.sql(
        "SELECT p.code FROM position p JOIN seat s ON s.position_code = p.code AND s.abolished_on IS NULL"
        " WHERE p.superseded_at IS NULL AND p.kind = :kind AND p.required >"
        " (SELECT count(*) FROM occupancy o WHERE o.position_code = p.code AND o.superseded_at IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM occupancy o WHERE o.seat_id = s.id AND o.superseded_at IS NULL)"
        " ORDER BY p.code LIMIT 1",
        kind=kind,
    )
    return str(rows[0].code)


def _failed(case: CaseFile) -> set[str]:
    return {r["rule"] for r in case.state["rules"] if r["outcome"] == "fail"}


async def test_p1_rejang_lebong_every_reason_is_shown_before_anybody_is_moved(house: House) -> None:
    """January 2024: 48 demoted, three without a post, others too early or without experience; undone months later."""
    case = await house.open("tenure_18_months", position_code=await _vacant(house, "SUPERVISOR"))
    assert case.where == ("evaluation", "ineligible")
    assert {"E02", "E20"} <= _failed(case)
    fields = {"reference": "Nota", "document": f"d_{'a' * 26}", "reason": "Kebijakan pimpinan"}
    refused = await case.refused(
        "override_rule",
        "hr_officer",
        "ground_not_allowed",
        422,
        rule="E20",
        ground="critical_service_vacancy",
        **fields,
    )
    assert set(refused["params"]["allowed"]) == {"discipline", "performance_procedure", "reorganisation"}
    without_post = await house.request(
        "POST", "/cases", "hr_officer", headers={"Idempotency-Key": "p1"},
        json={"kind": "internal", "nip": house.cast["lateral_pass"]["nip"], "reason": "Nonjob"},
    )  # fmt: skip
    assert without_post.status_code == 422, "there is no mutation to no post"
    staff = await house.sql(
        "SELECT p.nip FROM person p JOIN employee e ON e.person_id = p.id AND e.superseded_at IS NULL"
        " JOIN occupancy o ON o.person_id = p.id AND o.superseded_at IS NULL AND upper_inf(o.during)"
        " JOIN position t ON t.code = o.position_code AND t.superseded_at IS NULL AND t.kind = 'STAFF'"
        " WHERE e.status = 'PNS' ORDER BY p.id LIMIT 1"
    )
    rising = await house.try_open("lateral_pass", nip=staff[0].nip, position_code=await _vacant(house, "ADMINISTRATOR"))
    [experience] = [r for r in rising.json()["rules"] if r["rule"] == "E13"]
    assert experience["outcome"] == "unknown", "experience that nobody showed does not count"


async def test_p2_mamuju_tengah_a_head_of_division_is_not_made_a_functional_official_overnight(house: House) -> None:
    """Five heads of division became teachers without an appraisal, a hearing or a published ground."""
    case = await house.open("tenure_18_months", position_code=await _vacant(house, "FUNCTIONAL"))
    assert "E20" in _failed(case)
    for act, by, fields in (
        ("confirm_need", "hr_head", {}),
        ("verify", "hr_head", {}),
        ("decide", "governor", {"decision": "approve"}),
        ("issue_decree", "hr_head", {"number": "1", "date": today(), "effective_on": today()}),
    ):
        await case.look(by if by == "hr_head" else "hr_officer")
        answer = await case.try_act(act, by, **fields)
        assert answer.status_code in (404, 409), (act, answer.text)
    await case.look()
    assert case.where == ("evaluation", "ineligible")


async def test_p3_mamuju_2021_nine_objections_are_not_answered_by_silence(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="between_reviews")
    await case.act("file_objection", case.employee, grounds=["perceived_sanction"], text="Tidak pernah didengar")
    await case.forward(days=100)
    assert case.state["objection"]["open"]
    assert "objection_overdue" in case.state["flags"]
    assert (await case.types()).count("objection_escalated") == 3
    mine = [t["acts"] for t in (await house.get("/tasks", "governor"))["items"] if t["case_id"] == case.id]
    assert mine == [["decide_objection"]]


async def test_p6_sulbar_2021_an_assistant_becomes_a_clerk_by_a_lawful_ground_only(
    house: House,
) -> None:
    rows = await house.sql(
        "SELECT e.nip FROM occupancy o JOIN position p ON p.code = o.position_code AND p.superseded_at IS NULL"
        " JOIN person e ON e.id = o.person_id WHERE o.superseded_at IS NULL AND o.kind = 'incumbent'"
        " AND p.kind = 'JPT_PRATAMA' AND o.person_id NOT IN (SELECT person_id FROM office WHERE superseded_at IS NULL)"
        " ORDER BY e.nip LIMIT 1"
    )
    nip = rows[0].nip if rows else None
    if nip is None:
        nip = (await house.sql(_ANY_CHIEF))[0].nip
    case = await house.open("lateral_pass", nip=nip, position_code=await _vacant(house, "STAFF"))
    assert "E20" in _failed(case)
    lawful: dict[str, Any] = {"rule": "E20", "ground": "reorganisation", "reference": "Pergub 1/2021"}
    await case.refused("override_rule", "hr_officer", "override_document_required", 422, **lawful)
    await case.refused("override_rule", "hr_officer", "invalid_request", 422, **lawful, document="Lampiran SOTK")
    annex = await handed_in(case, pdf("Lampiran SOTK"), "hr_officer", document="D13")
    await case.act("override_rule", "hr_officer", **lawful, document=annex["id"])
    await case.refused("confirm_override", "hr_officer", "four_eyes", 403)
    await case.act("confirm_override", "hr_head")
    assert "rule_overridden" in case.state["flags"], "everyone who decides sees it"


_ANY_CHIEF = """
    SELECT e.nip FROM occupancy o JOIN position p ON p.code = o.position_code AND p.superseded_at IS NULL
    JOIN person e ON e.id = o.person_id
    WHERE o.superseded_at IS NULL AND o.kind = 'incumbent' AND p.kind = 'JPT_PRATAMA' AND e.nip NOT IN (
        SELECT n.nip FROM office f JOIN person n ON n.id = f.person_id
        WHERE f.office IN ('hr_head', 'regional_secretary', 'hr_officer') AND f.superseded_at IS NULL)
    ORDER BY e.nip LIMIT 1
"""


_ECHELON_III = """
    SELECT n.nip, t.code FROM occupancy o
    JOIN position p ON p.code = o.position_code AND p.superseded_at IS NULL AND p.kind = 'ADMINISTRATOR'
    JOIN person n ON n.id = o.person_id JOIN employee e ON e.person_id = n.id AND e.superseded_at IS NULL
    JOIN position t ON t.kind = 'ADMINISTRATOR' AND t.superseded_at IS NULL AND t.code <> p.code
         AND (t.education_fields = '{}' OR e.education_field = ANY(t.education_fields))
         AND e.grade BETWEEN t.min_grade AND t.max_grade AND t.job_class >= p.job_class
         AND NOT EXISTS (SELECT 1 FROM occupancy h WHERE h.position_code = t.code AND h.superseded_at IS NULL)
    WHERE o.kind = 'incumbent' AND o.superseded_at IS NULL AND upper_inf(o.during)
      AND lower(o.during) < CAST(:since AS date) AND e.birth_date > '1975-01-01' AND e.education IN ('S1', 'S2')
      AND NOT EXISTS (SELECT 1 FROM office f WHERE f.person_id = n.id AND f.superseded_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM condition c WHERE c.person_id = n.id AND c.superseded_at IS NULL)
      AND (SELECT count(*) FROM rating r WHERE r.person_id = n.id AND r.superseded_at IS NULL
             AND r.year IN (2024, 2025) AND r.rating IN ('BAIK', 'SANGAT_BAIK')) = 2
    ORDER BY n.id, t.code LIMIT 1
"""


async def test_p7_sulbar_2026_echelon_iii_waits_for_nothing_but_the_consideration(house: House) -> None:
    """January 2026, after the new organisation: all is there but the Pertek. The case waits, visibly, and goes on."""
    files = {name: (POLICIES / name).read_text() for name in ("demo.toml", "mamuju-2026.toml")}
    files["demo.toml"] += """
[routes.internal.passages.inside]
consideration = "bkn_regional"
consideration_kinds = ["ADMINISTRATOR"]
consideration_months = 12
"""
    async with house.engine.begin() as connection:
        assert await connection.run_sync(publish, from_toml(files["demo.toml"], files.__getitem__))
    staff = await house.open("lateral_pass")
    await staff.walk(to="awaiting_decision")
    assert "file_submitted" not in await staff.types(), "only echelon III is asked for"
    (found,) = await house.sql(_ECHELON_III, since=local_day(-800))
    case = await house.open("lateral_pass", nip=found.nip, position_code=found.code)
    case.employee = found.nip
    await case.walk(to="awaiting_submission")
    letter = {"number": "800/SOTK-7", "date": today()}
    await case.act("submit_file", "hr_officer", **letter)
    assert case.where == ("approval", "awaiting_technical_consideration")
    assert case.state["due"]["reckoned"]["days"] == 15
    await case.refused("decide", "governor", "act_not_open", 409, decision="approve")
    await case.act("record_consideration", "hr_officer", outcome="returned", reason="Peta jabatan SOTK baru", **letter)
    await case.forward(days=7)
    await case.act("submit_file", "hr_officer", **letter)
    assert [p["cause"] for p in case.state["due"]["reckoned"]["pauses"]] == ["incomplete_file"]
    await case.past_due()
    assert case.where == ("approval", "awaiting_technical_consideration"), "silence of BKN decides nothing"
    await case.act("record_consideration", "hr_officer", outcome="issued", **letter)
    await case.walk(to="awaiting_decree")
    day = house.now.astimezone(PROVINCE).date().isoformat()
    await case.act("issue_decree", "hr_officer", number="800/SOTK-8", date=day, effective_on=day)
    assert case.where == ("placement", "awaiting_duty")


async def test_p8_balikpapan_2025_the_court_restores_the_official(house: House) -> None:
    case = await house.open("it_self_nomination")
    await case.walk(to="between_reviews")
    await case.act(
        "annul_decree", "governor", number="800/99", date=today(), ground="procedure", ordered_by="court",
        reference="PTUN 36/G/2025", reason="Putusan PTUN: cacat prosedur",
    )  # fmt: skip
    assert case.state["outcome"] == "annulled"
    found = await house.get("/employees", q=house.cast["it_self_nomination"]["nip"])
    assert found["items"][0]["position_code"] == house.cast["it_self_nomination"]["current_position_code"]
    annulled = next(e for e in await case.events() if e["type"] == "decree_annulled")
    assert (annulled["data"]["ordered_by"], annulled["data"]["reference"]) == ("court", "PTUN 36/G/2025")


@pytest.mark.parametrize("against", ["board", "secretary"])
async def test_p10_who_decides_against_advice_says_why(house: House, against: str) -> None:
    """Prices for posts thrive where nobody has to explain: here a deviation has a reason, and is marked."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_consideration")
    no = {"recommendation": "not_recommend", "reason": "Ada yang lebih sesuai"}
    yes = {"recommendation": "recommend"}
    await case.act("consider", "board_member", **(no if against == "board" else yes))
    await case.act("propose", "regional_secretary", **(no if against == "secretary" else yes))
    await case.refused("decide", "governor", "reason_required", 422, decision="approve")
    reason = "Kebutuhan layanan di wilayah terpencil"
    await case.refused("decide", "governor", "advice_ground_required", 422, decision="approve", reason=reason)
    await case.act("decide", "governor", decision="approve", reason=reason, advice_ground="service_continuity")
    made = next(e for e in await case.events("auditor") if e["type"] == "decision_made")
    assert made["data"]["against_advice"] is True
    assert made["reason"]
