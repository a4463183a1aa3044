"""Reading one CSV file: bytes to rows with the physical lines they stand on (RFC 4180, `data-formats.md` 1)."""

import re
from typing import NamedTuple

from store.imports.findings import Code, Finding

_BOM = "\ufeff"
_FIELD = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|(?!")([^,]*))(?=,|\Z)', re.DOTALL)


class RawRow(NamedTuple):
    line: int
    cells: list[str]


class RawTable(NamedTuple):
    """The rows of a file that have as many fields as the header, and what was found about the others."""

    rows: list[RawRow]
    findings: list[Finding]


def read_table(file: str, content: bytes | None, header: tuple[str, ...]) -> RawTable:
    """Read a file; `content` is None when it is missing. No field may contain a line break, so a line is a row."""
    if content is None:
        return _unreadable(file, Code.HEADER, {"expected": ",".join(header)}, "missing")
    text = _decoded(content)
    if text is None:
        return _unreadable(file, Code.ENCODING, {})
    lines = text.removeprefix(_BOM).split("\n")
    if lines[-1] == "":
        lines.pop()
    crlf = any(line.endswith("\r") for line in lines)
    if crlf:
        lines = [line.removesuffix("\r") for line in lines]
    first = fields(lines[0]) if lines else []
    if first is None or tuple(first) != header:
        return _unreadable(file, Code.HEADER, {"expected": ",".join(header)})
    findings = [Finding(file, 1, "", Code.BOM_CRLF)] if crlf or text.startswith(_BOM) else []
    return _rows(file, lines, len(header), findings)


def _rows(file: str, lines: list[str], width: int, findings: list[Finding]) -> RawTable:
    rows: list[RawRow] = []
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split(",") if '"' not in line else fields(line)
        if cells is None:
            findings.append(Finding(file, number, "", Code.ROW_COLUMNS, variant="quotes"))
        elif len(cells) != width:
            facts = {"found": str(len(cells)), "expected": str(width)}
            findings.append(Finding(file, number, "", Code.ROW_COLUMNS, facts))
        else:
            rows.append(RawRow(number, cells))
    return RawTable(rows, findings)


def fields(line: str) -> list[str] | None:
    """The fields of one line; None when its quotes do not pair up."""
    found: list[str] = []
    at = 0
    while True:
        field = _FIELD.match(line, at)
        if field is None:
            return None
        quoted, plain = field.groups()
        found.append(plain if quoted is None else quoted.replace('""', '"'))
        at = field.end() + 1
        if at > len(line):
            return found


def _decoded(content: bytes) -> str | None:
    """The text, or None when it is not UTF-8. Zero bytes are no text either: they come from UTF-16."""
    if b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _unreadable(file: str, code: Code, facts: dict[str, str], variant: str = "") -> RawTable:
    return RawTable([], [Finding(file, 1, "", code, facts, variant)])
