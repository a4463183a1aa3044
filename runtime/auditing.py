"""The audit of the whole register: the evidence of every case made and examined, in several processes, resumable.

What an interrupted audit found is kept in a file, a line for each case, and is not asked again while the case has not
moved. The result is a statement signed with the key of the log; it says nothing about anybody.
"""

import asyncio
import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text

import store.proof_log
from evidence import verify
from evidence.examine import examine
from evidence.verify import VERDICTS, checkpoint_of, key_of
from proof import note
from proof.note import Key
from runtime import code, histories, keys, proof_log, temporal
from runtime.bundling import Wanted, bundle_of
from runtime.settings import Settings, required
from store.contents import Contents
from store.engine import app_engine
from store.ledger import instant

TITLE = "mutasi audit statement"
"""First line of a statement: no checkpoint begins so."""

STATES = ("holds", "fails", "not_shown")

_CASES = text("SELECT case_id, encode(head, 'hex') AS head FROM docket ORDER BY case_id")


class Anchors(NamedTuple):
    """What the verdicts are held against: checkpoints as text, keys of witnesses, trusted keys of the log."""

    checkpoints: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()


class AnotherAudit(Exception):
    """A file of findings that was not written by this audit."""


class Looked(NamedTuple):
    """A case as it was found: its newest entry, a state for each verdict, and the faults."""

    case: str
    head: str
    states: dict[str, str]
    faults: list[tuple[str, str, str, str]]
    """Verdict, kind, where, what."""
    entries: int

    @property
    def line(self) -> str:
        return json.dumps(self._asdict(), sort_keys=True, ensure_ascii=False) + "\n"


class Result(NamedTuple):
    """What was found, and the statement that says so."""

    looked: list[Looked]
    resumed: int
    statement: str

    def cases(self, verdict: str, state: str) -> int:
        return sum(1 for one in self.looked if one.states[verdict] == state)


def audit(
    settings: Settings,
    anchors: Anchors,
    state: Path,
    processes: int,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Examine every case. What the file `state` has of cases that have not moved since is taken from there.

    Raises `AnotherAudit` when that file was written by other code, or against other checkpoints and keys.
    """
    kind = _kind(anchors)
    known_before = list(_kept(state, kind))
    asyncio.run(proof_log.attest(settings))
    cases = asyncio.run(_cases(settings))
    known = {one.case: one for one in known_before if cases.get(one.case) == one.head}
    looked = dict(known)
    left = [case for case in cases if case not in known]
    context = multiprocessing.get_context("spawn")
    with (
        state.open("a", encoding="utf-8") as kept,
        ProcessPoolExecutor(processes, context, _begin, (settings, anchors)) as pool,
    ):
        # A line of its own after one that a crash cut off.
        kept.write("\n" if kept.tell() else kind)
        for done in as_completed([pool.submit(_look, case) for case in left]):
            one = done.result()
            looked[one.case] = one
            kept.write(one.line)
            kept.flush()
            if progress:
                progress(len(looked), len(cases))
    found = [looked[case] for case in sorted(looked)]
    return Result(found, len(known), asyncio.run(_stated(settings, found)))


def _kind(anchors: Anchors) -> str:
    """First line of a file of findings: by which code, against what."""
    against = hashlib.sha256(json.dumps(anchors).encode()).hexdigest()
    return json.dumps({"code": code.product()["code"], "against": against}, sort_keys=True) + "\n"


def _kept(state: Path, kind: str) -> Iterator[Looked]:
    """What an earlier audit of the same kind wrote; a line that was cut off by a crash is left out."""
    first, *lines = state.read_text(encoding="utf-8").splitlines(keepends=True) if state.exists() else [kind]
    if first != kind:
        raise AnotherAudit(f"{state} is of an audit by other code or against other checkpoints: name another file")
    for line in lines:
        try:
            found = json.loads(line)
            yield Looked(**{**found, "faults": [tuple(fault) for fault in found["faults"]]})
        except (ValueError, TypeError, KeyError):
            continue


async def _cases(settings: Settings) -> dict[str, str]:
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=1)
    try:
        async with engine.connect() as connection:
            return {row.case_id: row.head for row in await connection.execute(_CASES)}
    finally:
        await engine.dispose()


async def _stated(settings: Settings, looked: Sequence[Looked]) -> str:
    """The statement, signed by the present key of the log."""
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=1)
    try:
        async with engine.connect() as connection:
            signed = await store.proof_log.checkpoint(connection)
            log_keys = await store.proof_log.keys(connection)
    finally:
        await engine.dispose()
    assert signed is not None, "the log was attested just now"
    counted = [
        f"{name}: " + ", ".join(f"{sum(one.states[name] == s for one in looked)} {s}" for s in STATES)
        for name in VERDICTS
    ]
    lines = [
        TITLE,
        f"log {settings.proof_origin}, {signed.size} leaves, root {signed.root.hex()}",
        f"at {instant(datetime.now(UTC))}, code {code.product()['code']}",
        f"{len(looked)} cases, {sum(one.entries for one in looked)} entries",
        *counted,
        f"findings {findings(looked)}",
    ]
    said = "\n".join(lines) + "\n"
    private = next(p for p in keys.proof_keys(settings).values() if note.public_of(p) == log_keys[-1].key.public)
    return str(note.Note(said, (note.sign(said, settings.proof_origin, private),)))


def findings(looked: Iterable[Looked]) -> str:
    """SHA-256 over the lines of all cases in order: what ties the statement to the file of findings."""
    return hashlib.sha256("".join(one.line for one in looked).encode()).hexdigest()


class _Looking:
    """What a process keeps between cases: its loop, its connections, what is held elsewhere."""

    def __init__(self, settings: Settings, anchors: Anchors) -> None:
        self.settings = settings
        self.runner = asyncio.Runner()
        self.held = [checkpoint_of(told) for told in anchors.checkpoints]
        self.keys = ([key_of(told) for told in anchors.witnesses], [key_of(told) for told in anchors.trusted])
        self.wanted = Wanted(since=[point.size for point in self.held])
        self.engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=2)
        self.contents = Contents(self.engine, keys.document_keys(settings))
        self.client = self.runner.run(temporal.connect(settings))

    def look(self, case: str) -> Looked:
        made = self.runner.run(self._made(case))
        bundle = verify.read(made)
        verdicts = examine(bundle, self.held, *self.keys)
        faults = [(v.name, *fault) for v in verdicts.values() for fault in v.faults]
        states = {v.name: v.state for v in verdicts.values()}
        return Looked(case, bundle.said["log"]["head"]["hash"], states, faults, len(bundle.entries))

    async def _made(self, case: str) -> bytes:
        async def runs(case_id: str, known: Iterable[str]) -> list[histories.Run]:
            return await histories.runs(self.client, case_id, known)

        async def attest() -> None:
            """A case that moved meanwhile is newer than the attestation of the beginning."""
            await proof_log.attest(self.settings)

        return (await bundle_of(self.engine, self.contents, case, self.wanted, runs, attest)).raw


_looking: list[_Looking] = []


def _begin(settings: Settings, anchors: Anchors) -> None:
    _looking.append(_Looking(settings, anchors))


def _look(case: str) -> Looked:
    return _looking[0].look(case)


def read_statement(raw: str, trusted: Sequence[Key]) -> str:
    """The text of a statement that one of these keys signed. Raises `proof.note.NoteFault`."""
    read = note.read(raw)
    if not read.text.startswith(TITLE + "\n") or not note.signers(read, trusted):
        raise note.NoteFault("no statement that a trusted key signed")
    return read.text
