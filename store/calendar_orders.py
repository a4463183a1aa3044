"""Orders about the calendar: a day overridden, a year published. A later one supersedes an earlier one."""

from datetime import date
from typing import Any

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import CALENDAR_OVERRIDE, CALENDAR_YEAR, CalendarOverrideRow, CalendarYearRow


async def override(
    connection: AsyncConnection, day: date, working: bool, reason: str, reference: str, by: str
) -> CalendarOverrideRow:
    """Make a day a working day or a holiday. The same order again changes nothing."""
    values = {"day": day, "working": working, "reason": reason, "reference": reference}
    row = await _settle(connection, CALENDAR_OVERRIDE, "day", values, by)
    return CalendarOverrideRow(**row)


async def publish(connection: AsyncConnection, year: int, published: bool, reference: str, by: str) -> CalendarYearRow:
    """Declare the joint decree of a year published, or not after all. The same again changes nothing."""
    values = {"year": year, "published": published, "reference": reference}
    return CalendarYearRow(**await _settle(connection, CALENDAR_YEAR, "year", values, by))


async def _settle(
    connection: AsyncConnection, table: Table, key: str, values: dict[str, Any], by: str
) -> dict[str, Any]:
    """Record what differs from the current row of the key, which it supersedes."""
    current = (table.c[key] == values[key]) & table.c.superseded_at.is_(None)
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"{table.name}/{values[key]}"))))
    same = current & (func.row(*(table.c[k] for k in values)) == func.row(*values.values()))
    if row := (await connection.execute(select(table).where(same))).mappings().first():
        return dict(row)
    await connection.execute(update(table).where(current).values(superseded_at=func.now()))
    inserted = await connection.execute(insert(table).values(**values, recorded_by=by).returning(table))
    return dict(inserted.mappings().one())


async def overrides(connection: AsyncConnection, year: int) -> list[CalendarOverrideRow]:
    """The orders in force about days of a year."""
    table = CALENDAR_OVERRIDE
    query = select(table).where(
        table.c.superseded_at.is_(None), table.c.day.between(date(year, 1, 1), date(year, 12, 31))
    )
    return [CalendarOverrideRow(**r._mapping) for r in await connection.execute(query.order_by(table.c.day))]


async def years(connection: AsyncConnection) -> list[CalendarYearRow]:
    """What was last said of every year."""
    table = CALENDAR_YEAR
    query = select(table).where(table.c.superseded_at.is_(None)).order_by(table.c.year)
    return [CalendarYearRow(**r._mapping) for r in await connection.execute(query)]
