"""Every code of the contract on a small province: one thing changed, and exactly the findings that follow from it."""

from datetime import date

import pytest

from store.imports.findings import Code
from tests.imports.small import CLERK, CONTRACT, FILES, HEAD, NURSE, WIFE, appended, found, judged, replaced

OF_THE_REGISTER = {Code.STALE_OFFICE, Code.STALE_POSITION, Code.STALE_VALUE}
"""Found while loading, not while judging; and those of whole files have tests of their own."""
OF_FILES = {Code.HEADER, Code.ENCODING, Code.BOM_CRLF, Code.ROW_COLUMNS}

UNIT_CASES = [
    ("units", "DINKES-U1,UPTD", "dinkes-u1,UPTD", {(5, "code", "CODE_FORMAT")}),
    ("units", "Sekretariat Daerah,", ",", {(2, "name", "REQUIRED")}),
    ("units", "Sekretariat Daerah,", "   ,", {(2, "name", "REQUIRED")}),
    ("units", "Sekretariat Daerah,", f"{'S' * 121},", {(2, "name", "TOO_LONG")}),
    ("units", "Sekretariat Daerah,", "@Setda,", {(2, "name", "TEXT_FORMULA")}),
    ("units", "Sekretariat Daerah,", f"={'S' * 121},", {(2, "name", "TOO_LONG"), (2, "name", "TEXT_FORMULA")}),
    ("units", "secretariat", "dinas", {(2, "kind", "VOCAB")}),
    ("units", "Majene,no", "Makassar,no", {(5, "district", "VOCAB")}),
    ("units", "Majene,no", "Majene,tidak", {(5, "service_critical", "VOCAB")}),
    ("units", "DINKES-B1,branch", "DINAS-X,branch", {(5, "parent_code", "UNIT_PARENT_UNKNOWN")}),
    ("units", "DINKES-B1,branch", "DINKES-U1,branch", {(5, "parent_code", "UNIT_CYCLE")}),
]

POSITION_CASES = [
    ("positions", "DINKES-U1-01,P", "d,P", {(4, "code", "CODE_FORMAT")}),
    ("positions", "Data,DINKES-U1,", "Data,DINKES-U9,", {(4, "unit_code", "UNIT_UNKNOWN")}),
    ("positions", "Data,DINKES-U1,", "Data,,", {(4, "unit_code", "REQUIRED")}),
    ("positions", "STAFF,,,", "STAF,,,", {(4, "kind", "VOCAB")}),
    ("positions", "STAFF,,,", "STAFF,muda,,", {(4, "tier", "TIER_KIND")}),
    ("positions", "FUNCTIONAL,muda", "FUNCTIONAL,", {(3, "tier", "TIER_KIND")}),
    ("positions", "FUNCTIONAL,muda", "FUNCTIONAL,senior", {(3, "tier", "VOCAB")}),
    ("positions", "JPT_PRATAMA,,II.a", "JPT_PRATAMA,,", {(2, "echelon", "REQUIRED")}),
    ("positions", "STAFF,,,", "STAFF,,IV.a,", {(4, "echelon", "VOCAB")}),
    ("positions", "STAFF,,,6", "STAFF,,,18", {(4, "job_class", "NUMBER_RANGE")}),
    ("positions", "STAFF,,,6,2", "STAFF,,,6,2.5", {(4, "required", "NUMBER_RANGE")}),
    ("positions", "STAFF,,,6,2", "STAFF,,,6,-1", {(4, "required", "NUMBER_RANGE")}),
    ("positions", "STAFF,,,6,2", "STAFF,,,6,٢", {(4, "required", "NUMBER_RANGE")}),
    ("positions", "II/c,III/b", "V/a,III/b", {(4, "min_grade", "GRADE_UNKNOWN")}),
    ("positions", "II/c,III/b", "III/b,II/c", {(4, "min_grade", "GRADE_ORDER")}),
    ("positions", "III/b,D3", "III/b,S3", {(4, "education_min", "VOCAB")}),
    ("positions", "Keperawatan;Kebidanan", "Keperawatan;;Kebidanan", {(3, "education_fields", "REQUIRED")}),
    ("positions", "Keperawatan;Kebidanan", "K" * 401, {(3, "education_fields", "TOO_LONG")}),
    ("positions", "t.data_mgmt:2", "", {(4, "competences", "REQUIRED")}),
    ("positions", "t.data_mgmt:2", "t.data_mgmt=2", {(4, "competences", "COMPETENCE_SYNTAX")}),
    ("positions", "t.data_mgmt:2", "t.data_mgmt:6", {(4, "competences", "COMPETENCE_SYNTAX")}),
    ("positions", "t.data_mgmt:2", "t.lab:2;t.lab:3", {(4, "competences", "COMPETENCE_SYNTAX")}),
    ("positions", "t.data_mgmt:2,2025", "t.data_mgmt:2,1999", {(4, "abk_year", "NUMBER_RANGE")}),
]

