"""What those who oversee look at across cases."""

from typing import Annotated

from fastapi import APIRouter, Query

from api import presenting
from api import schemas as out
from api.accessing import AccessDep, access_page
from api.deps import Reading, ServicesDep, ViewerDep
from api.problems import Refused
from api.routes import problems
from domain.refusals import RefusalCode, refuse
from domain.text import ONE_LINE
from store import cases
from store.accesses import all_accesses

router = APIRouter(tags=["oversight"])


@router.get("/attempts", operation_id="list_attempts", responses=problems(400, 401, 403, 422, 503))
async def list_attempts(
    services: ServicesDep,
    connection: Reading,
    access: AccessDep,
    viewer: ViewerDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> out.Page[out.AttemptOut]:
    """Refused attempts of everybody, newest first; for those who oversee. Openings that left no case are here too."""
    if not viewer.oversees:
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))
    place = services.cursors.read(cursor, ["attempts"])
    rows = await cases.attempts(connection, limit + 1, before=int(place[0]) if place else None)
    more, rows = len(rows) > limit, rows[:limit]
    await access.people(connection, (r.actor for r in rows))
    return out.Page(
        items=[presenting.attempt(r) for r in rows],
        next_cursor=services.cursors.write([rows[-1].id], ["attempts"]) if more else None,
        has_more=more,
    )


@router.get("/accesses", operation_id="list_accesses", responses=problems(400, 401, 403, 422, 503))
async def list_accesses(
    services: ServicesDep,
    connection: Reading,
    access: AccessDep,
    viewer: ViewerDep,
    person: Annotated[str | None, Query(max_length=40, pattern=ONE_LINE, description="Person id of who asked.")] = None,
    operation: Annotated[str | None, Query(max_length=40, pattern=r"^[a-z_]+$", examples=["export_cases"])] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> out.Page[out.AccessOut]:
    """Who read personal data of others, took them along, or was turned away, newest first; for those who oversee."""
    if not viewer.oversees:
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))
    bound = ["accesses", person, operation]
    place = services.cursors.read(cursor, bound)
    before = int(place[0]) if place else None
    rows = await all_accesses(connection, limit + 1, before, person=person, operation=operation)
    await access.people(connection, (r.person_id for r in rows))
    return access_page(services, rows, limit, bound)
