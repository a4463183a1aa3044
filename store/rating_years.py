"""Rating years that HR declared closed."""

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import select

from store.tables import RatingYearRow


async def publish(connection: AsyncConnection, year: int, by: str) -> int:
    """Declare a year closed; publishing it again changes nothing. Returns the last closed year."""
    row = insert(RatingYearRow).values(year=year, published_by=by)
    await connection.execute(row.on_conflict_do_nothing())
    return int((await connection.execute(select(func.max(RatingYearRow.year)))).scalar_one())
