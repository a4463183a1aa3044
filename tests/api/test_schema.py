"""Every operation does what its description says: tried by schemathesis, as each role, on objects that are there.

Found are answers of 5xx, statuses nobody documented, and bodies that break their schema. `MUTASI_FUZZ` is the number of
requests for each operation.
"""

import asyncio
import os
import uuid
from collections.abc import Coroutine
from typing import Any

import hypothesis.strategies as st
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as of_openapi

from tests.api.callers import CALLERS, SERVICES
from tests.api.identity import bearer, service
from tests.files import pdf
from tests.house import House

REQUESTS = int(os.environ.get("MUTASI_FUZZ", "5"))
"""For each operation; a longer run is `MUTASI_FUZZ=500 make fuzz`."""
CHECKS = [
    checks.not_a_server_error,
    of_openapi.status_code_conformance,
    of_openapi.content_type_conformance,
    of_openapi.response_headers_conformance,
    of_openapi.response_schema_conformance,
]
MET = {"get_case", "list_case_events", "list_case_documents", "get_employee", "get_position", "list_cases", "get_me"}
"""Operations that somebody must have been served by, or the requests were not worth making."""
_ELSEWHERE = {"/api/v1/sign-in/oidc", "/api/v1/sign-in/oidc/callback"}
"""Addresses of a browser on its way to a provider and back; `test_provider.py` goes there."""


@pytest.fixture(scope="module")
async def there(common_house: House) -> dict[str, list[str]]:
    """Ids of what is there, by the name of the parameter: a case in approval with a document, and one before it."""
    case, other = [await common_house.open(w) for w in ("lateral_pass", "it_self_nomination")]
    answer = await common_house.request(
        "POST", f"/cases/{case.id}/documents", "hr_officer", content=pdf(), params={"document": "D07"},
        headers={"Idempotency-Key": "one", "Content-Type": "application/pdf"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    await case.look()
    await case.walk(to="awaiting_consideration")
    await common_house.proof_log().attested()
    return {
        "case_id": [case.id, other.id, case.state["number"]],
        "document_id": [answer.json()["id"]],
        "employee_id": [c.state["employee"]["id"] for c in (case, other)],
        "code": [c.state["to"]["position_code"] for c in (case, other)],
        "policy_hash": [case.state["policy"]],
    }


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")  # of `random`, used beside it
async def test_every_operation_answers_as_described(common_house: House, there: dict[str, list[str]]) -> None:
    tokens = [await common_house.token(who) for who in CALLERS.values()]
    tokens += [await service(common_house, scope) for scope in SERVICES.values()]
    loop, faults, served = asyncio.get_running_loop(), list[str](), set[str]()

    def wait_for(answer: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(answer, loop).result(timeout=60)

    def walk() -> set[str]:
        """In a thread of its own, since hypothesis knows no coroutines."""
        schema, walked = schemathesis.openapi.from_dict(common_house.app.openapi()), set()
        for found in schema.get_all_operations():
            operation = found.ok()
            walked.add(operation.path)
            if operation.path not in _ELSEWHERE:
                _try(operation, wait_for)
        return walked

    def _try(operation: Any, wait_for: Any) -> None:
        @given(case=_cases(operation), token=st.sampled_from(tokens), pick=st.randoms(use_true_random=False))
        @settings(
            max_examples=REQUESTS, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def tried(case: Any, token: str, pick: Any) -> None:
            for name, ids in there.items():
                if name in (case.path_parameters or {}):
                    case.path_parameters[name] = pick.choice(ids)
                if name in (case.query or {}):
                    case.query[name] = pick.choice(ids)
            case.headers = {
                **(case.headers or {}),
                **bearer(token),
                "Idempotency-Key": uuid.UUID(int=pick.getrandbits(128)).hex,
            }
            if operation.path.endswith("/acts"):
                case.headers["If-Match"] = "*"
            answer = wait_for(_ask(common_house, case))
            if answer.is_success:
                served.add(operation.definition.raw["operationId"])
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as group:
                said = "; ".join(f"{type(f).__name__}: {f.message[:300]}" for f in group.exceptions)
                faults.append(f"{operation.method.upper()} {operation.path} {answer.status_code}: {said}")

        tried()

    walked = await asyncio.to_thread(walk)
    assert sorted(set(faults)) == []
    assert walked == set(common_house.app.openapi()["paths"])
    assert served >= MET, "it met what is not there, and tried nothing"


def _cases(operation: Any) -> Any:
    """Requests that fit the description, and such as do not."""
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    takes_any = operation.path_parameters or operation.query or operation.headers or operation.body
    return fitting | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE) if takes_any else fitting


async def _ask(house: House, case: Any) -> Any:
    sent = case.as_transport_kwargs(base_url="http://house")
    return await house._http.request(
        sent["method"], sent["url"], params=sent.get("params"), headers=sent.get("headers"), json=sent.get("json"),
        content=sent.get("data") if isinstance(sent.get("data"), bytes | str) else None,
    )  # fmt: skip
