"""A register full of people who may all be moved: as many cases as a measurement wants."""

import csv
from datetime import date
from pathlib import Path
from typing import NamedTuple

from runtime.demo import write_demo_province

POSTS = 40
"""How many posts the people come from, and as many they go to: posts of an ordinary size, not one huge one."""


class Candidate(NamedTuple):
    """Somebody to move, and where to."""

    nip: str
    target: str


def write_bench_province(directory: Path, people: int, today: date) -> list[Candidate]:
    """The demo province, with posts in two agencies and `people` lawyers in the one who fit the other."""
    write_demo_province(directory, today)
    room = people // POSTS + 10
    positions = _read(directory / "positions.csv")
    model = next(p for p in positions if p["code"] == "DLH-S-04")
    for n in range(POSTS):
        positions.append({**model, "code": f"DPUPR-S-{n + 500}", "unit_code": "DPUPR-S", "required": str(room)})
        positions.append({**model, "code": f"DLH-S-{n + 500}", "required": str(room)})
    _write(directory / "positions.csv", positions)
    candidates = [
        Candidate(f"19{70 + n // 999 % 20:02d}06152004011{n % 999 + 1:03d}", f"DLH-S-{n % POSTS + 500}")
        for n in range(people)
    ]
    employees = _read(directory / "employees.csv")
    colleague = next(e for e in employees if e["position_code"] == "DPUPR-S-02" and e["education_field"] == "Hukum")
    employees += [{**colleague, **_employee(n, c)} for n, c in enumerate(candidates)]
    _write(directory / "employees.csv", employees)
    ratings = _read(directory / "ratings.csv")
    years = sorted({r["year"] for r in ratings})
    rater = next(e["nip"] for e in employees if e["position_code"] == "DPUPR-01")
    good = {"rating": "BAIK", "work_result": "expected", "behaviour": "expected", "rater_nip": rater}
    ratings += [{"nip": c.nip, "year": year, **good} for c in candidates for year in years]
    _write(directory / "ratings.csv", ratings)
    return candidates


def _employee(n: int, candidate: Candidate) -> dict[str, str]:
    return {
        "nip": candidate.nip,
        "name": f"Pegawai Uji {n:05d}, S.H.",
        "status": "PNS",
        "grade": "III/c",
        "grade_since": "2020-04-01",
        "position_code": f"DPUPR-S-{n % POSTS + 500}",
        "position_since": "2021-01-04",
        "appointed_on": "2004-01-01",
        "education": "S1",
        "birth_date": f"{candidate.nip[:4]}-06-15",
        "sex": "M",
        "spouse_nip": "",
        "email": f"pegawai{n:05d}@example.test",
        "phone": f"+6281{n:08d}",
    }


def _read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as handle:
        return list(csv.DictReader(handle))


def _write(file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
