"""Reading cases: lists, one case, its events, its refused attempts. Nothing here writes."""

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import nip
from domain.case import Case
from domain.events import RuleResult
from domain.protocol import Snapshot
from domain.vocabulary import Stage, Status
from store import outbox
from store.commit import snapshot_of
from store.ledger import ACTOR_NAME
from store.tables import DOCKET, LEDGER, REFUSED_ATTEMPT, RefusedAttemptRow
from store.viewing import Viewer, visible_cases


class CaseRow(NamedTuple):
    """A docket row for a page: the folded case and the names of that day."""

    case: Case
    employee_name: str | None
    employee_nip: str | None
    decree_number: str | None


class Filter(NamedTuple):
    """What a list of cases is narrowed to."""

    stage: Stage | None = None
    status: Status | None = None
    unit: str | None = None
    q: str | None = None
    overdue: bool | None = None


class Place(NamedTuple):
    """A place in the list of cases, newest first: what a cursor holds."""

    opened_at: datetime
    case_id: str


_COLUMNS = (DOCKET.c.state, DOCKET.c.employee_name, DOCKET.c.employee_nip, DOCKET.c.decree_number)


async def list_cases(
    connection: AsyncConnection, viewer: Viewer, wanted: Filter, now: datetime, limit: int, after: Place | None
) -> list[CaseRow]:
    """Cases the viewer may see, newest first, `limit` at most, after a place in the list."""
    query = select(*_COLUMNS).where(visible_cases(viewer), *_conditions(wanted, now))
    if after:
        query = query.where(tuple_(DOCKET.c.opened_at, DOCKET.c.case_id) < tuple_(*after))
    query = query.order_by(DOCKET.c.opened_at.desc(), DOCKET.c.case_id.desc()).limit(limit)
    return [_row(r) for r in await connection.execute(query)]


async def count_cases(connection: AsyncConnection, viewer: Viewer, wanted: Filter, now: datetime) -> int:
    query = select(func.count()).select_from(DOCKET).where(visible_cases(viewer), *_conditions(wanted, now))
    return int((await connection.execute(query)).scalar_one())


