"""Offices: who holds and held them as of any instant, and what two people of HR propose and confirm about them."""

import json
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import offices as law
from domain.events.register import (
    AppointmentConfirmed,
    AppointmentDeclined,
    AppointmentProposed,
    EndingProposed,
)
from domain.offices import Appointing, Ending, Holding, Known
from domain.policy import AuthorityPolicy
from domain.refusals import Refusal, RefusalCode, refuse
from domain.scope import Scope
from domain.vocabulary import Capacity, Office
from store import register_acts
from store.kin import relatives
from store.register_acts import Asked
from store.tables import APPOINTMENT, OFFICE, AppointmentRow


class Held(NamedTuple):
    """A holding as the register knew it at an instant."""

    id: int
    office: Office
    unit_code: str | None
    unit: str | None
    person_id: str
    name: str
    capacity: Capacity
    valid_from: date
    valid_to: date | None
    instrument: str
    dated: date | None
    scope: dict[str, Any] | None
    on_behalf_of: str | None


_AS_OF = text("""
    WITH known AS (
        SELECT * FROM office
        WHERE recorded_at <= :known AND (superseded_at IS NULL OR superseded_at > :known)
          AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)
    )
    SELECT o.id, o.office, o.unit_code, u.name AS unit, o.person_id, o.holder_name AS name, o.capacity, o.valid_from,
           o.valid_to, o.instrument, o.dated, o.scope,
           CASE WHEN o.capacity = 'acting_absence' THEN (
               SELECT d.person_id FROM known d WHERE d.office = o.office AND d.capacity = 'definitive'
                  AND d.unit_code IS NOT DISTINCT FROM o.unit_code ORDER BY d.valid_from DESC LIMIT 1)
           END AS on_behalf_of
    FROM known o
    LEFT JOIN unit u ON u.code = o.unit_code AND u.recorded_at <= :known
                    AND (u.superseded_at IS NULL OR u.superseded_at > :known)
    WHERE (CAST(:office AS text) IS NULL OR o.office = :office)
      AND (CAST(:unit AS text) IS NULL OR o.unit_code = :unit)
      AND (CAST(:person AS text) IS NULL OR o.person_id = :person)
      AND o.id > :after
    ORDER BY o.id LIMIT :limit
""")


async def as_of(
    connection: AsyncConnection,
    day: date,
    known: datetime,
    *,
    office: Office | None = None,
    unit: str | None = None,
    person: str | None = None,
    after: int = 0,
    limit: int = 1000,
) -> list[Held]:
    """Who held which office on a day, as the register knew it at an instant."""
    params = {
        "day": day, "known": known, "office": office, "unit": unit, "person": person, "after": after, "limit": limit,
    }  # fmt: skip
    return [Held(**r._mapping) for r in await connection.execute(_AS_OF, params)]


class ChartUnit(NamedTuple):
    """A unit of the organisation as the register knew it at an instant."""

    code: str
    name: str
    kind: str
    parent_code: str | None


_CHART = text("""
    SELECT code, name, kind, parent_code FROM unit
    WHERE recorded_at <= :known AND (superseded_at IS NULL OR superseded_at > :known) ORDER BY code
""")


async def chart(connection: AsyncConnection, known: datetime) -> list[ChartUnit]:
    """The units as the register knew them at an instant."""
    return [ChartUnit(**r._mapping) for r in await connection.execute(_CHART, {"known": known})]


_PROPOSALS = text("""
    SELECT a.*, p.name AS person, b.name AS proposer, s.name AS settler
    FROM appointment a JOIN person p ON p.id = a.person_id
    LEFT JOIN person b ON b.id = a.proposed_by LEFT JOIN person s ON s.id = a.settled_by
    WHERE (CAST(:state AS text) IS NULL OR a.state = :state) AND (CAST(:id AS text) IS NULL OR a.id = :id)
    ORDER BY a.proposed_at DESC, a.id LIMIT :limit
""")


async def proposals(
    connection: AsyncConnection, state: str | None = None, only: str | None = None, limit: int = 200
) -> list[Any]:
    """What was proposed about offices, newest first, with the names of those concerned."""
    return list(await connection.execute(_PROPOSALS, {"state": state, "id": only, "limit": limit}))


