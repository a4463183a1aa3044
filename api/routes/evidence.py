"""The evidence of a case, for those who see all of it: one file that can be checked without us."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.accessing import AccessDep
from api.deps import ServicesDep, ViewerDep
from api.problems import Problem, Refused
from api.routes import problems
from api.routes.cases import CaseId, _visible
from domain.refusals import RefusalCode, refuse
from runtime.bundling import Wanted, bundle_of
from store import proof_log
from store.accesses import AccessOutcome
from store.evidence import NotAttested, SizeUnknown
from store.viewing import OVERSEERS

router = APIRouter(tags=["cases"])

_ZIP = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}


@router.get(
    "/cases/{case_id}/evidence",
    operation_id="get_evidence",
    response_class=Response,
    response_model=None,
    responses={
        200: {"description": "The bundle: the same bytes for the same evidence", "content": _ZIP},
        **problems(401, 403, 404, 422, 503),
    },
)
async def get_evidence(
    case_id: CaseId,
    services: ServicesDep,
    viewer: ViewerDep,
    access: AccessDep,
    documents: Annotated[bool, Query(description="With the contents of documents, not their hashes alone.")] = True,
    personal: Annotated[
        bool, Query(description="With personal content and the salts that prove it; asked for, never by itself.")
    ] = False,
    since: Annotated[
        list[int] | None,
        Query(max_length=20, description="Sizes of checkpoints you hold: growth since is proved."),
    ] = None,
) -> Response:
    """Everything about a case with proofs and verifiers, in one zip; for those who oversee. Its taking is noted."""
    async with services.reading() as connection:
        row = await _visible(connection, viewer, case_id)
    held = next((o.office for o in viewer.offices if o.office in OVERSEERS), None)
    if held is None:
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))
    wanted = Wanted(documents, personal, tuple(since or ()))
    try:
        made = await bundle_of(
            services.engine, services.contents, row.case.id, wanted, services.desk.runs, services.desk.attest
        )
    except SizeUnknown as unknown:
        async with services.reading() as connection:
            size = await proof_log.size_of(connection)
        raise Refused(refuse(RefusalCode.LOG_SIZE_UNKNOWN, first=unknown.size, second=size, size=size)) from None
    except NotAttested:
        raise Problem("engine_unavailable") from None
    async with services.reading() as connection:
        await access.case(connection, row)
    for document in dict.fromkeys(document.id for document in made.opened):
        await access.document(row, document, AccessOutcome.READ, held)
    headers = {
        "Content-Disposition": f'attachment; filename="mutasi-{row.case.number}.zip"',
        "Cache-Control": "private, no-store",
    }
    return Response(made.raw, media_type="application/zip", headers=headers)
