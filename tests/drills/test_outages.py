"""Outages: the register or the engine is away for a while. Nothing is lost, nothing doubled, nobody is lied to."""

import asyncio
import signal
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.testing import WorkflowEnvironment

from domain.protocol import Envelope
from runtime import servers
from runtime.settings import Settings
from runtime.temporal import connect
from store.engine import owner_engine
from store.migrate import migrate
from tests.conftest import fill_with_demo
from tests.house import CaseFile, House, eventually, read_cast
from tests.house import house as open_house
from tests.order import the_house_is_in_order
from workflows import contract


@pytest.fixture
async def frail_register(
    temporal_env: WorkflowEnvironment, server_home: Path, home: Path, demo_directory: Path
) -> AsyncIterator[tuple[House, servers.Postgres, Callable[[], servers.Postgres]]]:
    """A house whose PostgreSQL is its own and can be stopped and started."""
    server = servers.Postgres(server_home / "pg")
    server.create("mutasi")
    engine = owner_engine(server.url("mutasi"))
    migrate(engine)
    engine.dispose()
    fill_with_demo(server.url("mutasi"), demo_directory)
    url = server.url("mutasi", "mutasi_app")
    async with open_house(temporal_env, url, home, read_cast(demo_directory)) as opened:
        yield opened, server, lambda: servers.Postgres(server_home / "pg")
        await the_house_is_in_order(opened)
    servers.Postgres(server_home / "pg").stop()


async def test_the_register_is_away_for_a_while(
    frail_register: tuple[House, servers.Postgres, Callable[[], servers.Postgres]],
) -> None:
    """An act handed in while PostgreSQL is down is entered when it is back, once; the caller is told to ask again."""
    house, server, again = frail_register
    case = await house.open("lateral_pass")
    envelope = await _handed_in(house, case, "confirm_need", "hr_officer")
    server.stop()
    answer = await house.request("GET", f"/cases/{case.id}", "hr_officer")
    assert (answer.status_code, answer.json()["code"]) == (503, "register_unavailable")
    assert answer.headers["Retry-After"]
    handing_in = asyncio.create_task(house.desk.act(case.id, envelope, house.now))
    await asyncio.sleep(1)
    again()
    snapshot = await handing_in
    assert snapshot.status == "awaiting_response"
    assert (await house.desk.act(case.id, envelope, house.now)).seq == snapshot.seq
    assert Counter(await case.types())["need_confirmed"] == 1


async def _handed_in(house: House, case: CaseFile, act: str, who: str) -> Envelope:
    """A command as the API hands it to the desk."""
    person = await house.person(who)
    return Envelope(
        id=uuid.uuid4().hex, kind=act, actor=person, expected_version=case.state["version"], fingerprint="x"
    )


class Engine:
    """A Temporal server of its own, with a file store, that can be killed and started again."""

    def __init__(self, directory: Path) -> None:
        self.port, self._ui = servers.free_port(), servers.free_port()
        self._directory = directory
        self.start()

    def start(self) -> None:
        self.process = servers.start_temporal(self._directory, self.port, self._ui, self._directory / "log")
        servers.wait_until_answers(self.port, self.process)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
async def frail_engine(
    tmp_path: Path, database: str, home: Path, demo_directory: Path
) -> AsyncIterator[tuple[House, Engine]]:
    """A house whose Temporal server is its own."""
    (tmp_path / "temporal").mkdir()
    engine = Engine(tmp_path / "temporal")
    settings = Settings(MUTASI_HOME=home, TEMPORAL_ADDRESS=f"127.0.0.1:{engine.port}")  # type: ignore[call-arg]
    client = await connect(settings)
    # The house asks its environment for a client, and here for nothing else.
    env = cast(WorkflowEnvironment, SimpleNamespace(client=client))
    async with open_house(env, database, home, read_cast(demo_directory)) as opened:
        yield opened, engine
        await the_house_is_in_order(opened)
    engine.kill()


async def test_the_engine_is_away_for_a_while(frail_engine: tuple[House, Engine]) -> None:
    """Reading goes on; an act is neither lost nor called failed; the same key asks again and is answered once."""
    house, engine = frail_engine
    case = await house.open("lateral_pass")
    engine.kill()
    assert (await case.look())["status"] == "awaiting_confirmation"
    key = uuid.uuid4().hex
    away = await case.try_act("confirm_need", "hr_officer", key=key)
    assert (away.status_code, away.json()["code"]) == (503, "engine_unavailable")
    assert away.headers["Retry-After"]
    engine.start()

    async def answered() -> Any:
        answer = await case.try_act("confirm_need", "hr_officer", key=key)
        return answer if answer.status_code == 200 else None

    answer = await eventually(answered, within=40)
    assert answer.json()["status"] == "awaiting_response"
    assert Counter(await case.types())["need_confirmed"] == 1


async def test_a_workflow_that_the_engine_lost_is_founded_again_by_the_next_act(house: House) -> None:
    """Deleted from Temporal, the case goes on from the register, its clock included."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_response")
    await _delete(house, case)
    await case.act("respond", "cast:lateral_pass", answer="accept")
    await case.walk(to="awaiting_acknowledgement")
    await case.past_due()
    assert case.where == ("approval", "awaiting_verification")
    assert Counter(await case.types())["response_given"] == 1


async def test_a_lost_workflow_is_founded_again_without_an_act(house: House) -> None:
    """Nobody acts, yet silence must be noticed: `mutasi refound` gives the case its clock back."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_response")
    await _delete(house, case)
    assert await house.desk.refound(case.id, house.now)
    await case.past_due()
    assert case.where == ("socialisation", "awaiting_briefing")
    assert "employee_silent" in case.state["flags"]


async def _delete(house: House, case: CaseFile) -> None:
    await house.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=house.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=contract.workflow_id(case.id)),
        )
    )

    async def gone() -> bool:
        try:
            await case.workflow.describe()
        except Exception as error:
            return "not found" in str(error).lower()
        return False

    await eventually(gone)


async def test_a_workflow_that_is_reset_does_nothing_twice(house: House) -> None:
    """An operator resets the workflow to its beginning: the register knows what was done, and the case goes on."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_briefing")
    before = await case.types()
    await case.reset_to_beginning()
    await case.walk(to="awaiting_verification")
    after = await case.types()
    assert after[: len(before)] == before
    assert Counter(after)["need_confirmed"] == 1
