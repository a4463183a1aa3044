"""Mandates: deputies and proxies, named, accepted and ended; who acted for whom as of any instant."""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import mandates as law
from domain.events.register import MandateAccepted, MandateConfirmed, MandateEnded, MandateNamed
from domain.mandates import Granted, Naming
from domain.policy import MandatePolicy
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Mandate, Office
from store import offices, register_acts
from store.register_acts import Asked
from store.tables import MANDATE

IN_FORCE = """
    SELECT g.office, g.unit_code AS unit, g.deputy_id AS person, d.name, o.capacity,
           coalesce(g.instrument, o.instrument) AS instrument, g.valid_to AS until,
           jsonb_build_object('units', coalesce(g.scope->'units', '[]'), 'stages', coalesce(g.scope->'stages', '[]'),
                              'kinds', coalesce(g.scope->'kinds', '[]'), 'posts', coalesce(g.scope->'posts', '[]'))
               AS scope,
           g.principal_id AS on_behalf_of, g.mandate, g.id AS "grant"
    FROM mandate g
    JOIN person d ON d.id = g.deputy_id
    JOIN LATERAL (
        SELECT capacity, instrument FROM office h
        WHERE h.office = g.office AND h.unit_code IS NOT DISTINCT FROM g.unit_code AND h.person_id = g.principal_id
          AND h.superseded_at IS NULL AND h.valid_from <= :day AND (h.valid_to IS NULL OR h.valid_to >= :day)
        ORDER BY h.capacity <> 'definitive', h.id LIMIT 1
    ) o ON true
    WHERE g.state = 'accepted' AND g.valid_from <= :day AND g.valid_to >= :day
"""
"""Who may act for whom on a day: only for somebody who holds the office himself that day, in his capacity."""

_LIST = text("""
    SELECT g.*, p.name AS principal, d.name AS deputy, u.name AS unit
    FROM mandate g JOIN person p ON p.id = g.principal_id JOIN person d ON d.id = g.deputy_id
    LEFT JOIN unit u ON u.code = g.unit_code AND u.superseded_at IS NULL
    WHERE (CAST(:concerns AS text) IS NULL OR g.principal_id = :concerns OR g.deputy_id = :concerns)
      AND (CAST(:id AS text) IS NULL OR g.id = :id)
      AND (CAST(:at AS timestamptz) IS NULL
           OR (g.accepted_at <= :at AND (g.ended_at IS NULL OR g.ended_at > :at)
               AND g.valid_from <= :day AND g.valid_to >= :day))
    ORDER BY g.named_at DESC, g.id LIMIT :limit
""")


async def listed(
    connection: AsyncConnection,
    *,
    concerns: str | None = None,
    only: str | None = None,
    at: datetime | None = None,
    day: date | None = None,
    limit: int = 200,
) -> list[Any]:
    """Mandates, newest first: of one person or of all, in whatever state, or those in force at an instant."""
    params = {"concerns": concerns, "id": only, "at": at, "day": day, "limit": limit}
    return list(await connection.execute(_LIST, params))


async def name(
    connection: AsyncConnection, naming: Naming, is_hr: bool, rules: MandatePolicy, asked: Asked, today: date
) -> str | Refusal:
    """Name a deputy or proxy. The id of the mandate. To be called in a transaction."""
    grant = f"g_{asked.command_id[:26]}"
    done = await register_acts.done_before(connection, asked)
    if done is not False:
        return grant if done is True else done
    known = text("SELECT 1 FROM person WHERE id = :id")
    is_person = (await connection.execute(known, {"id": naming.deputy})).first() is not None
    held = await offices.holdings(connection, naming.office, naming.unit)
    if refusal := law.nameable(naming, asked.by, is_hr, today, rules, is_person, held):
        return refusal
    principal = naming.principal or asked.by
    by_hr = principal != asked.by
    scope = naming.scope if naming.scope.limits else None
    await connection.execute(
        MANDATE.insert().values(
            id=grant, mandate=naming.mandate, office=naming.office, unit_code=naming.unit, principal_id=principal,
            deputy_id=naming.deputy, valid_from=naming.first, valid_to=naming.last,
            scope=json.loads(scope.model_dump_json()) if scope else None, instrument=naming.instrument,
            dated=naming.dated, by_hr=by_hr, state="unconfirmed" if by_hr else "offered", named_by=asked.by,
            named_at=asked.at,
        )
    )  # fmt: skip
    event = MandateNamed(
        id=grant, mandate=naming.mandate, office=naming.office, unit=naming.unit, principal=principal,
        deputy=naming.deputy, first=naming.first, last=naming.last, scope=scope, instrument=naming.instrument,
        dated=naming.dated, by_hr=by_hr,
    )  # fmt: skip
    await register_acts.record(connection, asked, event)
    return grant


async def confirm(connection: AsyncConnection, grant: str, asked: Asked) -> str | Refusal:
    """A second person of HR confirms the deputy whom the first one named. To be called in a transaction."""
    found = await _granted(connection, grant, asked)
    if not isinstance(found, Granted):
        return found
    if refusal := law.confirmable(found, asked.by):
        return refusal
    await _set(connection, grant, state="offered", confirmed_by=asked.by, confirmed_at=asked.at)
    await register_acts.record(connection, asked, MandateConfirmed(id=grant))
    return grant


async def accept(connection: AsyncConnection, grant: str, asked: Asked, today: date) -> str | Refusal:
    """The deputy accepts. To be called in a transaction."""
    found = await _granted(connection, grant, asked)
    if not isinstance(found, Granted):
        return found
    if refusal := law.acceptable(found, asked.by, today):
        return refusal
    await _set(connection, grant, state="accepted", accepted_at=asked.at)
    await register_acts.record(connection, asked, MandateAccepted(id=grant))
    return grant


async def end(connection: AsyncConnection, grant: str, reason: str | None, is_hr: bool, asked: Asked) -> str | Refusal:
    """Revoke, decline or give back. To be called in a transaction."""
    found = await _granted(connection, grant, asked)
    if not isinstance(found, Granted):
        return found
    if refusal := law.endable(found, asked.by, is_hr):
        return refusal
    await _set(connection, grant, state="ended", ended_by=asked.by, ended_at=asked.at)
    await register_acts.record(connection, asked, MandateEnded(id=grant, reason=reason))
    return grant


async def _granted(connection: AsyncConnection, grant: str, asked: Asked) -> Granted | str | Refusal:
    done = await register_acts.done_before(connection, asked)
    if done is not False:
        return grant if done is True else done
    row = (await connection.execute(select(MANDATE).where(MANDATE.c.id == grant))).first()
    if row is None:
        return refuse(RefusalCode.MANDATE_UNKNOWN)
    return Granted(
        id=row.id,
        mandate=Mandate(row.mandate),
        office=Office(row.office),
        unit=row.unit_code,
        principal=row.principal_id,
        deputy=row.deputy_id,
        first=row.valid_from,
        last=row.valid_to,
        named_by=row.named_by,
        by_hr=row.by_hr,
        state=row.state,
    )


async def _set(connection: AsyncConnection, grant: str, **values: Any) -> None:
    await connection.execute(update(MANDATE).where(MANDATE.c.id == grant).values(values))
