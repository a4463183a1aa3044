"""Rating years that HR declared closed."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import RATING_YEAR


async def publish(connection: AsyncConnection, year: int, by: str) -> int:
    """Declare a year closed; publishing it again changes nothing. Returns the last closed year."""
    row = insert(RATING_YEAR).values(year=year, published_by=by)
    await connection.execute(row.on_conflict_do_nothing())
    return int((await connection.execute(select(func.max(RATING_YEAR.c.year)))).scalar_one())
