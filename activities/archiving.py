"""Archiving the engine's histories before its retention deletes them: a sweep over the runs that ended.

A sweep may be repeated, and die anywhere: the history is stored first and named in the ledger then, each once.
"""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.calls import ANSWER_WITHIN
from domain.case import CLOCK
from domain.protocol import Attempt, Envelope, Snapshot
from store import cases
from store.archive import COMMAND, Archive, Ended, Kept, named_runs
from store.commit import Register
from store.failpoint import failpoint
from workflows import contract
from workflows.contract import Archived

log = structlog.get_logger("mutasi.archiving")


class Archiver:
    """Sweeps one queue of the engine into the archive of one register."""

    def __init__(self, engine: AsyncEngine, client: Client, queue: str, archive: Archive) -> None:
        self._engine = engine
        self._client = client
        self._queue = queue
        self._archive = archive
        self._register = Register(engine)

    async def sweep(self, now: datetime) -> Archived:
        """Archive every run of a case that ended and is not archived yet. A refused opening left no case."""
        async with self._engine.connect() as connection:
            known = await named_runs(connection)
        query = f"WorkflowType = '{contract.WORKFLOW}' AND ExecutionStatus != 'Running' AND TaskQueue = '{self._queue}'"
        done = left = 0
        async for execution in self._client.list_workflows(query):
            if execution.run_id in known:
                continue
            outcome = await self._one(execution, now)
            done += outcome is True
            left += outcome is False
        return Archived(archived=done, left=left)

    async def _one(self, execution: WorkflowExecution, now: datetime) -> bool | None:
        """Archive one run: done, left for the next sweep, or none of ours."""
        case_id = contract.case_of(execution.id)
        async with self._engine.connect() as connection:
            standing = await cases.version_of(connection, case_id)
        if standing is None:
            return None
        ended = await self._ended(execution, case_id)
        async with self._engine.begin() as connection:
            kept = await self._archive.keep(connection, ended, now)
        failpoint("archive.after_keep")
        named = await self._named(ended, kept, standing, now)
        log.info("history.archived" if named else "history.postponed", case=case_id, run=ended.run_id)
        return named

    async def _ended(self, execution: WorkflowExecution, case_id: str) -> Ended:
        handle = self._client.get_workflow_handle(execution.id, run_id=execution.run_id)
        history = await handle.fetch_history()
        return Ended(
            case_id=case_id,
            run_id=execution.run_id,
            status=execution.status.name.lower() if execution.status else "unknown",
            started_at=execution.start_time,
            ended_at=execution.close_time or execution.start_time,
            events=len(history.events),
            content=history.to_json().encode(),
        )

    async def _named(self, ended: Ended, kept: Kept, standing: Snapshot, now: datetime) -> bool:
        """Name the history in the ledger of its case: through its workflow, or, when the case is over, at once."""
        body = {"run": ended.run_id, **kept._asdict()}
        envelope = Envelope(id=f"{COMMAND}{ended.run_id}", kind="archive", actor=CLOCK, body=body)
        if not standing.at_rest(now):
            return await self._through_workflow(ended.case_id, envelope)
        attempt = Attempt(
            case_id=ended.case_id,
            expected_seq=standing.seq,
            envelope=envelope,
            at=now,
            workflow_id=contract.UPKEEP_ID,
            run_id=ended.run_id,
        )
        return not (await self._register.commit(attempt)).behind

    async def _through_workflow(self, case_id: str, envelope: Envelope) -> bool:
        handle = self._client.get_workflow_handle(contract.workflow_id(case_id))
        try:
            await handle.execute_update(
                contract.ACT, envelope, id=envelope.id, result_type=Snapshot, rpc_timeout=ANSWER_WITHIN
            )
        except (WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError):
            return False
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False  # the case has no workflow now: the reconciler tells that
        return True
