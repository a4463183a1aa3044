"""`mutasi import` as a person or a program meets it: findings, changes, progress."""

import json
import sys
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Engine

from runtime.prepare import ZONE, owner
from runtime.settings import MissingSetting, Settings
from runtime.terminal import table
from store.imports.province import ImportResult, import_directory, read_directory
from store.imports.validation import validate

SHOWN = 200
"""Findings that are listed for a person; `--json` has them all."""


def run(
    settings: Settings,
    directory: Path,
    dry_run: bool,
    skip_bad_rows: bool,
    language: str,
    as_json: bool,
    console: Console,
    errors: Console,
) -> bool:
    """Import and report. Whether it must count as failed: there were errors and nobody said to skip them."""
    today = datetime.now(UTC).astimezone(ZONE).date()
    with _Bars(errors) as bars:
        result = _import(_register(settings, dry_run), directory, today, dry_run, skip_bad_rows, bars)
    if as_json:
        found = [f.as_dict(language) for f in result.findings]
        report = {"findings": found, "changed": result.changed, "loaded": result.loaded}
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    else:
        _tell(result, dry_run, language, console)
    return result.has_errors and not skip_bad_rows


def _register(settings: Settings, dry_run: bool) -> Engine | None:
    """The register to import into; a dry run does without one and then only checks the files."""
    try:
        return owner(settings)
    except MissingSetting:
        if dry_run:
            return None
        raise


def _import(
    engine: Engine | None, directory: Path, today: date, dry_run: bool, skip_bad_rows: bool, bars: "_Bars"
) -> ImportResult:
    if engine is None:
        return ImportResult(validate(read_directory(directory, today), today, bars.tell).findings, {}, loaded=False)
    try:
        return import_directory(
            engine, directory, today=today, dry_run=dry_run, skip_bad_rows=skip_bad_rows, progress=bars.tell
        )
    finally:
        engine.dispose()


def _tell(result: ImportResult, dry_run: bool, language: str, console: Console) -> None:
    if result.findings:
        rows = table("File", "Line", "Column", "Code", "What", "Remedy")
        for finding in result.findings[:SHOWN]:
            row = finding.as_dict(language)
            rows.add_row(*(str(row[key]) for key in ("file", "line", "column", "code", "what", "remedy")))
        console.print(rows)
        if len(result.findings) > SHOWN:
            console.print(f"... and {len(result.findings) - SHOWN} more; --json lists them all")
    counts = Counter(f.severity for f in result.findings)
    console.print(", ".join(f"{n} {severity}" for severity, n in sorted(counts.items())) or "No findings.")
    for name, changed in result.changed.items():
        console.print(f"  {name}: " + ", ".join(f"{n} {what}" for what, n in changed.items()), highlight=False)
    if dry_run:
        console.print("Dry run: nothing was loaded.")
    elif not result.loaded:
        console.print("Nothing was loaded: correct the errors, or load the good rows with --skip-bad-rows.")


class _Bars(AbstractContextManager["_Bars"]):
    """Progress bars on standard error while a person watches; silence otherwise."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(console=console, transient=True) if console.is_terminal else None
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> "_Bars":
        (self._progress or nullcontext()).__enter__()
        return self

    def __exit__(self, *exc: Any) -> None:
        (self._progress or nullcontext()).__exit__(*exc)

    def tell(self, stage: str, done: int, total: int) -> None:
        if self._progress is None:
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)