async def propose(
    connection: AsyncConnection, what: Appointing | Ending, authority: AuthorityPolicy, asked: Asked, today: date
) -> str | Refusal:
    """Propose an appointment or its end. The id of the proposal. To be called in a transaction."""
    proposal = f"a_{asked.command_id[:26]}"
    done = await register_acts.done_before(connection, asked)
    if done is not False:
        return proposal if done is True else done
    if isinstance(what, Ending):
        held = await _held(connection, what.holding)
        if refusal := law.endable(what, held, today):
            return refusal
        assert held is not None, "what is not held cannot be ended"
        if refusal := law.may_sign(asked.by, held.person, await relatives(connection, held.person)):
            return refusal
        event = EndingProposed(
            id=proposal, holding=held.id, office=held.office, unit=held.unit, person=held.person, last=what.last,
            instrument=what.instrument, dated=what.dated,
        )  # fmt: skip
        await _insert(connection, proposal, "end", held.office, held.unit, held.person, asked, holding=held.id,
                      valid_to=what.last, instrument=what.instrument, dated=what.dated)  # fmt: skip
        await register_acts.record(connection, asked, event)
        return proposal
    known = await _known(connection, what, authority, today)
    if refusal := law.may_sign(asked.by, what.person, known.kin) or law.appointable(what, known):
        return refusal
    scope = what.scope if what.scope.limits else None
    appointed = AppointmentProposed(
        id=proposal, office=what.office, unit=what.unit, person=what.person, capacity=what.capacity, first=what.first,
        last=what.last, instrument=what.instrument, dated=what.dated, scope=scope,
    )  # fmt: skip
    await _insert(connection, proposal, "appoint", what.office, what.unit, what.person, asked, capacity=what.capacity,
                  valid_from=what.first, valid_to=what.last, instrument=what.instrument, dated=what.dated,
                  scope=scope.model_dump(mode="json") if scope else None)  # fmt: skip
    await register_acts.record(connection, asked, appointed)
    return proposal


async def confirm(
    connection: AsyncConnection, proposal: str, authority: AuthorityPolicy, asked: Asked, today: date
) -> str | Refusal:
    """The second person's word: the register changes. To be called in a transaction."""
    row = await _pending(connection, proposal, asked)
    if not isinstance(row, AppointmentRow):
        return row
    kin = await relatives(connection, row.person_id)
    if refusal := law.may_second(row.proposed_by, asked.by, row.person_id, kin):
        return refusal
    if row.what == "end":
        ending = Ending(
            holding=row.holding or 0, last=row.valid_to or today, instrument=row.instrument, dated=row.dated
        )
        held = await _held(connection, ending.holding)
        if refusal := law.endable(ending, held, today):
            return refusal
        await _end(connection, ending, proposal, asked.at)
    else:
        what = _appointing(row)
        if refusal := law.appointable(what, await _known(connection, what, authority, today)):
            return refusal
        await connection.execute(_APPOINT, {**_columns(what), "appointment": proposal, "at": asked.at})
    await _settle(connection, proposal, "confirmed", asked)
    await register_acts.record(connection, asked, AppointmentConfirmed(id=proposal))
    return proposal


async def decline(connection: AsyncConnection, proposal: str, reason: str, asked: Asked) -> str | Refusal:
    """Decline a proposal, or take back one's own. To be called in a transaction."""
    row = await _pending(connection, proposal, asked)
    if not isinstance(row, AppointmentRow):
        return row
    await _settle(connection, proposal, "declined", asked)
    await register_acts.record(connection, asked, AppointmentDeclined(id=proposal, reason=reason))
    return proposal


async def _pending(connection: AsyncConnection, proposal: str, asked: Asked) -> AppointmentRow | str | Refusal:
    """The proposal that waits for a second person; its id if this very act settled it before."""
    done = await register_acts.done_before(connection, asked)
    if done is not False:
        return proposal if done is True else done
    row = (await connection.execute(select(APPOINTMENT).where(APPOINTMENT.c.id == proposal))).first()
    if row is None:
        return refuse(RefusalCode.APPOINTMENT_UNKNOWN)
    if row.state != "proposed":
        return refuse(RefusalCode.APPOINTMENT_SETTLED)
    return AppointmentRow(**row._mapping)


