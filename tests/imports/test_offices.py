"""Terms of office: who holds an office until when, as one file after another says it."""

from datetime import date
from typing import Any

from domain.vocabulary import Capacity, Office
from store.imports.offices import compare_terms, weigh_terms
from store.imports.supplied import Filed

A, B = "p_a", "p_b"


def term(person: str, start: date, end: date | None = None, **over: Any) -> tuple[Any, ...]:
    fields = {
        "office": Office.GOVERNOR, "unit": None, "person": person, "capacity": Capacity.DEFINITIVE, "start": start,
        "name": person, "end": end, "instrument": "Keppres 1",
    }  # fmt: skip
    return tuple({**fields, **over}.values())


def test_a_successor_takes_over_on_his_first_day_and_not_before() -> None:
    held, next_one = term(A, date(2020, 1, 1)), term(B, date(2026, 12, 15))
    difference, wrong = compare_terms([(7, held)], [next_one])
    assert difference.added == [next_one]
    assert difference.changed == [(7, term(A, date(2020, 1, 1), date(2026, 12, 14)))]
    assert wrong == []


def test_a_corrected_first_day_of_the_same_person_takes_the_place_of_the_wrong_one() -> None:
    held, corrected = term(A, date(2020, 1, 1)), term(A, date(2020, 2, 1))
    difference, wrong = compare_terms([(7, held)], [corrected])
    assert (difference.added, difference.changed, wrong) == ([], [(7, corrected)], [])


def test_a_holder_who_came_earlier_than_the_register_knew_takes_the_place_of_the_other() -> None:
    held, earlier = term(A, date(2020, 1, 1)), term(B, date(2019, 1, 1))
    difference, wrong = compare_terms([(7, held)], [earlier])
    assert (difference.added, difference.changed, wrong) == ([], [(7, earlier)], [])


def test_what_two_people_signed_is_not_undone_by_the_next_file() -> None:
    """The old file comes again: it still says that the one who went is there, and knows nothing of his successor."""
    ended = term(A, date(2020, 1, 1), date(2026, 11, 24))
    heir = term(B, date(2026, 11, 25))
    again, other = term(A, date(2020, 1, 1)), term(A, date(2019, 1, 1), date(2019, 12, 31))
    weighed = weigh_terms([ended, heir], [Filed(again, 2), Filed(heir, 3), Filed(other, 4)])
    assert (weighed.incoming, weighed.agreed) == ([other], 1)
    assert [(f.line, f.code) for f in weighed.stale] == [(2, "STALE_OFFICE")]
