"""Seats and the people for them: who may be considered for a post."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api import seat_schemas as out
from api.deps import Language, Now, Reading, ServicesDep, ViewerDep
from api.fitting import candidates_of
from api.routes import problems
from domain.text import ONE_LINE

router = APIRouter(tags=["seats"])

PositionCode = Annotated[str, Path(max_length=31, pattern=ONE_LINE)]


@router.get("/positions/{code}/candidates", operation_id="list_candidates", responses=problems(401, 403, 404, 422, 503))
async def list_candidates(
    code: PositionCode,
    services: ServicesDep,
    connection: Reading,
    viewer: ViewerDep,
    now: Now,
    language: Language,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> out.CandidatesOut:
    """The people for a post, best fit first, each with the reasons; for HR. Advisory: a person chooses."""
    return await candidates_of(services.gatherer, connection, viewer, code, now, language, limit)
