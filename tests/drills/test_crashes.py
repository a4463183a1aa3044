"""Crash drills: the worker dies at named points. No act is lost, none is done twice, and the caller is answered."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.drills.processes import WorkerProcess, stopwatch
from tests.house import House, eventually, read_cast
from tests.house import house as open_house
from tests.order import the_house_is_in_order
from workflows import contract

MADE_GOOD_WITHIN = 5.0
"""Seconds from the death of a worker to the answer, the start of a new process included (`trust.md` 0.5)."""


@pytest.fixture
async def bare_house(
    temporal_env: WorkflowEnvironment, database: str, home: Path, demo_directory: Path
) -> AsyncIterator[House]:
    """A house where nobody works until the drill starts a worker."""
    cast = read_cast(demo_directory)
    async with open_house(temporal_env, database, home, cast, queue=contract.TASK_QUEUE) as opened:
        yield opened
        await the_house_is_in_order(opened)
        for case in opened.opened:
            await case.stop()


@pytest.mark.parametrize("point", ["commit.before_write", "commit.before_commit", "commit.after_commit"])
@pytest.mark.parametrize("nth", [1, 2])
async def test_a_worker_killed_around_the_commit(bare_house: House, home: Path, point: str, nth: int) -> None:
    """The opening (1) or the act (2) meets a dying worker: answered all the same, entered once."""
    async with WorkerProcess(bare_house, home, f"{point}:{nth}") as worker:
        case = await bare_house.open("lateral_pass")
        await case.act("confirm_need", "hr_officer")
        assert len(worker.deaths) == 1, "the failpoint was passed"
    types = Counter(await case.types())
    assert types == {"case_opened": 1, "evaluation_judged": 1, "need_checked": 1, "seat_held": 1, "need_confirmed": 1}


async def test_a_killed_worker_is_made_good_within_five_seconds(bare_house: House, home: Path) -> None:
    async with WorkerProcess(bare_house, home, "commit.after_commit:2"):
        case = await bare_house.open("lateral_pass")
        with stopwatch() as taken:
            await case.act("confirm_need", "hr_officer")
    assert taken[0] < MADE_GOOD_WITHIN, f"{taken[0]:.1f} s"


@pytest.mark.parametrize("point", ["notice.before_send", "notice.after_send", "notice.after_mark"])
async def test_a_worker_killed_around_a_notice(bare_house: House, home: Path, point: str) -> None:
    """None is lost; a repeat carries the same Message-ID."""
    async with WorkerProcess(bare_house, home, f"{point}:2") as worker:
        case = await bare_house.open("lateral_pass")
        await case.walk(to="awaiting_verification")

        async def all_sent() -> bool:
            states = (await bare_house.get(f"/cases/{case.id}"))["notices"]
            return bool(states.get("sent")) and not states.get("queued") and not states.get("failed")

        await eventually(all_sent, within=40)
        assert len(worker.deaths) == 1, "the failpoint was passed"
    sent = (await bare_house.get(f"/cases/{case.id}"))["notices"]["sent"]
    seen = Counter(m["Message-ID"] for m in bare_house.postbox.mail)
    assert len(seen) == sent
    assert sum(seen.values()) - sent == (1 if point == "notice.after_send" else 0)


async def test_a_worker_killed_after_it_called_the_next_in_line(bare_house: House, home: Path) -> None:
    """The call is carried out again, and tells nobody twice."""
    async with WorkerProcess(bare_house, home, "call.after_ask:1") as worker:
        first = await bare_house.open("spouse_of_official")
        wanted = first.state["to"]["position_code"]
        second = await bare_house.open("finance_to_bapenda", position_code=wanted)
        await first.act("cancel", "hr_officer", reason="Rencana berubah")

        async def called() -> bool:
            calls = await bare_house.sql("SELECT state FROM seat_call")
            return len(worker.deaths) == 1 and [c.state for c in calls] == ["done"]

        await eventually(called, within=60)
    assert (await second.types()).count("seat_came_free") == 1


async def test_kills_at_random_moments_lose_nothing(bare_house: House, home: Path) -> None:
    """Cases are walked while the worker is killed again and again; every act answered is in the ledger once."""
    people = ("lateral_pass", "it_self_nomination", "finance_to_bapenda", "health_emergency")
    async with WorkerProcess(bare_house, home) as worker:
        cases = await asyncio.gather(*(bare_house.open(who) for who in people))

        async def kill_often() -> None:
            for _ in range(5):
                await asyncio.sleep(2.2)
                worker.kill()

        killing = asyncio.create_task(kill_often())
        await asyncio.gather(*(case.patient_walk(to="awaiting_decree") for case in cases))
        await killing
        assert len(worker.deaths) >= 4
    for case in cases:
        counted = Counter(await case.types())
        for once in ("need_confirmed", "response_given", "case_verified", "case_proposed", "decision_made"):
            assert counted[once] == 1, (once, counted)
