"""Seats: who sits where, what is free, what is held. Two on one seat is impossible by constraint, not by care."""

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import Case
from domain.events import OUTSIDE, Staffing
from domain.facts import HeldFor, InLine, Position, Seats
from domain.vocabulary import Origin, Status

_POSTS = text("""
    SELECT p.code, p.required,
           (SELECT count(*) FROM occupancy o WHERE o.position_code = p.code AND o.superseded_at IS NULL
              AND o.kind = 'incumbent' AND o.during @> CAST(:day AS date)) AS occupied,
           (SELECT count(*) FROM occupancy o WHERE o.position_code = p.code AND o.superseded_at IS NULL
              AND o.kind = 'hold' AND o.case_id <> :case AND o.during @> CAST(:day AS date)) AS held
    FROM position p WHERE p.code = ANY(:codes) AND p.superseded_at IS NULL
""")

_UNITS = text("""
    SELECT p.unit_code AS code, sum(p.required)::int AS required,
           sum((SELECT count(*) FROM occupancy o WHERE o.position_code = p.code AND o.superseded_at IS NULL
              AND o.kind = 'incumbent' AND o.during @> CAST(:day AS date)))::int AS occupied,
           sum((SELECT count(*) FROM occupancy o WHERE o.position_code = p.code AND o.superseded_at IS NULL
              AND o.kind = 'hold' AND o.case_id <> :case AND o.during @> CAST(:day AS date)))::int AS held
    FROM position p WHERE p.unit_code = ANY(:units) AND p.superseded_at IS NULL
    GROUP BY p.unit_code
""")

_FREE = text("""
    SELECT s.id FROM seat s
    WHERE s.position_code = :position AND s.abolished_on IS NULL
      AND NOT EXISTS (SELECT 1 FROM occupancy o WHERE o.seat_id = s.id AND o.superseded_at IS NULL
                        AND o.during && daterange(:day, NULL))
    ORDER BY s.id IS DISTINCT FROM CAST(:wanted AS bigint), s.no LIMIT 1
""")
_QUEUE_FOR_POST = text("SELECT pg_advisory_xact_lock(hashtextextended('seat of ' || :position, 0))")
_OURS = text("""
    SELECT seat_id FROM occupancy
    WHERE case_id = :case AND kind = 'hold' AND superseded_at IS NULL AND position_code = :position
""")

_WANTING = text("""
    SELECT case_id, number, origin, status, state -> 'waiting' AS waiting, state -> 'called' AS called,
           state ->> 'seat' IS NOT NULL AS holds, state -> 'lease' AS lease
    FROM docket
    WHERE to_position = :position AND stage NOT IN ('review', 'closed') AND case_id <> :case
      AND (state -> 'waiting' IS NOT NULL OR state ->> 'seat' IS NOT NULL)
    ORDER BY opened_at, case_id
""")

NO_CASE = ""
"""Stands for "no case" where a hold of one's own case would be left out of the count."""


async def seats(
    connection: AsyncConnection,
    day: date,
    target: Position,
    origin: Position | None,
    case: Case | None,
    to_take: bool = False,
    wanted: int | None = None,
) -> Seats:
    """The seats of a target post and the staffing around it; holds of the case itself do not count against it.

    With `to_take` those who may take a seat of the post stand in line, so that each sees what the one before him
    took: nobody is told that there is no seat because another was just looking at it. Of several free seats the
    `wanted` one is named.
    """
    if to_take:
        await stand_in_line(connection, target.code)
    case_id = case.id if case else NO_CASE
    codes = [target.code, *([origin.code] if origin else [])]
    units = [target.unit, *([origin.unit] if origin else [])]
    posts = await _staffing(connection, _POSTS, {"day": day, "case": case_id, "codes": codes})
    around = await _staffing(connection, _UNITS, {"day": day, "case": case_id, "units": units})
    ours = (await connection.execute(_OURS, {"case": case_id, "position": target.code})).scalar() if case else None
    seat = ours
    if seat is None and posts[target.code].vacant > 0:  # a seat row may outlive a cut of the establishment
        seat = (await connection.execute(_FREE, {"day": day, "position": target.code, "wanted": wanted})).scalar()
    wanting = (await connection.execute(_WANTING, {"position": target.code, "case": case_id})).all()
    return Seats(
        target=posts[target.code],
        free_seat=seat,
        origin=posts.get(origin.code) if origin else None,
        origin_unit=around.get(origin.unit) if origin else None,
        destination_unit=around[target.unit],
        ours_holds=ours is not None if case and case.seat is not None else True,
        line=tuple(_in_line(r) for r in wanting if r.waiting is not None),
        holds=tuple(HeldFor(number=r.number, until=held_until(r.lease)) for r in wanting if r.holds),
    )


async def stand_in_line(connection: AsyncConnection, position: str) -> None:
    """Wait for those who may take a seat of a post just now, and keep others waiting until the transaction ends."""
    await connection.execute(_QUEUE_FOR_POST, {"position": position})


async def line(connection: AsyncConnection, position: str, besides: str) -> tuple[InLine, ...]:
    """The cases in line for a post, one aside."""
    rows = await connection.execute(_WANTING, {"position": position, "case": besides})
    return tuple(_in_line(r) for r in rows if r.waiting is not None)


