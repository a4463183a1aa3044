"""Reports for HR and those who oversee: figures, nobody's name."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.deps import Language, Reading, ViewerDep
from api.problems import Problem, Refused
from api.routes import problems
from domain.refusals import RefusalCode, refuse
from runtime import i18n
from store import override_report
from store.override_report import OverrideCount, Period

router = APIRouter(prefix="/reports", tags=["reports"])


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
    period: Annotated[Period, Query(description="The length of a period.")] = Period.MONTH,
    since: Annotated[date | None, Query(description="First day, in the province.")] = None,
    until: Annotated[date | None, Query(description="Last day, in the province.")] = None,
) -> OverridesOut:
    """How often which rules were set aside, on which grounds: for HR, auditors and the inspector."""
    if viewer.operator:
        raise Problem("forbidden")
    if not (viewer.is_hr or viewer.oversees):
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="read_overrides"))
    rows = await override_report.counted(connection, period, since, until)
    return OverridesOut(
        items=[_row(row, language) for row in rows],
        requested=sum(r.requested for r in rows),
        confirmed=sum(r.confirmed for r in rows),
    )


def _row(row: OverrideCount, language: str) -> OverrideCountOut:
    key = f"override_ground.{row.ground}"
    worded = i18n.text(f"override_ground.{row.ground}", language) if i18n.has(key, language) else row.ground
    return OverrideCountOut(**row._asdict(), ground_text=worded)
