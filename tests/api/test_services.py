"""Other systems: what their tokens open, for how long, and that no token opens what is for people."""

from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from fastapi.routing import iter_route_contexts

from api.scopes import HUMAN, OPEN, OPERATIONS, Scope
from store import accounts, service_tokens
from tests.api.answers import UNKNOWN_CASE, problem_of
from tests.api.identity import bearer, service
from tests.api.test_access import TABLE
from tests.house import House


def operations(house: House) -> dict[str, str]:
    """Every operation of the API, with its method and path."""
    return {
        str(route.operation_id): f"{method} {route.path}"
        for route in iter_route_contexts(house.app.routes)
        for method in (route.methods or set()) - {"HEAD"}
        if str(route.path).startswith("/api/v1/") and getattr(route, "operation_id", None)
    }


async def test_every_operation_has_its_scope_or_is_for_people_or_for_those_not_known_yet(common_house: House) -> None:
    declared = [*OPERATIONS, *HUMAN, *OPEN]
    assert sorted(declared) == sorted(operations(common_house)), "api/scopes.py and the routes differ"
    assert {f"{o}" for o in TABLE if o.partition(" ")[2].startswith("/api/v1/")} - set(
        operations(common_house).values()
    ) == {"GET /api/v1/openapi.json"}


async def test_no_scope_changes_anything(common_house: House) -> None:
    found = operations(common_house)
    assert {found[o].partition(" ")[0] for o in OPERATIONS} == {"GET"}
    assert set(OPERATIONS.values()) == set(Scope), "a scope that opens nothing"


@pytest.fixture(scope="module")
async def filled(common_house: House) -> dict[str, str]:
    """What stands in the paths: real ids, so that a refusal is no accident of an unknown one."""
    case = await common_house.open("lateral_pass")
    return {
        "case_id": case.id, "employee_id": case.state["employee"]["id"], "code": "DLH-S-04",
        "policy_hash": case.state["policy"], "document_id": UNKNOWN_CASE, "session_id": f"s_{'a' * 26}", "year": "2039",
        "incident_id": f"i_{'a' * 26}",
    }  # fmt: skip


@pytest.mark.parametrize("scope", Scope)
async def test_a_scope_opens_its_operations_and_no_other(
    common_house: House, filled: dict[str, str], scope: Scope
) -> None:
    token = await service(common_house, scope)
    got = {}
    for operation, address in operations(common_house).items():
        method, path = address.split(" ")
        body = {"json": {}} if method in ("POST", "PUT") else {}
        answer = await common_house.request(
            method, "http://house" + path.format(**filled), None, headers=bearer(token), **body
        )
        got[operation] = answer.json()["code"] if answer.status_code == 403 else str(answer.status_code)
    wanted = {o: "200" if s is scope else "scope_missing" for o, s in OPERATIONS.items()}
    assert {o: got[o] for o in OPERATIONS} == wanted
    assert {got[o] for o in HUMAN} == {"human_only"}


async def test_all_scopes_together_do_no_human_act(common_house: House, filled: dict[str, str]) -> None:
    token = await service(common_house, *Scope)
    answer = await common_house.request(
        "POST", f"/cases/{filled['case_id']}/acts", None, json={"act": "comment", "text": "x"},
        headers={**bearer(token), "Idempotency-Key": "1"},
    )  # fmt: skip
    problem_of(answer, 403, "human_only")
    before = await common_house.sql("SELECT count(*) AS n FROM ledger")
    opening = {"nip": "198811182017011945", "position_code": "DLH-S-04", "reason": "x"}
    answer = await common_house.request(
        "POST", "/cases", None, json=opening, headers={**bearer(token), "Idempotency-Key": "2"}
    )
    problem_of(answer, 403, "human_only")
    assert await common_house.sql("SELECT count(*) AS n FROM ledger") == before


async def test_a_service_reads_the_skeleton_of_a_history_and_nothing_personal(
    common_house: House, filled: dict[str, str]
) -> None:
    token = await service(common_house, Scope.EVENTS_READ)
    answer = await common_house.request("GET", f"/cases/{filled['case_id']}/events", None, headers=bearer(token))
    opened = answer.json()["items"][0]
    full = (await common_house.get(f"/cases/{filled['case_id']}/events", "auditor"))["items"][0]
    assert full["reason"] and "employee_nip" in full["data"], "there was something to hide"
    assert (opened["type"], opened["hash"]) == (full["type"], full["hash"])
    assert opened["reason"] is None and opened["note"] is None and "employee_nip" not in opened["data"]
    assert set(opened["data"]) < set(full["data"])


async def test_a_token_ends_by_itself_and_the_old_one_overlaps_a_new_one(common_house: House) -> None:
    now, day = datetime.now(UTC), timedelta(days=1)
    async with common_house.engine.begin() as connection:
        made = await accounts.create(connection, kind="service", name="rotating", person_id=None, now=now)
        _, old = await service_tokens.issue(connection, made, [Scope.CALENDAR_READ], now, 90 * day)
        await service_tokens.shorten(connection, made, now, now + day)
        _, new = await service_tokens.issue(connection, made, [Scope.CALENDAR_READ], now, 90 * day)

    async def asked(token: str) -> int:
        return (await common_house.request("GET", "/calendar", None, headers=bearer(token))).status_code

    try:
        assert (await asked(old), await asked(new)) == (200, 200)
        common_house.ahead = 2 * day
        assert (await asked(old), await asked(new)) == (401, 200)
        common_house.ahead = 91 * day
        answer = await common_house.request("GET", "/calendar", None, headers=bearer(new))
        problem_of(answer, 401, "token_expired")
    finally:
        common_house.ahead = timedelta(0)
    used = await common_house.sql("SELECT used_at FROM service_token WHERE account_id = :id", id=made)
    assert all(row.used_at for row in used)


async def test_a_revoked_token_and_one_of_a_service_that_is_off_are_refused_at_once(common_house: House) -> None:
    now = datetime.now(UTC)
    revoked, off = await service(common_house, Scope.CALENDAR_READ), await service(common_house, Scope.CALENDAR_READ)
    for token in (revoked, off):
        assert (await common_house.request("GET", "/calendar", None, headers=bearer(token))).status_code == 200
    async with common_house.engine.begin() as connection:
        live = await service_tokens.find(connection, revoked, now)
        assert live and await service_tokens.revoke(connection, live.account_id, now) == [live.id]
        other = await service_tokens.find(connection, off, now)
        assert other
        await accounts.set_disabled(connection, other.account_id, now)
    for token in (revoked, off):
        answer = await common_house.request("GET", "/calendar", None, headers=bearer(token))
        problem_of(answer, 401, "token_expired")


async def test_what_is_like_a_token_is_none(common_house: House) -> None:
    token = await service(common_house, Scope.CALENDAR_READ)
    for wrong in (token[:-1], token + "x", token.upper(), "mts_", "mts_\x7f", token.replace("mts_", "mta_")):
        answer = await common_house.request("GET", "/calendar", None, headers=bearer(wrong))
        problem_of(answer, 401, "unauthenticated")
    kept = str(list(chain(*await common_house.sql("SELECT secret_hash FROM service_token"))))
    assert token not in kept
