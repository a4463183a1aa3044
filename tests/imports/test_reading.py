"""Files as files: encodings, line ends, quotes, headers, lines of their own; and bytes that are no file at all."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.imports.layouts import layouts
from store.imports.reading import fields
from tests.imports.small import FILES, TODAY, found, judged, replaced

BOM = "\ufeff"


def of(table: str, files: Mapping[str, str | bytes]) -> set[tuple[int, str, str]]:
    return {(line, column, code) for file, line, column, code in found(judged(files)) if file == table}


@pytest.mark.parametrize(
    "header",
    ["date,name", "date,name,kind,note", "name,date,kind", "Date,name,kind", "", "date;name;kind", '"date,name,kind'],
)
def test_a_header_must_be_the_agreed_one(header: str) -> None:
    assert of("holidays", replaced("holidays", "date,name,kind", header)) == {(1, "", "HEADER")}


def test_a_missing_file_is_said_to_be_missing() -> None:
    files = {table: text for table, text in FILES.items() if table != "holidays"}
    (finding,) = judged(files).findings
    assert (finding.file, finding.line, finding.code) == ("holidays.csv", 1, "HEADER")
    assert finding.what("en") == "The file holidays.csv is missing from the directory."


def test_a_file_with_only_a_header_is_empty_and_good() -> None:
    assert judged({**FILES, "holidays": "date,name,kind\n"}).findings == ()
    assert judged({**FILES, "holidays": "date,name,kind"}).findings == ()


@pytest.mark.parametrize(
    "content",
    [b"date,name,kind\n2026-12-25,Nat\xe4l,national\n", FILES["holidays"].encode("utf-16"), b"date,name\x00,kind\n"],
)
def test_what_is_not_utf8_is_not_read(content: bytes) -> None:
    assert of("holidays", {**FILES, "holidays": content}) == {(1, "", "ENCODING")}


@pytest.mark.parametrize("text", [BOM + FILES["holidays"], FILES["holidays"].replace("\n", "\r\n")])
def test_byte_order_mark_and_crlf_are_information_only(text: str) -> None:
    validated = judged({**FILES, "holidays": text})
    assert found(validated) == {("holidays", 1, "", "BOM_CRLF")}
    assert [holiday.name for holiday in validated.province.holidays] == ["Cuti bersama Natal", "Hari Raya Natal"]
    assert [holiday.kind for holiday in validated.province.holidays] == ["joint_leave", "national"]


@pytest.mark.parametrize(
    "line",
    ["2026-12-25,national", "2026-12-25,a,b,national", '2026-12-25,"Natal,national', '2026-12-25,"Na"tal,national', ""],
)
def test_a_row_that_does_not_fit_the_header(line: str) -> None:
    files = replaced("holidays", "2026-12-25,Hari Raya Natal,national", line)
    assert of("holidays", files) == {(3, "", "ROW_COLUMNS")}


def test_a_quote_that_is_never_closed_costs_its_line_only() -> None:
    files = replaced("employees", "Siti Perawat,PNS", '"Siti Perawat,PNS')
    assert of("employees", files) == {(3, "", "ROW_COLUMNS")}


def test_lines_are_physical_lines() -> None:
    files = replaced("holidays", "2026-12-24,", "\n\n2026-12-33,")
    assert of("holidays", files) == {(2, "", "ROW_COLUMNS"), (3, "", "ROW_COLUMNS"), (4, "date", "DATE_INVALID")}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('a,"b,c",d', ["a", "b,c", "d"]),
        ('"say ""yes""",', ['say "yes"', ""]),
        ('""', [""]),
        ("", [""]),
        ('a"b,c', ['a"b', "c"]),
        ('"a"b', None),
        ('a,"', None),
        ("a\u2028b,c\x1cd", ["a\u2028b", "c\x1cd"]),
    ],
)
def test_fields_of_a_line(line: str, expected: list[str] | None) -> None:
    assert fields(line) == expected


def _says_all(files: Mapping[str, str | bytes]) -> None:
    for finding in judged(files).findings:
        assert finding.what("id") and finding.what("en") and finding.remedy("id") and finding.remedy("en")


@settings(deadline=None)
@given(table=st.sampled_from(sorted(FILES)), content=st.binary(max_size=400), keep_header=st.booleans())
def test_no_bytes_raise(table: str, content: bytes, keep_header: bool) -> None:
    header = FILES[table].split("\n", 1)[0].encode() + b"\n" if keep_header else b""
    _says_all({**FILES, table: header + content})


_ODD = st.one_of(
    st.text(alphabet="aZ07=+-@;:/. \t\r\x00\x1fé١�\u2028😀", max_size=12),
    st.sampled_from(["9999-12-31", "0000-00-00", "0001-01-01", "-0", "99999999999", "unit:", "m.a:1;m.a:1", "ALL"]),
    st.text(alphabet="0123456789", min_size=18, max_size=18),
)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), table=st.sampled_from(sorted(FILES)))
def test_no_cells_raise(data: st.DataObject, table: str) -> None:
    """Rows of the right width with a few cells exchanged for odd ones, in one file of an otherwise good province."""
    header, *lines = FILES[table].splitlines()
    line = data.draw(st.sampled_from(lines))
    cells = fields(line)
    assert cells is not None
    for place in data.draw(st.sets(st.integers(0, len(layouts(TODAY)[table].columns) - 1), max_size=4)):
        cells[place] = data.draw(_ODD)
    odd = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    _says_all({**FILES, table: "\n".join([header, odd, *lines])})
