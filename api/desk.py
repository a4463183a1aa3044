"""The desk: the only code that calls the engine. It hands commands to a case's workflow and brings back the answer."""

import asyncio
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowFailureError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from api.problems import Problem, Refused
from domain.protocol import Envelope, Snapshot
from domain.refusals import Refusal, RefusalCode, refuse
from runtime import histories
from store import cases
from store.attempts import record_refusal
from workflows import contract
from workflows.contract import Errand

ANSWER_WITHIN = timedelta(seconds=10)
"""How long a caller waits. After that the outcome is unknown, never failed: the same key asks again."""

log = structlog.get_logger("mutasi.desk")


class Desk:
    """Hands in commands."""

    def __init__(
        self, client: Client, engine: AsyncEngine, queue: str = contract.TASK_QUEUE, log_id: str = contract.LOG_ID
    ) -> None:
        self._client = client
        self._engine = engine
        self._queue = queue
        self._log_id = log_id

    async def open(self, case_id: str, envelope: Envelope) -> Snapshot:
        """Open a case: its workflow starts with its first command. Raises `Refused` or `Problem`."""
        return await self._answered(self._with_start(Snapshot(case_id=case_id), envelope))

    async def act(self, case_id: str, envelope: Envelope, now: datetime) -> Snapshot:
        """Hand in an act. A workflow that the engine lost is founded again from the register first."""
        handle = self._client.get_workflow_handle(contract.workflow_id(case_id))
        try:
            return await self._answered(
                handle.execute_update(
                    contract.ACT, envelope, id=envelope.id, result_type=Snapshot, rpc_timeout=ANSWER_WITHIN
                )
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        return await self._refound(case_id, envelope, now)

    async def refound(self, case_id: str, now: datetime) -> bool:
        """Found the workflow of an open case again, if the engine lost it. Whether there was need."""
        snapshot = await self._standing(case_id)
        if snapshot is None or snapshot.at_rest(now):
            return False
        await self._client.start_workflow(
            contract.WORKFLOW,
            snapshot,
            id=contract.workflow_id(case_id),
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            task_timeout=contract.TASK_TIMEOUT,
        )
        return True

    async def send(self, errand: Errand) -> None:
        """Have an errand carried out and wait for it; one that takes longer goes on by itself. Raises `Problem`."""
        try:
            handle = await self._client.start_workflow(
                contract.ERRAND_WORKFLOW,
                errand,
                id=contract.errand_id(errand),
                task_queue=self._queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=contract.TASK_TIMEOUT,
                rpc_timeout=ANSWER_WITHIN,
            )
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                    await handle.result()
        except (RPCError, WorkflowFailureError) as error:
            log.warning("errand.unknown", errand=errand.id, error=type(error).__name__)
            raise Problem("engine_unavailable") from error

    async def reachable(self) -> str:
        """`ok`, or the name of what keeps the engine from being reached."""
        try:
            await self._client.service_client.check_health(timeout=timedelta(seconds=2))
        except RPCError as error:
            return error.status.name.lower()
        return "ok"

    async def runs(self, case_id: str, known: Iterable[str]) -> list[histories.Run]:
        """Every run of a case, those that the ledger knows among them, with its history."""
        try:
            return await histories.runs(self._client, case_id, known)
        except RPCError as error:
            log.warning("engine.unavailable", status=error.status.name)
            raise Problem("engine_unavailable") from error

    async def attest(self) -> None:
        """Have the heads of all cases attested, as who keeps the log does every hour."""
        handle = self._client.get_workflow_handle(self._log_id)
        try:
            await handle.execute_update(contract.ATTEST, rpc_timeout=ANSWER_WITHIN)
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError, WorkflowUpdateFailedError) as error:
            log.warning("log.unavailable", error=type(error).__name__)
            raise Problem("engine_unavailable") from error

    async def _refound(self, case_id: str, envelope: Envelope, now: datetime) -> Snapshot:
        snapshot = await self._standing(case_id)
        if snapshot is None:
            raise Refused(refuse(RefusalCode.CASE_UNKNOWN))
        if snapshot.at_rest(now):
            refusal = refuse(RefusalCode.CASE_CLOSED)
            await record_refusal(
                self._engine,
                refusal,
                case_id=case_id,
                act=envelope.kind,
                actor=envelope.actor,
                at=now,
                command_id=envelope.id,
                request_id=envelope.request_id,
            )
            raise Refused(refusal)
        log.warning("workflow.refounded", case=case_id, seq=snapshot.seq)
        return await self._answered(self._with_start(snapshot, envelope))

    async def _standing(self, case_id: str) -> Snapshot | None:
        async with self._engine.connect() as connection:
            return await cases.version_of(connection, case_id)

    async def _with_start(self, snapshot: Snapshot, envelope: Envelope) -> Snapshot:
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            contract.WORKFLOW,
            snapshot,
            id=contract.workflow_id(snapshot.case_id),
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            task_timeout=contract.TASK_TIMEOUT,
            static_summary="mutation case",
        )
        try:
            answer: Snapshot = await self._client.execute_update_with_start_workflow(
                contract.ACT,
                envelope,
                start_workflow_operation=start,
                id=envelope.id,
                result_type=Snapshot,
                rpc_timeout=ANSWER_WITHIN,
            )
            return answer
        finally:
            # The handle is awaited so that a failed start does not complain as a lost future.
            waiting = asyncio.ensure_future(start.workflow_handle())
            waiting.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _answered(self, call: Awaitable[Snapshot]) -> Snapshot:
        """What the workflow answered, its refusals and silences told apart."""
        try:
            return await call
        except WorkflowUpdateFailedError as failed:
            raise _meaning(failed) from failed
        except WorkflowUpdateRPCTimeoutOrCancelledError as silent:
            raise Problem("engine_unavailable") from silent
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise
            log.warning("engine.unavailable", status=error.status.name)
            raise Problem("engine_unavailable") from error


def _meaning(failed: WorkflowUpdateFailedError) -> Exception:
    cause: BaseException | None = failed.cause
    if isinstance(cause, ActivityError):
        cause = cause.cause
    if isinstance(cause, ApplicationError) and cause.type == contract.REFUSAL:
        return Refused(Refusal.model_validate(cause.details[0]))
    log.error("command.fault", error=type(cause).__name__)
    return Problem("internal_error")