EMPLOYEE_CASES = [
    ("employees", f"\n{CONTRACT}", "\n19880707202321190", {(6, "nip", "NIP_FORMAT")}),
    ("employees", f"\n{CONTRACT}", "\n198807072023211000", {(6, "nip", "NIP_FORMAT")}),
    ("employees", f"\n{CONTRACT}", "\n198807072023213905", {(6, "nip", "NIP_FORMAT")}),
    ("employees", f"\n{CONTRACT}", "\n19880707202321190٥", {(6, "nip", "NIP_FORMAT")}),
    ("employees", f"\n{CONTRACT}", "\n198802302023211905", {(6, "nip", "NIP_DATE")}),
    ("employees", f"\n{CONTRACT}", "\n198807072023051905", {(6, "nip", "NIP_DATE")}),
    ("employees", "2023-05-01,S1", "2022-05-01,S1", {(6, "nip", "NIP_APPOINTED_MISMATCH")}),
    ("employees", "1988-07-07", "1988-07-08", {(6, "birth_date", "NIP_BIRTH_MISMATCH")}),
    ("employees", "1988-07-07,M", "1988-07-07,F", {(6, "nip", "NIP_SEX_MISMATCH")}),
    ("employees", "Kontrak,PPPK", "Kontrak,PNS", {(6, "nip", "NIP_DATE"), (6, "grade", "GRADE_UNKNOWN")}),
    ("employees", "Kontrak,PPPK", "Kontrak,HONORER", {(6, "status", "VOCAB")}),
    ("employees", "PPPK,IX", "PPPK,III/a", {(6, "grade", "GRADE_UNKNOWN")}),
    ("employees", "IX,2023-05-01", "IX,2023-04-30", {(6, "grade_since", "DATE_ORDER")}),
    ("employees", "IX,2023-05-01", "IX,2023-02-29", {(6, "grade_since", "DATE_INVALID")}),
    ("employees", "IX,2023-05-01", "IX,20230501", {(6, "grade_since", "DATE_INVALID")}),
    ("employees", "IX,2023-05-01", "IX,9999-12-31", {(6, "grade_since", "DATE_FUTURE")}),
    ("employees", "IX,2023-05-01", "IX,2026-11-24", {(6, "grade_since", "DATE_FUTURE")}),
    ("employees", "IX,2023-05-01", "IX,2026-11-23", set()),
    ("employees", "U1-01,2023-05-01", "U1-01,2023-04-30", {(6, "position_since", "DATE_ORDER")}),
    ("employees", "U1-01,2023-05-01", "U1-01,", {(6, "position_since", "REQUIRED")}),
    ("employees", "DINKES-U1-01,2023-05-01", ",", {(6, "position_code", "POSITION_MISSING")}),
    ("employees", "DINKES-U1-01,2023-05-01", "X-1,2023-05-01", {(6, "position_code", "POSITION_UNKNOWN")}),
    ("employees", "III/b,2024-10-01", "III/c,2024-10-01", {(5, "grade", "GRADE_RANGE")}),
    ("employees", "2023-05-01,S1", "2023-05-01,SMA", {(6, "education", "EDUCATION_BELOW")}),
    ("employees", f"Majene,{WIFE}", "Majene,", {(5, "spouse_nip", "SPOUSE_ASYMMETRIC")}),
    (
        "employees",
        f"Majene,{CLERK}",
        f"Majene,{WIFE}",
        {(4, "spouse_nip", "SPOUSE_ASYMMETRIC"), (5, "spouse_nip", "SPOUSE_ASYMMETRIC")},
    ),
    ("employees", "rudi@example.test", "rudi@example.com", {(6, "email", "EMAIL_FORMAT")}),
    ("employees", "rudi@example.test", "=1+1@example.test", {(6, "email", "TEXT_FORMULA")}),
    ("employees", "+6200055555555", "0811 555", {(6, "phone", "PHONE_FORMAT")}),
    ("employees", "+6200055555555", "", {(6, "phone", "REQUIRED")}),
    ("employees", "Rudi Kontrak", '"=HYPERLINK(""x"")"', {(6, "name", "TEXT_FORMULA")}),
]

