"""Temporary assignments in the register: who works where by order, beside the post he keeps."""

from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import Case

_END = text("""
    WITH ended AS (
        UPDATE temporary_assignment SET superseded_at = now()
        WHERE case_id = :case AND superseded_at IS NULL
        RETURNING case_id, person_id, position_code, number, during
    )
    INSERT INTO temporary_assignment (case_id, person_id, position_code, number, during)
    SELECT case_id, person_id, position_code, number, daterange(lower(during), least(upper(during), CAST(:day AS date)))
    FROM ended WHERE lower(during) < CAST(:day AS date)
""")
_BEGIN = text("""
    INSERT INTO temporary_assignment (case_id, person_id, position_code, number, during)
    VALUES (:case, :person, :position, :number, daterange(:starts_on, :until, '[]'))
""")
_SUPERSEDE = text(
    "UPDATE temporary_assignment SET superseded_at = now() WHERE case_id = :case AND superseded_at IS NULL"
)
"""An ending that was taken back left a shortened row."""


async def settle_assignment(connection: AsyncConnection, before: Case | None, after: Case, day: date) -> None:
    """Make the temporary assignment of a case what the case says it is; what ended keeps the days it lasted."""
    was, now = before.assigned if before else None, after.assigned
    if was is now is None or (was and now and (was.number, was.until) == (now.number, now.until)):
        return
    if now is None:
        # The day of the placement is spent in the post itself; any other end leaves its own day to the assignment.
        until = day if after.placed_on else day + timedelta(days=1)
        await connection.execute(_END, {"case": after.id, "day": until})
    else:
        await connection.execute(_SUPERSEDE, {"case": after.id})
        await connection.execute(
            _BEGIN,
            {
                "case": after.id,
                "person": after.subject,
                "position": now.position,
                "number": now.number,
                "starts_on": now.starts_on,
                "until": now.until,
            },
        )
