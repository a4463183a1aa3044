"""Cases: open, preview, list, read, act."""

import base64
import hashlib
import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from api import metrics, presenting
from api import schemas as out
from api.deps import ExpectedVersion, IdempotencyKey, Language, Now, Reading, Services, ServicesDep, ViewerDep
from api.preview import preview_of
from api.problems import Problem, Refused
from api.routes import problems
from domain.commands import ActCommand, Comment, OpenCase, Proposal
from domain.history import superseded
from domain.protocol import Envelope
from domain.refusals import RefusalCode, refuse
from domain.vocabulary import Stage, Status
from store import cases, notice_list
from store.viewing import DECIDERS, Viewer

router = APIRouter(tags=["cases"])

CaseId = Annotated[str, Path(pattern=r"^(c_[a-z2-7]{26}|MUT-\d{4}-\d{6,})$", description="Id or number of the case.")]
Limit = Annotated[int, Query(ge=1, le=200)]


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
    if not await _answered_before(services, envelope, response):
        with metrics.act("open"):
            await services.desk.open(case_id, envelope)
    view = await _view(services, viewer, case_id, now, language, response)
    response.headers["Location"] = f"{request.url.path}/{case_id}"
    return view


@router.post("/cases/preview", operation_id="preview_case", responses=problems(401, 403, 413, 415, 422, 503))
async def preview_case(
    proposal: Proposal, services: ServicesDep, connection: Reading, viewer: ViewerDep, now: Now, language: Language
) -> out.PreviewOut:
    """Eligibility, seat and fit of a person for a post, without opening anything."""
    _persons_only(viewer)
    return await preview_of(services.gatherer, connection, viewer, proposal, now, language)


@router.get("/cases", operation_id="list_cases", responses=problems(400, 401, 422, 503))
async def list_cases(
    services: ServicesDep,
    connection: Reading,
    viewer: ViewerDep,
    now: Now,
    language: Language,
    stage: Stage | None = None,
    status: Status | None = None,
    unit: Annotated[str | None, Query(max_length=31, description="Unit or agency of origin or destination.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Name, NIP, case or decree number.")] = None,
    overdue: bool | None = None,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    count: Annotated[bool, Query(description="Whether to count all matches too.")] = False,
) -> out.Page[out.CaseSummary]:
    """Cases this caller may see, newest first."""
    wanted = cases.Filter(stage=stage, status=status, unit=unit, q=q, overdue=overdue)
    bound = ["cases", *wanted]
    place = services.cursors.read(cursor, bound)
    after = cases.Place(datetime.fromisoformat(place[0]), place[1]) if place else None
    rows = await cases.list_cases(connection, viewer, wanted, now, limit + 1, after)
    more, rows = len(rows) > limit, rows[:limit]
    last = [rows[-1].case.opened_at, rows[-1].case.id] if more else None
    return out.Page(
        items=[out.CaseSummary.model_validate(presenting.summary(r, viewer, now, language)) for r in rows],
        next_cursor=services.cursors.write(last, bound) if last else None,
        has_more=more,
        total=await cases.count_cases(connection, viewer, wanted, now) if count else None,
    )


@router.get("/cases/{case_id}", operation_id="get_case", responses=problems(401, 404, 422, 503))
async def get_case(
    case_id: CaseId,
    services: ServicesDep,
    viewer: ViewerDep,
    now: Now,
    language: Language,
    request: Request,
    response: Response,
) -> Any:
    """A case, with the acts open to this caller now and why others are not. The `ETag` is its version."""
    view = await _view(services, viewer, case_id, now, language, response)
    return view


