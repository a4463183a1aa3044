"""A policy comes into force by two people, with test cases that hold; what is open stays as it was."""

import json
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.policy import from_data, toml_data
from domain.policy_cases import case_book
from runtime.servers import Postgres
from store.engine import owner_engine
from store.policies import publish
from tests.api.answers import problem_of
from tests.domain.builders import POLICIES
from tests.house import House, local_day

REASON = "Edisi baru setelah perubahan peraturan"


def candidate(**over: Any) -> dict[str, Any]:
    """The demo policy as another edition, with its test cases, as the command line sends it."""
    data = toml_data((POLICIES / "demo.toml").read_text(), lambda base: (POLICIES / base).read_text())
    policy = json.loads(from_data({**data, "version": uuid.uuid4().hex[:8], **over}).canonical)
    return {"policy": policy, "cases": case_book(data).model_dump(mode="json", exclude_none=True), "reason": REASON}


def hash_of(body: dict[str, Any]) -> str:
    return from_data(body["policy"]).hash


async def propose(
    house: House, body: dict[str, Any], by: str = "hr_officer", key: str = "", named: str = ""
) -> httpx.Response:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return await house.request("POST", f"/policies/{named or hash_of(body)}/activation", by, json=body, headers=headers)


async def confirm(house: House, named: str, by: str = "hr_head", key: str = "") -> httpx.Response:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return await house.request(
        "POST", f"/policies/{named}/confirmation", by, json={"reason": "Setuju"}, headers=headers
    )


async def in_force(house: House) -> str:
    [found] = [p["hash"] for p in (await house.get("/policies"))["items"] if p["in_force"]]
    return str(found)


async def test_two_people_put_a_policy_into_force_and_open_cases_keep_theirs(house: House) -> None:
    before = await in_force(house)
    old = await house.open("lateral_pass")
    body = candidate(effective_from="2026-01-02")
    named = hash_of(body)
    proposed = await propose(house, body)
    assert proposed.status_code == 201, proposed.text
    assert (proposed.json()["status"], proposed.json()["in_force"]) == ("candidate", False)
    assert await in_force(house) == before
    same = await confirm(house, named, "hr_officer")
    problem_of(same, 403, "second_person_required")
    confirmed = (await confirm(house, named)).json()
    assert (confirmed["status"], confirmed["in_force"]) == ("active", True)
    assert confirmed["in_force_from"] == local_day().isoformat(), "nothing takes effect backwards"
    assert confirmed["proposal"]["by"] != confirmed["confirmation"]["by"]
    assert confirmed["proposal"]["reason"] == REASON and confirmed["confirmation"]["name"]
    for by, words in (("auditor", REASON), ("inspector", REASON), ("governor", None), ("cast:lateral_pass", None)):
        [shown] = [p for p in (await house.get("/policies", by))["items"] if p["hash"] == named]
        assert shown["proposal"]["reason"] == words, f"{by}: the words are for HR and those who oversee"
        assert shown["proposal"]["by"] == confirmed["proposal"]["by"], "who did it is for everybody"
    new = await house.open("it_self_nomination")
    assert (await old.look())["policy"] == before
    assert new.state["policy"] == named == await in_force(house)
    assert (await house.get(f"/policies/{named}"))["published_at"]
    again = await confirm(house, named)
    problem_of(again, 409, "policy_activated")


async def test_a_policy_confirmed_for_a_later_day_waits_for_it(house: House) -> None:
    before = await in_force(house)
    later = local_day(30)
    body = candidate(effective_from=later.isoformat())
    await propose(house, body)
    confirmed = (await confirm(house, hash_of(body))).json()
    assert (confirmed["status"], confirmed["in_force"], confirmed["in_force_from"]) == (
        "active", False, later.isoformat(),
    )  # fmt: skip
    assert await in_force(house) == before
    house.ahead = timedelta(days=31)
    assert await in_force(house) == hash_of(body)


async def test_what_is_published_after_an_activation_does_not_come_into_force(house: House) -> None:
    body = candidate(effective_from="2026-01-01")
    await propose(house, body)
    await confirm(house, hash_of(body))
    newer = from_data(candidate(effective_from=local_day().isoformat())["policy"])
    async with house.engine.begin() as connection:
        assert await connection.run_sync(publish, newer)
    assert await in_force(house) == hash_of(body)


