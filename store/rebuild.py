"""Rebuilding the read model: the ledger folded into a fresh docket, and compared with the live one."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.case import CLOCK, Case, Recorded
from domain.events import Event
from domain.evolve import evolve, opened
from store import ledger
from store.docket import docket_values, named_values, task_values
from store.tables import DOCKET, PARTICIPANT, TASK

BATCH = 500


class Fault(NamedTuple):
    """Where the live read model and the ledger part for a case."""

    case_id: str
    what: str


class Rebuilt(NamedTuple):
    """A case folded from the ledger alone."""

    case: Case
    docket: dict[str, Any]
    tasks: list[dict[str, Any]]
    participants: frozenset[str]


class Report(NamedTuple):
    """What a rebuild found, and whether it replaced what differed."""

    cases: int
    differing: list[Fault]
    applied: bool

    def as_dict(self) -> dict[str, Any]:
        return {
            "cases": self.cases,
            "differing": [{"case": f.case_id, "what": f.what} for f in self.differing],
            "applied": self.applied,
        }

    def in_words(self) -> str:
        if not self.differing:
            return f"{self.cases} cases folded from the ledger: the read model is the same."
        done = "replaced" if self.applied else "left as they are; --apply replaces them"
        rows = "\n".join(f"  {f.case_id}: {f.what}" for f in self.differing[:50])
        return f"{self.cases} cases folded from the ledger; {len(self.differing)} differences, {done}:\n{rows}"


async def rebuild(
    engine: AsyncEngine, apply: bool = False, progress: Callable[[int, int], None] | None = None
) -> Report:
    """Fold every case and compare; with `apply`, replace what differs, one case at a time."""
    differing: list[Fault] = []
    done = 0
    async with engine.connect() as connection:
        total = int((await connection.execute(_COUNT)).scalar_one())
        known = {str(c) for c in (await connection.execute(select(DOCKET.c.case_id))).scalars()}
    async for case_id in _case_ids(engine):
        faults = await rebuild_case(engine, case_id, apply)
        differing += faults
        known.discard(case_id)
        done += 1
        if progress:
            progress(done, total)
    differing += [Fault(case_id, "in the read model, not in the ledger") for case_id in sorted(known)]
    return Report(done, differing, apply)


async def rebuild_case(engine: AsyncEngine, case_id: str, apply: bool) -> list[Fault]:
    """Compare one case under its lock, so that an act under way is seen whole or not at all."""
    async with engine.begin() as connection:
        await connection.execute(_LOCK, {"case": case_id})
        rebuilt = await fold(connection, case_id)
        faults = await _compare(connection, rebuilt)
        if faults and apply:
            await _replace(connection, rebuilt)
    return faults


async def _case_ids(engine: AsyncEngine) -> AsyncIterator[str]:
    last = ""
    while True:
        async with engine.connect() as connection:
            ids = list((await connection.execute(_IDS, {"after": last, "limit": BATCH})).scalars())
        for case_id in ids:
            yield case_id
        if len(ids) < BATCH:
            return
        last = ids[-1]


_COUNT = text(f"SELECT count(*) FROM ledger WHERE seq = 1 AND case_id <> '{ledger.REGISTER}'")
_IDS = text(f"""
    SELECT case_id FROM ledger WHERE seq = 1 AND case_id <> '{ledger.REGISTER}' AND case_id > :after
    ORDER BY case_id LIMIT :limit
""")
_LOCK = text("SELECT 1 FROM docket WHERE case_id = :case FOR UPDATE")
_ENTRIES = text("""
    SELECT l.body, l.hash, (SELECT jsonb_object_agg(v.path, v.value) FROM private_value v
                            WHERE v.case_id = l.case_id AND v.seq = l.seq) AS private
    FROM ledger l WHERE l.case_id = :case ORDER BY l.seq
""")


async def fold(connection: AsyncConnection, case_id: str) -> Rebuilt:
    """One case folded from its ledger entries."""
    case: Case | None = None
    head = b""
    events: list[Event] = []
    actors: set[str] = set()
    for row in await connection.execute(_ENTRIES, {"case": case_id}):
        recorded: Recorded = ledger.recorded(json.loads(row.body), row.private or {})
        case = evolve(case, recorded) if case else opened(recorded, case_id)
        events.append(recorded.event)
        if recorded.by != CLOCK:
            actors.add(recorded.by)
        head = row.hash
    if case is None:
        raise LookupError(f"the ledger has no case {case_id}")
    values = {"reached_approval": False, **docket_values(case), "head": head, **named_values(events)}
    return Rebuilt(case, values, task_values(case), frozenset(actors))


async def _compare(connection: AsyncConnection, rebuilt: Rebuilt) -> list[Fault]:
    case_id = rebuilt.case.id
    live = (await connection.execute(select(DOCKET).where(DOCKET.c.case_id == case_id))).mappings().first()
    if live is None:
        return [Fault(case_id, "in the ledger, not in the read model")]
    faults = [
        Fault(case_id, f"{column} differs")
        for column, value in rebuilt.docket.items()
        if _comparable(column, live[column]) != _comparable(column, value)
    ]
    tasks = await connection.execute(select(TASK).where(TASK.c.case_id == case_id).order_by(TASK.c.no))
    if [_plain(dict(t)) for t in tasks.mappings()] != [_plain(t) for t in rebuilt.tasks]:
        faults.append(Fault(case_id, "tasks differ"))
    present = (
        await connection.execute(select(PARTICIPANT.c.person_id).where(PARTICIPANT.c.case_id == case_id))
    ).scalars()
    if set(present) != rebuilt.participants:
        faults.append(Fault(case_id, "participants differ"))
    held = (await connection.execute(_HELD, {"case": case_id})).scalars().all()
    if list(held) != ([rebuilt.case.seat] if rebuilt.case.seat is not None else []):
        faults.append(Fault(case_id, "the held seat differs"))
    return faults


_HELD = text("SELECT seat_id FROM occupancy WHERE case_id = :case AND kind = 'hold' AND superseded_at IS NULL")


def _comparable(column: str, value: Any) -> Any:
    """A column as it counts: a state written before a field existed says the same as one that has its default."""
    return Case.model_validate(value) if column == "state" else _plain(value)


def _plain(value: Any) -> Any:
    """A value as the database gives it back: vocabularies as text, memory as bytes."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, memoryview):
        return bytes(value)
    return str(value) if isinstance(value, str) else value


async def _replace(connection: AsyncConnection, rebuilt: Rebuilt) -> None:
    """Put the folded case in the place of the live row. The held seat is the register's and is only reported."""
    case_id = rebuilt.case.id
    changed = await connection.execute(update(DOCKET).where(DOCKET.c.case_id == case_id).values(rebuilt.docket))
    if changed.rowcount == 0:
        await connection.execute(insert(DOCKET).values(rebuilt.docket))
    await connection.execute(delete(TASK).where(TASK.c.case_id == case_id))
    if rebuilt.tasks:
        await connection.execute(insert(TASK), rebuilt.tasks)
    await connection.execute(delete(PARTICIPANT).where(PARTICIPANT.c.case_id == case_id))
    await connection.execute(
        insert(PARTICIPANT), [{"case_id": case_id, "person_id": p} for p in sorted(rebuilt.participants)]
    )
