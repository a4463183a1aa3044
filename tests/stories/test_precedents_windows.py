"""Precedents P4, P5 and P9 (`domain.md` 13): the unusual hour, the three consents, the freeze that passes."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from domain.calendar import PROVINCE
from domain.policy import from_toml
from store.policies import publish
from tests.house import CaseFile, House, local_day

POLICIES = Path(__file__).resolve().parents[2] / "policies"
MINISTER = {"issuer": "home_minister", "number": "100.2.2.6/408/SJ"}
PERTEK = {"issuer": "bkn", "number": "13773/B-AK.02.02/SD/K/2023"}
KASN = {"issuer": "asn_commission", "number": "B-140/JP.00.01/01/2024"}


async def _write(house: House, statement: str, **params: Any) -> None:
    async with house.engine.begin() as connection:
        await connection.execute(text(statement), params)


async def _window(house: House, kind: str, ground: str, first: date, last: date, scope: tuple[str, ...]) -> None:
    """Enter a window, as an import of `windows.csv` does."""
    await _write(
        house,
        """INSERT INTO restricted_window (kind, valid_from, valid_to, ground, scope)
           VALUES (:kind, :first, :last, :ground, :scope)""",
        kind=kind, ground=ground, first=first, last=last, scope=list(scope),
    )  # fmt: skip


async def _until(case: CaseFile, hour: int) -> datetime:
    """Let time pass until the next full hour of that name in the province."""
    now = (await case.house.env.get_current_time(case.workflow)).astimezone(PROVINCE)
    then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    then += timedelta(days=then <= now)
    await case.forward(seconds=(then - now).total_seconds() + 1)
    return then


async def _event(case: CaseFile, kind: str) -> dict[str, Any]:
    return [e for e in await case.events() if e["type"] == kind][-1]


async def test_p4_an_act_at_night_before_the_term_ends_is_lawful_and_marked(house: House) -> None:
    """Sulbar, 28 April 2022: about ninety officials at 23:00, fourteen days before the end of the term, no election."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    await _write(
        house,
        "UPDATE office SET valid_to = :last WHERE office = 'governor' AND superseded_at IS NULL AND valid_to IS NULL",
        last=local_day(14),
    )
    await _until(case, 23)
    await case.act("decide", "governor", decision="approve")
    assert case.where == ("placement", "awaiting_decree")
    assert "unusual_timing" in (await case.look("auditor"))["flags"]
    marks = (await _event(case, "decision_made"))["data"]["timing"]
    assert {"outside_hours", "term_end"} <= set(marks)
    await _until(case, 9)
    issued = {"number": "800/1", "date": house.now.astimezone(PROVINCE).date().isoformat()}
    await case.act("issue_decree", "hr_officer", **issued, effective_on=issued["date"])
    assert "outside_hours" not in (await _event(case, "decree_issued"))["data"].get("timing", [])
    assert "unusual_timing" in (await case.look())["flags"], "a mark that was set stays"


