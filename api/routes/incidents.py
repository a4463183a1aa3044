"""Drift between register and engine: what was found, and the repair that one person proposes and another confirms."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api import schemas_drift as out
from api.deps import IdempotencyKey, Language, Reading, ViewerDep
from api.knocking import Knock, KnockDep
from api.problems import Problem, Refused
from api.routes import problems
from domain.drift import REPAIRS, UNSETTLED
from domain.refusals import Refusal, RefusalCode, refuse
from runtime import i18n
from store import activation, incidents
from store.incidents import Incident
from workflows.contract import Errand

router = APIRouter(tags=["oversight"])

IncidentId = Annotated[str, Path(pattern=r"^i_[a-z2-7]{26}$")]
_ANSWERS = problems(400, 401, 403, 404, 409, 413, 415, 422, 503)


@router.get("/reports/drift", operation_id="report_drift", responses=problems(401, 403, 422, 503))
async def report_drift(
    connection: Reading,
    viewer: ViewerDep,
    language: Language,
    limit: Annotated[int, Query(ge=1, le=200, description="Incidents at most.")] = 50,
) -> out.DriftOut:
    """Where register and engine tell different stories: for operators, HR, auditors and the inspector."""
    if not (viewer.operator or viewer.is_hr or viewer.oversees):
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read_drift"))
    last = await incidents.last_look(connection)
    found = await incidents.newest(connection, limit)
    return out.DriftOut(
        last=out.LookOut(**last._asdict()) if last else None, items=await _told(connection, found, language)
    )


@router.post("/incidents/{incident_id}/repair", status_code=201, operation_id="propose_repair", responses=_ANSWERS)
async def propose_repair(
    incident_id: IncidentId, asked: out.RepairIn, knock: KnockDep, key: IdempotencyKey, language: Language,
    response: Response,
) -> out.IncidentOut:  # fmt: skip
    """Propose what is to be done about an incident. An operator or HR proposes; another person of HR confirms."""
    if not (knock.viewer.operator or knock.viewer.is_hr):
        await knock.turn_away(refuse(RefusalCode.NOT_AUTHORISED, act="propose_repair"), "propose_repair")
    async with knock.services.engine.begin() as connection:
        done = await incidents.propose(
            connection, incident_id, asked.repair, _asked(knock, asked, f"{incident_id}/repair", key)
        )
    return await _answer(knock, "propose_repair", incident_id, done, language, response)


@router.post(
    "/incidents/{incident_id}/confirmation", status_code=201, operation_id="confirm_repair", responses=_ANSWERS
)
async def confirm_repair(
    incident_id: IncidentId, asked: out.RepairIn, knock: KnockDep, key: IdempotencyKey, language: Language,
    response: Response,
) -> out.IncidentOut:  # fmt: skip
    """Confirm what another person proposed. It is carried out at once, and written down in the transparency log."""
    if knock.viewer.operator:
        raise Problem("forbidden")
    if not knock.viewer.is_hr:
        await knock.turn_away(refuse(RefusalCode.NOT_AUTHORISED, act="confirm_repair"), "confirm_repair")
    async with knock.services.engine.begin() as connection:
        done = await incidents.confirm(
            connection, incident_id, asked.repair, _asked(knock, asked, f"{incident_id}/confirmation", key)
        )
    if not isinstance(done, Refusal):
        await knock.services.desk.send(Errand(kind="repair", id=incident_id, at=knock.now))
    return await _answer(knock, "confirm_repair", incident_id, done, language, response)


def _asked(knock: Knock, asked: out.RepairIn, step: str, key: str) -> activation.Asked:
    person = knock.viewer.person
    command = hashlib.sha256(f"{person}\nincidents/{step}\n{key}".encode()).hexdigest()[:40]
    return activation.Asked(person, asked.reason, command, knock.now)


async def _answer(
    knock: Knock, act: str, incident_id: str, done: activation.Done | Refusal, language: str, response: Response
) -> out.IncidentOut:
    """The incident as it stands after the act. Raises `Refused`, the attempt recorded."""
    if isinstance(done, Refusal):
        await knock.turn_away(done, act)
    if done.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    async with knock.services.reading() as connection:
        found = await incidents.find(connection, incident_id)
        assert found is not None, "what was acted on is there"
        return (await _told(connection, [found], language))[0]


async def _told(connection: AsyncConnection, found: list[Incident], language: str) -> list[out.IncidentOut]:
    steps = await incidents.events_of(connection, [i.id for i in found])
    return [
        out.IncidentOut(
            id=i.id,
            kind=i.kind,
            kind_text=i18n.text(f"drift.{i.kind}", language),
            case_id=i.case_id,
            subject=i.subject,
            detail=i.detail,
            found_at=i.found_at,
            status=i.status,
            status_text=i18n.text(f"incident.{i.status}", language),
            repairs=sorted(REPAIRS[i.kind]) if i.status in UNSETTLED else [],
            steps=[
                out.IncidentStepOut(what=s.what, at=s.at, by=s.by, name=s.name, repair=s.repair, reason=s.reason)
                for s in steps
                if s.incident_id == i.id
            ],
        )
        for i in found
    ]
