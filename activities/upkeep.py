"""Upkeep as activities: a round of the reconciler, and errands that two people confirmed."""

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.client import Client

from activities.archiving import Archiver
from activities.erasing import Erasing
from activities.notices import beating
from activities.reconciling import Reconciler
from activities.repairs import Repairs
from store import erasing, incidents
from store.archive import Archive
from store.sequencing import Sequencer
from workflows.contract import Archived, Errand, Reconciled, Round

log = structlog.get_logger("mutasi.upkeep")

ARCHIVED = Counter("mutasi_archived_histories_total", "Histories of the engine that this worker archived")
DRIFT = Gauge("mutasi_drift", "What did not agree between register and engine when this worker last looked")


class Upkeep:
    """Looks after one register and one engine."""

    def __init__(
        self,
        engine: AsyncEngine,
        client: Client,
        queue: str,
        sequencer: Sequencer,
        archive: Archive,
        archive_days: int,
    ) -> None:
        self._engine = engine
        self.reconciler = Reconciler(engine, client, queue, archive_days)
        self.archiver = Archiver(engine, client, queue, archive)
        self.erasing = Erasing(engine, client, sequencer)
        self.repairs = Repairs(engine, client, queue, sequencer)

    @activity.defn(name="archive_histories")
    async def archive(self, asked: Round) -> Archived:
        """Put the histories of runs that ended into the archive."""
        async with beating():
            done = await self.archiver.sweep(asked.at)
        ARCHIVED.inc(done.archived)
        log.info("archived", **done.model_dump())
        return done

    @activity.defn(name="reconcile")
    async def reconcile(self, asked: Round) -> Reconciled:
        """A round: carry out what was confirmed and left, then hold register and engine against each other."""
        async with beating():
            async with self._engine.connect() as connection:
                repairs, erasures = await incidents.confirmed(connection), await erasing.left(connection)
            for incident in repairs:
                await self.repairs.carry_out(incident.id, asked.at)
            for erasure in erasures:
                await self.erasing.carry_out(erasure.id, asked.at)
            done, found = await self.reconciler.reconcile(asked.at)
        DRIFT.set(done.found)
        for drift in found.drifts:
            log.warning("drift", kind=drift.kind, subject=drift.subject, **drift.detail)
        log.info("reconciled", **done.model_dump())
        return done

    @activity.defn(name="carry_out")
    async def carry_out(self, errand: Errand) -> str:
        """Carry an errand out, if that was not done already."""
        async with beating():
            carry_out = self.erasing.carry_out if errand.kind == "erasure" else self.repairs.carry_out
            return await carry_out(errand.id, errand.at)
