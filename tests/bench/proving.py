"""The transparency log: what it costs a commit, how fast it is written and read, how its proofs grow.

Alone: `python -m tests.bench.proving [--quick]`.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.events import CommentMade
from proof.checkpoint import Checkpoint
from proof.heads import verify_whole
from proof.tree import verify_inclusion
from runtime import servers
from store import ledger, proof_log
from store.engine import app_engine, owner_engine
from store.ledger import Header
from store.log_audit import audit
from store.migrate import migrate
from store.sequencing import BATCH, Sequencer
from tests.domain import builders as b

ENTRIES_OF_A_CASE = 20
KEY = {"k": b"\x01" * 32}

_INSERT = text("""
    INSERT INTO ledger (case_id, seq, type, at, actor, command_id, policy, body, hash)
    SELECT :case, e.seq, 'comment_made', :at, :actor, :command, :policy, e.body, e.hash
    FROM unnest(CAST(:seqs AS int[]), CAST(:bodies AS bytea[]), CAST(:hashes AS bytea[])) AS e(seq, body, hash)
""")


async def measure_log(home: Path, quick: bool) -> None:
    """All figures, on a server of its own."""
    postgres = servers.Postgres(home / "log-postgres")
    try:
        postgres.create("log")
        owner = owner_engine(postgres.url("log"))
        migrate(owner)
        owner.dispose()
        engine = app_engine(postgres.url("log", "mutasi_app"), 6)
        try:
            await _commit_cost(engine, postgres.url("log"), 100 if quick else 400)
            await _growth(engine, [2_000, 30_000] if quick else [10_000, 100_000])
        finally:
            await engine.dispose()
    finally:
        postgres.stop()


async def _commit_cost(engine: AsyncEngine, owner_url: str, times: int) -> None:
    """A commit of the ledger's rows with and without the trigger that queues them, turn by turn."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    owner = owner_engine(owner_url)
    for turn in range(times // 20 * 2):
        queued = turn % 2 == 0
        with owner.begin() as connection:
            state = "ENABLE" if queued else "DISABLE"
            connection.execute(text(f"ALTER TABLE ledger {state} TRIGGER ledger_awaits_sequencing"))
        for n in range(20):
            begun = time.perf_counter()
            await _commit(engine, f"c_{turn}_{n}")
            taken[queued].append(time.perf_counter() - begun)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE ledger ENABLE TRIGGER ledger_awaits_sequencing"))
        connection.execute(text("INSERT INTO log_pending SELECT 'entry', id FROM ledger ON CONFLICT DO NOTHING"))
    owner.dispose()
    without, with_ = (statistics.median(taken[queued]) * 1000 for queued in (False, True))
    print(f"writing two entries          {without:6.2f} ms alone, {with_:6.2f} ms with their place in the queue")
    print(f"                             added to it {with_ - without:5.2f} ms, x {with_ / without:.3f}")


async def _commit(engine: AsyncEngine, case: str, count: int = 2) -> None:
    header = Header(case, datetime.now(UTC), b.EMPLOYEE, "Nama", None, "k" * 40, "f" * 64, f"mutation/{case}", "run")
    entries = ledger.entries(header, 1, None, [CommentMade(text="Sudah dibaca", visible_to_employee=True)] * count)
    async with engine.begin() as connection:
        await connection.execute(
            _INSERT,
            {"case": case, "at": header.at, "actor": header.actor, "command": header.command_id,
             "policy": header.policy, "seqs": [e.seq for e in entries], "bodies": [e.body for e in entries],
             "hashes": [e.hash for e in entries]},
        )  # fmt: skip


async def _growth(engine: AsyncEngine, sizes: list[int]) -> None:
    sequencer = Sequencer(engine, "mutasi.example.test/log", lambda: KEY)
    while (done := await sequencer.sequence()) and done.added:
        pass
    first = ENTRIES_OF_A_CASE
    for size in sizes:
        await _write(engine, first, size)
        added, seconds = await _sequenced(sequencer)
        print(f"to {size:>9,} entries          {added / seconds:8,.0f} leaves a second, {BATCH} in a transaction")
        attested = await _seconds(lambda: sequencer.attest(datetime.now(UTC)))
        print(f"  heads of all {size // ENTRIES_OF_A_CASE:>7,} cases  {attested * 1000:8.1f} ms to attest")
        await _proofs(engine, size)
        first = size
    begun = time.perf_counter()
    report = await audit(engine, datetime.now(UTC))
    seconds = time.perf_counter() - begun
    assert not report.faults, report.faults[:3]
    print(f"audit of the whole           {report.leaves / seconds:8,.0f} leaves a second")


async def _write(engine: AsyncEngine, first: int, last: int) -> None:
    """Whole chains of cases, 20 entries each, as the commit makes them."""
    for case in range(first // ENTRIES_OF_A_CASE, last // ENTRIES_OF_A_CASE):
        await _commit(engine, f"c_{case:010d}", ENTRIES_OF_A_CASE)


async def _sequenced(sequencer: Sequencer) -> tuple[int, float]:
    begun, added = time.perf_counter(), 0
    while (done := await sequencer.sequence()) and done.added:
        added += done.added
    return added, time.perf_counter() - begun


async def _proofs(engine: AsyncEngine, size: int) -> None:
    """Time of each kind of proof, in the database and here, and how long they are."""
    async with engine.connect() as connection:
        signed = await proof_log.checkpoint(connection)
        assert signed is not None
        places = [signed.size * n // 60 for n in range(50)]

        async def inclusion(place: int) -> None:
            leaf = await proof_log.leaf_at(connection, place)
            assert leaf is not None
            path = await proof_log.inclusion(connection, place, signed.size)
            verify_inclusion(leaf.hash, place, signed.size, path, signed.root)

        async def head() -> None:
            found = await proof_log.head_proof(connection, f"c_{size // ENTRIES_OF_A_CASE - 1:010d}")
            assert found is not None
            with_hashes = [b"\x00" * 32] * (found[0].head.length - 1) + [found[0].head.hash]
            verify_whole(with_hashes, found[0], _point(found[1]))

        one = statistics.median([await _seconds(lambda p=place: inclusion(p)) for place in places])
        between = statistics.median(
            [await _seconds(lambda p=place: proof_log.consistency(connection, p + 1, signed.size)) for place in places]
        )
        heads = await _seconds(head)
        steps = len(await proof_log.inclusion(connection, places[10], signed.size))
    print(
        f"  inclusion {one * 1000:6.2f} ms ({steps} hashes), consistency {between * 1000:6.2f} ms, "
        f"head {heads * 1000:7.1f} ms"
    )


def _point(signed: proof_log.Signed) -> Checkpoint:
    return Checkpoint("", signed.size, signed.root)


async def _seconds(what: Callable[[], Awaitable[Any]]) -> float:
    begun = time.perf_counter()
    await what()
    return time.perf_counter() - begun


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="mutasi-bench-log-", ignore_cleanup_errors=True) as directory:
        asyncio.run(measure_log(Path(directory), "--quick" in sys.argv))
