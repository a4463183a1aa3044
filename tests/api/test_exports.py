"""Lists to take along: the very rows that are shown, who took them in the first line and in the log, no formula."""

import csv
import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from api import exporting
from api.exporting import as_text, harmless
from api.limits import Buckets
from api.routes import exports
from domain.nip import masked
from tests.api.answers import problem_of
from tests.house import CaseFile, House


@pytest.fixture(scope="module")
async def files(common_house: House) -> list[CaseFile]:
    """Two cases, one of them on its way out of DPUPR."""
    return [await common_house.open(w) for w in ("lateral_pass", "it_self_nomination")]


@pytest.fixture(autouse=True)
def unhurried(common_house: House) -> None:
    """As if everybody had waited since the test before."""
    common_house.app.state.services._exports = Buckets(exports_a_second())


def exports_a_second() -> float:
    from api.deps import EXPORTS_A_SECOND

    return EXPORTS_A_SECOND


async def taken(house: House, by: str, path: str = "/cases/export", **params: Any) -> httpx.Response:
    answer = await house.request("GET", path, by, params=params)
    assert answer.status_code == 200, answer.text
    return answer


def lines(answer: httpx.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("by", ["hr_officer", "auditor", "agency_head:DPUPR", "cast:it_self_nomination", "operator"])
async def test_a_file_has_the_rows_of_the_list_and_says_who_took_them(
    common_house: House, files: list[CaseFile], by: str
) -> None:
    listed = (await common_house.get("/cases", by))["items"]
    answer = await taken(common_house, by)
    (said,), head, *rows = lines(answer)
    assert head[:3] == ["Case", "Employee", "NIP"]
    shown = [(c["number"], c["employee"]["name"], as_text(c["employee"]["nip"]), c["to"]["title"]) for c in listed]
    assert [(r[0], r[1], r[2], r[7]) for r in rows] == shown
    me = await common_house.get("/me", by)
    assert f"Taken by {me['name']} " in said and f"{len(rows)} rows" in said
    assert answer.headers["x-request-id"] in said
    [row] = await common_house.sql("SELECT * FROM access_log WHERE request_id = :id", id=answer.headers["x-request-id"])
    others = {c["employee"]["id"] for c in listed} - {me["id"]}
    assert (row.operation, row.person_id, row.people) == ("export_cases", me["id"], len(others))


async def test_a_filter_of_the_list_is_one_of_the_file(common_house: House, files: list[CaseFile]) -> None:
    nip = common_house.cast["lateral_pass"]["nip"]
    _, _, row = lines(await taken(common_house, "hr_officer", q=nip))
    assert row[2].replace(" ", "") == nip and " " in row[2], "eighteen digits in a row would be read as a number"
    _, _, *none = lines(
        await taken(common_house, "agency_head:DPUPR", q=common_house.cast["it_self_nomination"]["nip"])
    )
    assert none == [], "a search widens nothing"
    _, _, row = lines(await taken(common_house, "auditor", "/cases/export", stage="needs_check", q=nip))
    assert row[0] == files[0].state["number"]
    answer = await common_house.request("GET", "/cases/export", "hr_head", params={"stages": "needs_check"})
    problem_of(answer, 422, "invalid_request")


async def test_a_workbook_has_the_same_rows_and_no_formula(common_house: House, files: list[CaseFile]) -> None:
    answer = await taken(common_house, "agency_head:DPUPR", format="xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    spaces = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    cells = [[c.findtext("x:is/x:t", None, spaces) for c in row] for row in sheet.iterfind(".//x:row", spaces)]
    assert len(cells) == 3 and cells[2][0] == files[0].state["number"]
    assert cells[2][2] == masked(common_house.cast["lateral_pass"]["nip"])
    assert not list(sheet.iterfind(".//x:f", spaces))


@pytest.mark.parametrize("text", ["=1+1", "+62", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "|cmd", "%0A", "＝1"])
def test_no_cell_begins_a_formula(text: str) -> None:
    assert harmless(text) == "'" + text


def test_what_begins_no_formula_stays_as_it_is() -> None:
    for cell in ("Kepala Seksi", "a=b", "", 5, -5, None, "19881118 201701 1 945"):
        assert harmless(cell) == cell


async def test_too_much_is_refused_and_nobody_takes_the_same_twice_at_once(
    common_house: House, files: list[CaseFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    await taken(common_house, "hr_officer")
    again = await common_house.request("GET", "/cases/export", "hr_officer")
    problem_of(again, 429, "too_many_requests")
    assert int(again.headers["retry-after"]) <= 1 / exports_a_second()
    await taken(common_house, "hr_officer", "/reports/overrides/export")
    monkeypatch.setattr(exports, "MAX_ROWS", 1)
    problem_of(await common_house.request("GET", "/cases/export", "hr_head"), 422, "export_too_large")


async def test_a_file_longer_than_a_page_is_whole(
    common_house: House, files: list[CaseFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_PAGE", 1)
    monkeypatch.setattr(exporting, "_ROWS_AT_ONCE", 1)
    _, _, *rows = lines(await taken(common_house, "hr_officer"))
    assert {r[0] for r in rows} >= {case.state["number"] for case in files}


async def test_reports_are_taken_along_by_whoever_may_read_them(common_house: House) -> None:
    for path, first in (("/reports/overrides/export", "Period"), ("/reports/off-list/export", "Period")):
        _, head = lines(await taken(common_house, "auditor", path, period="year"))[:2]
        assert head[0] == first
        problem_of(await common_house.request("GET", path, "governor"), 403, "not_authorised")
    listed = (await common_house.get("/accesses", "inspector", operation="export_overrides"))["items"]
    assert {(a["person_id"], a["outcome"]) for a in listed} >= {
        (await common_house.person("auditor"), "read"), (await common_house.person("governor"), "refused"),
    }  # fmt: skip
