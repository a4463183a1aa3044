"""Terms that stand still, and deadlines reckoned again: what moves, what stays, what is said about it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.calendar import Calendar, Holiday, Override
from domain.case import Case
from domain.commands import parse_command
from domain.decide import Decision, decide
from domain.events import DeadlineRecomputed, Pause, PauseCause, SeatHoldRecomputed, WakeKind
from domain.facts import ConditionFact, Facts
from domain.recomputing import passed_over
from domain.vocabulary import Act, ConditionKind, Flag, HolidayKind, Status
from tests.domain import builders as b

WEDNESDAY = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
FAIR = Override(day=date(2026, 11, 26), working=False, reason="Hari jadi provinsi", reference="Kepgub 1/2026")


def calendar(*orders: Override, version: str = "later") -> Calendar:
    off = (date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 1))
    days = [Holiday(day=d, name="Libur", kind=HolidayKind.NATIONAL) for d in off]
    return Calendar(days, published={2026}, version=version, overrides=orders)


def answering() -> Case:
    """A case that waits for the employee since Monday, 23 November: five working days, to Monday, 30 November."""
    case = b.act(b.opened(), "confirm_need", b.HR)
    assert case.due is not None and case.due.on == date(2026, 11, 30)
    return case


def recompute(case: Case, known: Facts) -> tuple[Case, list[DeadlineRecomputed]]:
    decided = decide(case, parse_command("recompute", {"ordered_by": b.HR_HEAD}), known)
    assert isinstance(decided, Decision)
    events = [e for e in decided.events if isinstance(e, DeadlineRecomputed)]
    ends = [e for e in decided.events if isinstance(e, SeatHoldRecomputed)]
    assert len(events) + len(ends) == len(decided.events), "the term and the end of the hold, nothing else"
    return (decided.steps[-1].case if decided.steps else case), events


def leave(start: date, end: date | None) -> tuple[ConditionFact, ...]:
    return (ConditionFact(kind=ConditionKind.CERTIFIED_LEAVE, start=start, end=end),)


# --- the calendar changes ---------------------------------------------------------------------------------------------


def test_a_new_holiday_moves_a_running_deadline_and_says_so() -> None:
    case = answering()
    after, (event,) = recompute(case, b.facts("clock", now=WEDNESDAY, calendar=calendar(FAIR)))
    assert (event.old.on, event.new.on) == (date(2026, 11, 30), date(2026, 12, 1))
    assert (event.cause, event.calendar, event.ordered_by) == ("calendar", "later", b.HR_HEAD)
    assert after.due is not None
    assert [d.name for d in after.due.excluded] == ["Hari jadi provinsi"]
    assert after.wakes[-1].what is WakeKind.EXPIRE
    assert after.wakes[-1].at == after.due.at
    assert after.version > case.version, "who decided on the old date is told that it moved"
    assert (after.stage, after.status, after.since) == (case.stage, case.status, case.since)
    assert recompute(after, b.facts("clock", now=WEDNESDAY, calendar=calendar(FAIR))) == (after, []), "once is enough"


def test_a_day_made_a_working_day_brings_a_deadline_forward_but_never_into_the_past() -> None:
    case = answering()
    saturday = Override(day=date(2026, 11, 28), working=True, reason="Pengganti", reference="Kepgub 2/2026")
    after, _ = recompute(case, b.facts("clock", now=WEDNESDAY, calendar=calendar(saturday)))
    assert after.due is not None
    assert after.due.on == saturday.day
    assert [d.day for d in after.due.included or ()] == [saturday.day]
    on_the_last_day = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
    late, _ = recompute(case, b.facts("clock", now=on_the_last_day, calendar=calendar(saturday)))
    assert late.due is not None and late.due.on == date(2026, 11, 30), "today is the last day anyhow"
    assert late.due.at > on_the_last_day


def test_what_is_over_stays_over() -> None:
    case = b.act(b.opened(), "confirm_need", b.HR)
    case = b.act(case, "respond", b.EMPLOYEE, answer="object", grounds=["family"])
    overdue = case
    while Flag.OVERDUE not in overdue.flags:
        overdue = b.elapse(overdue, overdue.wakes[0].at)
    known = b.facts("clock", now=datetime(2026, 12, 1, 2, 0, tzinfo=UTC), calendar=calendar(FAIR))
    after, events = recompute(overdue, known)
    assert (after.due, after.wakes, events) == (overdue.due, overdue.wakes, [])
    other = passed_over(overdue, known)
    assert other is not None and other.on == date(2026, 12, 1), "the preview counts it as lapsed"


def test_the_final_term_moves_though_the_first_is_over() -> None:
    case = b.opened(b.facts(dossier=b.dossier(ratings=())))
    assert case.status is Status.INCOMPLETE and case.due is not None and case.due.final_on is not None
    while Flag.OVERDUE not in case.flags:
        case = b.elapse(case, case.wakes[0].at)
    late = Override(day=date(2027, 1, 13), working=False, reason="Pilkada", reference="Keppres 1/2027")
    known = b.facts("clock", now=case.due.at + timedelta(days=1), calendar=calendar(late))
    after, (event,) = recompute(case, known)
    assert event.new.on == event.old.on
    assert event.new.final_on is not None and event.old.final_on is not None
    assert event.new.final_on != event.old.final_on
    assert Flag.OVERDUE in after.flags
    assert [w.what for w in after.wakes if w.what is not WakeKind.ESCALATE] == [WakeKind.LAPSE]


def test_a_reminder_that_rang_does_not_ring_again() -> None:
    case = answering()
    case = b.elapse(case, case.wakes[0].at)
    rung = {w.percent for w in answering().wakes} - {w.percent for w in case.wakes}
    after, _ = recompute(case, b.facts("clock", now=datetime(2026, 11, 25, 5, 0, tzinfo=UTC), calendar=calendar(FAIR)))
    assert rung
    assert not rung & {w.percent for w in after.wakes}


def test_an_undo_cannot_bring_the_old_date_back() -> None:
    case = answering()
    assert case.undo is not None
    now = b.NOW + timedelta(seconds=1)
    after, _ = recompute(case, b.facts("clock", now=now, calendar=calendar(FAIR)))
    assert after.undo is None


# --- pauses -----------------------------------------------------------------------------------------------------------


def test_a_hold_shows_as_a_pause_and_the_date_adds_up() -> None:
    held = b.act(answering(), "hold", b.HR, b.facts(b.HR, now=WEDNESDAY), ground="discipline", reference="LHP 1")
    assert held.held is not None and held.held.days_left == 3
    again = b.facts(b.HR, now=datetime(2026, 12, 7, 2, 0, tzinfo=UTC))
    case = b.act(held, "resume", b.HR, again)
    due = case.due
    assert due is not None
    assert (due.start, due.days, due.on) == (date(2026, 11, 23), 5, date(2026, 12, 10))
    (pause,) = due.pauses or ()
    assert (pause.first, pause.last) == (date(2026, 11, 26), date(2026, 12, 7))
    assert (pause.cause, pause.ground) == ("on_hold", "discipline")


def test_two_holds_are_two_pauses_and_one_of_an_hour_is_none() -> None:
    case = b.act(answering(), "hold", b.HR, b.facts(b.HR, now=WEDNESDAY), ground="discipline", reference="LHP 1")
    case = b.act(case, "resume", b.HR, b.facts(b.HR, now=WEDNESDAY + timedelta(hours=1)))
    assert case.due is not None and case.due.pauses is None and case.due.on == date(2026, 11, 30)
    for day in (26, 27):
        now = datetime(2026, 11, day, 2, 0, tzinfo=UTC)
        case = b.act(case, "hold", b.HR, b.facts(b.HR, now=now), ground="court", reference="Perkara 1")
        case = b.act(case, "resume", b.HR, b.facts(b.HR, now=now + timedelta(days=7)))
    assert case.due is not None and len(case.due.pauses or ()) == 1, "they touch, and are one"


def test_a_term_that_was_over_when_it_stopped_gets_one_more_day() -> None:
    late = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
    case = b.act(answering(), "hold", b.HR, b.facts(b.HR, now=late), ground="other", reference="Nota 1")
    case = b.act(case, "resume", b.HR, b.facts(b.HR, now=late + timedelta(days=1)))
    assert case.due is not None
    assert (case.due.start, case.due.days, case.due.on) == (date(2026, 12, 3), 1, date(2026, 12, 4))


def test_who_returned_the_case_goes_on_where_he_stopped() -> None:
    case = b.act(answering(), "respond", b.EMPLOYEE, answer="accept")
    held = {"held_on": "2026-11-23", "channel": "tatap muka", "audience": ["employee"]}
    case = b.act(case, "record_briefing", b.HR, **held)
    case = b.act(case, "acknowledge", b.EMPLOYEE)
    case = b.act(case, "verify", b.HR2)
    assert case.due is not None and (case.due.days, case.due.on) == (10, date(2026, 12, 7))
    returned = b.facts(b.BOARD, now=WEDNESDAY)
    case = b.act(case, "return", b.BOARD, returned, to_stage="socialisation", reason="Belum lengkap")
    assert case.due is not None and case.due.pauses is None, "who does his step anew has his full term"
    later = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
    case = b.act(case, "record_briefing", b.HR, b.facts(b.HR, now=later), **{**held, "held_on": "2026-12-02"})
    case = b.act(case, "acknowledge", b.EMPLOYEE, b.facts(b.EMPLOYEE, now=later))
    case = b.act(case, "verify", b.HR2, b.facts(b.HR2, now=later))
    assert case.due is not None
    assert (case.due.start, case.due.days, case.due.on) == (date(2026, 11, 23), 10, date(2026, 12, 14))
    (pause,) = case.due.pauses or ()
    assert (pause.first, pause.last, pause.cause) == (date(2026, 11, 26), date(2026, 12, 2), "returned")
    assert case.stopped is None


# --- certified leave --------------------------------------------------------------------------------------------------


def test_a_leave_known_at_the_start_is_not_counted() -> None:
    away = leave(date(2026, 11, 20), date(2026, 11, 27))
    case = b.act(b.opened(), "confirm_need", b.HR, b.facts(b.HR, leaves=away))
    assert case.due is not None and case.due.on == date(2026, 12, 4)
    assert [p.cause for p in case.due.pauses or ()] == ["paused"], "the nature of a leave is not for every reader"


def test_an_older_pause_that_named_the_leave_is_renewed_without_it() -> None:
    case = answering()
    assert case.due is not None
    named = Pause(first=date(2026, 11, 24), last=date(2026, 11, 27), cause=PauseCause.CERTIFIED_LEAVE)
    case = case.model_copy(update={"due": case.due.model_copy(update={"pauses": (named,)})})
    again = b.elapse(case, case.wakes[0].at, leaves=leave(named.first, date(2026, 11, 30)))
    assert again.due is not None
    assert [(p.first, p.last, p.cause) for p in again.due.pauses or ()] == [
        (named.first, date(2026, 11, 30), PauseCause.PAUSED)
    ]


def test_before_silence_is_taken_for_silence_the_clock_asks_about_leave() -> None:
    case = answering()
    away = leave(date(2026, 11, 26), date(2026, 12, 4))
    while case.status is Status.AWAITING_RESPONSE and not (case.due and case.due.pauses):
        case = b.elapse(case, case.wakes[0].at, leaves=away)
    assert case.status is Status.AWAITING_RESPONSE
    assert case.due is not None and case.due.on == date(2026, 12, 9)
    while case.status is Status.AWAITING_RESPONSE:
        case = b.elapse(case, case.wakes[0].at, leaves=away)
    assert Flag.EMPLOYEE_SILENT in case.flags
    assert case.since > datetime(2026, 12, 9, 0, tzinfo=UTC)


def test_a_leave_without_an_end_is_asked_about_again() -> None:
    case, dates = answering(), []
    away = leave(date(2026, 11, 26), None)
    for _ in range(8):
        case = b.elapse(case, case.wakes[0].at, leaves=away)
        assert case.status is Status.AWAITING_RESPONSE
        assert case.due is not None
        dates.append(case.due.on)
    assert dates == sorted(dates)
    assert dates[-1] > dates[0]


def test_leave_is_no_obstacle_and_does_not_stop_what_others_do() -> None:
    away = leave(date(2026, 11, 1), date(2026, 12, 31))
    case = b.opened(b.facts(leaves=away, dossier=b.dossier(conditions=away)))
    assert case.status is Status.AWAITING_CONFIRMATION
    assert case.due is not None and case.due.pauses is None
    fields: dict[str, Any] = {}
    assert b.act(case, Act.CONFIRM_NEED, b.HR, replace(b.facts(b.HR), leaves=away), **fields).due is not None
