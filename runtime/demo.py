"""The demo province with its dates kept relative to today, so that its cases stay what they are meant to show."""

import csv
import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from domain.ranks import add_months, whole_months

DEMO_PROVINCE = Path(__file__).resolve().parent.parent / "demo" / "province"
"""The ten files of the import contract and `cast.json`, meant at the `reference_date` of the latter."""

_CAST = "cast.json"
_MONTHS = 12

_Move: TypeAlias = Callable[[str], str]


class _Shift(NamedTuple):
    """How far the province moves: tenures, terms and windows by `days`, what a NIP is made of by whole `years`."""

    days: timedelta
    years: int

    def by_days(self, text: str) -> str:
        return (date.fromisoformat(text) + self.days).isoformat()

    def by_years(self, text: str) -> str:
        return add_months(date.fromisoformat(text), self.years * _MONTHS).isoformat()

    def year(self, text: str) -> str:
        return str(int(text) + self.years)

    def nip(self, text: str) -> str:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
        return f"{add_months(born, self.years * _MONTHS):%Y%m%d}{self.year(text[8:12])}{text[12:]}"

    def columns(self, file: str) -> dict[str, _Move]:
        """What moves in a file, by column. Holidays are real and stay."""
        facts: dict[str, dict[str, _Move]] = {
            "positions.csv": {"abk_year": self.year},
            "employees.csv": {
                "nip": self.nip,
                "spouse_nip": self.nip,
                "birth_date": self.by_years,
                "appointed_on": self.by_years,
                "grade_since": self.by_days,
                "position_since": self.by_days,
            },
            "ratings.csv": {"nip": self.nip, "rater_nip": self.nip, "year": self.year},
            "competences.csv": {"nip": self.nip, "assessed_on": self.by_days},
            "talent.csv": {"nip": self.nip, "year": self.year},
            "conditions.csv": {"nip": self.nip, "from": self.by_days, "to": self.by_days},
            "offices.csv": {"holder_nip": self.nip, "from": self.by_days, "to": self.by_days},
            "windows.csv": {"from": self.by_days, "to": self.by_days},
        }
        return facts.get(file, {})


def write_demo_province(target: Path, today: date) -> None:
    """Write the demo province into `target` as it would look if `today` were its reference date.

    Tenures, terms, conditions and windows move by days, so that eighteen months in a post remain eighteen months.
    Birth and first appointment stand in the NIP and move by whole years elapsed, as do the years of ratings, talent
    and workload analyses: within a year from the reference date every NIP is the one of the shared data.
    """
    cast = json.loads((DEMO_PROVINCE / _CAST).read_text(encoding="utf-8"))
    reference = date.fromisoformat(cast["reference_date"])
    shutil.copytree(DEMO_PROVINCE, target, dirs_exist_ok=True)
    if today == reference:
        return
    shift = _Shift(today - reference, _years(reference, today))
    for source in sorted(DEMO_PROVINCE.glob("*.csv")):
        moves = shift.columns(source.name)
        if moves:
            _write_moved(source, target / source.name, moves)
    (target / _CAST).write_text(_moved_cast(cast, shift, today), encoding="utf-8")


def _years(reference: date, today: date) -> int:
    """Whole years elapsed; none on a day before the reference date, as long as everybody is appointed by then."""
    elapsed = whole_months(reference, today) // _MONTHS
    return 0 if elapsed < 0 and _latest_appointment() <= today else elapsed


def _latest_appointment() -> date:
    with (DEMO_PROVINCE / "employees.csv").open(encoding="utf-8", newline="") as file:
        return max(date.fromisoformat(row["appointed_on"]) for row in csv.DictReader(file))


def _write_moved(source: Path, target: Path, moves: dict[str, _Move]) -> None:
    with (
        source.open(encoding="utf-8", newline="") as original,
        target.open("w", encoding="utf-8", newline="") as moved,
    ):
        reader = csv.DictReader(original)
        writer = csv.DictWriter(moved, reader.fieldnames or (), lineterminator="\n")
        writer.writeheader()
        for row in reader:
            writer.writerow(_in_order({c: moves[c](v) if v and c in moves else v for c, v in row.items()}))


def _in_order(row: dict[str, str]) -> dict[str, str]:
    """Nobody is promoted or placed before his appointment, which moved by years where the others moved by days."""
    if "appointed_on" not in row:
        return row
    later = ("grade_since", "position_since")
    return row | {column: max(row[column], row["appointed_on"]) for column in later if row[column]}


def _moved_cast(cast: dict[str, Any], shift: _Shift, today: date) -> str:
    """The cast under its moved NIPs; the prose of `why` keeps the dates it was written with."""
    for member in cast["cast"]:
        for key in ("nip", "official_nip"):
            if key in member:
                member[key] = shift.nip(member[key])
    return json.dumps(cast | {"reference_date": today.isoformat()}, ensure_ascii=False, indent=1) + "\n"
