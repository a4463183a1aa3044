"""The files: their columns in order, what each may hold, and their keys (`data-formats.md` 2 to 6)."""

from datetime import date
from typing import NamedTuple

from domain.ranks import ECHELONS, EDUCATION
from domain.vocabulary import (
    Capacity,
    CompetenceSource,
    ConditionKind,
    District,
    EmployeeStatus,
    Expectation,
    HolidayKind,
    Office,
    PositionKind,
    Potential,
    Rating,
    Tier,
    UnitKind,
    WindowKind,
)
from store.imports.columns import (
    LONG_TEXT_LIMIT,
    Column,
    code,
    competence_key,
    competence_levels,
    day,
    free_text,
    grade,
    listed_text,
    one_of,
    raw,
    whole_number,
    window_scope,
    yes_no,
)

FIRST_YEAR = 2000
LAST_ABK_YEAR = 2100
_TEXT = free_text()
_LONG_TEXT = free_text(LONG_TEXT_LIMIT)


class Layout(NamedTuple):
    """The columns of a file, and those that together no two rows may share; without a key rows may repeat."""

    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


UNITS = Layout(
    (
        Column("code", code),
        Column("name", _TEXT),
        Column("short_name", _TEXT),
        Column("parent_code", raw, optional=True),
        Column("kind", one_of(UnitKind)),
        Column("district", one_of(District)),
        Column("service_critical", yes_no),
    ),
    key=("code",),
)

POSITIONS = Layout(
    (
        Column("code", code),
        Column("title", _TEXT),
        Column("unit_code", raw),
        Column("kind", one_of(PositionKind)),
        Column("tier", one_of(Tier), optional=True),
        Column("echelon", one_of(ECHELONS), optional=True),
        Column("job_class", whole_number(1, 17)),
        Column("required", whole_number(0, 9999)),
        Column("min_grade", grade),
        Column("max_grade", grade),
        Column("education_min", one_of(EDUCATION[:-1])),
        Column("education_fields", listed_text, optional=True, blank=()),
        Column("competences", competence_levels),
        Column("abk_year", whole_number(FIRST_YEAR, LAST_ABK_YEAR)),
    ),
    key=("code",),
)

EMPLOYEES = Layout(
    (
        Column("nip", raw),
        Column("name", _TEXT),
        Column("status", one_of(EmployeeStatus)),
        Column("grade", raw),
        Column("grade_since", day),
        Column("position_code", raw, optional=True),
        Column("position_since", day, optional=True),
        Column("appointed_on", day),
        Column("education", one_of(EDUCATION)),
        Column("education_field", _TEXT),
        Column("birth_date", day),
        Column("sex", one_of("MF")),
        Column("domicile_district", one_of(District)),
        Column("spouse_nip", raw, optional=True),
        Column("email", _TEXT),
        Column("phone", free_text(formula_allowed=True)),
    ),
    key=("nip",),
)

COMPETENCES = Layout(
    (
        Column("nip", raw),
        Column("competence", competence_key),
        Column("level", whole_number(1, 5)),
        Column("assessed_on", day),
        Column("source", one_of(CompetenceSource)),
    ),
    key=("nip", "competence"),
)

CONDITIONS = Layout(
    (
        Column("nip", raw),
        Column("kind", one_of(ConditionKind)),
        Column("from", day),
        Column("to", day, optional=True),
        Column("reference", _LONG_TEXT),
    ),
)

OFFICES = Layout(
    (
        Column("office", one_of(Office)),
        Column("unit_code", raw, optional=True),
        Column("holder_nip", raw, optional=True),
        Column("holder_name", _TEXT),
        Column("capacity", one_of(Capacity)),
        Column("from", day),
        Column("to", day, optional=True),
        Column("instrument", _LONG_TEXT),
    ),
)

WINDOWS = Layout(
    (
        Column("kind", one_of(WindowKind)),
        Column("from", day),
        Column("to", day),
        Column("ground", _LONG_TEXT),
        Column("scope", window_scope),
    ),
)

HOLIDAYS = Layout(
    (
        Column("date", day),
        Column("name", _TEXT),
        Column("kind", one_of(HolidayKind)),
    ),
    key=("date",),
)


HISTORY = Layout(
    (
        Column("nip", raw),
        Column("title", _TEXT),
        Column("kind", one_of(PositionKind)),
        Column("tier", one_of(Tier), optional=True),
        Column("unit", _TEXT),
        Column("from", day),
        Column("to", day, optional=True),
    ),
    key=("nip", "title", "from"),
)

OPTIONAL = frozenset({"history"})
"""Tables whose file may be missing: what they would say is then unknown, and nothing in the register changes."""


def _ratings(last_year: int) -> Layout:
    return Layout(
        (
            Column("nip", raw),
            Column("year", whole_number(FIRST_YEAR, last_year)),
            Column("rating", one_of(Rating)),
            Column("work_result", one_of(Expectation)),
            Column("behaviour", one_of(Expectation)),
            Column("rater_nip", raw, optional=True),
        ),
        key=("nip", "year"),
    )


def _talent(last_year: int) -> Layout:
    return Layout(
        (
            Column("nip", raw),
            Column("year", whole_number(FIRST_YEAR, last_year)),
            Column("performance_axis", one_of(Expectation)),
            Column("potential_axis", one_of(Potential)),
        ),
        key=("nip", "year"),
    )


def layouts(today: date) -> dict[str, Layout]:
    """The layouts by name of the table, in the order of judging. No rating or talent row is of a year to come."""
    return {
        "units": UNITS,
        "positions": POSITIONS,
        "employees": EMPLOYEES,
        "ratings": _ratings(today.year),
        "competences": COMPETENCES,
        "talent": _talent(today.year),
        "conditions": CONDITIONS,
        "history": HISTORY,
        "offices": OFFICES,
        "windows": WINDOWS,
        "holidays": HOLIDAYS,
    }


def file_name(table: str) -> str:
    return f"{table}.csv"
