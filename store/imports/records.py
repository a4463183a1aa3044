"""The good rows of a province as values, one type for each file; fields stand in the order of the columns."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class UnitRecord(NamedTuple):
    code: str
    name: str
    short_name: str
    parent_code: str | None
    kind: str
    district: str
    service_critical: bool
    line: int


class PositionRecord(NamedTuple):
    code: str
    title: str
    unit_code: str
    kind: str
    tier: str | None
    echelon: str | None
    job_class: int
    required: int
    min_grade: str
    max_grade: str
    education_min: str
    education_fields: tuple[str, ...]
    competences: dict[str, int]
    abk_year: int
    line: int


class EmployeeRecord(NamedTuple):
    nip: str
    name: str
    status: str
    grade: str
    grade_since: date
    position_code: str | None
    position_since: date | None
    appointed_on: date
    education: str
    education_field: str
    birth_date: date
    sex: str
    domicile_district: str
    spouse_nip: str | None
    email: str
    phone: str
    line: int


class RatingRecord(NamedTuple):
    nip: str
    year: int
    rating: str
    work_result: str
    behaviour: str
    rater_nip: str | None
    line: int


class CompetenceRecord(NamedTuple):
    nip: str
    competence: str
    level: int
    assessed_on: date
    source: str
    line: int


class TalentRecord(NamedTuple):
    nip: str
    year: int
    performance_axis: str
    potential_axis: str
    line: int


class ConditionRecord(NamedTuple):
    nip: str
    kind: str
    start: date
    end: date | None
    reference: str
    line: int


class HistoryRecord(NamedTuple):
    nip: str
    title: str
    kind: str
    tier: str | None
    unit: str
    start: date
    end: date | None
    line: int


class OfficeRecord(NamedTuple):
    """`unit_code` and `holder_nip` are None for the governor, who is no civil servant."""

    office: str
    unit_code: str | None
    holder_nip: str | None
    holder_name: str
    capacity: str
    start: date
    end: date | None
    instrument: str
    line: int


class WindowRecord(NamedTuple):
    kind: str
    start: date
    end: date
    ground: str
    scope: tuple[str, ...]
    line: int


class HolidayRecord(NamedTuple):
    day: date
    name: str
    kind: str
    line: int


@dataclass(frozen=True)
class Province:
    """The good rows of all files; every reference in them leads to a good row."""

    units: tuple[UnitRecord, ...]
    positions: tuple[PositionRecord, ...]
    employees: tuple[EmployeeRecord, ...]
    ratings: tuple[RatingRecord, ...]
    competences: tuple[CompetenceRecord, ...]
    talent: tuple[TalentRecord, ...]
    conditions: tuple[ConditionRecord, ...]
    offices: tuple[OfficeRecord, ...]
    windows: tuple[WindowRecord, ...]
    holidays: tuple[HolidayRecord, ...]
    history: tuple[HistoryRecord, ...] = ()
