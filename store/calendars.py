"""The working-day calendar from the register's holidays; years it does not hold come from the `holidays` package.

Orders of the province override single days, and a year counts as published because somebody said so: both are data.
"""

from collections.abc import Iterable
from datetime import date

import holidays
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import Calendar, Holiday, Override
from domain.vocabulary import HolidayKind
from store.tables import CALENDAR_OVERRIDE, CALENDAR_YEAR, HOLIDAY

ESTIMATE_MARK = "(perkiraan)"
"""Ends the name of a holiday in `holidays.csv` whose decree is not out: its year is imported as not published."""
YEARS_AHEAD = 3


class Calendars:
    """Calendars by version and year, read again only when the calendar of the register changed."""

    def __init__(self) -> None:
        self._known: dict[str, Calendar] = {}

    async def present(self, connection: AsyncConnection, version: str, today: date) -> Calendar:
        """The calendar for a `version` as `CALENDAR_VERSION` gives it, reaching some years beyond today."""
        label = f"{version}/{today.year}"
        if label not in self._known:
            days = [Holiday(day=r.day, name=r.name, kind=r.kind) for r in await connection.execute(_HOLIDAYS)]
            orders = [Override.model_validate(r._mapping) for r in await connection.execute(_OVERRIDES)]
            years = (await connection.execute(_PUBLISHED)).scalars()
            self._known[label] = calendar_of(days, years, today, label, orders)
        return self._known[label]


_HOLIDAYS = select(HOLIDAY.c.day, HOLIDAY.c.name, HOLIDAY.c.kind).where(HOLIDAY.c.superseded_at.is_(None))
_OVERRIDES = select(
    CALENDAR_OVERRIDE.c.day,
    CALENDAR_OVERRIDE.c.working,
    CALENDAR_OVERRIDE.c.reason,
    CALENDAR_OVERRIDE.c.reference,
).where(CALENDAR_OVERRIDE.c.superseded_at.is_(None))
_PUBLISHED = select(CALENDAR_YEAR.c.year).where(CALENDAR_YEAR.c.superseded_at.is_(None), CALENDAR_YEAR.c.published)

CALENDAR_VERSION = """
    SELECT coalesce(to_char(max(greatest(recorded_at, superseded_at)) AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS')
                    || '-' || (count(*) + count(superseded_at)), 'none')
    FROM (SELECT recorded_at, superseded_at FROM holiday UNION ALL
          SELECT recorded_at, superseded_at FROM calendar_override UNION ALL
          SELECT recorded_at, superseded_at FROM calendar_year) changed
"""
"""When the calendar last changed, and how often it ever did, so that no two states have one name: SQL for a query."""


def calendar_of(
    known: list[Holiday], published: Iterable[int], today: date, version: str, overrides: Iterable[Override] = ()
) -> Calendar:
    """The calendar of what the register holds, filled up for the years it has no holiday of."""
    years = {h.day.year for h in known}
    missing = [y for y in range(today.year - 1, today.year + YEARS_AHEAD + 1) if y not in years]
    return Calendar([*known, *(h for y in missing for h in packaged(y))], published, version, overrides=overrides)


def unmarked_years(days: Iterable[tuple[date, str]]) -> dict[int, bool]:
    """The years of some holidays, and whether none of a year's names is marked as an estimate."""
    years: dict[int, bool] = {}
    for day, name in days:
        years[day.year] = years.get(day.year, True) and not name.endswith(ESTIMATE_MARK)
    return years


def packaged(year: int) -> list[Holiday]:
    """National holidays and joint leave of a year as the `holidays` package has them: never counted as published."""
    national = holidays.country_holidays("ID", years=year, language="id")
    joint = holidays.country_holidays("ID", years=year, categories=("government",), language="id")
    return [Holiday(day=d, name=n, kind=HolidayKind.NATIONAL) for d, n in sorted(national.items())] + [
        Holiday(day=d, name=n, kind=HolidayKind.JOINT_LEAVE) for d, n in sorted(joint.items()) if d not in national
    ]
