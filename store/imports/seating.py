"""Who sits on which seat of a post after an import. No SQL.

Occupied seats are taken from nobody and held ones are given to nobody. Who finds no seat is a surplus incumbent.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from store.imports.incumbency import Incumbency


class Seat(NamedTuple):
    id: int
    no: int
    abolished: bool


class Seating(NamedTuple):
    """The incumbencies in the order they were given, those seated anew without id; seats to abolish."""

    rows: list[Incumbency]
    abolished: list[int]


def seat_post(
    seats: Sequence[Seat], required: int, held: Collection[int], rows: Sequence[Incumbency], today: date
) -> Seating:
    """Seat the incumbents of one post on its first `required` seats, none of which is abolished any more.

    `held` are seats held for cases. Those who sit on a seat beyond `required` move down where one is free; then those
    without a seat are served by the length of their incumbency. Vacant seats beyond `required` are abolished.
    """
    needed = {seat.id for seat in seats if seat.no <= required}
    number = {seat.id: seat.no for seat in seats}
    lasting = [place for place, row in enumerate(rows) if row.lasts_beyond(today)]
    occupied = {rows[place].seat for place in lasting}
    free = sorted(needed - occupied - set(held), key=number.__getitem__)
    beyond = [place for place in lasting if rows[place].seat is not None and rows[place].seat not in needed]
    waiting = [place for place in lasting if rows[place].seat is None]
    beyond.sort(key=lambda place: number.get(rows[place].seat or 0, 0))
    waiting.sort(key=lambda place: (rows[place].since, rows[place].nip))
    seated = list(rows)
    for place, seat in zip([*beyond, *waiting], free, strict=False):
        seated[place] = rows[place]._replace(seat=seat, id=None)
    _yield_past(seated, lasting)
    taken = {seated[place].seat for place in lasting} | set(held)
    vacant = [seat.id for seat in seats if seat.no > required and not seat.abolished and seat.id not in taken]
    return Seating(seated, vacant)


def _yield_past(rows: list[Incumbency], lasting: Sequence[int]) -> None:
    """Past incumbents give up the seat where the dates of their successor overlap theirs: the present counts."""
    begins: dict[int, date] = {}
    for place in lasting:
        seat, since = rows[place].seat, rows[place].since
        if seat is not None:
            begins[seat] = min(since, begins.get(seat, since))
    for place in set(range(len(rows))).difference(lasting):
        row = rows[place]
        if row.seat in begins and row.lasts_beyond(begins[row.seat]):
            rows[place] = row._replace(seat=None, id=None)
