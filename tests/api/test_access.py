"""Who may do what at which address: every route of the application, every caller, early and late in a case.

The table is the policy in writing. A route that it does not know fails the walk, so that none is added without one.
"""

import json
from collections.abc import Set
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from fastapi.routing import iter_route_contexts

from tests.api.callers import CALLERS, DECIDERS, HEADS, HR, OVERSEERS, PERSONS, READS, SEES
from tests.domain.builders import DEMO
from tests.files import pdf
from tests.house import CaseFile, House

NONE: Any = MappingProxyType({})
MOMENTS = tuple(SEES)


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


class OfCase(NamedTuple):
    """An address of a case: hidden from those who do not see the case, forbidden to those who only see it."""

    served: Set[str]
    body: Any = NONE
    operator: int = 404
    status: int = 200


OPENING = {"nip": "{nip}", "position_code": "DLH-S-04"}
SPEECH = {"act": "comment", "text": "Saya melihat kasus ini"}

CANDIDATE = {"policy": json.loads(DEMO.canonical) | {"version": "0"}, "cases": {}, "reason": "Edisi baru"}

NOBODY: Set[str] = frozenset()
"""Whoever comes with a demo token has no account of his own to look after."""

TABLE: dict[str, Open | Stranger | Person | OfCase] = {
    "GET /livez": Open(),
    "GET /readyz": Open(),
    "GET /metrics": Open(),
    "GET /docs": Open(),
    "GET /docs/oauth2-redirect": Open(),
    "GET /api/v1/openapi.json": Open(),
    "GET /.well-known/mutasi-log.json": Open(),
    "MOUNT /static-offline-docs": Open(),
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
    "POST /api/v1/employees/{employee_id}/personal-data": Person(
        {*HR, *OVERSEERS}, body={"reason": "Permintaan pegawai"}
    ),
    "GET /api/v1/tasks": Person(),
    "GET /api/v1/notices": Person(),
    "POST /api/v1/notices/read": Person(PERSONS, body={"ids": [2**50]}),
    "GET /api/v1/employees": Person(),
    "GET /api/v1/employees/{employee_id}": Person(
        {"employee", "head_of_origin", *HR, *OVERSEERS, *DECIDERS}, otherwise=404
    ),
    "GET /api/v1/positions": Person(),
    "GET /api/v1/positions/{code}": Person(),
    "GET /api/v1/positions/{code}/candidates": Person(HR),
    "GET /api/v1/positions/{code}/nominations": Person(HR),
    "GET /api/v1/employees/{employee_id}/opportunities": Person({"employee", *HR}),
    "PUT /api/v1/employees/{employee_id}/preferences": Person({"employee"}, body={"positions": []}),
    "GET /api/v1/units": Person(),
    "GET /api/v1/policies/{policy_hash}": Person(),
    "GET /api/v1/policies": Person(),
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
    "GET /api/v1/log/checkpoint": Person(OVERSEERS),
    "GET /api/v1/log/sheet": Person(OVERSEERS),
    "GET /api/v1/log/proofs/inclusion": Person(OVERSEERS, query={"case_id": "{case_id}", "seq": 1}),
    "GET /api/v1/log/proofs/consistency": Person(OVERSEERS, query={"first": 1}),
    "GET /api/v1/log/proofs/head": Person(OVERSEERS, query={"case_id": "{case_id}"}),
    "GET /api/v1/calendar": Person(),
    "POST /api/v1/calendar/overrides": Person(
        {"hr_head"},
        body={"day": "2040-01-02", "working": False, "reason": "Hari jadi", "reference": "SK 1/2039"},
        status=201,
    ),
    "POST /api/v1/calendar/years/{year}/publication": Person({"hr_head"}, body={"reference": "SKB 1/2038"}, status=201),
    "POST /api/v1/calendar/recomputation": Person(HR),
    "GET /api/v1/cases": Person(),
    # Whoever may open learns that there is an open case already.
    "POST /api/v1/cases": Person(HR, body={**OPENING, "reason": "Lagi"}, status=409),
    "POST /api/v1/cases/preview": Person(HR, body=OPENING),
    "GET /api/v1/cases/{case_id}": OfCase(PERSONS),
    "GET /api/v1/cases/{case_id}/events": OfCase(READS),
    "GET /api/v1/cases/{case_id}/attempts": OfCase(OVERSEERS),
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


def _expected(rule: Open | Stranger | Person | OfCase, caller: str | None, moment: str) -> int:
    match rule:
        case Open():
            return 200
        case Stranger():
            return rule.status
        case _ if caller is None:
            return 401
        case Person():
            return rule.status if caller in rule.served else rule.otherwise
        case OfCase():
            if caller == "operator":
                return rule.operator
            return 404 if caller not in SEES[moment] else rule.status if caller in rule.served else 403


def _routes(house: House) -> dict[str, str]:
    """Every address the application serves, by method and path."""
    found = {}
    for route in iter_route_contexts(house.app.routes):
        for method in (route.methods or {"MOUNT"}) - {"HEAD"}:
            found[f"{method} {route.path}"] = str(route.path)
    return found


async def test_the_table_knows_every_route(common_house: House) -> None:
    assert set(_routes(common_house)) == set(TABLE)


@pytest.fixture(scope="module")
async def case(common_house: House) -> CaseFile:
    """In needs check until a test walks it on; another case stands beside it."""
    await common_house.open("it_self_nomination")
    case = await common_house.open("lateral_pass")
    answer = await common_house.request(
        "POST", f"/cases/{case.id}/documents", "cast:lateral_pass", content=pdf(), params={"document": "D07"},
        headers={"Idempotency-Key": "one", "Content-Type": "application/pdf"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    await case.look()
    await common_house.proof_log().attested()
    return case


@pytest.mark.parametrize("moment", MOMENTS)
async def test_every_route_for_every_caller(common_house: House, case: CaseFile, moment: str) -> None:
    if moment == "approval":
        await case.walk(to="awaiting_consideration")
    assert case.state["stage"] == moment
    [document] = [d for d in (await common_house.get(f"/cases/{case.id}/documents"))["items"] if d["versions"]]
    filled = {
        "case_id": case.id,
        "document_id": document["versions"][0]["id"],
        "employee_id": case.state["employee"]["id"],
        "code": "DLH-S-04",
        "year": "2039",
        "policy_hash": case.state["policy"],
        "session_id": f"s_{'a' * 26}",
        "incident_id": f"i_{'a' * 26}",
    }
    found, wanted = {}, {}
    for route, rule in TABLE.items():
        for caller in (None, *CALLERS):
            found[route, caller] = await _knock(common_house, route, rule, caller, filled)
            wanted[route, caller] = _expected(rule, caller, moment)
    assert found == wanted


async def _knock(house: House, route: str, rule: Any, caller: str | None, filled: dict[str, str]) -> int:
    method, path = route.split(" ")
    url = "http://house" + path.format(**filled)
    options: dict[str, Any] = {}
    if method == "MOUNT":
        method, url = "GET", f"{url}/swagger-ui.css"
    if method in ("POST", "PUT"):
        nip = house.cast["lateral_pass"]["nip"]
        given = {} if isinstance(rule, Stranger) else rule.body
        body = {k: v.format(nip=nip) if isinstance(v, str) else v for k, v in given.items()}
        options = {"json": body, "headers": {"Idempotency-Key": f"{caller}"}}
    if query := getattr(rule, "query", None):
        options["params"] = {k: v.format(**filled) if isinstance(v, str) else v for k, v in query.items()}
    answer = await house.request(method, url, CALLERS[caller] if caller else None, **options)
    return answer.status_code


async def test_speaking_in_a_case_opens_nothing(common_house: House, case: CaseFile) -> None:
    """A head who comments, or gives his opinion, has decided nothing: the history stays closed to him."""
    await case.look()
    for head in HEADS:
        await case.act("unit_opinion", CALLERS[head], opinion="support")
        await case.act("comment", CALLERS[head], text="Kami setuju")
        answer = await common_house.request("GET", f"/cases/{case.id}/events", CALLERS[head])
        assert (answer.status_code, answer.json()["code"]) == (403, "not_authorised")
