"""Who may do what at which address: every route of the application, every caller, every case, early and late.

The table is the policy in writing. A route that it does not know fails the walk, so that none is added without one;
an act that `RIGHTS` does not know fails it too. What somebody may not see answers like what does not exist.
"""

import asyncio
import functools
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Set
from types import MappingProxyType
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from domain.vocabulary import Act
from tests.api.answers import UNKNOWN_CASE, problem_of
from tests.api.callers import CALLERS, DECIDERS, HEADS, HR, OVERSEERS, PERSONS, READS, SEES, SERVICES
from tests.api.identity import bearer, service
from tests.api.test_acts_offered import BODIES
from tests.domain.builders import DEMO
from tests.files import pdf
from tests.house import CaseFile, House
from workflows import contract

NONE: Any = MappingProxyType({})


class Open(NamedTuple):
    """An address for anybody, signed in or not."""


class Stranger(NamedTuple):
    """An address by which one gets to be known: the same for everybody, token or not."""

    status: int


class Person(NamedTuple):
    """An address that does not concern one case: who is served, and what the others are told."""

    served: Set[str] = frozenset(CALLERS)
    otherwise: int = 403
    body: Any = NONE
    status: int = 200
    query: Any = NONE
    scope: str | None = None
    """The scope that opens it to another system; without one it is for people."""


class OfCase(NamedTuple):
    """An address of a case: hidden from those who do not see the case, forbidden to those who only see it."""

    served: Set[str]
    body: Any = NONE
    operator: int = 404
    status: int = 200
    scope: str | None = None


Rule = Open | Stranger | Person | OfCase

OPENING = {"nip": "{nip}", "position_code": "DLH-S-04"}
SPEECH = {"act": "comment", "text": "Saya melihat kasus ini"}

CANDIDATE = {"policy": json.loads(DEMO.canonical) | {"version": "0"}, "cases": {}, "reason": "Edisi baru"}

NOBODYS_OFFICE = {
    "office": "hr_officer", "unit": "BKD", "person": "p_nobody", "first": "2040-01-02", "instrument": "SK 1",
    "dated": "2026-01-05",
}  # fmt: skip
NOBODYS_MANDATE = {
    "office": "hr_officer",
    "unit": "BKD",
    "deputy": "p_nobody",
    "first": "2040-01-02",
    "last": "2040-01-03",
}

EMPLOYEES = PERSONS - {"governor"}
"""Everybody in the civil service: a governor is elected."""
NOBODY: Set[str] = frozenset()
"""Whoever comes with a demo token has no account of his own to look after."""

