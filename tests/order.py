"""What must hold after every story, whatever happened in it; and how stories are recorded for replay."""

import gzip
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rfc8785
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.service import RPCError
from temporalio.worker import Replayer

from domain import hindsight
from domain.case import Recorded
from domain.drift import Drift
from domain.evolve import recorded
from domain.policy import Policy
from store import drift
from store.log_audit import audit
from store.rebuild import rebuild
from tests.house import House
from workflows.mutation import MutationWorkflow


async def the_house_is_in_order(house: House) -> None:
    """The read model is the ledger folded; the chain is whole; seats, holds and notices belong to somebody."""
    report = await rebuild(house.engine)
    assert report.differing == [], report.in_words()
    await _chains_are_whole(house)
    assert await house.sql(_DOUBLE) == []
    assert await house.sql(_DOUBLE_COMMANDS) == []
    drifted = await _drift_in_register(house)
    assert drifted == [], drifted
    await _the_log_has_it_all(house)
    await _judgements_stand(house)


_DOUBLE = """
    SELECT a.seat_id FROM occupancy a JOIN occupancy b ON a.seat_id = b.seat_id AND a.id < b.id
    WHERE a.superseded_at IS NULL AND b.superseded_at IS NULL AND a.during && b.during
"""
_DOUBLE_COMMANDS = """
    SELECT command_id FROM ledger GROUP BY command_id HAVING count(DISTINCT case_id) > 1
"""


async def _drift_in_register(house: House) -> list[Drift]:
    """What the reconciler would find in the register: tasks, due dates, notices, seats held for no case."""
    async with house.engine.connect() as connection:
        # By our clock: the cases of a story have clocks of their own, and not all of them were moved.
        found = await drift.in_register(connection, datetime.now(UTC))
    async for batch in drift.standing(house.engine, house.now):
        found += [d for s in batch for d in drift.within(s, house.now)]
    return found


async def _the_log_has_it_all(house: House) -> None:
    """Every entry and refused attempt has its leaf, the heads are those of all cases, and an audit finds no fault."""
    await house.sequencer().attest(datetime.now(UTC))
    found = await audit(house.engine, datetime.now(UTC))
    assert found.faults == []
    [row] = await house.sql(
        "SELECT (SELECT count(*) FROM ledger) AS entries, count(*) AS cases,"
        " (SELECT count(DISTINCT case_id) FROM ledger WHERE case_id = 'register') AS register FROM docket"
    )
    assert (found.entries, found.cases) == (row.entries, row.cases + row.register)


async def _judgements_stand(house: House) -> None:
    """Every judgement of every case, made again from what was kept with it, gives the same."""
    policies = {row.hash: Policy.from_canonical(row.text) for row in await house.sql("SELECT hash, text FROM policy")}
    told: dict[str, list[tuple[Recorded, str, dict[str, str]]]] = {}
    for row in await house.sql(_TOLD):
        body = json.loads(row.body)
        entry = recorded(body, row.private or {})
        told.setdefault(row.case_id, []).append((entry, body["command"], body["actor"]))
    for case_id, history in told.items():
        steps = hindsight.folded(history, case_id)
        found = list(hindsight.judged_again(steps, policies[steps[0].after.policy]))
        assert [f for f in found if f.kind] == []
        erased = await house.sql("SELECT case_id FROM ledger WHERE case_id = :case AND NOT EXISTS"
                                 " (SELECT 1 FROM private_value v WHERE v.case_id = :case)", case=case_id)  # fmt: skip
        assert erased or not found, found


_TOLD = """
    SELECT l.case_id, l.body, (SELECT jsonb_object_agg(v.path, v.value) FROM private_value v
                               WHERE v.case_id = l.case_id AND v.seq = l.seq) AS private
    FROM ledger l WHERE l.case_id <> 'register' ORDER BY l.case_id, l.seq
"""


async def _chains_are_whole(house: House) -> None:
    """Recompute every hash and commitment from the bytes, with nothing but SHA-256, HMAC and RFC 8785."""
    private: dict[tuple[str, int], dict[str, Any]] = {}
    for row in await house.sql("SELECT case_id, seq, path, salt, value FROM private_value"):
        private.setdefault((row.case_id, row.seq), {})[row.path] = (bytes(row.salt), row.value)
    erased = {
        row.case_id
        for row in await house.sql(
            "SELECT e.case_id FROM erasure e JOIN erasure_step s ON s.erasure_id = e.id WHERE s.what = 'erased'"
        )
    }
    heads: dict[str, tuple[int, str]] = {}
    for row in await house.sql("SELECT case_id, seq, body, hash FROM ledger ORDER BY case_id, seq"):
        raw = bytes(row.body)
        body = json.loads(raw)
        seq, prev = heads.get(row.case_id, (0, ""))
        assert (body["case"], body["seq"], body["prev"]) == (row.case_id, seq + 1, prev)
        assert rfc8785.dumps(body) == raw
        assert hashlib.sha256(b"\x00" + raw).digest() == bytes(row.hash)
        values = private.pop((row.case_id, row.seq), {})
        assert {
            path: hmac.new(salt, rfc8785.dumps(value), hashlib.sha256).hexdigest()
            for path, (salt, value) in values.items()
        } == ({} if row.case_id in erased else body["private"])
        heads[row.case_id] = (row.seq, bytes(row.hash).hex())
    assert not private, "private values without an entry"
    for row in await house.sql("SELECT case_id, seq, head FROM docket"):
        assert heads[row.case_id] == (row.seq, bytes(row.head).hex())


async def the_cases_replay(house: House, converter: DataConverter) -> None:
    """What a case went through, the code goes through again: no state was kept that a history does not give back."""
    replayer = Replayer(workflows=[MutationWorkflow], data_converter=converter)
    async with replayer.workflow_replay_iterator(_histories(house)) as results:
        async for result in results:
            assert result.replay_failure is None, f"{result.history.workflow_id}: {result.replay_failure}"


async def _histories(house: House) -> AsyncIterator[WorkflowHistory]:
    for case in house.opened:
        with suppress(RPCError):  # a case without a workflow is what some tests are about
            yield await case.workflow.fetch_history()


async def record(house: House, into: Path, story: str) -> None:
    """Write the histories of a story's cases, one file for each run."""
    into.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240
    for number, case in enumerate(house.opened, 1):
        history = await case.workflow.fetch_history()
        packed = gzip.compress(history.to_json().encode(), mtime=0)
        (into / f"{story.removeprefix('test_')}-{number}.json.gz").write_bytes(packed)


async def record_run(handle: WorkflowHandle[Any, Any], into: Path, name: str) -> None:
    """Write the history of a workflow that is no case."""
    into.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240
    history = await handle.fetch_history()
    (into / f"{name}-1.json.gz").write_bytes(gzip.compress(history.to_json().encode(), mtime=0))