async def test_p5_a_caretaker_decides_with_three_consents_each_with_number_and_date(house: House) -> None:
    """Sulbar, 22 January 2024: a caretaker with Pertek, the commission's recommendation, the Minister's word."""
    files = {name: (POLICIES / name).read_text() for name in ("demo.toml", "mamuju-2026.toml")}
    files["demo.toml"] += '\n[windows.caretaker]\nconsents = ["home_minister", "bkn", "asn_commission"]\n'
    async with house.engine.begin() as connection:
        assert await connection.run_sync(publish, from_toml(files["demo.toml"], files.__getitem__))
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    await _write(
        house,
        """UPDATE office SET capacity = 'acting_vacant'
           WHERE office = 'governor' AND superseded_at IS NULL AND valid_to IS NULL""",
    )
    await case.look("governor")
    await case.refused("decide", "governor", "acting_capacity", 403, decision="approve")
    await _window(house, "caretaker", "PP 49/2008 Pasal 132A", local_day(-30), local_day(300), ("ALL",))

    shown = await case.look("governor")
    (window,) = [w for w in shown["windows"] if w["kind"] == "caretaker"]
    assert (window["open"], window["restricts"], window["consented"]) == (True, True, False)
    assert window["consents"] == ["asn_commission", "bkn", "home_minister"]
    assert "restricted_window" in shown["flags"]
    consents = [{**c, "date": local_day(-3).isoformat()} for c in (MINISTER, PERTEK, KASN)]
    for given in ([], consents[:1], consents[:2]):
        problem = await case.refused("decide", "governor", "window_closed", 409, decision="approve", consents=given)
        assert len(problem["params"]["consents"]) == 3 - len(given)
    undated = [{k: v for k, v in consents[0].items() if k != "date"}]
    await case.refused("decide", "governor", "invalid_request", 422, decision="approve", consents=undated)
    await case.act("decide", "governor", decision="approve", consents=consents)
    made = await _event(case, "decision_made")
    assert made["data"]["consents"] == consents
    assert made["data"]["windows"] == ["PP 49/2008 Pasal 132A"]
    assert made["actor"]["capacity"] == "acting_vacant"
    await case.walk(to="awaiting_duty")


async def test_p9_a_freeze_passes_and_the_application_keeps_its_age(house: House) -> None:
    """COVID, April 2020: moves postponed, to go on after the freeze; who waited loses neither place nor age."""
    case = await house.open("lateral_pass", by="cast:lateral_pass", origin="own_request")
    await case.walk(to="awaiting_decision")
    before = dict(case.state)
    last = local_day(150)
    ground = "Kemendagri 800/1941/OTDA"
    await _window(house, "national_freeze", ground, local_day(), last, ("kind:internal",))

    shown = await case.look("governor")
    assert "restricted_window" in shown["flags"], "the governor sees it before anything was recomputed"
    await case.refused("decide", "governor", "window_closed", 409, decision="approve")
    done = await house.request("POST", "/calendar/recomputation?dry_run=false", "hr_head")
    assert done.json()["applied"] == 1, done.text
    await case.look()
    assert date.fromisoformat(case.state["due"]["on"]) > last
    (pause,) = case.state["due"]["reckoned"]["pauses"]
    assert (pause["cause"], pause["ground"], pause["last"]) == ("window", ground, last.isoformat())
    assert (await _event(case, "deadline_recomputed"))["data"]["cause"] == "window"

    seat_until = date.fromisoformat(case.state["lease"]["due"]["on"])
    assert seat_until < last, "the hold on the seat would be over before the freeze is"
    await case.forward(days=149)
    assert case.where == ("approval", "awaiting_decision")
    assert not case.state["overdue"]
    adverse = ("deadline_passed", "case_escalated", "seat_hold_expired", "case_set_back", "seat_released")
    assert not [e for e in await case.events() if e["type"] in adverse]
    assert case.state["seat_held"] and "seat_hold_recomputed" in await case.types(), "who waited keeps his place"
    await case.forward(days=3)
    assert [w for w in case.state["windows"] if w["kind"] == "national_freeze"] == []
    kept = ("number", "opened_at", "since", "origin", "preferences")
    assert [case.state[k] for k in kept] == [before[k] for k in kept]
    assert case.state["due"]["reckoned"]["start"] == before["due"]["reckoned"]["start"]
    await case.act("decide", "governor", decision="approve")
    assert case.where == ("placement", "awaiting_decree")


async def test_a_freeze_between_agencies_leaves_a_move_inside_alone(house: House) -> None:
    """Two switches: what is frozen is the transfer between provinces."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    await _window(house, "national_freeze", "Kemendagri 800/1941", local_day(), local_day(21), ("kind:inter_prov",))
    assert [w["kind"] for w in (await case.look("governor"))["windows"] if w["restricts"]] == []
    await case.act("decide", "governor", decision="approve")
