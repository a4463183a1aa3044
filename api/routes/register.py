"""The register, read-only: employees, posts, units, policies; and the closing of a rating year."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from api import presenting
from api import schemas as out
from api.accessing import AccessDep
from api.deps import Language, Now, Reading, ServicesDep, ViewerDep
from api.position_map import positions_out
from api.problems import Problem, Refused
from api.routes import answer, problems
from domain.calendar import local_day
from domain.refusals import RefusalCode, refuse
from domain.text import ONE_LINE
from domain.vocabulary import Office, PositionKind
from store import policies, rating_years, registers
from store.registers import EmployeeRow, UnitRow
from store.viewing import Viewer

router = APIRouter(tags=["register"])

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=1000)]
Search = Annotated[str | None, Query(max_length=200, pattern=ONE_LINE)]
Horizon = Annotated[int, Query(ge=1, le=60, description="Months that `projected` looks ahead.")]
UnitCode = Annotated[str | None, Query(max_length=31, pattern=ONE_LINE, description="A unit, with all below it.")]


@router.get("/employees", operation_id="list_employees", responses=problems(400, 401, 422, 503))
async def list_employees(
    services: ServicesDep,
    connection: Reading,
    access: AccessDep,
    viewer: ViewerDep,
    now: Now,
    q: Annotated[
        str | None, Query(max_length=200, pattern=ONE_LINE, description="Words of the name, or a NIP in any spacing.")
    ] = None,
    unit: UnitCode = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> out.Page[out.EmployeeOut]:
    """Employees this caller may see, by name."""
    bound = ["employees", viewer.person, q, unit]
    place = services.cursors.read(cursor, bound)
    today = local_day(now)
    after = (str(place[0]), str(place[1])) if place else None
    rows = await registers.employees(connection, viewer, today, q=q, unit=unit, limit=limit + 1, after=after)
    more, rows = len(rows) > limit, rows[:limit]
    await access.people(connection, (r.id for r in rows))
    return out.Page(
        items=[_employee(r, viewer) for r in rows],
        next_cursor=services.cursors.write([rows[-1].name, rows[-1].id], bound) if more else None,
        has_more=more,
    )


@router.get("/employees/{employee_id}", operation_id="get_employee", responses=problems(401, 404, 422, 503))
async def get_employee(
    employee_id: Annotated[str, Path(max_length=40, pattern=ONE_LINE)],
    services: ServicesDep,
    connection: Reading,
    access: AccessDep,
    viewer: ViewerDep,
    now: Now,
) -> out.EmployeeOut:
    """An employee by his opaque id."""
    today = local_day(now)
    rows = await registers.employees(connection, viewer, today, employee_id=employee_id, limit=1)
    if not rows:
        raise Problem("not_found")
    await access.person(connection, rows[0].id, rows[0].agency_code)
    return _employee(rows[0], viewer)


def _employee(row: EmployeeRow, viewer: Viewer) -> out.EmployeeOut:
    return out.EmployeeOut(**row._replace(nip=presenting.nip_for(viewer, row.id, row.nip))._asdict())


@router.get("/positions", operation_id="list_positions", responses=answer("positions") | problems(400, 401, 422, 503))
async def list_positions(
    services: ServicesDep,
    connection: Reading,
    viewer: ViewerDep,
    now: Now,
    unit: UnitCode = None,
    kind: PositionKind | None = None,
    q: Search = None,
    vacant: Annotated[bool, Query(description="Only posts with a seat neither occupied nor held.")] = False,
    horizon: Horizon = 12,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> out.Page[out.PositionOut]:
    """Posts of the position map by code, with required, occupied, held and vacant seats today."""
    bound = ["positions", unit, kind, q, vacant, horizon]
    place = services.cursors.read(cursor, bound)
    rows = await registers.positions(
        connection,
        local_day(now),
        unit=unit,
        kind=kind,
        q=q,
        vacant=vacant,
        limit=limit + 1,
        after=str(place[0]) if place else None,
    )
    more, rows = len(rows) > limit, rows[:limit]
    return out.Page(
        items=await positions_out(services.gatherer, connection, viewer, rows, local_day(now), horizon),
        next_cursor=services.cursors.write([rows[-1].code], bound) if more else None,
        has_more=more,
    )


@router.get(
    "/positions/{code}", operation_id="get_position", responses=answer("position") | problems(401, 404, 422, 503)
)
async def get_position(
    code: Annotated[str, Path(max_length=31, pattern=ONE_LINE)],
    services: ServicesDep,
    connection: Reading,
    viewer: ViewerDep,
    now: Now,
    horizon: Horizon = 12,
) -> out.PositionOut:
    """A post by its code."""
    rows = await registers.positions(connection, local_day(now), code=code, limit=1)
    if not rows:
        raise Problem("not_found")
    [found] = await positions_out(services.gatherer, connection, viewer, rows, local_day(now), horizon)
    return found


@router.get("/units", operation_id="list_units", responses=problems(400, 401, 422, 503))
async def list_units(
    services: ServicesDep,
    connection: Reading,
    viewer: ViewerDep,
    now: Now,
    q: Search = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> out.Page[out.UnitOut]:
    """Units by code, with the headcount of their own posts."""
    bound = ["units", q]
    place = services.cursors.read(cursor, bound)
    today = local_day(now)
    rows = await registers.units(connection, today, q=q, limit=limit + 1, after=str(place[0]) if place else None)
    more, rows = len(rows) > limit, rows[:limit]
    return out.Page(
        items=[_unit(r) for r in rows],
        next_cursor=services.cursors.write([rows[-1].code], bound) if more else None,
        has_more=more,
    )


def _unit(row: UnitRow) -> out.UnitOut:
    return out.UnitOut(**row._asdict())


@router.get("/policies/{policy_hash}", operation_id="get_policy", responses=problems(401, 404, 422, 503))
async def get_policy(
    policy_hash: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")], connection: Reading, viewer: ViewerDep
) -> out.PolicyOut:
    """A policy by the hash that cases carry: the text the hash is of, and the same as data."""
    row = await policies.find(connection, policy_hash)
    if row is None:
        raise Problem("not_found")
    return out.PolicyOut(
        hash=row.hash,
        code=row.code,
        version=row.version,
        effective_from=row.effective_from,
        published_at=row.published_at,
        text=row.text,
        policy=policies.as_data(row),
    )


@router.post(
    "/rating-years",
    status_code=201,
    operation_id="publish_rating_year",
    responses=problems(400, 401, 403, 413, 415, 422, 503),
)
async def publish_rating_year(
    closed: out.RatingYearIn, services: ServicesDep, viewer: ViewerDep, now: Now, language: Language
) -> out.RatingYearOut:
    """The head of HR declares the ratings of a year closed: from now on evaluations ask for that year."""
    if not viewer.holds(frozenset({Office.HR_HEAD})):
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="publish"))
    async with services.engine.begin() as connection:
        today: date = local_day(now)
        if closed.year >= today.year:
            raise Refused(refuse(RefusalCode.DATE_IN_FUTURE, field="year"))
        return out.RatingYearOut(last_closed=await rating_years.publish(connection, closed.year, viewer.person))
