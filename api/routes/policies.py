"""Policies coming into force: the list, the proposal of one person and the confirmation of another."""

import hashlib
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.deps import IdempotencyKey, Now, Reading, ViewerDep
from api.knocking import Knock, KnockDep
from api.policy_schemas import ActivationIn, ConfirmationIn, PolicyList, PolicySummary, StepOut
from api.problems import Problem
from api.routes import problems
from domain.calendar import local_day
from domain.policy import Policy, from_data
from domain.refusals import Refusal, RefusalCode, refuse
from store import activation
from store import policies as stored
from store.policies import Listed
from store.viewing import Viewer

router = APIRouter(tags=["policies"])

PolicyHash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@router.get("/policies", operation_id="list_policies", responses=problems(401, 422, 503))
async def list_policies(connection: Reading, viewer: ViewerDep, now: Now) -> PolicyList:
    """All policies of the register with their status, those of the latest act first."""
    in_force = await stored.hash_in_force(connection, local_day(now))
    return PolicyList(items=[_summary(row, in_force, viewer) for row in await stored.listed(connection)])


@router.post(
    "/policies/{policy_hash}/activation",
    status_code=201,
    operation_id="propose_policy",
    responses=problems(400, 401, 403, 409, 413, 415, 422, 503),
)
async def propose_policy(
    policy_hash: PolicyHash, candidate: ActivationIn, knock: KnockDep, key: IdempotencyKey, response: Response
) -> PolicySummary:
    """Propose that a policy comes into force. Its test cases are tried first; another person of HR confirms."""
    await _hr_only(knock, refuse(RefusalCode.NOT_AUTHORISED, act="propose_policy"))
    policy = _policy_of(candidate)
    asked = _asked(knock, candidate.reason, policy_hash, "activation", key)
    async with knock.services.engine.begin() as connection:
        done = await activation.propose(connection, policy, candidate.cases, policy_hash, asked)
    return await _answer(knock, "propose_policy", policy_hash, done, response)


@router.post(
    "/policies/{policy_hash}/confirmation",
    status_code=201,
    operation_id="confirm_policy",
    responses=problems(400, 401, 403, 409, 413, 415, 422, 503),
)
async def confirm_policy(
    policy_hash: PolicyHash, word: ConfirmationIn, knock: KnockDep, key: IdempotencyKey, response: Response
) -> PolicySummary:
    """Confirm what another person of HR proposed. Cases opened from its day on are judged by it; open cases are not."""
    await _hr_only(knock, refuse(RefusalCode.NOT_AUTHORISED, act="confirm_policy"))
    asked = _asked(knock, word.reason, policy_hash, "confirmation", key)
    async with knock.services.engine.begin() as connection:
        done = await activation.confirm(connection, policy_hash, asked, local_day(knock.now))
    return await _answer(knock, "confirm_policy", policy_hash, done, response)


async def _hr_only(knock: Knock, otherwise: Refusal) -> None:
    if knock.viewer.operator:
        raise Problem("forbidden")
    if not knock.viewer.is_hr:
        await knock.turn_away(otherwise, str(otherwise.params["act"]))


def _policy_of(candidate: ActivationIn) -> Policy:
    """The policy of the body; what keeps it from being one is told field by field."""
    try:
        return from_data(candidate.policy)
    except ValidationError as invalid:
        faults = [{**fault, "loc": ("body", "policy", *fault["loc"])} for fault in invalid.errors(include_url=False)]
        raise RequestValidationError(faults, body=candidate.model_dump(mode="json")) from None


def _asked(knock: Knock, reason: str, policy_hash: str, step: str, key: str) -> activation.Asked:
    person = knock.viewer.person
    command = hashlib.sha256(f"{person}\npolicies/{policy_hash}/{step}\n{key}".encode()).hexdigest()[:40]
    return activation.Asked(person, reason, command, knock.now)


async def _answer(
    knock: Knock, act: str, policy_hash: str, done: activation.Done | Refusal, response: Response
) -> PolicySummary:
    """The policy as it stands after the act. Raises `Refused`, the attempt recorded."""
    if isinstance(done, Refusal):
        await knock.turn_away(done, act)
    if done.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    async with knock.services.reading() as connection:
        in_force = await stored.hash_in_force(connection, local_day(knock.now))
        rows = await stored.listed(connection)
    return next(_summary(row, in_force, knock.viewer) for row in rows if row.hash == policy_hash)


def _summary(row: Listed, in_force: str | None, viewer: Viewer) -> PolicySummary:
    reasons = viewer.is_hr or viewer.oversees
    return PolicySummary(
        hash=row.hash,
        code=row.code,
        version=row.version,
        effective_from=row.effective_from,
        status="active" if row.confirmed_at else "published" if row.published_at else "candidate",
        in_force=row.hash == in_force,
        in_force_from=row.in_force_from,
        published_at=row.published_at,
        proposal=_step(row.proposed_by, row.proposer_name, row.proposed_at, row.reason if reasons else None),
        confirmation=_step(
            row.confirmed_by, row.confirmer_name, row.confirmed_at, row.confirmation_reason if reasons else None
        ),
    )


def _step(by: str | None, name: str | None, at: datetime | None, reason: str | None) -> StepOut | None:
    return StepOut(by=by, name=name, at=at, reason=reason) if by and at else None
