"""Seats: never two on one, whatever races. The database holds it, not the code that asks first."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from domain.protocol import Attempt, Envelope
from store.commit import Register
from tests.house import House


def _occupy(connection: psycopg.Connection[Any], seat: int | None, person: int, start: str, end: str | None) -> bool:
    """Try to put a person on a seat for a period; whether the register let him."""
    try:
        with connection.transaction():
            connection.execute(
                "INSERT INTO occupancy (seat_id, position_code, person_id, person_no, kind, during, source)"
                " VALUES (%s, 'X-1', %s, %s, 'incumbent', daterange(%s, %s), 'test')",
                [seat, f"p{person}", person, start, end],
            )
    except psycopg.errors.ExclusionViolation:
        return False
    return True


_day = st.integers(1, 28).map(lambda d: f"2026-03-{d:02d}")
_stay = st.tuples(st.one_of(st.none(), st.integers(1, 2)), st.integers(1, 4), _day, st.one_of(st.none(), _day))


@given(st.lists(_stay, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_order_of_stays_puts_two_on_a_seat_or_one_on_two_posts(
    empty_database: str, stays: list[tuple[int | None, int, str, str | None]]
) -> None:
    """Whatever is asked in whatever order: a model that checks overlaps agrees with the constraint."""
    taken: list[tuple[int | None, int, str, str]] = []
    with psycopg.connect(empty_database) as connection:
        connection.execute("SELECT 1")  # opens the transaction that the attempts are savepoints of
        for seat, person, start, end in stays:
            last = end or "9999-12-31"
            if last <= start:
                continue
            free = not any(
                start < e and s < last and (p == person or (seat is not None and q == seat)) for q, p, s, e in taken
            )
            assert _occupy(connection, seat, person, start, end) == free
            if free:
                taken.append((seat, person, start, last))
        connection.rollback()


async def test_racing_openings_hold_as_many_seats_as_there_are(house: House) -> None:
    """Six people want a post with two seats, all at once, straight at the register: two hold one, four wait."""
    async with house.engine.begin() as connection:
        await connection.execute(text("UPDATE position SET required = 9 WHERE code = 'DLH-S-04'"))
        await connection.execute(
            text("INSERT INTO seat (position_code, no) SELECT 'DLH-S-04', n FROM generate_series(2, 2) n")
        )
    rows = await house.sql(
        "SELECT p.nip FROM person p JOIN employee e ON e.person_id = p.id AND e.superseded_at IS NULL"
        " WHERE e.education_field = 'Hukum' AND e.status = 'PNS' AND e.education IN ('S1', 'S2') LIMIT 30"
    )
    register, opener = Register(house.engine), await house.person("hr_officer")

    def attempt(number: int, nip: str) -> Attempt:
        body = {"nip": nip, "position_code": "DLH-S-04", "reason": "Balapan"}
        envelope = Envelope(id=f"race-{number}", kind="open", actor=opener, body=body)
        return Attempt(
            case_id=f"c_race{number}",
            expected_seq=0,
            envelope=envelope,
            at=datetime.now(UTC),
            workflow_id="w",
            run_id="r",
        )

    done = await asyncio.gather(*(register.commit(attempt(n, r.nip)) for n, r in enumerate(rows)))
    opened = [d.snapshot for d in done if d.snapshot]
    assert len(opened) > 6, "several of them may be moved"
    held = await house.sql("SELECT seat_id FROM occupancy WHERE kind = 'hold' AND superseded_at IS NULL")
    assert len(held) == len({r.seat_id for r in held}) == 2


async def test_a_swap_commits_as_a_set(house: House) -> None:
    """The constraint waits for the end of the transaction where it is told to: two people change places."""
    one, other = await house.sql(
        "SELECT id, seat_id FROM occupancy WHERE kind = 'incumbent' AND seat_id IS NOT NULL"
        " AND superseded_at IS NULL ORDER BY id LIMIT 2"
    )
    move = "UPDATE occupancy SET seat_id = %s WHERE id = %s"
    with psycopg.connect(house.url) as connection:
        connection.execute("SET CONSTRAINTS seat_has_one_occupant DEFERRED")
        connection.execute(move, [other.seat_id, one.id])
        connection.execute(move, [one.seat_id, other.id])
        connection.commit()
    with psycopg.connect(house.url) as connection, pytest.raises(psycopg.errors.ExclusionViolation):
        connection.execute(move, [other.seat_id, other.id])