async def _insert(
    connection: AsyncConnection, proposal: str, what: str, office: str, unit: str | None, person: str, asked: Asked,
    **more: Any,
) -> None:  # fmt: skip
    await connection.execute(
        APPOINTMENT.insert().values(
            id=proposal, what=what, office=office, unit_code=unit, person_id=person, state="proposed",
            proposed_by=asked.by, proposed_at=asked.at, **more,
        )
    )  # fmt: skip


async def _settle(connection: AsyncConnection, proposal: str, state: str, asked: Asked) -> None:
    settled = {"state": state, "settled_by": asked.by, "settled_at": asked.at}
    await connection.execute(update(APPOINTMENT).where(APPOINTMENT.c.id == proposal).values(settled))


_APPOINT = text("""
    INSERT INTO office (office, unit_code, person_id, holder_name, capacity, valid_from, valid_to, instrument, dated,
                        scope, appointment_id, recorded_at)
    SELECT :office, :unit, p.id, p.name, :capacity, :first, :last, :instrument, :dated, CAST(:scope AS jsonb),
           :appointment, :at
    FROM person p WHERE p.id = :person
""")
_END = text("""
    WITH held AS (UPDATE office SET superseded_at = :at WHERE id = :id AND superseded_at IS NULL RETURNING *)
    INSERT INTO office (office, unit_code, person_id, holder_name, capacity, valid_from, valid_to, instrument, dated,
                        scope, appointment_id, recorded_at)
    SELECT office, unit_code, person_id, holder_name, capacity, valid_from, :last, instrument, dated, scope,
           :appointment, :at
    FROM held WHERE valid_from <= :last
""")


async def _end(connection: AsyncConnection, ending: Ending, proposal: str, at: datetime) -> None:
    """The row is superseded, never changed: what was known before stays answerable."""
    params = {"id": ending.holding, "last": ending.last, "appointment": proposal, "at": at}
    await connection.execute(_END, params)


def _columns(what: Appointing) -> dict[str, Any]:
    return {
        "office": what.office,
        "unit": what.unit,
        "person": what.person,
        "capacity": what.capacity,
        "first": what.first,
        "last": what.last,
        "instrument": what.instrument,
        "dated": what.dated,
        "scope": json.dumps(what.scope.model_dump(mode="json")) if what.scope.limits else None,
    }


def _appointing(row: AppointmentRow) -> Appointing:
    return Appointing.model_validate(
        {
            "office": row.office,
            "unit": row.unit_code,
            "person": row.person_id,
            "capacity": row.capacity,
            "first": row.valid_from,
            "last": row.valid_to,
            "instrument": row.instrument,
            "dated": row.dated,
            "scope": row.scope or {},
        }
    )


_KNOWN = text("""
    SELECT EXISTS (SELECT 1 FROM person WHERE id = :person) AS is_person,
           EXISTS (SELECT 1 FROM unit WHERE code = :unit AND superseded_at IS NULL) AS is_unit
""")


async def _known(connection: AsyncConnection, what: Appointing, authority: AuthorityPolicy, today: date) -> Known:
    found = (await connection.execute(_KNOWN, {"person": what.person, "unit": what.unit})).one()
    return Known(
        today=today,
        law=authority,
        is_person=found.is_person,
        is_unit=found.is_unit,
        holdings=await holdings(connection, what.office, what.unit),
        kin=await relatives(connection, what.person),
    )


async def holdings(connection: AsyncConnection, office: Office, unit: str | None) -> tuple[Holding, ...]:
    """Everyone who holds or held an office in a unit, as the register knows it now."""
    where = (OFFICE.c.office == office, OFFICE.c.unit_code.is_not_distinct_from(unit), OFFICE.c.superseded_at.is_(None))
    return tuple([_holding(r) for r in await connection.execute(select(OFFICE).where(*where).order_by(OFFICE.c.id))])


async def _held(connection: AsyncConnection, holding: int) -> Holding | None:
    row = (
        await connection.execute(select(OFFICE).where(OFFICE.c.id == holding, OFFICE.c.superseded_at.is_(None)))
    ).first()
    return _holding(row) if row else None


def _holding(row: Any) -> Holding:
    return Holding(
        id=row.id,
        office=Office(row.office),
        unit=row.unit_code,
        person=row.person_id,
        capacity=Capacity(row.capacity),
        first=row.valid_from,
        last=row.valid_to,
    )


def scope_of(stored: dict[str, Any] | None) -> Scope:
    return Scope.model_validate(stored or {})
