"""Upkeep: every hour histories are archived, and register and engine held against each other.

What two people confirmed is carried out by a workflow of its own.

Neither workflow holds anything: whoever terminates one loses nothing. The next worker begins the round again, and the
next round carries out what was left.
"""

from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows import contract
from workflows.contract import Errand, Round, UpkeepActivities


@workflow.defn(name=contract.UPKEEP_WORKFLOW, sandboxed=False)
class UpkeepWorkflow:
    """A round every hour, for as long as there are workers."""

    @workflow.run
    async def run(self) -> None:
        while not workflow.info().is_continue_as_new_suggested():
            hour = workflow.now().replace(minute=0, second=0, microsecond=0) + contract.UPKEEP_EVERY
            await workflow.sleep(hour - workflow.now(), summary="next round")
            await self._do(UpkeepActivities.archive, "histories")
            await self._do(UpkeepActivities.reconcile, "register and engine")
        workflow.continue_as_new()

    async def _do(self, what: Callable[..., Any], summary: str) -> None:
        """One part of a round. A part that fails is told, and the next round tries again."""
        try:
            await workflow.execute_activity_method(
                what,
                Round(at=workflow.now()),
                schedule_to_close_timeout=contract.PART_TIMEOUT,
                start_to_close_timeout=contract.PART_TIMEOUT,
                heartbeat_timeout=contract.UPKEEP_HEARTBEAT,
                retry_policy=contract.KEEP_RETRY,
                summary=summary,
            )
        except ActivityError as error:
            workflow.logger.error("a part of a round of upkeep failed", extra={"part": summary}, exc_info=error)


@workflow.defn(name=contract.ERRAND_WORKFLOW, sandboxed=False)
class ErrandWorkflow:
    """One thing that two people confirmed, carried out whatever crashes meanwhile."""

    @workflow.run
    async def run(self, errand: Errand) -> str:
        done: str = await workflow.execute_activity_method(
            UpkeepActivities.carry_out,
            errand,
            start_to_close_timeout=contract.ERRAND_TIMEOUT,
            heartbeat_timeout=contract.UPKEEP_HEARTBEAT,
            retry_policy=contract.KEEP_RETRY,
            summary=errand.kind,
        )
        return done