FACT_CASES = [
    ("ratings", f"{CLERK},2024", "197703031995031999,2024", {(4, "nip", "NIP_UNKNOWN")}),
    (
        "ratings",
        f"above,{HEAD}\n{CLERK},2024",
        f"above,197703031995031999\n{CLERK},2024",
        {(3, "rater_nip", "NIP_UNKNOWN")},
    ),
    ("ratings", f"above,{HEAD}\n{CLERK},2024", f"above,{NURSE}\n{CLERK},2024", {(3, "rater_nip", "RATER_SELF")}),
    ("ratings", f"{CLERK},2024", f"{CLERK},2025", {(5, "year", "DUPLICATE_KEY")}),
    ("ratings", f"{CLERK},2024", f"{CLERK},2027", {(4, "year", "NUMBER_RANGE")}),
    ("ratings", f"{CLERK},2024", f"{CLERK},1999", {(4, "year", "NUMBER_RANGE")}),
    ("ratings", f"{CLERK},2024", f"{CLERK},2026", set()),
    ("ratings", "2024,BAIK", "2024,ISTIMEWA", {(4, "rating", "VOCAB")}),
    ("ratings", "2024,BAIK", "2024,KURANG", {(4, "rating", "RATING_MATRIX")}),
    ("ratings", "expected,above", "expected,", {(4, "behaviour", "REQUIRED")}),
    ("competences", "m.integrity", "x.integrity", {(2, "competence", "COMPETENCE_SYNTAX")}),
    ("competences", "m.integrity", f"m.{'i' * 120}", {(2, "competence", "TOO_LONG")}),
    ("competences", "integrity,4", "integrity,0", {(2, "level", "NUMBER_RANGE")}),
    ("competences", "2024-05-06", "06/05/2024", {(2, "assessed_on", "DATE_INVALID")}),
    ("competences", "2024-05-06", "2026-12-01", {(2, "assessed_on", "DATE_FUTURE")}),
    ("competences", "certificate", "self", {(3, "source", "VOCAB")}),
    ("talent", "2025,expected", "2025,above", {(2, "performance_axis", "RATING_MATRIX")}),
    ("talent", "expected,high", "expected,top", {(2, "potential_axis", "VOCAB")}),
    ("talent", f"{CLERK},2025", f"{CONTRACT},2025", {(4, "nip", "TALENT_STATUS")}),
    ("talent", f"{CLERK},2025", f"{CLERK},2027", {(4, "year", "NUMBER_RANGE")}),
    ("conditions", "2027-08-31", "2025-08-31", {(2, "to", "DATE_ORDER")}),
    ("conditions", "audit_finding", "temuan", {(3, "kind", "VOCAB")}),
    ("conditions", "LHP 700/2/ITDA/2026", "L" * 301, {(3, "reference", "TOO_LONG")}),
    ("conditions", "LHP 700/2/ITDA/2026", "L" * 300, set()),
]

