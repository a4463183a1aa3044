"""The worker's composition root: commits and posts for the workflows of all cases. Any number may run side by side."""

import asyncio
import signal

import structlog
import uvloop
from temporalio.client import Client
from temporalio.worker import Worker

from activities.ledger import Ledger
from activities.notices import Notices
from runtime import logs, temporal, worker_health
from runtime.leaving import leave
from runtime.mail import postman
from runtime.settings import Settings, required
from store.commit import Register
from store.engine import app_engine
from workflows import contract
from workflows.mutation import MutationWorkflow

COMMITS_AT_ONCE = 12
"""Commits a worker carries out side by side: as many as it has connections, so that none waits for another's."""
POSTS_AT_ONCE = 4

log = structlog.get_logger("mutasi.worker")


def build(
    client: Client, ledger: Ledger, notices: Notices, queue: str = contract.TASK_QUEUE, cached: int = 1000
) -> Worker:
    """A worker for one queue. `cached` is how many open cases it keeps in memory between their acts."""
    return Worker(
        client,
        task_queue=queue,
        workflows=[MutationWorkflow],
        activities=[ledger.commit, notices.deliver],
        max_cached_workflows=cached,
        max_concurrent_local_activities=COMMITS_AT_ONCE,
        max_concurrent_activities=POSTS_AT_ONCE,
        sticky_queue_schedule_to_start_timeout=contract.TASK_TIMEOUT,
        graceful_shutdown_timeout=contract.GRACE,
    )


async def run(settings: Settings) -> None:
    """Serve until a signal asks to stop; acts under way are finished first."""
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), COMMITS_AT_ONCE + POSTS_AT_ONCE)
    client = await temporal.connect(settings, identity="mutasi-worker")
    await temporal.prepare_namespace(client, settings.retention_days)
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    worker = build(client, Ledger(Register(engine)), Notices(engine, postman(settings)))
    async with worker, worker_health.serving(settings.api_host, settings.worker_port, worker, client, engine):
        log.info("worker.ready", queue=contract.TASK_QUEUE)
        await stop.wait()
        log.info("worker.stopping")
    await engine.dispose()


def main() -> None:
    settings = Settings().with_instance()
    logs.configure(settings.log_format, settings.log_level, "worker")
    uvloop.run(run(settings))


if __name__ == "__main__":
    main()
    leave(0)
