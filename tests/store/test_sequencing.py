"""The transparency log is written: everything gets one place, in order, however late it was committed."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof import checkpoint, note, tree
from proof.heads import verify_whole
from proof.tree import ProofFault, leaf_hash, verify_consistency, verify_inclusion
from store import proof_log
from store.sequencing import Destination, LogFault, Sequencer
from tests.store.logged import KEY, LOG_KEY, ORIGIN, Logged, logged

TABLES = ["log_leaf", "log_node", "log_key", "log_checkpoint", "log_cosignature"]
COLUMN = {"log_leaf": "kind", "log_node": "hash", "log_key": "key", "log_checkpoint": "note", "log_cosignature": "line"}


@pytest.fixture
async def register(empty_database: str) -> AsyncIterator[Logged]:
    async with logged(empty_database) as opened:
        yield opened


async def test_every_entry_and_refused_attempt_becomes_a_leaf(register: Logged) -> None:
    await register.write("c_a", 2)
    await register.refuse("c_a")
    await register.write("c_b")
    done = await register.sequencer.sequence()
    assert done is not None and (done.added, done.size) == (5, 5), "and the statement that opens the log"
    leaves = await register.rows("SELECT * FROM log_leaf ORDER BY place")
    assert [(r.place, r.kind, r.case_id, r.seq) for r in leaves] == [
        (0, "statement", None, None), (1, "entry", "c_a", 1), (2, "entry", "c_a", 2), (3, "entry", "c_b", 1),
        (4, "attempt", None, None),
    ]  # fmt: skip
    bodies = {r.hash: r.body for r in await register.rows("SELECT hash, body FROM ledger")}
    for leaf in leaves:
        body = leaf.body if leaf.body is not None else bodies[leaf.hash]
        assert bytes(leaf.hash) == hashlib.sha256(b"\x00" + bytes(body)).digest()
    opened, attempt = json.loads(leaves[0].body), json.loads(leaves[4].body)
    assert (opened["kind"], opened["origin"], opened["key"]) == ("log.opened", ORIGIN, str(LOG_KEY))
    assert (attempt["kind"], attempt["case"], attempt["act"], attempt["code"]) == (
        "attempt", "c_a", "verify", "not_authorised",
    )  # fmt: skip
    assert await register.rows("SELECT * FROM log_pending") == []
    assert (await register.audit(trusted=(LOG_KEY,))).faults == []


async def test_proofs_of_the_log_hold_against_its_checkpoints(register: Logged) -> None:
    """Each leaf is in each later checkpoint, and each checkpoint extends each before."""
    for turn in range(6):
        await register.write(f"c_{turn}", turn + 1)
        await register.sequencer.sequence()
    async with register.engine.connect() as connection:
        points = [
            checkpoint.opened(note.read(r.note), [LOG_KEY])
            for r in await register.rows("SELECT note FROM log_checkpoint ORDER BY size")
        ]
        assert [p.size for p in points] == [2, 4, 7, 11, 16, 22]
        for point in points:
            assert point.root == await proof_log.root_at(connection, point.size)
            for place in range(point.size):
                leaf = await proof_log.leaf_at(connection, place)
                proof = await proof_log.inclusion(connection, place, point.size)
                verify_inclusion(leaf.hash, place, point.size, proof, point.root)
            for later in points[points.index(point) :]:
                proof = await proof_log.consistency(connection, point.size, later.size)
                verify_consistency(point.size, point.root, later.size, later.root, proof)


async def test_a_late_commit_is_not_passed_by(register: Logged) -> None:
    """A row whose id is lower than one that was sequenced long ago gets its place when it becomes visible."""
    async with register.engine.connect() as slow:
        transaction = await slow.begin()
        await register.append(slow, "c_slow")
        await register.write("c_fast", 3)
        await register.sequencer.sequence()
        assert await register.rows("SELECT seq FROM log_leaf WHERE case_id = 'c_slow'") == []
        await transaction.commit()
    await register.sequencer.sequence()
    rows = await register.rows("SELECT l.id, f.place FROM ledger l JOIN log_leaf f ON f.source = l.id ORDER BY l.id")
    assert [(r.id, r.place) for r in rows] == [(1, 4), (2, 1), (3, 2), (4, 3)]
    assert (await register.audit()).faults == []


async def test_what_is_rolled_back_has_no_place(register: Logged) -> None:
    async with register.engine.connect() as connection:
        await register.append(connection, "c_never")
        await connection.rollback()
    await register.write("c_a")
    await register.sequencer.sequence()
    assert [r.case_id for r in await register.rows("SELECT case_id FROM log_leaf WHERE kind = 'entry'")] == ["c_a"]


async def test_many_sequencers_and_writers_at_once_leave_one_log(register: Logged) -> None:
    """Whoever does not have the turn leaves at once; no place is given twice, none is left out."""
    others = [Sequencer(register.engine, ORIGIN, lambda: register.ring) for _ in range(2)]
    writing = asyncio.gather(*(register.write(f"c_{n}", 2) for n in range(40)))
    while not writing.done():
        await asyncio.gather(*(s.sequence(limit=7) for s in others))
    await writing
    while (await register.sequencer.sequence(limit=7)).added:
        pass
    places = [r.place for r in await register.rows("SELECT place FROM log_leaf ORDER BY place")]
    assert places == list(range(81))
    assert (await register.audit()).faults == []


async def test_a_commit_waits_for_no_sequencer(register: Logged) -> None:
    """While the turn is taken, and the log's newest rows are locked, entries are written all the same."""
    await register.write("c_a")
    async with register.engine.connect() as held:
        await held.begin()
        await register.sequencer._writing(held)
        async with asyncio.timeout(3):
            await register.write("c_a")
            await register.write("c_b")


