"""Parts of a commit, measured alone: what the ledger costs, how the judgement does."""

import json
import statistics
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from domain.commands import parse_command
from domain.decide import Decision, decide
from runtime.prepare import owner
from store import ledger
from tests.bench.stack import Stack
from tests.domain import builders as b


def per_call(what: Any, times: int = 300) -> float:
    """Median milliseconds of a call."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        what()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000


async def measure_parts(stack: Stack) -> None:
    """Hash chain and canonical JSON of an act, beside the whole act; the size of what is kept."""
    case = b.act(b.opened(), "confirm_need", b.HR)
    command = parse_command("respond", {"answer": "accept"})
    known = b.facts(b.EMPLOYEE)
    decided = decide(case, command, known)
    assert isinstance(decided, Decision)
    header = ledger.Header("c", datetime.now(UTC), b.EMPLOYEE, "Nama", None, "k" * 40, case.policy, "mutation/c", "run")
    judge = per_call(lambda: decide(case, command, known))
    chain = per_call(lambda: ledger.entries(header, 6, b"\x00" * 32, decided.events))
    plain = per_call(lambda: [json.dumps(e.model_dump(mode="json", exclude_none=True)) for e in decided.events])
    print(f"judging an act      {judge:6.3f} ms")
    print(f"its ledger entries  {chain:6.3f} ms, of it canonical JSON, commitments and hash {chain - plain:6.3f} ms")
    engine = owner(stack.settings)
    with engine.connect() as connection:
        row = connection.execute(_SIZE).one()
    engine.dispose()
    print(f"the ledger          {row.n / row.c:.1f} entries and {row.size / row.c / 1024:.1f} KiB a case on disk")


_SIZE = text("""
    SELECT count(*) AS n, count(DISTINCT case_id) AS c,
           pg_total_relation_size('ledger') + pg_total_relation_size('private_value') AS size
    FROM ledger
""")
