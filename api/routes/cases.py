"""Cases: open, preview, list, read, act."""

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from api import metrics, presenting
from api import schemas as out
from api.accessing import Access, AccessDep
from api.deps import (
    ExpectedVersion,
    IdempotencyKey,
    KnownTags,
    Language,
    Now,
    Reading,
    Services,
    ServicesDep,
    ViewerDep,
)
from api.preview import preview_of
from api.problems import Problem, Refused
from api.routes import answer, example, problems
from api.seating import lease_out, line_out
from domain.authority import office_of, responsible
from domain.calendar import local_day
from domain.commands import ActCommand, Comment, OpenCase, Proposal
from domain.history import superseded
from domain.protocol import Envelope, Snapshot
from domain.refusals import RefusalCode, refuse
from domain.text import ONE_LINE
from domain.vocabulary import Act, Stage, Status
from store import cases, notice_list
from store.attempts import FAULT, record_fault, record_refusal
from store.surroundings import around_case
from store.viewing import DECIDERS, Viewer

router = APIRouter(tags=["cases"])

CaseId = Annotated[
    str, Path(max_length=40, pattern=ONE_LINE, description="Id of the case, or its number: MUT-2026-000001.")
]
Limit = Annotated[int, Query(ge=1, le=200)]


async def case_filter(
    stage: Stage | None = None,
    status: Status | None = None,
    unit: Annotated[
        str | None, Query(max_length=31, pattern=ONE_LINE, description="Unit or agency of origin or destination.")
    ] = None,
    q: Annotated[
        str | None, Query(max_length=200, pattern=ONE_LINE, description="Name, NIP, case or decree number.")
    ] = None,
    overdue: bool | None = None,
) -> cases.Filter:
    """What a list of cases, shown or taken along, is narrowed to."""
    return cases.Filter(stage=stage, status=status, unit=unit, q=q, overdue=overdue)


CaseFilter = Annotated[cases.Filter, Depends(case_filter)]


@router.post(
    "/cases", status_code=201, operation_id="open_case", responses=problems(400, 401, 403, 409, 413, 415, 422, 503)
)
async def open_case(
    command: OpenCase,
    request: Request,
    response: Response,
    services: ServicesDep,
    viewer: ViewerDep,
    key: IdempotencyKey,
    now: Now,
    language: Language,
) -> out.CaseOut:
    """Open a case. It is judged at once; the answer shows where it stands and every reason."""
    _persons_only(viewer)
    command_id = _command_id(viewer.person, "cases", key)
    case_id = "c_" + base64.b32encode(hashlib.sha256(command_id.encode()).digest()).decode().lower()[:26]
    envelope = _envelope(command_id, "open", viewer, command, None, request)
    await _once(services, response, case_id, envelope, now, lambda asked: services.desk.open(case_id, asked))
    view = await _view(services, viewer, case_id, now, language, response)
    response.headers["Location"] = f"{request.url.path}/{case_id}"
    return view


@router.post(
    "/cases/preview",
    operation_id="preview_case",
    responses=answer("preview") | problems(400, 401, 403, 413, 415, 422, 503),
)
async def preview_case(
    proposal: Annotated[Proposal, Body(examples=[example("preview_request")])],
    services: ServicesDep,
    connection: Reading,
    access: AccessDep,
    viewer: ViewerDep,
    now: Now,
    language: Language,
) -> out.PreviewOut:
    """Eligibility, seat and fit of a person for a post, without opening anything."""
    _persons_only(viewer)
    return await preview_of(services.gatherer, connection, access, proposal, now, language)


@router.get("/cases", operation_id="list_cases", responses=problems(400, 401, 422, 503))
async def list_cases(
    services: ServicesDep,
    connection: Reading,
    access: AccessDep,
    viewer: ViewerDep,
    now: Now,
    language: Language,
    wanted: CaseFilter,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    count: Annotated[bool, Query(description="Whether to count all matches too.")] = False,
) -> out.Page[out.CaseSummary]:
    """Cases this caller may see, newest first."""
    bound = ["cases", *wanted]
    place = services.cursors.read(cursor, bound)
    after = cases.Place(datetime.fromisoformat(place[0]), place[1]) if place else None
    rows = await cases.list_cases(connection, viewer, wanted, now, limit + 1, after)
    more, rows = len(rows) > limit, rows[:limit]
    last = [rows[-1].case.opened_at, rows[-1].case.id] if more else None
    await access.people(connection, (r.case.subject for r in rows))
    return out.Page(
        items=[out.CaseSummary.model_validate(presenting.summary(r, viewer, now, language)) for r in rows],
        next_cursor=services.cursors.write(last, bound) if last else None,
        has_more=more,
        total=await cases.count_cases(connection, viewer, wanted, now) if count else None,
    )