async def test_the_heads_of_all_cases_end_a_checkpoint(register: Logged) -> None:
    await register.write("c_b", 3)
    await register.write("c_a", 2)
    done = await register.sequencer.attest(datetime.now(UTC))
    assert done.size == 7
    async with register.engine.connect() as connection:
        for case, length in (("c_a", 2), ("c_b", 3)):
            proof, signed = await proof_log.head_proof(connection, case)
            entries = [bytes(r.hash) for r in await register.rows(_HISTORY, case=case)]
            assert (proof.head.case, proof.head.length, len(entries)) == (case, length, length)
            point = checkpoint.opened(note.read(signed.note), [LOG_KEY])
            verify_whole(entries, proof, point)
            with pytest.raises(ProofFault, match="entries"):
                verify_whole(entries[:-1], proof, point)
        assert await proof_log.head_proof(connection, "c_none") is None


async def test_an_old_attestation_does_not_cover_a_cut(register: Logged) -> None:
    """Whoever shows a short history with the heads from before its newest entry shows an old checkpoint with it."""
    await register.write("c_a", 2)
    await register.sequencer.attest(datetime.now(UTC))
    async with register.engine.connect() as connection:
        old, _ = await proof_log.head_proof(connection, "c_a")
    await register.write("c_a")
    await register.sequencer.attest(datetime.now(UTC))
    entries = [bytes(r.hash) for r in await register.rows(_HISTORY, case="c_a")]
    async with register.engine.connect() as connection:
        signed = await proof_log.checkpoint(connection)
        point = checkpoint.opened(note.read(signed.note), [LOG_KEY])
        place = 3
        again = old._replace(heads_path=await proof_log.inclusion(connection, place, point.size))
    with pytest.raises(ProofFault):
        verify_whole(entries[:2], again, point)


_HISTORY = "SELECT hash FROM ledger WHERE case_id = :case ORDER BY seq"


async def test_a_turn_without_work_signs_nothing(register: Logged) -> None:
    await register.sequencer.sequence()
    assert (await register.sequencer.sequence()).added == 0
    assert len(await register.rows("SELECT size FROM log_checkpoint")) == 1


