"""Working days of the province: Monday to Friday less national holidays and joint leave, in local time.

"One day" is one working day, not 24 business hours (`features.md`, Deadlines).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from domain.vocabulary import HolidayKind

PROVINCE = ZoneInfo("Asia/Makassar")
"""The time zone of the province: WITA, UTC+8, the same all year."""
START_OF_WORK = time(8)
END_OF_DAY = time(23, 59, 59)


class Holiday(BaseModel):
    model_config = ConfigDict(frozen=True)

    day: date
    name: str
    kind: HolidayKind


class Override(BaseModel):
    """A day that the province made a working day or a holiday by an order of its own, against the joint decree."""

    model_config = ConfigDict(frozen=True)

    day: date
    working: bool
    reason: str
    reference: str


class Span(NamedTuple):
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


class Calendar:
    """The working-day calendar handed to the law.

    `published` holds the years whose joint decree is out: a date reckoned across another year is an
    estimate and says so. `version` names the state of the data the dates were reckoned with.
    """

    def __init__(
        self,
        holidays: Iterable[Holiday],
        published: Iterable[int],
        version: str,
        zone: ZoneInfo = PROVINCE,
        overrides: Iterable[Override] = (),
    ) -> None:
        ordered = {o.day: o for o in overrides}
        self._off = {h.day: h.name for h in holidays} | {o.day: o.reason for o in ordered.values() if not o.working}
        self._on = {o.day: o.reason for o in ordered.values() if o.working}
        self.published = frozenset(published)
        self.version = version
        self.zone = zone

    def local_day(self, instant: datetime) -> date:
        """The day in the province at an aware instant."""
        return local_day(instant, self.zone)

    def at(self, day: date, clock: time) -> datetime:
        """The instant of a local time of day."""
        return datetime.combine(day, clock, self.zone)

    def is_working_day(self, day: date) -> bool:
        return day in self._on or (day.weekday() < 5 and day not in self._off)

    def add_working_days(self, day: date, days: int, stood: Iterable[Span] = ()) -> date:
        """The `days`-th working day after `day`; `day` itself is never counted. `days` must be positive.

        Days in a span of `stood`, while the clock stood still, are not counted either.
        """
        if days < 1:
            raise ValueError("a term has at least one working day")
        spans = tuple(stood)
        while days:
            day += timedelta(days=1)
            days -= self._counts(day, spans)
        return day

    def working_days_between(self, after: date, until: date, stood: Iterable[Span] = ()) -> int:
        """Working days in the span (after, until] outside of `stood`; 0 when `until` is not later."""
        spans = tuple(stood)
        return sum(self._counts(day, spans) for day in _days(after, until))

    def _counts(self, day: date, stood: tuple[Span, ...]) -> bool:
        return self.is_working_day(day) and not any(s.holds(day) for s in stood)

    def excluded_between(self, after: date, until: date) -> list[tuple[date, str]]:
        """Weekdays off in the span (after, until] and why: what a reckoning left out besides weekends."""
        return [
            (day, self._off[day])
            for day in _days(after, until)
            if day.weekday() < 5 and day in self._off and day not in self._on
        ]

    def included_between(self, after: date, until: date) -> list[tuple[date, str]]:
        """Weekend days and holidays in the span (after, until] that an order made working days, and why."""
        return [
            (day, self._on[day])
            for day in _days(after, until)
            if day in self._on and (day.weekday() >= 5 or day in self._off)
        ]

    def is_estimate(self, after: date, until: date) -> bool:
        """Whether the span touches a year whose decree is not published."""
        return any(year not in self.published for year in range(after.year, until.year + 1))


def _days(after: date, until: date) -> Iterator[date]:
    """The days of the span (after, until]."""
    return (after + timedelta(days=n) for n in range(1, (until - after).days + 1))


def local_day(instant: datetime, zone: ZoneInfo = PROVINCE) -> date:
    """The day in the province at an aware instant."""
    return instant.astimezone(zone).date()