TABLE: dict[str, Rule] = {
    "GET /livez": Open(),
    "GET /readyz": Open(),
    "GET /metrics": Open(),
    "GET /docs": Open(),
    "GET /docs/oauth2-redirect": Open(),
    "GET /api/v1/openapi.json": Open(),
    "GET /.well-known/mutasi-log.json": Open(),
    "MOUNT /static-offline-docs": Open(),
    "MOUNT /static": Open(),
    # The pages. A stranger with a browser is led to the sign-in; these callers are none.
    "GET /sign-in": Open(),
    "POST /sign-in": Stranger(422),
    "POST /sign-in/code": Stranger(401),
    "POST /demo": Stranger(422),
    "POST /sign-out": Stranger(303),
    "POST /language": Stranger(303),
    "GET /": Person(),
    "GET /help": Person(),
    "GET /cases": Person(),
    "GET /search": Person(),
    "POST /search": Person(body={"q": "Nobody"}),
    "GET /notices": Person(),
    "POST /notices": Person(status=303),
    "GET /me": Person(),
    "GET /me/preferences": Person(),
    "POST /me/preferences": Person(PERSONS, status=303),
    "GET /me/opportunities": Person(EMPLOYEES, otherwise=404),
    "GET /me/opportunities/{code}": Person(NOBODY, otherwise=404),
    # Whoever may nominate himself hears that the form has no key.
    "POST /me/opportunities/{code}": Person(EMPLOYEES, body={"reason": "Ingin pindah"}, status=400, otherwise=404),
    "GET /open": Person(HR),
    "POST /open": Person(HR, body={"q": "Nobody"}),
    "GET /open/{employee_id}": Person(HR),
    # Whoever may open a case hears what is missing.
    "POST /open/{employee_id}": Person(HR, body={"key": "0" * 32}, status=422),
    "GET /cases/{case_id}": OfCase(PERSONS),
    "GET /cases/{case_id}/acts/{act}": OfCase(PERSONS),
    "POST /cases/{case_id}/acts/{act}": OfCase(PERSONS, body={"text": "Saya melihat", "key": "0" * 32}, status=303),
    "POST /api/v1/sign-in": Stranger(422),
    "POST /api/v1/sign-in/enrolment": Stranger(422),
    "POST /api/v1/tokens": Stranger(422),
    "POST /api/v1/tokens/refresh": Stranger(422),
    # No OpenID provider is set up.
    "GET /api/v1/sign-in/oidc": Stranger(404),
    "GET /api/v1/sign-in/oidc/callback": Stranger(404),
    "POST /api/v1/sign-out": Person(NOBODY),
    "GET /api/v1/me/sessions": Person(NOBODY),
    "DELETE /api/v1/me/sessions/{session_id}": Person(NOBODY),
    "PUT /api/v1/me/password": Person(NOBODY, body={"present": "x", "wanted": "y"}),
    "POST /api/v1/me/second-factor": Person(NOBODY, body={"password": "x"}),
    "POST /api/v1/me/second-factor/confirmation": Person(NOBODY, body={"code": "000000"}),
    "POST /api/v1/me/second-factor/removal": Person(NOBODY, body={"password": "x", "code": "000000"}),
    "GET /api/v1/me": Person(),
    "GET /api/v1/me/personal-data": Person(PERSONS),
    "POST /api/v1/employees/{employee_id}/personal-data": Person(HR, body={"reason": "Permintaan pegawai"}),
    "GET /api/v1/tasks": Person(),
    "GET /api/v1/notices": Person(),
    "POST /api/v1/notices/read": Person(PERSONS, body={"ids": [2**50]}),
    "GET /api/v1/employees": Person(scope="register:read"),
    "GET /api/v1/employees/{employee_id}": Person(
        {"employee", "head_of_origin", *HR, *OVERSEERS, *DECIDERS}, otherwise=404, scope="register:read"
    ),
    "GET /api/v1/positions": Person(scope="register:read"),
    "GET /api/v1/positions/{code}": Person(scope="register:read"),
    "GET /api/v1/positions/{code}/candidates": Person(HR),
    "GET /api/v1/positions/{code}/nominations": Person(HR),
    "GET /api/v1/employees/{employee_id}/opportunities": Person({"employee", *HR}),
    "PUT /api/v1/employees/{employee_id}/preferences": Person({"employee"}, body={"positions": []}),
    "GET /api/v1/units": Person(scope="register:read"),
    "GET /api/v1/policies/{policy_hash}": Person(scope="policies:read"),
    "GET /api/v1/policies": Person(scope="policies:read"),
    # Whoever may put a policy into force learns that the one addressed is not the one sent, or not proposed.
    "POST /api/v1/policies/{policy_hash}/activation": Person(HR, body=CANDIDATE, status=422),
    "POST /api/v1/policies/{policy_hash}/confirmation": Person(HR, body={"reason": "Setuju"}, status=409),
    "GET /api/v1/reports/overrides": Person({*HR, *OVERSEERS}),
    "GET /api/v1/reports/off-list": Person({*HR, *OVERSEERS}),
    "GET /api/v1/reports/drift": Person({*HR, *OVERSEERS, "operator"}),
    # Whoever may propose or confirm hears that there is no such incident.
    "POST /api/v1/incidents/{incident_id}/repair": Person(
        {*HR, "operator"}, body={"repair": "refound", "reason": "Alur kerja hilang"}, status=404
    ),
    "POST /api/v1/incidents/{incident_id}/confirmation": Person(
        HR, body={"repair": "refound", "reason": "Setuju"}, status=404
    ),
    "POST /api/v1/rating-years": Person({"hr_head"}, body={"year": 2025}, status=201),
    "GET /api/v1/attempts": Person(OVERSEERS),
    "GET /api/v1/accesses": Person(OVERSEERS),
    "GET /api/v1/log/checkpoint": Person(OVERSEERS),
    "GET /api/v1/log/sheet": Person(OVERSEERS),
    "GET /api/v1/log/proofs/inclusion": Person(OVERSEERS, query={"case_id": "{case_id}", "seq": 1}),
    "GET /api/v1/log/proofs/consistency": Person(OVERSEERS, query={"first": 1}),
    "GET /api/v1/log/proofs/head": Person(OVERSEERS, query={"case_id": "{case_id}"}),
    "GET /api/v1/calendar": Person(scope="calendar:read"),
    "POST /api/v1/calendar/overrides": Person(
        {"hr_head"},
        body={"day": "2040-01-02", "working": False, "reason": "Hari jadi", "reference": "SK 1/2039"},
        status=201,
    ),
    "POST /api/v1/calendar/years/{year}/publication": Person({"hr_head"}, body={"reference": "SKB 1/2038"}, status=201),
    "POST /api/v1/calendar/recomputation": Person(HR),
    "GET /api/v1/cases/export": Person(),
    "GET /api/v1/reports/overrides/export": Person({*HR, *OVERSEERS}),
    "GET /api/v1/reports/off-list/export": Person({*HR, *OVERSEERS}),
    "GET /api/v1/offices": Person(scope="register:read"),
    "GET /api/v1/org-chart": Person(scope="register:read"),
    "GET /api/v1/offices/appointments": Person({*HR, *OVERSEERS}),
    "GET /api/v1/offices/history": Person(OVERSEERS),
    # Whoever may change an office or name a deputy learns that there is no such person, proposal or mandate.
    "POST /api/v1/offices/appointments": Person(HR, body={"what": "appoint", **NOBODYS_OFFICE}, status=422),
    "POST /api/v1/offices/appointments/{appointment_id}/confirmation": Person(HR, status=404),
    "POST /api/v1/offices/appointments/{appointment_id}/refusal": Person(HR, body={"reason": "Salah"}, status=404),
    "GET /api/v1/mandates": Person(PERSONS),
    "POST /api/v1/mandates": Person(PERSONS, body=NOBODYS_MANDATE, status=422),
    "POST /api/v1/mandates/{mandate_id}/confirmation": Person(HR, status=404),
    "POST /api/v1/mandates/{mandate_id}/acceptance": Person(PERSONS, status=404),
    "POST /api/v1/mandates/{mandate_id}/end": Person(PERSONS, status=404),
    "GET /api/v1/relations": Person(PERSONS),
    "POST /api/v1/relations": Person(PERSONS, body={"relative": "p_nobody", "relation": "sibling"}, status=422),
    "POST /api/v1/relations/{relation_id}/end": Person(HR, body={"reason": "Cerai"}, status=404),
    "GET /api/v1/cases": Person(scope="cases:read"),
    # Whoever may open learns that there is an open case already.
    "POST /api/v1/cases": Person(HR, body={**OPENING, "reason": "Lagi"}, status=409),
    "POST /api/v1/cases/preview": Person(HR, body=OPENING),
    "GET /api/v1/cases/{case_id}": OfCase(PERSONS, scope="cases:read"),
    "GET /api/v1/cases/{case_id}/events": OfCase(READS, scope="events:read"),
    "GET /api/v1/cases/{case_id}/attempts": OfCase(OVERSEERS),
    "GET /api/v1/cases/{case_id}/evidence": OfCase(OVERSEERS),
    "GET /api/v1/cases/{case_id}/notices": OfCase({*HR, *OVERSEERS}),
    "POST /api/v1/cases/{case_id}/acts": OfCase(PERSONS, body=SPEECH, operator=403),
    "GET /api/v1/cases/{case_id}/documents": OfCase(PERSONS),
    "GET /api/v1/cases/{case_id}/documents/{document_id}/content": OfCase(READS),
    "GET /api/v1/cases/{case_id}/accesses": OfCase({"employee", *OVERSEERS}),
    "GET /api/v1/cases/{case_id}/erasure": OfCase({*HR, *OVERSEERS}),
    # Whoever may propose or confirm hears that the case is not over.
    "POST /api/v1/cases/{case_id}/erasure": OfCase(HR, body={"reason": "Masa simpan"}, operator=403, status=409),
    "POST /api/v1/cases/{case_id}/erasure/confirmation": OfCase(
        HR, body={"reason": "Setuju"}, operator=403, status=409
    ),
    "POST /api/v1/cases/{case_id}/legal-hold": OfCase(
        {"hr_head", *OVERSEERS}, body={"held": False, "reason": "Tidak ada sengketa"}, operator=403, status=201
    ),
    # Whoever may hand in hears that the person has no such document elsewhere.
    "POST /api/v1/cases/{case_id}/documents": OfCase(
        {"employee", *HR}, body={"reuse": f"d_{'a' * 26}"}, operator=403, status=404
    ),
}


