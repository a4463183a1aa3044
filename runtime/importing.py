"""`mutasi import` as a person or a program meets it: findings, changes, progress."""

from pathlib import Path

from rich.console import Console

from runtime.settings import Settings


def run(
    settings: Settings,
    directory: Path,
    dry_run: bool,
    skip_bad_rows: bool,
    language: str,
    as_json: bool,
    console: Console,
) -> bool:
    """Import and report. Whether it must count as failed: there were errors and nobody said to skip them."""
    raise NotImplementedError
