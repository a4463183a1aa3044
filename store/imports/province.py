"""`mutasi import`: a directory of ten files into the register, all of it or nothing unless told otherwise."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Transaction, insert, text

from store.imports.findings import Finding, Severity
from store.imports.layouts import file_name, layouts
from store.imports.load import Loaded, load
from store.imports.recording import table
from store.imports.records import Province
from store.imports.validation import Progress, validate


class ImportResult(NamedTuple):
    """What was found and what changed: `added`, `changed`, `unchanged` rows by table, and `kept` where any were.

    `changed` is empty when nothing could be loaded; after a dry run it says what a real run would have changed.
    `loaded` is true only when the register was changed to follow the files.
    """

    findings: tuple[Finding, ...]
    changed: dict[str, dict[str, int]]
    loaded: bool

    @property
    def has_errors(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def import_directory(
    bind: Engine | Connection,
    directory: Path,
    *,
    today: date,
    dry_run: bool = False,
    skip_bad_rows: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Judge every row of a directory as of `today` and load it in one transaction.

    With errors nothing is loaded, unless `skip_bad_rows` lets the good rows in. A dry run takes the same steps and
    rolls them back. A connection that is in a transaction already keeps it; the import is a savepoint of it then.
    Raises `NotADirectoryError` when there is no directory, and what the database raises.
    """
    contents = read_directory(directory, today)
    validated = validate(contents, today, progress)
    if validated.has_errors and not skip_bad_rows:
        return ImportResult(validated.findings, {}, loaded=False)
    with _transaction(bind) as (connection, transaction):
        loaded = _load(connection, validated.province, contents, today, progress)
        if dry_run:
            transaction.rollback()
    changed = {name: counts.as_dict() for name, counts in loaded.counts.items()}
    return ImportResult((*validated.findings, *loaded.stale), changed, loaded=not dry_run)


def read_directory(directory: Path, today: date) -> dict[str, bytes]:
    """The contents of the files that are there, by name of the table."""
    if not directory.is_dir():
        raise NotADirectoryError(f"there is no directory {directory}")
    paths = {name: directory / file_name(name) for name in layouts(today)}
    return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}


def digest_of(contents: Mapping[str, bytes]) -> str:
    """SHA-256 over names, lengths and bytes of the files: the same for the same directory, whoever imports it."""
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(f"{name} {len(contents[name])}\n".encode())
        digest.update(contents[name])
    return digest.hexdigest()


def _load(
    connection: Connection,
    province: Province,
    contents: Mapping[str, bytes],
    today: date,
    progress: Progress | None,
) -> Loaded:
    loaded = load(connection, province, today, progress)
    changed = {name: counts.as_dict() for name, counts in loaded.counts.items()}
    # The planner learns what came in now, not when autovacuum gets to it: the first cases would take seconds.
    connection.execute(text("ANALYZE"))
    connection.execute(insert(table("import_run")).values(digest=digest_of(contents), changed=changed))
    return loaded


@contextmanager
def _transaction(bind: Engine | Connection) -> Iterator[tuple[Connection, Transaction]]:
    if isinstance(bind, Engine):
        with bind.connect() as connection, connection.begin() as transaction:
            yield connection, transaction
    else:
        with bind.begin_nested() if bind.in_transaction() else bind.begin() as transaction:
            yield bind, transaction