def held_until(lease: dict[str, Any] | None) -> date | None:
    """When a hold ends by itself; None where it does not, or stands still."""
    return date.fromisoformat(lease["due"]["on"]) if lease and not lease.get("stopped_on") else None


def _in_line(row: Any) -> InLine:
    return InLine(
        case=row.case_id,
        number=row.number,
        emergency=row.origin == Origin.EMERGENCY,
        since=row.waiting["since"],
        called=row.called is not None,
        called_until=row.called["due"]["on"] if row.called else None,
        passed_at=row.waiting.get("passed_at"),
        on_hold=row.status == Status.ON_HOLD,
    )


async def _staffing(connection: AsyncConnection, query, params: dict[str, object]) -> dict[str, Staffing]:  # type: ignore[no-untyped-def]
    rows = await connection.execute(query, params)
    return {r.code: Staffing(code=r.code, required=r.required, occupied=r.occupied, held=r.held) for r in rows}


_RELEASE = text(
    "UPDATE occupancy SET superseded_at = now() WHERE case_id = :case AND kind = 'hold' AND superseded_at IS NULL"
)
_HOLD = text("""
    INSERT INTO occupancy (seat_id, position_code, person_id, person_no, kind, during, case_id, source)
    SELECT :seat, :position, p.id, p.no, 'hold', daterange(:day, NULL), :case, :source
    FROM person p WHERE p.id = :person
""")


async def settle_hold(connection: AsyncConnection, before: Case | None, after: Case, day: date, given_up: bool) -> None:
    """Make the hold of a case what the case says it is; two cases that want one seat collide on the constraint."""
    if before and before.seat == after.seat and not given_up:
        return
    if before and before.seat is not None:
        await connection.execute(_RELEASE, {"case": after.id})
    if after.seat is not None:
        await _hold(connection, after, day)


async def hold_again(connection: AsyncConnection, case: Case, day: date) -> None:
    """Hold the seat that a case counts on, whatever it holds now. Two that want it collide on the constraint."""
    await connection.execute(_RELEASE, {"case": case.id})
    await _hold(connection, case, day)


async def _hold(connection: AsyncConnection, case: Case, day: date) -> None:
    await connection.execute(
        _HOLD,
        {
            "seat": case.seat,
            "position": case.to_post.position,
            "day": day,
            "case": case.id,
            "source": case.number,
            "person": case.subject,
        },
    )


_LEAVE = text("""
    WITH left_post AS (
        UPDATE occupancy SET superseded_at = now()
        WHERE person_id = :person AND kind = 'incumbent' AND superseded_at IS NULL AND during @> CAST(:day AS date)
        RETURNING seat_id, position_code, person_id, person_no, during, source
    )
    INSERT INTO occupancy (seat_id, position_code, person_id, person_no, kind, during, case_id, source)
    SELECT seat_id, position_code, person_id, person_no, 'incumbent', daterange(lower(during), :day), NULL, source
    FROM left_post WHERE lower(during) < :day
""")
_TAKE = text("""
    INSERT INTO occupancy (seat_id, position_code, person_id, person_no, kind, during, case_id, source)
    SELECT :seat, :position, p.id, p.no, 'incumbent', daterange(:day, NULL), NULL, :source
    FROM person p WHERE p.id = :person
""")
_DEFER = text("SET CONSTRAINTS seat_has_one_occupant, person_has_one_post DEFERRED")
_CHECK = text("SET CONSTRAINTS seat_has_one_occupant, person_has_one_post IMMEDIATE")


async def move_incumbent(connection: AsyncConnection, case: Case, position: str, seat: int, day: date) -> None:
    """End the old incumbency and begin the new one on the effective date, as a set, in the caller's transaction."""
    params = {"person": case.subject, "day": day, "seat": seat, "position": position, "source": case.number}
    await connection.execute(_DEFER)
    await connection.execute(_RELEASE, {"case": case.id})
    await connection.execute(_LEAVE, params)
    await connection.execute(_TAKE, params)
    await connection.execute(_CHECK)


async def end_incumbency(connection: AsyncConnection, case: Case, day: date) -> None:
    """End the incumbency of who leaves for another agency, on the effective date."""
    await connection.execute(_LEAVE, {"person": case.subject, "day": day})


async def seats_left(connection: AsyncConnection, day: date, origin: Position | None, case: Case | None) -> Seats:
    """The staffing around the post that is left for another agency, whose own seats nobody here knows."""
    case_id = case.id if case else NO_CASE
    codes, units = ([origin.code], [origin.unit]) if origin else ([], [])
    posts = await _staffing(connection, _POSTS, {"day": day, "case": case_id, "codes": codes})
    around = await _staffing(connection, _UNITS, {"day": day, "case": case_id, "units": units})
    elsewhere = Staffing(code=OUTSIDE, required=0, occupied=0, held=0)
    return Seats(
        target=elsewhere,
        free_seat=None,
        origin=posts.get(origin.code) if origin else None,
        origin_unit=around.get(origin.unit) if origin else None,
        destination_unit=elsewhere,
    )
