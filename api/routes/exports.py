"""Lists and reports to take along: the very rows that are shown, as a file, and a trace of who took it."""

from contextlib import AbstractAsyncContextManager
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api import presenting
from api import schemas as out
from api.accessing import Access, AccessDep
from api.deps import Language
from api.exporting import BINARY, MAX_ROWS, Cell, Format, Table, Taking, as_text, exported
from api.problems import Problem
from api.routes import problems
from api.routes.cases import CaseFilter
from api.routes.reports import FirstDay, LastDay, Length, UnitCode, report_off_list, report_overrides
from runtime import i18n
from store import cases
from store.override_report import Period

router = APIRouter(tags=["exports"])

_PAGE = 500
CASE_COLUMNS = (
    "number", "employee", "nip", "kind", "origin", "from_position", "from_agency", "to_position", "to_agency", "stage",
    "status", "outcome", "opened_on", "due_on", "overdue",
)  # fmt: skip
OVERRIDE_COLUMNS = ("period", "rule", "ground", "requested", "confirmed")
CHOICE_COLUMNS = ("period", "way", "agency", "ground", "decider", "office", "choices", "cases")


async def exporting(
    access: AccessDep,
    language: Language,
    form: Annotated[Format, Query(alias="format", description="What the file is written as.")] = Format.CSV,
) -> "Exporting":
    """Somebody who takes a table along. Raises `Problem` when he did so just before."""
    access.services.unhurried_export(access.viewer.person, access.operation)
    return Exporting(access, language, form)


class Exporting(NamedTuple):
    """Who takes, in which language and form."""

    access: Access
    language: str
    form: Format

    def heading(self, columns: tuple[str, ...]) -> list[str]:
        return [i18n.text(f"export.{column}", self.language) for column in columns]

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection that is given back before the file is sent: whoever takes it may be slow."""
        return self.access.services.reading()

    async def table(
        self, name: str, columns: tuple[str, ...], rows: list[list[Cell]], people: int
    ) -> StreamingResponse:
        """The file, written down as taken."""
        async with self.reading() as connection:
            capacity = await self.access.taken(connection, people)
        taking = Taking(self.access.viewer, capacity, self.access.now, self.access.request_id)
        return await exported(Table(name, self.heading(columns), rows), self.form, taking, self.language)


ExportDep = Annotated[Exporting, Depends(exporting)]


@router.get(
    "/cases/export",
    operation_id="export_cases",
    response_class=StreamingResponse,
    response_model=None,
    responses={**BINARY, **problems(401, 403, 422, 503)},
)
async def export_cases(export: ExportDep, wanted: CaseFilter) -> StreamingResponse:
    """The cases this caller may see, with the filter of the list, as CSV or XLSX; at most 10,000."""
    viewer, now, language = export.access.viewer, export.access.now, export.language
    rows: list[list[Cell]] = []
    people, after = set(), None
    while page := await _page(export, wanted, after):
        if len(rows) + len(page) > MAX_ROWS:
            raise Problem("export_too_large")
        people |= {row.case.subject for row in page}
        rows += [
            _case(out.CaseSummary.model_validate(presenting.summary(r, viewer, now, language)), language) for r in page
        ]
        after = cases.Place(page[-1].case.opened_at, page[-1].case.id)
    return await export.table("cases", CASE_COLUMNS, rows, len(people - {viewer.person}))


async def _page(export: Exporting, wanted: cases.Filter, after: cases.Place | None) -> list[cases.CaseRow]:
    async with export.reading() as connection:
        return await cases.list_cases(connection, export.access.viewer, wanted, export.access.now, _PAGE, after)


def _case(shown: out.CaseSummary, language: str) -> list[Cell]:
    origin = shown.from_
    return [
        shown.number,
        shown.employee.name,
        as_text(shown.employee.nip),
        i18n.text(f"kind.{shown.kind}", language),
        i18n.text(f"origin.{shown.origin}", language),
        origin.title if origin else None,
        origin.agency if origin else None,
        shown.to.title,
        shown.to.agency,
        i18n.text(f"stage.{shown.stage}", language),
        i18n.text(f"status.{shown.status}", language),
        i18n.text(f"outcome.{shown.outcome}", language) if shown.outcome else None,
        shown.opened_at.date().isoformat(),
        shown.due.on.isoformat() if shown.due else None,
        i18n.text("export.yes" if shown.overdue else "export.no", language),
    ]


@router.get(
    "/reports/overrides/export",
    operation_id="export_overrides",
    response_class=StreamingResponse,
    response_model=None,
    responses={**BINARY, **problems(401, 403, 422, 503)},
)
async def export_overrides(
    export: ExportDep,
    period: Length = Period.MONTH,
    since: FirstDay = None,
    until: LastDay = None,
) -> StreamingResponse:
    """The report on overrides as CSV or XLSX."""
    async with export.reading() as connection:
        found = await report_overrides(connection, export.access.viewer, export.language, period, since, until)
    rows: list[list[Cell]] = [[i.period, i.rule, i.ground_text, i.requested, i.confirmed] for i in found.items]
    return await export.table("overrides", OVERRIDE_COLUMNS, rows, 0)


@router.get(
    "/reports/off-list/export",
    operation_id="export_off_list",
    response_class=StreamingResponse,
    response_model=None,
    responses={**BINARY, **problems(401, 403, 422, 503)},
)
async def export_off_list(
    export: ExportDep,
    period: Length = Period.MONTH,
    since: FirstDay = None,
    until: LastDay = None,
    unit: UnitCode = None,
) -> StreamingResponse:
    """The report on choices off the list or against advice as CSV or XLSX."""
    async with export.reading() as connection:
        found = await report_off_list(connection, export.access.viewer, export.language, period, since, until, unit)
    rows: list[list[Cell]] = [
        [
            i.period,
            i18n.text(f"export.way.{i.way}", export.language),
            i.unit,
            i.ground_text,
            i.decider_name,
            i18n.text(f"office.{i.office}", export.language) if i.office else None,
            i.choices,
            i.cases,
        ]
        for i in found.items
    ]
    return await export.table("off-list", CHOICE_COLUMNS, rows, len({i.decider for i in found.items}))
