"""Drills of the transparency log: its keeper dies; a worker starts on a register that is not the one it was."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from proof.checkpoint import Checkpoint, sign
from runtime import proof_log
from runtime.settings import Settings
from store.log_audit import audit
from tests.drills.processes import WorkerProcess
from tests.house import CaseFile, House, eventually, read_cast
from tests.house import house as open_house
from workflows import contract


@pytest.fixture
async def bare_house(
    temporal_env: WorkflowEnvironment, database: str, home: Path, demo_directory: Path
) -> AsyncIterator[House]:
    """A house where nobody works until the drill starts a worker; the log's workflow begins and ends with it."""
    log = temporal_env.client.get_workflow_handle(contract.LOG_ID)
    with suppress(RPCError):
        await log.terminate("another drill")
    async with open_house(temporal_env, database, home, read_cast(demo_directory), queue=contract.TASK_QUEUE) as opened:
        yield opened
        for case in opened.opened:
            await case.stop()
    with suppress(RPCError):
        await log.terminate("the drill is over")


async def test_a_keeper_killed_before_it_commits_leaves_nothing_out(bare_house: House, home: Path) -> None:
    """The worker opens the log, and dies with the first entries: another gives every entry its place, once."""
    async with WorkerProcess(bare_house, home, "log.before_commit:2") as worker:
        case = await patiently_opened(bare_house)
        await case.patient_walk(to="awaiting_briefing")

        async def placed() -> bool:
            [row] = await bare_house.sql(
                "SELECT (SELECT count(*) FROM log_leaf WHERE kind = 'entry') AS leaves, count(*) AS entries FROM ledger"
            )
            return bool(worker.deaths) and row.leaves == row.entries

        await eventually(placed, within=60)
    report = await audit(bare_house.engine, datetime.now(UTC))
    assert report.faults == [] and report.entries == len(await case.events())


async def patiently_opened(house: House) -> CaseFile:
    """Opened as a person does it who gets no answer: again with the same key."""

    async def opened() -> CaseFile | None:
        answer = await house.try_open("lateral_pass", key="patience")
        assert answer.status_code in (201, 503), answer.text
        return CaseFile(house, answer.json(), "cast:lateral_pass") if answer.status_code == 201 else None

    case: CaseFile = await eventually(opened, within=60)
    house.opened.append(case)
    return case


async def test_a_worker_does_not_start_on_a_register_that_is_behind(
    bare_house: House, home: Path, tmp_path: Path
) -> None:
    """Until somebody says by name and reason that he knows."""
    ahead = Checkpoint("mutasi.example.test/log", 1000, b"\x01" * 32)
    (tmp_path / "kept.checkpoint").write_text(str(sign(ahead, b"\x02" * 32)))
    settings = Settings(  # type: ignore[call-arg]
        MUTASI_HOME=home, DATABASE_URL=bare_house.url, MUTASI_PROOF_DROP=tmp_path
    )
    environment = WorkerProcess(bare_house, home).environment | {"MUTASI_PROOF_DROP": str(tmp_path)}
    refused = subprocess.run(  # noqa: ASYNC221  (it ends by itself)
        [sys.executable, "-m", "worker"], env=environment, capture_output=True, text=True, timeout=60
    )
    assert refused.returncode == 3 and "worker.refused" in refused.stderr and "size 1000" in refused.stderr
    assert [h.size for h in await proof_log.acknowledge(settings, "Andi", "Cadangan dipulihkan")] == [1000]
    with pytest.raises(proof_log.NothingToAcknowledge):
        await proof_log.acknowledge(settings, "Andi", "Lagi")
    await proof_log.proof_log(settings, bare_house.engine).guard()
    assert (await proof_log.status(settings))["not_continued"] == []
