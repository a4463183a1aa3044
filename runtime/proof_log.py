"""How the transparency log is put together from the settings: keys, ways out, what is held outside."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

import store.proof_log
from activities.checkpoints import Channel, FileDrop, Mail, Webhook, Witness, checkpoint_files, read_checkpoint
from activities.proof_log import ProofLog
from proof import note
from proof.checkpoint import Checkpoint
from proof.note import COSIGNATURE, Key, NoteFault
from runtime import keys
from runtime.mail import postman
from runtime.settings import Settings, required
from runtime.sheet import sheet
from store import deliveries, log_audit
from store.engine import app_engine
from store.log_audit import Held, Report
from store.sequencing import NoNewKey, Sequencer
from workflows import contract


def sequencer(settings: Settings, engine: AsyncEngine) -> Sequencer:
    return Sequencer(engine, settings.proof_origin, partial(keys.proof_keys, settings))


def proof_log(settings: Settings, engine: AsyncEngine) -> ProofLog:
    """The log of the settings. Raises `ValueError` for a witness that is none."""
    drop = FileDrop(settings.proof_drop) if settings.proof_drop else None
    return ProofLog(engine, sequencer(settings, engine), settings.proof_origin, channels(settings, drop), drop)


def channels(settings: Settings, drop: FileDrop | None) -> list[Channel]:
    """The ways out, witnesses first."""
    found: list[Channel] = [*_witnesses(settings.proof_witnesses or "")]
    if drop:
        found.append(drop)
    if settings.proof_mail:
        found.append(Mail(postman(settings), settings.proof_mail))
    if settings.proof_webhook:
        found.append(Webhook(settings.proof_webhook))
    return found


def _witnesses(text: str) -> list[Witness]:
    found = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        url, _, written = part.partition(" ")
        try:
            key = note.read_key(written)
        except NoteFault as fault:
            raise ValueError(f"MUTASI_PROOF_WITNESSES is `URL KEY,URL KEY`: {fault}") from None
        if key.type != COSIGNATURE or not url.startswith(("http://", "https://")):
            raise ValueError("MUTASI_PROOF_WITNESSES is `URL KEY,URL KEY`, with the key that `mutasi witness` shows")
        found.append(Witness(url, key))
    return found


async def keep(client: Client, queue: str) -> None:
    """See to it that the workflow runs that keeps the log; one that runs already is left alone."""
    await client.start_workflow(
        contract.LOG_WORKFLOW,
        id=contract.LOG_ID,
        task_queue=queue,
        task_timeout=contract.TASK_TIMEOUT,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


class NothingToAcknowledge(Exception):
    """Every checkpoint held outside is continued by the log."""


async def rotate(settings: Settings) -> Key:
    """Go over to a key that the ring has and the log does not know; made first where keys are made here."""
    async with _register(settings) as engine:
        now = datetime.now(UTC)
        try:
            return await sequencer(settings, engine).rotate(now)
        except NoNewKey:
            keys.add_proof_key(settings)
            return await sequencer(settings, engine).rotate(now)


async def attest(settings: Settings) -> int:
    """Attest the heads of all cases now, and queue the checkpoint for every way out; the size of the log."""
    async with _register(settings) as engine:
        kept = proof_log(settings, engine)
        await kept.guard()
        return await kept.attested()


async def acknowledge(settings: Settings, by: str, reason: str) -> list[Checkpoint]:
    """Record that somebody knows what the log does not continue, so that it goes on. Raises `NothingToAcknowledge`."""
    async with _register(settings) as engine:
        kept = proof_log(settings, engine)
        held = await kept.held_outside()
        if not held:
            raise NothingToAcknowledge
        await sequencer(settings, engine).acknowledge(datetime.now(UTC), held, by, reason, kept.destinations)
        return held


async def status(settings: Settings) -> dict[str, Any]:
    """How the log is doing: its size, its newest checkpoint and keys, what waits, how the posts are doing."""
    async with _register(settings) as engine:
        async with engine.connect() as connection:
            signed = await store.proof_log.checkpoint(connection)
            found = {
                "origin": settings.proof_origin,
                "size": await store.proof_log.size_of(connection),
                "pending": await store.proof_log.pending(connection),
                "checkpoint": {"size": signed.size, "root": signed.root.hex(), "at": signed.at} if signed else None,
                "keys": [{"key": str(k.key), "since": k.since} for k in await store.proof_log.keys(connection)],
                "deliveries": [d._asdict() for d in await deliveries.latest(connection)],
            }
        held = await proof_log(settings, engine).held_outside()
        return {**found, "not_continued": [{"size": c.size, "root": c.root.hex()} for c in held]}


async def printed(settings: Settings) -> str | None:
    """The newest attested checkpoint as a page to be printed; none before the first attestation."""
    async with _register(settings) as engine, engine.connect() as connection:
        signed, known = await store.proof_log.attested(connection), await store.proof_log.keys(connection)
        return sheet(known[-1].key.name, known[-1].key, signed, datetime.now(UTC)) if signed and known else None


async def audit(
    settings: Settings, files: Sequence[Path], trusted: Sequence[Key], progress: Callable[[int, int], None] | None
) -> Report:
    """Audit the log against these checkpoints and those of the drop. Raises `OSError`, `NoteFault` for files."""
    dropped = checkpoint_files(settings.proof_drop) if settings.proof_drop else []
    held = [Held(f.name, *read_checkpoint(f)) for f in (*files, *dropped)]
    async with _register(settings) as engine:
        mine = [h for h in held if h.at.origin == settings.proof_origin]
        return await log_audit.audit(engine, datetime.now(UTC), mine, trusted, progress)


@asynccontextmanager
async def _register(settings: Settings) -> AsyncIterator[AsyncEngine]:
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=2)
    try:
        yield engine
    finally:
        await engine.dispose()
