"""Timelines and seats without a database: what must hold whatever the files say."""

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.imports.incumbency import IMPORTED, Incumbency, Outcome, succeed
from store.imports.seating import Seat, seat_post
from tests.imports.conftest import Import, Query
from tests.imports.small import (
    CASE,
    CLERK,
    CONTRACT,
    FILES,
    HEAD,
    NURSE,
    TODAY,
    WIFE,
    differences,
    moved,
    replaced,
)

FIRST = date(2015, 1, 1)
POSTS = ("DINKES-01", "DINKES-B1-01", "DINKES-U1-01")

days = st.integers(0, (TODAY - FIRST).days).map(lambda n: FIRST + timedelta(days=n))
seats_count = st.integers(0, 5)


def in_post(position: str, since: date, until: date | None = None, **more: object) -> Incumbency:
    return Incumbency("p_1", 1, CLERK, position, None, since, until, **more)  # type: ignore[arg-type]


@st.composite
def careers(draw: st.DrawFn) -> list[Incumbency]:
    """Posts one after the other, the last one open; some of them brought about by cases."""
    begins = sorted(draw(st.sets(days, min_size=1, max_size=5)))
    ends = [*begins[1:], None]
    return [
        in_post(draw(st.sampled_from(POSTS)), since, until, source=draw(st.sampled_from((IMPORTED, CASE))), id=number)
        for number, (since, until) in enumerate(zip(begins, ends, strict=True))
    ]


@settings(deadline=None)
@given(career=careers(), position=st.sampled_from(POSTS), since=days)
def test_a_person_is_never_in_two_posts_at_once(career: list[Incumbency], position: str, since: date) -> None:
    rows = sorted(succeed(career, in_post(position, since), TODAY).rows, key=lambda row: row.since)
    for earlier, later in pairwise(rows):
        assert earlier.until is not None
        assert earlier.since < earlier.until <= later.since


@settings(deadline=None)
@given(career=careers(), position=st.sampled_from(POSTS), since=days)
def test_the_same_row_again_changes_nothing(career: list[Incumbency], position: str, since: date) -> None:
    first = succeed(career, in_post(position, since), TODAY)
    again = succeed(first.rows, in_post(position, since), TODAY)
    assert again.outcome is (Outcome.KEPT if first.outcome is Outcome.KEPT else Outcome.UNCHANGED)
    assert again.rows == first.rows


@settings(deadline=None)
@given(career=careers(), position=st.sampled_from(POSTS), since=days)
def test_only_a_later_case_is_stronger_than_the_file(career: list[Incumbency], position: str, since: date) -> None:
    succession = succeed(career, in_post(position, since), TODAY)
    later_case = any(row.source == CASE and row.since > since for row in career)
    if succession.outcome is Outcome.KEPT:
        assert later_case
        assert succession.stale_against == CASE
    else:
        assert [row.since for row in succession.rows if row.until is None and row.position == position] == [since]


def incumbents(*seats: int | None) -> list[Incumbency]:
    """One incumbent for each seat given, the longest in post first."""
    return [
        in_post("P", FIRST + timedelta(days=place))._replace(seat=seat, id=place, nip=f"{place:018d}")
        for place, seat in enumerate(seats)
    ]


@settings(deadline=None)
@given(
    required=seats_count,
    taken=st.lists(st.one_of(st.none(), st.integers(1, 5)), max_size=7),
    held=st.sets(st.integers(1, 5), max_size=2),
)
def test_seats_are_never_shared_nor_left_empty_while_somebody_stands(
    required: int, taken: list[int | None], held: set[int]
) -> None:
    sitting: set[int] = set()
    rows = []
    for row in incumbents(*taken):
        free = row.seat not in sitting | held
        rows.append(row if free else row._replace(seat=None))
        sitting |= {row.seat} if row.seat is not None else set()
    seats = [Seat(no, no, False) for no in range(1, 6)]
    after, abolished = seat_post(seats, required, held, rows, TODAY)
    given_seats = [row.seat for row in after if row.seat is not None]
    assert len(given_seats) == len(set(given_seats))
    assert not held & set(given_seats)
    assert not held & set(abolished)
    assert not set(given_seats) & set(abolished)
    assert all(row.seat is not None for row, before in zip(after, rows, strict=True) if before.seat is not None)
    vacant = {seat.id for seat in seats if seat.no <= required} - held - set(given_seats)
    assert not vacant or all(row.seat is not None and row.seat <= required for row in after)


@pytest.mark.parametrize("seed", range(4))
def test_no_order_of_events_breaks_the_constraints_of_the_register(load: Import, query: Query, seed: int) -> None:
    """People move at random, dates are corrected, requirements rise and fall; the same files twice change nothing."""
    chance = random.Random(seed)
    load(FILES)
    files = FILES
    for _ in range(6):
        for nip in chance.sample([HEAD, NURSE, CLERK, WIFE, CONTRACT], k=3):
            since = date(2023, 6, 1) + timedelta(days=chance.randrange((TODAY - date(2023, 6, 1)).days))
            files = moved(nip, chance.choice(POSTS), since.isoformat(), files)
        changed = replaced("positions", "STAFF,,,6,2", f"STAFF,,,6,{chance.randrange(4)}", files)
        load(changed)
        assert differences(load(changed).changed) == {}
    open_posts = query(
        "SELECT count(*), count(DISTINCT person_id) FROM occupancy WHERE superseded_at IS NULL AND upper_inf(during)"
    )
    assert open_posts == [(5, 5)]
