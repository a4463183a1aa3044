"""The pictures of the documentation: `python -m tests.pages.screens` takes them anew into `docs/screens`."""

import re
import subprocess
import sys
from pathlib import Path

from tests.pages.conftest import DESK, PHONE, Town

INTO = Path(__file__).resolve().parent.parent.parent / "docs" / "screens"


async def test_pictures(town: Town) -> None:
    house = town.house
    case = await house.open("finance_to_bapenda")
    await case.walk(to="awaiting_decision")
    asked = await house.open("health_emergency")
    await asked.walk(to="awaiting_response")
    for member in ("tenure_18_months", "missing_rating", "swap_1", "chain_1"):
        await house.open(member)
    INTO.mkdir(exist_ok=True)
    shots: list[tuple[str, str, str, dict[str, int], str]] = [
        ("inbox", "hr_officer", "/", DESK, "light"),
        ("inbox-phone", "hr_officer", "/", PHONE, "light"),
        ("case", "governor", f"/cases/{case.id}", {"width": 1440, "height": 1250}, "light"),
        ("case-dark", "governor", f"/cases/{case.id}", {"width": 1440, "height": 1250}, "dark"),
        ("decide-phone", "governor", f"/cases/{case.id}", {"width": 390, "height": 1050}, "light"),
        ("me-phone", "cast:health_emergency", "/me", PHONE, "light"),
        ("answer-phone", "cast:health_emergency", f"/cases/{asked.id}/acts/respond", PHONE, "light"),
    ]
    for name, who, path, size, light in shots:
        visit = await town.visit(who, size, color_scheme=light)
        await visit.go(path)
        if name == "decide-phone":
            await visit.page.get_by_role("radio", name=re.compile("^Kembalikan")).check()
        await visit.page.wait_for_load_state("networkidle")
        await visit.page.screenshot(path=INTO / f"{name}.png")
    assert sum(f.stat().st_size for f in INTO.glob("*.png")) < 1_500_000


if __name__ == "__main__":
    sys.exit(subprocess.call([sys.executable, "-m", "pytest", "-q", __file__]))
