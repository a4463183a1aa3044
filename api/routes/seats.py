"""Seats and the people for them: who may be considered for a post, which posts fit a person, what he prefers."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api import seat_schemas as out
from api.accessing import AccessDep
from api.deps import Language, Now, Reading, ServicesDep, ViewerDep
from api.fitting import candidates_of
from api.knocking import KnockDep
from api.opportunities import nominations_of, opportunities_of
from api.routes import answer, problems
from domain.refusals import RefusalCode, refuse
from domain.text import ONE_LINE
from store import preferences
from store.people import positions

router = APIRouter(tags=["seats"])

EmployeeId = Annotated[str, Path(max_length=40, pattern=ONE_LINE)]
PositionCode = Annotated[str, Path(max_length=31, pattern=ONE_LINE)]


@router.get(
    "/positions/{code}/candidates",
    operation_id="list_candidates",
    responses=answer("candidates") | problems(401, 403, 404, 422, 503),
)
async def list_candidates(
    code: PositionCode,
    services: ServicesDep,
    connection: Reading,
    access: AccessDep,
    viewer: ViewerDep,
    now: Now,
    language: Language,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> out.CandidatesOut:
    """The people for a post, best fit first, each with the reasons; for HR. Advisory: a person chooses."""
    found = await candidates_of(services.gatherer, connection, viewer, code, now, language, limit)
    await access.people(connection, (c.employee.id for c in found.items))
    return found


@router.get(
    "/positions/{code}/nominations", operation_id="list_nominations", responses=problems(401, 403, 404, 422, 503)
)
async def list_nominations(
    code: PositionCode, connection: Reading, access: AccessDep, viewer: ViewerDep
) -> out.NominationsOut:
    """Who nominated himself for a post, in the order of arrival, and who prefers it; for HR."""
    found = await nominations_of(connection, viewer, code)
    await access.people(
        connection, [*(n.employee.id for n in found.items), *(p.employee.id for p in found.preferred_by)]
    )
    return found


@router.get(
    "/employees/{employee_id}/opportunities",
    operation_id="list_opportunities",
    responses=answer("opportunities") | problems(401, 403, 404, 422, 503),
)
async def list_opportunities(
    employee_id: EmployeeId,
    services: ServicesDep,
    connection: Reading,
    access: AccessDep,
    viewer: ViewerDep,
    now: Now,
    language: Language,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> out.OpportunitiesOut:
    """Vacant posts that fit a person, best first, with the reasons; for himself and HR."""
    found = await opportunities_of(services.gatherer, connection, viewer, employee_id, now, language, limit)
    await access.person(connection, employee_id, None)
    return found


@router.put(
    "/employees/{employee_id}/preferences",
    operation_id="state_preferences",
    responses=problems(400, 401, 403, 413, 415, 422, 503),
)
async def state_preferences(employee_id: EmployeeId, wished: out.PreferencesIn, knock: KnockDep) -> out.PreferencesOut:
    """State up to three posts one would rather have, first choice first; what was stated before is kept, superseded."""
    if knock.viewer.operator or knock.viewer.person != employee_id:
        await knock.turn_away(refuse(RefusalCode.NOT_AUTHORISED, act="seek"), "seek")
    codes = tuple(dict.fromkeys(wished.positions))
    async with knock.services.engine.begin() as connection:
        known = await positions(connection, list(codes))
        if all(code in known for code in codes):
            await preferences.state(connection, employee_id, codes)
            return out.PreferencesOut(positions=list(codes))
    unknown = next(code for code in codes if code not in known)
    await knock.turn_away(refuse(RefusalCode.POSITION_UNKNOWN, position=unknown), "seek")
