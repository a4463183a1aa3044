"""Stories of moves between agencies: letters of others as recorded facts, waits that never end in silent approval."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from tests.house import CaseFile, House, local_day, today

MAJENE = {
    "agency": "Pemerintah Kabupaten Majene",
    "unit": "Sekretariat Daerah",
    "title": "Analis Hukum Ahli Muda",
    "kind": "FUNCTIONAL",
    "tier": "muda",
}
BY_OTHERS = {"issuer": "Bupati Majene", "outcome": "granted"}


def letter(number: str = "800/12") -> dict[str, str]:
    return {"number": number, "date": today()}


async def leave(house: House, whom: str = "lateral_pass", kind: str = "prov_to_kk", **fields: Any) -> CaseFile:
    """A case of somebody who leaves the province, as far as the governor's letter."""
    outside = fields.pop("to_outside", MAJENE)
    case = await house.open(whom, kind=kind, position_code=None, to_outside=outside, **fields)
    return await to_the_letter(case)


async def to_the_letter(case: CaseFile) -> CaseFile:
    await case.walk(to="awaiting_authorisation")
    return case


async def to_bkn(case: CaseFile, word: str = "proposal") -> CaseFile:
    """On to BKN: the governor signs, the other authority agrees, the file is handed in."""
    await case.act("authorise", "governor", **letter("800/R-1"))
    await case.act("record_consent", "hr_officer", word=word, **BY_OTHERS, **letter("824/77"))
    await case.act("submit_file", "hr_officer", **letter("800/B-1"))
    return case


async def considered(case: CaseFile, number: str) -> None:
    """BKN's consideration has come, and HR shows it."""
    pertek = await case.hand_in("D11")
    await case.act("record_consideration", "hr_officer", outcome="issued", document=pertek, **letter(number))


async def told(house: House, who: str) -> list[str]:
    return [n["template"] for n in (await house.get("/notices", who))["items"]]


async def test_who_leaves_for_a_regency_is_released_on_the_day_and_his_post_is_vacant(house: House) -> None:
    case = await leave(house)
    assert case.state["way"] == "leaving"
    assert (case.state["to"]["outside"], case.state["to"]["agency"]) == (True, MAJENE["agency"])
    assert not case.state["seat_held"]
    await case.refused("decide", "governor", "act_not_open", 409, decision="approve")
    origin = await house.get(f"/positions/{case.state['from']['position_code']}")
    assert origin["projected"]["leaving"] == 1, "the position map sees him go"
    await to_bkn(case)
    assert case.where == ("approval", "awaiting_technical_consideration")
    assert case.state["due"]["reckoned"]["days"] == 15
    assert case.state["outside"]["consents"] == {"proposal": "granted"}
    await case.refused("decide", "governor", "act_not_open", 409, decision="approve")
    await considered(case, "13773/B-AK")
    await case.act("decide", "governor", decision="approve")
    before = (await house.get(f"/positions/{case.state['from']['position_code']}"))["occupied"]
    await case.act("issue_decree", "hr_officer", **letter("800/SK-1"), effective_on=today())
    assert case.where == ("placement", "awaiting_duty")
    assert "person_released" in await case.types()
    after = (await house.get(f"/positions/{case.state['from']['position_code']}"))["occupied"]
    assert after == before - 1
    found = (await house.get("/employees", q=house.cast["lateral_pass"]["nip"]))["items"][0]
    assert found["position_code"] is None
    await case.refused("confirm_duty", "governor", "not_authorised", 403, started_on=today())
    await case.act("confirm_duty", "hr_officer", started_on=today(), note="SPMT Kabupaten Majene 12/2026")
    assert case.where == ("review", "between_reviews")
    again = await house.try_open("lateral_pass")
    assert (again.status_code, again.json()["code"]) == (409, "serves_elsewhere")
    ranked = await house.get("/positions/DLH-S-04/candidates", "hr_officer")
    assert case.state["employee"]["id"] not in [c["employee"]["id"] for c in ranked["items"]]
    await case.forward(minutes=10)
    heard = {"letter_signed", "consent_granted", "file_submitted", "consideration_issued", "person_released"}
    assert heard <= set(await told(house, case.employee))


