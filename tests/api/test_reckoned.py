"""A due date in words: what was counted, what was not, and whether it is sure."""

from datetime import UTC, date, datetime

import pytest

from api.presenting import due
from domain.events import Due, ExcludedDay, Pause, PauseCause

DUE = Due(
    at=datetime(2027, 1, 6, 15, 59, 59, tzinfo=UTC),
    on=date(2027, 1, 6),
    start=date(2026, 12, 18),
    days=5,
    excluded=(ExcludedDay(day=date(2026, 12, 25), name="Hari Raya Natal"),),
    included=(ExcludedDay(day=date(2027, 1, 2), name="Pengganti"),),
    pauses=(Pause(first=date(2026, 12, 28), last=date(2026, 12, 31), cause=PauseCause.ON_HOLD, ground="court"),),
    calendar="v",
    estimate=True,
)


def test_every_part_of_the_reckoning_is_said() -> None:
    reckoned = due(DUE, "en", knows=True).reckoned
    for part in ("from the day after 18 December 2026: 5.", "Hari Raya Natal", "by order: 2 January 2027 (Pengganti)",
                 "From 28 December 2026 to 31 December 2026", "on hold", "An estimate"):  # fmt: skip
        assert part in reckoned.text
    assert reckoned.pauses[0].text in reckoned.text


@pytest.mark.parametrize("cause", [PauseCause.ON_HOLD, PauseCause.PAUSED, PauseCause.CERTIFIED_LEAVE])
def test_to_whom_it_is_no_concern_pauses_look_alike(cause: PauseCause) -> None:
    """Leave and the ground of a hold are sensitive, and neither must tell by being the one that is named."""
    assert DUE.pauses is not None
    paused = DUE.model_copy(update={"pauses": (DUE.pauses[0].model_copy(update={"cause": cause}),)})
    [pause] = due(paused, "en").reckoned.pauses
    assert (pause.cause, pause.ground) == (PauseCause.PAUSED, None)
    assert pause.text == "From 28 December 2026 to 31 December 2026 the term stood still."
    [told] = due(paused, "en", knows=True).reckoned.pauses
    assert told.cause is (PauseCause.ON_HOLD if cause is PauseCause.ON_HOLD else PauseCause.CERTIFIED_LEAVE)


@pytest.mark.parametrize(
    ("language", "words"), [("id", "30, sampai 3 Februari 2027."), ("en", "30, until 3 February 2027.")]
)
def test_a_final_term_is_told_with_the_days_it_was_reckoned_over(language: str, words: str) -> None:
    final = DUE.model_copy(update={"final_on": date(2027, 2, 3), "final_days": 30})
    assert words in due(final, language).reckoned.text


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_sure_and_plain_date_says_no_more_than_it_must(language: str) -> None:
    plain = DUE.model_copy(update={"excluded": (), "included": None, "pauses": None, "estimate": False})
    reckoned = due(plain, language).reckoned
    assert reckoned.text.count(".") == 1
    assert (reckoned.excluded, reckoned.included, reckoned.pauses) == ([], [], [])
