"""Documents of a case: hand in, list, read; and who read what. Verdicts are acts like any other."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote, unquote

import structlog
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from api import schemas as out
from api.accessing import AccessDep, access_page
from api.deps import IdempotencyKey, KnownTags, Language, Now, Reading, Services, ServicesDep, ViewerDep
from api.presenting import documents_lacking
from api.problems import Problem, Refused
from api.routes import problems
from api.routes.cases import (
    CaseId,
    _command_id,
    _envelope,
    _has_to_do_with,
    _once,
    _persons_only,
    _to_act_on,
    _visible,
)
from domain import catalogue
from domain.authority import HR
from domain.calendar import local_day
from domain.commands import AddDocument, Day, DocumentCode, DocumentId
from domain.decide import decide
from domain.documents import Document
from domain.facts import Facts
from domain.media import recognised
from domain.protocol import Envelope, Snapshot
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Act, MediaType
from store import cases, documents
from store.accesses import AccessOutcome, accesses
from store.attempts import record_refusal
from store.contents import Damaged, Erased, Measured, measured
from store.surroundings import around_case
from store.viewing import DECIDERS, OVERSEERS, Viewer

router = APIRouter(tags=["documents"])
log = structlog.get_logger("mutasi.documents")

UNTOLD = "application/octet-stream"
"""Declared type of a file whose type the client does not know; the content tells it."""
FILE_TYPES = frozenset({*MediaType, UNTOLD})
_SUFFIXES = {MediaType.PDF: (".pdf",), MediaType.PNG: (".png",), MediaType.JPEG: (".jpg", ".jpeg")}

_FILE = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The file itself, or the id of a document to reuse.",
        "content": {
            **dict.fromkeys(sorted(FILE_TYPES), _FILE),
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["reuse"],
                    "properties": {"reuse": {"type": "string", "pattern": "^d_[a-z2-7]{26}$"}},
                    "additionalProperties": False,
                }
            },
        },
    }
}


class Reuse(BaseModel):
    """A document accepted in another case of the same employee."""

    model_config = ConfigDict(extra="forbid")

    reuse: DocumentId


class _Given(NamedTuple):
    """What is handed in: the act, and the content that has to be stored before it."""

    command: AddDocument
    content: Measured | None


@router.post(
    "/cases/{case_id}/documents",
    status_code=201,
    operation_id="add_document",
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
    openapi_extra=_BODY,
)
async def add_document(
    case_id: CaseId,
    request: Request,
    response: Response,
    services: ServicesDep,
    viewer: ViewerDep,
    key: IdempotencyKey,
    now: Now,
    document: Annotated[DocumentCode | None, Query(description="Code in the catalogue, with a file.")] = None,
    issued_on: Annotated[Day | None, Query(description="The date the document bears.")] = None,
) -> out.DocumentVersionOut:
    """Hand in a document: the file as the body, its name in `Content-Disposition`; or reuse one of another case."""
    _persons_only(viewer)
    row = await _to_act_on(services, viewer, case_id, Act.ADD_DOCUMENT, request, now)
    command_id = _command_id(viewer.person, f"cases/{row.case.id}/documents", key)
    try:
        given = await _given(request, command_id, document, issued_on)
    except Refused as refused:
        await _record(services, refused.refusal, row, viewer, command_id, request, now)
        raise

    async def hand_in(asked: Envelope) -> Snapshot:
        if given.content is not None:
            if refusal := await _foreseen(services, viewer, row, given, now):
                await _record(services, refusal, row, viewer, asked.id, request, now)
                raise Refused(refusal)
            await services.contents.keep(row.case.id, viewer.person, given.content, now)
        return await services.desk.act(row.case.id, asked, now)

    envelope = _envelope(command_id, Act.ADD_DOCUMENT, viewer, given.command, None, request)
    await _once(services, response, row.case.id, envelope, now, hand_in)
    async with services.reading() as connection:
        row = await _visible(connection, viewer, row.case.id)
        words = await documents.said(connection, row.case.id)
        capacity = await _capacity(connection, viewer, row)
    added = _found(row.case.documents, given)
    response.headers["Location"] = f"{request.url.path}/{added.id}/content"
    return _version(added, words, viewer, capacity)


async def _given(request: Request, command_id: str, code: str | None, issued_on: date | None) -> _Given:
    """The act and the content of a request. Raises when it is neither a file we know nor a document to reuse."""
    body = await request.body()
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared not in FILE_TYPES:
        return _Given(_command("body", reuse=_reuse(body)), None)
    if code is None:
        raise RequestValidationError([{"type": "missing", "loc": ("query", "document")}])
    media_type = recognised(body)
    if media_type is None or declared not in (UNTOLD, media_type):
        raise Refused(refuse(RefusalCode.DOCUMENT_TYPE_REFUSED, types=tuple(MediaType)))
    content = measured(command_id, body, media_type)
    named = {"file_name": name} if (name := _file_name(request)) else {}
    dated = {"issued_on": issued_on} if issued_on else {}
    return _Given(_command("header", document=code, content=content.stored.id, **named, **dated), content)


def _reuse(body: bytes) -> str:
    try:
        return Reuse.model_validate_json(body).reuse
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in error.errors()]) from error


def _command(place: str, **fields: Any) -> AddDocument:
    try:
        return AddDocument.model_validate({"act": Act.ADD_DOCUMENT, **fields})
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": (place, *e["loc"])} for e in error.errors()]) from error


_NAMED = re.compile(
    r"""filename\*\s*=\s*utf-8'[^']*'(?P<coded>[^;\s]+)|filename\s*=\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^;\s]+))""",
    re.IGNORECASE,
)


