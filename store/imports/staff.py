"""Rules of employees (`data-formats.md` 4): the NIP against the other columns, dates, the post, the spouse."""

import re
from collections.abc import Mapping
from datetime import date

from domain import nip as number
from domain.ranks import GRADES, education_rank, grade_rank, grades_of
from domain.vocabulary import EmployeeStatus
from store.imports.findings import Code, shown
from store.imports.rows import Report, Row, by_key

_EMAIL = re.compile(r"[^@\s]+@example\.test")
_PHONE = re.compile(r"\+62[0-9]{8,12}")
_CONTRACT_CODE_FROM = 21
_PAST = ("birth_date", "appointed_on", "grade_since", "position_since")
_NOT_BEFORE = (("appointed_on", "birth_date"), ("grade_since", "appointed_on"), ("position_since", "appointed_on"))


def judge_employees(rows: list[Row], positions: Mapping[str, Row], today: date, report: Report) -> dict[str, Row]:
    """Judge employees; the usable ones by NIP."""
    for row in rows:
        status = EmployeeStatus(row["status"]) if row["status"] else None
        if row["nip"] is not None:
            _judge_nip(row, status, report)
        _judge_dates(row, today, report)
        _judge_grade(row, status, report)
        _judge_post(row, status, positions, report)
        if row["email"] is not None and not _EMAIL.fullmatch(row["email"]):
            report.add(row, "email", Code.EMAIL_FORMAT)
        if row["phone"] is not None and not _PHONE.fullmatch(row["phone"]):
            report.add(row, "phone", Code.PHONE_FORMAT)
    usable = by_key(rows, "nip")
    _judge_spouses(rows, usable, report)
    return usable


def _judge_nip(row: Row, status: EmployeeStatus | None, report: Report) -> None:
    """Judge the NIP; where the status is unknown its form decides how the month is read."""
    text = row["nip"]
    if status is None:
        contract = text[12:14].isdecimal() and int(text[12:14]) >= _CONTRACT_CODE_FROM
        status = EmployeeStatus.PPPK if contract else EmployeeStatus.PNS
    try:
        # Digits of other scripts are digits to Python, none to the register.
        parts = number.parse(text if text.isascii() else "", status)
    except number.NipFault as fault:
        report.add(row, "nip", Code(fault.code))
        return
    if row["birth_date"] is not None and row["birth_date"] != parts.birth_date:
        report.add(row, "birth_date", Code.NIP_BIRTH_MISMATCH)
    if row["appointed_on"] is not None and not _appointed_as(parts, status, row["appointed_on"]):
        report.add(row, "nip", Code.NIP_APPOINTED_MISMATCH)
    if row["sex"] is not None and row["sex"] != parts.sex:
        report.add(row, "nip", Code.NIP_SEX_MISMATCH)


def _appointed_as(parts: number.Nip, status: EmployeeStatus, appointed_on: date) -> bool:
    if parts.appointed_year != appointed_on.year:
        return False
    return status is EmployeeStatus.PPPK or parts.appointed_month == appointed_on.month


def _judge_dates(row: Row, today: date, report: Report) -> None:
    for later, earlier in _NOT_BEFORE:
        if row[later] is not None and row[earlier] is not None and row[later] < row[earlier]:
            report.add(row, later, Code.DATE_ORDER, other=earlier)
    for column in _PAST:
        if row[column] is not None and row[column] > today:
            report.add(row, column, Code.DATE_FUTURE, today=today.isoformat())
    if row["position_code"] is not None and row.is_empty("position_since"):
        report.add(row, "position_since", Code.REQUIRED)


def _judge_grade(row: Row, status: EmployeeStatus | None, report: Report) -> None:
    if row["grade"] is not None and status is not None and row["grade"] not in grades_of(status):
        report.add(row, "grade", Code.GRADE_UNKNOWN, value=shown(row["grade"]))


def _judge_post(row: Row, status: EmployeeStatus | None, positions: Mapping[str, Row], report: Report) -> None:
    code = row["position_code"]
    if code is None:
        report.add(row, "position_code", Code.POSITION_MISSING)
        return
    post = positions.get(code)
    if post is None:
        report.add(row, "position_code", Code.POSITION_UNKNOWN, value=shown(code))
        return
    grade, low, high = row["grade"], post["min_grade"], post["max_grade"]
    comparable = status in (EmployeeStatus.PNS, EmployeeStatus.CPNS) and grade in GRADES
    if comparable and not grade_rank(low) <= grade_rank(grade) <= grade_rank(high):
        report.add(row, "grade", Code.GRADE_RANGE, grade=grade, low=low, high=high)
    education, least = row["education"], post["education_min"]
    if education is not None and education_rank(education) < education_rank(least):
        report.add(row, "education", Code.EDUCATION_BELOW, education=education, low=least)


def _judge_spouses(rows: list[Row], usable: Mapping[str, Row], report: Report) -> None:
    """Nobody is married to himself, and a marriage is known on both sides."""
    for row in rows:
        spouse = row["spouse_nip"]
        if spouse is None:
            continue
        other = usable.get(spouse)
        if other is None or other is row or other["spouse_nip"] != row["nip"]:
            report.add(row, "spouse_nip", Code.SPOUSE_ASYMMETRIC)
