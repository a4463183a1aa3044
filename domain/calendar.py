"""Working days of the province: Monday to Friday less national holidays and joint leave, in local time.

"One day" is one working day, not 24 business hours (`features.md`, Deadlines).
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
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


class Calendar:
    """The working-day calendar handed to the law.

    `published` holds the years whose joint decree is out: a date reckoned across another year is an
    estimate and says so. `version` names the state of the data the dates were reckoned with.
    """

    def __init__(
        self, holidays: Iterable[Holiday], published: Iterable[int], version: str, zone: ZoneInfo = PROVINCE
    ) -> None:
        self._holidays = {h.day: h for h in holidays}
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
        return day.weekday() < 5 and day not in self._holidays

    def add_working_days(self, day: date, days: int) -> date:
        """The `days`-th working day after `day`; `day` itself is never counted. `days` must be positive."""
        if days < 1:
            raise ValueError("a term has at least one working day")
        while days:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return day

    def working_days_between(self, after: date, until: date) -> int:
        """Working days in the span (after, until]; 0 when `until` is not later."""
        span = (until - after).days
        return sum(self.is_working_day(after + timedelta(days=n)) for n in range(1, span + 1))

    def holidays_between(self, after: date, until: date) -> list[Holiday]:
        """Weekday holidays in the span (after, until]: the days a reckoning left out besides weekends."""
        return sorted(
            (h for h in self._holidays.values() if after < h.day <= until and h.day.weekday() < 5),
            key=lambda h: h.day,
        )

    def is_estimate(self, after: date, until: date) -> bool:
        """Whether the span touches a year whose decree is not published."""
        return any(year not in self.published for year in range(after.year, until.year + 1))


def local_day(instant: datetime, zone: ZoneInfo = PROVINCE) -> date:
    """The day in the province at an aware instant."""
    return instant.astimezone(zone).date()
