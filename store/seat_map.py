"""The position map looked ahead: who retires, who leaves and arrives by cases in flight, who holds, who waits."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.policy import Policy
from domain.ranks import pension_start
from domain.vocabulary import PositionKind, Status, Tier
from store.registers import PositionRow
from store.seats import held_until
from store.tables import DOCKET
from store.viewing import Viewer, visible_cases

_INCUMBENTS = text("""
    SELECT o.position_code, o.person_id, e.birth_date
    FROM occupancy o JOIN employee e ON e.person_id = o.person_id AND e.superseded_at IS NULL
    WHERE o.position_code = ANY(:codes) AND o.kind = 'incumbent' AND o.superseded_at IS NULL
      AND o.during @> CAST(:day AS date)
""")
# Who is past the evaluation and goes to another agency leaves too, though he holds no seat.
_IN_FLIGHT = text("""
    SELECT case_id, number, person_id, from_position, to_position, status,
           state ->> 'seat' IS NOT NULL OR (to_position = 'outside' AND stage <> 'evaluation') AS holds,
           state -> 'lease' AS lease, state -> 'waiting' IS NOT NULL AS in_line
    FROM docket
    WHERE stage NOT IN ('review', 'closed') AND (to_position = ANY(:codes) OR from_position = ANY(:codes))
    ORDER BY opened_at, case_id
""")


class SeatHold(NamedTuple):
    """A hold on a seat of a post. `case_id` and `number` are None for who does not see the case."""

    case_id: str | None
    number: str | None
    until: date | None
    """Until when the seat is held, if that ends by itself; None once it is committed, or while it stands still."""


class Projection(NamedTuple):
    """What is to be expected of a post until a day, if nothing new is decided."""

    retiring: int
    leaving: int
    arriving: int
    expected: int
    """Who will occupy it then: less those who retire or leave, each counted once, and with those who arrive."""
    holds: tuple[SeatHold, ...]
    waiting: int
    """Cases that wait for a vacancy of this post."""


async def projections(
    connection: AsyncConnection,
    viewer: Viewer,
    policy: Policy,
    rows: Sequence[PositionRow],
    today: date,
    until: date,
) -> dict[str, Projection]:
    """The projection of some posts from today until a day, by code, as one viewer may see it."""
    codes = [row.code for row in rows]
    incumbents = (await connection.execute(_INCUMBENTS, {"codes": codes, "day": today})).all()
    moves = (await connection.execute(_IN_FLIGHT, {"codes": codes})).all()
    holding = [m for m in moves if m.holds]
    seen = select(DOCKET.c.case_id).where(DOCKET.c.case_id.in_([m.case_id for m in holding]), visible_cases(viewer))
    visible = set((await connection.execute(seen)).scalars()) if holding else set()
    out = {}
    for row in rows:
        age = policy.retirement_age_of(PositionKind(row.kind), Tier(row.tier) if row.tier else None)
        here = [i for i in incumbents if i.position_code == row.code]
        retiring = {i.person_id for i in here if pension_start(i.birth_date, age) <= until}
        leaving = {m.person_id for m in holding if m.from_position == row.code} & {i.person_id for i in here}
        arriving = [m for m in holding if m.to_position == row.code]
        out[row.code] = Projection(
            retiring=len(retiring),
            leaving=len(leaving),
            arriving=len(arriving),
            expected=row.occupied - len(retiring | leaving) + len(arriving),
            holds=tuple(
                SeatHold(
                    case_id=m.case_id if m.case_id in visible else None,
                    number=m.number if m.case_id in visible else None,
                    until=held_until(m.lease),
                )
                for m in arriving
            ),
            waiting=sum(m.to_position == row.code and (m.in_line or m.status == Status.NO_VACANCY) for m in moves),
        )
    return out
