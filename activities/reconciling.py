"""Holding register and engine against each other: every open case one workflow, every workflow one open case."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.common import QueryRejectCondition
from temporalio.service import RPCError, RPCStatusCode

from domain.drift import Drift, missing, of_workflow, stray
from domain.protocol import Snapshot
from store import cases, drift, incidents
from workflows import contract
from workflows.contract import Reconciled

AT_ONCE = 8
"""Workflows asked at a time: each may have to be replayed from its history to answer."""
LOOKS = 3
"""How often it is looked again before two that differ are told: an act may be between the one and the other."""
PAUSE_SECONDS = 0.5
ANSWER_WITHIN = timedelta(seconds=5)

_T = TypeVar("_T")


class NobodyAnswers(Exception):
    """No worker asks for work: every workflow would be silent, and that is one fault and not many."""


class _NotRunning(Exception):
    """There is no such workflow, or it ended."""


class Findings(NamedTuple):
    """What was looked at, and what does not agree."""

    cases: int
    workflows: int
    drifts: list[Drift]


class Reconciler:
    """Looks at one register and one queue of the engine."""

    def __init__(self, engine: AsyncEngine, client: Client, queue: str, archive_days: int) -> None:
        self._engine = engine
        self._client = client
        self._queue = queue
        self._archive_days = archive_days
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def reconcile(self, now: datetime) -> tuple[Reconciled, Findings]:
        """Look, and write down what was found: an incident is opened for each, and closed when it is found no more."""
        found = await self.find(now)
        async with self._engine.begin() as connection:
            changed = await incidents.record(connection, now, found.drifts, found.cases, found.workflows)
        return Reconciled(
            cases=found.cases,
            workflows=found.workflows,
            found=len(found.drifts),
            opened=changed.opened,
            gone=changed.gone,
        ), found

    async def find(self, now: datetime) -> Findings:
        """Everything that does not agree. Raises `NobodyAnswers`, or `RPCError` while the engine is away."""
        if not await self._workers():
            raise NobodyAnswers(f"no worker asks for work at {self._queue}")
        running = await self._running()
        drifts, driven, count = await self._register(now), set[str](), 0
        async for batch in drift.standing(self._engine, now):
            open_ones = [s.snapshot for s in batch if not s.snapshot.at_rest(now)]
            count += len(open_ones)
            driven |= {contract.workflow_id(s.case_id) for s in open_ones}
            drifts += [d for s in batch for d in drift.within(s, now)]
            drifts += await self._each(open_ones, lambda s: self._of_case(s, now))
        drifts += await self._each(sorted(running - driven), lambda w: self._stray(w, now))
        return Findings(count, len(running), drifts)

    async def _register(self, now: datetime) -> list[Drift]:
        async with self._engine.connect() as connection:
            found = await drift.in_register(connection, now)
            return found + await drift.unarchived(connection, now, self._archive_days)

    async def _each(self, items: list[_T], look: Callable[[_T], Awaitable[list[Drift]]]) -> list[Drift]:
        async def one(item: _T) -> list[Drift]:
            async with self._gate:
                return await look(item)

        return [d for found in await asyncio.gather(*(one(item) for item in items)) for d in found]

    async def _of_case(self, standing: Snapshot, now: datetime) -> list[Drift]:
        """What is wrong with the workflow of a case, looked at again until it stays so."""
        found: list[Drift] = []
        for _ in range(LOOKS):
            workflow_id = contract.workflow_id(standing.case_id)
            try:
                found = list(of_workflow(standing, await self._ask(workflow_id), now))
            except _NotRunning:
                found = [missing(standing)]
            if not found:
                break
            await asyncio.sleep(PAUSE_SECONDS)
            again = await self._standing(standing.case_id)
            if again is None or again.at_rest(now):
                return []
            standing = again
        return found

    async def _stray(self, workflow_id: str, now: datetime) -> list[Drift]:
        try:
            answered = await self._ask(workflow_id)
        except _NotRunning:
            return []
        found = stray(workflow_id, answered, await self._standing(contract.case_of(workflow_id)), now)
        return [found] if found else []

    async def _standing(self, case_id: str) -> Snapshot | None:
        async with self._engine.connect() as connection:
            return await cases.version_of(connection, case_id)

    async def _running(self) -> set[str]:
        """The workflows of cases that run on our queue, by the engine's lists, which may lag behind."""
        query = f"WorkflowType = '{contract.WORKFLOW}' AND ExecutionStatus = 'Running' AND TaskQueue = '{self._queue}'"
        return {execution.id async for execution in self._client.list_workflows(query)}

    async def _ask(self, workflow_id: str) -> Snapshot | None:
        """Where a workflow that runs says that it stands; None when it does not say. Raises `_NotRunning`.

        The engine's lists lag behind, and it lets ended workflows answer too unless told not to.
        """
        try:
            answer: Snapshot = await self._client.get_workflow_handle(workflow_id).query(
                "trace",
                result_type=Snapshot,
                reject_condition=QueryRejectCondition.NOT_OPEN,
                rpc_timeout=ANSWER_WITHIN,
            )
        except WorkflowQueryRejectedError:
            raise _NotRunning from None
        except WorkflowQueryFailedError:
            return None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise _NotRunning from None
            if error.status in (RPCStatusCode.UNAVAILABLE, RPCStatusCode.RESOURCE_EXHAUSTED):
                raise
            return None
        return answer

    async def _workers(self) -> bool:
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=self._queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        return bool((await self._client.workflow_service.describe_task_queue(request)).pollers)
