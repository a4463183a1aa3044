"""What an import does to the register: all or nothing, only what is different, and never over what a case supplied."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from store.imports.comparing import compare
from store.imports.findings import Code
from store.imports.province import digest_of, import_directory
from tests.imports.conftest import Import, Query
from tests.imports.scaled import DEMO, REFERENCE
from tests.imports.small import CASE, CLERK, FILES, HEAD, NURSE, TODAY, WIFE, appended, differences, replaced, write

ROWS = {
    "units": 4, "positions": 3, "employees": 5, "seats": 4, "posts": 5, "ratings": 4, "competences": 2, "talent": 3,
    "conditions": 2, "offices": 5, "windows": 3, "holidays": 2, "history": 0,
}  # fmt: skip


def test_the_first_import_adds_every_row(load: Import, query: Query) -> None:
    result = load(FILES)
    assert result.loaded
    assert result.findings == ()
    assert result.changed == {table: {"added": n, "changed": 0, "unchanged": 0} for table, n in ROWS.items()}
    assert query("SELECT count(*) FROM person WHERE id ~ '^p_[a-z2-7]{20}$'") == [(6,)]
    ((digest, changed),) = query("SELECT digest, changed FROM import_run")
    assert changed == result.changed
    assert digest == digest_of({table: text.encode() for table, text in FILES.items()})


def test_the_second_import_changes_nothing(load: Import, query: Query) -> None:
    load(FILES)
    rows = "SELECT max(o.id), max(r.id), max(p.no), max(s.id) FROM occupancy o, rating r, person p, seat s"
    before = query(rows)
    assert differences(load(FILES).changed) == {}
    assert query(rows) == before
    assert query("SELECT count(*) FROM import_run") == [(2,)]


def test_the_demo_province_twice(register: Engine) -> None:
    first = import_directory(register, DEMO, today=REFERENCE)
    assert (first.findings, first.changed["employees"]["added"]) == ((), 1500)
    second = import_directory(register, DEMO, today=REFERENCE)
    assert (second.findings, differences(second.changed)) == ((), {})


@pytest.mark.parametrize(
    ("table", "old", "new", "expected"),
    [
        ("units", "Bid. Pelayanan", "Bid. Yan", {"units"}),
        ("positions", "Perawat Ahli Muda", "Perawat Muda", {"positions"}),
        ("positions", "m.integrity:4", "m.integrity:3", {"positions"}),
        ("positions", "Keperawatan;Kebidanan", "", {"positions"}),
        ("employees", "III/c,2023-04-01", "III/d,2026-04-01", {"employees"}),
        ("employees", "Rudi Kontrak", "Rudi Kontrak S.Kom.", {"employees"}),
        ("ratings", "expected,above", "expected,expected", {"ratings"}),
        ("competences", "certificate", "supervisor", {"competences"}),
        ("talent", "expected,high", "expected,medium", {"talent"}),
        ("conditions", "2026-02-02,,", "2026-02-02,2026-11-01,", {"conditions"}),
        ("offices", "2026-11-27,SP 3/2026", "2026-12-31,SP 3/2026", {"offices"}),
        ("offices", "Keppres 1/2025", "Keppres 2/2025", {"offices"}),
        ("windows", "unit:DINKES;unit:SETDA", "ALL", {"windows"}),
        ("holidays", "Hari Raya Natal", "Natal", {"holidays"}),
    ],
)
def test_a_changed_file_changes_exactly_that(load: Import, table: str, old: str, new: str, expected: set[str]) -> None:
    load(FILES)
    changed = differences(load(replaced(table, old, new)).changed)
    assert changed == {name: {"changed": 1} for name in expected}


def test_what_was_known_stays_beside_what_is_known_now(load: Import, query: Query) -> None:
    load(FILES)
    load(replaced("holidays", "Hari Raya Natal", "Natal"))
    rows = query("SELECT name, superseded_at IS NULL FROM holiday WHERE day = '2026-12-25' ORDER BY id")
    assert rows == [("Hari Raya Natal", False), ("Natal", True)]
    assert query("""
        SELECT count(*) FROM holiday past JOIN holiday present ON past.superseded_at = present.recorded_at
        WHERE past.name = 'Hari Raya Natal' AND present.name = 'Natal'
    """) == [(1,)]


def test_rows_that_are_gone_from_the_files_are_left_alone(load: Import, query: Query) -> None:
    load(FILES)
    load({**FILES, "conditions": "nip,kind,from,to,reference\n", "holidays": "date,name,kind\n"})
    assert query("SELECT count(*) FROM condition WHERE superseded_at IS NULL") == [(2,)]
    assert query("SELECT count(*) FROM holiday WHERE superseded_at IS NULL") == [(2,)]


def test_units_know_their_agency_and_all_above_them(load: Import, query: Query) -> None:
    load(FILES)
    assert query("SELECT code, agency_code, ancestors FROM unit ORDER BY code") == [
        ("DINKES", "DINKES", ["DINKES"]),
        ("DINKES-B1", "DINKES", ["DINKES-B1", "DINKES"]),
        ("DINKES-U1", "DINKES", ["DINKES-U1", "DINKES-B1", "DINKES"]),
        ("SETDA", "SETDA", ["SETDA"]),
    ]
    load(replaced("units", "Dinkes,,agency", "Dinkes,,unit"))
    assert query("SELECT DISTINCT agency_code FROM unit WHERE superseded_at IS NULL ORDER BY 1") == [
        ("DINKES",),
        ("SETDA",),
    ]


def test_persons_keep_their_ids_and_refer_to_each_other(load: Import, query: Query) -> None:
    load(FILES)
    ids: dict[str, str] = dict(query("SELECT coalesce(nip, name), id FROM person"))
    married = query("SELECT person_id, spouse_id FROM employee WHERE spouse_id IS NOT NULL ORDER BY birth_date")
    assert married == [(ids[CLERK], ids[WIFE]), (ids[WIFE], ids[CLERK])]
    raters = query("SELECT person_id, rater_id FROM rating WHERE year = 2025 ORDER BY id")
    assert raters == [(ids[HEAD], None), (ids[NURSE], ids[HEAD]), (ids[CLERK], ids[HEAD])]
    assert query("SELECT person_id FROM office WHERE office = 'governor'") == [(ids["Hj. Gubernur"],)]
    load(replaced("employees", "Rudi Kontrak", "Rudi K."))
    assert query("SELECT count(*) FROM person WHERE name = 'Rudi K.'") == [(1,)]
    assert dict(query("SELECT coalesce(nip, name), id FROM person")) == ids


def test_nobody_is_recorded_as_his_own_spouse(load: Import, query: Query) -> None:
    load(replaced("employees", f"Majene,{WIFE},budi", f"Majene,{CLERK},budi"))
    rows = query("SELECT spouse_id FROM employee e JOIN person p ON p.id = e.person_id WHERE nip = :nip", nip=CLERK)
    assert rows == [(None,)]


def test_one_error_keeps_the_whole_directory_out(load: Import, query: Query) -> None:
    result = load(replaced("holidays", "national", "libur"))
    assert (result.loaded, result.changed, len(result.findings)) == (False, {}, 1)
    assert result.has_errors
    assert query("SELECT count(*) FROM person") == [(0,)]
    assert query("SELECT count(*) FROM import_run") == [(0,)]


def test_skipping_bad_rows_loads_the_good_ones(load: Import, query: Query) -> None:
    """The clerk's row is bad, so his wife's reference to him is a warning and his ratings have nobody."""
    result = load(replaced("employees", "Budi Pengelola", "=Budi"), skip_bad_rows=True)
    assert result.loaded
    codes = {(f.file, f.code.value) for f in result.findings}
    assert {("employees.csv", "TEXT_FORMULA"), ("ratings.csv", "NIP_UNKNOWN"), ("talent.csv", "NIP_UNKNOWN")} < codes
    assert result.changed["employees"]["added"] == 4
    assert result.changed["ratings"]["added"] == 2
    assert query("SELECT count(*) FROM person WHERE nip = :nip", nip=CLERK) == [(0,)]


def test_a_dry_run_says_what_it_would_change_and_changes_nothing(load: Import, query: Query) -> None:
    result = load(FILES, dry_run=True)
    assert (result.loaded, result.changed["employees"]["added"]) == (False, 5)
    assert query("SELECT count(*) FROM person") == [(0,)]
    assert load(replaced("holidays", "national", "libur"), dry_run=True).changed == {}


def test_an_import_may_be_part_of_a_larger_transaction(register: Engine, tmp_path: Path, query: Query) -> None:
    directory = write(tmp_path / "province", FILES)
    with register.connect() as connection:
        with connection.begin() as transaction:
            assert import_directory(connection, directory, today=TODAY, dry_run=True).changed["units"]["added"] == 4
            assert import_directory(connection, directory, today=TODAY).changed["units"]["added"] == 4
            transaction.rollback()
        assert query("SELECT count(*) FROM unit") == [(0,)]
        import_directory(connection, directory, today=TODAY)
    assert query("SELECT count(*) FROM unit") == [(4,)]


def test_progress_is_told_stage_by_stage(load: Import) -> None:
    told: list[tuple[str, int, int]] = []
    load(FILES, progress=lambda stage, done, total: told.append((stage, done, total)))
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["reading", "checking", "loading"]
    ends = {stage: (done, total) for stage, done, total in told}
    assert all(done == total for done, total in ends.values()), "each stage is told to its end"


def test_no_directory_is_an_error_of_the_caller(register: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        import_directory(register, tmp_path / "nowhere", today=TODAY)


def test_odd_text_reaches_the_register_unharmed(load: Import, query: Query) -> None:
    odd = "\\N tab\there \\. \x01 \u2028 “😀” 'x'"
    load(replaced("holidays", "Hari Raya Natal", odd))
    assert query("SELECT name FROM holiday WHERE day = '2026-12-25'") == [(odd,)]


def test_far_dates_are_kept(load: Import, query: Query) -> None:
    load(replaced("conditions", "2027-08-31", "9999-12-31"))
    assert query("SELECT valid_to FROM condition WHERE valid_to IS NOT NULL") == [(date(9999, 12, 31),)]


RATE_IN_CASE = """
    UPDATE rating SET superseded_at = now() WHERE year = 2025
       AND person_id = (SELECT id FROM person WHERE nip = :nip);