TENURE_CASES = [
    ("offices", "governor,,", "governor,SETDA,", {(2, "unit_code", "VOCAB")}),
    ("offices", "governor,,,", f"governor,,{NURSE},", {(2, "holder_nip", "VOCAB"), (2, "holder_name", "HOLDER_NAME")}),
    ("offices", f"SETDA,{NURSE}", f",{NURSE}", {(6, "unit_code", "REQUIRED")}),
    ("offices", f"SETDA,{NURSE}", "SETDA,", {(6, "holder_nip", "REQUIRED")}),
    ("offices", f"SETDA,{NURSE}", f"BKD,{NURSE}", {(6, "unit_code", "UNIT_UNKNOWN")}),
    ("offices", f"SETDA,{NURSE},Siti Perawat", f"SETDA,{NURSE},Siti", {(6, "holder_name", "HOLDER_NAME")}),
    ("offices", f"SETDA,{NURSE}", "SETDA,197703031995031999", {(6, "holder_nip", "NIP_UNKNOWN")}),
    ("offices", "acting_absence", "definitive", {(4, "holder_nip", "OFFICE_OVERLAP")}),
    ("offices", "2026-11-16,2026-11-27", "2026-11-16,2026-11-15", {(4, "to", "DATE_ORDER")}),
    ("offices", "acting_absence", "acting", {(4, "capacity", "VOCAB")}),
    ("windows", "2027-01-31", "", {(3, "to", "REQUIRED")}),
    ("windows", "2027-01-31", "2026-01-31", {(3, "to", "DATE_ORDER")}),
    ("windows", "unit:SETDA", "unit:BKD", {(3, "scope", "UNIT_UNKNOWN")}),
    ("windows", "JPT_PRATAMA;ADMINISTRATOR", "JPT_PRATAMA;ALL", {(2, "scope", "VOCAB")}),
    ("holidays", "2026-12-25,", "2026-12-24,", {(3, "date", "DUPLICATE_KEY")}),
    ("holidays", "2026-12-25,", "2026-12-32,", {(3, "date", "DATE_INVALID")}),
    ("holidays", "national", "libur", {(3, "kind", "VOCAB")}),
]

CASES = [*UNIT_CASES, *POSITION_CASES, *EMPLOYEE_CASES, *FACT_CASES, *TENURE_CASES]


@pytest.mark.parametrize(("table", "old", "new", "expected"), CASES)
def test_a_defect_is_found_where_it_is(table: str, old: str, new: str, expected: set[tuple[int, str, str]]) -> None:
    """Exactly the expected findings in the changed file; what follows in other files is not judged here."""
    here = {
        (line, column, code) for file, line, column, code in found(judged(replaced(table, old, new))) if file == table
    }
    assert here == expected


def test_the_small_province_is_clean() -> None:
    assert judged(FILES).findings == ()


def test_every_code_has_a_case_here() -> None:
    cased = {code for *_, expected in CASES for _, _, code in expected} | {Code.NIP_DUPLICATE}
    assert set(Code) - OF_FILES - OF_THE_REGISTER == cased


def test_the_second_row_with_a_nip_names_the_first() -> None:
    again = FILES["employees"].splitlines()[2].replace("Siti Perawat", "Siti Lain")
    validated = judged(appended("employees", again))
    duplicate = next(f for f in validated.findings if f.code is Code.NIP_DUPLICATE)
    assert (duplicate.line, duplicate.facts["first"]) == (7, "3")
    assert [e.name for e in validated.province.employees if e.nip == NURSE] == ["Siti Perawat"]


