"""The baseline: a bare workflow on the same server, with as many updates and an activity that does nothing for each."""

import asyncio
import sys
from datetime import timedelta

from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

QUEUE = "bare"


class Step(BaseModel):
    number: int = 0


@activity.defn
async def nothing(step: Step) -> Step:
    return Step(number=step.number + 1)


@workflow.defn(sandboxed=False)
class Bare:
    """Ends after its last update."""

    @workflow.init
    def __init__(self, updates: int) -> None:
        self._left = updates
        self._step = Step()

    @workflow.run
    async def run(self, updates: int) -> Step:
        await workflow.wait_condition(lambda: self._left == 0)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._step

    @workflow.update
    async def act(self, step: Step) -> Step:
        self._step = await workflow.execute_activity(nothing, step, start_to_close_timeout=timedelta(seconds=10))
        self._left -= 1
        return self._step


async def one_case(client: Client, case: str, updates: int) -> None:
    """Open a bare case and send it its updates, one after another."""
    start = WithStartWorkflowOperation(
        Bare.run, updates, id=case, task_queue=QUEUE, id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING
    )
    await client.execute_update_with_start_workflow(Bare.act, Step(), start_workflow_operation=start)
    handle = client.get_workflow_handle_for(Bare.run, case)
    for number in range(1, updates):
        await handle.execute_update(Bare.act, Step(number=number))


async def connect(address: str) -> Client:
    return await Client.connect(address, data_converter=pydantic_data_converter)


async def serve(address: str) -> None:
    async with Worker(await connect(address), task_queue=QUEUE, workflows=[Bare], activities=[nothing]):
        await asyncio.Event().wait()


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(sys.argv[1]))
