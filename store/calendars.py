"""The working-day calendar from the register's holidays; years it does not hold come from the `holidays` package."""

from datetime import date

import holidays
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import Calendar, Holiday
from domain.vocabulary import HolidayKind
from store.tables import HOLIDAY

ESTIMATE_MARK = "(perkiraan)"
"""Ends the name of a holiday whose decree is not out: its year counts as not published."""
YEARS_AHEAD = 3


class Calendars:
    """Calendars by version and year, read again only when the holidays of the register changed."""

    def __init__(self) -> None:
        self._known: dict[str, Calendar] = {}

    async def present(self, connection: AsyncConnection, version: str, today: date) -> Calendar:
        """The calendar for a `version` as `CALENDAR_VERSION` gives it, reaching some years beyond today."""
        label = f"{version}/{today.year}"
        if label not in self._known:
            rows = (await connection.execute(_HOLIDAYS)).all()
            known = [Holiday(day=r.day, name=r.name, kind=r.kind) for r in rows]
            self._known[label] = calendar_of(known, today, label)
        return self._known[label]


_HOLIDAYS = select(HOLIDAY.c.day, HOLIDAY.c.name, HOLIDAY.c.kind).where(HOLIDAY.c.superseded_at.is_(None))

CALENDAR_VERSION = """
    SELECT coalesce(to_char(max(greatest(recorded_at, superseded_at)) AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS'), 'none')
    FROM holiday
"""
"""When the holidays of the register last changed: SQL for a larger query."""


def calendar_of(known: list[Holiday], today: date, version: str) -> Calendar:
    """The calendar of the holidays the register holds, filled up for the years it does not."""
    years = {h.day.year for h in known}
    published = {y for y in years if not any(h.day.year == y and h.name.endswith(ESTIMATE_MARK) for h in known)}
    missing = [y for y in range(today.year - 1, today.year + YEARS_AHEAD + 1) if y not in years]
    return Calendar([*known, *(h for y in missing for h in packaged(y))], published, version)


def packaged(year: int) -> list[Holiday]:
    """National holidays and joint leave of a year as the `holidays` package has them: never counted as published."""
    national = holidays.country_holidays("ID", years=year, language="id")
    joint = holidays.country_holidays("ID", years=year, categories=("government",), language="id")
    return [Holiday(day=d, name=n, kind=HolidayKind.NATIONAL) for d, n in sorted(national.items())] + [
        Holiday(day=d, name=n, kind=HolidayKind.JOINT_LEAVE) for d, n in sorted(joint.items()) if d not in national
    ]
