"""Rules of what is known about employees: ratings, competences, talent, conditions (`data-formats.md` 5)."""

from collections.abc import Mapping
from datetime import date

from domain.vocabulary import EmployeeStatus, Expectation, PositionKind, Rating
from store.imports.findings import Code
from store.imports.rows import Report, Row

_BELOW, _EXPECTED, _ABOVE = Expectation.BELOW, Expectation.EXPECTED, Expectation.ABOVE

RATING_MATRIX: Mapping[tuple[Expectation, Expectation], Rating] = {
    (_ABOVE, _ABOVE): Rating.SANGAT_BAIK,
    (_ABOVE, _EXPECTED): Rating.BAIK,
    (_EXPECTED, _ABOVE): Rating.BAIK,
    (_EXPECTED, _EXPECTED): Rating.BAIK,
    (_BELOW, _ABOVE): Rating.BUTUH_PERBAIKAN,
    (_BELOW, _EXPECTED): Rating.BUTUH_PERBAIKAN,
    (_ABOVE, _BELOW): Rating.KURANG,
    (_EXPECTED, _BELOW): Rating.KURANG,
    (_BELOW, _BELOW): Rating.SANGAT_KURANG,
}
"""The rating that follows from work result and behaviour (PermenPANRB 6/2022)."""

PERFORMANCE_AXIS: Mapping[Rating, Expectation] = {
    Rating.SANGAT_BAIK: _ABOVE,
    Rating.BAIK: _EXPECTED,
    Rating.BUTUH_PERBAIKAN: _BELOW,
    Rating.KURANG: _BELOW,
    Rating.SANGAT_KURANG: _BELOW,
}
"""The performance axis of the talent map that follows from a rating (PermenPANRB 3/2020)."""

_MATRIX_BY_TEXT = {(str(work), str(manner)): str(rating) for (work, manner), rating in RATING_MATRIX.items()}
_AXIS_BY_TEXT = {str(rating): str(axis) for rating, axis in PERFORMANCE_AXIS.items()}


def judge_known(rows: list[Row], employees: Mapping[str, Row], report: Report, column: str = "nip") -> None:
    """Report NIPs that no usable employee has."""
    for row in rows:
        if row[column] is not None and row[column] not in employees:
            report.add(row, column, Code.NIP_UNKNOWN)


def judge_ratings(rows: list[Row], employees: Mapping[str, Row], report: Report) -> dict[tuple[str, int], str]:
    """Judge ratings; those by NIP and year that a talent row can be held against."""
    judge_known(rows, employees, report)
    judge_known(rows, employees, report, "rater_nip")
    doubtful = set()
    for row in rows:
        if row["rater_nip"] is not None and row["rater_nip"] == row["nip"]:
            report.add(row, "rater_nip", Code.RATER_SELF)
        rating, work, manner = row["rating"], row["work_result"], row["behaviour"]
        expected = _MATRIX_BY_TEXT.get((work, manner))
        if rating is not None and expected is not None and rating != expected:
            facts = {"rating": rating, "work_result": work, "behaviour": manner, "expected": expected}
            report.add(row, "rating", Code.RATING_MATRIX, **facts)
            doubtful.add(row.line)
    return {(row["nip"], row["year"]): row["rating"] for row in rows if row.usable and row.line not in doubtful}


def judge_competences(rows: list[Row], employees: Mapping[str, Row], today: date, report: Report) -> None:
    judge_known(rows, employees, report)
    for row in rows:
        if row["assessed_on"] is not None and row["assessed_on"] > today:
            report.add(row, "assessed_on", Code.DATE_FUTURE, today=today.isoformat())


def judge_talent(
    rows: list[Row], employees: Mapping[str, Row], rated: Mapping[tuple[str, int], str], report: Report
) -> None:
    """Judge talent rows against the status of the employee and the rating of the year, where there is one."""
    judge_known(rows, employees, report)
    for row in rows:
        employee = employees.get(row["nip"])
        if employee is not None and employee["status"] != EmployeeStatus.PNS:
            report.add(row, "nip", Code.TALENT_STATUS, status=employee["status"])
        rating = rated.get((row["nip"], row["year"]))
        axis, expected = row["performance_axis"], _AXIS_BY_TEXT.get(rating or "")
        if rating is not None and axis is not None and axis != expected:
            facts = {"axis": axis, "rating": rating, "year": str(row["year"]), "expected": str(expected)}
            report.add(row, "performance_axis", Code.RATING_MATRIX, "axis", **facts)


def judge_conditions(rows: list[Row], employees: Mapping[str, Row], report: Report) -> None:
    judge_known(rows, employees, report)
    judge_periods(rows, report)


def judge_history(rows: list[Row], employees: Mapping[str, Row], today: date, report: Report) -> None:
    """Judge posts held: of known people, in periods that run forward and began, with a tier where there must be one."""
    judge_known(rows, employees, report)
    judge_periods(rows, report)
    for row in rows:
        for column in ("from", "to"):
            if row[column] is not None and row[column] > today:
                report.add(row, column, Code.DATE_FUTURE, today=today.isoformat())
        kind = row["kind"]
        if kind is not None and row.is_empty("tier") is (kind == PositionKind.FUNCTIONAL):
            report.add(row, "tier", Code.TIER_KIND, kind=kind)


def judge_periods(rows: list[Row], report: Report) -> None:
    """Report periods that end before they begin."""
    for row in rows:
        if row["from"] is not None and row["to"] is not None and row["to"] < row["from"]:
            report.add(row, "to", Code.DATE_ORDER, other="from")