async def test_a_file_that_bkn_returns_stops_its_clock_and_silence_is_no_approval(house: House) -> None:
    """15 working days, paused while the file is back, escalated when they are over; then BKN answers at last."""
    case = await to_bkn(await leave(house, kind="inter_prov"))
    first = case.state["due"]["on"]
    await case.act(
        "record_consideration", "hr_officer", outcome="returned", reason="SKP 2025 belum dilampirkan", **letter("BTS 1")
    )
    assert case.where == ("approval", "awaiting_submission")
    await case.forward(days=7)
    await case.act("submit_file", "hr_officer", **letter("800/B-2"))
    assert case.where == ("approval", "awaiting_technical_consideration")
    assert case.state["due"]["on"] > first
    (pause,) = [p for p in case.state["due"]["reckoned"]["pauses"] if p["cause"] == "incomplete_file"]
    assert "BKN" in pause["text"]
    assert case.state["outside"]["rounds"] == 2
    await case.past_due()
    assert case.state["overdue"]
    await case.forward(days=21)
    assert case.where == ("approval", "awaiting_technical_consideration"), "nothing is approved by silence"
    assert [e["data"]["office"] for e in await case.events() if e["type"] == "case_escalated"] == ["hr_head"]
    assert "consideration_returned" in await told(house, case.employee)
    await considered(case, "13774/B-AK")
    assert case.where == ("approval", "awaiting_outside_decision")


async def test_the_minister_decides_and_hr_records_it(house: House) -> None:
    case = await to_bkn(await leave(house, kind="inter_prov"))
    await considered(case, "13774/B-AK")
    await case.refused("decide", "governor", "act_not_open", 409, decision="approve")
    await case.refused("record_outside_decision", "governor", "not_authorised", 403, decision="approve", **letter())
    await case.refused("record_outside_decision", "hr_officer", "four_eyes", 403, decision="approve", **letter())
    made = {"decision": "approve", **letter("824.3/9/OTDA")}
    await case.refused("record_outside_decision", "hr_head", "letter_document_required", 422, **made)
    await case.act("record_outside_decision", "hr_head", **made, document=await case.hand_in("D12"))
    made = next(e for e in await case.events() if e["type"] == "decision_made")
    assert (made["data"]["decided_by"], made["data"]["letter"]["number"]) == ("home_minister", "824.3/9/OTDA")
    await case.act("issue_decree", "hr_officer", **letter("824.3/9/OTDA"), effective_on=local_day(30).isoformat())
    await case.forward(days=31)
    assert case.where == ("placement", "awaiting_duty")
    await case.act("confirm_duty", "hr_officer", started_on=case.state["effective_on"])
    await case.refused("annul_decree", "governor", "not_authorised", 403, ground="procedure", reason="x", **letter())
    told_us = {"ground": "procedure", "ordered_by": "court", "reference": "PTUN 1/G/2027", "reason": "Putusan PTUN"}
    day = (datetime.fromisoformat(case.state["since"]) + timedelta(hours=8)).date().isoformat()
    annulled = {"number": "824.3/10", "date": day, **told_us}
    await case.refused("annul_decree", "hr_officer", "equal_post_required", 409, **annulled)
    await case.act("annul_decree", "hr_officer", **annulled, position_code="DLH-S-04")
    found = (await house.get("/employees", q=house.cast["lateral_pass"]["nip"]))["items"][0]
    assert found["position_code"] == "DLH-S-04", "his old post has more people than it needs: he has an equal one"
    again = await house.try_open("lateral_pass", position_code="DISKOMINFO-B2-02")
    assert again.status_code == 201, "and is one of ours again"


