"""Erasing the personal content of a case whose term is over: a dry run, a proposal, the word of a second person."""

import hashlib
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.accessing import AccessDep
from api.deps import IdempotencyKey, Language, Now, Reading, ServicesDep, ViewerDep
from api.knocking import Knock, KnockDep
from api.problems import Problem, Refused, worded
from api.routes import problems
from api.routes.personal import ReasonIn
from api.schemas import Instant
from domain.calendar import local_day
from domain.case import Case
from domain.commands import Sentence
from domain.erasing import erasable_from, may_propose
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Office
from runtime import i18n
from store import activation, cases, erasing
from store.gathering import Gatherer
from store.viewing import OVERSEERS
from workflows.contract import Errand

router = APIRouter(tags=["personal data"])

CaseId = Annotated[str, Path(pattern=r"^c_[0-9a-z]{1,40}$", description="Id of a case.")]
HOLDING = OVERSEERS | {Office.HR_HEAD}
"""Offices that may put a case under a legal hold."""
_ANSWERS = problems(400, 401, 403, 404, 409, 413, 415, 422, 503)


class ErasureOut(BaseModel):
    """What would be erased of a case, whether it may be, and what was done."""

    case_id: str
    from_day: date | None = Field(description="First day on which it may be erased; none while no term runs.")
    held: bool = Field(description="Whether the case is under a legal hold.")
    obstacle: str | None = Field(description="Code of what stands against a proposal now.")
    obstacle_text: str | None
    rows: dict[str, int] = Field(description="How many rows would be erased, by table.")
    proposed_by: str | None = None
    proposed_at: Instant | None = None
    confirmed_by: str | None = None
    erased_at: Instant | None = None
    erased: dict[str, int] | None = Field(None, description="How many rows were erased, by table.")


class HoldIn(BaseModel):
    """A legal hold on a case, or its end."""

    model_config = ConfigDict(extra="forbid")

    held: bool
    reason: Sentence


@router.get("/cases/{case_id}/erasure", operation_id="preview_erasure", responses=problems(401, 403, 404, 422, 503))
async def preview_erasure(
    case_id: CaseId, connection: Reading, services: ServicesDep, access: AccessDep, viewer: ViewerDep, now: Now,
    language: Language,
) -> ErasureOut:  # fmt: skip
    """What would be erased, and from when on: a dry run, for HR, auditors and the inspector."""
    row = await cases.find_case(connection, viewer, case_id)
    if row is None:
        raise Refused(refuse(RefusalCode.CASE_UNKNOWN))
    if not (viewer.is_hr or viewer.oversees):
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="erase_case"))
    await access.case(connection, row)
    return await _told(connection, services.gatherer, row.case, now, viewer.person, language)


@router.post("/cases/{case_id}/erasure", status_code=201, operation_id="propose_erasure", responses=_ANSWERS)
async def propose_erasure(
    case_id: CaseId, asked: ReasonIn, knock: KnockDep, key: IdempotencyKey, language: Language, response: Response
) -> ErasureOut:
    """Propose to erase the personal content of a case whose term is over. Another person of HR confirms."""
    case = await _to_erase(knock, case_id)
    async with knock.services.engine.begin() as connection:
        policy = await knock.services.gatherer.policy_in_force(connection, local_day(knock.now))
        done = await erasing.propose(connection, case, policy, _asked(knock, asked.reason, f"{case_id}/erasure", key))
    return await _answer(knock, case, done, language, response)


@router.post(
    "/cases/{case_id}/erasure/confirmation", status_code=201, operation_id="confirm_erasure", responses=_ANSWERS
)
async def confirm_erasure(
    case_id: CaseId, asked: ReasonIn, knock: KnockDep, key: IdempotencyKey, language: Language, response: Response
) -> ErasureOut:
    """Confirm what another person proposed: it is erased at once, and every proof still holds."""
    case = await _to_erase(knock, case_id)
    async with knock.services.engine.begin() as connection:
        policy = await knock.services.gatherer.policy_in_force(connection, local_day(knock.now))
        done = await erasing.confirm(
            connection, case, policy, _asked(knock, asked.reason, f"{case_id}/erasure/confirmation", key)
        )
        found = await erasing.of_case(connection, case_id)
    if not isinstance(done, Refusal) and found is not None:
        await knock.services.desk.send(Errand(kind="erasure", id=found.id, at=knock.now))
    return await _answer(knock, case, done, language, response)


@router.post("/cases/{case_id}/legal-hold", status_code=201, operation_id="hold_case", responses=_ANSWERS)
async def hold_case(
    case_id: CaseId, asked: HoldIn, knock: KnockDep, key: IdempotencyKey, language: Language, response: Response
) -> ErasureOut:
    """Put a case under a legal hold, so that nothing of it is erased, or take it off: overseers and the head of HR."""
    case = await _to_erase(knock, case_id, hold=True)
    async with knock.services.engine.begin() as connection:
        done = await erasing.hold(
            connection, case_id, asked.held, _asked(knock, asked.reason, f"{case_id}/legal-hold", key)
        )
    return await _answer(knock, case, done, language, response)


async def _to_erase(knock: Knock, case_id: str, hold: bool = False) -> Case:
    """The case, for those who may erase or hold. Others hear what they would hear of any act."""
    viewer = knock.viewer
    async with knock.services.reading() as connection:
        case = await _case(connection, case_id)
        visible = await cases.find_case(connection, viewer, case_id)
    if viewer.operator:
        raise Problem("forbidden")
    if case is None or visible is None:
        await knock.turn_away(refuse(RefusalCode.CASE_UNKNOWN), "erase_case")
    if not (viewer.holds(HOLDING) if hold else viewer.is_hr):
        await knock.turn_away(refuse(RefusalCode.NOT_AUTHORISED, act="erase_case"), "erase_case")
    return case


async def _case(connection: AsyncConnection, case_id: str) -> Case | None:
    return await cases.case_of(connection, case_id)


def _asked(knock: Knock, reason: str, step: str, key: str) -> activation.Asked:
    person = knock.viewer.person
    command = hashlib.sha256(f"{person}\ncases/{step}\n{key}".encode()).hexdigest()[:40]
    return activation.Asked(person, reason, command, knock.now)


async def _answer(
    knock: Knock, case: Case, done: activation.Done | Refusal, language: str, response: Response
) -> ErasureOut:
    """The erasure as it stands after the act. Raises `Refused`, the attempt recorded."""
    if isinstance(done, Refusal):
        await knock.turn_away(done, "erase_case")
    if done.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    async with knock.services.reading() as connection:
        return await _told(connection, knock.services.gatherer, case, knock.now, knock.viewer.person, language)


async def _told(
    connection: AsyncConnection, gatherer: Gatherer, case: Case, now: Now, person: str, language: str
) -> ErasureOut:
    policy = await gatherer.policy_in_force(connection, local_day(now))
    standing = await erasing.standing(connection, case.id)
    obstacle = may_propose(case, policy.retention, standing, now, person)
    found = await erasing.of_case(connection, case.id)
    return ErasureOut(
        case_id=case.id,
        from_day=erasable_from(case, policy.retention, now) if policy.retention else None,
        held=standing.held,
        obstacle=obstacle.code if obstacle else None,
        obstacle_text=i18n.text(f"refusal.{obstacle.code}.detail", language, **worded(obstacle, language))
        if obstacle
        else None,
        rows=await erasing.counted(connection, case.id),
        proposed_by=found.proposed_by if found else None,
        proposed_at=found.at if found else None,
        confirmed_by=found.confirmed_by if found else None,
        erased_at=found.erased_at if found else None,
        erased=found.counts if found else None,
    )
