"""Stories of documents: handed in, judged one by one, read by those who may, and kept so that nobody else can."""

import hashlib
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from domain.policy import Policy
from runtime import keys
from runtime.prepare import read_policy
from runtime.settings import Settings
from runtime.upkeep import rebuild
from store.contents import Contents, Damaged
from store.engine import owner_engine
from store.policies import publish
from tests.files import jpeg, pdf, png
from tests.house import CaseFile, House, local_day
from tests.stories.handing_in import hand_in, handed_in

EMPLOYEE = "cast:lateral_pass"
NAME = "Surat Pernyataan Disiplin.pdf"


async def accept(case: CaseFile, document: str, by: str = "hr_officer") -> None:
    await case.act("judge_document", by, document=document, verdict="accept")


async def documents(case: CaseFile, by: str = "hr_officer") -> dict[str, Any]:
    listed = await case.house.get(f"/cases/{case.id}/documents", by)
    return {**listed, **{d["document"]: d for d in listed["items"]}}


def refusal(answer: Any, status: int, code: str) -> dict[str, Any]:
    problem = dict(answer.json())
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert problem["detail"]
    return problem


async def read(case: CaseFile, document: str, by: str, **headers: str) -> Any:
    return await case.house.request("GET", f"/cases/{case.id}/documents/{document}/content", by, headers=headers)