@router.get("/cases/{case_id}/events", operation_id="list_case_events", responses=problems(401, 403, 404, 422, 503))
async def list_case_events(
    case_id: CaseId, connection: Reading, viewer: ViewerDep, language: Language
) -> out.EventsOut:
    """The whole history of a case from the ledger, each entry with its hash and the one before it."""
    row = await _visible(connection, viewer, case_id)
    subject = viewer.person == row.case.subject
    if not (subject or viewer.is_hr or viewer.oversees or await _has_to_do_with(connection, viewer, row)):
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))
    entries = await cases.events(connection, row.case.id)
    gone = superseded((e.body["seq"], e.body["type"], e.body["data"]) for e in entries)
    shown = (presenting.event(e, subject, e.body["seq"] in gone, language) for e in entries)
    return out.EventsOut(items=[e for e in shown if e], head=entries[-1].hash if entries else None)


@router.get("/cases/{case_id}/attempts", operation_id="list_case_attempts", responses=problems(401, 403, 404, 422, 503))
async def list_case_attempts(case_id: CaseId, connection: Reading, viewer: ViewerDep) -> out.Page[out.AttemptOut]:
    """Refused attempts on a case, newest first; for HR and auditors."""
    row = await _visible(connection, viewer, case_id)
    _overseers_only(viewer)
    rows = await cases.attempts(connection, row.case.id)
    return out.Page(items=[out.AttemptOut(**r.model_dump(include=set(out.AttemptOut.model_fields))) for r in rows])


@router.get("/cases/{case_id}/notices", operation_id="list_case_notices", responses=problems(401, 403, 404, 422, 503))
async def list_case_notices(case_id: CaseId, connection: Reading, viewer: ViewerDep) -> out.Page[out.NoticeStateOut]:
    """Every notice of a case and what became of it; for HR and auditors."""
    row = await _visible(connection, viewer, case_id)
    _overseers_only(viewer)
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
    async with services.engine.connect() as connection:
        row = await _visible(connection, viewer, case_id)
    command_id = _command_id(viewer.person, f"cases/{row.case.id}/acts", key)
    envelope = _envelope(command_id, command.act, viewer, command, version, request)
    if not await _answered_before(services, envelope, response):
        if request.headers.get("if-match") is None and not isinstance(command, Comment):
            raise Problem("if_match_required")
        with metrics.act(command.act):
            await services.desk.act(row.case.id, envelope, now)
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


async def _answered_before(services: Services, envelope: Envelope, response: Response) -> bool:
    """Whether the very command was carried out already: then it is answered, not repeated. Raises on another one."""
    async with services.engine.connect() as connection:
        known = await cases.find_command(connection, envelope.id)
    if known is None:
        return False
    if known.fingerprint != envelope.fingerprint:
        raise Refused(refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED))
    response.headers["Idempotent-Replayed"] = "true"
    return True


async def _visible(connection: AsyncConnection, viewer: Viewer, case_id: str) -> cases.CaseRow:
    row = await cases.find_case(connection, viewer, case_id)
    if row is None:
        raise Refused(refuse(RefusalCode.CASE_UNKNOWN))
    return row


async def _view(
    services: Services, viewer: Viewer, case_id: str, now: datetime, language: str, response: Response
) -> out.CaseOut:
    """The case as it stands for this caller; `ETag` is its version."""
    async with services.engine.connect() as connection:
        row = await _visible(connection, viewer, case_id)
        facts = await services.gatherer.for_case(connection, now, row.case, viewer.person, None)
        results = await cases.rule_results(connection, row.case.id)
        states = await notice_list.states(connection, row.case.id)
    response.headers["ETag"] = f'"{row.case.version}"'
    return presenting.case_view(row, viewer, facts, results, states, language)


async def _has_to_do_with(connection: AsyncConnection, viewer: Viewer, row: cases.CaseRow) -> bool:
    """Whether the viewer decides or decided in the case, and so may read how it came to him."""
    reached = bool(row.case.verifiers) or row.case.stage in (Stage.APPROVAL, Stage.PLACEMENT, Stage.REVIEW)
    return (viewer.holds(DECIDERS) and reached) or await cases.took_part(connection, row.case.id, viewer.person)


def _overseers_only(viewer: Viewer) -> None:
    if not (viewer.is_hr or viewer.oversees):
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read"))


def _persons_only(viewer: Viewer) -> None:
    if viewer.operator:
        raise Problem("forbidden")
