"""Seats of posts and their incumbents in the register, brought to what the files say.

Holds of cases are never touched. `seat_has_one_occupant` and `person_has_one_post` are checked at the end, because on
the way from one state to the next people swap seats.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from psycopg.types.range import Range
from sqlalchemy import Connection, text

from store.imports.comparing import Counts
from store.imports.findings import Code, Finding
from store.imports.incumbency import Incumbency, Outcome, Succession, succeed
from store.imports.layouts import file_name
from store.imports.people import People
from store.imports.recording import copy, supersede
from store.imports.records import EmployeeRecord, PositionRecord
from store.imports.seating import Seat, seat_post

_COLUMNS = ("seat_id", "position_code", "person_id", "person_no", "kind", "during", "source")


class Occupied(NamedTuple):
    """What became of seats and of employees' posts, and where the register knew better than the file."""

    seats: Counts
    posts: Counts
    stale: list[Finding]


def settle_occupancy(
    connection: Connection,
    positions: Sequence[PositionRecord],
    employees: Sequence[EmployeeRecord],
    people: People,
    today: date,
) -> Occupied:
    """Give every post the seats it requires and every employee the post his row names."""
    connection.execute(text("SET CONSTRAINTS seat_has_one_occupant, person_has_one_post DEFERRED"))
    added, restored = _raise_seats(connection, positions)
    before = _incumbencies(connection)
    successions = _successions(before, employees, people, today)
    after, abolished = _seated(connection, positions, before, successions, today)
    connection.execute(_ABOLISH, {"today": today, "ids": abolished})
    ended = {row.id for row in before if row.id is not None} - {row.id for row in after}
    begun = [row for row in after if row.id is None]
    supersede(connection, "occupancy", sorted(ended))
    copy(connection, "occupancy", _COLUMNS, map(_values, begun))
    connection.execute(text("SET CONSTRAINTS seat_has_one_occupant, person_has_one_post IMMEDIATE"))
    total = sum(position.required for position in positions)
    seats = Counts(added, restored + len(abolished), total - added - restored)
    return Occupied(seats, _counts(successions, begun), _stale(employees, people, successions))


_SEATS = text(
    "SELECT id, position_code, no, abolished_on IS NOT NULL AS abolished FROM seat ORDER BY position_code, no"
)
_RESTORE = text("UPDATE seat SET abolished_on = NULL WHERE id = ANY(:ids)")
_ABOLISH = text("UPDATE seat SET abolished_on = :today WHERE id = ANY(:ids)")


def _seats(connection: Connection) -> dict[str, list[Seat]]:
    seats: defaultdict[str, list[Seat]] = defaultdict(list)
    for row in connection.execute(_SEATS):
        seats[row.position_code].append(Seat(row.id, row.no, row.abolished))
    return seats


def _raise_seats(connection: Connection, positions: Sequence[PositionRecord]) -> tuple[int, int]:
    """Make seats 1 to `required` of every post exist and stand; how many were added and how many restored."""
    seats = _seats(connection)
    missing: list[tuple[str, int]] = []
    restored: list[int] = []
    for position in positions:
        known = seats.get(position.code, [])
        numbers = {seat.no for seat in known}
        missing += [(position.code, no) for no in range(1, position.required + 1) if no not in numbers]
        restored += [seat.id for seat in known if seat.abolished and seat.no <= position.required]
    copy(connection, "seat", ("position_code", "no"), missing)
    connection.execute(_RESTORE, {"ids": restored})
    return len(missing), len(restored)


_INCUMBENTS = text("""
    SELECT o.id, o.seat_id, o.position_code, o.person_id, o.person_no, p.nip, o.source,
           lower(o.during) AS since, upper(o.during) AS until
    FROM occupancy o JOIN person p ON p.id = o.person_id
    WHERE o.kind = 'incumbent' AND o.superseded_at IS NULL ORDER BY o.id
""")
_HOLDS = text("SELECT seat_id FROM occupancy WHERE kind = 'hold' AND superseded_at IS NULL")


def _incumbencies(connection: Connection) -> list[Incumbency]:
    return [
        Incumbency(
            person=row.person_id,
            person_no=row.person_no,
            nip=row.nip or "",
            position=row.position_code,
            seat=row.seat_id,
            since=row.since,
            until=row.until,
            source=row.source,
            id=row.id,
        )
        for row in connection.execute(_INCUMBENTS)
    ]


def _successions(
    before: Sequence[Incumbency], employees: Sequence[EmployeeRecord], people: People, today: date
) -> dict[str, Succession]:
    """What becomes of the incumbencies of every employee whose row names a post, by person."""
    held: defaultdict[str, list[Incumbency]] = defaultdict(list)
    for row in before:
        held[row.person].append(row)
    successions: dict[str, Succession] = {}
    for employee in employees:
        if employee.position_code is None or employee.position_since is None:
            continue
        person = people.by_nip[employee.nip]
        present = Incumbency(person.id, person.no, employee.nip, employee.position_code, None, employee.position_since)
        successions[person.id] = succeed(held[person.id], present, today)
    return successions


def _seated(
    connection: Connection,
    positions: Sequence[PositionRecord],
    before: Sequence[Incumbency],
    successions: Mapping[str, Succession],
    today: date,
) -> tuple[list[Incumbency], list[int]]:
    """Every incumbency after the import with its seat, and the seats to abolish."""
    of_post: defaultdict[str, list[Incumbency]] = defaultdict(list)
    for row in before:
        if row.person not in successions:
            of_post[row.position].append(row)
    for succession in successions.values():
        for row in succession.rows:
            of_post[row.position].append(row)
    seats = _seats(connection)
    held = set(connection.execute(_HOLDS).scalars())
    abolished: list[int] = []
    for position in positions:
        own = seats.get(position.code, [])
        holds = held.intersection(seat.id for seat in own)
        seating = seat_post(own, position.required, holds, of_post[position.code], today)
        of_post[position.code] = seating.rows
        abolished += seating.abolished
    return [row for rows in of_post.values() for row in rows], abolished


def _values(row: Incumbency) -> tuple[object, ...]:
    during = Range(row.since, row.until, "[)")
    return row.seat, row.position, row.person, row.person_no, "incumbent", during, row.source


def _counts(successions: Mapping[str, Succession], begun: Sequence[Incumbency]) -> Counts:
    """Employees by what became of their post; who was only seated anew counts as changed."""
    outcomes = {person: succession.outcome for person, succession in successions.items()}
    added = {person for person, outcome in outcomes.items() if outcome is Outcome.ADDED}
    kept = {person for person, outcome in outcomes.items() if outcome is Outcome.KEPT}
    changed = {row.person for row in begun} - added
    return Counts(len(added), len(changed), len(outcomes.keys() - added - changed - kept), len(kept))


def _stale(employees: Sequence[EmployeeRecord], people: People, successions: Mapping[str, Succession]) -> list[Finding]:
    return [
        Finding(
            file_name("employees"),
            employee.line,
            "position_since",
            Code.STALE_POSITION,
            {"source": successions[person].stale_against},
        )
        for employee in employees
        if (person := people.by_nip[employee.nip].id) in successions and successions[person].outcome is Outcome.KEPT
    ]
