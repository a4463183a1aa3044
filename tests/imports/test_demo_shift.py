"""The demo province on other days: clean, and its cast still shows what it is meant to show."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from domain.ranks import add_months, whole_months
from runtime.demo import DEMO_PROVINCE, write_demo_province
from store.imports.province import read_directory
from store.imports.validation import Validated, validate
from tests.imports.scaled import REFERENCE

LATER = [date(2026, 11, 23), date(2026, 12, 31), date(2027, 2, 28), date(2028, 2, 29), date(2031, 7, 15)]
EARLIER = [date(2026, 11, 22), date(2026, 3, 1), date(2026, 2, 28), date(2024, 2, 29)]


def shifted(directory: Path, today: date) -> tuple[Validated, dict[str, str]]:
    """The judged province, and the NIPs of the cast by id."""
    write_demo_province(directory, today)
    cast = json.loads((directory / "cast.json").read_text(encoding="utf-8"))
    assert cast["reference_date"] == today.isoformat()
    return validate(read_directory(directory, today), today), {member["id"]: member["nip"] for member in cast["cast"]}


@pytest.mark.parametrize("today", [*LATER, *EARLIER, date(2026, 11, 24), date(2027, 11, 22), date(2027, 11, 23)])
def test_the_demo_is_clean_on_any_day(tmp_path: Path, today: date) -> None:
    validated, _ = shifted(tmp_path, today)
    assert validated.findings == ()
    assert len({employee.nip for employee in validated.province.employees}) == 1500


@pytest.mark.parametrize("today", LATER)
def test_the_cast_keeps_its_facts(tmp_path: Path, today: date) -> None:
    validated, cast = shifted(tmp_path, today)
    province = validated.province
    eighteen = next(e for e in province.employees if e.nip == cast["tenure_18_months"])
    assert eighteen.position_since is not None
    assert whole_months(eighteen.position_since, today) in (17, 18)
    assert abs((add_months(eighteen.position_since, 18) - today).days) <= 3
    process = next(c for c in province.conditions if c.nip == cast["discipline_process"])
    assert (process.kind, process.end) == ("discipline_process", None)
    assert process.start <= today
    assert any(
        w.kind == "emergency" and w.start <= today <= w.end and "unit:DINKES" in w.scope for w in province.windows
    )
    acting = [o for o in province.offices if o.capacity != "definitive" and o.start <= today <= (o.end or date.max)]
    assert len(acting) == 3
    rated = {r.year for r in province.ratings if r.nip == cast["missing_rating"]}
    years = {r.year for r in province.ratings}
    assert rated == years - {max(years) - 1}


@pytest.mark.parametrize("today", [REFERENCE, date(2027, 3, 1), date(2027, 11, 22), date(2026, 6, 1)])
def test_within_a_year_everybody_keeps_his_nip(tmp_path: Path, today: date) -> None:
    _, cast = shifted(tmp_path, today)
    shared = json.loads((DEMO_PROVINCE / "cast.json").read_text(encoding="utf-8"))
    assert cast == {member["id"]: member["nip"] for member in shared["cast"]}


def test_on_the_reference_date_the_files_are_the_shared_ones(tmp_path: Path) -> None:
    write_demo_province(tmp_path, REFERENCE)
    for file in DEMO_PROVINCE.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()


def test_nips_move_together_in_every_file(tmp_path: Path) -> None:
    """After a year the official in conflict, the holders and the spouses are still somebody."""
    write_demo_province(tmp_path, date(2027, 12, 1))
    with (tmp_path / "employees.csv").open(encoding="utf-8", newline="") as file:
        employees = {row["nip"]: row for row in csv.DictReader(file)}
    cast = json.loads((tmp_path / "cast.json").read_text(encoding="utf-8"))["cast"]
    spouse = next(member for member in cast if member["id"] == "spouse_of_official")
    assert employees[spouse["nip"]]["spouse_nip"] == spouse["official_nip"]
    assert spouse["nip"] == "197502102002032990"


def test_holidays_are_real_and_stay(tmp_path: Path) -> None:
    write_demo_province(tmp_path, date(2031, 7, 15))
    assert (tmp_path / "holidays.csv").read_bytes() == (DEMO_PROVINCE / "holidays.csv").read_bytes()
