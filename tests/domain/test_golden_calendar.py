"""The calendars of 2026 and 2027, written out day by day and held against the register's and the package's.

2026 is the joint decree of the three ministers for 2026; 2027 are the estimates of the demo province, checked by hand
for weekdays and counts.
"""

import csv
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from domain.calendar import Calendar, Holiday, Override
from domain.vocabulary import HolidayKind
from store.calendars import calendar_of, packaged, unmarked_years

PROVINCE = Path(__file__).resolve().parents[2] / "demo" / "province"

WEEKDAYS_OFF = {
    2026: """
        01-01 Thu  01-16 Fri  02-16 Mon  02-17 Tue  03-18 Wed  03-19 Thu  03-20 Fri  03-23 Mon  03-24 Tue  04-03 Fri
        05-01 Fri  05-14 Thu  05-15 Fri  05-27 Wed  05-28 Thu  06-01 Mon  06-16 Tue  08-17 Mon  08-25 Tue
        12-24 Thu  12-25 Fri
    """,
    2027: """
        01-01 Fri  01-05 Tue  03-08 Mon  03-09 Tue  03-10 Wed  03-11 Thu  03-12 Fri  03-15 Mon  03-26 Fri
        05-06 Thu  05-07 Fri  05-17 Mon  05-18 Tue  05-20 Thu  05-21 Fri  06-01 Tue  08-17 Tue  12-24 Fri
    """,
}
"""Every weekday on which the province does not work."""

WORKING_DAYS = {
    2026: (20, 18, 17, 21, 16, 20, 23, 19, 22, 22, 21, 21),
    2027: (19, 20, 16, 22, 15, 21, 22, 21, 22, 21, 22, 22),
}
"""Weekdays of each month less those above, counted by hand."""


@pytest.fixture(scope="module")
def province() -> Calendar:
    with (PROVINCE / "holidays.csv").open(newline="") as file:
        known = [
            Holiday(day=date.fromisoformat(r["date"]), name=r["name"], kind=HolidayKind(r["kind"]))
            for r in csv.DictReader(file)
        ]
    published = [y for y, sure in unmarked_years((h.day, h.name) for h in known).items() if sure]
    return calendar_of(known, published, date(2026, 11, 23), "golden")


def _written(year: int) -> list[tuple[date, str]]:
    words = WEEKDAYS_OFF[year].split()
    return [
        (date.fromisoformat(f"{year}-{day}"), weekday) for day, weekday in zip(words[::2], words[1::2], strict=True)
    ]


@pytest.mark.parametrize("year", WEEKDAYS_OFF)
def test_the_weekdays_off_are_those_of_the_decree(province: Calendar, year: int) -> None:
    off = [day for day, _ in province.excluded_between(date(year - 1, 12, 31), date(year, 12, 31))]
    assert off == [day for day, _ in _written(year)]
    assert [f"{day:%a}" for day in off] == [weekday for _, weekday in _written(year)]


@pytest.mark.parametrize("year", WORKING_DAYS)
def test_the_working_days_of_each_month(province: Calendar, year: int) -> None:
    firsts = [date(year, month, 1) for month in range(1, 13)] + [date(year + 1, 1, 1)]
    day = date.resolution
    counted = [province.working_days_between(first - day, after - day) for first, after in pairwise(firsts)]
    assert tuple(counted) == WORKING_DAYS[year]
    assert sum(counted) == 261 - len(_written(year)), "both years have 261 weekdays"


def test_the_package_knows_the_decree_of_2026() -> None:
    """A year the register does not hold is reckoned with the package: for a decreed year the two agree."""
    known = {h.day for h in packaged(2026) if h.day.weekday() < 5}
    assert known == {day for day, _ in _written(2026)}


@pytest.mark.parametrize(
    ("start", "days", "expected", "estimate"),
    [
        (date(2026, 12, 25), 1, date(2026, 12, 28), False),  # begins on a holiday: the day itself is never counted
        (date(2026, 3, 19), 1, date(2026, 3, 25), False),  # begins within Idul Fitri
        (date(2026, 12, 31), 1, date(2027, 1, 4), True),  # across New Year, a Friday, and a weekend
        (date(2026, 12, 30), 1, date(2026, 12, 31), False),  # to the last day of a published year
        (date(2026, 12, 31), 2, date(2027, 1, 6), True),  # 5 January 2027 is an estimated holiday
        (date(2027, 12, 31), 1, date(2028, 1, 3), True),  # into a year that only the package knows
        (date(2026, 5, 29), 1, date(2026, 6, 2), False),  # a Friday, a weekend, Pancasila on a Monday
    ],
)
def test_boundaries(province: Calendar, start: date, days: int, expected: date, estimate: bool) -> None:
    assert province.add_working_days(start, days) == expected
    assert province.is_estimate(start, expected) is estimate


def test_an_order_makes_a_day_a_holiday_or_a_working_day() -> None:
    fair, work = date(2026, 11, 26), date(2026, 11, 28)
    orders = [
        Override(day=fair, working=False, reason="Hari jadi provinsi", reference="Kepgub 1/2026"),
        Override(day=work, working=True, reason="Hari kerja pengganti", reference="Kepgub 1/2026"),
        Override(day=date(2026, 12, 24), working=True, reason="Pelayanan Natal", reference="Kepgub 2/2026"),
    ]
    calendar = calendar_of(packaged(2026), [2026], date(2026, 11, 23), "v", orders)
    assert calendar.add_working_days(date(2026, 11, 25), 2) == work
    assert calendar.excluded_between(date(2026, 11, 23), date(2026, 11, 30)) == [(fair, "Hari jadi provinsi")]
    assert [d for d, _ in calendar.included_between(date(2026, 11, 23), date(2026, 12, 31))] == [
        work,
        date(2026, 12, 24),
    ]
    assert calendar.working_days_between(date(2026, 12, 23), date(2026, 12, 25)) == 1
