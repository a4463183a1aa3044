"""Deadlines beside the stage move with the calendar too, each with an entry: golden dates, reckoned by hand.

The province's day off is Thursday, 26 November 2026. All terms begin on Monday, 23 November.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.calendar import END_OF_DAY, START_OF_WORK
from domain.case import Case
from domain.commands import CallInLine, parse_command
from domain.decide import decide
from domain.events import ActUndone, WakeKind
from domain.leases import OF_THE_LEASE
from domain.recomputing import BESIDE, passed_over, reckoned_again
from domain.refusals import Refusal
from domain.vocabulary import Deadline, Flag, Status
from tests.domain import builders as b
from tests.domain.test_interplay import decreed
from tests.domain.test_recomputing import FAIR, WEDNESDAY, calendar, recompute

MOVED = b.facts("clock", now=WEDNESDAY, calendar=calendar(FAIR))


def objected() -> Case:
    return b.act(decreed(), "file_objection", b.EMPLOYEE, grounds=["family"], text="Keberatan")


def assigned() -> Case:
    case = b.opened(origin="emergency", emergency_ref="SK 1/2026")
    order = {"number": "SPT 1", "starts_on": "2026-11-23", "until": "2027-01-29"}
    return b.act(case, "assign_temporarily", b.GOVERNOR, **order)


def contestable() -> Case:
    case = b.opened(b.facts(dossier=b.dossier(position_since=date(2026, 1, 5))))
    assert case.status is Status.INELIGIBLE
    return case


def test_the_term_of_an_objection_moves_with_the_days_on_which_those_above_are_told() -> None:
    case = objected()
    assert case.objection is not None and case.objection.due.on == date(2026, 12, 22)
    after, events = recompute(case, MOVED)
    [event] = [e for e in events if e.deadline is Deadline.OBJECTION]
    assert (event.old.on, event.new.on) == (date(2026, 12, 22), date(2026, 12, 23))
    assert (event.cause, event.ordered_by, event.calendar) == ("calendar", b.HR_HEAD, "later")
    assert after.objection is not None and after.objection.due == event.new
    assert [d.name for d in after.objection.due.excluded] == ["Hari jadi provinsi"]
    assert [(w.what, w.day, w.at.date()) for w in after.aside] == [
        (WakeKind.ESCALATE_OBJECTION, 10, date(2026, 12, 8)),
        (WakeKind.ESCALATE_OBJECTION, 15, date(2026, 12, 15)),
        (WakeKind.ESCALATE_OBJECTION, 18, date(2026, 12, 18)),
        (WakeKind.OBJECTION_OVERDUE, None, date(2026, 12, 23)),
    ]
    assert after.aside[0].at == calendar().at(date(2026, 12, 8), START_OF_WORK)
    assert after.objection.open
    assert recompute(after, MOVED) == (after, []), "once is enough"


def test_what_was_told_already_is_not_told_again_and_a_late_objection_day_stays() -> None:
    case = objected()
    while case.aside[0].day == 10:
        assert case.alarm is not None
        case = b.elapse(case, case.alarm.at)
    after, _ = recompute(case, b.facts("clock", now=datetime(2026, 12, 7, 5, tzinfo=UTC), calendar=calendar(FAIR)))
    assert [w.day for w in after.aside] == [15, 18, None]
    while Flag.OBJECTION_OVERDUE not in case.flags:
        assert case.alarm is not None
        case = b.elapse(case, case.alarm.at)
    late = b.facts("clock", now=datetime(2026, 12, 23, 2, tzinfo=UTC), calendar=calendar(FAIR))
    assert reckoned_again(case, late, Deadline.OBJECTION) is None, "what is over stays over"
    other = passed_over(case, late, Deadline.OBJECTION)
    assert other is not None and other.on == date(2026, 12, 23), "the preview counts it as lapsed"


def test_an_answered_objection_has_no_deadline() -> None:
    case = b.act(objected(), "decide_objection", b.GOVERNOR, outcome="rejected", reason="Telah ditimbang")
    assert BESIDE[Deadline.OBJECTION].due(case) is None
    assert reckoned_again(case, MOVED, Deadline.OBJECTION) is None


def test_the_days_to_ratify_an_assignment_move_and_its_last_day_stays() -> None:
    case = assigned()
    assert case.assignment is not None and case.assignment.ratify_by == date(2026, 12, 11)
    after, events = recompute(case, MOVED)
    assert [e.deadline for e in events] == [Deadline.RATIFICATION], "the one day of the stage is over"
    assert after.assignment is not None and after.assignment.ratify_by == date(2026, 12, 14)
    assert [(w.what, w.at) for w in after.aside if w.what not in OF_THE_LEASE] == [
        (WakeKind.RATIFICATION_OVER, calendar().at(date(2026, 12, 14), END_OF_DAY)),
        (WakeKind.ASSIGNMENT_OVER, calendar().at(date(2027, 1, 29), END_OF_DAY)),
    ]
    assert not after.assignment.ratified
    ratified = b.act(case, "ratify_assignment", b.GOVERNOR)
    assert reckoned_again(ratified, MOVED, Deadline.RATIFICATION) is None, "what is ratified waits for nobody"


def test_the_days_to_take_a_freed_seat_move() -> None:
    waiting = b.opened(b.facts(seats=b.seats(None)))
    told = decide(waiting, CallInLine(call=1, position="DLH-S-04", freed_at=b.NOW), b.facts("clock"))
    assert not isinstance(told, Refusal)
    case = told.steps[-1].case
    assert case.called is not None and case.called.due.on == date(2026, 11, 30)
    after, events = recompute(case, MOVED)
    [event] = [e for e in events if e.deadline is Deadline.SEAT_CALL]
    assert (event.old.on, event.new.on, event.new.then) == (date(2026, 11, 30), date(2026, 12, 1), "pass")
    assert after.called is not None and after.called.due == event.new
    [over] = [w for w in after.aside if w.what is WakeKind.CALL_OVER]
    assert over.at == calendar().at(date(2026, 12, 1), END_OF_DAY)
    assert recompute(after, MOVED) == (after, [])
    passed = b.act(after, "decline_seat", b.HR, reason="Dicarikan jabatan lain")
    assert reckoned_again(passed, MOVED, Deadline.SEAT_CALL) is None


def test_the_days_to_contest_the_data_move() -> None:
    case = contestable()
    assert case.contest_until == calendar().at(date(2026, 11, 30), END_OF_DAY)
    after, events = recompute(case, MOVED)
    assert [e.deadline for e in events] == [Deadline.STAGE, Deadline.CONTEST]
    assert after.contest_until == calendar().at(date(2026, 12, 1), END_OF_DAY)
    on_the_day = b.facts(b.EMPLOYEE, now=datetime(2026, 12, 1, 6, tzinfo=UTC))
    contested = b.act(after, "contest_data", b.EMPLOYEE, on_the_day, text="Saya sudah tiga tahun di sini")
    assert contested.contested
    held = b.act(case, "hold", b.HR, ground="other", reference="Nota 1")
    assert reckoned_again(held, MOVED, Deadline.CONTEST) is not None, "the right runs on while the case is on hold"


def test_once_the_data_are_settled_nothing_is_left_to_contest() -> None:
    known = b.facts(b.HR, dossier=b.dossier(position_since=date(2026, 1, 5)))
    since = [{"kind": "position_since", "since": "2022-01-03", "reference": "SK 4/2022"}]
    case = b.act(contestable(), "supply_dossier", b.HR, known, items=since)
    assert case.status is Status.AWAITING_CONFIRMATION
    assert reckoned_again(case, MOVED, Deadline.CONTEST) is None


def test_a_term_that_would_end_in_the_past_ends_today() -> None:
    saturdays = FAIR.model_copy(update={"day": date(2026, 11, 28), "working": True})
    on_the_last_day = b.facts("clock", now=datetime(2026, 11, 30, 2, tzinfo=UTC), calendar=calendar(saturdays))
    assert reckoned_again(contestable(), on_the_last_day, Deadline.CONTEST) is None, "today is the last day anyhow"


@pytest.mark.parametrize("deadline", sorted(set(BESIDE) - {Deadline.SEAT_HOLD}))
def test_a_date_of_before_that_does_not_know_its_start_stays(deadline: Deadline) -> None:
    """Entries from before dates beside the stage had reasons: the day they named is kept."""
    old = assigned().model_copy(update={"contest_due": None})
    assert old.assignment is not None
    old = old.model_copy(update={"assignment": old.assignment.model_copy(update={"ratify_due": None})})
    assert reckoned_again(old, MOVED, deadline) is None


def test_an_undo_cannot_bring_the_old_date_back() -> None:
    case = objected()
    case = b.act(case, "comment", b.HR, text="x", visible_to_employee=False)
    after, _ = recompute(case, b.facts("clock", now=b.NOW + timedelta(seconds=1), calendar=calendar(FAIR)))
    undone = decide(after, parse_command("undo", {}), b.facts(b.EMPLOYEE, now=b.NOW + timedelta(seconds=2)))
    assert not hasattr(undone, "events") or not any(isinstance(e, ActUndone) for e in undone.events)


def test_every_deadline_beside_the_stage_is_known() -> None:
    assert set(BESIDE) == set(Deadline) - {Deadline.STAGE}
