"""The transparency log being kept: rows get their place within seconds, checkpoints leave the house."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.checkpoints import Channel, FileDrop, Outgoing
from activities.notices import Unreachable, beating
from proof.checkpoint import Checkpoint
from proof.note import NoteFault
from store import deliveries, outside, proof_log
from store.deliveries import Due
from store.sequencing import Destination, LogFault, Sequencer
from workflows.contract import Keeping

log = structlog.get_logger("mutasi.proof_log")

PAUSE_SECONDS = 2
"""Between two turns of the sequencer when nothing waits: how long an entry waits for its place."""
ATTEST_PAUSE_SECONDS = 60.0
"""Least time between two attestations because of cases that were closed."""

LEAVES = Counter("mutasi_log_leaves_total", "Leaves that this worker gave their place in the transparency log")
SENDINGS = Counter("mutasi_checkpoints_total", "Checkpoints sent out by this worker", ["channel", "outcome"])
SIZE = Gauge("mutasi_log_size", "Leaves of the transparency log when this worker last wrote it")


class LogBehind(Exception):
    """A checkpoint held outside is not continued by this log: it was restored, cut or replaced."""

    def __init__(self, held: Sequence[Checkpoint]) -> None:
        newest = held[0]
        super().__init__(
            f"the checkpoint of size {newest.size} (root {newest.root.hex()[:16]}…) that is held outside is not "
            "continued by this log: an older backup was restored, or the log was replaced. docs/operations.md, "
            "The transparency log, says how to find out and how to go on"
        )
        self.held = held


class ProofLog:
    """Keeps the log of one register. `drop` is what is held outside, to be compared with."""

    def __init__(
        self, engine: AsyncEngine, sequencer: Sequencer, origin: str, channels: Sequence[Channel], drop: FileDrop | None
    ) -> None:
        self._engine = engine
        self._sequencer = sequencer
        self._origin = origin
        self._channels = {(c.to.channel, c.to.target): c for c in channels}
        self._drop = drop
        self._attested = -ATTEST_PAUSE_SECONDS
        self._owed = False

    @property
    def destinations(self) -> list[Destination]:
        return [channel.to for channel in self._channels.values()]

    async def held_outside(self) -> list[Checkpoint]:
        """What is held outside and not continued by this log, as long as nobody has acknowledged it."""
        if self._drop is None:
            return []
        held = await asyncio.to_thread(self._drop.held, self._origin)
        async with self._engine.connect() as connection:
            return await outside.conflicts(connection, held)

    async def guard(self) -> None:
        """Raise `LogBehind` when something outside is not continued; `OSError` or `NoteFault` if it cannot be read."""
        if held := await self.held_outside():
            raise LogBehind(held)

    @activity.defn(name="keep_log")
    async def keep(self, keeping: Keeping) -> None:
        """Keep the log for so long, or until this worker stops: another goes on then."""
        until = time.monotonic() + keeping.seconds
        try:
            async with beating():
                await self.guard()
                while time.monotonic() < until and not activity.is_worker_shutdown():
                    busy = await self.turn()
                    await self.send_due()
                    if not busy:
                        with suppress(TimeoutError):
                            await asyncio.wait_for(activity.wait_for_worker_shutdown(), PAUSE_SECONDS)
        except (LogBehind, LogFault, NoteFault, OSError) as fault:
            raise _told(fault) from fault

    @activity.defn(name="attest_log")
    async def attest(self) -> int:
        """Attest the heads of all cases now; the size of the log that they end."""
        try:
            await self.guard()
            return await self.attested()
        except (LogBehind, LogFault, NoteFault, OSError) as fault:
            raise _told(fault) from fault

    async def turn(self) -> bool:
        """One turn of the sequencer; whether there may be more to do at once."""
        done = await self._sequencer.sequence()
        if done is None:
            return False
        if done.added:
            LEAVES.inc(done.added)
            SIZE.set(done.size)
            log.info("log.sequenced", added=done.added, size=done.size)
        self._owed |= done.closed
        if self._owed and time.monotonic() - self._attested > ATTEST_PAUSE_SECONDS:
            await self.attested()
        return done.added > 0

    async def attested(self) -> int:
        """Attest, and queue the checkpoint for every way out."""
        self._attested, self._owed = time.monotonic(), False
        done = await self._sequencer.attest(datetime.now(UTC), self.destinations)
        LEAVES.inc(done.added)
        SIZE.set(done.size)
        log.info("log.attested", size=done.size)
        return done.size

    async def send_due(self) -> None:
        """Send what is due; what does not arrive stays due, with its fault beside it."""
        async with self._engine.begin() as connection:
            found = await deliveries.due(connection, datetime.now(UTC))
        if found:
            await self.guard()
        for delivery in found:
            channel = self._channels.get((delivery.channel, delivery.target))
            try:
                if channel is None:
                    raise Unreachable("this destination is not configured any more")
                await self._send(channel, delivery)
            except Unreachable as fault:
                SENDINGS.labels(delivery.channel, "failed").inc()
                log.warning("checkpoint.failed", channel=delivery.channel, size=delivery.size, fault=str(fault))
                async with self._engine.begin() as connection:
                    await deliveries.failed(connection, delivery, str(fault), datetime.now(UTC))

    async def _send(self, channel: Channel, delivery: Due) -> None:
        async with self._engine.connect() as connection:
            signed = await proof_log.checkpoint(connection, delivery.size)
        if signed is None:
            raise Unreachable("there is no checkpoint of this size")

        async def extends(first: int) -> list[bytes]:
            async with self._engine.connect() as connection:
                return await proof_log.consistency(connection, first, delivery.size)

        cosigned = await channel.send(Outgoing(signed, delivery.last, extends))
        async with self._engine.begin() as connection:
            if cosigned:
                await deliveries.cosigned(connection, delivery.size, delivery.target, cosigned.line, cosigned.at)
            await deliveries.sent(connection, delivery, datetime.now(UTC))
        SENDINGS.labels(delivery.channel, "sent").inc()
        log.info("checkpoint.sent", channel=delivery.channel, size=delivery.size)


def _told(fault: Exception) -> ApplicationError:
    """The fault as the engine shows it, to be tried again: an operator mends it."""
    log.error("log.stopped", error=type(fault).__name__, reason=str(fault))
    return ApplicationError(f"the transparency log is not kept: {fault}", type=type(fault).__name__)
