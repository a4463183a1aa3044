"""Several people at once: one is first, the others hear what happened, and nothing happens twice."""

import asyncio
import uuid
from collections import Counter
from typing import Any

import httpx

from tests.api.answers import problem_of
from tests.house import BACKFILL, SAID, CaseFile, House

SEAT = "BAPENDA-B4-02"
"""A post of one seat, vacant, that people of the same title elsewhere qualify for."""


def _outcome(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


async def test_three_members_of_the_board_vote_at_once_and_one_vote_is_enough(common_house: House) -> None:
    """Quorum one: the consideration is complete with the first vote. Nothing advances twice, nothing locks."""
    case = await common_house.open("lateral_pass")
    await case.walk(to="awaiting_consideration")
    verifier = await common_house.person("hr_head")
    members = await common_house.sql(
        "SELECT p.nip FROM office o JOIN person p ON p.id = o.person_id WHERE o.office = 'board_member'"
        " AND o.superseded_at IS NULL AND p.id <> :verifier ORDER BY o.id LIMIT 3",
        verifier=verifier,
    )
    votes = [case.try_act("consider", f"board_member:{m.nip}", recommendation="recommend") for m in members]
    answers = await asyncio.gather(*votes)
    assert Counter(_outcome(a) for a in answers) == {(200, None): 1, (409, "act_not_open"): 2}
    types = await case.types()
    assert (types.count("board_voted"), types.count("board_considered")) == (1, 1)
    assert len((await common_house.get(f"/cases/{case.id}/attempts", "auditor"))["items"]) == 2


async def test_two_officers_confirm_a_need_at_once(common_house: House) -> None:
    case = await common_house.open("it_self_nomination", origin="own_request")
    officers = ("hr_officer", "hr_head")
    answers = await asyncio.gather(*(case.try_act("confirm_need", by, backfill=BACKFILL) for by in officers))
    assert Counter(_outcome(a) for a in answers) == {(200, None): 1, (409, "act_not_open"): 1}
    assert (await case.types()).count("need_confirmed") == 1


async def test_the_employee_withdraws_while_the_governor_approves(common_house: House) -> None:
    """Whoever is second decided on a case that is no longer what he saw."""
    case = await common_house.open("finance_to_bapenda", origin="own_request")
    await case.walk(to="awaiting_decision")
    answers = await asyncio.gather(
        case.try_act("withdraw", "cast:finance_to_bapenda"), case.try_act("decide", "governor", decision="approve")
    )
    assert sorted(a.status_code for a in answers)[0] == 200
    [second] = [a for a in answers if a.is_error]
    assert _outcome(second) in ((409, "case_closed"), (412, "stale_version"))
    withdrawn = answers[0].is_success
    assert (await case.look())["outcome"] == ("withdrawn" if withdrawn else None)
    assert case.state["seat_held"] is not withdrawn


async def test_two_officers_open_a_case_for_one_person_at_once(common_house: House) -> None:
    answers = await asyncio.gather(
        *(common_house.try_open("health_emergency", by, origin="emergency") for by in ("hr_officer", "hr_head"))
    )
    assert sorted(a.status_code for a in answers) == [201, 409]
    problem_of(next(a for a in answers if a.is_error), 409, "open_case_exists")


async def _candidates(house: House, wanted: int) -> list[str]:
    """NIPs of people elsewhere whom nothing would keep from the seat."""
    rows = await house.sql(
        "SELECT p.nip FROM occupancy o JOIN position q ON q.code = o.position_code AND q.superseded_at IS NULL"
        " JOIN position t ON t.title = q.title AND t.code = :seat AND t.superseded_at IS NULL"
        " JOIN person p ON p.id = o.person_id WHERE o.superseded_at IS NULL AND o.kind = 'incumbent'"
        " AND p.nip <> ALL(:cast) ORDER BY p.nip",
        seat=SEAT,
        cast=[m["nip"] for m in house.cast.values()],
    )
    found: list[str] = []
    for row in rows:
        body = {"nip": row.nip, "position_code": SEAT}
        if (await house.request("POST", "/cases/preview", "hr_officer", json=body)).json()["eligible"]:
            found.append(row.nip)
        if len(found) == wanted:
            return found
    raise AssertionError(f"the province has only {len(found)} candidates for {SEAT}")


async def _held(house: House) -> list[Any]:
    return await house.sql(
        "SELECT case_id FROM occupancy WHERE position_code = :seat AND kind = 'hold' AND superseded_at IS NULL",
        seat=SEAT,
    )


async def test_ten_cases_race_for_one_seat_and_one_holds_it(common_house: House) -> None:
    """And when the winner leaves, the nine race again for what he left."""

    async def open_for(nip: str) -> CaseFile:
        body = {"nip": nip, "position_code": SEAT, "reason": "Rotasi"}
        answer = await common_house.request(
            "POST", "/cases", "hr_officer", json=body, headers={"Idempotency-Key": uuid.uuid4().hex}
        )
        assert answer.status_code == 201, answer.text
        return CaseFile(common_house, answer.json(), nip)

    cases = await asyncio.gather(*(open_for(nip) for nip in await _candidates(common_house, 10)))
    assert Counter(c.state["status"] for c in cases) == {"awaiting_confirmation": 1, "no_vacancy": 9}
    [winner] = [c for c in cases if c.state["seat_held"]]
    assert [h.case_id for h in await _held(common_house)] == [winner.id]
    await winner.act("cancel", "hr_officer", reason="Tidak jadi")
    assert await _held(common_house) == []
    losers = [c for c in cases if c is not winner]
    answers = await asyncio.gather(*(c.try_act("confirm_need", "hr_officer", **SAID) for c in losers))
    outcomes = Counter(a.status_code for a in answers)
    assert outcomes == {200: 1, 409: 8}
    assert {a.json()["code"] for a in answers if a.is_error} <= {"line_ahead", "seat_held", "seat_taken"}
    [heir] = [c for c, a in zip(losers, answers, strict=True) if a.is_success]
    assert [h.case_id for h in await _held(common_house)] == [heir.id]


async def test_more_readers_than_connections_take_turns(common_house: House) -> None:
    """A request that held a connection while it waited for a second would stop them all."""
    asking = (common_house.request("GET", "/cases", "hr_officer") for _ in range(40))
    answers = await asyncio.wait_for(asyncio.gather(*asking), 15)
    assert {a.status_code for a in answers} == {200}
