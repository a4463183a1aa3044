"""Seats that an import frees for those who stand in line.

An import runs without the engine and belongs to no case, so the calls it leaves are of no case either: the post of
whichever case has something to send next carries them out.
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, text

_VACANT = text("""
    SELECT p.code, greatest(0, p.required - (
               SELECT count(*) FROM occupancy o
               WHERE o.position_code = p.code AND o.superseded_at IS NULL AND o.during @> CAST(:day AS date))) AS vacant
    FROM position p
    WHERE p.superseded_at IS NULL AND p.code IN (
        SELECT d.to_position FROM docket d
        WHERE d.state -> 'waiting' IS NOT NULL AND d.stage NOT IN ('review', 'closed'))
""")
_LEAVE = text("""
    INSERT INTO seat_call (position_code, freed_at, frees, not_before, state)
    VALUES (:position, now(), true, now(), 'open')
""")


def vacant(connection: Connection, day: date) -> dict[str, int]:
    """Vacant seats of every post that somebody stands in line for, by its code."""
    return {row.code: row.vacant for row in connection.execute(_VACANT, {"day": day})}


def leave_calls(connection: Connection, before: Mapping[str, int], day: date) -> None:
    """One call for every seat that is vacant now and was not before, in the transaction of the import."""
    for code, now_vacant in sorted(vacant(connection, day).items()):
        for _ in range(now_vacant - before.get(code, 0)):
            connection.execute(_LEAVE, {"position": code})
