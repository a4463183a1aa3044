"""Personal data: everything that is kept of somebody is told him, and erased by two people when its term is over."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlmodel import SQLModel

from store import personal
from store.log_audit import audit
from tests.api.answers import UNKNOWN_CASE, problem_of
from tests.files import pdf
from tests.house import CaseFile, House

EMPLOYEE = "cast:lateral_pass"
SECRET_NOTE = "Catatan hanya untuk berkas"


def test_every_table_is_told_of_or_says_why_not() -> None:
    assert set(personal.tables()) == set(SQLModel.metadata.tables)
    assert not (set(personal.ABOUT) | set(personal.BY)) & personal.OF_NOBODY
    for table, column in personal.BY.items():
        assert column in SQLModel.metadata.tables[table].c
    for table, kept in personal.ABOUT.items():
        columns = SQLModel.metadata.tables[table].c
        assert set(kept.besides) <= set(columns.keys())
        secret = {c.name for c in columns if "BLOB" in str(c.type) or c.name.endswith("hash")}
        assert secret <= set(kept.besides), f"{table} would tell keys or ciphertext"


async def with_a_document(house: House) -> CaseFile:
    """A case of the employee with a document, a note, a comment for the file, and a reading."""
    case = await house.open("lateral_pass")
    answer = await house.request(
        "POST", f"/cases/{case.id}/documents", EMPLOYEE, content=pdf(), params={"document": "D07"},
        headers={"Idempotency-Key": "one", "Content-Type": "application/pdf"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    await case.look()
    await case.act("comment", "hr_head", text=SECRET_NOTE, visible_to_employee=False)
    document = (await document_of(house, case))["id"]
    assert (await house.request("GET", f"/cases/{case.id}/documents/{document}/content", "auditor")).status_code == 200
    return case


async def document_of(house: House, case: CaseFile) -> dict[str, Any]:
    items = (await house.get(f"/cases/{case.id}/documents"))["items"]
    version: dict[str, Any] = next(d["versions"][0] for d in items if d["versions"])
    return version


async def test_a_person_learns_what_is_kept_of_him_and_who_read_it(house: House) -> None:
    case = await with_a_document(house)
    other = await house.open("it_self_nomination")
    person = case.state["employee"]["id"]
    reason = "Permintaan pegawai tanggal 24 November"
    for_hr = await house.request("POST", f"/employees/{person}/personal-data", "hr_officer", json={"reason": reason})
    assert for_hr.status_code == 200 and SECRET_NOTE in for_hr.text

    own = await house.get("/me/personal-data", EMPLOYEE)
    rows = own["rows"]
    assert {"person", "employee", "rating", "occupancy", "docket", "ledger", "private_value", "document_content",
            "notice", "participant"} <= set(rows)  # fmt: skip
    assert [r["nip"] for r in rows["person"]] == [house.cast["lateral_pass"]["nip"]]
    assert {r["case_id"] for r in rows["ledger"]} == {case.id}
    values = [(v["path"], v.get("value")) for v in rows["private_value"]]
    assert ("employee_nip", house.cast["lateral_pass"]["nip"]) in values
    assert any(v.get("withheld") for v in rows["private_value"])
    told = json.dumps(own)
    assert SECRET_NOTE not in told and "sealed" not in told and "salt" not in told
    for nobodys in (other.id, house.cast["it_self_nomination"]["nip"]):
        assert nobodys not in told
    [read] = [r for r in own["reads"] if r["document_id"]]
    [report] = [r for r in own["reads"] if r["outcome"] == "report"]
    assert (read["capacity"], read["outcome"], read["case_id"]) == ("auditor", "read", case.id)
    assert (report["reason"], report["outcome"], report["by"]) == (reason, "report", await house.person("hr_officer"))
    assert own["named"]["ledger.actor"] >= 1, "he handed in the document"

    answer = await house.request("POST", f"/employees/{person}/personal-data", EMPLOYEE, json={"reason": reason})
    problem_of(answer, 403, "not_authorised")
    answer = await house.request("POST", "/employees/p_nobody/personal-data", "hr_head", json={"reason": reason})
    problem_of(answer, 404, "not_found")


async def erase(house: House, case: str, by: str, step: str = "", key: str | None = None) -> Any:
    return await house.request(
        "POST", f"/cases/{case}/erasure{step}", by, json={"reason": "Masa simpan habis"},
        headers={"Idempotency-Key": key or uuid.uuid4().hex},
    )  # fmt: skip


async def held(house: House, case: str, placed: bool, by: str) -> Any:
    return await house.request(
        "POST", f"/cases/{case}/legal-hold", by, json={"held": placed, "reason": "Sengketa di PTUN"},
        headers={"Idempotency-Key": uuid.uuid4().hex},
    )  # fmt: skip


async def test_a_case_is_erased_by_two_people_after_its_term_and_every_proof_holds(house: House) -> None:
    case, kept = await with_a_document(house), await house.open("it_self_nomination")
    document = (await document_of(house, case))["id"]
    problem_of(await erase(house, UNKNOWN_CASE, "hr_head"), 404, "case_unknown")
    problem_of(await erase(house, case.id, "hr_head"), 409, "case_not_over")
    await case.act("cancel", "hr_head", reason="Rencana berubah karena kesehatan")
    await case.forward(hours=1)
    problem_of(await erase(house, case.id, "hr_head"), 409, "retention_runs")
    dry = await house.get(f"/cases/{case.id}/erasure", "auditor")
    assert (dry["obstacle"], dry["erased_at"]) == ("retention_runs", None)
    assert dry["rows"]["private_value"] > 5 and dry["rows"]["document_content"] == 1
    assert dry["from_day"][:4] == str(datetime.now(UTC).year + 10)

    house.ahead += timedelta(days=11 * 365)
    assert (await held(house, case.id, True, "auditor")).json()["held"]
    problem_of(await erase(house, case.id, "hr_head"), 409, "legal_hold")
    problem_of(await held(house, case.id, False, "hr_officer"), 403, "not_authorised")
    assert (await held(house, case.id, False, "inspector")).status_code == 201
    problem_of(await erase(house, case.id, "hr_head", "/confirmation"), 409, "erasure_not_proposed")
    problem_of(await erase(house, case.id, "auditor"), 403, "not_authorised")
    assert (await erase(house, case.id, "hr_head")).status_code == 201
    problem_of(await erase(house, case.id, "hr_officer"), 409, "erasure_proposed")
    problem_of(await erase(house, case.id, "hr_head", "/confirmation"), 403, "second_person_required")
    [proposed] = await house.sql("SELECT id FROM erasure")
    with psycopg.connect(house.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT erase_case(%s)", (proposed.id,))
    assert (await house.get(f"/cases/{case.id}/erasure"))["rows"] == dry["rows"], "one person alone erases nothing"

    done = await erase(house, case.id, "hr_officer", "/confirmation", key="two")
    assert done.status_code == 201 and done.json()["erased_at"], done.text
    assert done.json()["erased"]["private_value"] == dry["rows"]["private_value"]
    assert not any(done.json()["rows"].values())
    again = await erase(house, case.id, "hr_officer", "/confirmation", key="two")
    assert again.headers["Idempotent-Replayed"] == "true"
    problem_of(await erase(house, case.id, "hr_head"), 409, "already_erased")

    gone = await house.request("GET", f"/cases/{case.id}/documents/{document}/content", "auditor")
    assert gone.status_code == 410, gone.text
    await case.look("auditor")
    assert case.state["employee"]["name"] == "" and (await case.types())[0] == "case_opened"
    member = house.cast["lateral_pass"]
    for table in ("docket", "private_value", "notice", "document_content"):
        rows = await house.sql(f"SELECT to_jsonb(t)::text AS row FROM {table} t WHERE case_id = :case", case=case.id)
        assert not [r for r in rows if member["nip"] in r.row or "kesehatan" in r.row], table
    assert await house.sql("SELECT 1 FROM private_value WHERE case_id = :case", case=kept.id), "the other case stays"
    await house.proof_log().attested()
    report = await audit(house.engine, datetime.now(UTC))
    assert report.faults == [] and report.entries > 5
    [stated] = await house.sql("SELECT body FROM log_leaf WHERE kind = 'statement' AND body LIKE '%personal.erased%'")
    said = json.loads(bytes(stated.body))
    assert (said["case"], said["erased"]["document_content"]) == (case.id, 1)
    assert said["proposed_by"] != said["confirmed_by"] and "Masa simpan" not in json.dumps(said)
