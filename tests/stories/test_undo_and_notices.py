"""Stories of taking back, and of everybody being told — or the case knowing who was not."""

import asyncio
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult
from sqlalchemy import text
from temporalio.client import WorkflowExecutionStatus

from activities.notices import Smtp, Unreachable
from runtime.servers import free_port
from store.outbox import Unsent
from tests.house import House, eventually


async def _mail_states(house: House, case_id: str) -> dict[str, int]:
    return (await house.get(f"/cases/{case_id}"))["notices"]  # type: ignore[no-any-return]


async def test_a_rejection_is_taken_back_before_anybody_was_told(house: House) -> None:
    """The thumb slipped: within the seconds the policy gives, the case is as it was, and no message leaves."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decision")
    await case.act("decide", "governor", decision="reject", reason="Salah tekan")
    assert case.state["outcome"] == "rejected"
    assert case.state["undo"]["mine"]
    await case.refused("undo", "hr_officer", "not_the_author", 403)
    await case.act("undo", "governor")
    assert case.where == ("approval", "awaiting_decision")
    assert case.state["seat_held"]
    assert case.state["undo"] is None
    await case.forward(seconds=30)
    notices = (await house.get(f"/cases/{case.id}/notices"))["items"]
    rejected = [n for n in notices if n["template"] == "decision_rejected"]
    assert rejected
    assert {n["state"] for n in rejected} == {"cancelled"}
    assert not [m for m in house.postbox.mail if "reject" in m["Subject"].lower() or "ditolak" in m["Subject"].lower()]
    superseded = {e["type"] for e in await case.events() if e["superseded"]}
    assert superseded == {"decision_made", "seat_released"}


async def test_undo_ends_with_its_time_and_with_the_next_act(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.act("confirm_need", "hr_officer")
    await case.forward(seconds=10)
    await case.refused("undo", "hr_officer", "undo_over", 409)
    await case.act("respond", "cast:lateral_pass", answer="accept")
    await case.act(
        "record_briefing", "hr_officer", held_on=house.now.date().isoformat(), channel="x", audience=["employee"]
    )
    await case.refused("undo", "cast:lateral_pass", "not_the_author", 403)


async def test_a_seat_lost_meanwhile_cannot_be_taken_back(house: House) -> None:
    target = house.cast["spouse_of_official"]["target_position_code"]
    first = await house.open("spouse_of_official")
    await first.act("cancel", "hr_officer", reason="Keliru")
    second = await house.open("finance_to_bapenda", position_code=target)
    assert second.state["seat_held"]
    await first.refused("undo", "hr_officer", "seat_taken", 409)


async def test_an_undo_of_what_one_did_not_see_takes_nothing_back(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.act("hold", "hr_officer", ground="court", reference="Perkara 1", reason="Menunggu")
    seen = case.state["version"]
    await case.act("resume", "hr_officer")
    stale = await case.try_act("undo", "hr_officer", version=seen)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    await case.look()
    assert case.where == ("needs_check", "awaiting_confirmation")


async def test_undo_does_not_take_a_seat_that_the_establishment_lost_meanwhile(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.act("cancel", "hr_officer", reason="Keliru")
    async with house.engine.begin() as connection:
        await connection.execute(_CUT, {"code": house.cast["lateral_pass"]["target_position_code"]})
    await case.refused("undo", "hr_officer", "seat_taken", 409)


_CUT = text("UPDATE position SET required = 0 WHERE code = :code AND superseded_at IS NULL")


async def test_a_closed_case_refuses_everything_once_undo_is_over(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.act("cancel", "hr_officer", reason="Batal")
    await case.forward(seconds=60)
    for act, fields in (("confirm_need", {}), ("comment", {"text": "x"}), ("undo", {}), ("resume", {})):
        await case.refused(act, "hr_officer", "case_closed", 409, **fields)
    attempts = (await house.get(f"/cases/{case.id}/attempts", "auditor"))["items"]
    assert [a["code"] for a in attempts] == ["case_closed"] * 4


async def test_notices_leave_when_the_act_is_past_undoing(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.act("confirm_need", "hr_officer")
    address = (await house.sql(
        "SELECT email FROM employee e JOIN person p ON p.id = e.person_id WHERE p.nip = :nip AND superseded_at IS NULL",
        nip=house.cast["lateral_pass"]["nip"],
    ))[0].email  # fmt: skip
    assert "response_requested" not in await _templates(house, "cast:lateral_pass")
    await case.forward(seconds=10)

    async def sent() -> bool:
        return len(house.postbox.to(address)) >= 2

    await eventually(sent)
    assert {"case_opened", "response_requested"} <= await _templates(house, "cast:lateral_pass")
    mail = house.postbox.to(address)[-1]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@mutasi.example.test>")
    assert case.state["number"] in mail["Subject"]
    member = house.cast["lateral_pass"]
    for part in ("Subject", "From", "Message-ID", "References"):
        assert member["nip"] not in mail[part]
        assert member["name"] not in mail[part]
    assert mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert 'lang="id"' in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


async def _templates(house: House, who: str) -> set[str]:
    return {n["template"] for n in (await house.get("/notices", who))["items"]}


async def test_a_mail_server_away_for_a_day_delays_nothing_and_loses_nothing(house: House) -> None:
    await house.postbox.close()
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_verification")
    await case.forward(hours=20)
    states = await _mail_states(house, case.id)
    assert states.get("sent", 0) == 0
    await house.postbox.open()
    await case.forward(hours=1)

    async def all_sent() -> bool:
        states = await _mail_states(house, case.id)
        return not states.get("queued") and not states.get("failed")

    await eventually(all_sent)
    ids = [m["Message-ID"] for m in house.postbox.mail]
    assert len(ids) == len(set(ids))
    assert (await _mail_states(house, case.id))["sent"] == len(ids)


async def test_a_refused_address_becomes_a_fact_of_the_case(house: House) -> None:
    address = (await house.sql(
        "SELECT email FROM employee e JOIN person p ON p.id = e.person_id WHERE p.nip = :nip AND superseded_at IS NULL",
        nip=house.cast["lateral_pass"]["nip"],
    ))[0].email  # fmt: skip
    house.postbox.refuses.add(address)
    case = await house.open("lateral_pass")

    async def known() -> bool:
        return "notice_undelivered" in await case.types()

    await eventually(known)
    states = await _mail_states(house, case.id)
    assert states["undelivered"] == 1
    assert "case_opened" in await _templates(house, "cast:lateral_pass"), "in the application it is there all the same"
    assert case.state["version"] == (await case.look())["version"], "delivery does not make an If-Match stale"


async def test_a_notice_that_cannot_be_delivered_for_days_is_given_up_and_said_so(house: House) -> None:
    await house.postbox.close()
    case = await house.open("lateral_pass")
    for _ in range(4):
        await case.forward(days=1)

    async def given_up() -> bool:
        return (await _mail_states(house, case.id)).get("undelivered", 0) >= 1

    await eventually(given_up)
    assert "notice_undelivered" in await case.types()


async def test_reminders_and_escalation_reach_those_whose_task_it_is(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_proposal")
    await case.forward(days=14)
    types = await case.types()
    assert types.count("reminder_due") == 2, "80 and 100 per cent of three days are the same morning"
    assert "deadline_passed" in types
    escalated = next(e for e in await case.events() if e["type"] == "case_escalated")
    assert escalated["data"]["office"] == "governor"
    assert "reminder" in await _templates(house, "regional_secretary")
    assert "overdue" in case.state["flags"]
    assert case.id in [c["id"] for c in (await house.get("/cases", overdue=True))["items"]]


async def test_a_comment_for_the_file_is_not_shown_to_the_employee(house: House) -> None:
    case = await house.open("lateral_pass")
    version = case.state["version"]
    await case.act("comment", "hr_officer", text="Hanya untuk BKD")
    await case.act("comment", "hr_officer", text="Silakan tanya kami", visible_to_employee=True)
    await case.act("comment", "cast:lateral_pass", text="Terima kasih")
    assert case.state["version"] == version
    seen = [e["data"]["text"] for e in await case.events("cast:lateral_pass") if e["type"] == "comment_made"]
    assert seen == ["Silakan tanya kami", "Terima kasih"]


async def test_an_undo_that_waits_for_the_register_past_its_end_leaves_no_orphan(house: House) -> None:
    """The undo was in time and the register answered late: the case is open again, and its clock runs."""
    case = await house.open("lateral_pass")
    await case.act("cancel", "hr_officer", reason="Keliru")
    async with house.engine.connect() as blocking:
        await blocking.execute(text("SELECT 1 FROM docket WHERE case_id = :case FOR UPDATE"), {"case": case.id})
        undoing = asyncio.create_task(case.try_act("undo", "hr_officer"))
        await asyncio.sleep(0)
        await eventually(lambda: _waits(house))
        over = await house.env.get_current_time(case.workflow) + timedelta(seconds=8)
        passing = asyncio.create_task(house.env.fast_forward(case.workflow, timedelta(seconds=10)))

        async def too_late() -> bool:
            return await house.env.get_current_time(case.workflow) > over

        await eventually(too_late)
        await blocking.rollback()
    answer = await undoing
    await passing
    assert answer.status_code == 200, answer.text
    await case.look()
    assert case.where == ("needs_check", "awaiting_confirmation")
    described = await case.workflow.describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
    told = {n["template"]: n["state"] for n in (await house.get(f"/cases/{case.id}/notices"))["items"]}
    assert told["case_cancelled"] == "cancelled", "nobody is told what did not stand"
    await case.past_due()
    assert "deadline_passed" in await case.types()


async def _waits(house: House) -> bool:
    """Whether somebody stands before a locked row of this register."""
    query = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return bool((await house.sql(query))[0].n)


async def test_undoing_takes_back_ones_own_act_and_nothing_that_others_said(house: House) -> None:
    await house.postbox.close()
    case = await house.open("lateral_pass")
    await case.act("confirm_need", "hr_officer")
    await case.act("comment", "hr_head", text="Silakan tanya kami", visible_to_employee=True)
    await case.act("undo", "hr_officer")
    events = {e["type"]: e for e in await case.events()}
    assert events["need_confirmed"]["superseded"] and not events["comment_made"]["superseded"]
    states = {n["template"]: n["state"] for n in (await house.get(f"/cases/{case.id}/notices"))["items"]}
    assert states["response_requested"] == "cancelled" and states["comment_made"] != "cancelled"


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
async def test_a_wrong_password_for_the_mail_server_gives_no_notice_up() -> None:
    """What is wrong with our login is mended once for all messages; only what is wrong with a message is final."""
    controller = Controller(
        Sink(), hostname="127.0.0.1", port=free_port(), auth_required=True, auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=False, handled=False),
    )  # fmt: skip
    controller.start()
    try:
        unsent = Unsent(
            1, "c_x/1/0", "c_x", "case_opened", {"number": "MUT-2026-000001"}, "a@b.example.test", "A", "id", False
        )
        for username in ("mutasi", None):
            smtp = Smtp("127.0.0.1", controller.port, "mutasi@b.example.test", username, "wrong" if username else None)
            async with smtp.session() as session:
                with pytest.raises(Unreachable, match="53"):
                    await session.send(unsent)
    finally:
        controller.stop()
