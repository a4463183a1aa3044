"""Orders that the field compares by: grades, education, tiers of posts, retirement."""

from calendar import monthrange
from datetime import date

from domain.vocabulary import EmployeeStatus, PositionKind, Tier

GRADES: tuple[str, ...] = (
    "I/a", "I/b", "I/c", "I/d",
    "II/a", "II/b", "II/c", "II/d",
    "III/a", "III/b", "III/c", "III/d",
    "IV/a", "IV/b", "IV/c", "IV/d", "IV/e",
)  # fmt: skip
"""Grades (golongan/ruang) of permanent and candidate servants, lowest first."""

CONTRACT_GRADES: tuple[str, ...] = (
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX",
    "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII",
)  # fmt: skip
"""Grades of contract servants (PPPK), lowest first. Not comparable with `GRADES`."""

EDUCATION: tuple[str, ...] = ("SMA", "D3", "S1", "S2", "S3")
"""Levels of education, lowest first; S1 includes D4."""

ECHELONS: tuple[str, ...] = ("I.b", "II.a", "II.b", "III.a", "III.b", "IV.a")

_STRUCTURAL_LEVEL = {
    PositionKind.JPT_MADYA: 7,
    PositionKind.JPT_PRATAMA: 6,
    PositionKind.ADMINISTRATOR: 5,
    PositionKind.SUPERVISOR: 4,
    PositionKind.STAFF: 1,
}
_FUNCTIONAL_LEVEL = {
    Tier.UTAMA: 6,
    Tier.MADYA: 5,
    Tier.MUDA: 4,
    Tier.PERTAMA: 3,
    Tier.PENYELIA: 3,
    Tier.MAHIR: 2,
    Tier.TERAMPIL: 2,
    Tier.PEMULA: 1,
}


def grades_of(status: EmployeeStatus) -> tuple[str, ...]:
    """The grade vocabulary of an employment status."""
    return CONTRACT_GRADES if status is EmployeeStatus.PPPK else GRADES


def grade_rank(grade: str) -> int:
    """Position of a grade in its order, 0 for the lowest. Raises `ValueError` outside the vocabulary."""
    return GRADES.index(grade) if grade in GRADES else CONTRACT_GRADES.index(grade)


def education_rank(level: str) -> int:
    return EDUCATION.index(level)


def post_level(kind: PositionKind, tier: Tier | None) -> int:
    """Level of a post, 1 to 7, for comparing posts of different kinds.

    Names do not tell levels since posts were converted (PermenPANRB 28/2019): an administrator
    equals a functional post of tier madya, a supervisor one of tier muda (`domain.md` 7.3).
    """
    if kind is PositionKind.FUNCTIONAL:
        if tier is None:
            raise ValueError("a functional post has a tier")
        return _FUNCTIONAL_LEVEL[tier]
    return _STRUCTURAL_LEVEL[kind]


def add_months(day: date, months: int) -> date:
    """The same day `months` later; the last day of the month where that day does not exist."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month0 + 1, day.day)
    except ValueError:
        return date(year, month0 + 1, monthrange(year, month0 + 1)[1])


def whole_months(earlier: date, later: date) -> int:
    """Completed months from `earlier` to `later`; negative when `later` comes first."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - 1 if later.day < earlier.day and add_months(earlier, months) > later else months


def pension_start(birth_date: date, retirement_age: int) -> date:
    """First of the month after the retirement age is reached (`domain.md` 7.6)."""
    year, month0 = divmod((birth_date.year + retirement_age) * 12 + birth_date.month, 12)
    return date(year, month0 + 1, 1)