def _file_name(request: Request) -> str | None:
    """The name of the file from its header (RFC 6266), without a path; the coded form before the plain one."""
    found = list(_NAMED.finditer(request.headers.get("content-disposition", "")))
    coded = next((unquote(f["coded"]) for f in found if f["coded"]), None)
    told = coded or next((f["quoted"] or f["plain"] for f in found), None)
    return re.split(r"[/\\]", told or "")[-1].strip() or None


async def _foreseen(
    services: Services, viewer: Viewer, row: cases.CaseRow, given: _Given, now: datetime
) -> Refusal | None:
    """Why the act would be refused: judged before the content is stored, so that what is refused is not kept."""
    assert given.content is not None, "what is reused is stored already"
    async with services.reading() as connection:
        facts = await _facts(services, connection, viewer, row, now)
    decided = decide(row.case, given.command, replace(facts, content=given.content.stored))
    return decided if isinstance(decided, Refusal) else None


async def _facts(
    services: Services, connection: AsyncConnection, viewer: Viewer, row: cases.CaseRow, now: datetime
) -> Facts:
    around = await around_case(connection, local_day(now), viewer.person, row.case)
    return await services.gatherer.for_case(connection, now, row.case, viewer.person, None, around)


async def _record(
    services: Services,
    refusal: Refusal,
    row: cases.CaseRow,
    viewer: Viewer,
    command_id: str,
    request: Request,
    now: datetime,
) -> None:
    await record_refusal(
        services.engine,
        refusal,
        case_id=row.case.id,
        act=Act.ADD_DOCUMENT,
        actor=viewer.person,
        at=now,
        command_id=command_id,
        request_id=request.state.request_id,
    )


def _found(known: Iterable[Document], given: _Given) -> Document:
    """The document that a request added."""
    command = given.command
    for document in known:
        source = document.reused_from
        if (source and source.document == command.reuse) or (command.content and document.content == command.content):
            return document
    raise Refused(refuse(RefusalCode.DOCUMENT_UNKNOWN))


@router.get("/cases/{case_id}/documents", operation_id="list_case_documents", responses=problems(401, 404, 422, 503))
async def list_case_documents(
    case_id: CaseId,
    services: ServicesDep,
    connection: Reading,
    access: AccessDep,
    viewer: ViewerDep,
    now: Now,
    language: Language,
) -> out.DocumentsOut:
    """The documents a case needs and has: versions, verdicts, how long each is good, and what is missing."""
    row = await _visible(connection, viewer, case_id)
    await access.case(connection, row)
    facts = await _facts(services, connection, viewer, row, now)
    words = await documents.said(connection, row.case.id)
    capacity = await _capacity(connection, viewer, row)
    found = catalogue.entries(row.case, facts.policy, facts.today)
    return out.DocumentsOut(
        items=[_document(e, facts, words, viewer, capacity, language) for e in found],
        **documents_lacking(found).model_dump(),
    )


_Words = dict[tuple[str, datetime], documents.Said]


def _document(
    entry: catalogue.Entry, facts: Facts, words: _Words, viewer: Viewer, capacity: str | None, language: str
) -> out.DocumentOut:
    data = facts.policy.documents[entry.code]
    return out.DocumentOut(
        document=entry.code,
        title=data.title.in_(language),
        issuer=data.issuer.in_(language),
        ground=data.ground,
        needed=entry.needed,
        status=entry.status,
        by=data.by,
        enforce=data.enforce,
        months=data.months,
        proved_by=data.proved_by,
        versions=[_version(d, words, viewer, capacity) for d in entry.versions],
    )


