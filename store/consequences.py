"""What events change in the register itself: seats and incumbencies, and facts supplied in a case."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import Case
from domain.events import (
    CaseOpened,
    DossierSupplied,
    Event,
    PersonReleased,
    PlacementMade,
    PostRestored,
    SeatReleased,
    SuppliedItem,
)
from store.assignments import settle_assignment
from store.outside_service import serves_elsewhere, serves_here
from store.seats import end_incumbency, move_incumbent, settle_hold


async def apply(connection: AsyncConnection, before: Case | None, after: Case, events: list[Event], day: date) -> None:
    """Carry the consequences of one command into the register, in the caller's transaction."""
    for event in events:
        match event:
            case CaseOpened() if event.from_post is not None and event.from_post.outside:
                await serves_elsewhere(connection, after, event.from_post.agency_name, day)
            case PersonReleased():
                await end_incumbency(connection, after, event.effective_on)
                await serves_elsewhere(connection, after, event.agency, event.effective_on)
            case PlacementMade():
                await serves_here(connection, after)
                await move_incumbent(connection, after, event.position, event.seat, event.effective_on)
            case PostRestored():
                await serves_here(connection, after)
                await move_incumbent(connection, after, event.to_post.position, event.seat, event.effective_on)
            case DossierSupplied():
                for item in event.items:
                    await _supply(connection, after, item, day)
    given_up = any(isinstance(event, SeatReleased) for event in events)
    await settle_hold(connection, before, after, day, given_up)
    await settle_assignment(connection, before, after, day)


_RATING = (
    text(
        "UPDATE rating SET superseded_at = now() WHERE person_id = :person AND year = :year AND superseded_at IS NULL"
    ),
    text("""
        INSERT INTO rating (person_id, year, rating, work_result, behaviour, source)
        VALUES (:person, :year, :rating, :work_result, :behaviour, :source)
    """),
)
_CONDITION_END = (
    text("""
        WITH ended AS (
            UPDATE condition SET superseded_at = now()
            WHERE person_id = :person AND kind = :condition AND superseded_at IS NULL
              AND valid_from <= :today AND (valid_to IS NULL OR valid_to >= :today)
            RETURNING person_id, kind, valid_from
        )
        INSERT INTO condition (person_id, kind, valid_from, valid_to, reference, source)
        SELECT person_id, kind, valid_from, greatest(:to, valid_from), :reference, :source FROM ended
    """),
)
_POSITION_SINCE = (
    text("""
        WITH moved AS (
            UPDATE occupancy SET superseded_at = now()
            WHERE person_id = :person AND kind = 'incumbent' AND superseded_at IS NULL
              AND during @> CAST(:today AS date)
            RETURNING seat_id, position_code, person_id, person_no, during
        )
        INSERT INTO occupancy (seat_id, position_code, person_id, person_no, kind, during, source)
        SELECT seat_id, position_code, person_id, person_no, 'incumbent', daterange(:since, upper(during)), :source
        FROM moved
    """),
)
_POST_HELD = (
    text("""
        UPDATE post_history SET superseded_at = now()
        WHERE person_id = :person AND valid_from = :since AND title = :title AND superseded_at IS NULL
    """),
    text("""
        INSERT INTO post_history (person_id, title, kind, tier, unit, valid_from, valid_to, source)
        VALUES (:person, :title, :position_kind, :tier, :unit, :since, :to, :source)
    """),
)
_STATEMENTS = {
    "rating": _RATING,
    "condition_end": _CONDITION_END,
    "position_since": _POSITION_SINCE,
    "post_held": _POST_HELD,
}


async def _supply(connection: AsyncConnection, case: Case, item: SuppliedItem, today: date) -> None:
    params = {**item.model_dump(), "person": case.subject, "source": case.number, "today": today}
    for statement in _STATEMENTS[item.kind]:
        await connection.execute(statement, params)
