"""A request that got no answer is asked again with the same key: it is answered, never carried out twice.

Each test has somebody of the cast to itself.
"""

import asyncio
from typing import Any, NamedTuple

import httpx

from tests.api.answers import problem_of
from tests.house import BACKFILL, OFF_LIST, CaseFile, House, today

SAID = {"backfill": BACKFILL, "off_list_reason": OFF_LIST}


class Trace(NamedTuple):
    """How much was ever written about a case."""

    entries: int
    commands: int
    refusals: int


async def _trace(house: House, case: str) -> Trace:
    [row] = await house.sql(
        "SELECT (SELECT count(*) FROM ledger WHERE case_id = :case) AS entries,"
        " (SELECT count(*) FROM command WHERE case_id = :case) AS commands,"
        " (SELECT count(*) FROM refused_attempt WHERE case_id = :case) AS refusals",
        case=case,
    )
    return Trace(*row)


def _replayed(answer: httpx.Response) -> bool:
    assert answer.status_code in (200, 201), answer.text
    return answer.headers.get("idempotent-replayed") == "true"


async def test_the_same_key_opens_one_case_and_finds_it_again_until_long_after(common_house: House) -> None:
    first = await common_house.try_open("lateral_pass", key="opening")
    assert not _replayed(first)
    case = CaseFile(common_house, first.json(), "cast:lateral_pass")

    async def again() -> dict[str, Any]:
        before = await _trace(common_house, case.id)
        answer = await common_house.try_open("lateral_pass", key="opening")
        assert answer.status_code == 201
        assert _replayed(answer)
        assert answer.headers["location"] == first.headers["location"] == f"/api/v1/cases/{case.id}"
        assert await _trace(common_house, case.id) == before, "not judged again"
        found: dict[str, Any] = answer.json()
        return found

    assert (await again())["id"] == case.id
    await case.walk(to="awaiting_response")
    assert (await again())["status"] == "awaiting_response"
    await case.act("cancel", "hr_officer", reason="Tidak jadi")
    assert (await again())["stage"] == "closed"


async def test_an_act_sent_again_is_answered_though_the_case_moved_on(common_house: House) -> None:
    """The key is looked up before the version: a resend is no stale decision."""
    case = await common_house.open("finance_to_bapenda")
    old = case.state["version"]
    first = await case.try_act("confirm_need", "hr_officer", key="need", version=old, **SAID)
    assert not _replayed(first)
    await case.look()
    await case.walk(to="awaiting_verification")
    before = await _trace(common_house, case.id)
    late = await case.try_act("confirm_need", "hr_officer", key="need", version=old, **SAID)
    assert _replayed(late)
    assert late.json()["status"] == "awaiting_verification"
    assert late.headers["etag"] == f'"{case.state["version"]}"'
    await case.act("cancel", "hr_officer", reason="Tidak jadi")
    closed = await case.try_act("confirm_need", "hr_officer", key="need", version=old, **SAID)
    assert _replayed(closed)
    assert (await _trace(common_house, case.id)).refusals == before.refusals


async def test_the_same_key_for_something_else_is_refused(common_house: House) -> None:
    opened = await common_house.try_open("health_emergency", key="emergency", origin="emergency")
    case = CaseFile(common_house, opened.json(), "cast:health_emergency")
    other = await common_house.try_open("health_emergency", key="emergency", origin="emergency", reason="Lain")
    problem_of(other, 422, "idempotency_key_reused")
    await case.act("comment", "hr_officer", key="word", text="Satu")
    before = await _trace(common_house, case.id)
    await case.refused("comment", "hr_officer", "idempotency_key_reused", 422, key="word", text="Dua")
    await case.refused("hold", "hr_officer", "idempotency_key_reused", 422, key="word", ground="other", reference="x")
    after = await _trace(common_house, case.id)
    assert after == before._replace(refusals=before.refusals + 2), "two attempts more, and nothing else"


