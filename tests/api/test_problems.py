"""Whatever goes wrong is answered with a problem document: in the caller's language, with a code that stays."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from structlog.testing import capture_logs

from api import deps
from api.app import MAX_BODY_BYTES
from api.auth import Tokens
from runtime import i18n, keys
from runtime.settings import Settings
from tests.api.answers import UNKNOWN_CASE, problem_of
from tests.house import HEADERS, CaseFile, House

JSON = {"Content-Type": "application/json", "Idempotency-Key": "one"}
ACTS = f"/cases/{UNKNOWN_CASE}/acts"
OPENING = {"nip": "198811182017011945", "position_code": "DLH-S-04", "reason": "Kebutuhan unit"}


class Fault(NamedTuple):
    """A request that cannot be answered as asked."""

    method: str
    path: str
    status: int
    code: str
    by: str | None = "hr_officer"
    headers: Mapping[str, str] = MappingProxyType({})
    content: str | bytes | None = None


FAULTS = {
    "json that is none": Fault("POST", "/cases", 400, "malformed_json", headers=JSON, content=b"{"),
    "bytes that are no text": Fault("POST", "/cases", 400, "malformed_json", headers=JSON, content=b'{"nip":"\xff"}'),
    "no key": Fault("POST", "/cases", 400, "idempotency_key_required", content=json.dumps(OPENING)),
    "blank key": Fault(
        "POST", "/cases", 400, "idempotency_key_required", headers={"Idempotency-Key": " "}, content=json.dumps(OPENING)
    ),
    "tag that is none": Fault(
        "POST", ACTS, 400, "if_match_malformed", headers={**JSON, "If-Match": "seven"}, content='{"act":"verify"}'
    ),
    "two tags": Fault(
        "POST", ACTS, 400, "if_match_malformed", headers={**JSON, "If-Match": '"1", "2"'}, content='{"act":"verify"}'
    ),
    "cursor of our own making": Fault("GET", "/cases?cursor=abcd", 400, "invalid_cursor"),
    "nobody": Fault("GET", "/me", 401, "unauthenticated", by=None),
    "another scheme": Fault("GET", "/me", 401, "unauthenticated", by=None, headers={"Authorization": "Basic YTpi"}),
    "garbage": Fault("GET", "/me", 401, "unauthenticated", by=None, headers={"Authorization": "Bearer a.b.c"}),
    "operator opens": Fault("POST", "/cases", 403, "forbidden", "operator", JSON, json.dumps(OPENING)),
    "officer closes a year": Fault("POST", "/rating-years", 403, "not_authorised", content='{"year": 2025}'),
    "no such case": Fault("GET", f"/cases/{UNKNOWN_CASE}", 404, "case_unknown"),
    "no id at all": Fault("GET", "/cases/nothing", 404, "case_unknown"),
    "no such route": Fault("GET", "/nothing", 404, "not_found"),
    "no such route, slash": Fault("GET", "/cases/?q=198811182017011945", 404, "not_found"),
    "other method": Fault("DELETE", "/cases", 405, "method_not_allowed"),
    "too large": Fault("POST", "/cases", 413, "payload_too_large", headers=JSON, content=b" " * (MAX_BODY_BYTES + 1)),
    "a form": Fault(
        "POST", "/cases", 415, "unsupported_media_type", headers={"Content-Type": "text/plain"}, content="nip=1"
    ),
    "no fields": Fault("POST", "/cases", 422, "invalid_request", headers=JSON, content="{}"),
    "no employee": Fault(
        "POST", "/cases", 422, "employee_unknown", headers=JSON, content=json.dumps({**OPENING, "nip": "0" * 18})
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_every_fault_is_a_problem_in_the_callers_language(common_house: House, fault: Fault) -> None:
    titles = {}
    for language in ("id", "en"):
        headers = {"Content-Type": "application/json", **fault.headers, "Accept-Language": language}
        answer = await common_house.request(fault.method, fault.path, fault.by, headers=headers, content=fault.content)
        titles[language] = problem_of(answer, fault.status, fault.code)["title"]
        assert answer.headers["content-language"] == language
    assert titles["id"] != titles["en"]


async def test_indonesian_unless_asked_otherwise(common_house: House) -> None:
    title = i18n.text("problem.not_found.title", "id")
    for asked in ("", "fr", "id;q=0.9, en;q=0.1", "*"):
        answer = await common_house.request("GET", "/nothing", None, headers={"Accept-Language": asked})
        assert problem_of(answer, 404, "not_found")["title"] == title, asked


async def test_401_says_how_to_sign_in_and_405_what_is_served(common_house: House) -> None:
    assert (await common_house.request("GET", "/me", None)).headers["www-authenticate"] == "Bearer"
    for path, served in (("/cases", "GET, POST"), ("/cases/preview", "POST"), (f"/cases/{UNKNOWN_CASE}", "GET")):
        assert (await common_house.request("DELETE", path, "hr_officer")).headers["allow"] == served


async def test_a_body_that_does_not_tell_its_length_is_measured_while_it_comes(common_house: House) -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 65536 + 1):
            yield b" " * 65536

    answer = await common_house.request("POST", "/cases", "hr_officer", headers=JSON, content=flood())
    problem_of(answer, 413, "payload_too_large")


@pytest.fixture(scope="module")
def tokens(home: Path) -> Tokens:
    return Tokens(keys.token_key(Settings(MUTASI_HOME=home)))  # type: ignore[call-arg]


async def test_a_token_must_be_ours_name_somebody_and_be_fresh(common_house: House, tokens: Tokens) -> None:
    now, hour = datetime.now(UTC), timedelta(hours=1)
    person = await common_house.person("governor")
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    refused = {
        tokens.issue(person, now - 2 * hour, hour): "token_expired",
        tokens.issue("p_nobody", now, hour): "unauthenticated",
        Tokens(pem.decode()).issue(person, now, hour): "unauthenticated",
        tokens.issue(person, now, hour)[:-4] + "AAAA": "unauthenticated",
    }
    for token, code in refused.items():
        answer = await common_house.request("GET", "/me", None, headers={"Authorization": f"Bearer {token}"})
        problem_of(answer, 401, code)
    sound = {"Authorization": f"Bearer {tokens.issue(person, now, hour)}"}
    assert (await common_house.request("GET", "/me", None, headers=sound)).status_code == 200


INVALID_OPENINGS: list[tuple[dict[str, Any], str, str]] = [
    ({"surprise": 1}, "/surprise", "extra_forbidden"),
    ({"a/b~c": 1}, "/a~1b~0c", "extra_forbidden"),
    ({"kind": "holiday"}, "/kind", "enum"),
    ({"effective_on": "9999-12-31"}, "/effective_on", "less_than_equal"),
    ({"effective_on": "0001-01-01"}, "/effective_on", "greater_than_equal"),
    ({"effective_on": "2026-02-30"}, "/effective_on", "date_from_datetime_parsing"),
    ({"reason": "x" * 2001}, "/reason", "string_too_long"),
    ({"reason": "  "}, "/reason", "string_too_short"),
    ({"reason": 7}, "/reason", "string_type"),
    ({"reason": "a\x00b"}, "/reason", "control_character"),
    ({"nip": "19881118 2017011945"}, "/nip", "string_pattern_mismatch"),
    ({"preferences": ["DLH-S-04"] * 4}, "/preferences", "too_long"),
    ({"preferences": ["DLH-S-04", "?"]}, "/preferences/1", "string_pattern_mismatch"),
]


@pytest.mark.parametrize(("change", "pointer", "code"), INVALID_OPENINGS, ids=[str(c[1:]) for c in INVALID_OPENINGS])
async def test_a_field_that_does_not_hold_is_pointed_at(
    common_house: House, change: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await common_house.request("POST", "/cases", "hr_officer", headers=JSON, json={**OPENING, **change})
    [fault] = problem_of(answer, 422, "invalid_request")["errors"]
    assert (fault["pointer"], fault["in"], fault["code"]) == (pointer, "body", code)
    assert fault["detail"]


RATING = {"kind": "rating", "year": 1999, "rating": "BAIK"}
ENDED = {"kind": "condition_end", "condition": "court", "to": "0001-01-01", "reference": "x"}
INVALID_ACTS: list[tuple[Any, str, str]] = [
    ([], "", "model_attributes_type"),
    ({}, "/act", "union_tag_not_found"),
    ({"act": "fly"}, "/act", "union_tag_invalid"),
    ({"act": "respond", "answer": "object", "grounds": ["envy"]}, "/grounds/0", "enum"),
    ({"act": "supply_dossier", "items": [RATING]}, "/items/0/year", "greater_than_equal"),
    ({"act": "supply_dossier", "items": [ENDED]}, "/items/0/to", "greater_than_equal"),
    ({"act": "record_briefing", "channel": "x", "audience": ["public"]}, "/held_on", "missing"),
    ({"act": "record_review", "day": 30, "outcome": "exit", "measures": {"Queue!": 1}}, "/measures", "string_pattern"),
]


@pytest.mark.parametrize(("body", "pointer", "code"), INVALID_ACTS, ids=[str(c[1:]) for c in INVALID_ACTS])
async def test_pointers_lead_into_the_body_whatever_kind_of_act_it_is(
    common_house: House, body: Any, pointer: str, code: str
) -> None:
    answer = await common_house.request("POST", ACTS, "hr_officer", headers=JSON, json=body)
    [fault] = problem_of(answer, 422, "invalid_request")["errors"]
    assert fault["pointer"] == pointer
    assert fault["code"].startswith(code)
    assert "<" not in fault["detail"], "a value is named as it is sent, not as we write it"


async def test_queries_and_headers_are_pointed_at_too(common_house: House) -> None:
    for query, pointer in (
        ("stage=moon", "/stage"), ("overdue=perhaps", "/overdue"), ("limit=0", "/limit"), ("limit=201", "/limit"),
        ("q=%00", "/q"), ("unit=" + "X" * 32, "/unit"),
    ):  # fmt: skip
        answer = await common_house.request("GET", f"/cases?{query}", "hr_officer")
        [fault] = problem_of(answer, 422, "invalid_request")["errors"]
        assert (fault["pointer"], fault["in"]) == (pointer, "query")
    headers = {"Idempotency-Key": "k" * 256}
    answer = await common_house.request("POST", "/cases", "hr_officer", headers=headers, json=OPENING)
    [fault] = problem_of(answer, 422, "invalid_request")["errors"]
    assert (fault["pointer"], fault["in"]) == ("/Idempotency-Key", "header")


async def test_a_single_domain_reason_gives_the_whole_its_code(common_house: House) -> None:
    answer = await common_house.request("POST", ACTS, "hr_officer", headers=JSON, json={"act": "cancel"})
    assert problem_of(answer, 422, "reason_required")["errors"][0]["pointer"] == ""


@pytest.fixture(scope="module")
async def case(common_house: House) -> CaseFile:
    return await common_house.open("lateral_pass")


async def test_an_act_names_the_version_it_was_decided_on(common_house: House, case: CaseFile) -> None:
    path, body = f"/cases/{case.id}/acts", {"act": "confirm_need"}
    headers = {"Idempotency-Key": "without"}
    problem_of(await common_house.request("POST", path, "hr_officer", headers=headers, json=body), 428,
               "if_match_required")  # fmt: skip
    stale = problem_of(await case.try_act("confirm_need", "hr_officer", version=1), 412, "stale_version")
    assert stale["params"] == {"expected": 1, "version": case.state["version"]}


async def test_a_hidden_case_looks_as_one_that_does_not_exist(common_house: House, case: CaseFile) -> None:
    """Same status, same words, same headers: nobody learns by asking that somebody has a case."""
    outsider, comment = "cast:it_self_nomination", {"act": "comment", "text": "x"}
    for tail in ("", "/events", "/attempts", "/notices", "/acts"):
        seen = []
        for name in (case.id, UNKNOWN_CASE, case.state["number"], "MUT-2026-999999"):
            options = {"json": comment, "headers": {"Idempotency-Key": name}} if tail == "/acts" else {}
            answer = await common_house.request(
                "POST" if options else "GET", f"/cases/{name}{tail}", outsider, **options
            )
            problem = problem_of(answer, 404, "case_unknown")
            seen.append(
                ({k: v for k, v in problem.items() if k not in ("instance", "request_id")}, set(answer.headers))
            )
        assert seen.count(seen[0]) == 4


async def test_what_nobody_foresaw_is_told_to_nobody_but_the_logs(common_house: House) -> None:
    def broken() -> None:
        raise RuntimeError("password=hunter2 of 198811182017011945")

    common_house.app.dependency_overrides[deps.viewer] = broken
    try:
        with capture_logs() as lines:
            answer = await common_house.request("GET", "/me", "governor")
    finally:
        del common_house.app.dependency_overrides[deps.viewer]
    problem = problem_of(answer, 500, "internal_error")
    assert "hunter2" not in answer.text and "RuntimeError" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    [fault] = [line for line in lines if line["event"] == "request.fault"]
    assert fault["error"] == "RuntimeError"
    assert [line["status"] for line in lines if line["event"] == "request"] == [500]
    assert problem["detail"] == i18n.text("problem.internal_error.detail", "en")


async def test_a_request_id_is_taken_over_when_it_is_harmless(common_house: House) -> None:
    async def answered(given: str | None) -> str:
        headers = {"X-Request-Id": given} if given is not None else {}
        answer = await common_house.request("GET", "/nothing", None, headers=headers)
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        return str(answer.headers["x-request-id"])

    for harmless in ("req-0001", "0b8a5cbe1f3a4d1c9f00ffee12345678", "a.b_c-D1" * 8):
        assert await answered(harmless) == harmless
    assert await answered(None) != await answered(None)
    for hostile in ("", "short", "x" * 65, "<script>alert(1)</script>", "a b c d e f", "198811182017011945",
                    "req-198811182017011945", "7604012345678901", "${jndi:ldap://x}"):  # fmt: skip
        assert await answered(hostile) != hostile


async def test_a_nip_stands_in_no_header_and_no_log_line(common_house: House) -> None:
    """Typed into a search, a path, a body, a key or a request id, it leaves no trace outside the register."""
    nip = common_house.cast["finance_to_bapenda"]["nip"]
    spaced = f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/cases", {"params": {"q": nip}}),
        ("GET", "/cases/", {"params": {"q": nip}}),
        ("GET", "/employees", {"params": {"q": spaced}}),
        ("GET", f"/employees/{nip}", {}),
        ("GET", f"/{nip}", {"headers": {"X-Request-Id": nip}}),
        ("POST", "/cases/preview", {"json": {"nip": nip, "position_code": "BAPENDA-B1-02"}}),
        ("POST", "/cases", {"json": {**OPENING, "nip": nip}, "headers": {"Idempotency-Key": nip}}),
        ("POST", "/cases", {"json": {**OPENING, "nip": nip, "reason": nip}, "headers": {"Idempotency-Key": "again"}}),
        ("POST", "/cases", {"json": {**OPENING, "nip": nip, "kind": nip}, "headers": {"Idempotency-Key": "wrong"}}),
    ]
    with capture_logs() as lines:
        for method, path, options in requests:
            answer = await common_house.request(method, path, "hr_officer", **options)
            assert nip not in str(answer.headers) and spaced not in str(answer.headers), path
    assert len([line for line in lines if line["event"] == "request"]) == len(requests)
    assert nip not in str(lines) and spaced not in str(lines)
    kept = await common_house.sql("SELECT request_id FROM command UNION ALL SELECT request_id FROM refused_attempt")
    assert kept and nip not in str(kept)


async def test_every_answer_names_its_request_and_is_not_kept_by_caches(common_house: House) -> None:
    for path, by in (("/me", "governor"), ("/nothing", None), ("/openapi.json", None)):
        answer = await common_house.request("GET", path, by, headers=HEADERS)
        assert answer.headers["x-request-id"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
