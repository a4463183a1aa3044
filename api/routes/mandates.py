"""Mandates and declared relations: deputies, proxies, and who does not act in whose case."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime

from api import authority_schemas as out
from api.deps import Reading, ViewerDep
from api.problems import Problem
from api.registering import Registering, RegisteringDep
from api.routes import problems
from api.schemas import Page
from domain.calendar import local_day
from domain.mandates import Naming
from domain.refusals import Refusal, RefusalCode, refuse
from store import mandates, relations
from store.offices import scope_of
from store.viewing import Viewer

router = APIRouter(tags=["offices"])

MandateId = Annotated[str, Path(pattern=r"^g_[0-9a-f]{26}$")]
RelationId = Annotated[str, Path(pattern=r"^r_[0-9a-f]{26}$")]
_WRONG = problems(400, 401, 403, 404, 409, 413, 415, 422, 503)


@router.get("/mandates", operation_id="list_mandates", responses=problems(401, 403, 422, 503))
async def list_mandates(
    connection: Reading,
    viewer: ViewerDep,
    as_of: Annotated[
        AwareDatetime | None, Query(description="Only those in force at an instant, with its offset from UTC.")
    ] = None,
) -> Page[out.MandateOut]:
    """Deputies and proxies, newest first: the caller's own; all of them for HR and those who oversee."""
    rows = await mandates.listed(connection, concerns=_only(viewer), at=as_of, day=local_day(as_of) if as_of else None)
    return Page(items=[_mandate(r) for r in rows])


@router.post("/mandates", status_code=201, operation_id="name_mandate", responses=_WRONG)
async def name_mandate(asked: Naming, registering: RegisteringDep, response: Response) -> out.MandateOut:
    """Name a deputy or proxy in one's own office; HR names a deputy for a holder who is away, and a second confirms."""
    await registering.persons_only()
    async with registering.writing() as connection:
        policy = await registering.policy(connection)
        command = registering.asked("mandates", asked, policy)
        done = await mandates.name(
            connection, asked, registering.viewer.is_hr, policy.authority.mandates,
            command, registering.today,
        )  # fmt: skip
    return await _answer(registering, "name_mandate", done, response)


@router.post("/mandates/{mandate_id}/confirmation", status_code=201, operation_id="confirm_mandate", responses=_WRONG)
async def confirm_mandate(
    mandate_id: MandateId, asked: out.NothingIn, registering: RegisteringDep, response: Response
) -> out.MandateOut:
    """Confirm, as the second person of HR, the deputy whom the first one named."""
    await registering.hr_only(refuse(RefusalCode.NOT_AUTHORISED, act="name_mandate"))
    async with registering.writing() as connection:
        policy = await registering.policy(connection)
        command = registering.asked(f"mandates/{mandate_id}/confirmation", asked, policy)
        done = await mandates.confirm(connection, mandate_id, command)
    return await _answer(registering, "name_mandate", done, response)


@router.post("/mandates/{mandate_id}/acceptance", status_code=201, operation_id="accept_mandate", responses=_WRONG)
async def accept_mandate(
    mandate_id: MandateId, asked: out.NothingIn, registering: RegisteringDep, response: Response
) -> out.MandateOut:
    """Accept to act for somebody: from the first day on, until the last, it is open to the caller."""
    await registering.persons_only()
    async with registering.writing() as connection:
        policy = await registering.policy(connection)
        command = registering.asked(f"mandates/{mandate_id}/acceptance", asked, policy)
        done = await mandates.accept(connection, mandate_id, command, registering.today)
    return await _answer(registering, "accept_mandate", done, response)