async def test_a_refusal_from_outside_waits_for_a_person_who_mends_or_closes(house: House) -> None:
    case = await to_bkn(await leave(house, kind="region_central"))
    tms = {"outcome": "refused", "reason": "TMS: kualifikasi tidak sesuai"}
    await case.act("record_consideration", "hr_officer", **tms, **letter("TMS 1"))
    assert case.where == ("approval", "refused_outside")
    assert case.state["outcome"] is None
    await case.act("undo", "hr_officer")
    assert case.where == ("approval", "awaiting_technical_consideration"), "a slip of the pen is taken back"
    await case.act("record_consideration", "hr_officer", **tms, **letter("TMS 1"))
    await case.act("return", "hr_officer", to_stage="approval", reason="Kualifikasi dilengkapi")
    assert case.where == ("approval", "awaiting_verification")
    await case.walk(to="awaiting_authorisation")
    await case.act("authorise", "governor", **letter("800/R-2"))
    assert case.where == ("approval", "awaiting_submission"), "the consent that was given stands"
    await case.act("submit_file", "hr_officer", **letter("800/B-2"))
    await considered(case, "13775")
    await case.act("record_outside_decision", "hr_head", decision="reject", reason="Formasi ditutup", **letter("BKN 4"))
    assert case.where == ("approval", "refused_outside")
    await case.refused("close_refused", "hr_officer", "reason_required", 422)
    await case.act("close_refused", "hr_officer", reason="BKN menolak: formasi ditutup")
    assert (case.state["stage"], case.state["outcome"]) == ("closed", "external_refused")
    await case.forward(minutes=10)
    assert {"consideration_refused", "outside_decision_rejected", "case_refused_outside"} <= set(
        await told(house, case.employee)
    )


async def test_ten_years_of_service_before_leaving_the_agency_at_own_request(house: House) -> None:
    person = await house.person("cast:lateral_pass")
    async with house.engine.begin() as connection:
        await connection.execute(
            text("UPDATE employee SET appointed_on = :day WHERE person_id = :p AND superseded_at IS NULL"),
            {"day": local_day(-3600), "p": person},
        )
    case = await house.open(
        "lateral_pass", by="cast:lateral_pass", origin="own_request", kind="prov_to_kk", position_code=None,
        to_outside=MAJENE,
    )  # fmt: skip
    assert case.where == ("evaluation", "ineligible")
    (rule,) = [r for r in case.state["rules"] if r["rule"] == "E17"]
    assert (rule["outcome"], rule["value"], rule["threshold"]) == ("fail", 9, 10)
    assert "deemed to resign" in rule["text"]


async def _newcomer(house: House) -> str:
    """Somebody of another agency in the register without a post, as an import of `employees.csv` leaves him."""
    nip = "198503152009011911"
    async with house.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO person (id, nip, name) VALUES ('p_newcomer', :nip, 'Rahmat Tosepu, S.H.')"), {"nip": nip}
        )
        await connection.execute(
            text("""
                INSERT INTO employee (person_id, status, grade, grade_since, appointed_on, education, education_field,
                                      birth_date, sex, domicile_district, email, phone)
                VALUES ('p_newcomer', 'PNS', 'III/c', '2021-04-01', '2009-01-01', 'S1', 'Hukum', '1985-03-15', 'M',
                        'Majene', 'rahmat.tosepu@example.test', '+6200012345678')"""),
        )
        await connection.execute(
            text("""
                INSERT INTO rating (person_id, year, rating, source)
                SELECT 'p_newcomer', y, 'BAIK', 'register' FROM generate_series(2023, 2025) y""")
        )
    return nip