EMPLOYEE: Set[str] = frozenset({"employee"})
GOVERNOR: Set[str] = frozenset({"governor"})
BOARD: Set[str] = frozenset({"board_member", "hr_head", "regional_secretary", "inspector"})
"""Those who sit on it: the head of HR, the regional secretary and the inspector are members too."""
RIGHTS: Mapping[Act, Set[str]] = {
    **dict.fromkeys(
        (
            Act.CONTEST_DATA, Act.RESPOND, Act.ACKNOWLEDGE, Act.FILE_OBJECTION, Act.WITHDRAW_OBJECTION,
        ),
        EMPLOYEE,
    ),
    Act.WITHDRAW: NOBODY,  # It is the organisation that asked for this one.
    **dict.fromkeys(
        (
            Act.SUPPLY_DOSSIER, Act.OVERRIDE_RULE, Act.CONFIRM_OVERRIDE, Act.CLOSE_INELIGIBLE, Act.CONFIRM_NEED,
            Act.PROPOSE_ALTERNATIVE, Act.ANSWER_OBJECTION, Act.RECORD_BRIEFING, Act.VERIFY, Act.ISSUE_DECREE, Act.HOLD,
            Act.RESUME, Act.CANCEL, Act.JUDGE_DOCUMENT, Act.DECLARE_INADMISSIBLE, Act.CLOSE_FOR_CAUSE, Act.RECHECK_POST,
            Act.RECORD_CONSENT, Act.SUBMIT_FILE, Act.RECORD_CONSIDERATION, Act.RECORD_OUTSIDE_DECISION,
            Act.CLOSE_REFUSED, Act.RENEW_HOLD, Act.DECLINE_SEAT,
        ),
        HR,
    ),
    **dict.fromkeys(
        (
            Act.DECIDE, Act.AUTHORISE, Act.DECIDE_OBJECTION, Act.CORRECT_DECREE, Act.REVOKE_DECREE, Act.ANNUL_DECREE,
            Act.ASSIGN_TEMPORARILY, Act.RATIFY_ASSIGNMENT, Act.RENEW_ASSIGNMENT, Act.SUSPEND_DECREE,
            Act.LIFT_SUSPENSION,
        ),
        GOVERNOR,
    ),
    Act.CONSIDER: BOARD,
    Act.PROPOSE: {"regional_secretary"},
    Act.UNIT_OPINION: HEADS,
    Act.CONFIRM_DUTY: {"head_of_destination"},
    Act.RECORD_REVIEW: {"head_of_destination", *HR},
    Act.ADD_DOCUMENT: {"employee", *HEADS, *HR},
    Act.COMMENT: PERSONS,
    Act.DECLARE_CONFLICT: PERSONS - {"employee"},
}  # fmt: skip
"""Whose act each act is, in an internal case that HR opened and that reaches the board at most (`api.md`, acts)."""
OF_THE_MOMENT: Mapping[str, Mapping[Act, Set[str]]] = {
    "needs_check": {Act.RETURN: HR, Act.UNDO: NOBODY},
    "approval": {Act.RETURN: BOARD, Act.UNDO: {"hr_head"}},
}
"""Acts of whoever holds the task, and of whoever did the last act: HR opened, the head of HR verified."""
_PAST_RIGHT = {None, "four_eyes", "own_case", "conflict_of_interest", "acting_capacity"}
"""What is answered to somebody whose act it is by office."""


