"""Rules of offices and of windows (`data-formats.md` 6)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from domain.facts import UNIT_SCOPE
from domain.vocabulary import SINGLE_HOLDER_OFFICES, Capacity, Office
from store.imports.facts import judge_known, judge_periods
from store.imports.findings import Code, shown
from store.imports.rows import Report, Row


def judge_offices(rows: list[Row], units: Mapping[str, Row], employees: Mapping[str, Row], report: Report) -> None:
    judge_known(rows, employees, report, "holder_nip")
    judge_periods(rows, report)
    for row in rows:
        if row["unit_code"] is not None and row["unit_code"] not in units:
            report.add(row, "unit_code", Code.UNIT_UNKNOWN, value=shown(row["unit_code"]))
        if row["office"] is not None:
            _judge_blanks(row, report)
        holder = employees.get(row["holder_nip"])
        if holder is not None and row["holder_name"] is not None and holder["name"] != row["holder_name"]:
            report.add(row, "holder_name", Code.HOLDER_NAME)
    _judge_overlaps(rows, report)


def _judge_blanks(row: Row, report: Report) -> None:
    """The governor, no civil servant and of no unit, is the only one without NIP and unit."""
    for column in ("unit_code", "holder_nip"):
        if row["office"] == Office.GOVERNOR and not row.is_empty(column):
            report.add(row, column, Code.VOCAB, "empty")
        if row["office"] != Office.GOVERNOR and row.is_empty(column):
            report.add(row, column, Code.REQUIRED)


def _judge_overlaps(rows: list[Row], report: Report) -> None:
    """No two definitive holders of a one-holder office on one day, whatever else is wrong with their rows."""
    earlier: defaultdict[tuple[str, str | None], list[Row]] = defaultdict(list)
    for row in rows:
        if row["office"] not in SINGLE_HOLDER_OFFICES or row["capacity"] != Capacity.DEFINITIVE or not _has_period(row):
            continue
        terms = earlier[row["office"], row["unit_code"]]
        clash = next((other for other in terms if _overlap(row, other)), None)
        if clash is not None:
            report.add(row, "holder_nip", Code.OFFICE_OVERLAP, office=row["office"], first=str(clash.line))
        terms.append(row)


def _has_period(row: Row) -> bool:
    if row["from"] is None or "to" in row.unreadable:
        return False
    return row["to"] is None or bool(row["from"] <= row["to"])


def _overlap(one: Row, other: Row) -> bool:
    ends = [row["to"] or date.max for row in (one, other)]
    return bool(one["from"] <= ends[1] and other["from"] <= ends[0])


def judge_windows(rows: list[Row], units: Mapping[str, Row], report: Report) -> None:
    judge_periods(rows, report)
    for row in rows:
        for item in row["scope"] or ():
            unit = item.removeprefix(UNIT_SCOPE)
            if item.startswith(UNIT_SCOPE) and unit not in units:
                report.add(row, "scope", Code.UNIT_UNKNOWN, value=shown(unit))
