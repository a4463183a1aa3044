"""How long one waits after failed attempts: longer and longer, never for ever, and nobody for a stranger's guessing."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.slowing import (
    ACCOUNT_IN_DAY,
    ACCOUNT_IN_WINDOW,
    ADDRESS_IN_WINDOW,
    FIRST_WAIT,
    FREE,
    LONGEST_WAIT,
    WINDOW,
    Failures,
    wait,
)

NOTHING = timedelta(0)


def test_whoever_mistypes_waits_a_little_then_longer() -> None:
    pauses = [wait(Failures(here=n, since_last=NOTHING)) for n in range(FREE + 8)]
    assert pauses[:FREE] == [NOTHING] * FREE
    assert pauses[FREE : FREE + 3] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert pauses[-1] == LONGEST_WAIT
    assert pauses == sorted(pauses)


def test_the_pause_runs_out() -> None:
    assert wait(Failures(here=1000, since_last=LONGEST_WAIT)) == NOTHING
    assert wait(Failures(here=FREE, since_last=FIRST_WAIT / 2)) == FIRST_WAIT / 2


def test_guessing_from_many_places_slows_strangers_and_not_the_owner_where_he_is_known() -> None:
    for guessed in (
        Failures(account_in_window=ACCOUNT_IN_WINDOW), Failures(account_in_day=ACCOUNT_IN_DAY),
        Failures(address_in_window=ADDRESS_IN_WINDOW),
    ):  # fmt: skip
        assert wait(guessed) > NOTHING
        assert wait(guessed._replace(known_here=True)) == NOTHING


COUNT = st.integers(0, 10_000)


@given(COUNT, st.timedeltas(NOTHING, timedelta(days=2)), COUNT, COUNT, COUNT, st.booleans())
def test_nobody_waits_for_ever(here: int, since: timedelta, window: int, day: int, address: int, known: bool) -> None:
    pause = wait(Failures(here, since, window, day, address, known))
    assert NOTHING <= pause <= max(LONGEST_WAIT, WINDOW)
    assert wait(Failures(here, since, window, day, address, True)) <= LONGEST_WAIT
