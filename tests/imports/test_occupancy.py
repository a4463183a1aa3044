"""Posts and seats over imports: who sits where, who is surplus, and what cases have done in between."""

from datetime import date
from typing import Any

import pytest

from store.imports.findings import Code
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

POST = "DINKES-U1-01"
REQUIRED = "STAFF,,,6,2"
OPEN = None


@pytest.fixture
def seated(query: Query) -> Any:
    """Current incumbents of a post: NIP, number of the seat, from, until."""

    def run(post: str = POST) -> list[tuple[Any, ...]]:
        return query(
            """
            SELECT p.nip, s.no, lower(o.during), upper(o.during) FROM occupancy o
            JOIN person p ON p.id = o.person_id LEFT JOIN seat s ON s.id = o.seat_id
            WHERE o.position_code = :post AND o.kind = 'incumbent' AND o.superseded_at IS NULL
            ORDER BY s.no NULLS LAST, lower(o.during)
            """,
            post=post,
        )

    return run


@pytest.fixture
def standing(query: Query) -> Any:
    """Numbers of the seats of the clerks' post that are not abolished."""
    return lambda: [
        no
        for (no,) in query("SELECT no FROM seat WHERE position_code = :p AND abolished_on IS NULL ORDER BY no", p=POST)
    ]


def with_required(number: int) -> dict[str, str]:
    return replaced("positions", REQUIRED, f"STAFF,,,6,{number}")


def in_a_case(query: Query, nip: str, post: str, since: date) -> None:
    """Place somebody as the placement of a case does: leave the old post, take a free seat of the new one."""
    query("SET CONSTRAINTS ALL DEFERRED")
    query(
        """
        WITH gone AS (
            UPDATE occupancy SET superseded_at = now() WHERE superseded_at IS NULL AND kind = 'incumbent'
               AND person_id = (SELECT id FROM person WHERE nip = :nip) RETURNING *
        ), kept AS (
            INSERT INTO occupancy (seat_id, position_code, person_id, person_no, kind, during, source)
            SELECT seat_id, position_code, person_id, person_no, kind, daterange(lower(during), :since), source
            FROM gone
        )
        INSERT INTO occupancy (seat_id, position_code, person_id, person_no, kind, during, source)
        SELECT NULL, :post, person_id, person_no, kind, daterange(:since, NULL), :case FROM gone
        """,
        nip=nip,
        post=post,
        since=since,
        case=CASE,
    )


def hold(query: Query, post: str, no: int, nip: str) -> None:
    query(
        """
        INSERT INTO occupancy (seat_id, position_code, person_id, person_no, kind, during, case_id, source)
        SELECT s.id, :post, p.id, p.no, 'hold', daterange(:today, NULL), 'c1', :case
        FROM seat s, person p WHERE s.position_code = :post AND s.no = :no AND p.nip = :nip
        """,
        post=post,
        no=no,
        nip=nip,
        today=TODAY,
        case=CASE,
    )


def test_the_longest_in_post_are_seated_and_the_last_is_surplus(load: Import, seated: Any) -> None:
    load(FILES)
    assert seated() == [
        (WIFE, 1, date(2020, 6, 1), OPEN),
        (CLERK, 2, date(2021, 6, 1), OPEN),
        (CONTRACT, None, date(2023, 5, 1), OPEN),
    ]


def test_equally_long_in_post_the_lower_nip_is_seated(load: Import, seated: Any) -> None:
    load(moved(CONTRACT, POST, "2023-05-01", moved(CLERK, POST, "2023-05-01", with_required(1))))
    assert {(nip, no) for nip, no, *_ in seated()} == {(WIFE, 1), (CONTRACT, None), (CLERK, None)}
    load(moved(CONTRACT, POST, "2023-05-01", moved(CLERK, POST, "2023-05-01", with_required(2))))
    assert [(nip, no) for nip, no, *_ in seated()] == [(WIFE, 1), (CONTRACT, 2), (CLERK, None)]


