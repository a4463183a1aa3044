"""What every page must be: read by everybody, on every screen, in both lights, from our host alone, and small."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from pages.frame import STATIC
from tests.api.callers import CALLERS
from tests.house import PLAIN_PATH, CaseFile, House
from tests.pages.conftest import PHONE, Town

AXE = Path(__file__).resolve().parent.parent / "data" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW = {"width": 320, "height": 700}
MOST_OF_A_PAGE = 200 * 1024
"""Bytes of a page with all it loads, uncompressed."""


@pytest.fixture(scope="module")
async def in_hearing(pages_house: House) -> CaseFile:
    """A case that waits for its employee."""
    case = await pages_house.open("health_emergency")
    await case.walk(to="awaiting_response")
    return case


async def _faults(page: Page, kind: str, values: list[str]) -> list[str]:
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate(
        "asked => axe.run(document, {runOnly: asked, resultTypes: ['violations']})", {"type": kind, "values": values}
    )
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]]


async def test_every_page_is_for_everybody(town: Town, in_hearing: CaseFile) -> None:
    case = in_hearing
    at = f"/cases/{case.id}"
    walks: dict[str | None, list[str]] = {
        None: ["/sign-in"],
        "hr_officer": ["/", "/cases", "/search", "/notices", "/open", at, f"{at}/acts/hold", "/nowhere"],
        "cast:health_emergency": ["/me", at, f"{at}/acts/respond", "/me/preferences", "/me/opportunities", "/help"],
        "governor": ["/", f"{at}/acts/decide"],
    }
    wrong: dict[str, list[str]] = {}
    for who, paths in walks.items():
        # The library that looks for faults is put in from outside: the pages themselves would not load it.
        visit = await town.visit(who, PHONE, bypass_csp=True)
        for path in paths:
            await visit.go(path)
            page = visit.page
            faults = await _faults(page, "tag", RULES)
            await page.emulate_media(color_scheme="dark")
            faults += [f"dark {f}" for f in await _faults(page, "rule", ["color-contrast"])]
            await page.emulate_media(color_scheme="light")
            await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
            if (width := await page.evaluate("document.documentElement.scrollWidth")) > NARROW["width"]:
                faults.append(f"scrolls sideways: {width}")
            await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            if faults:
                wrong[f"{who} {path}"] = faults
    assert wrong == {}


async def test_a_page_is_small_and_loads_from_us_alone_without_complaint(town: Town, in_hearing: CaseFile) -> None:
    visit = await town.visit("hr_officer")
    loaded: dict[str, int] = {}

    async def measure(response: Any) -> None:
        loaded[response.url] = len(await response.body())

    visit.page.on("response", measure)
    await visit.go(f"/cases/{in_hearing.id}")
    await visit.page.wait_for_load_state("networkidle")
    assert all(url.startswith(town.address) for url in loaded)
    assert sum(loaded.values()) < MOST_OF_A_PAGE, loaded
    assert not visit.complaints
    policy = (await visit.page.request.get(f"{town.address}/help")).headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy


def test_look_and_scripts_keep_within_their_size() -> None:
    assert (STATIC / "pages.css").stat().st_size <= 30 * 1024
    assert (STATIC / "app.js").stat().st_size <= 4 * 1024
    assert sum(f.stat().st_size for f in STATIC.glob("*.js")) <= 50 * 1024


def test_nothing_is_written_into_the_page_that_its_policy_forbids() -> None:
    """No style or script inside a page, no handler in an attribute, no address of another host."""
    forbidden = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|hx-on|javascript:|https?://")
    for file in (STATIC.parent / "templates" / "pages").glob("*.html"):
        assert not forbidden.search(file.read_text(encoding="utf-8")), file.name


async def test_every_page_of_a_case_renders_at_every_status_for_everybody(
    pages_house: House, in_hearing: CaseFile
) -> None:
    """Undefined names are errors, so that a page that renders has said all it meant to say."""
    house, case = pages_house, in_hearing
    for member in ("missing_rating", "tenure_18_months"):
        await _everybody_looks(await house.open(member))
    seen = set()
    while await case.look():
        await _everybody_looks(case)
        seen.add(status := case.state["status"])
        if status not in PLAIN_PATH:
            break
        who, act = _who_acts(case)
        await case.act(act, who, **PLAIN_PATH[status][2]())
    assert len(seen) >= 8


async def _everybody_looks(case: CaseFile) -> None:
    for caller in CALLERS.values():
        answer = await _page(case.house, f"/cases/{case.id}", caller)
        assert answer.status_code in (200, 404), (case.where, caller, answer.text[:2000])
    who, act = _who_acts(case)
    for language in ("id", "en"):
        answer = await _page(case.house, f"/cases/{case.id}/acts/{act}", who, language)
        assert answer.status_code == 200, (case.where, act, answer.text[:2000])


def _who_acts(case: CaseFile) -> tuple[str, str]:
    if case.state["status"] not in PLAIN_PATH:
        return "hr_officer", "close_for_cause"
    act, by, _ = PLAIN_PATH[case.state["status"]]
    return by.format(destination=case.state["to"]["agency_code"], employee=case.employee), act


async def _page(house: House, path: str, by: str, language: str = "id") -> Any:
    headers = {"Accept": "text/html", "Accept-Language": language}
    return await house.request("GET", f"http://house{path}", by, headers=headers)