class Standing(NamedTuple):
    """A case at a moment: what stands in the paths, and who sees it; `employee` is whose case it is."""

    filled: Mapping[str, str]
    sees: Set[str]
    employee: str = "employee"


def _expected(rule: Rule, caller: str | None, standing: Standing) -> int | str:
    """What the table says a caller gets, a service why not; where the case is not there, nobody sees it."""
    match rule:
        case Open():
            return 200
        case Stranger():
            return rule.status
        case _ if caller is None:
            return 401
        case _ if caller in SERVICES:
            if rule.scope != SERVICES[caller]:
                return "scope_missing" if rule.scope else "human_only"
            return 200 if isinstance(rule, Person) or standing.sees else 404
        case Person():
            return rule.status if caller in rule.served else rule.otherwise
        case OfCase():
            if caller == "operator":
                return rule.operator
            served = {standing.employee if c == "employee" else c for c in rule.served}
            return 404 if caller not in standing.sees else rule.status if caller in served else 403


def _routes(house: House) -> dict[str, str]:
    """Every address the application serves, by method and path."""
    found = {}
    for route in iter_route_contexts(house.app.routes):
        for method in (route.methods or {"MOUNT"}) - {"HEAD"}:
            found[f"{method} {route.path}"] = str(route.path)
    return found


