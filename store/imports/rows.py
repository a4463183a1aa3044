"""Rows under judgement: their values, whether they can still be used, and the findings made about them."""

from typing import Any

from store.imports.columns import CellError
from store.imports.findings import Code, Fault, Finding, Severity, severity_of
from store.imports.layouts import Layout, file_name
from store.imports.reading import RawRow, read_table


class Row:
    """A row of a file. `values` holds None where a cell is empty or `unreadable`, so rules skip both alike."""

    __slots__ = ("file", "line", "unreadable", "usable", "values")

    def __init__(self, file: str, line: int, values: dict[str, Any]) -> None:
        self.file = file
        self.line = line
        self.values = values
        self.unreadable: tuple[str, ...] = ()
        self.usable = True

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def is_empty(self, column: str) -> bool:
        """Whether the cell has no text; False where it has text that is no value."""
        return self.values[column] is None and column not in self.unreadable

    @property
    def record(self) -> tuple[Any, ...]:
        """The values in the order of the columns, and the line."""
        return (*self.values.values(), self.line)


class Report:
    """Collects findings; an error takes its row out of use."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, row: Row, column: str, code: Code, variant: str = "", **facts: str) -> None:
        self.findings.append(Finding(row.file, row.line, column, code, facts, variant))
        if severity_of(code) is Severity.ERROR:
            row.usable = False

    def take(self, row: Row, column: str, fault: Fault) -> None:
        self.add(row, column, fault.code, fault.variant, **fault.facts)


def read_rows(table: str, layout: Layout, content: bytes | None, report: Report) -> list[Row]:
    """The rows of a file with their cells and keys judged, each by itself; None for a missing file."""
    raw = read_table(file_name(table), content, layout.header)
    report.findings += raw.findings
    rows = [_row(file_name(table), cells, layout, report) for cells in raw.rows]
    if layout.key:
        _judge_keys(rows, layout.key, report)
    return rows


def _row(file: str, raw: RawRow, layout: Layout, report: Report) -> Row:
    values: dict[str, Any] = {}
    row = Row(file, raw.line, values)
    for column, cell in zip(layout.columns, raw.cells, strict=True):
        if cell == "":
            values[column.name] = column.blank
            if not column.optional:
                report.add(row, column.name, Code.REQUIRED)
            continue
        try:
            values[column.name] = column.read(cell)
        except CellError as error:
            values[column.name] = None
            row.unreadable += (column.name,)
            for fault in error.faults:
                report.take(row, column.name, fault)
    return row


def _judge_keys(rows: list[Row], key: tuple[str, ...], report: Report) -> None:
    """The first row with a key stands, even where it is bad itself; keys with an unreadable part are not compared."""
    first: dict[tuple[Any, ...], int] = {}
    duplicate = Code.NIP_DUPLICATE if key == ("nip",) else Code.DUPLICATE_KEY
    for row in rows:
        values = tuple([row.values[column] for column in key])
        if None in values:
            continue
        earlier = first.setdefault(values, row.line)
        if earlier != row.line:
            report.add(row, key[-1], duplicate, first=str(earlier))


def by_key(rows: list[Row], column: str) -> dict[Any, Row]:
    """The usable rows by a single-column key."""
    return {row[column]: row for row in rows if row.usable}