async def test_who_comes_from_a_regency_takes_a_post_here_with_its_consent(house: House) -> None:
    nip = await _newcomer(house)
    came = {**MAJENE, "since": "2020-01-06"}
    without = await house.try_open("lateral_pass", kind="kk_to_prov", nip=nip)
    assert without.json()["code"] == "way_without_passage", "where he comes from is said"
    case = await house.open("lateral_pass", kind="kk_to_prov", nip=nip, from_outside=came)
    assert case.where == ("needs_check", "awaiting_confirmation")
    assert (case.state["way"], case.state["from"]["outside"], case.state["seat_held"]) == ("arriving", True, True)
    case.employee = nip
    ranked = await house.get("/positions/DLH-S-04/candidates", "hr_officer")
    assert "p_newcomer" not in [c["employee"]["id"] for c in ranked["items"]]
    await case.walk(to="awaiting_authorisation")
    assert "board_considered" in await case.types(), "the board considers whoever takes a post here"
    await to_bkn(case, word="release")
    await considered(case, "13776")
    await case.walk(to="awaiting_duty")
    found = (await house.get("/employees", q=nip))["items"][0]
    assert found["position_code"] == "DLH-S-04"
    await case.walk(to="between_reviews")
    other = await house.try_open("lateral_pass", nip=nip, position_code="DISKOMINFO-B2-02")
    assert other.status_code == 201, "he is one of ours"


async def test_what_two_regencies_agreed_on_passes_through_the_governor(house: House) -> None:
    nip = await _newcomer(house)
    mamasa = {**MAJENE, "agency": "Pemerintah Kabupaten Mamasa", "since": "2020-01-06"}
    case = await house.open(
        "lateral_pass", kind="intra_prov_kk", nip=nip, position_code=None, to_outside=MAJENE, from_outside=mamasa
    )
    case.employee = nip
    await case.walk(to="awaiting_authorisation")
    await case.act("record_consent", "hr_officer", word="release", **BY_OTHERS, **letter("Mamasa 3"))
    await to_bkn(case)
    await considered(case, "13777")
    await case.walk(to="awaiting_duty")
    assert "person_released" in await case.types()


async def test_letters_come_when_they_come_and_count_when_the_case_can_go_on(house: House) -> None:
    """BKN answers while the case looks for a seat again; the regent takes his consent back while it is on hold."""
    nip = await _newcomer(house)
    came = {**MAJENE, "since": "2020-01-06"}
    case = await house.open("lateral_pass", kind="kk_to_prov", nip=nip, from_outside=came)
    case.employee = nip
    await case.walk(to="awaiting_authorisation")
    await to_bkn(case, word="release")
    async with house.engine.begin() as connection:
        lost = "UPDATE occupancy SET superseded_at = now() WHERE case_id = :case AND superseded_at IS NULL"
        await connection.execute(text(lost), {"case": case.id})
    await case.act("recheck_post", "hr_officer", reason="Formasi terlepas")
    assert case.where == ("needs_check", "awaiting_confirmation") and case.state["seat_held"]
    await considered(case, "13778")
    assert case.where == ("needs_check", "awaiting_confirmation")
    assert case.state["outside"]["considered"] == "issued"
    await case.walk(to="awaiting_authorisation")
    await case.act("authorise", "governor", **letter("800/R-2"))
    assert case.where == ("approval", "awaiting_decision"), "nobody waits for BKN twice"

    await case.act("hold", "hr_officer", ground="other", reference="Nota 4")
    back = {"word": "release", "outcome": "withdrawn", "issuer": "Bupati Majene", **letter("824/91")}
    await case.refused("record_consent", "hr_officer", "invalid_request", 422, reason="Dibutuhkan", **back)
    await case.act("record_consent", "hr_officer", ground="staffing", reason="Dibutuhkan di sana", **back)
    assert case.where == ("approval", "on_hold")
    assert case.state["outside"]["consents"] == {"release": "withdrawn"}
    await case.act("resume", "hr_officer")
    assert case.where == ("approval", "refused_outside")
    await case.act("return", "hr_officer", to_stage="approval", reason="Diminta lagi")
    await case.walk(to="awaiting_authorisation")
    await case.act("authorise", "governor", **letter("800/R-3"))
    assert case.where == ("approval", "awaiting_consents")
    await case.act("record_consent", "hr_officer", word="release", **BY_OTHERS, **letter("824/95"))
    assert case.where == ("approval", "awaiting_decision")
    await case.forward(minutes=10)
    assert "consent_withdrawn" in await told(house, case.employee)