def test_raising_the_requirement_seats_the_surplus(load: Import, seated: Any, standing: Any) -> None:
    load(FILES)
    result = load(with_required(4))
    assert differences(result.changed) == {"positions": {"changed": 1}, "seats": {"added": 2}, "posts": {"changed": 1}}
    assert [(nip, no) for nip, no, *_ in seated()] == [(WIFE, 1), (CLERK, 2), (CONTRACT, 3)]
    assert standing() == [1, 2, 3, 4]


def test_lowering_abolishes_vacant_seats_only_and_raising_brings_them_back(
    load: Import, query: Query, seated: Any, standing: Any
) -> None:
    load(with_required(4))
    result = load(with_required(2))
    assert differences(result.changed) == {"positions": {"changed": 1}, "seats": {"changed": 1}}
    assert query("SELECT abolished_on FROM seat WHERE position_code = :p AND no = 4", p=POST) == [(TODAY,)]
    assert standing() == [1, 2, 3]
    assert [(nip, no) for nip, no, *_ in seated()] == [(WIFE, 1), (CLERK, 2), (CONTRACT, 3)]
    assert differences(load(with_required(2)).changed) == {}
    assert differences(load(with_required(4)).changed) == {"positions": {"changed": 1}, "seats": {"changed": 1}}
    assert standing() == [1, 2, 3, 4]


def test_after_a_lowering_incumbents_move_down_as_seats_fall_free(load: Import, seated: Any, standing: Any) -> None:
    load(with_required(3))
    load(moved(WIFE, "DINKES-B1-01", "2026-11-02", with_required(2)))
    assert [(nip, no) for nip, no, _, until in seated() if until is OPEN] == [(CONTRACT, 1), (CLERK, 2)]
    assert standing() == [1, 2]


def test_a_move_closes_the_old_post_and_opens_the_new_one(load: Import, seated: Any, query: Query) -> None:
    load(FILES)
    result = load(moved(CLERK, "DINKES-B1-01", "2026-11-02"))
    assert differences(result.changed) == {"posts": {"changed": 2}}, "the clerk, and the surplus man on his seat"
    assert seated() == [
        (WIFE, 1, date(2020, 6, 1), OPEN),
        (CONTRACT, 2, date(2023, 5, 1), OPEN),
        (CLERK, None, date(2021, 6, 1), date(2026, 11, 2)),
    ]
    assert (CLERK, None, date(2026, 11, 2), OPEN) in seated("DINKES-B1-01")
    assert query("SELECT DISTINCT source FROM occupancy") == [("import",)]
    assert differences(load(moved(CLERK, "DINKES-B1-01", "2026-11-02")).changed) == {}


def test_two_people_swap_posts_in_one_import(load: Import, seated: Any) -> None:
    load(FILES)
    load(moved(HEAD, "DINKES-B1-01", "2026-11-02", moved(NURSE, "DINKES-01", "2026-11-02")))
    assert seated("DINKES-01") == [
        (HEAD, 1, date(2023, 2, 1), date(2026, 11, 2)),
        (NURSE, 1, date(2026, 11, 2), OPEN),
    ]
    assert [(nip, no) for nip, no, *_ in seated("DINKES-B1-01")] == [(NURSE, 1), (HEAD, 1)]


def test_a_successor_whose_date_overlaps_gets_the_seat(load: Import, seated: Any) -> None:
    """Personnel data have a new head from 1 October and the old one leaving on 2 November."""
    load(FILES)
    load(moved(HEAD, POST, "2026-11-02", moved(NURSE, "DINKES-01", "2026-10-01")))
    assert seated("DINKES-01") == [
        (NURSE, 1, date(2026, 10, 1), OPEN),
        (HEAD, None, date(2023, 2, 1), date(2026, 11, 2)),
    ]