@router.get(
    "/cases/{case_id}",
    operation_id="get_case",
    response_model=out.CaseOut,
    responses={304: {"description": "The case is still at a version you hold"}, **problems(401, 404, 422, 503)},
)
async def get_case(
    case_id: CaseId,
    services: ServicesDep,
    viewer: ViewerDep,
    access: AccessDep,
    known: KnownTags,
    now: Now,
    language: Language,
    response: Response,
) -> Any:
    """A case, with the acts open to this caller now and why others are not. The `ETag` is its version."""
    view = await _view(services, viewer, case_id, now, language, response, access)
    if known & {response.headers["ETag"], "*"}:
        return Response(status_code=304, headers={"ETag": response.headers["ETag"]})
    return view


@router.get("/cases/{case_id}/events", operation_id="list_case_events", responses=problems(401, 403, 404, 422, 503))
async def list_case_events(
    case_id: CaseId, connection: Reading, access: AccessDep, viewer: ViewerDep, language: Language
) -> out.EventsOut:
    """The whole history of a case from the ledger, each entry with its hash and the one before it."""
    row = await _visible(connection, viewer, case_id)
    subject = viewer.person == row.case.subject
    trusted = viewer.is_hr or viewer.oversees or viewer.service or viewer.stands_for(row.case)
    if not (subject or trusted or await _has_to_do_with(connection, viewer, row)):
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))
    await access.case(connection, row)
    entries = await cases.events(connection, row.case.id)
    gone = superseded((e.body["seq"], e.body["type"], e.body["command"], e.body["data"]) for e in entries)
    decides = office_of(Act.DECIDE_OBJECTION, row.case)
    addressees = frozenset({responsible(decides, row.case)} if decides else ())
    shown = (
        presenting.event(e, viewer, row.case.subject, e.body["seq"] in gone, language, addressees) for e in entries
    )
    return out.EventsOut(items=[e for e in shown if e], head=entries[-1].hash if entries else None)


@router.get("/cases/{case_id}/attempts", operation_id="list_case_attempts", responses=problems(401, 403, 404, 422, 503))
async def list_case_attempts(
    case_id: CaseId, connection: Reading, access: AccessDep, viewer: ViewerDep
) -> out.Page[out.AttemptOut]:
    """Refused attempts on a case, newest first; for those who oversee, HR not among them."""
    row = await _visible(connection, viewer, case_id)
    if not viewer.oversees:
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))
    await access.case(connection, row)
    rows = await cases.attempts(connection, 200, row.case.id)
    return out.Page(items=[presenting.attempt(r) for r in rows])


@router.get("/cases/{case_id}/notices", operation_id="list_case_notices", responses=problems(401, 403, 404, 422, 503))
async def list_case_notices(
    case_id: CaseId, connection: Reading, access: AccessDep, viewer: ViewerDep
) -> out.Page[out.NoticeStateOut]:
    """Every notice of a case and what became of it; for HR and auditors."""
    row = await _visible(connection, viewer, case_id)
    if not (viewer.is_hr or viewer.oversees):
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))
    await access.case(connection, row)
    found = await notice_list.of_case(connection, row.case.id)
    return out.Page(
        items=[
            out.NoticeStateOut(
                id=n.id,
                seq=n.seq,
                recipient=n.name,
                template=n.template,
                state=n.state,
                attempts=n.attempts,
                fault=n.fault,
                created_at=n.created_at,
                sent_at=n.sent_at,
            )
            for n in found
        ]
    )


_ACT_EXAMPLES = {
    "verify": {"summary": "HR verifies", "value": {"act": "verify", "note": "Berkas lengkap"}},
    "respond": {
        "summary": "The employee objects",
        "value": {"act": "respond", "answer": "object", "grounds": ["family"], "text": "Orang tua sakit"},
    },
    "decide": {"summary": "The governor approves", "value": {"act": "decide", "decision": "approve"}},
    "return": {
        "summary": "The board returns the case",
        "value": {"act": "return", "to_stage": "consultation", "reason": "Pegawai belum didengar"},
    },
}


@router.post(
    "/cases/{case_id}/acts",
    operation_id="act_on_case",
    responses=problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503),
)
async def act_on_case(
    case_id: CaseId,
    command: Annotated[ActCommand, Body(openapi_examples=_ACT_EXAMPLES)],
    request: Request,
    response: Response,
    services: ServicesDep,
    viewer: ViewerDep,
    key: IdempotencyKey,
    version: ExpectedVersion,
    now: Now,
    language: Language,
) -> out.CaseOut:
    """Act on a case. The answer is the case after the act; a refusal says why, and is recorded."""
    _persons_only(viewer)
    row = await _to_act_on(services, viewer, case_id, command.act, request, now)
    command_id = _command_id(viewer.person, f"cases/{row.case.id}/acts", key)
    envelope = _envelope(command_id, command.act, viewer, command, version, request)
    told = version is not None or request.headers.get("if-match") is not None
    needs_version = not told and not isinstance(command, Comment)

    async def hand_in(asked: Envelope) -> Snapshot:
        if needs_version:
            raise Problem("if_match_required")
        return await services.desk.act(row.case.id, asked, now)

    await _once(services, response, row.case.id, envelope, now, hand_in)
    return await _view(services, viewer, row.case.id, now, language, response)


