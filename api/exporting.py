"""Tables that leave the house as files: who took them stands in the first line, and no cell is ever a formula."""

import asyncio
import csv
import io
import re
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import xlsxwriter
from fastapi.responses import StreamingResponse

from domain.calendar import PROVINCE, local_day
from runtime import i18n
from store.viewing import Viewer

MAX_ROWS = 10_000
"""Rows of one file at most; a list that is longer is to be narrowed."""
_CHUNK = 64 * 1024
_ROWS_AT_ONCE = 500


class Format(StrEnum):
    """What a table is written as."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILE = {"schema": {"type": "string", "format": "binary"}}
BINARY: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file; its first line says who took it, when, and how many rows it has.",
        "content": {media_type.partition(";")[0]: _FILE for media_type in MEDIA_TYPES.values()},
    }
}
"""How an export is described."""

Cell = str | int | None


class Table(NamedTuple):
    """What is exported: the name of the file, the words above the columns, and the rows."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class Taking(NamedTuple):
    """Who takes a table along, as what, when, and by which request."""

    viewer: Viewer
    capacity: str
    at: datetime
    request_id: str | None

    def said(self, table: Table, language: str) -> str:
        """The first line of the file."""
        at = self.at.astimezone(PROVINCE)
        return i18n.text(
            "export.taken", language, name=self.viewer.name, capacity=self.capacity, day=i18n.day(at.date(), language),
            time=f"{at:%H:%M}", zone=f"UTC{at:%z}", rows=len(table.rows), request=self.request_id or "-",
        )  # fmt: skip


_NUMBER = re.compile(r"(\d{8})(\d{6})(\d)(\d{3})")
_STARTS_A_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|[\x00\t\r\n]")


def harmless(cell: Cell) -> Cell:
    """A cell that no spreadsheet runs: a text that would begin a formula begins with an apostrophe (OWASP)."""
    if isinstance(cell, str) and _STARTS_A_FORMULA.match(cell):
        return "'" + cell
    return cell


def as_text(nip: str | None) -> str | None:
    """A NIP as it is written by hand, `19881118 201701 1 945`: eighteen digits in a row would be read as a number."""
    return _NUMBER.sub(r"\1 \2 \3 \4", nip) if nip else nip


async def exported(table: Table, form: Format, taking: Taking, language: str) -> StreamingResponse:
    """The table as a file. Everything in it was read, and written down as taken, before the first byte is sent."""
    lines = [[harmless(cell) for cell in row] for row in ([taking.said(table, language)], table.columns, *table.rows)]
    if form is Format.CSV:
        body: AsyncIterator[bytes] = _in_order(_csv(lines))
    else:
        body = _in_order(_chunks(await asyncio.to_thread(_workbook, lines)))
    name = f"{table.name}-{local_day(taking.at)}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(body, media_type=MEDIA_TYPES[form], headers=headers)


async def _in_order(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def _csv(lines: Sequence[Sequence[Cell]]) -> Iterator[bytes]:
    """Comma-separated (RFC 4180), with the mark by which spreadsheets know UTF-8."""
    yield "\ufeff".encode()
    for start in range(0, len(lines), _ROWS_AT_ONCE):
        written = io.StringIO()
        csv.writer(written).writerows(lines[start : start + _ROWS_AT_ONCE])
        yield written.getvalue().encode()


def _workbook(lines: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook with one sheet. Texts stay texts, whatever they look like; rows wait on disk, not in memory."""
    written = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="mutasi-export-") as beside:
        options = {"constant_memory": True, "tmpdir": beside, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(written, options)
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            for column, cell in enumerate(line):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                elif cell is not None:
                    sheet.write_string(number, column, cell)
        book.close()
    return written.getvalue()


def _chunks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _CHUNK):
        yield content[start : start + _CHUNK]
