"""Judging a whole directory: every row of every file, in one go. No SQL, no files, no clock."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple, TypeAlias, TypeVar

from store.imports import records
from store.imports.facts import judge_competences, judge_conditions, judge_history, judge_ratings, judge_talent
from store.imports.findings import Finding, Severity
from store.imports.layouts import OPTIONAL, file_name, layouts
from store.imports.organisation import judge_positions, judge_units
from store.imports.rows import Report, Row, read_rows
from store.imports.staff import judge_employees
from store.imports.tenures import judge_offices, judge_windows

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told the stage (`reading`, `checking`, `loading`), and how many of how many steps of it are done."""

_Record = TypeVar("_Record")


class Validated(NamedTuple):
    """The good rows, and every finding in the order of files and lines."""

    province: records.Province
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def validate(contents: Mapping[str, bytes], today: date, progress: Progress | None = None) -> Validated:
    """Judge the contents of the files by name of the table (`units`, …) as of `today`; a table left out is missing."""
    report = Report()
    tables: dict[str, list[Row]] = {}
    plan = layouts(today)
    for done, (table, layout) in enumerate(plan.items(), start=1):
        absent = table in OPTIONAL and table not in contents
        tables[table] = [] if absent else read_rows(table, layout, contents.get(table), report)
        if progress:
            progress("reading", done, len(plan))
    _judge(tables, today, report)
    if progress:
        progress("checking", 1, 1)
    order = {file_name(table): place for place, table in enumerate(plan)}
    findings = sorted(report.findings, key=lambda finding: (order[finding.file], finding.line))
    return Validated(_province(tables), tuple(findings))


def _judge(tables: Mapping[str, list[Row]], today: date, report: Report) -> None:
    """Judge files after those they refer to, so that a reference to an unusable row is an unknown one."""
    units = judge_units(tables["units"], report)
    positions = judge_positions(tables["positions"], units, report)
    employees = judge_employees(tables["employees"], positions, today, report)
    rated = judge_ratings(tables["ratings"], employees, report)
    judge_competences(tables["competences"], employees, today, report)
    judge_talent(tables["talent"], employees, rated, report)
    judge_conditions(tables["conditions"], employees, report)
    judge_history(tables["history"], employees, today, report)
    judge_offices(tables["offices"], units, employees, report)
    judge_windows(tables["windows"], units, report)


def _province(tables: Mapping[str, list[Row]]) -> records.Province:
    def good(table: str, record: Callable[..., _Record]) -> tuple[_Record, ...]:
        return tuple(record(*row.record) for row in tables[table] if row.usable)

    return records.Province(
        units=good("units", records.UnitRecord),
        positions=good("positions", records.PositionRecord),
        employees=good("employees", records.EmployeeRecord),
        ratings=good("ratings", records.RatingRecord),
        competences=good("competences", records.CompetenceRecord),
        talent=good("talent", records.TalentRecord),
        conditions=good("conditions", records.ConditionRecord),
        offices=good("offices", records.OfficeRecord),
        windows=good("windows", records.WindowRecord),
        holidays=good("holidays", records.HolidayRecord),
        history=good("history", records.HistoryRecord),
    )