def _conditions(wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.stage:
        conditions.append(DOCKET.c.stage == wanted.stage)
    if wanted.status:
        conditions.append(DOCKET.c.status == wanted.status)
    if wanted.unit:
        codes = (DOCKET.c.from_unit, DOCKET.c.from_agency, DOCKET.c.to_unit, DOCKET.c.to_agency)
        conditions.append(or_(*(c == wanted.unit for c in codes)))
    if wanted.overdue is not None:
        late = and_(DOCKET.c.due_at.is_not(None), DOCKET.c.due_at < now)
        conditions.append(late if wanted.overdue else ~late)
    if wanted.q:
        conditions.append(_search(wanted.q))
    return conditions


def _search(q: str) -> ColumnElement[bool]:
    """A NIP in any spacing, or words of the case number, the name and the decree number."""
    number = nip.normalised(q)
    if number.isdecimal() and len(number) == 18:
        return DOCKET.c.employee_nip == number
    return DOCKET.c.search.op("@@")(func.plainto_tsquery("simple", q))


async def find_case(connection: AsyncConnection, viewer: Viewer, case_id: str) -> CaseRow | None:
    """One case by id or number; None when there is none the viewer may see."""
    key = DOCKET.c.number if case_id.startswith("MUT-") else DOCKET.c.case_id
    query = select(*_COLUMNS).where(key == case_id, visible_cases(viewer))
    row = (await connection.execute(query)).first()
    return _row(row) if row else None


async def id_of(connection: AsyncConnection, case_id: str) -> str | None:
    """The id of a case by id or number, whoever asks."""
    key = DOCKET.c.number if case_id.startswith("MUT-") else DOCKET.c.case_id
    return (await connection.execute(select(DOCKET.c.case_id).where(key == case_id))).scalar()


def _row(row: Any) -> CaseRow:
    return CaseRow(Case.model_validate(row.state), row.employee_name, row.employee_nip, row.decree_number)


async def case_of(connection: AsyncConnection, case_id: str) -> Case | None:
    """A case as the read model has it, whoever asks."""
    state = (await connection.execute(select(DOCKET.c.state).where(DOCKET.c.case_id == case_id))).scalar()
    return Case.model_validate(state) if state else None


async def version_of(connection: AsyncConnection, case_id: str) -> Snapshot | None:
    """Where a case stands in the register, whoever asks: what a lost workflow is founded again from."""
    row = (await connection.execute(select(DOCKET.c.state, DOCKET.c.head).where(DOCKET.c.case_id == case_id))).first()
    if row is None:
        return None
    return snapshot_of(Case.model_validate(row.state), row.head, await outbox.next_post(connection, case_id))


class Submitted(NamedTuple):
    """What became of a command so far: carried out with this fingerprint, or refused so many times."""

    fingerprint: str | None
    refused: int


_SUBMITTED = text("""
    SELECT (SELECT fingerprint FROM command WHERE case_id = :case AND starts_with(id, :command) LIMIT 1) AS fingerprint,
           (SELECT count(*) FROM refused_attempt WHERE case_id = :case AND starts_with(command_id, :command)) AS refused
""")


async def submitted(connection: AsyncConnection, case_id: str, command_id: str) -> Submitted:
    """What became of a command, under its id or those it got when it was judged again."""
    row = (await connection.execute(_SUBMITTED, {"case": case_id, "command": command_id})).one()
    return Submitted(row.fingerprint, row.refused)


class LedgerEntry(NamedTuple):
    """An event with its private values joined back, as far as they were not erased."""

    body: dict[str, Any]
    hash: str
    private: dict[str, Any]

    @property
    def actor_name(self) -> str | None:
        return self.private.get(ACTOR_NAME)


_EVENTS = text("""
    SELECT l.body, l.hash, (SELECT jsonb_object_agg(v.path, v.value) FROM private_value v
                            WHERE v.case_id = l.case_id AND v.seq = l.seq) AS private
    FROM ledger l WHERE l.case_id = :case AND l.seq > :after ORDER BY l.seq LIMIT :limit
""")


async def events(connection: AsyncConnection, case_id: str, after: int = 0, limit: int = 10_000) -> list[LedgerEntry]:
    """The events of a case in order, after a sequence number."""
    rows = await connection.execute(_EVENTS, {"case": case_id, "after": after, "limit": limit})
    return [LedgerEntry(json.loads(r.body), r.hash.hex(), r.private or {}) for r in rows]


_RESULTS = text("""
    SELECT DISTINCT ON (l.type) l.type, v.value FROM ledger l
    JOIN private_value v ON v.case_id = l.case_id AND v.seq = l.seq AND v.path = 'results'
    WHERE l.case_id = :case AND l.type IN ('evaluation_judged', 'need_checked', 'case_verified')
    ORDER BY l.type, l.seq DESC
""")


async def rule_results(connection: AsyncConnection, case_id: str) -> list[RuleResult]:
    """The rules of a case as last judged, with their inputs."""
    rows = await connection.execute(_RESULTS, {"case": case_id})
    found = [RuleResult.model_validate(value) for r in rows for value in r.value]
    return sorted(found, key=lambda r: r.rule)


async def attempts(
    connection: AsyncConnection, limit: int, case_id: str | None = None, before: int | None = None
) -> list[RefusedAttemptRow]:
    """Refused attempts, newest first: on a case, or all, those that left no case behind among them."""
    query = select(REFUSED_ATTEMPT).order_by(REFUSED_ATTEMPT.c.id.desc()).limit(limit)
    if case_id is not None:
        query = query.where(REFUSED_ATTEMPT.c.case_id == case_id)
    if before is not None:
        query = query.where(REFUSED_ATTEMPT.c.id < before)
    return [RefusedAttemptRow(**r._mapping) for r in await connection.execute(query)]


_DECISIONS = (
    "override_requested", "override_confirmed", "need_confirmed", "case_verified", "board_voted", "case_proposed",
    "decision_made", "case_returned",
)  # fmt: skip
"""What decides a case or leads to its decision. Speaking in it, or confirming that somebody came, does not."""


async def decided_in(connection: AsyncConnection, case_id: str, person: str) -> bool:
    """Whether a person had a hand in deciding a case."""
    query = select(LEDGER.c.seq).where(
        LEDGER.c.case_id == case_id, LEDGER.c.actor == person, LEDGER.c.type.in_(_DECISIONS)
    )
    return (await connection.execute(query.limit(1))).first() is not None
