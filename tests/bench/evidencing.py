"""The evidence of cases: what it takes to make, how large it is, how fast it is verified, and how that grows.

Alone: `python -m tests.bench.evidencing [--quick]`. Cases are invented: an opening as the law judges it and so many
remarks, without histories of the engine and without documents.
"""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.case import Recorded
from domain.decide import Decision, open_case
from domain.events import CommentMade
from domain.evolve import evolve
from evidence import examine, verify
from evidence.bundle import pack
from runtime import code, servers
from runtime.bundling import words
from store import ledger
from store.docket import docket_values, named_values
from store.engine import app_engine, owner_engine
from store.evidence import evidence
from store.migrate import migrate
from store.policies import publish
from store.sequencing import Sequencer
from store.tables import DOCKET, LEDGER, PRIVATE_VALUE
from tests.domain import builders as b

ORIGIN = "mutasi.example.test/log"
REMARK = CommentMade(text="Berkas sudah dibaca dan dicocokkan", visible_to_employee=True)


async def measure_evidence(home: Path, quick: bool) -> None:
    """All figures, on a server of its own."""
    postgres = servers.Postgres(home / "evidence-postgres")
    try:
        postgres.create("evidence")
        owner = owner_engine(postgres.url("evidence"))
        migrate(owner)
        with owner.begin() as connection:
            publish(connection, b.DEMO)
        owner.dispose()
        engine = app_engine(postgres.url("evidence", "mutasi_app"), 2)
        sequencer = Sequencer(engine, ORIGIN, lambda: {"k": b"\x01" * 32})
        try:
            for size in (100, 1_000) if quick else (100, 1_000, 5_000):
                await _case(engine, size)
                await sequencer.attest(datetime.now(UTC))
                await _measured(engine, size)
        finally:
            await engine.dispose()
    finally:
        postgres.stop()


async def _case(engine: AsyncEngine, size: int) -> None:
    """A case of so many entries, as the commit writes them."""
    case_id, at = f"c_{size}", datetime.now(UTC)
    decided = open_case(case_id, b.opening(), b.facts(now=at, number=f"MUT-2026-{size:06}"))
    assert isinstance(decided, Decision)
    events = [*decided.events, *[REMARK] * (size - len(decided.events))]
    case = decided.steps[-1].case.model_copy(update={"subject": f"p_{size}"})
    for seq, event in enumerate(events[len(decided.events) :], len(decided.events) + 1):
        case = evolve(case, Recorded(seq=seq, at=at, by=b.HR, event=event))
    header = ledger.Header(
        case_id, at, b.HR, "Nama", b.facts().actor.offices[0], f"k-{size}", case.policy, f"mutation/{case_id}", "run"
    )
    entries = ledger.entries(header, 1, None, events)
    rows = [
        {"case_id": case_id, "seq": e.seq, "type": e.type, "at": at, "actor": b.HR, "command_id": header.command_id,
         "run_id": "run", "policy": case.policy, "body": e.body, "hash": e.hash}
        for e in entries
    ]  # fmt: skip
    kept = [
        {"case_id": case_id, "seq": e.seq, "path": path, "salt": salt, "value": value}
        for e in entries
        for path, (salt, value) in e.private.items()
    ]
    standing = {"reached_approval": False, **docket_values(case), **named_values(events), "head": entries[-1].hash}
    async with engine.begin() as connection:
        await connection.execute(insert(LEDGER), rows)
        await connection.execute(insert(PRIVATE_VALUE), kept)
        await connection.execute(insert(DOCKET).values(standing))


async def _measured(engine: AsyncEngine, size: int) -> None:
    begun = time.perf_counter()
    async with engine.connect() as connection:
        found = await evidence(connection, f"c_{size}", code.product(), contents=None, disclosed=True)
    gathered = time.perf_counter()
    raw = pack({**found.said, "runs": []}, found.files, words())
    packed = time.perf_counter()
    bundle = verify.read(raw)
    verdicts = verify.examine(bundle)
    verified = time.perf_counter()
    faults = [fault for v in verdicts.values() for fault in v.faults if fault[0] != "office_not_held"]
    assert not faults, faults[:3]
    print(
        f"evidence of {size:>6,} entries   made in {(packed - begun) * 1000:7.0f} ms "
        f"(register {(gathered - begun) * 1000:.0f}), {len(raw) / 1024:,.0f} KiB, {len(raw) / size / 1024:.1f} an entry"
    )
    again = time.perf_counter()
    judged = await asyncio.to_thread(examine.examine, bundle)
    whole = time.perf_counter() - again
    assert judged["judgement"].state == "holds", (judged["judgement"].faults, judged["judgement"].lacking)
    print(
        f"  verified by the script     {size / (verified - packed):8,.0f} entries a second; "
        f"by the product, law included, {size / whole:8,.0f}"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="mutasi-bench-evidence-", ignore_cleanup_errors=True) as directory:
        asyncio.run(measure_evidence(Path(directory), "--quick" in sys.argv))