async def test_a_policy_whose_case_fails_is_neither_proposed_nor_confirmed(common_house: House) -> None:
    body = candidate()
    body["policy"]["rules"]["E02"]["months"] = 36
    problem = problem_of(await propose(common_house, body), 422, "policy_case_fails")
    assert problem["params"]["about"] in ("E02", "eligibility") and problem["params"]["case"] in problem["detail"]
    unshown = problem_of(await propose(common_house, {**candidate(), "cases": {}}), 422, "policy_rule_unshown")
    assert unshown["params"]["rules"] == sorted(body["policy"]["rules"])
    body = candidate()
    body["policy"]["rules"]["E99"] = body["policy"]["rules"]["E09"]
    unwritten = problem_of(await propose(common_house, body), 422, "policy_rule_unwritten")
    assert unwritten["params"] == {"rules": ["E99"]}
    nothing = await common_house.sql("SELECT 1 FROM policy_proposal WHERE hash = :hash", hash=hash_of(body))
    assert nothing == []
    problem_of(await confirm(common_house, hash_of(body)), 409, "policy_not_proposed")
    refused = await common_house.sql("SELECT code FROM refused_attempt WHERE act = 'propose_policy'")
    assert {r.code for r in refused} >= {"policy_case_fails", "policy_rule_unshown", "policy_rule_unwritten"}


async def test_the_text_sent_is_the_one_addressed_and_a_fault_names_its_place(common_house: House) -> None:
    body = candidate()
    other = problem_of(await propose(common_house, body, named="0" * 64), 422, "policy_hash_differs")
    assert other["params"]["found"] == hash_of(body)
    named = hash_of(body)
    body["policy"]["board"]["quorum"] = 0
    faults = problem_of(await propose(common_house, body, named=named), 422, "invalid_request")["errors"]
    assert [(f["pointer"], f["code"]) for f in faults] == [("/policy/board/quorum", "greater_than_equal")]


async def test_the_same_key_is_answered_and_another_proposal_is_refused(common_house: House) -> None:
    body = candidate()
    first = await propose(common_house, body, key="once")
    again = await propose(common_house, body, key="once")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true" and again.json() == first.json()
    other = await propose(common_house, {**body, "reason": "Alasan lain"}, key="once")
    problem_of(other, 422, "idempotency_key_reused")
    problem_of(await propose(common_house, body, "hr_head"), 409, "policy_proposed")
    done = await confirm(common_house, hash_of(body), key="word")
    resent = await confirm(common_house, hash_of(body), key="word")
    assert (done.status_code, resent.json()) == (201, done.json())
    [count] = await common_house.sql("SELECT count(*) AS n FROM policy_proposal WHERE hash = :h", h=hash_of(body))
    assert count.n == 1


async def test_only_hr_acts_and_everybody_may_read(common_house: House) -> None:
    body = candidate()
    problem_of(await propose(common_house, body, "auditor"), 403, "not_authorised")
    problem_of(await confirm(common_house, hash_of(body), "governor"), 403, "not_authorised")
    listed = (await common_house.get("/policies", "cast:lateral_pass"))["items"]
    assert {"published"} <= {p["status"] for p in listed}


@pytest.fixture
def proposals(postgres: Postgres, empty_database: str) -> Iterator[Any]:
    engine = owner_engine(empty_database)
    with engine.connect() as connection:
        connection.execute(
            text("""
                INSERT INTO policy_confirmation (hash, reason, confirmed_by, in_force_from, command_id, at)
                VALUES ('h', 'r', 'p', :day, 'c', now())
            """),
            {"day": date(2026, 1, 1)},
        )
        yield connection
    engine.dispose()


@pytest.mark.parametrize("change", ["UPDATE policy_confirmation SET reason = 'x'", "DELETE FROM policy_confirmation"])
def test_what_was_confirmed_is_never_changed_not_by_the_owner_either(proposals: Any, change: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        proposals.execute(text(change))
