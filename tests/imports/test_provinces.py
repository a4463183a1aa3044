"""The two provinces of the shared data: the clean one without a finding, the broken one with exactly its defects."""

import json
import time
from datetime import date
from pathlib import Path

from store.imports.findings import Severity
from store.imports.province import read_directory
from store.imports.validation import Validated, validate
from tests.imports.scaled import DEMO, REFERENCE, write_scaled

ANOMALIES = Path(__file__).resolve().parents[1] / "data" / "province-anomalies"


def judged(directory: Path, today: date = REFERENCE) -> Validated:
    return validate(read_directory(directory, today), today)


def test_the_demo_province_has_no_finding() -> None:
    validated = judged(DEMO)
    assert validated.findings == ()
    assert len(validated.province.employees) == 1500


def test_every_planted_defect_is_found_and_nothing_else() -> None:
    planted = json.loads((ANOMALIES / "anomalies.json").read_text(encoding="utf-8"))
    expected = {(a["file"], a["line"], a["column"], a["code"], a["severity"]) for a in planted}
    found = [(f.file, f.line, f.column, f.code.value, f.severity.value) for f in judged(ANOMALIES).findings]
    assert set(found) == expected
    assert len(found) == len(expected)


def test_the_good_rows_of_the_broken_province_are_usable() -> None:
    validated = judged(ANOMALIES)
    bad = {(f.file, f.line) for f in validated.findings if f.severity is Severity.ERROR}
    assert len(validated.province.employees) == 200 - len([file for file, _ in bad if file == "employees.csv"])
    assert len(validated.province.talent) == 208


def test_a_scaled_province_is_clean_and_judged_within_seconds(tmp_path: Path) -> None:
    """6,000 employees; the budget for 5,000 rows is five seconds."""
    write_scaled(tmp_path, 4)
    started = time.perf_counter()
    validated = judged(tmp_path)
    assert time.perf_counter() - started < 5
    assert validated.findings == ()
    assert len({employee.nip for employee in validated.province.employees}) == 6000