async def test_the_table_knows_every_route(common_house: House) -> None:
    assert set(_routes(common_house)) == set(TABLE)


def test_the_table_knows_every_act() -> None:
    for moment in OF_THE_MOMENT.values():
        assert set(RIGHTS) | set(moment) == set(Act)


@pytest.fixture(scope="module")
async def tokens(common_house: House) -> dict[str | None, str | None]:
    """What everybody shows who knocks: a person his token, another system that of its one scope, nobody nothing."""
    people = {caller: await common_house.token(who) for caller, who in CALLERS.items()}
    return {None: None, **people, **{caller: await service(common_house, scope) for caller, scope in SERVICES.items()}}


@pytest.fixture(scope="module")
async def case(common_house: House) -> AsyncIterator[CaseFile]:
    """In needs check until a test walks it on."""
    case = await _with_a_document(common_house, "lateral_pass")
    log = await common_house.keep_log()
    await log.execute_update(contract.ATTEST)
    yield case
    await log.terminate("the walk is over")


@pytest.fixture(scope="module")
async def other(common_house: House) -> CaseFile:
    """The colleague's: from SATPOLPP to DISKOMINFO, and never in approval."""
    return await _with_a_document(common_house, "it_self_nomination")


async def _with_a_document(house: House, whom: str) -> CaseFile:
    case = await house.open(whom)
    answer = await house.request(
        "POST", f"/cases/{case.id}/documents", f"cast:{whom}", content=pdf(), params={"document": "D07"},
        headers={"Idempotency-Key": "one", "Content-Type": "application/pdf"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    await case.look()
    return case


async def _filled(house: House, case: CaseFile) -> dict[str, str]:
    [document] = [d for d in (await house.get(f"/cases/{case.id}/documents"))["items"] if d["versions"]]
    return {
        "case_id": case.id,
        "document_id": document["versions"][0]["id"],
        "employee_id": case.state["employee"]["id"],
        "code": "DLH-S-04",
        "year": "2039",
        "policy_hash": case.state["policy"],
        "session_id": f"s_{'a' * 26}",
        "appointment_id": f"a_{'a' * 26}",
        "mandate_id": f"g_{'a' * 26}",
        "relation_id": f"r_{'a' * 26}",
        "act": "comment",
        "incident_id": f"i_{'a' * 26}",
    }


ABSENT = {
    "case_id": UNKNOWN_CASE,
    "document_id": f"d_{'a' * 26}",
    "employee_id": f"p_{'a' * 26}",
    "code": "XX-S-99",
    "policy_hash": "0" * 64,
}
"""Ids of nothing."""


async def test_every_act_for_every_caller(common_house: House, case: CaseFile, other: CaseFile) -> None:
    """Whose act it is, by what each is offered; and whoever does not see a case is told so whatever he tries."""
    await _offers_by_right(common_house, case, "needs_check")
    acts = [{"act": act, "reason": "Alasan", **BODIES.get(act, {})} for act in Act]
    for hidden, by in ((case, "governor"), (case, "cast:it_self_nomination"), (other, "agency_head:DINKES")):
        for body in acts:
            answer = await common_house.request(
                "POST", f"/cases/{hidden.id}/acts", by, json=body, headers={"Idempotency-Key": "x", "If-Match": "*"}
            )
            problem_of(answer, 404, "case_unknown")


REASONS = {
    "text": "Ibu saya sakit keras di kampung",
    "answer": "Cuti pendampingan orang tua diberikan",
}
"""What is said in the case about a ground of health or family, and is for those alone who hear it."""
HEARS = {"employee", *HR, *BOARD}


async def test_every_route_for_every_caller(
    common_house: House, case: CaseFile, other: CaseFile, tokens: dict[str | None, str | None]
) -> None:
    """Each address once, and each address of a case for three: one in approval, one before it, and one that is none.

    What each was shown is then held against what was written down about it, and against what is for few.
    """
    await _objected(case)
    await case.walk(to="awaiting_consideration")
    await _offers_by_right(common_house, case, "approval")
    await common_house.proof_log().attested()
    here = Standing(await _filled(common_house, case), SEES["approval"])
    there = Standing(await _filled(common_house, other), {"colleague", *HR, *OVERSEERS}, employee="colleague")
    nowhere = Standing({**here.filled, **ABSENT}, NOBODY)
    seen: list[Seen] = []
    for route, rule in TABLE.items():
        own = await _all(common_house, route, rule, here, tokens)
        assert _wrong(own, rule, here) == {}, route
        whose = here.employee if isinstance(rule, OfCase) else None
        seen += [Seen(route, caller, answer, whose) for caller, answer in own.items()]
        if "{" not in route:
            continue
        none = await _all(common_house, route, rule, nowhere, tokens)
        _tells_nothing(rule, here, own, none)
        if isinstance(rule, OfCase):
            foreign = await _all(common_house, route, rule, there, tokens)
            _tells_nothing(rule, there, foreign, none)
            assert _wrong(foreign, rule, there) == {}, route
            assert _wrong(none, rule, nowhere) == {}, route
            seen += [Seen(route, caller, answer, there.employee) for caller, answer in foreign.items()]
    await _every_access_counts(common_house, seen)
    _reasons_are_told_to_those_who_hear(seen)


async def _objected(case: CaseFile) -> None:
    await case.walk(to="awaiting_response")
    await case.act("respond", case.employee, answer="object", grounds=["family", "distance"], text=REASONS["text"])
    await case.refused(
        "answer_objection", "hr_officer", "unanswered_grounds", 422, answers=[{"ground": "distance", "text": "x"}]
    )
    answers = [{"ground": ground, "text": REASONS["answer"]} for ground in ("family", "distance")]
    await case.act("answer_objection", "hr_officer", answers=answers, reason=REASONS["answer"])


class Seen(NamedTuple):
    """What somebody was answered at an address; `whose` the case was, where it was one's."""

    route: str
    caller: str | None
    answer: httpx.Response
    whose: str | None


async def _every_access_counts(house: House, seen: list[Seen]) -> None:
    """Whoever was shown somebody else is in the log, and whoever was turned away; who looked at himself is not."""
    rows = await house.sql("SELECT request_id, operation, capacity, outcome FROM access_log")
    logged = {row.request_id: row for row in rows}
    names = {caller: house.cast[who[5:]]["name"] for caller, who in CALLERS.items() if who.startswith("cast:")}
    wrong = []
    for route, caller, answer, whose in seen:
        row = logged.get(answer.headers["x-request-id"])
        if route.startswith("POST /") and not route.startswith("POST /api/"):
            continue  # a form: what it shows is read by the operations of the API, under its name
        if route in NAMES_READERS:
            continue
        known = caller is not None and isinstance(TABLE[route], Person | OfCase)
        if not known or not (route.startswith("GET ") or route.endswith("/preview")):
            assert row is None, route
        elif answer.status_code in (403, 404):
            if row is None or (row.outcome, row.capacity) != (TURNED_AWAY[answer.status_code], "none"):
                wrong.append((route, caller, row))
        else:
            shown = {person for person, name in names.items() if name in answer.text} | ({whose} if whose else set())
            if shown - {caller} and (row is None or row.outcome != "read" or row.capacity == "none"):
                wrong.append((route, caller, row))
            if shown == {caller} and row is not None and row.operation not in ALWAYS_LOGGED:
                wrong.append((route, caller, row))
    assert wrong == []
    assert {row.operation for row in rows} >= {"get_case", "list_cases", "list_candidates", "get_employee"}


NAMES_READERS = {"GET /api/v1/me/personal-data"}
"""Shows everybody what is kept of himself, and who read it: their names and nothing else of theirs."""
ALWAYS_LOGGED = {"read_document", "export_cases"}
"""What is written down whoever it is about: files, and what is taken along."""
TURNED_AWAY = {403: "refused", 404: "absent"}


def _reasons_are_told_to_those_who_hear(seen: list[Seen]) -> None:
    told = {"events": set[str | None](), "grounds": set[str | None]()}
    for route, caller, answer, _ in seen:
        if any(words in answer.text for words in REASONS.values()):
            told["events"].add(caller)
            assert caller in HEARS, (route, caller)
        about_nobody = isinstance(TABLE[route], Open) or "/policies" in route
        is_json = answer.headers.get("content-type") == "application/json"
        if is_json and not about_nobody and "family" in _grounds_of(answer.json()):
            told["grounds"].add(caller)
            assert caller in HEARS, (route, caller)
    assert told == {"events": HEARS, "grounds": HEARS}


def _grounds_of(value: Any) -> Iterator[str]:
    """Every ground an answer names, wherever."""
    if isinstance(value, list):
        for inner in value:
            yield from _grounds_of(inner)
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("ground", "grounds"):
                yield from [inner] if isinstance(inner, str) else inner or ()
            yield from _grounds_of(inner)


def _wrong(answers: Mapping[str | None, httpx.Response], rule: Rule, standing: Standing) -> dict[str | None, Any]:
    """Who was answered otherwise than the table says: what he got, and what he was to get."""
    got = {}
    for caller, answer in answers.items():
        told = answer.json()["code"] if caller in SERVICES and answer.status_code == 403 else answer.status_code
        got[caller] = told, _expected(rule, caller, standing)
    return {caller: both for caller, both in got.items() if both[0] != both[1]}


def _tells_nothing(
    rule: Rule,
    standing: Standing,
    answers: Mapping[str | None, httpx.Response],
    none: Mapping[str | None, httpx.Response],
) -> None:
    """Whoever is not served, and does not see the case, gets what he would get if there were nothing."""
    for caller, answer in answers.items():
        served = isinstance(rule, Person) and caller in rule.served
        if answer.is_error and not served and not (isinstance(rule, OfCase) and caller in standing.sees):
            assert _without_place(answer) == _without_place(none[caller]), (caller, answer.request.url.path)


def _without_place(answer: httpx.Response) -> Any:
    """An answer as far as it could tell one thing from another; where it was asked, the asker knows."""
    if answer.headers["content-type"].startswith("text/html"):
        own = (answer.headers["x-request-id"], answer.request.url.path)
        return answer.status_code, functools.reduce(lambda text, part: text.replace(part, ""), own, answer.text)
    told = {k: v for k, v in answer.json().items() if k not in ("instance", "request_id")}
    headers = {k: v for k, v in answer.headers.items() if k not in ("x-request-id", "content-length")}
    return answer.status_code, told, headers


async def _offers_by_right(house: House, case: CaseFile, moment: str) -> None:
    rights = {**RIGHTS, **OF_THE_MOMENT[moment]}
    for caller, who in CALLERS.items():
        answer = await house.request("GET", f"/cases/{case.id}", who)
        assert (answer.status_code == 200) == (caller in SEES[moment]), caller
        if answer.status_code == 200:
            code = {a["act"]: a["why_not"] and a["why_not"]["code"] for a in answer.json()["acts"]}
            opened = {act for act in Act if code[act] != "act_not_open"}
            offered = {act for act in opened if code[act] in _PAST_RIGHT}
            assert offered == {act for act in opened if caller in rights[act]}, (caller, moment)


async def _all(
    house: House, route: str, rule: Rule, standing: Standing, tokens: Mapping[str | None, str | None]
) -> dict[str | None, httpx.Response]:
    """What everybody is answered at an address, some at once."""
    answers: dict[str | None, httpx.Response] = {}
    # Of the other systems that may not, one speaks for all.
    services = [c for c, scope in SERVICES.items() if scope == getattr(rule, "scope", None)]
    services += [c for c in SERVICES if c not in services][:1]
    for some in _by(6, (None, *CALLERS, *services)):
        asked = (_knock(house, route, rule, caller, standing.filled, tokens[caller]) for caller in some)
        answers |= zip(some, await asyncio.gather(*asked), strict=True)
    return answers


def _by(size: int, callers: tuple[str | None, ...]) -> Iterator[tuple[str | None, ...]]:
    for start in range(0, len(callers), size):
        yield callers[start : start + size]


async def _knock(
    house: House, route: str, rule: Rule, caller: str | None, filled: Mapping[str, str], token: str | None
) -> httpx.Response:
    method, path = route.split(" ")
    url = "http://house" + path.format(**filled)
    options: dict[str, Any] = {"headers": bearer(token) if token else {}}
    if method == "MOUNT":
        method, url = "GET", f"{url}/{'pages' if route.endswith('/static') else 'swagger-ui'}.css"
    if method in ("POST", "PUT"):
        nip = house.cast["lateral_pass"]["nip"]
        given = rule.body if isinstance(rule, Person | OfCase) else {}
        sent = "json" if path.startswith("/api/") else "data"
        options[sent] = {k: v.format(nip=nip) if isinstance(v, str) else v for k, v in given.items()}
        options["headers"]["Idempotency-Key"] = f"{caller}"
    if query := getattr(rule, "query", None):
        options["params"] = {k: v.format(**filled) if isinstance(v, str) else v for k, v in query.items()}
    return await house.request(method, url, None, **options)


async def test_speaking_in_a_case_opens_nothing(common_house: House, case: CaseFile) -> None:
    """A head who comments, or gives his opinion, has decided nothing: the history stays closed to him."""
    await case.look()
    for head in HEADS:
        await case.act("unit_opinion", CALLERS[head], opinion="support")
        await case.act("comment", CALLERS[head], text="Kami setuju")
        answer = await common_house.request("GET", f"/cases/{case.id}/events", CALLERS[head])
        assert (answer.status_code, answer.json()["code"]) == (403, "not_authorised")
