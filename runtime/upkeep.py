"""Upkeep by hand: rebuild the read model, replay histories, found lost workflows again."""

import gzip
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer, WorkflowReplayResult

from api.desk import Desk
from runtime import temporal
from runtime.settings import Settings, required
from store import rebuild as rebuilding
from store.engine import app_engine
from worker import WORKFLOWS
from workflows import contract

RUNNING = f"WorkflowType = '{contract.WORKFLOW}' AND ExecutionStatus = 'Running'"

_OPEN = text("SELECT case_id FROM docket WHERE stage <> 'closed' ORDER BY case_id")


async def rebuild(settings: Settings, apply: bool, progress: Callable[[int, int], None] | None) -> rebuilding.Report:
    """Fold the ledger and compare it with the read model."""
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=2)
    try:
        return await rebuilding.rebuild(engine, apply, progress)
    finally:
        await engine.dispose()


async def replay(settings: Settings, directory: Path | None) -> dict[str, Any]:
    """Replay recorded histories, or all open workflows; what no longer replays is named."""
    converter = temporal.data_converter(settings)
    histories = recorded(directory) if directory else _open_histories(await temporal.connect(settings))
    replayer = Replayer(workflows=WORKFLOWS, data_converter=converter)
    done, failed = 0, []
    async with replayer.workflow_replay_iterator(histories) as results:
        async for result in results:
            done += 1
            if result.replay_failure:
                failed.append(_failure(result))
    return {"replayed": done, "failed": failed}


def _failure(result: WorkflowReplayResult) -> dict[str, str]:
    return {"workflow": result.history.workflow_id, "error": str(result.replay_failure)}


class NoHistory(Exception):
    """What was to be replayed holds no history, or something else: nothing replayed is not all well."""


async def recorded(directory: Path) -> AsyncIterator[WorkflowHistory]:
    """The histories of a directory, as `temporal workflow show --output json` and our recorder write them."""
    files = sorted(directory.glob("**/*.json*"))  # noqa: ASYNC240  (a tool reading its input)
    if not files:
        raise NoHistory(f"{directory} holds no recorded history (*.json, *.json.gz)")
    for file in files:
        try:
            raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
            history = WorkflowHistory.from_json(f"{file.parent.name}/{file.name.partition('.')[0]}", raw.decode())
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as fault:
            raise NoHistory(f"{file} is not a recorded history: {type(fault).__name__}") from fault
        yield history


async def _open_histories(client: Client) -> AsyncIterator[WorkflowHistory]:
    async for execution in client.list_workflows(RUNNING):
        yield await client.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history()


async def refound(settings: Settings) -> dict[str, Any]:
    """Found the workflows of open cases again that do not run, so that their clocks go on."""
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=2)
    client = await temporal.connect(settings)
    desk = Desk(client, engine)
    try:
        async with engine.connect() as connection:
            cases = [str(c) for c in (await connection.execute(_OPEN)).scalars()]
        running = {e.id async for e in client.list_workflows(RUNNING)}
        lost = [c for c in cases if contract.workflow_id(c) not in running]
        now = datetime.now(UTC)
        return {"open": len(cases), "refounded": [c for c in lost if await desk.refound(c, now)]}
    finally:
        await engine.dispose()
