"""What is kept of a person and who read it (UU 27/2022 Pasal 5-8): for himself; with a reason for HR."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.deps import Now, Reading, ViewerDep
from api.knocking import KnockDep
from api.presenting import OF_OTHERS, SEALED_TYPES
from api.problems import Problem
from api.routes import problems
from api.schemas import Instant
from domain.commands import Sentence
from domain.refusals import RefusalCode, refuse
from domain.text import ONE_LINE
from store import personal
from store.ledger import ACTOR_NAME
from store.personal import PersonalData

router = APIRouter(tags=["personal data"])


class ReasonIn(BaseModel):
    """Why somebody wants to know. The person it is about reads it in his own report."""

    model_config = ConfigDict(extra="forbid")

    reason: Sentence


class ReadOut(BaseModel):
    """Somebody read content of the person's cases, or had this report made."""

    at: Instant
    by: str
    name: str | None
    capacity: str | None
    case_id: str | None
    document_id: str | None
    outcome: str = Field(description="What he got of a document; `report` for a report like this one.")
    reason: str | None


class PersonalDataOut(BaseModel):
    """Everything that is kept of a person."""

    person: str
    at: Instant
    rows: dict[str, list[dict[str, Any]]] = Field(
        description="Rows about him by table, his cases included. Keys, hashes and ciphertext are left out. A private "
        "value that is not his to read has `withheld` in the place of its value."
    )
    named: dict[str, int] = Field(description="How many other rows name him, by table and column: what he did.")
    reads: list[ReadOut] = Field(description="Who read content of his cases, or had such a report made.")


@router.get("/me/personal-data", operation_id="get_my_personal_data", responses=problems(401, 403, 422, 503))
async def get_my_personal_data(connection: Reading, viewer: ViewerDep, now: Now) -> PersonalDataOut:
    """What is kept of oneself, in which table, and who read it."""
    if viewer.operator:
        raise Problem("forbidden")
    found = await personal.personal_data(connection, viewer.person)
    entries = await personal.entries(connection, viewer.person)
    values = [_for_himself(v, *entries[v["case_id"], v["seq"]]) for v in found.rows.get("private_value", [])]
    own = {**found.rows, **({"private_value": values} if values else {})}
    return _told(viewer.person, found._replace(rows=own), now)


@router.post(
    "/employees/{employee_id}/personal-data",
    operation_id="report_personal_data",
    responses=problems(400, 401, 403, 404, 413, 415, 422, 503),
)
async def report_personal_data(
    employee_id: Annotated[str, Path(max_length=40, pattern=ONE_LINE)], asked: ReasonIn, knock: KnockDep
) -> PersonalDataOut:
    """What is kept of a person, for HR, who hears all he says. The reason is written down first, for him to read."""
    viewer = knock.viewer
    if viewer.operator:
        raise Problem("forbidden")
    if not viewer.is_hr:
        await knock.turn_away(refuse(RefusalCode.NOT_AUTHORISED, act="report_personal_data"), "report_personal_data")
    async with knock.services.engine.begin() as connection:
        if not await personal.known(connection, employee_id):
            raise Problem("not_found")
        await personal.record_report(connection, employee_id, viewer.person, asked.reason, knock.now, knock.request_id)
    async with knock.services.reading() as connection:
        return _told(employee_id, await personal.personal_data(connection, employee_id), knock.now)


def _for_himself(value: dict[str, Any], kind: str, for_the_file: bool) -> dict[str, Any]:
    """A private value as the person it is about may read it: what others keep among themselves is named, not told."""
    path = value["path"]
    sealed = kind in SEALED_TYPES or for_the_file or path in OF_OTHERS or path in ("note", ACTOR_NAME)
    return {**{k: v for k, v in value.items() if k != "value"}, "withheld": True} if sealed else value


def _told(person: str, found: PersonalData, now: Any) -> PersonalDataOut:
    return PersonalDataOut(
        person=person,
        at=now,
        rows=found.rows,
        named=found.named,
        reads=[ReadOut(**r._asdict()) for r in found.reads],
    )
