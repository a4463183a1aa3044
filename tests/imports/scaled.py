"""A province many times the size of the demo: every copy has codes and NIPs of its own and breaks no rule.

Measure an import of it with `python -m tests.imports.scaled [times]`.
"""

import csv
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TypeAlias

DEMO = Path(__file__).resolve().parents[2] / "demo" / "province"
REFERENCE = date(2026, 11, 23)
"""The day the demo province is meant at."""
_SERIALS_FROM = 900
_BLOCK = 100
_BLOCKS = 8

Row: TypeAlias = dict[str, str]


def write_scaled(target: Path, times: int) -> None:
    """Write the demo province `times` over; windows, holidays and the governor stay single."""
    target.mkdir(parents=True, exist_ok=True)
    for table in ("units", "positions", "employees", "ratings", "competences", "talent", "conditions", "offices"):
        rows = read(DEMO / f"{table}.csv")
        copies = [_copied(row, copy) for copy in range(times) for row in rows if copy == 0 or _is_copied(row)]
        write(target / f"{table}.csv", copies)
    for table in ("windows", "holidays"):
        (target / f"{table}.csv").write_bytes((DEMO / f"{table}.csv").read_bytes())


def read(path: Path) -> list[Row]:
    """The rows of a file by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[Row]) -> None:
    """Write rows as the contract wants them; the columns are those of the first row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _is_copied(row: Row) -> bool:
    return row.get("office") != "governor"


def _copied(row: Row, copy: int) -> Row:
    if copy == 0:
        return row
    change: dict[str, Callable[[str, int], str]] = {
        **dict.fromkeys(("code", "parent_code", "unit_code", "position_code"), _code),
        **dict.fromkeys(("nip", "spouse_nip", "rater_nip", "holder_nip"), _nip),
        "birth_date": lambda text, number: _later(date.fromisoformat(text), number).isoformat(),
    }
    return {column: change[column](text, copy) if text and column in change else text for column, text in row.items()}


def _code(text: str, copy: int) -> str:
    return f"K{copy}-{text}"


def _nip(text: str, copy: int) -> str:
    """Another birth date for every copy, and a serial below those of the demo."""
    born = _later(date(int(text[:4]), int(text[4:6]), int(text[6:8])), copy)
    serial = int(text[15:]) - _SERIALS_FROM + 1 + _BLOCK * (copy % _BLOCKS)
    return f"{born:%Y%m%d}{text[8:15]}{serial:03d}"


def _later(day: date, copy: int) -> date:
    return day + timedelta(days=copy)


def main(times: int) -> None:
    from runtime.servers import Postgres
    from store.engine import owner_engine
    from store.imports.province import import_directory
    from store.migrate import migrate

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        write_scaled(Path(directory) / "province", times)
        server = Postgres(Path(directory) / "pg")
        server.create("scaled")
        engine = owner_engine(server.url("scaled"))
        migrate(engine)
        for run in ("first", "again"):
            started = time.perf_counter()
            result = import_directory(engine, Path(directory) / "province", today=REFERENCE)
            seconds = time.perf_counter() - started
            print(f"{run}: {seconds:.1f} s, findings {len(result.findings)}")
            for table, counts in result.changed.items():
                print(f"  {table}: {counts}")
        engine.dispose()
        server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 14)