@router.post("/mandates/{mandate_id}/end", status_code=201, operation_id="end_mandate", responses=_WRONG)
async def end_mandate(
    mandate_id: MandateId, asked: out.EndingIn, registering: RegisteringDep, response: Response
) -> out.MandateOut:
    """Revoke a mandate, decline it, or give it back. It ends at once."""
    await registering.persons_only()
    async with registering.writing() as connection:
        policy = await registering.policy(connection)
        command = registering.asked(f"mandates/{mandate_id}/end", asked, policy)
        done = await mandates.end(connection, mandate_id, asked.reason, registering.viewer.is_hr, command)
    return await _answer(registering, "end_mandate", done, response)


@router.get("/relations", operation_id="list_relations", responses=problems(401, 403, 422, 503))
async def list_relations(connection: Reading, viewer: ViewerDep) -> Page[out.RelationOut]:
    """Declared ties, newest first: the caller's own; all of them for HR and those who oversee."""
    rows = await relations.listed(connection, concerns=_only(viewer))
    return Page(items=[_relation(r) for r in rows])


@router.post("/relations", status_code=201, operation_id="declare_relation", responses=_WRONG)
async def declare_relation(asked: out.RelationIn, registering: RegisteringDep, response: Response) -> out.RelationOut:
    """Declare a tie to somebody: neither acts in office in a case of the other from now on."""
    await registering.persons_only()
    person = asked.person or registering.viewer.person
    if person != registering.viewer.person:
        await registering.hr_only(refuse(RefusalCode.NOT_AUTHORISED, act="declare_relation"))
    async with registering.writing() as connection:
        policy = await registering.policy(connection)
        command = registering.asked("relations", asked, policy)
        done = await relations.declare(connection, person, asked.relative, asked.relation, command)
    return await _tie(registering, done, response)


@router.post("/relations/{relation_id}/end", status_code=201, operation_id="end_relation", responses=_WRONG)
async def end_relation(
    relation_id: RelationId, asked: out.ReasonIn, registering: RegisteringDep, response: Response
) -> out.RelationOut:
    """Record that a declared tie is over; somebody of HR does, who is not bound by it."""
    await registering.hr_only(refuse(RefusalCode.NOT_AUTHORISED, act="declare_relation"))
    async with registering.writing() as connection:
        policy = await registering.policy(connection)
        command = registering.asked(f"relations/{relation_id}/end", asked, policy)
        done = await relations.end(connection, relation_id, asked.reason, command)
    return await _tie(registering, done, response)


async def _answer(registering: Registering, act: str, done: str | Refusal, response: Response) -> out.MandateOut:
    grant = await registering.settled(act, done, response)
    async with registering.reading() as connection:
        [row] = await mandates.listed(connection, only=grant)
    return _mandate(row)


async def _tie(registering: Registering, done: str | Refusal, response: Response) -> out.RelationOut:
    tie = await registering.settled("declare_relation", done, response)
    async with registering.reading() as connection:
        [row] = await relations.listed(connection, only=tie)
    return _relation(row)


def _only(viewer: Viewer) -> str | None:
    if viewer.operator:
        raise Problem("forbidden")
    return None if viewer.is_hr or viewer.oversees else viewer.person


def _mandate(row: Any) -> out.MandateOut:
    return out.MandateOut(
        id=row.id,
        mandate=row.mandate,
        office=row.office,
        unit_code=row.unit_code,
        principal=row.principal_id,
        principal_name=row.principal,
        deputy=row.deputy_id,
        deputy_name=row.deputy,
        first=row.valid_from,
        last=row.valid_to,
        scope=scope_of(row.scope),
        instrument=row.instrument,
        dated=row.dated,
        by_hr=row.by_hr,
        state=row.state,
        named_by=row.named_by,
        named_at=row.named_at,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        accepted_at=row.accepted_at,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
    )


def _relation(row: Any) -> out.RelationOut:
    return out.RelationOut(
        id=row.id,
        person=row.person_id,
        person_name=row.person,
        relative=row.relative_id,
        relative_name=row.relative,
        relation=row.relation,
        declared_by=row.declared_by,
        declared_at=row.declared_at,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
    )