def _command_id(person: str, route: str, key: str) -> str:
    """The id of a command: the caller's key within what he asks of what, so that two people's keys never meet."""
    return hashlib.sha256(f"{person}\n{route}\n{key}".encode()).hexdigest()[:40]


def _envelope(
    command_id: str, kind: str, viewer: Viewer, command: BaseModel, version: int | None, request: Request
) -> Envelope:
    body = command.model_dump(mode="json", exclude_unset=True, exclude={"act"})
    asked = json.dumps([kind, body], sort_keys=True, separators=(",", ":"))
    return Envelope(
        id=command_id,
        kind=kind,
        actor=viewer.person,
        body=body,
        expected_version=version,
        fingerprint=hashlib.sha256(asked.encode()).hexdigest(),
        request_id=request.state.request_id,
    )


async def _once(
    services: Services,
    response: Response,
    case_id: str,
    envelope: Envelope,
    now: datetime,
    hand_in: Callable[[Envelope], Awaitable[Snapshot]],
) -> None:
    """Hand a command in, or find that it was carried out: then it is answered, not repeated. Raises on another one.

    The engine answers an id as it did first. What was refused is to be judged again, so it goes in under a new id.
    """
    found = await _submitted(services, case_id, envelope.id)
    if found.fingerprint is None:
        again = {"id": f"{envelope.id}-{found.refused}"} if found.refused else {}
        asked = envelope.model_copy(update=again)
        try:
            with metrics.act(envelope.kind):
                await hand_in(asked)
        except Problem as problem:
            if problem.code == FAULT:
                await record_fault(services.engine, case_id=case_id, act=asked.kind, actor=asked.actor, at=now,
                                   command_id=asked.id, request_id=asked.request_id)  # fmt: skip
            raise
        found = await _submitted(services, case_id, envelope.id)
    else:
        response.headers["Idempotent-Replayed"] = "true"
    if found.fingerprint not in (None, envelope.fingerprint):
        refusal = refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED)
        await record_refusal(services.engine, refusal, case_id=case_id, act=envelope.kind, actor=envelope.actor, at=now,
                             command_id=envelope.id, request_id=envelope.request_id)  # fmt: skip
        raise Refused(refusal)


async def _submitted(services: Services, case_id: str, command_id: str) -> cases.Submitted:
    async with services.reading() as connection:
        return await cases.submitted(connection, case_id, command_id)


async def _to_act_on(
    services: Services, viewer: Viewer, case_id: str, act: str, request: Request, now: datetime
) -> cases.CaseRow:
    """The case somebody wants to act on. Whoever may not even see it hears that there is none, and it is recorded."""
    async with services.reading() as connection:
        row = await cases.find_case(connection, viewer, case_id)
        hidden = await cases.id_of(connection, case_id) if row is None else None
    if row is None:
        refusal = refuse(RefusalCode.CASE_UNKNOWN)
        # Also where there is none: what is written takes time, and time would tell.
        await record_refusal(services.engine, refusal, case_id=hidden, act=act, actor=viewer.person, at=now,
                             request_id=request.state.request_id)  # fmt: skip
        raise Refused(refusal)
    return row


async def _visible(connection: AsyncConnection, viewer: Viewer, case_id: str) -> cases.CaseRow:
    row = await cases.find_case(connection, viewer, case_id)
    if row is None:
        raise Refused(refuse(RefusalCode.CASE_UNKNOWN))
    return row


async def _view(
    services: Services,
    viewer: Viewer,
    case_id: str,
    now: datetime,
    language: str,
    response: Response,
    access: Access | None = None,
) -> out.CaseOut:
    """The case as it stands for this caller; `ETag` is its version. An act is its own trace, a mere look leaves one."""
    async with services.reading() as connection:
        row = await _visible(connection, viewer, case_id)
        if access:
            await access.case(connection, row)
        around = await around_case(connection, local_day(now), viewer.person, row.case)
        facts = await services.gatherer.for_case(connection, now, row.case, viewer.person, None, around)
        results = await cases.rule_results(connection, row.case.id)
        states = await notice_list.states(connection, row.case.id)
        line = await line_out(services.gatherer, connection, viewer, row.case, facts.today, language)
    response.headers["ETag"] = f'"{row.case.version}"'
    return presenting.case_view(
        row, viewer, facts, results, states, (lease_out(row.case, facts, language), line), language
    )


async def _has_to_do_with(connection: AsyncConnection, viewer: Viewer, row: cases.CaseRow) -> bool:
    """Whether the viewer decides or decided in the case, and so may read how it came to him."""
    reached = bool(row.case.verifiers) or row.case.stage in (Stage.APPROVAL, Stage.PLACEMENT, Stage.REVIEW)
    return (viewer.holds(DECIDERS) and reached) or await cases.decided_in(connection, row.case.id, viewer.person)


def _persons_only(viewer: Viewer) -> None:
    if viewer.operator:
        raise Problem("forbidden")
