"""Reports for HR and those who oversee: figures, and no civil servant's name but that of an official who decided."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api import sealing
from api.deps import Language, Reading, ViewerDep
from api.presenting import choice_ground
from api.problems import Problem, Refused
from api.routes import problems
from domain.refusals import Refusal, RefusalCode, refuse
from runtime import i18n
from store import choice_report, override_report
from store.choice_report import ChoiceCount
from store.override_report import OverrideCount, Period
from store.viewing import Viewer

router = APIRouter(prefix="/reports", tags=["reports"])

Length = Annotated[Period, Query(description="The length of a period.")]
FirstDay = Annotated[date | None, Query(description="First day, in the province.")]
LastDay = Annotated[date | None, Query(description="Last day, in the province.")]
UnitCode = Annotated[str | None, Query(description="Code of one agency.", pattern=r"^[A-Z0-9][A-Z0-9-]{0,30}$")]


class OverrideCountOut(BaseModel):
    """How often a rule was set aside on a ground in a period."""

    period: str = Field(examples=["2026-11", "2026-Q4", "2026"])
    rule: str
    ground: str
    ground_text: str
    requested: int
    confirmed: int


class OverridesOut(BaseModel):
    """Overrides by period, rule and ground. Acts that were taken back are left out."""

    items: list[OverrideCountOut]
    requested: int
    confirmed: int


@router.get("/overrides", operation_id="report_overrides", responses=problems(401, 403, 422, 503))
async def report_overrides(
    connection: Reading,
    viewer: ViewerDep,
    language: Language,
    period: Length = Period.MONTH,
    since: FirstDay = None,
    until: LastDay = None,
) -> OverridesOut:
    """How often which rules were set aside, on which grounds: for HR, auditors and the inspector."""
    _for_oversight(viewer, refuse(RefusalCode.NOT_AUTHORISED, act="read_overrides"))
    rows = await override_report.counted(connection, period, since, until)
    return OverridesOut(
        items=[_row(row, viewer, language) for row in rows],
        requested=sum(r.requested for r in rows),
        confirmed=sum(r.confirmed for r in rows),
    )


def _for_oversight(viewer: Viewer, otherwise: Refusal) -> None:
    if viewer.operator:
        raise Problem("forbidden")
    if not (viewer.is_hr or viewer.oversees):
        raise Refused(otherwise)


class ChoiceCountOut(BaseModel):
    """How often an official chose off the ranked list, or approved against advice, on a ground in a period."""

    period: str = Field(examples=["2026-11", "2026-Q4", "2026"])
    way: Literal["off_list", "against_advice"]
    unit: str = Field(description="Code of the agency of the post.")
    ground: str | None = Field(description="None for an approval from before grounds were asked for.")
    ground_text: str | None
    decider: str = Field(description="Person id of the official.")
    decider_name: str | None
    office: str | None
    choices: int
    cases: int


class ChoicesOut(BaseModel):
    """Choices that passed others over, and of how many choices and approvals they are a part."""

    items: list[ChoiceCountOut]
    off_list: int
    chosen: int = Field(description="Choices for a post in the same time for which there was a list.")
    against_advice: int
    approved: int


@router.get("/off-list", operation_id="report_off_list", responses=problems(401, 403, 422, 503))
async def report_off_list(
    connection: Reading,
    viewer: ViewerDep,
    language: Language,
    period: Length = Period.MONTH,
    since: FirstDay = None,
    until: LastDay = None,
    unit: UnitCode = None,
) -> ChoicesOut:
    """Who chose off the ranked list or against advice, how often, on which grounds: for HR, auditors, the inspector."""
    _for_oversight(viewer, refuse(RefusalCode.NOT_AUTHORISED, act="read_choices"))
    found = await choice_report.counted(connection, period, since, until, unit)
    return ChoicesOut(
        items=[_choice(row, viewer, language) for row in found.rows],
        off_list=sum(r.choices for r in found.rows if r.way == "off_list"),
        chosen=found.chosen,
        against_advice=sum(r.choices for r in found.rows if r.way == "against_advice"),
        approved=found.approved,
    )


def _row(row: OverrideCount, viewer: Viewer, language: str) -> OverrideCountOut:
    told = row._replace(ground=sealing.ground(row.ground, viewer.is_hr))
    key = f"override_ground.{told.ground}"
    worded = i18n.text(key, language) if i18n.has(key, language) else told.ground
    return OverrideCountOut(**told._asdict(), ground_text=worded)


def _choice(row: ChoiceCount, viewer: Viewer, language: str) -> ChoiceCountOut:
    told = row._replace(ground=sealing.ground(row.ground, viewer.is_hr) if row.ground else None)
    return ChoiceCountOut(**told._asdict(), ground_text=choice_ground(told.ground, language) if told.ground else None)
