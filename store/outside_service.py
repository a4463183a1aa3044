"""Who of the register serves another agency: known from the cases by which people leave and come."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import Case

_END = text("UPDATE outside_service SET superseded_at = now() WHERE person_id = :person AND superseded_at IS NULL")
_BEGIN = text("""
    INSERT INTO outside_service (person_id, agency, valid_from, source)
    VALUES (:person, :agency, :day, :source)
""")


async def serves_elsewhere(connection: AsyncConnection, case: Case, agency: str, day: date) -> None:
    """The person of the case serves another agency from a day on."""
    await serves_here(connection, case)
    params = {"person": case.subject, "agency": agency, "day": day, "source": case.number}
    await connection.execute(_BEGIN, params)


async def serves_here(connection: AsyncConnection, case: Case) -> None:
    """The person of the case serves the province."""
    await connection.execute(_END, {"person": case.subject})
