"""How the reconciler is put together from the settings, for the worker and the command line."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.reconciling import Reconciler
from activities.upkeep import Upkeep
from runtime import keys, proof_log, temporal
from runtime.settings import Settings, required
from store.archive import Archive
from store.engine import app_engine
from workflows import contract

CONNECTIONS = 10
"""Connections of the register that a round of the reconciler may take at once."""


def upkeep(settings: Settings, engine: AsyncEngine, client: Client, queue: str) -> Upkeep:
    """Upkeep of the settings."""
    archive = Archive(keys.document_keys(settings))
    return Upkeep(engine, client, queue, proof_log.sequencer(settings, engine), archive, settings.archive_days)


async def keep(client: Client, queue: str) -> None:
    """See to it that the workflow runs that looks every hour; one that runs already is left alone."""
    await client.start_workflow(
        contract.UPKEEP_WORKFLOW,
        id=contract.UPKEEP_ID,
        task_queue=queue,
        task_timeout=contract.TASK_TIMEOUT,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


async def reconcile(settings: Settings, dry_run: bool) -> dict[str, Any]:
    """Hold register and engine against each other now; unless it is only to look, incidents are opened.

    Raises `NobodyAnswers` when no worker runs.
    """
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=CONNECTIONS)
    try:
        reconciler = Reconciler(engine, await temporal.connect(settings), contract.TASK_QUEUE, settings.archive_days)
        now = datetime.now(UTC)
        if dry_run:
            done, found = None, await reconciler.find(now)
        else:
            done, found = await reconciler.reconcile(now)
    finally:
        await engine.dispose()
    return {
        "cases": found.cases,
        "workflows": found.workflows,
        "opened": done.opened if done else None,
        "gone": done.gone if done else None,
        "drift": [{**d._asdict(), "case": d.case_id} for d in found.drifts],
    }
