"""What an owner of the database can do to the register, each found and named at its place.

Whoever tampers here has the rights of the owner and takes the triggers away first (`Logged.tamper`). Where he can also
sign, only a checkpoint that somebody else holds tells; those tests hold one.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from proof import checkpoint, note
from proof.note import Key, public_of
from store import ledger, proof_log
from store.log_audit import Held
from store.sequencing import Sequencer
from tests.store.logged import LOG_KEY, ORIGIN, Logged, logged


@pytest.fixture
async def register(empty_database: str) -> AsyncIterator[Logged]:
    """Two cases of three entries, a refused attempt, and the heads attested: ten leaves with the opening."""
    async with logged(empty_database) as opened:
        for _ in range(3):
            await opened.write("c_a")
            await opened.write("c_b")
        await opened.refuse("c_a")
        await opened.sequencer.attest(datetime.now(UTC))
        yield opened


async def held(register: Logged, name: str = "kept.checkpoint") -> Held:
    """The newest checkpoint, as somebody else keeps it."""
    async with register.engine.connect() as connection:
        signed = note.read((await proof_log.checkpoint(connection)).note)
    return Held(name, signed, checkpoint.read(signed.text))


async def test_a_log_that_nobody_touched_has_no_fault(register: Logged) -> None:
    report = await register.audit(await held(register), trusted=(LOG_KEY,))
    assert (report.leaves, report.entries, report.cases, report.held, report.faults) == (9, 6, 2, 1, [])


async def test_an_edited_entry(register: Logged) -> None:
    wrong = "replace(convert_from(body, 'UTF8'), 'p_hr', 'p_xx')"
    await register.tamper(f"UPDATE ledger SET body = convert_to({wrong}, 'UTF8') WHERE case_id = 'c_a' AND seq = 2")
    assert await register.faults() == {("entry_edited", "case c_a entry 2")}


async def test_an_edited_entry_with_its_hash_made_anew(register: Logged) -> None:
    [row] = await register.rows("SELECT body FROM ledger WHERE case_id = 'c_a' AND seq = 2")
    forged = bytes(row.body).replace(b"p_hr", b"p_xx")
    change = "UPDATE ledger SET body = :body, hash = :hash WHERE case_id = 'c_a' AND seq = 2"
    await register.tamper(change, body=forged, hash=ledger.leaf(forged))
    assert await register.faults() == {("entry_edited", "case c_a entry 2")}


async def test_an_edited_entry_with_its_leaf_made_anew_too(register: Logged) -> None:
    """The chain breaks at the next entry, the heads and the signed roots are wrong from there on."""
    [row] = await register.rows("SELECT id, body FROM ledger WHERE case_id = 'c_a' AND seq = 2")
    forged = bytes(row.body).replace(b"p_hr", b"p_xx")
    await register.tamper(
        "UPDATE ledger SET body = :body, hash = :hash, actor = 'p_xx' WHERE id = :id",
        body=forged, hash=ledger.leaf(forged), id=row.id,
    )  # fmt: skip
    await register.tamper("UPDATE log_leaf SET hash = :hash WHERE source = :id", hash=ledger.leaf(forged), id=row.id)
    found = await register.faults()
    assert {("chain_broken", "case c_a entry 3"), ("checkpoint_false", "checkpoint 9")} <= found


@pytest.mark.parametrize(
    "change", ["actor = 'p_xx'", "at = at - interval '1 day'", "type = 'need_confirmed'", "policy = 'x'"]
)
async def test_a_swapped_actor_or_a_back_dated_entry_in_the_columns(register: Logged, change: str) -> None:
    await register.tamper(f"UPDATE ledger SET {change} WHERE case_id = 'c_b' AND seq = 3")
    assert await register.faults() == {("entry_edited", "case c_b entry 3")}


async def test_a_deleted_entry(register: Logged) -> None:
    await register.tamper("DELETE FROM ledger WHERE case_id = 'c_a' AND seq = 2")
    assert await register.faults() == {("entry_deleted", "case c_a entry 2"), ("private_stray", "case c_a entry 2")}


async def test_a_deleted_attempt(register: Logged) -> None:
    await register.tamper("DELETE FROM refused_attempt")
    assert await register.faults() == {("attempt_deleted", "attempt 1")}


async def test_an_edited_attempt(register: Logged) -> None:
    await register.tamper("UPDATE refused_attempt SET actor = 'p_other'")
    assert await register.faults() == {("attempt_edited", "attempt 1")}


async def test_an_entry_put_in_past_the_log(register: Logged) -> None:
    """With the triggers off nothing waits for its place."""
    await register.write("c_a")
    await register.tamper("DELETE FROM log_pending")
    assert await register.faults() == {("never_logged", "case c_a entry 4")}


async def test_what_is_no_entry_at_all(register: Logged) -> None:
    """Put in with the triggers on, it is logged; the audit reads on and names it."""
    for body in (b"no json", b"[]", b"{}", b"\xff"):
        columns = {"body": body, "hash": ledger.leaf(body)}
        await register.write(f"c_{body.hex()}", **columns)
    await register.sequencer.sequence()
    found = await register.faults()
    assert {where for kind, where in found if kind == "unreadable"} == {
        f"case c_{body.hex()} entry 1" for body in (b"no json", b"[]", b"{}", b"\xff")
    }


async def test_entries_in_another_order(register: Logged) -> None:
    for old, new in ((2, 22), (3, 2), (22, 3)):
        await register.tamper("UPDATE ledger SET seq = :new WHERE case_id = 'c_a' AND seq = :old", old=old, new=new)
    assert {("entry_edited", "case c_a entry 2"), ("entry_edited", "case c_a entry 3")} <= await register.faults()


async def test_leaves_in_another_order(register: Logged) -> None:
    [first, second] = await register.rows(
        "SELECT place FROM log_leaf WHERE case_id = 'c_a' AND seq IN (2, 3) ORDER BY seq"
    )
    for old, new in ((first.place, 99), (second.place, first.place), (99, second.place)):
        await register.tamper("UPDATE log_leaf SET place = :new WHERE place = :old", old=old, new=new)
    assert ("checkpoint_false", "checkpoint 9") in await register.faults()
    assert ("chain_broken", "case c_a entry 3") in await register.faults()


async def test_the_newest_entries_cut_off(register: Logged) -> None:
    kept = await held(register)
    await register.tamper("DELETE FROM ledger WHERE case_id = 'c_b' AND seq = 3")
    await register.tamper("DELETE FROM log_leaf WHERE place >= 6")
    found = await register.faults(kept)
    assert ("log_truncated", "checkpoint kept.checkpoint") in found
    assert ("log_truncated", "checkpoint 9") in found, "its own checkpoint tells as long as it is there"
    await register.tamper("DELETE FROM log_checkpoint WHERE size > 6")
    found = await register.faults(kept)
    assert {("log_truncated", "checkpoint kept.checkpoint"), ("checkpoint_missing", "checkpoint 6")} <= found


async def test_a_leaf_taken_out(register: Logged) -> None:
    await register.tamper("DELETE FROM log_leaf WHERE place = 3")
    assert ("leaf_missing", "leaf 3") in await register.faults()


async def test_a_late_row(register: Logged) -> None:
    """An entry that says it happened last week and enters the log today."""
    await register.write("c_a", at=datetime.now(UTC) - timedelta(days=7))
    await register.sequencer.sequence()
    assert await register.faults() == {("late", "case c_a entry 4")}


async def test_a_row_that_waits_for_ever(register: Logged) -> None:
    await register.write("c_a")
    assert await register.faults() == set()
    assert await register.faults(later=timedelta(hours=2)) == {("waiting", "case c_a entry 4")}


async def test_heads_that_leave_a_case_out(register: Logged) -> None:
    """A leaf of heads is made anew from the entries before it; what it says is not believed."""
    body = "replace(convert_from(body, 'UTF8'), :said, :forged)"
    change = f"UPDATE log_leaf SET body = convert_to({body}, 'UTF8') WHERE kind = 'heads'"
    await register.tamper(change, said='"cases":2', forged='"cases":1')
    assert {("heads_false", "leaf 8"), ("leaf_edited", "leaf 8")} <= await register.faults()


async def test_personal_content_that_is_not_what_was_committed_to(register: Logged) -> None:
    await register.tamper(
        "UPDATE private_value SET value = '\"Lain\"' WHERE case_id = 'c_b' AND path = 'text' AND seq = 1"
    )
    assert await register.faults() == {("private_edited", "case c_b entry 1")}


async def test_a_stored_subtree_that_was_changed(register: Logged) -> None:
    await register.tamper("UPDATE log_node SET hash = sha256(hash) WHERE level = 3")
    assert await register.faults() == {("tree_damaged", "the log")}


async def test_a_log_made_anew_with_the_same_key(register: Logged) -> None:
    """Database and key in one hand: within itself everything is right. Only what somebody else holds tells."""
    early = await held(register, "early.checkpoint")
    await register.write("c_c", 2)
    await register.sequencer.attest(datetime.now(UTC))
    late = await held(register, "late.checkpoint")
    assert await register.faults(early, late) == set()
    await register.tamper("DELETE FROM private_value WHERE case_id = 'c_c' AND seq = 2")
    await made_anew(register, register.ring, "DELETE FROM ledger WHERE case_id = 'c_c' AND seq = 2")
    assert await register.faults() == set()
    assert await register.faults(early, late) == {("log_truncated", "checkpoint late.checkpoint"),
                                                  ("log_replaced", "checkpoint early.checkpoint")}  # fmt: skip


async def test_a_log_made_anew_with_a_new_key(register: Logged) -> None:
    kept = await held(register)
    await made_anew(register, {"k7": b"\x07" * 32}, "UPDATE ledger SET case_id = case_id")
    assert await register.faults() == set()
    assert await register.faults(kept, trusted=(LOG_KEY,)) == {
        ("unknown_key", "the log"),
        ("unknown_key", "checkpoint kept.checkpoint"),
        ("log_replaced", "checkpoint kept.checkpoint"),
    }


async def made_anew(register: Logged, ring: dict[str, bytes], change: str) -> None:
    """Change the ledger and make the whole log again from what is left, as its operator could."""
    await register.tamper(change)
    for table in ("log_leaf", "log_node", "log_key", "log_checkpoint"):
        await register.tamper(f"DELETE FROM {table}")
    await register.tamper("INSERT INTO log_pending SELECT 'entry', id FROM ledger")
    await register.tamper("INSERT INTO log_pending SELECT 'attempt', id FROM refused_attempt")
    await Sequencer(register.engine, ORIGIN, lambda: ring).attest(datetime.now(UTC) + timedelta(seconds=1))


async def test_a_restored_backup(register: Logged) -> None:
    """The register as it was: whole in itself, and behind what somebody holds, until it is acknowledged."""
    await register.write("c_c", 5)
    await register.sequencer.attest(datetime.now(UTC))
    newer = await held(register, "newer.checkpoint")
    await register.tamper("DELETE FROM ledger WHERE case_id = 'c_c'")
    await register.tamper("DELETE FROM private_value WHERE case_id = 'c_c'")
    await register.tamper("DELETE FROM log_checkpoint WHERE size > 9")
    await register.tamper("DELETE FROM log_leaf WHERE place >= 9")
    await register.tamper("DELETE FROM log_node WHERE (no + 1) << level > 9")
    assert await register.faults() == set()
    assert await register.faults(newer) == {("log_truncated", "checkpoint newer.checkpoint")}
    await register.sequencer.acknowledge(datetime.now(UTC), [newer.at], "Andi", "Cadangan minggu lalu dipulihkan", [])
    report = await register.audit(newer)
    assert (report.acknowledged, report.faults) == (1, [])
    [said] = await register.rows("SELECT body FROM log_leaf WHERE kind = 'statement' AND place > 0")
    assert b"Andi" not in said.body and b"Cadangan" not in said.body
    kept = {r.path: r.value for r in await register.rows("SELECT path, value FROM log_private_value")}
    assert kept == {"by": "Andi", "reason": "Cadangan minggu lalu dipulihkan"}


async def test_a_key_that_the_old_one_did_not_sign_for(register: Logged) -> None:
    """Who has the database and a key of his own cannot put it in the place of the log's."""
    stranger = b"\x05" * 32
    key = Key(ORIGIN, public_of(stranger))
    await register.tamper("INSERT INTO log_key VALUES (:key, 99)", key=str(key))
    await register.write("c_a")
    await Sequencer(register.engine, ORIGIN, lambda: {"k5": stranger}).sequence()
    assert ("checkpoint_false", "checkpoint 10") in await register.faults()


async def test_two_different_logs_shown_to_two_people(register: Logged) -> None:
    kept = await held(register)
    other = checkpoint.Checkpoint(ORIGIN, 9, b"\x00" * 32)
    shown = Held("shown.checkpoint", checkpoint.sign(other, register.ring["k1"]), other)
    assert await register.faults(kept, shown) == {("log_replaced", "checkpoint shown.checkpoint")}