def _version(document: Document, words: _Words, viewer: Viewer, capacity: str | None) -> out.DocumentVersionOut:
    readable = capacity is not None or document.by == viewer.person
    handed_in = words.get((document.id, document.at), documents.NOTHING_SAID)
    judged_at = document.judged_at
    verdict = words.get((document.id, judged_at), documents.NOTHING_SAID) if judged_at else documents.NOTHING_SAID
    return out.DocumentVersionOut(
        id=document.id,
        document=document.code,
        version=document.version,
        sha256=document.sha256,
        size=document.size,
        media_type=document.media_type,
        file_name=handed_in.file_name if readable else None,
        readable=readable,
        added_by=handed_in.by,
        added_at=document.at,
        issued_on=document.issued_on,
        valid_until=document.valid_until,
        verdict=document.verdict,
        reason=verdict.reason if readable else None,
        judged_by=verdict.by,
        judged_at=judged_at,
        reused_from=document.reused_from.number if document.reused_from else None,
    )


async def _capacity(connection: AsyncConnection, viewer: Viewer, row: cases.CaseRow) -> str | None:
    """As what somebody who sees the case may read its documents; None when he may not, his own aside."""
    if viewer.person == row.case.subject:
        return "subject"
    deciding = DECIDERS if await _has_to_do_with(connection, viewer, row) else frozenset()
    held = (o.office for o in viewer.offices if o.office in HR | OVERSEERS | deciding)
    return next(held, "participant" if deciding else None)


@router.get(
    "/cases/{case_id}/documents/{document_id}/content",
    operation_id="read_document",
    response_class=Response,
    response_model=None,
    responses={
        200: {"description": "The file as it was handed in", "content": dict.fromkeys(sorted(MediaType), _FILE)},
        304: {"description": "You hold it already"},
        **problems(401, 403, 404, 410, 422, 500, 503),
    },
)
async def read_document(
    case_id: CaseId,
    document_id: Annotated[str, Path(pattern=r"^d_[a-z2-7]{26}$")],
    services: ServicesDep,
    viewer: ViewerDep,
    access: AccessDep,
    known: KnownTags,
) -> Response:
    """The content of a document. Each reading, and each attempt, is written down before it is answered."""

    async with services.reading() as connection:
        row = await cases.find_case(connection, viewer, case_id)
        document = next((d for d in row.case.documents if d.id == document_id), None) if row else None
        capacity = await _capacity(connection, viewer, row) if row else None
        words = await documents.said(connection, row.case.id) if row and document else {}
    if row is None or document is None:
        raise Refused(refuse(RefusalCode.DOCUMENT_UNKNOWN if row else RefusalCode.CASE_UNKNOWN))
    as_what = capacity or ("uploader" if document.by == viewer.person else None)
    if as_what is None:
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))
    headers = {"ETag": f'"{document.sha256}"', "Cache-Control": "private, no-cache"}
    if known & {headers["ETag"], "*"}:
        await access.document(row, document.id, AccessOutcome.UNCHANGED, as_what)
        return Response(status_code=304, headers=headers)
    try:
        async with services.reading() as connection:
            content = await services.contents.open(connection, document.content, document.sha256)
    except Erased:
        await access.document(row, document.id, AccessOutcome.ERASED, as_what)
        raise Problem("content_erased") from None
    except Damaged as fault:
        log.error("content.damaged", document=document.id, fault=str(fault))
        await access.document(row, document.id, AccessOutcome.DAMAGED, as_what)
        raise Problem("content_damaged") from fault
    await access.document(row, document.id, AccessOutcome.READ, as_what)
    name = words.get((document.id, document.at), documents.NOTHING_SAID).file_name
    headers |= {
        "Content-Disposition": _disposition(document, name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type=document.media_type, headers=headers)


def _disposition(document: Document, name: str | None) -> str:
    """To be saved, never shown; under the name it came with, which ends as its type does (RFC 6266)."""
    suffixes = _SUFFIXES[document.media_type]
    plain = f"{document.code}-{document.version}{suffixes[0]}"
    told = name or plain
    told = told if told.lower().endswith(suffixes) else told + suffixes[0]
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(told, safe='')}"


@router.get(
    "/cases/{case_id}/accesses", operation_id="list_case_accesses", responses=problems(400, 401, 403, 404, 422, 503)
)
async def list_case_accesses(
    case_id: CaseId,
    services: ServicesDep,
    connection: Reading,
    access: AccessDep,
    viewer: ViewerDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> out.Page[out.AccessOut]:
    """Who read the case, its documents, or its employee in the register, or tried to, newest first.

    For the employee concerned and those who oversee.
    """
    row = await _visible(connection, viewer, case_id)
    if not (viewer.oversees or viewer.person == row.case.subject):
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))
    bound = ["accesses", row.case.id]
    place = services.cursors.read(cursor, bound)
    rows = await accesses(connection, row.case.id, row.case.subject, limit + 1, int(place[0]) if place else None)
    await access.case(connection, row)
    return access_page(services, rows, limit, bound)
