"""The transparency log, for those who check: keys for everybody, checkpoints and proofs for those who oversee."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, PlainTextResponse

from api import schemas_log as out
from api.deps import Now, Reading, ServicesDep, ViewerDep
from api.problems import Refused
from api.routes import problems
from domain.refusals import RefusalCode, refuse
from runtime.sheet import sheet
from store import proof_log
from store.viewing import Viewer

router = APIRouter(tags=["log"])
well_known = APIRouter(tags=["log"])

CaseId = Annotated[str, Query(pattern=r"^c_[0-9a-z]{1,40}$", description="Id of a case.")]
Size = Annotated[int, Query(ge=1, le=2**53, description="Leaves of a checkpoint.")]
SomeSize = Annotated[int | None, Query(ge=1, le=2**53, description="Leaves of a checkpoint; the newest, if not said.")]


@well_known.get("/.well-known/mutasi-log.json", operation_id="get_log_keys", responses=problems(503))
async def get_log_keys(services: ServicesDep) -> out.LogKeysOut:
    """Name and keys of the log. For anybody, without a token: write them down before you need them."""
    async with services.reading() as connection:
        found = await proof_log.keys(connection)
    return out.LogKeysOut(
        origin=found[0].key.name if found else None,
        keys=[out.LogKeyOut(key=str(k.key), since=k.since) for k in found],
    )


@router.get(
    "/log/checkpoint",
    operation_id="get_checkpoint",
    response_class=PlainTextResponse,
    responses={200: {"description": "A signed note (c2sp.org/tlog-checkpoint)"}, **problems(401, 403, 404, 422, 503)},
)
async def get_checkpoint(connection: Reading, viewer: ViewerDep, size: SomeSize = None) -> PlainTextResponse:
    """The newest signed checkpoint, or that of a size, with the cosignatures of witnesses. Keep it elsewhere."""
    _overseers_only(viewer)
    signed = await proof_log.checkpoint(connection, size)
    if signed is None:
        raise Refused(refuse(RefusalCode.NOT_LOGGED_YET))
    return PlainTextResponse(signed.note)


@router.get(
    "/log/sheet",
    operation_id="print_checkpoint",
    response_class=HTMLResponse,
    responses={200: {"description": "A page to be printed on A4"}, **problems(401, 403, 404, 422, 503)},
)
async def print_checkpoint(connection: Reading, viewer: ViewerDep, now: Now) -> HTMLResponse:
    """The newest attested checkpoint as a page to be printed every week and kept elsewhere."""
    _overseers_only(viewer)
    signed, known = await proof_log.attested(connection), await proof_log.keys(connection)
    if signed is None or not known:
        raise Refused(refuse(RefusalCode.NOT_LOGGED_YET))
    page = sheet(known[-1].key.name, known[-1].key, signed, now)
    return HTMLResponse(page, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})


@router.get("/log/proofs/inclusion", operation_id="prove_inclusion", responses=problems(401, 403, 404, 422, 503))
async def prove_inclusion(
    connection: Reading,
    viewer: ViewerDep,
    case_id: CaseId,
    seq: Annotated[int, Query(ge=1, le=2**31 - 1, description="Number of the entry in its case.")],
    size: SomeSize = None,
) -> out.InclusionOut:
    """That an entry is in the log. That no newer one is missing, `GET /log/proofs/head` proves."""
    _overseers_only(viewer)
    signed = await proof_log.checkpoint(connection, size)
    leaf = await proof_log.leaf_of(connection, case_id, seq)
    if signed is None or leaf is None or leaf.place >= signed.size:
        raise Refused(refuse(RefusalCode.NOT_LOGGED_YET))
    return out.InclusionOut(
        case=case_id,
        seq=seq,
        place=leaf.place,
        size=signed.size,
        leaf=leaf.hash.hex(),
        path=_hex(await proof_log.inclusion(connection, leaf.place, signed.size)),
        checkpoint=signed.note,
    )


@router.get("/log/proofs/consistency", operation_id="prove_consistency", responses=problems(401, 403, 422, 503))
async def prove_consistency(
    connection: Reading, viewer: ViewerDep, first: Size, second: SomeSize = None
) -> out.ConsistencyOut:
    """That a checkpoint extends an earlier one, which may be one you kept."""
    _overseers_only(viewer)
    signed = await proof_log.checkpoint(connection, second)
    if signed is None or first > signed.size:
        size = await proof_log.size_of(connection)
        raise Refused(refuse(RefusalCode.LOG_SIZE_UNKNOWN, first=first, second=second or size, size=size))
    return out.ConsistencyOut(
        first=first,
        second=signed.size,
        path=_hex(await proof_log.consistency(connection, first, signed.size)),
        checkpoint=signed.note,
    )


@router.get("/log/proofs/head", operation_id="prove_head", responses=problems(401, 403, 404, 422, 503))
async def prove_head(connection: Reading, viewer: ViewerDep, case_id: CaseId) -> out.HeadOut:
    """That a history is whole: how many entries a case has, and its newest, as of the last attestation."""
    _overseers_only(viewer)
    found = await proof_log.head_proof(connection, case_id)
    if found is None:
        raise Refused(refuse(RefusalCode.NOT_LOGGED_YET))
    proof, signed = found
    return out.HeadOut(
        case=case_id,
        length=proof.head.length,
        head=proof.head.hash.hex(),
        place=proof.place,
        path=_hex(proof.path),
        heads=proof.heads_body.decode(),
        heads_path=_hex(proof.heads_path),
        size=signed.size,
        checkpoint=signed.note,
    )


def _overseers_only(viewer: Viewer) -> None:
    if not viewer.oversees:
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))


def _hex(hashes: Iterable[bytes]) -> list[str]:
    return [step.hex() for step in hashes]
