"""The position map as one caller sees it: posts with what is held, by whom, and what is to be expected of them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from api import schemas as out
from domain.ranks import add_months
from store import registers
from store.gathering import Gatherer
from store.registers import PositionRow
from store.seat_map import Projection, projections
from store.viewing import Viewer


async def positions_out(
    gatherer: Gatherer,
    connection: AsyncConnection,
    viewer: Viewer,
    rows: Sequence[PositionRow],
    today: date,
    months: int,
) -> list[out.PositionOut]:
    """Posts with their holds, and projected `months` ahead."""
    if not rows:
        return []
    until = add_months(today, months)
    policy = await gatherer.policy_in_force(connection, today)
    found = await projections(connection, viewer, policy, rows, today, until)
    return [_position(row, found[row.code], until) for row in rows]


async def holds_of(
    gatherer: Gatherer, connection: AsyncConnection, viewer: Viewer, code: str, today: date
) -> tuple[list[out.SeatHoldOut], int]:
    """The holds on a post and how many cases wait for it, for places where a seat is chosen."""
    rows = await registers.positions(connection, today, code=code, limit=1)
    return (await holds_on(gatherer, connection, viewer, rows, today)).get(code, ([], 0))


async def holds_on(
    gatherer: Gatherer, connection: AsyncConnection, viewer: Viewer, rows: Sequence[PositionRow], today: date
) -> dict[str, tuple[list[out.SeatHoldOut], int]]:
    """The same for several posts, by code."""
    if not rows:
        return {}
    policy = await gatherer.policy_in_force(connection, today)
    found = await projections(connection, viewer, policy, rows, today, today)
    return {code: (_holds(ahead), ahead.waiting) for code, ahead in found.items()}


def _position(row: PositionRow, ahead: Projection, until: date) -> out.PositionOut:
    return out.PositionOut(
        **row._asdict(),
        vacant=row.vacant,
        holds=_holds(ahead),
        waiting=ahead.waiting,
        projected=out.ProjectedOut(
            until=until,
            retiring=ahead.retiring,
            leaving=ahead.leaving,
            arriving=ahead.arriving,
            occupied=ahead.expected,
            vacant=max(0, row.required - ahead.expected),
        ),
    )


def _holds(found: Projection) -> list[out.SeatHoldOut]:
    return [out.SeatHoldOut(case_id=h.case_id, case_number=h.number, until=h.until) for h in found.holds]
