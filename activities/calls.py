"""Calls to the line for a post: the first in line is asked, through the workflow of his case, if it is his turn."""

from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.client import (
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError

from domain.calendar import local_day
from domain.case import CLOCK
from domain.facts import InLine
from domain.protocol import Envelope, Snapshot
from store import cases, seat_calls
from store.failpoint import failpoint
from store.seat_calls import Call
from workflows import contract
from workflows.contract import Delivery

log = structlog.get_logger("mutasi.calls")

ANSWER_WITHIN = timedelta(seconds=10)


async def carry_out(engine: AsyncEngine, delivery: Delivery) -> bool:
    """Carry out the calls of a case that are due. Whether all were; what was not is tried again."""
    async with engine.begin() as connection:
        due = await seat_calls.due(connection, delivery.case_id, delivery.at)
    all_done = True
    for call in due:
        try:
            await _call(engine, call, delivery)
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            log.warning("call.postponed", case=call.case_id, call=call.id, error=type(error).__name__)
            all_done = False
    return all_done


async def _call(engine: AsyncEngine, call: Call, delivery: Delivery) -> None:
    """Ask one after the other until one is told, or nobody is left. Whoever is told closes the call by that."""
    asked: list[str] = []
    while True:
        async with engine.begin() as connection:
            chosen = await seat_calls.next_in_line(connection, call, local_day(delivery.at), asked)
        if chosen is None:
            break
        asked.append(chosen.case)
        await _ask(engine, call, chosen)
        failpoint("call.after_ask")
    async with engine.begin() as connection:
        await seat_calls.close(connection, call.id)
    log.info("call.done", case=call.case_id, call=call.id, asked=len(asked))


async def _ask(engine: AsyncEngine, call: Call, chosen: InLine) -> None:
    """Hand the command in to the case of the one in line; a workflow that the engine lost is founded again.

    The judgement is made there, with the call locked, so that asking twice tells nobody twice. The id names the
    attempt: the engine would answer a repeated one from memory, without asking again.
    """
    async with engine.connect() as connection:
        snapshot = await cases.version_of(connection, chosen.case)
    if snapshot is None:
        return
    envelope = Envelope(
        id=f"call:{call.id}:{chosen.case}:{activity.info().attempt}",
        kind="call",
        actor=CLOCK,
        body={"call": call.id, "position": call.position, "freed_at": call.freed_at.isoformat()},
    )
    start: WithStartWorkflowOperation[Snapshot, Snapshot] = WithStartWorkflowOperation(
        contract.WORKFLOW,
        snapshot,
        id=contract.workflow_id(chosen.case),
        task_queue=activity.info().task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        task_timeout=contract.TASK_TIMEOUT,
        static_summary="mutation case",
    )
    try:
        await activity.client().execute_update_with_start_workflow(
            contract.ACT,
            envelope,
            start_workflow_operation=start,
            id=envelope.id,
            result_type=Snapshot,
            rpc_timeout=ANSWER_WITHIN,
        )
    except WorkflowUpdateFailedError as error:
        log.error("call.fault", case=chosen.case, call=call.id, error=type(error.cause).__name__)