async def test_a_key_is_its_owners_and_its_cases(common_house: House) -> None:
    one, other = await common_house.open("chain_1"), await common_house.open("chain_2")
    for case in (one, other):
        for by in ("hr_officer", "hr_head"):
            answer = await case.try_act("comment", by, key="1", text=f"Kata {by}")
            assert not _replayed(answer)
        said = [e["data"]["text"] for e in await case.events() if e["type"] == "comment_made"]
        assert said == ["Kata hr_officer", "Kata hr_head"]


async def test_identical_requests_at_once_are_carried_out_once(common_house: House) -> None:
    openings = [common_house.try_open("it_self_nomination", key="storm") for _ in range(6)]
    answers = await asyncio.gather(*openings)
    assert {a.status_code for a in answers} == {201}
    [state] = {a.json()["id"]: a.json() for a in answers}.values()
    case = CaseFile(common_house, state, "cast:it_self_nomination")
    assert [e["type"] for e in await case.events()].count("case_opened") == 1
    acts = [case.try_act("confirm_need", "hr_officer", key="storm", backfill=BACKFILL) for _ in range(6)]
    assert {a.status_code for a in await asyncio.gather(*acts)} == {200}
    assert (await case.types()).count("need_confirmed") == 1
    trace = await _trace(common_house, case.id)
    assert (trace.commands, trace.refusals) == (2, 0)


async def test_of_two_bodies_at_once_under_one_key_one_is_carried_out(common_house: House) -> None:
    case = await common_house.open("near_retirement", reason="Rotasi")
    words = [case.try_act("comment", "hr_officer", key="at once", text=f"Kata {n}") for n in range(4)]
    answers = await asyncio.gather(*words)
    assert sorted(a.status_code for a in answers) == [200, 422, 422, 422]
    for answer in answers:
        if answer.is_error:
            problem_of(answer, 422, "idempotency_key_reused")
    assert (await case.types()).count("comment_made") == 1


async def test_a_refused_request_is_judged_again_under_its_key(common_house: House) -> None:
    """A refusal is no answer to keep: asked again when the time has come, the same request is carried out."""
    case = await common_house.open("spouse_of_official")
    briefing = {"held_on": today(), "channel": "tatap muka", "audience": ["employee"], "key": "briefing"}
    for tries in (1, 2):
        await case.refused("record_briefing", "hr_officer", "act_not_open", 409, **briefing)
        assert (await _trace(common_house, case.id)).refusals == tries
    await case.walk(to="awaiting_briefing")
    done = await case.try_act("record_briefing", "hr_officer", **briefing)
    assert not _replayed(done)
    assert done.json()["status"] == "awaiting_acknowledgement"
    assert _replayed(await case.try_act("record_briefing", "hr_officer", **briefing))
    assert (await case.types()).count("briefing_recorded") == 1
    case.state = done.json()
    await case.refused(
        "record_briefing", "hr_officer", "idempotency_key_reused", 422, **{**briefing, "channel": "surat"}
    )


async def test_a_refused_opening_is_judged_again_under_its_key(common_house: House) -> None:
    first = await common_house.try_open("chain_3", key="later", position_code="DISKOMINFO-S1-01")
    problem_of(first, 409, "same_post")
    again = await common_house.try_open("chain_3", key="later")
    assert again.status_code == 201, "nothing was carried out under the key, so it is free"
    assert not _replayed(again)


async def test_two_openings_at_once_for_one_person_make_one_case(common_house: House) -> None:
    answers = await asyncio.gather(*(common_house.try_open("swap_1", key=f"key {n}") for n in range(2)))
    assert sorted(a.status_code for a in answers) == [201, 409]
    [refused] = [a for a in answers if a.is_error]
    problem_of(refused, 409, "open_case_exists")
    nip = common_house.cast["swap_1"]["nip"]
    assert len((await common_house.get("/cases", q=nip))["items"]) == 1