async def test_a_document_is_handed_in_bound_by_its_hash_and_accepted(house: House) -> None:
    case = await house.open("lateral_pass")
    assert case.state["documents"] == {"missing": ["D06", "D07", "D09", "D10"], "expiring": [], "awaiting": []}
    content = pdf()
    added = await handed_in(case, content)
    assert added["sha256"] == hashlib.sha256(content).hexdigest()
    assert case.state["documents"]["awaiting"] == ["D06"]
    (event,) = [e for e in await case.events() if e["type"] == "document_added"]
    assert (event["data"]["sha256"], event["data"]["size"], event["data"]["version"]) == (
        added["sha256"], len(content), 1,
    )  # fmt: skip
    body = (await house.sql("SELECT body FROM ledger WHERE type = 'document_added'"))[0].body
    assert NAME.encode() not in bytes(body), "a file name is personal"

    await accept(case, added["id"])
    assert case.state["documents"]["missing"] == ["D07", "D09", "D10"]
    listed = await documents(case, EMPLOYEE)
    assert (listed["D06"]["status"], listed["D08"]["status"]) == ("accepted", "proved")
    (version,) = listed["D06"]["versions"]
    assert (version["file_name"], version["verdict"], version["judged_by"] is not None) == (NAME, "accept", True)

    answer = await read(case, added["id"], EMPLOYEE)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-cache"
    unchanged = await read(case, added["id"], EMPLOYEE, **{"If-None-Match": answer.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


async def test_a_file_sent_again_is_answered_and_stored_once(house: House) -> None:
    case = await house.open("lateral_pass")
    first = await hand_in(case, pdf(), key="k-1")
    again = await hand_in(case, pdf(), key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json() and again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    refusal(await hand_in(case, pdf("lain"), key="k-1"), 422, "idempotency_key_reused")
    refusal(await hand_in(case, pdf()), 409, "document_already_there")
    assert len(await house.sql("SELECT id FROM document_content")) == 1


async def test_what_is_no_file_we_take_is_refused_and_not_kept(house: House) -> None:
    case = await house.open("lateral_pass")
    refusal(await hand_in(case, b"<html>%PDF-1.7</html>"), 415, "document_type_refused")
    refusal(await hand_in(case, png(), kind="application/pdf"), 415, "document_type_refused")
    refusal(await hand_in(case, b""), 415, "document_type_refused")
    refusal(await hand_in(case, pdf(), kind="text/html"), 415, "unsupported_media_type")
    large = pdf("0" * 5_242_880)
    refusal(await hand_in(case, large), 413, "document_too_large")
    refusal(await hand_in(case, b"%PDF-1.7\n" + b"0" * (16 * 1024 * 1024)), 413, "payload_too_large")
    refusal(await hand_in(case, pdf(), document="D99"), 422, "document_not_in_catalogue")
    tomorrow = (local_day() + timedelta(days=1)).isoformat()
    refusal(await hand_in(case, pdf(), issued_on=tomorrow), 422, "date_in_future")
    refusal(await hand_in(case, pdf(), by="governor"), 404, "case_unknown")
    assert await house.sql("SELECT id FROM document_content") == []
    codes = {a["code"] for a in (await house.get(f"/cases/{case.id}/attempts", "auditor"))["items"]}
    assert {"document_type_refused", "document_too_large", "date_in_future", "case_unknown"} <= codes
    for content, kind in ((png(), "image/png"), (jpeg(), "application/octet-stream")):
        assert (await hand_in(case, content, kind=kind)).status_code == 201


async def test_a_document_is_returned_with_a_reason_and_its_next_version_accepted(house: House) -> None:
    case = await house.open("lateral_pass")
    first = await handed_in(case, pdf())
    await case.refused("judge_document", "hr_officer", "reason_required", 422, document=first["id"], verdict="return")
    await case.act("judge_document", "hr_officer", document=first["id"], verdict="return", reason="Cap tidak terbaca")
    listed = await documents(case, EMPLOYEE)
    assert (listed["D06"]["status"], listed["D06"]["versions"][0]["reason"]) == ("returned", "Cap tidak terbaca")
    second = await handed_in(case, pdf("dipindai ulang"))
    assert second["version"] == 2
    await accept(case, second["id"])
    listed = await documents(case)
    assert listed["D06"]["status"] == "accepted"
    assert [v["verdict"] for v in listed["D06"]["versions"]] == ["return", "accept"]
    told = {n["template"] for n in (await house.get(f"/cases/{case.id}/notices"))["items"]}
    assert {"document_added", "document_returned"} <= told


async def test_hr_does_not_judge_what_it_handed_in_itself(house: House) -> None:
    case = await house.open("lateral_pass")
    added = await handed_in(case, pdf(), by="hr_officer")
    await case.refused("judge_document", "hr_officer", "four_eyes", 403, document=added["id"], verdict="accept")
    await case.refused("judge_document", EMPLOYEE, "not_authorised", 403, document=added["id"], verdict="accept")
    await accept(case, added["id"], "hr_head")


async def test_an_accepted_document_serves_in_the_next_case_of_the_same_person(house: House) -> None:
    first = await house.open("lateral_pass")
    added = await handed_in(first, pdf())
    waiting = await handed_in(first, pdf("SK"), document="D07")
    await accept(first, added["id"])
    await first.act("cancel", "hr_officer", reason="Diganti kasus baru")
    second = await house.open("lateral_pass")

    async def reuse(document: str, by: str, into: CaseFile = second) -> Any:
        return await house.request("POST", f"/cases/{into.id}/documents", by, json={"reuse": document},
                                   headers={"Idempotency-Key": uuid.uuid4().hex})  # fmt: skip

    refusal(await reuse(waiting["id"], EMPLOYEE), 409, "document_not_reusable")
    refusal(await reuse(added["id"], "agency_head:DLH"), 403, "not_authorised")
    other = await house.open("it_self_nomination")
    refusal(await reuse(added["id"], "hr_officer", other), 404, "document_unknown")
    taken = await reuse(added["id"], EMPLOYEE)
    assert taken.status_code == 201, taken.text
    taken = taken.json()
    assert (taken["sha256"], taken["verdict"]) == (added["sha256"], "accept")
    assert taken["reused_from"] == first.state["number"]
    assert "D06" not in (await second.look())["documents"]["missing"]
    assert (await read(second, taken["id"], "hr_officer")).content == pdf()
    (event,) = [e for e in await second.events() if e["type"] == "document_added"]
    assert event["data"]["reused_from"]["document"] == added["id"]


async def readings(case: CaseFile, by: str) -> list[dict[str, Any]]:
    """Who asked for documents of a case, newest first, as somebody is told."""
    listed = (await case.house.get(f"/cases/{case.id}/accesses", by))["items"]
    return [a for a in listed if a["operation"] == "read_document"]


async def test_who_reads_is_written_down_and_an_outsider_finds_nothing(house: House) -> None:
    case = await house.open("lateral_pass")
    added = await handed_in(case, pdf())
    own = await handed_in(case, pdf("anjab"), by="agency_head:DLH", document="D02")
    refusal(await read(case, added["id"], "cast:it_self_nomination"), 404, "case_unknown")
    refusal(await read(case, added["id"], "governor"), 404, "case_unknown")
    refusal(await read(case, added["id"], "operator"), 404, "case_unknown")
    refusal(await read(case, added["id"], "agency_head:DLH"), 403, "not_authorised")
    refusal(await read(case, f"d_{'a' * 26}", "hr_head"), 404, "document_unknown")
    for document, by in ((added["id"], "hr_head"), (added["id"], "auditor"), (own["id"], "agency_head:DLH")):
        assert (await read(case, document, by)).status_code == 200
    heads_list = (await documents(case, "agency_head:DLH"))["D06"]["versions"][0]
    assert (heads_list["readable"], heads_list["file_name"]) == (False, None)

    listed = await readings(case, EMPLOYEE)
    seen = [(a["person_id"], a["capacity"], a["outcome"]) for a in reversed(listed)]
    persons = {who: await house.person(who) for who in ("hr_head", "auditor", "agency_head:DLH", "governor")}
    assert (persons["governor"], "none", "absent") in seen
    assert (persons["agency_head:DLH"], "none", "refused") in seen
    assert seen[-3:] == [
        (persons["hr_head"], "hr_head", "read"),
        (persons["auditor"], "auditor", "read"),
        (persons["agency_head:DLH"], "uploader", "read"),
    ]
    answer = await house.request("GET", f"/cases/{case.id}/accesses", "hr_officer")
    refusal(answer, 403, "not_authorised")
    with pytest.raises(Exception, match="permission denied"):
        async with house.engine.begin() as connection:
            await connection.execute(text("DELETE FROM access_log"))


async def test_the_database_holds_no_readable_byte_and_notices_what_was_changed(house: House) -> None:
    case = await house.open("lateral_pass")
    added = await handed_in(case, pdf("Rahasia keluarga"))
    await handed_in(case, pdf("Rahasia lain"), document="D07")
    first, second = await house.sql("SELECT id, sealed FROM document_content ORDER BY stored_at")
    assert b"%PDF" not in bytes(first.sealed) and b"Rahasia" not in bytes(first.sealed)
    history = (await case.workflow.fetch_history()).to_json()
    assert len(history) < 400_000 and NAME not in history, "contents and names do not travel through the engine"

    async def as_owner(statement: str, **params: Any) -> None:
        owner = owner_engine(house.url.replace("mutasi_app", "postgres"))
        with owner.begin() as connection:
            connection.execute(text("ALTER TABLE document_content DISABLE TRIGGER USER"))
            connection.execute(text(statement), params)
            connection.execute(text("ALTER TABLE document_content ENABLE TRIGGER USER"))
        owner.dispose()

    spoiled = bytes(first.sealed[:-1]) + bytes([first.sealed[-1] ^ 1])
    for sealed in (spoiled, bytes(second.sealed)):
        await as_owner("UPDATE document_content SET sealed = :sealed WHERE id = :id", sealed=sealed, id=first.id)
        refusal(await read(case, added["id"], EMPLOYEE), 500, "content_damaged")
    await as_owner("DELETE FROM document_content WHERE id = :id", id=first.id)
    refusal(await read(case, added["id"], EMPLOYEE), 410, "content_erased")
    outcomes = [a["outcome"] for a in await readings(case, "auditor")]
    assert outcomes == ["erased", "damaged", "damaged"]


async def test_contents_open_with_an_old_key_after_a_rotation_and_not_without_it(house: House, home: Path) -> None:
    case = await house.open("lateral_pass")
    added = await handed_in(case, pdf())
    old, new = keys.document_keys(Settings(MUTASI_HOME=home)), {"k-new": b"\x01" * 32}  # type: ignore[call-arg]
    (row,) = await house.sql("SELECT id, key_id FROM document_content")
    assert row.key_id in old
    async with house.engine.connect() as connection:
        rotated = Contents(house.engine, {**new, **old})
        assert await rotated.open(connection, row.id, added["sha256"]) == pdf()
        with pytest.raises(Damaged, match=row.key_id):
            await Contents(house.engine, new).open(connection, row.id, added["sha256"])
        with pytest.raises(Damaged, match="ledger"):
            await rotated.open(connection, row.id, "0" * 64)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="../../etc/pass wd.pdf"', "pass wd.pdf"),
        ("attachment; filename=\"x.pdf\"; filename*=UTF-8''Surat%20%C3%A9dit.pdf", "Surat édit.pdf"),
        ("attachment; filename=scan", "scan"),
        ("attachment; filename*='';;;=\"", None),
        ("", None),
    ],
)
async def test_the_name_of_a_file_is_taken_without_its_path(house: House, header: str, name: str | None) -> None:
    case = await house.open("lateral_pass")
    headers = {"Idempotency-Key": "k", "Content-Type": "application/pdf", "Content-Disposition": header}
    answer = await house.request("POST", f"/cases/{case.id}/documents", EMPLOYEE, content=pdf(), headers=headers,
                                 params={"document": "D07"})  # fmt: skip
    assert (answer.status_code, answer.json()["file_name"]) == (201, name)
    given = (await read(case, answer.json()["id"], EMPLOYEE)).headers["content-disposition"]
    assert given.startswith('attachment; filename="D07-1.pdf"; ') and given.endswith(".pdf")


async def test_a_request_that_is_neither_a_file_nor_a_reuse_is_invalid(house: House) -> None:
    case = await house.open("lateral_pass")

    async def sent(content: bytes, kind: str, **params: str) -> Any:
        headers = {"Idempotency-Key": uuid.uuid4().hex, "Content-Type": kind}
        path = f"/cases/{case.id}/documents"
        return await house.request("POST", path, EMPLOYEE, content=content, headers=headers, params=params)

    refusal(await sent(b"{", "application/json"), 400, "malformed_json")
    refusal(await sent(b'{"reuse": "?"}', "application/json"), 422, "invalid_request")
    refusal(await sent(b'{"reuse": "d_%s", "x": 1}' % (b"a" * 26), "application/json"), 422, "invalid_request")
    refusal(await sent(b'{"reuse": "d_%s"}' % (b"a" * 26), "application/json"), 404, "document_unknown")
    refusal(await sent(pdf(), "application/pdf"), 422, "invalid_request")
    refusal(await sent(pdf(), "application/pdf", document="D06"), 422, "document_date_required")
    refusal(await sent(pdf(), "application/pdf", document="D06", issued_on="2020-01-01"), 422, "document_expired")


async def test_missing_documents_go_with_the_case_to_those_who_decide(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    assert "documents_missing" in case.state["flags"]
    (verified,) = [e for e in await case.events() if e["type"] == "case_verified"]
    assert verified["data"]["missing_documents"] == ["D06", "D07", "D09", "D10"]
    for code in ("D06", "D07", "D09", "D10"):
        added = await handed_in(case, pdf(code), document=code)
        await accept(case, added["id"])
    assert "documents_missing" not in case.state["flags"]
    assert (await read(case, added["id"], "governor")).content == pdf("D10")
    (last, *_) = await readings(case, "inspector")
    assert (last["capacity"], last["outcome"]) == ("governor", "read")
    assert (await rebuild(_settings(house), apply=False, progress=None)).differing == []


def _settings(house: House) -> Settings:
    return Settings(DATABASE_URL=house.url)  # type: ignore[call-arg]


@pytest.fixture
def insisting_database(database: str) -> str:
    """The demo province under a policy that refuses the verification without D06."""
    demo = read_policy(Settings().policy_file)
    strict = demo.documents["D06"].model_copy(update={"enforce": "block"})
    policy = demo.model_copy(update={"version": "2026.strict", "documents": {**demo.documents, "D06": strict}})
    engine = owner_engine(database.replace("mutasi_app", "postgres"))
    with engine.begin() as connection:
        assert publish(connection, Policy.model_validate(policy.model_dump(mode="json", exclude_none=True)))
    engine.dispose()
    return database


async def test_a_policy_that_insists_refuses_the_verification(insisting_database: str, house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_verification")
    problem = await case.refused("verify", "hr_head", "documents_missing", 409)
    assert problem["params"] == {"documents": ["D06"]} and "D06" in problem["detail"]
    await case.look("hr_head")
    (verify,) = [a for a in case.state["acts"] if a["act"] == "verify"]
    assert verify["why_not"]["code"] == "documents_missing"
    added = await handed_in(case, pdf())
    await accept(case, added["id"])
    await case.act("verify", "hr_head")
    assert case.where == ("approval", "awaiting_consideration")
