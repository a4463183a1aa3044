"""Erasing what two people confirmed: personal content in the register, then its copies elsewhere. May be repeated."""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from store import erasing, rebuild
from store.erasing import Erasure
from store.ledger import instant
from store.sequencing import ERASED, Sequencer
from workflows import contract

log = structlog.get_logger("mutasi.erasing")


class Erasing:
    """Erases in one register and one engine."""

    def __init__(self, engine: AsyncEngine, client: Client, sequencer: Sequencer) -> None:
        self._engine = engine
        self._client = client
        self._sequencer = sequencer

    async def carry_out(self, erasure_id: str, now: datetime) -> str:
        """Erase: the engine's copies first, which nobody would find afterwards, then the register in one transaction.

        The read model holds copies of its own; it is folded again from what is left.
        """
        async with self._engine.connect() as connection:
            erasure = await erasing.find(connection, erasure_id)
            runs = await erasing.runs(connection, erasure.case_id) if erasure else []
        if erasure is None or erasure.confirmed_at is None:
            return "unknown"
        if erasure.erased_at is None:
            for run in runs:
                await self._forget(erasure.case_id, run)
            await self._erase(erasure, now)
        await rebuild.rebuild_case(self._engine, erasure.case_id, apply=True)
        log.warning("case.erased", case=erasure.case_id, erasure=erasure.id)
        return "erased"

    async def _erase(self, erasure: Erasure, now: datetime) -> None:
        said: dict[str, Any] = {
            "at": instant(now),
            "erasure": erasure.id,
            "case": erasure.case_id,
            "policy": erasure.policy,
            "proposed_by": erasure.proposed_by,
            "confirmed_by": erasure.confirmed_by or "",
        }
        private = {"proposed.reason": erasure.reason, "confirmed.reason": erasure.confirmation or ""}
        async with self._sequencer.stating(ERASED, said, private) as connection:
            said["erased"] = await erasing.erase(connection, erasure.id, now)

    async def _forget(self, case_id: str, run: str) -> None:
        """Delete a run from the engine, if its retention has not done so."""
        try:
            await self._client.workflow_service.delete_workflow_execution(
                DeleteWorkflowExecutionRequest(
                    namespace=self._client.namespace,
                    workflow_execution=WorkflowExecution(workflow_id=contract.workflow_id(case_id), run_id=run),
                )
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
