"""Calls to the line for a post: a case that gives a seat back leaves one, and the post of that case carries it out.

Like a notice, a call waits until the act can no longer be undone, and is cancelled with it. It names no successor: who
is the first in line is asked when it is carried out. A seat that an import freed leaves a call of no case: the post of
whichever case sends next carries it out.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.facts import InLine
from domain.lines import Freed, next_called
from store import people, seats

_INSERT = text("""
    INSERT INTO seat_call (case_id, seq, position_code, freed_at, frees, not_before, state)
    VALUES (:case, :seq, :position, :freed_at, :frees, :not_before, 'open')
""")
_DUE = text("""
    SELECT id, case_id, position_code AS position, freed_at FROM seat_call
    WHERE (case_id = :case OR case_id IS NULL) AND state = 'open' AND not_before <= :at ORDER BY id
""")
_OPEN = text("SELECT 1 FROM seat_call WHERE id = :id AND state = 'open' FOR UPDATE")
_PROMISED = text("""
    SELECT count(*) FROM seat_call WHERE position_code = :position AND state = 'open' AND frees AND id <> :id
""")
_CLOSE = text("UPDATE seat_call SET state = 'done', done_at = now() WHERE id = :id AND state = 'open'")


class Call(NamedTuple):
    """A call that is due: of which post a seat came free, and when."""

    id: int
    case_id: str | None
    position: str
    freed_at: datetime


async def leave(
    connection: AsyncConnection, case_id: str, seq: int, freed: Iterable[Freed], not_before: datetime
) -> None:
    """Write the calls of one command, in its transaction."""
    for post in freed:
        await connection.execute(
            _INSERT,
            {
                "case": case_id,
                "seq": seq,
                "position": post.position,
                "freed_at": post.at,
                "frees": post.seat,
                "not_before": not_before,
            },
        )


async def due(connection: AsyncConnection, case_id: str, at: datetime) -> list[Call]:
    """The calls of a case, and those of none, whose time has come, oldest first."""
    return [Call(**r._mapping) for r in await connection.execute(_DUE, {"case": case_id, "at": at})]


async def still_open(connection: AsyncConnection, call: int) -> bool:
    """Whether a call has told nobody yet; locked until the transaction ends, so that it never tells two."""
    return (await connection.execute(_OPEN, {"id": call})).first() is not None


async def promised(connection: AsyncConnection, position: str, call: int) -> int:
    """Seats of a post that other calls are about: their release may yet be undone, or somebody is about to be told."""
    return int((await connection.execute(_PROMISED, {"position": position, "id": call})).scalar_one())


async def close(connection: AsyncConnection, call: int) -> None:
    """A call has told somebody, or there was nobody to tell."""
    await connection.execute(_CLOSE, {"id": call})


async def next_in_line(
    connection: AsyncConnection, call: Call, day: date, besides: Collection[str] = ()
) -> InLine | None:
    """Who is to be told of a freed seat, if anybody: asked after all who may take a seat of the post just now.

    None too once the call has told somebody. The cases `besides` were asked already.
    """
    await seats.stand_in_line(connection, call.position)
    if not await still_open(connection, call.id):
        return None
    posts = await people.positions(connection, [call.position])
    if call.position not in posts:
        return None
    found = await seats.seats(connection, day, posts[call.position][0], None, None)
    if found.free_seat is None:
        return None
    left = found.target.vacant - await promised(connection, call.position, call.id)
    return next_called(found.line, left, call.freed_at, besides)
