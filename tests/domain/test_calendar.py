"""Working days of the province, checked by hand against the decree of 2026."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.calendar import Calendar, Holiday
from domain.events import WakeKind
from domain.policy import Term
from domain.stages import STAGE_OF
from domain.terms import days_left, move_to, reckon
from domain.vocabulary import HolidayKind, Origin, Status
from store.calendars import calendar_of, unmarked_years
from tests.domain import builders as b

PROVINCE = Path(__file__).resolve().parents[2] / "demo" / "province"


@pytest.fixture(scope="module")
def decreed() -> Calendar:
    """The calendar of the published decrees 2024-2026 and the estimates for 2027."""
    with (PROVINCE / "holidays.csv").open(newline="") as file:
        known = [
            Holiday(day=date.fromisoformat(r["date"]), name=r["name"], kind=HolidayKind(r["kind"]))
            for r in csv.DictReader(file)
        ]
    published = [y for y, sure in unmarked_years((h.day, h.name) for h in known).items() if sure]
    return calendar_of(known, published, date(2026, 11, 23), "golden")


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 11, 23), 1, date(2026, 11, 24)),  # Monday to Tuesday
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # Friday to Monday
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # from a Saturday
        (date(2026, 12, 23), 1, date(2026, 12, 28)),  # joint leave, Christmas, weekend
        (date(2026, 12, 23), 5, date(2027, 1, 4)),  # and New Year
        (date(2026, 3, 17), 1, date(2026, 3, 25)),  # Nyepi, Idul Fitri and their joint leave: a week without work
        (date(2026, 5, 13), 3, date(2026, 5, 20)),  # Ascension on a Thursday, joint leave on the Friday
        (date(2026, 8, 14), 5, date(2026, 8, 24)),  # Independence Day on a Monday
    ],
)
def test_working_days(decreed: Calendar, start: date, days: int, expected: date) -> None:
    assert decreed.add_working_days(start, days) == expected
    assert decreed.working_days_between(start, expected) == days


def test_a_term_across_an_unpublished_year_says_it_is_an_estimate(decreed: Calendar) -> None:
    assert not decreed.is_estimate(date(2026, 11, 23), date(2026, 12, 31))
    assert decreed.is_estimate(date(2026, 12, 23), date(2027, 1, 4))


def test_a_year_without_any_holiday_in_the_register_comes_from_the_package_and_is_an_estimate() -> None:
    calendar = calendar_of([], (), date(2026, 11, 23), "none")
    assert not calendar.is_working_day(date(2026, 12, 25))
    assert not calendar.is_working_day(date(2026, 12, 24)), "joint leave too"
    assert calendar.is_estimate(date(2026, 12, 1), date(2026, 12, 2))


def test_the_day_is_that_of_the_province() -> None:
    assert b.CALENDAR.local_day(datetime(2026, 11, 23, 15, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert b.CALENDAR.local_day(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == date(2026, 11, 24)


def _move(status: Status, origin: Origin = Origin.ORGANISATION, days: int | None = None):  # type: ignore[no-untyped-def]
    return move_to(status, origin=origin, policy=b.DEMO, calendar=b.CALENDAR, now=b.NOW, days=days)


def test_a_due_date_explains_itself() -> None:
    due = move_to(
        Status.AWAITING_CONSIDERATION, origin=Origin.ORGANISATION, policy=b.DEMO, calendar=b.CALENDAR,
        now=datetime(2026, 12, 18, 2, 0, tzinfo=UTC),
    ).due  # fmt: skip
    assert due is not None
    assert (due.start, due.days, due.on) == (date(2026, 12, 18), 10, date(2027, 1, 6))
    assert [d.day for d in due.excluded] == [date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 1)]
    assert due.estimate


def test_a_final_term_in_an_unpublished_year_is_an_estimate_from_the_start() -> None:
    """The file may be completed in November, by a sure calendar; the case lapses by one that is not published."""
    due = _move(Status.INCOMPLETE).due
    assert due is not None and due.final_on is not None
    assert due.on.year == 2026 < due.final_on.year and due.estimate
    assert date(2027, 1, 1) in [d.day for d in due.excluded], "what the final term left out is named too"
    assert not reckon(Term(days=due.days), due.start, due.days, None, b.CALENDAR).estimate


def test_reminders_come_before_the_end_and_escalation_after_it() -> None:
    move = _move(Status.AWAITING_CONSIDERATION)
    assert [w.what for w in move.wakes] == [WakeKind.REMIND] * 3 + [WakeKind.OVERDUE, WakeKind.ESCALATE]
    assert [w.percent for w in move.wakes[:3]] == [50, 80, 100]
    assert list(move.wakes) == sorted(move.wakes, key=lambda w: w.at)


def test_a_term_that_ends_in_something_ends_with_it() -> None:
    move = _move(Status.AWAITING_RESPONSE)
    assert move.wakes[-1].what is WakeKind.EXPIRE
    assert move.due is not None
    assert move.wakes[-1].at == move.due.at


def test_an_emergency_has_short_terms_and_a_hold_gives_back_the_rest() -> None:
    short = _move(Status.AWAITING_RESPONSE, Origin.EMERGENCY).due
    assert short is not None
    assert short.on == date(2026, 11, 24)
    due = _move(Status.AWAITING_RESPONSE).due
    assert days_left(due.on, b.CALENDAR, datetime(2026, 11, 25, 2, 0, tzinfo=UTC)) == 3
    assert days_left(due.on, b.CALENDAR, datetime(2027, 2, 1, 2, 0, tzinfo=UTC)) == 1
    rest = _move(Status.AWAITING_RESPONSE, days=2).due
    assert rest is not None
    assert rest.on == date(2026, 11, 25)


def test_only_the_policy_lets_a_case_lapse() -> None:
    lapsing = {status for status in STAGE_OF if any(w.what is WakeKind.LAPSE for w in _move(status).wakes)}
    assert lapsing == {status for status, term in b.DEMO.terms.items() if term.then == "lapse"} == {Status.INCOMPLETE}
