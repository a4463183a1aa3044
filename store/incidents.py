"""Incidents: what was found not to agree, and what two people did about it. Both tables only grow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.drift import Drift, DriftKind, IncidentStatus, Proposed, Repair, may_confirm, may_propose
from domain.refusals import Refusal, RefusalCode, refuse
from store.activation import Asked, Done
from store.credentials import new_id
from store.tables import INCIDENT, INCIDENT_EVENT, RECONCILIATION


class Incident(NamedTuple):
    """An incident with the last that happened to it."""

    id: str
    kind: DriftKind
    subject: str
    case_id: str | None
    detail: dict[str, Any]
    found_at: datetime
    status: IncidentStatus
    repair: Repair | None
    proposed_by: str | None
    person: str | None
    """Whom the case is about."""


class Happened(NamedTuple):
    """Something that happened to an incident, and who did it."""

    incident_id: str
    what: str
    at: datetime
    by: str | None
    name: str | None
    repair: str | None
    reason: str | None


class Recorded(NamedTuple):
    """What a reconciliation changed: incidents it opened, and those it no longer found."""

    opened: int
    gone: int


class Looked(NamedTuple):
    """The last reconciliation."""

    at: datetime
    cases: int
    workflows: int
    found: int


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('mutasi.incidents', 0))")
_LISTED = """
    SELECT i.id, i.kind, i.subject, i.case_id, i.detail, i.found_at, coalesce(e.what, 'open') AS status,
           p.repair, p.by AS proposed_by, d.person_id AS person
    FROM incident i
    LEFT JOIN LATERAL (SELECT what FROM incident_event WHERE incident_id = i.id ORDER BY id DESC LIMIT 1) e ON true
    LEFT JOIN LATERAL (SELECT repair, by FROM incident_event WHERE incident_id = i.id AND what = 'proposed'
                       ORDER BY id DESC LIMIT 1) p ON true
    LEFT JOIN docket d ON d.case_id = i.case_id
"""
_STANDING = text(f"{_LISTED} WHERE coalesce(e.what, 'open') NOT IN ('gone', 'repaired') ORDER BY i.found_at, i.id")
_NEWEST = text(f"{_LISTED} ORDER BY i.found_at DESC, i.id LIMIT :limit")
_ONE = text(f"{_LISTED} WHERE i.id = :id")
_CONFIRMED = text(f"{_LISTED} WHERE e.what = 'confirmed' ORDER BY i.found_at, i.id")
_EVENTS = text("""
    SELECT e.incident_id, e.what, e.at, e.by, p.name, e.repair, e.reason
    FROM incident_event e LEFT JOIN person p ON p.id = e.by
    WHERE e.incident_id = ANY(:ids) ORDER BY e.id