async def test_a_key_is_replaced_by_one_that_the_old_one_signed_for(register: Logged) -> None:
    await register.write("c_a")
    await register.sequencer.sequence()
    with pytest.raises(LogFault, match="new to the log"):
        await register.sequencer.rotate(datetime.now(UTC))
    fresh = b"\x02" * 32
    register.ring.clear()
    register.ring.update(k2=fresh, k1=KEY)
    new = await register.sequencer.rotate(datetime.now(UTC))
    assert new.public == note.public_of(fresh)
    await register.write("c_a")
    await register.sequencer.sequence()
    async with register.engine.connect() as connection:
        known = await proof_log.keys(connection)
        signed = await proof_log.checkpoint(connection)
    assert [(k.key, k.since) for k in known] == [(LOG_KEY, 0), (new, 2)]
    for key in (LOG_KEY, new):
        assert checkpoint.opened(note.read(signed.note), [key]).size == 4, "both sign while both are in the ring"
    del register.ring["k1"]
    await register.write("c_a")
    await register.sequencer.sequence()
    async with register.engine.connect() as connection:
        newest = note.read((await proof_log.checkpoint(connection)).note)
    assert len(newest.lines) == 1 and newest.by(new)
    assert (await register.audit(trusted=(LOG_KEY,))).faults == []


async def test_without_its_key_the_log_stands_still(register: Logged) -> None:
    await register.write("c_a")
    await register.sequencer.sequence()
    stranger = Sequencer(register.engine, ORIGIN, lambda: {"k9": b"\x09" * 32})
    await register.write("c_a")
    with pytest.raises(LogFault, match="MUTASI_PROOF_KEYS"):
        await stranger.sequence()
    assert len(await register.rows("SELECT 1 FROM log_pending")) == 1


async def test_a_log_keeps_its_name(register: Logged) -> None:
    await register.sequencer.sequence()
    with pytest.raises(LogFault, match="MUTASI_PROOF_ORIGIN"):
        await Sequencer(register.engine, "other.example.test/log", lambda: register.ring).sequence()


async def test_checkpoints_are_queued_no_more_often_than_asked(register: Logged) -> None:
    now = datetime.now(UTC)
    to = [Destination("file", "drop"), Destination("mail", "a@example.test", every=timedelta(hours=23))]
    for hours in (0, 1, 22, 23, 24):
        await register.sequencer.attest(now + timedelta(hours=hours), to)
    rows = await register.rows("SELECT channel, size FROM log_delivery ORDER BY id")
    assert [r.size for r in rows if r.channel == "file"] == [2, 3, 4, 5, 6]
    assert [r.size for r in rows if r.channel == "mail"] == [2, 5]


async def test_nobody_changes_the_log(register: Logged) -> None:
    """The application has no right to; the owner is stopped by triggers, which he could only take away on purpose."""
    await register.write("c_a")
    await register.sequencer.sequence()
    app_url = register.owner_url.replace("postgres@", "mutasi_app@")
    with psycopg.connect(app_url) as app, psycopg.connect(register.owner_url) as owner:
        owner.execute("INSERT INTO log_cosignature VALUES (2, 'w', 'l', now())")
        for table in (*TABLES, "log_private_value"):
            column = COLUMN.get(table, "path")
            for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with app.transaction(force_rollback=True), pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute(statement)
                if table in TABLES:
                    with owner.transaction(force_rollback=True), pytest.raises(psycopg.errors.RestrictViolation):
                        owner.execute(statement)


async def test_erasing_personal_content_keeps_every_proof(register: Logged) -> None:
    await register.write("c_a", 3)
    await register.sequencer.attest(datetime.now(UTC))
    before = await register.audit()
    await register.tamper("DELETE FROM private_value")  # by a role of its own, as the law says
    after = await register.audit()
    assert after == before and after.faults == []


@given(st.lists(st.sampled_from("abc"), max_size=40))
def test_heads_kept_on_the_way_are_the_heads_made_anew(cases: list[str]) -> None:
    from proof.heads import HEADS, Head
    from store.log_heads import Heads

    kept, newest = Heads(), {}
    for n, case in enumerate(cases):
        seq = newest.get(case, Head(case, 0, b"")).length + 1
        newest[case] = Head(case, seq, leaf_hash(b"%d" % n))
        kept.add(*newest[case])
        body: dict[str, Any] = {"kind": HEADS, "cases": len(newest), "entries": n + 1}
        body["root"] = tree.root_of(newest[c].leaf for c in sorted(newest)).hex()
        assert list(kept.faults(json.dumps(body).encode())) == []
        assert list(kept.faults(json.dumps({**body, "root": "00" * 32}).encode())) != []
