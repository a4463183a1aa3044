"""Posts that people would rather have, and who nominated himself for a post. A statement supersedes the one before."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import PROVINCE

_STATED = text("SELECT positions FROM stated_preference WHERE person_id = :person AND superseded_at IS NULL")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('preferences of ' || :person, 0))")
_SUPERSEDE = text(
    "UPDATE stated_preference SET superseded_at = now() WHERE person_id = :person AND superseded_at IS NULL"
)
_STATE = text("INSERT INTO stated_preference (person_id, positions) VALUES (:person, :positions)")


async def stated(connection: AsyncConnection, person: str) -> tuple[str, ...]:
    """Codes of the posts somebody prefers, first choice first; none when he stated none."""
    return tuple((await connection.execute(_STATED, {"person": person})).scalar() or ())


async def state(connection: AsyncConnection, person: str, positions: tuple[str, ...]) -> None:
    """Record what somebody prefers from now on; the same again changes nothing. The transaction is the caller's."""
    await connection.execute(_LOCK, {"person": person})
    if await stated(connection, person) == positions:
        return
    await connection.execute(_SUPERSEDE, {"person": person})
    await connection.execute(_STATE, {"person": person, "positions": list(positions)})


class Nomination(NamedTuple):
    """An open case at own request for a post."""

    case_id: str
    number: str
    person: str
    name: str
    nip: str
    stage: str
    status: str
    opened_at: datetime


class Preferring(NamedTuple):
    """Somebody who prefers a post, as which choice and since when."""

    person: str
    name: str
    nip: str
    choice: int
    since: date


_NOMINATIONS = text("""
    SELECT d.case_id, d.number, p.id AS person, p.name, p.nip, d.stage, d.status, d.opened_at
    FROM docket d JOIN person p ON p.id = d.person_id
    WHERE d.to_position = :code AND d.origin = 'own_request' AND d.stage NOT IN ('review', 'closed')
    ORDER BY d.opened_at, d.case_id
""")
_PREFERRING = text(f"""
    SELECT p.id AS person, p.name, p.nip, array_position(s.positions, :code) AS choice,
           (s.recorded_at AT TIME ZONE '{PROVINCE.key}')::date AS since
    FROM stated_preference s JOIN person p ON p.id = s.person_id
    WHERE s.superseded_at IS NULL AND :code = ANY(s.positions)
    ORDER BY choice, s.recorded_at, p.id
""")


async def nominations(connection: AsyncConnection, code: str) -> list[Nomination]:
    """Who nominated himself for a post, in the order of arrival."""
    return [Nomination(**row._mapping) for row in await connection.execute(_NOMINATIONS, {"code": code})]


async def preferring(connection: AsyncConnection, code: str) -> list[Preferring]:
    """Who prefers a post, first choices first."""
    return [Preferring(**row._mapping) for row in await connection.execute(_PREFERRING, {"code": code})]