"""
RATED_IN_CASE = """
    INSERT INTO rating (person_id, year, rating, work_result, behaviour, source)
    SELECT id, 2025, :rating, :work, NULL, :case FROM person WHERE nip = :nip
"""


def test_a_rating_supplied_in_a_case_is_kept(load: Import, query: Query) -> None:
    load(FILES)
    query(RATE_IN_CASE, nip=NURSE)
    query(RATED_IN_CASE, nip=NURSE, rating="BAIK", work="expected", case=CASE)
    result = load(FILES)
    assert differences(result.changed) == {"ratings": {"kept": 1}}
    (finding,) = result.findings
    assert (finding.file, finding.line, finding.code, finding.facts["source"]) == (
        "ratings.csv",
        3,
        Code.STALE_VALUE,
        CASE,
    )
    assert not result.has_errors


def test_a_rating_of_a_case_that_the_file_has_caught_up_with_is_no_news(load: Import, query: Query) -> None:
    load(FILES)
    query(RATE_IN_CASE, nip=NURSE)
    query(RATED_IN_CASE, nip=NURSE, rating="SANGAT_BAIK", work=None, case=CASE)
    result = load(FILES)
    assert (differences(result.changed), result.findings) == ({}, ())


def test_a_condition_ended_in_a_case_does_not_come_back(load: Import, query: Query) -> None:
    load(FILES)
    query("""
        WITH ended AS (UPDATE condition SET superseded_at = now() WHERE kind = 'audit_finding' RETURNING *)
        INSERT INTO condition (person_id, kind, valid_from, valid_to, reference, source)
        SELECT person_id, kind, valid_from, '2026-11-10', 'Surat bebas temuan', 'MUT-2026-000001' FROM ended
    """)
    result = load(FILES)
    assert differences(result.changed) == {"conditions": {"kept": 1}}
    assert [(f.file, f.line, f.code) for f in result.findings] == [("conditions.csv", 3, Code.STALE_VALUE)]
    caught_up = load(replaced("conditions", "2026-02-02,,", "2026-02-02,2026-11-10,"))
    assert (differences(caught_up.changed), caught_up.findings) == ({}, ())


def test_rows_without_a_key_may_repeat(load: Import) -> None:
    """Two equal rows, then two that differ beyond their identity: never a change on the second import."""
    again = FILES["conditions"].splitlines()[2]
    twice = appended("conditions", again)
    assert load(twice).changed["conditions"]["added"] == 3
    assert differences(load(twice).changed) == {}
    ended = appended("conditions", again.replace("2026-02-02,,", "2026-02-02,2026-05-05,"))
    assert differences(load(ended).changed) == {"conditions": {"changed": 1}}
    assert differences(load(ended).changed) == {}


def test_comparing_matches_equal_rows_before_different_ones() -> None:
    current = [(1, ("a", 1)), (2, ("a", 2)), (3, ("b", 1))]
    difference = compare(current, [("a", 3), ("a", 1), ("c", 1)], identity=1)
    assert difference.changed == [(2, ("a", 3))]
    assert difference.added == [("c", 1)]
    assert difference.unchanged == 1
