"""The worker's composition root: commits and posts for the workflows of all cases. Any number may run side by side."""

import asyncio
import signal

import structlog
import uvloop
from temporalio.client import Client
from temporalio.worker import Worker

from activities.ledger import Ledger
from activities.notices import Notices
from activities.proof_log import LogBehind, ProofLog
from activities.upkeep import Upkeep
from proof.note import NoteFault
from runtime import logs, proof_log, reconciling, temporal, worker_health
from runtime.leaving import leave
from runtime.mail import postman
from runtime.settings import Settings, required
from store.commit import Register
from store.engine import app_engine
from workflows import contract
from workflows.mutation import MutationWorkflow
from workflows.proof_log import ProofLogWorkflow
from workflows.upkeep import ErrandWorkflow, UpkeepWorkflow

COMMITS_AT_ONCE = 12
"""Commits a worker carries out side by side: as many as it has connections, so that none waits for another's."""
POSTS_AT_ONCE = 4
LOGS_AT_ONCE = 2
"""One that keeps the transparency log all the time, and one that attests."""
ROUNDS_AT_ONCE = 2
"""One that holds register and engine against each other, and one that carries out what was confirmed."""

WORKFLOWS = [MutationWorkflow, ProofLogWorkflow, UpkeepWorkflow, ErrandWorkflow]
"""Everything that waits; what was recorded of each must replay."""

log = structlog.get_logger("mutasi.worker")


def build(
    client: Client,
    ledger: Ledger,
    notices: Notices,
    kept: ProofLog,
    upkeep: Upkeep,
    queue: str = contract.TASK_QUEUE,
    cached: int = 1000,
) -> Worker:
    """A worker for one queue. `cached` is how many open cases it keeps in memory between their acts."""
    return Worker(
        client,
        task_queue=queue,
        workflows=WORKFLOWS,
        activities=[
            ledger.commit,
            notices.deliver,
            kept.keep,
            kept.attest,
            upkeep.archive,
            upkeep.reconcile,
            upkeep.carry_out,
        ],
        max_cached_workflows=cached,
        max_concurrent_local_activities=COMMITS_AT_ONCE,
        max_concurrent_activities=POSTS_AT_ONCE + LOGS_AT_ONCE + ROUNDS_AT_ONCE,
        sticky_queue_schedule_to_start_timeout=contract.TASK_TIMEOUT,
        graceful_shutdown_timeout=contract.GRACE,
    )


async def run(settings: Settings) -> None:
    """Serve until a signal asks to stop; acts under way are finished first."""
    connections = COMMITS_AT_ONCE + POSTS_AT_ONCE + LOGS_AT_ONCE + reconciling.CONNECTIONS
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), connections)
    kept = proof_log.proof_log(settings, engine)
    try:
        await kept.guard()
    except OSError as error:  # the log waits until it can be compared; cases do not
        log.error("worker.unguarded", error=type(error).__name__, reason=str(error))
    client = await temporal.connect(settings, identity="mutasi-worker")
    await temporal.prepare_namespace(client, settings.retention_days)
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    upkeep = reconciling.upkeep(settings, engine, client, contract.TASK_QUEUE)
    worker = build(client, Ledger(Register(engine)), Notices(engine, postman(settings)), kept, upkeep)
    async with worker, worker_health.serving(settings.api_host, settings.worker_port, worker, client, engine):
        log.info("worker.ready", queue=contract.TASK_QUEUE)
        # Acts that wait are taken up first.
        await proof_log.keep(client, contract.TASK_QUEUE)
        await reconciling.keep(client, contract.TASK_QUEUE)
        await stop.wait()
        log.info("worker.stopping")
    await engine.dispose()


def main() -> None:
    settings = Settings().with_instance()
    logs.configure(settings.log_format, settings.log_level, "worker")
    try:
        uvloop.run(run(settings))
    except (LogBehind, NoteFault) as refused:
        # Nothing is committed to a register that somebody may have put in the place of another.
        log.error("worker.refused", reason=str(refused))
        leave(3)


if __name__ == "__main__":
    main()
    leave(0)