@pytest.mark.parametrize("since", ["2021-01-04", "2022-06-06"])
def test_a_corrected_date_replaces_the_wrong_one(load: Import, seated: Any, since: str) -> None:
    load(FILES)
    result = load(moved(CLERK, POST, since))
    assert differences(result.changed) == {"posts": {"changed": 1}}
    assert (CLERK, 2, date.fromisoformat(since), OPEN) in seated()
    assert len(seated()) == 3


def test_an_employee_without_a_post_in_the_file_keeps_the_one_on_record(load: Import, seated: Any) -> None:
    load(FILES)
    result = load(replaced("employees", f"IX,2023-05-01,{POST},2023-05-01", "IX,2023-05-01,,"))
    assert [f.code for f in result.findings] == [Code.POSITION_MISSING]
    assert differences(result.changed) == {}
    assert (CONTRACT, None, date(2023, 5, 1), OPEN) in seated()


def test_a_placement_by_a_case_is_not_undone_by_an_old_file(load: Import, query: Query, seated: Any) -> None:
    load(FILES)
    in_a_case(query, CLERK, "DINKES-B1-01", date(2026, 11, 16))
    result = load(FILES)
    assert result.changed["posts"]["kept"] == 1
    (finding,) = result.findings
    assert (finding.line, finding.column, finding.code) == (4, "position_since", Code.STALE_POSITION)
    assert finding.facts["source"] == CASE
    assert (CLERK, None, date(2026, 11, 16), OPEN) in seated("DINKES-B1-01")


def test_a_file_that_has_caught_up_with_a_case_changes_nothing(load: Import, query: Query) -> None:
    load(FILES)
    in_a_case(query, CLERK, "DINKES-B1-01", date(2026, 11, 16))
    load(FILES)
    result = load(moved(CLERK, "DINKES-B1-01", "2026-11-16"))
    assert differences(result.changed) == {}
    assert Code.STALE_POSITION not in {f.code for f in result.findings}


def test_a_file_newer_than_the_case_is_followed(load: Import, query: Query, seated: Any) -> None:
    load(FILES)
    in_a_case(query, CLERK, "DINKES-B1-01", date(2026, 11, 16))
    result = load(moved(CLERK, "DINKES-01", "2026-11-20"))
    assert result.changed["posts"].get("kept") is None
    assert Code.STALE_POSITION not in {f.code for f in result.findings}
    assert (CLERK, None, date(2026, 11, 20), OPEN) in seated("DINKES-01")
    assert (CLERK, None, date(2026, 11, 16), date(2026, 11, 20)) in seated("DINKES-B1-01")


def test_a_placement_that_has_yet_to_take_effect_is_left_alone(load: Import, query: Query, seated: Any) -> None:
    load(FILES)
    in_a_case(query, CLERK, "DINKES-B1-01", date(2026, 12, 1))
    result = load(FILES)
    assert (result.findings, result.changed["posts"].get("kept")) == ((), None)
    assert (CLERK, None, date(2026, 12, 1), OPEN) in seated("DINKES-B1-01")


def test_a_held_seat_is_given_to_nobody(load: Import, query: Query, seated: Any) -> None:
    load(with_required(3))
    load(with_required(4))
    hold(query, POST, 4, NURSE)
    load(moved(HEAD, POST, "2026-11-02", with_required(4)))
    assert (HEAD, None, date(2026, 11, 2), OPEN) in seated()
    assert query("SELECT count(*) FROM occupancy WHERE kind = 'hold' AND superseded_at IS NULL") == [(1,)]


def test_a_held_seat_is_not_abolished(load: Import, query: Query, standing: Any) -> None:
    load(with_required(5))
    hold(query, POST, 5, NURSE)
    load(with_required(3))
    assert standing() == [1, 2, 3, 5]


def test_a_post_that_needs_nobody_has_only_surplus(load: Import, seated: Any, standing: Any) -> None:
    load(with_required(0))
    assert [no for _, no, *_ in seated()] == [None, None, None]
    assert standing() == []