def test_units_in_a_circle_are_all_reported_and_those_below_have_no_parent() -> None:
    files = replaced("units", "Dinkes,,agency", "Dinkes,DINKES-B1,agency")
    cycle = {(line, code) for file, line, _, code in found(judged(files)) if file == "units"}
    assert cycle == {(3, "UNIT_CYCLE"), (4, "UNIT_CYCLE"), (5, "UNIT_PARENT_UNKNOWN")}


def test_a_child_may_stand_before_its_parent() -> None:
    header, *rows = FILES["units"].splitlines()
    assert judged({**FILES, "units": "\n".join([header, *reversed(rows)])}).findings == ()


def test_a_reference_to_an_unusable_row_is_an_unknown_reference() -> None:
    """A bad unit takes its posts, their incumbents and what is known about these with it."""
    validated = judged(replaced("units", "Dinas Kesehatan,", ","))
    codes = {(file, code) for file, _, _, code in found(validated)}
    assert {("units", "UNIT_PARENT_UNKNOWN"), ("positions", "UNIT_UNKNOWN"), ("employees", "POSITION_UNKNOWN")} < codes
    assert {("ratings", "NIP_UNKNOWN"), ("offices", "UNIT_UNKNOWN"), ("windows", "UNIT_UNKNOWN")} < codes
    assert [unit.code for unit in validated.province.units] == ["SETDA"]
    assert validated.province.employees == ()


def test_a_date_that_does_not_exist_is_not_compared() -> None:
    assert found(judged(replaced("conditions", "2025-09-01", "2025-09-31"))) == {
        ("conditions", 2, "from", "DATE_INVALID")
    }
    files = replaced("employees", "2023-05-01,S1", "2023-05-32,S1")
    assert found(judged(files)) == {("employees", 6, "appointed_on", "DATE_INVALID")}


def test_a_contradictory_rating_is_not_held_against_the_talent_map() -> None:
    assert found(judged(replaced("ratings", "SANGAT_BAIK", "KURANG"))) == {("ratings", 3, "rating", "RATING_MATRIX")}


def test_the_future_begins_after_the_import_date() -> None:
    earlier = found(judged(FILES, date(2024, 5, 5)))
    assert ("competences", 2, "assessed_on", "DATE_FUTURE") in earlier
    assert ("employees", 5, "grade_since", "DATE_FUTURE") in earlier
    assert ("ratings", 5, "year", "NUMBER_RANGE") in earlier


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_finding_says_what_and_what_to_do_and_no_nip(language: str) -> None:
    """In both languages, one sentence each; the NIPs of the row are in none of them."""
    for table, old, new, _ in CASES:
        for finding in judged(replaced(table, old, new)).findings:
            for sentence in (finding.what(language), finding.remedy(language)):
                assert sentence.endswith(".")
                assert "{" not in sentence
                assert not any(nip in sentence for nip in (HEAD, NURSE, CLERK, WIFE, CONTRACT))


def test_a_nip_in_the_wrong_column_is_masked() -> None:
    finding = judged(replaced("units", "secretariat", NURSE)).findings[0]
    assert "19800505••••••••••" in finding.what()


def test_as_dict_is_what_the_command_line_prints() -> None:
    finding = judged(replaced("holidays", "national", "libur")).findings[0]
    assert finding.as_dict("en") == {
        "file": "holidays.csv",
        "line": 3,
        "column": "kind",
        "code": "VOCAB",
        "severity": "error",
        "what": "The value “libur” is not known for kind.",
        "remedy": "Use one of: national, joint_leave.",
    }
    assert finding.as_dict()["remedy"] == "Pakai salah satu dari: national, joint_leave."


def test_only_errors_take_a_row_out_of_use() -> None:
    validated = judged(replaced("employees", "rudi@example.test", "rudi"))
    assert not validated.has_errors
    assert len(validated.province.employees) == 5
