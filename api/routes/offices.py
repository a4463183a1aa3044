"""Offices: who holds and held them, and appointing and ending by two people of HR."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime

from api import authority_schemas as out
from api.deps import Now, Reading, ServicesDep, ViewerDep
from api.problems import Problem, Refused
from api.registering import Registering, RegisteringDep
from api.routes import problems
from api.schemas import Page
from domain.authority import HEADS
from domain.calendar import local_day
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Office
from store import offices, register_acts
from store.ledger import ACTOR_NAME
from store.offices import Held, scope_of
from store.viewing import Viewer

router = APIRouter(tags=["offices"])

AsOf = Annotated[
    AwareDatetime | None, Query(description="The instant asked about, with its offset from UTC; now, if not said.")
]
KnownAt = Annotated[
    AwareDatetime | None,
    Query(description="What the register knew at an instant; now, if not said. The same as `as_of`: as known then."),
]
UnitCode = Annotated[str | None, Query(max_length=31, pattern=r"^[A-Z0-9-]+$")]
AppointmentId = Annotated[str, Path(pattern=r"^a_[0-9a-f]{26}$")]


@router.get("/offices", operation_id="list_offices", responses=problems(400, 401, 403, 422, 503))
async def list_offices(
    services: ServicesDep,
    connection: Reading,
    viewer: ViewerDep,
    now: Now,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    office: Office | None = None,
    unit: UnitCode = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Page[out.HolderOut]:
    """Who holds which office, or held it at any past instant, as known now or as known then."""
    at, known = as_of or now, known_at or now
    bound = ["offices", as_of, known_at, office, unit]
    place = services.cursors.read(cursor, bound)
    after = int(place[0]) if place else 0
    rows = await offices.as_of(connection, local_day(at), known, office=office, unit=unit, after=after, limit=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    return Page(
        items=[_holder(r) for r in rows],
        next_cursor=services.cursors.write([rows[-1].id], bound) if more else None,
        has_more=more,
    )


@router.get("/org-chart", operation_id="get_org_chart", responses=problems(401, 403, 422, 503))
async def get_org_chart(
    connection: Reading, viewer: ViewerDep, now: Now, as_of: AsOf = None, known_at: KnownAt = None
) -> out.ChartOut:
    """The units and who headed them at an instant. Units are as the register knew them at `known_at`."""
    at, known = as_of or now, known_at or now
    heads: dict[str, list[out.HolderOut]] = {}
    for held in await offices.as_of(connection, local_day(at), known, limit=100_000):
        if held.office in HEADS and held.unit_code:
            heads.setdefault(held.unit_code, []).append(_holder(held))
    units = await offices.chart(connection, known)
    return out.ChartOut(
        as_of=at,
        known_at=known,
        units=[out.ChartUnitOut(**u._asdict(), heads=heads.get(u.code, [])) for u in units],
    )


@router.get("/offices/appointments", operation_id="list_appointments", responses=problems(401, 403, 422, 503))
async def list_appointments(
    connection: Reading,
    viewer: ViewerDep,
    state: Annotated[str | None, Query(pattern=r"^(proposed|confirmed|declined)$")] = None,
) -> Page[out.AppointmentOut]:
    """What was proposed about offices, newest first; for HR and those who oversee."""
    _reads(viewer)
    return Page(items=[_appointment(r) for r in await offices.proposals(connection, state)])


@router.get("/offices/history", operation_id="list_register_entries", responses=problems(400, 401, 403, 422, 503))
async def list_register_entries(
    services: ServicesDep,
    connection: Reading,
    viewer: ViewerDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Page[out.RegisterEntryOut]:
    """Entries of the ledger about offices, mandates and relations, newest first; for those who oversee."""
    if not viewer.oversees:
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))
    place = services.cursors.read(cursor, ["register"])
    rows = await register_acts.history(connection, int(place[0]) if place else 2**31 - 1, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    return Page(
        items=[_entry(r) for r in rows],
        next_cursor=services.cursors.write([rows[-1].body["seq"]], ["register"]) if more else None,
        has_more=more,
    )


@router.post(
    "/offices/appointments",
    status_code=201,
    operation_id="propose_appointment",
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
async def propose_appointment(
    asked: out.AppointmentIn, registering: RegisteringDep, response: Response
) -> out.AppointmentOut:
    """Propose that a person holds an office, or holds it no longer. Another person of HR confirms."""
    await registering.hr_only(refuse(RefusalCode.NOT_AUTHORISED, act="appoint"))
    async with registering.writing() as connection:
        policy = await registering.policy(connection)
        command = registering.asked("offices", asked, policy)
        done = await offices.propose(connection, asked, policy.authority, command, registering.today)
    return await _answer(registering, "appoint", done, response)


@router.post(
    "/offices/appointments/{appointment_id}/confirmation",
    status_code=201,
    operation_id="confirm_appointment",
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
async def confirm_appointment(
    appointment_id: AppointmentId, asked: out.NothingIn, registering: RegisteringDep, response: Response
) -> out.AppointmentOut:
    """Confirm what another person of HR proposed: the register changes, and keeps what it said before."""
    await registering.hr_only(refuse(RefusalCode.NOT_AUTHORISED, act="appoint"))
    async with registering.writing() as connection:
        policy = await registering.policy(connection)
        command = registering.asked(f"offices/{appointment_id}/confirmation", asked, policy)
        done = await offices.confirm(connection, appointment_id, policy.authority, command, registering.today)
    return await _answer(registering, "appoint", done, response)


@router.post(
    "/offices/appointments/{appointment_id}/refusal",
    status_code=201,
    operation_id="decline_appointment",
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
async def decline_appointment(
    appointment_id: AppointmentId, asked: out.ReasonIn, registering: RegisteringDep, response: Response
) -> out.AppointmentOut:
    """Decline what was proposed about an office, or take back what one proposed oneself."""
    await registering.hr_only(refuse(RefusalCode.NOT_AUTHORISED, act="appoint"))
    async with registering.writing() as connection:
        policy = await registering.policy(connection)
        command = registering.asked(f"offices/{appointment_id}/refusal", asked, policy)
        done = await offices.decline(connection, appointment_id, asked.reason, command)
    return await _answer(registering, "appoint", done, response)


async def _answer(registering: Registering, act: str, done: str | Refusal, response: Response) -> out.AppointmentOut:
    proposal = await registering.settled(act, done, response)
    async with registering.reading() as connection:
        [row] = await offices.proposals(connection, only=proposal)
    return _appointment(row)


def _reads(viewer: Viewer) -> None:
    if viewer.operator:
        raise Problem("forbidden")
    if not (viewer.is_hr or viewer.oversees):
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))


def _holder(held: Held) -> out.HolderOut:
    return out.HolderOut(
        id=held.id,
        office=held.office,
        unit_code=held.unit_code,
        unit=held.unit,
        person=held.person_id,
        name=held.name,
        capacity=held.capacity,
        first=held.valid_from,
        last=held.valid_to,
        instrument=held.instrument,
        dated=held.dated,
        scope=scope_of(held.scope),
        on_behalf_of=held.on_behalf_of,
    )


def _appointment(row: Any) -> out.AppointmentOut:
    return out.AppointmentOut(
        id=row.id,
        what=row.what,
        office=row.office,
        unit_code=row.unit_code,
        person=row.person_id,
        name=row.person,
        capacity=row.capacity,
        first=row.valid_from,
        last=row.valid_to,
        instrument=row.instrument,
        dated=row.dated,
        scope=scope_of(row.scope),
        state=row.state,
        proposed=out.PartyOut(by=row.proposed_by, name=row.proposer, at=row.proposed_at),
        settled=out.PartyOut(by=row.settled_by, name=row.settler, at=row.settled_at) if row.settled_by else None,
    )


def _entry(happened: register_acts.Happened) -> out.RegisterEntryOut:
    body, private = happened.body, happened.private
    shown = {k: v for k, v in private.items() if k not in (ACTOR_NAME, "reason", "note")}
    return out.RegisterEntryOut(
        seq=body["seq"],
        type=body["type"],
        at=datetime.fromisoformat(body["at"]),
        by=body["actor"]["ref"],
        name=private.get(ACTOR_NAME),
        reason=private.get("reason"),
        data={**body["data"], **shown},
        hash=happened.hash,
        prev_hash=body["prev"],
    )
