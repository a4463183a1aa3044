"""The transparency log being kept: one workflow for each namespace, which sees to it that somebody always sequences.

It holds nothing: whoever terminates it loses nothing, and the next worker that starts begins it again.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows import contract
from workflows.contract import Keeping, LogActivities

PAUSE_AFTER_FAULT = timedelta(minutes=1)


@workflow.defn(name=contract.LOG_WORKFLOW, sandboxed=False)
class ProofLogWorkflow:
    """Keeps the log all the time, and attests the heads of all cases every hour and whenever asked."""

    @workflow.run
    async def run(self) -> None:
        while not workflow.info().is_continue_as_new_suggested():
            hour = workflow.now().replace(minute=0, second=0, microsecond=0) + contract.ATTEST_EVERY
            try:
                await self._keep((hour - workflow.now()).total_seconds())
                if workflow.now() >= hour:
                    await self._attest()
            except ActivityError as error:
                workflow.logger.error("the log could not be kept", exc_info=error)
                await workflow.sleep(PAUSE_AFTER_FAULT, summary="log waits to try again")
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new()

    @workflow.update(name=contract.ATTEST, description="Attest the heads of all cases now")
    async def attest(self) -> int:
        """The size of the log whose last leaf are the heads as they are now."""
        return await self._attest()

    async def _keep(self, seconds: float) -> None:
        await workflow.execute_activity_method(
            LogActivities.keep,
            Keeping(seconds=seconds),
            start_to_close_timeout=contract.ATTEST_EVERY + timedelta(minutes=5),
            heartbeat_timeout=contract.KEEP_HEARTBEAT,
            retry_policy=contract.KEEP_RETRY,
            summary="log",
        )

    async def _attest(self) -> int:
        return await workflow.execute_activity_method(
            LogActivities.attest,
            start_to_close_timeout=timedelta(minutes=5),
            retry_policy=contract.KEEP_RETRY,
            summary="heads of all cases",
        )
