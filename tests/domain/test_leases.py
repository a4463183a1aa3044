"""The lease of a held seat: its end by the calendar, its renewals, what stops it and what happens when it is over."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.calendar import Calendar, Holiday, Override
from domain.case import CLOCK, Case
from domain.commands import parse_command
from domain.decide import Decision, decide, may
from domain.events import SeatHoldRecomputed, WakeKind
from domain.policy import SeatHoldPolicy
from domain.refusals import Refusal, RefusalCode
from domain.vocabulary import Act, HolidayKind, Status
from tests.domain import builders as b
from tests.domain.test_machine import TO_BRIEFING, TO_DECISION, TO_RESPONSE, TO_VERIFICATION, Walk

ENDS = date(2027, 2, 18)
"""Sixty working days after Monday 23 November 2026, 24 and 25 December and 1 January left out. Counted by hand."""
WHY = {"reason": "Pertimbangan tim belum selesai"}
OLD = b.DEMO.model_copy(update={"seat_hold": None})


def _at(day: date, hour: int = 23, minute: int = 59, second: int = 59) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=b.CALENDAR.zone)


def _walked(walk: Walk, start: Case | None = None) -> Case:
    case = start or b.opened()
    for act, by, fields in walk:
        assert isinstance(act, Act)
        dated = {"held_on": "2026-11-23"} if "held_on" in fields else {}
        case = b.act(case, act, by, **{**fields, **dated})
    return case


def _rung(case: Case, until: datetime, **over: Any) -> tuple[Case, list[str]]:
    """The case after everything that is due until an instant, and the types of what happened."""
    happened: list[str] = []
    while not case.closed and case.alarm and case.alarm.at <= until:
        decided = decide(case, parse_command("elapse", {}), b.facts(CLOCK, now=case.alarm.at, **over))
        assert isinstance(decided, Decision) and decided.steps
        happened += [e.type for e in decided.events]
        case = decided.steps[-1].case
    return case, happened


def test_the_end_is_a_date_of_the_working_day_calendar_that_explains_itself() -> None:
    lease = b.opened().lease
    assert lease is not None
    assert (lease.due.on, lease.due.start, lease.due.days) == (ENDS, date(2026, 11, 23), 60)
    assert [d.day.isoformat() for d in lease.due.excluded] == ["2026-12-24", "2026-12-25", "2027-01-01"]
    assert (lease.due.then, lease.due.estimate, lease.due.calendar) == ("release", True, "test")


def test_the_end_is_announced_ten_and_three_working_days_before() -> None:
    ahead = [(w.what, w.day, w.at.date()) for w in b.opened().aside]
    assert ahead == [
        (WakeKind.HOLD_ENDING, 10, date(2027, 2, 4)),
        (WakeKind.HOLD_ENDING, 3, date(2027, 2, 15)),
        (WakeKind.HOLD_OVER, None, ENDS),
    ]


@pytest.mark.parametrize(
    ("walk", "runs"),
    [((), True), (TO_RESPONSE, True), (TO_BRIEFING, True), (TO_VERIFICATION, True), (TO_DECISION, True)]
    + [((*TO_DECISION, (Act.DECIDE, b.GOVERNOR, {"decision": d, **f})), r) for d, f, r in (
        ("defer", {"until": "2026-12-10", **WHY}, True), ("approve", {}, False), ("reject", WHY, False),
    )],
)  # fmt: skip
def test_it_runs_from_the_hold_to_the_decision(walk: Walk, runs: bool) -> None:
    case = _walked(walk)
    assert (case.lease is not None) == runs
    assert any(w.what is WakeKind.HOLD_OVER for w in case.aside) == runs
    assert isinstance(may(case, Act.RENEW_HOLD, b.facts(b.HR)), Refusal) != runs


def test_it_is_over_with_the_last_second_of_its_last_day_and_no_earlier() -> None:
    case = _walked(TO_VERIFICATION)
    before, happened = _rung(case, _at(ENDS) - timedelta(seconds=1))
    assert before.seat is not None and "seat_hold_expired" not in happened
    assert happened.count("seat_hold_ending") == 2
    after, happened = _rung(before, _at(ENDS))
    assert happened[-4:] == ["seat_hold_expired", "case_set_back", "seat_released", "seat_awaited"]
    assert (after.status, after.seat, after.lease) == (Status.NO_VACANCY, None, None)
    assert after.queued_from == _at(ENDS) and after.waiting and after.waiting.passed_at == _at(ENDS)


def test_what_was_decided_on_the_seat_falls_with_it() -> None:
    case, _ = _rung(_walked(TO_DECISION), _at(ENDS))
    assert (case.votes, case.board, case.proposal, case.answer, case.undo) == ((), None, None, None, None)


def test_a_case_that_is_being_evaluated_again_loses_the_seat_and_stays_where_it_is() -> None:
    case = b.act(b.opened(), "return", b.HR, to_stage="evaluation", reason="Berkas berubah")
    case, happened = _rung(case, _at(ENDS))
    assert happened[-2:] == ["seat_hold_expired", "seat_released"]
    assert (case.status, case.seat, case.waiting) == (Status.RETURNED, None, None)


def test_a_deferral_does_not_stop_it() -> None:
    far = {"decision": "defer", "until": "2027-06-01", **WHY}
    case, happened = _rung(_walked((*TO_DECISION, (Act.DECIDE, b.GOVERNOR, far))), _at(ENDS))
    assert case.status is Status.NO_VACANCY and "seat_hold_expired" in happened


def test_a_renewal_counts_from_the_first_day_and_the_bound_holds() -> None:
    case = b.opened()
    for done, on in ((1, date(2027, 3, 18)), (2, date(2027, 4, 15))):
        case = b.act(case, "renew_hold", b.HR, **WHY)
        assert case.lease is not None
        assert (case.lease.renewals, case.lease.due.on, case.lease.due.start) == (done, on, date(2026, 11, 23))
    refused = b.attempt(case, "renew_hold", b.HR, **WHY)
    assert isinstance(refused, Refusal) and refused.code is RefusalCode.HOLD_RENEWALS_EXHAUSTED
    assert case.seat is not None
    still, happened = _rung(case, _at(ENDS))
    assert still.seat is not None and "seat_hold_expired" not in happened


@pytest.mark.parametrize("by", [b.EMPLOYEE, b.BOARD, b.GOVERNOR, b.TARGET_HEAD])
def test_only_hr_renews(by: str) -> None:
    refused = b.attempt(b.opened(), "renew_hold", by, **WHY)
    assert isinstance(refused, Refusal) and refused.code is RefusalCode.NOT_AUTHORISED


def test_it_stands_still_on_hold_and_goes_on_with_the_days_that_were_left() -> None:
    case = b.act(b.opened(), "hold", b.HR, ground="audit_finding", reference="LHP 1")
    assert case.lease and case.lease.stopped_on == date(2026, 11, 23)
    assert not [w for w in case.aside if w.what in (WakeKind.HOLD_ENDING, WakeKind.HOLD_OVER)]
    later = b.NOW + timedelta(days=7)  # five working days, Monday to Monday
    case = b.act(case, "resume", b.HR, b.facts(b.HR, now=later))
    assert case.lease and case.lease.stopped_on is None
    assert case.lease.due.on == date(2027, 2, 25)
    assert [(p.first, p.last, p.ground) for p in case.lease.due.pauses or ()] == [
        (date(2026, 11, 24), date(2026, 11, 30), "audit_finding")
    ]


def test_one_that_stopped_on_its_last_day_gets_one_more() -> None:
    last = _at(ENDS, 9, 0, 0)
    case, _ = _rung(b.opened(), last)
    case = b.act(case, "hold", b.HR, b.facts(b.HR, now=last), ground="court", reference="P 1")
    case = b.act(case, "resume", b.HR, b.facts(b.HR, now=last + timedelta(days=40)))
    assert case.lease and case.lease.due.on > (last + timedelta(days=40)).date()


def _with(day: date, working: bool = False) -> Calendar:
    order = Override(day=day, working=working, reason="Hari jadi", reference="Kepgub 1")
    holidays = [Holiday(day=date(2026, 12, d), name="Natal", kind=HolidayKind.NATIONAL) for d in (24, 25)]
    holidays.append(Holiday(day=date(2027, 1, 1), name="Tahun Baru", kind=HolidayKind.NATIONAL))
    return Calendar(holidays, published={2026, 2027}, version="other", overrides=[order])


def test_a_changed_calendar_moves_the_end_by_order() -> None:
    case = b.opened()
    facts = replace(b.facts(CLOCK), calendar=_with(ENDS))
    decided = decide(case, parse_command("recompute", {"ordered_by": b.HR_HEAD}), facts)
    assert isinstance(decided, Decision)
    [moved] = [e for e in decided.events if isinstance(e, SeatHoldRecomputed)]
    assert (moved.old.on, moved.new.on, moved.ordered_by) == (ENDS, date(2027, 2, 19), b.HR_HEAD)
    after = decided.steps[-1].case
    assert after.lease and after.lease.due == moved.new
    assert after.aside[-1].at == moved.new.at
    again = decide(after, parse_command("recompute", {"ordered_by": b.HR_HEAD}), facts)
    assert isinstance(again, Decision) and not again.steps


def test_the_clock_asks_the_calendar_before_it_releases() -> None:
    case, _ = _rung(b.opened(), _at(ENDS) - timedelta(seconds=1))
    case, happened = _rung(case, _at(ENDS), calendar=_with(ENDS))
    assert happened == ["seat_hold_recomputed"] and case.seat is not None
    case, happened = _rung(case, _at(date(2027, 2, 19)), calendar=_with(ENDS))
    assert "seat_hold_expired" in happened


def test_under_a_policy_of_before_a_hold_has_no_end_and_there_is_no_line() -> None:
    case = b.opened(b.facts(policy=OLD))
    assert (case.seat, case.lease, case.aside) == (1, None, ())
    refused = b.attempt(case, "renew_hold", b.HR, b.facts(b.HR, policy=OLD), **WHY)
    assert isinstance(refused, Refusal) and refused.code is RefusalCode.ACT_NOT_OPEN
    waiting = b.opened(b.facts(policy=OLD, seats=b.seats(None)))
    assert (waiting.status, waiting.waiting) == (Status.NO_VACANCY, None)


@pytest.mark.parametrize(
    "wrong", [{"remind_before": [60]}, {"remind_before": [20]}, {"days": 0}, {"max_renewals": -1}, {"until": 5}]
)
def test_a_section_that_contradicts_itself_is_no_policy(wrong: dict[str, Any]) -> None:
    right = {"days": 60, "renewal_days": 20, "max_renewals": 2, "remind_before": [10], "answer_days": 5, "ground": "PP"}
    assert SeatHoldPolicy.model_validate(right)
    with pytest.raises(ValidationError):
        SeatHoldPolicy.model_validate({**right, **wrong})
