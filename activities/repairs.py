"""Repairs that two people confirmed, carried out: each may be repeated, and none does more than its incident says."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from domain.calendar import local_day
from domain.drift import IncidentStatus, Repair
from domain.protocol import Snapshot
from store import cases, incidents, rebuild, seats
from store.incidents import Incident
from store.ledger import instant
from store.sequencing import REPAIRED, Sequencer
from workflows import contract

log = structlog.get_logger("mutasi.repairs")


class _WrittenDown(Exception):
    """Another worker carried it out at the same time and said so first."""


class _Unmended(Exception):
    """The repair cannot be carried out; the message is a code."""


_SEND_AGAIN = text("""
    UPDATE notice SET state = 'queued', fault = NULL, sent_at = NULL, not_before = :now
    WHERE key = :key AND (state IN ('queued', 'failed') OR (state = 'sent' AND sent_at IS NULL))
""")
_RELEASE = text("""
    UPDATE occupancy o SET superseded_at = now()
    WHERE o.id = :hold AND o.kind = 'hold' AND o.superseded_at IS NULL
      AND NOT EXISTS (SELECT FROM docket d WHERE d.case_id = o.case_id AND d.stage <> 'closed'
                        AND d.state ->> 'seat' = o.seat_id::text)
""")


class Repairs:
    """Carries out what was confirmed for an incident of one register and one engine."""

    def __init__(self, engine: AsyncEngine, client: Client, queue: str, sequencer: Sequencer) -> None:
        self._engine = engine
        self._client = client
        self._queue = queue
        self._sequencer = sequencer
        self._ways: dict[Repair, Callable[[Incident, datetime], Awaitable[None]]] = {
            Repair.REFOUND: self._refound,
            Repair.TERMINATE: self._terminate,
            Repair.REBUILD: self._rebuild,
            Repair.SEND_AGAIN: self._send_again,
            Repair.RELEASE: self._release,
            Repair.HOLD_AGAIN: self._hold_again,
        }

    async def carry_out(self, incident_id: str, now: datetime) -> str:
        """Carry a confirmed repair out and write it down, in the incident and in the log. How the incident stands."""
        async with self._engine.connect() as connection:
            incident = await incidents.find(connection, incident_id)
        if incident is None or incident.status is not IncidentStatus.CONFIRMED or incident.repair is None:
            return incident.status if incident else "unknown"
        outcome, why = IncidentStatus.REPAIRED, None
        if incident.repair is Repair.ACCEPT:
            outcome = IncidentStatus.ACCEPTED
        else:
            try:
                await self._ways[incident.repair](incident, now)
            except _Unmended as unmended:
                outcome, why = IncidentStatus.FAILED, str(unmended)
        await self._written_down(incident, outcome, why, now)
        log.warning("incident.settled", incident=incident.id, repair=incident.repair, outcome=outcome, why=why)
        return outcome

    async def _written_down(self, incident: Incident, outcome: IncidentStatus, why: str | None, now: datetime) -> None:
        async with self._engine.connect() as connection:
            steps = await incidents.events_of(connection, [incident.id])
        proposed, confirmed = (next(s for s in reversed(steps) if s.what == w) for w in ("proposed", "confirmed"))
        said = {
            "at": instant(now),
            "incident": incident.id,
            "drift": incident.kind,
            "subject": incident.subject,
            "repair": str(incident.repair),
            "outcome": outcome,
            "proposed_by": proposed.by or "",
            "confirmed_by": confirmed.by or "",
        }
        private = {"proposed.reason": proposed.reason or "", "confirmed.reason": confirmed.reason or ""}
        with suppress(_WrittenDown):
            async with self._sequencer.stating(REPAIRED, said, private) as connection:
                if not await incidents.still(connection, incident.id, IncidentStatus.CONFIRMED):
                    raise _WrittenDown
                await incidents.happened(connection, incident.id, outcome, now, repair=incident.repair, reason=why)

    async def _refound(self, incident: Incident, now: datetime) -> None:
        """The register is what counts: whatever runs for the case is ended, and it goes on from where it stands."""
        standing = await self._standing(incident)
        if standing.at_rest(now):
            raise _Unmended("case_over")
        await self._end(contract.workflow_id(standing.case_id), incident)
        await self._client.start_workflow(
            contract.WORKFLOW,
            standing,
            id=contract.workflow_id(standing.case_id),
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            task_timeout=contract.TASK_TIMEOUT,
            static_summary="mutation case",
        )

    async def _terminate(self, incident: Incident, now: datetime) -> None:
        async with self._engine.connect() as connection:
            standing = await cases.version_of(connection, contract.case_of(incident.subject))
        if standing is not None and not standing.at_rest(now):
            raise _Unmended("case_open")
        await self._end(incident.subject, incident)

    async def _rebuild(self, incident: Incident, _: datetime) -> None:
        try:
            await rebuild.rebuild_case(self._engine, incident.case_id or "", apply=True)
        except LookupError:
            raise _Unmended("not_in_ledger") from None

    async def _send_again(self, incident: Incident, now: datetime) -> None:
        """The outbox has it again, and the case a workflow that looks into it."""
        async with self._engine.begin() as connection:
            await connection.execute(_SEND_AGAIN, {"key": incident.subject, "now": now})
        standing = await self._standing(incident)
        if not standing.at_rest(now):
            await self._refound(incident, now)

    async def _release(self, incident: Incident, _: datetime) -> None:
        async with self._engine.begin() as connection:
            done = await connection.execute(_RELEASE, {"hold": int(incident.subject.removeprefix("hold "))})
        if done.rowcount == 0:
            raise _Unmended("hold_in_use")

    async def _hold_again(self, incident: Incident, now: datetime) -> None:
        try:
            async with self._engine.begin() as connection:
                row = await cases.case_of(connection, incident.case_id or "")
                if row is None or row.closed or row.seat is None:
                    raise _Unmended("case_over")
                await seats.hold_again(connection, row, local_day(now))
        except IntegrityError:
            raise _Unmended("seat_taken") from None

    async def _standing(self, incident: Incident) -> Snapshot:
        async with self._engine.connect() as connection:
            standing = await cases.version_of(connection, incident.case_id or "")
        if standing is None:
            raise _Unmended("case_unknown")
        return standing

    async def _end(self, workflow_id: str, incident: Incident) -> None:
        """End a workflow that runs. The engine is told the incident; its reason stays in the register."""
        try:
            await self._client.get_workflow_handle(workflow_id).terminate(reason=f"incident {incident.id}")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
