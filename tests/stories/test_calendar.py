"""Stories of the calendar: an order comes, deadlines move with a word to everybody, and the clock follows."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from tests.house import CaseFile, House, local_day


async def _order(house: House, day: date, working: bool = False) -> None:
    body = {"day": day.isoformat(), "working": working, "reason": "Hari jadi provinsi", "reference": "Kepgub 1"}
    answer = await house.request("POST", "/calendar/overrides", "hr_head", json=body)
    assert answer.status_code == 201, answer.text


async def _recompute(house: House, by: str = "hr_head", **params: Any) -> Any:
    answer = await house.request("POST", "/calendar/recomputation", by, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _counted(case: CaseFile) -> date:
    """A working day within the running term: the last one, the due date itself."""
    return date.fromisoformat(case.state["due"]["on"])


async def test_an_order_moves_deadlines_after_a_preview_with_an_entry_each(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.act("confirm_need", "hr_officer")
    other = await house.open("it_self_nomination")
    old = _counted(case)
    await _order(house, old)
    preview = await _recompute(house, "hr_officer")
    assert preview["dry_run"]
    assert {c["case_id"] for c in preview["cases"]} == {case.id, other.id}
    assert (await case.look())["due"]["on"] == old.isoformat(), "a preview changes nothing"

    done = await _recompute(house, dry_run=False)
    assert Counter(c["deadline"] for c in done["cases"]) == {"stage": 2, "seat_hold": 2}, "the ends of the holds too"
    assert (done["applied"], done["remaining"], done["failed"]) == (4, 0, [])
    [ending] = [e for e in await case.events() if e["type"] == "seat_hold_recomputed"]
    assert ending["data"]["new"]["on"] > ending["data"]["old"]["on"]
    await case.look()
    assert _counted(case) > old
    reckoned = case.state["due"]["reckoned"]
    assert "Hari jadi provinsi" in {d["name"] for d in reckoned["excluded"]}
    assert "Hari jadi provinsi" in reckoned["text"]
    (entry,) = [e for e in await case.events() if e["type"] == "deadline_recomputed"]
    assert entry["data"]["old"]["on"] == old.isoformat()
    assert entry["data"]["new"]["on"] == case.state["due"]["on"]
    assert entry["data"]["ordered_by"] == await house.person("hr_head")
    assert entry["data"]["calendar"] == reckoned["calendar"]
    assert entry["actor"]["id"] == "clock"
    again = await _recompute(house, dry_run=False)
    assert (again["moving"], again["applied"]) == (0, 0)
    told = {n["template"] for n in (await house.get("/notices", "cast:lateral_pass"))["items"]}
    assert "deadline_recomputed" in told


async def test_the_clock_follows_the_new_date(house: House) -> None:
    """The employee has one day more: silence is recorded at the new date and not at the old one."""
    case = await house.open("lateral_pass")
    await case.act("confirm_need", "hr_officer")
    old = datetime.fromisoformat(case.state["due"]["at"])
    await _order(house, _counted(case))
    await _recompute(house, dry_run=False)
    await case.look()
    now = await house.env.get_current_time(case.workflow)
    await case.forward(seconds=(old - now).total_seconds() + 60)
    assert case.where == ("consultation", "awaiting_response")
    await case.past_due()
    assert case.where == ("socialisation", "awaiting_briefing")


async def test_a_deadline_beside_the_stage_moves_too(house: House) -> None:
    """Between two reviews the stage has no term at all; the objection has one, and the clock follows it."""
    case = await house.open("lateral_pass")
    await case.walk(to="between_reviews")
    await case.act("file_objection", case.employee, grounds=["family"], text="Tidak pernah didengar")
    old = date.fromisoformat(case.state["objection"]["due"]["on"])
    await _order(house, old)
    preview = await _recompute(house, "hr_officer")
    [moving] = [c for c in preview["cases"] if c["case_id"] == case.id]
    assert (moving["deadline"], moving["old_on"]) == ("objection", old.isoformat())
    done = await _recompute(house, dry_run=False)
    assert (done["applied"], done["remaining"], done["failed"]) == (1, 0, [])
    objection = (await case.look())["objection"]
    assert objection["due"]["on"] == moving["new_on"] > old.isoformat()
    assert "Hari jadi provinsi" in objection["due"]["reckoned"]["text"]
    [entry] = [e for e in await case.events() if e["type"] == "deadline_recomputed"]
    assert entry["data"]["deadline"] == "objection" and entry["data"]["ordered_by"] == await house.person("hr_head")
    told = [n for n in (await house.get("/notices", "governor"))["items"] if n["template"] == "deadline_recomputed"]
    assert len(told) == 1 and "(to decide the objection)" in told[0]["text"]
    mine = next(t for t in (await house.get("/tasks", "governor"))["items"] if t["case_id"] == case.id)
    assert mine["due_at"] == objection["due"]["at"]
    await case.forward(days=(old - local_day()).days + 0.9)
    assert "objection_overdue" not in case.state["flags"], "the old date says nothing any more"
    due, now = datetime.fromisoformat(objection["due"]["at"]), await house.env.get_current_time(case.workflow)
    await case.forward(seconds=(due - now).total_seconds() + 60)
    assert "objection_overdue" in case.state["flags"]
    assert (await case.types()).count("objection_escalated") == 3


async def test_a_year_is_published_and_the_dates_across_it_are_no_estimates(house: House) -> None:
    year = local_day().year + 5
    shown = await house.get("/calendar", year=year)
    assert not shown["published"]
    assert sum(shown["working_days"]) > 200
    body = {"reference": "SKB 1/2030"}
    answer = await house.request("POST", f"/calendar/years/{year}/publication", "hr_head", json=body)
    assert answer.status_code == 201
    after = await house.get("/calendar", "cast:lateral_pass", year=year)
    assert after["published"]
    assert after["version"] != shown["version"]
    same = await house.request("POST", f"/calendar/years/{year}/publication", "hr_head", json=body)
    assert same.json()["recorded_at"] == answer.json()["recorded_at"], "the same word again changes nothing"
    refused = await house.request("POST", f"/calendar/years/{year}/publication", "hr_officer", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_authorised")


async def test_who_may_not_change_the_calendar_is_written_down(house: House) -> None:
    order = {"day": local_day(9).isoformat(), "working": False, "reason": "Libur sendiri", "reference": "-"}
    for by, path, body in (
        ("hr_officer", "/calendar/overrides", order),
        ("governor", f"/calendar/years/{local_day().year + 5}/publication", {"reference": "SKB 1"}),
        ("auditor", "/calendar/recomputation", None),
    ):
        answer = await house.request("POST", path, by, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_authorised")
    tried = (await house.get("/attempts", "inspector"))["items"]
    assert [(a["act"], a["code"], a["case_id"]) for a in tried] == [("calendar", "not_authorised", None)] * 3
    assert [a["actor"] for a in tried] == [await house.person(by) for by in ("auditor", "governor", "hr_officer")]
    assert all(a["request_id"] for a in tried)


async def test_an_order_is_superseded_never_overwritten(house: House) -> None:
    day = local_day(60)
    await _order(house, day)
    await _order(house, day, working=True)
    rows = await house.sql("SELECT working, superseded_at FROM calendar_override ORDER BY id")
    assert [(r.working, r.superseded_at is None) for r in rows] == [(False, False), (True, True)]


async def test_an_employee_on_certified_leave_is_not_taken_for_silent(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.act("confirm_need", "hr_officer")
    last = _counted(case)
    await _leave(house, case.state["employee"]["id"], last, last + timedelta(days=7))
    await case.past_due()
    assert case.where == ("consultation", "awaiting_response")
    assert _counted(case) > last + timedelta(days=7)
    (pause,) = case.state["due"]["reckoned"]["pauses"]
    assert pause["cause"] == "certified_leave"
    assert "leave" in pause["text"]
    await case.act("respond", "cast:lateral_pass", answer="accept")


async def test_why_the_clock_stood_still_is_between_the_employee_and_hr(house: House) -> None:
    """On leave when he is asked, and again when he is to acknowledge: the clock waits, and nobody else reads why."""
    case = await house.open("lateral_pass")
    person = case.state["employee"]["id"]
    await _leave(house, person, local_day(-3), local_day(11))
    await case.act("confirm_need", "hr_officer")
    assert _counted(case) > local_day(11), "the days begin when he is back"
    await case.forward(days=10)
    assert "reminder_due" not in await case.types()
    for knows in ("hr_officer", "auditor", "inspector", case.employee):
        assert (await _pauses(house, case, knows))[0] == ["certified_leave"], knows
    for other in (f"agency_head:{case.state['from']['agency_code']}", f"agency_head:{case.state['to']['agency_code']}"):
        causes, text_ = await _pauses(house, case, other)
        assert causes == ["paused"] and "leave" not in text_, other
    bodies = await house.sql("SELECT convert_from(body, 'UTF8') AS body FROM ledger WHERE case_id = :c", c=case.id)
    assert all("leave" not in b.body for b in bodies), "not in the chain either"
    await case.act("respond", case.employee, answer="accept")
    await case.walk(to="awaiting_acknowledgement")
    last = _counted(case)
    await _leave(house, person, last, last + timedelta(days=7))
    await case.past_due()
    assert case.where == ("socialisation", "awaiting_acknowledgement"), "silence on leave is no silence"
    assert _counted(case) > last + timedelta(days=7)
    await case.act("acknowledge", case.employee)
    await case.walk(to="awaiting_decision")
    seen = (await house.get(f"/cases/{case.id}/events", "governor"))["items"]
    [moved] = [e["data"] for e in seen if e["type"] == "deadline_recomputed"]
    assert moved["cause"] == "paused" and moved["new"]["pauses"][-1]["cause"] == "paused"


async def _leave(house: House, person: str, first: date, last: date) -> None:
    async with house.engine.begin() as connection:
        await connection.execute(
            text("""INSERT INTO condition (person_id, kind, valid_from, valid_to, reference, source)
                    VALUES (:person, 'certified_leave', :from, :to, 'Surat dokter 1', 'register')"""),
            {"person": person, "from": first, "to": last},
        )


async def _pauses(house: House, case: CaseFile, by: str) -> tuple[list[str], str]:
    reckoned = (await house.get(f"/cases/{case.id}", by))["due"]["reckoned"]
    return [p["cause"] for p in reckoned["pauses"]], reckoned["text"]