""")
_EARLIER = text("SELECT incident_id, what, repair, reason FROM incident_event WHERE command_id = :command")
_LAST = text("SELECT at, cases, workflows, found FROM reconciliation ORDER BY id DESC LIMIT 1")


async def record(
    connection: AsyncConnection, now: datetime, found: Sequence[Drift], cases: int, workflows: int
) -> Recorded:
    """Write down what a reconciliation found: one incident for each subject, closed when it is found no more.

    What two people accepted stays accepted for as long as it is found. A repair under way is left to end.
    """
    await connection.execute(_LOCK)
    known = {(i.kind, i.subject): i for i in await _rows(connection, _STANDING)}
    fresh = {(d.kind, d.subject): d for d in found}
    for key, drift in fresh.items():
        if key not in known:
            row = {**drift._asdict(), "id": new_id("i"), "found_at": now}
            await connection.execute(insert(INCIDENT).values(row))
    gone = [i for key, i in known.items() if key not in fresh and i.status is not IncidentStatus.CONFIRMED]
    for incident in gone:
        await happened(connection, incident.id, IncidentStatus.GONE, now)
    counted = {"at": now, "cases": cases, "workflows": workflows, "found": len(fresh)}
    await connection.execute(insert(RECONCILIATION).values(counted))
    return Recorded(len(fresh.keys() - known.keys()), len(gone))


async def happened(
    connection: AsyncConnection, incident: str, what: IncidentStatus, at: datetime, **values: str | None
) -> None:
    """Write down what happened to an incident."""
    await connection.execute(insert(INCIDENT_EVENT).values(incident_id=incident, what=what, at=at, **values))


async def last_look(connection: AsyncConnection) -> Looked | None:
    """The last reconciliation; None before the first."""
    row = (await connection.execute(_LAST)).first()
    return Looked(*row) if row else None


async def newest(connection: AsyncConnection, limit: int) -> list[Incident]:
    """Incidents, newest first."""
    return await _rows(connection, _NEWEST, limit=limit)


async def confirmed(connection: AsyncConnection) -> list[Incident]:
    """Incidents whose repair is confirmed and not carried out yet."""
    return await _rows(connection, _CONFIRMED)


async def find(connection: AsyncConnection, incident: str) -> Incident | None:
    rows = await _rows(connection, _ONE, id=incident)
    return rows[0] if rows else None


async def still(connection: AsyncConnection, incident: str, status: IncidentStatus) -> bool:
    """Whether an incident stands there; it stays so until the transaction ends."""
    await connection.execute(_LOCK)
    found = await find(connection, incident)
    return found is not None and found.status is status


async def events_of(connection: AsyncConnection, ids: Sequence[str]) -> list[Happened]:
    """What happened to incidents, oldest first."""
    return [Happened(*r) for r in await connection.execute(_EVENTS, {"ids": list(ids)})]


async def _rows(connection: AsyncConnection, query: Any, **params: object) -> list[Incident]:
    return [
        Incident(
            r.id, DriftKind(r.kind), r.subject, r.case_id, r.detail, r.found_at, IncidentStatus(r.status),
            Repair(r.repair) if r.repair else None, r.proposed_by, r.person,
        )
        for r in await connection.execute(query, params)
    ]  # fmt: skip


async def propose(connection: AsyncConnection, incident: str, repair: Repair, asked: Asked) -> Done | Refusal:
    """Propose a repair; a newer proposal takes the place of an older one. To be called in a transaction."""
    await connection.execute(_LOCK)
    if (earlier := await _earlier(connection, incident, IncidentStatus.PROPOSED, repair, asked)) is not None:
        return earlier
    found = await find(connection, incident)
    if found is None:
        return refuse(RefusalCode.INCIDENT_UNKNOWN)
    if refusal := may_propose(found.kind, found.status, repair, found.person, asked.by):
        return refusal
    await _asked(connection, incident, IncidentStatus.PROPOSED, repair, asked)
    return Done(replayed=False)


async def confirm(connection: AsyncConnection, incident: str, repair: Repair, asked: Asked) -> Done | Refusal:
    """Confirm the repair that another person proposed. To be called in a transaction."""
    await connection.execute(_LOCK)
    if (earlier := await _earlier(connection, incident, IncidentStatus.CONFIRMED, repair, asked)) is not None:
        return earlier
    found = await find(connection, incident)
    if found is None:
        return refuse(RefusalCode.INCIDENT_UNKNOWN)
    proposed = Proposed(found.proposed_by, found.repair) if found.proposed_by and found.repair else None
    if refusal := may_confirm(found.status, proposed, repair, found.person, asked.by):
        return refusal
    await _asked(connection, incident, IncidentStatus.CONFIRMED, repair, asked)
    return Done(replayed=False)


async def _asked(
    connection: AsyncConnection, incident: str, what: IncidentStatus, repair: Repair, asked: Asked
) -> None:
    await happened(
        connection, incident, what, asked.at,
        by=asked.by, repair=repair, reason=asked.reason, command_id=asked.command_id,
    )  # fmt: skip


async def _earlier(
    connection: AsyncConnection, incident: str, what: IncidentStatus, repair: Repair, asked: Asked
) -> Done | Refusal | None:
    """The answer to a request that was carried out before; None for one that is new."""
    row = (await connection.execute(_EARLIER, {"command": asked.command_id})).first()
    if row is None:
        return None
    same = tuple(row) == (incident, what, repair, asked.reason)
    return Done(replayed=True) if same else refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED)
