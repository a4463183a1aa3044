"""Running deadlines reckoned again: when the calendar or a window changed, or the employee is on certified leave.

What is over stays over: a deadline that has passed is not moved, one that would move into the past ends today, and
what the clock has done already (a reminder, an escalation) it does not do again.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Literal, NamedTuple

from domain import leases, terms
from domain.calendar import END_OF_DAY, Calendar
from domain.case import Case
from domain.events import DeadlineRecomputed, Due, Pause, PauseCause, SeatHoldRecomputed, Stopped, Wake, WakeKind
from domain.facts import Facts
from domain.policy import Policy, Term
from domain.rules import restricting_windows
from domain.stages import open_acts
from domain.vocabulary import Act, Deadline, Kind, Status

EMPLOYEES_TURN = frozenset({Status.AWAITING_RESPONSE, Status.AWAITING_ACKNOWLEDGEMENT})
"""Statuses that wait for the employee himself: their terms stand still while he is on certified leave."""
DECISIONS = frozenset({Status.AWAITING_DECISION, Status.AWAITING_OUTSIDE_DECISION})
"""Statuses whose terms stand still in a restricted window."""
_OF_THE_TERM = frozenset({WakeKind.REMIND, WakeKind.OVERDUE, WakeKind.ESCALATE, WakeKind.EXPIRE, WakeKind.LAPSE})

Cause = Literal["calendar", "paused", "window"]
Recomputed = DeadlineRecomputed | SeatHoldRecomputed | None


def cause_of(status: Status) -> PauseCause | None:
    """What makes the term of a status stand still by itself."""
    if status in EMPLOYEES_TURN:
        return PauseCause.PAUSED
    return PauseCause.WINDOW if status in DECISIONS else None


def standing_still(status: Status, kind: Kind, facts: Facts, since: date) -> tuple[Pause, ...]:
    """The days after `since`, as known today, on which a term stands still; without an end yet, as far as today."""
    match cause_of(status):
        case PauseCause.PAUSED:
            days: list[tuple[date, date | None, str | None]] = [
                (leave.start, leave.end, None) for leave in facts.leaves
            ]
        case PauseCause.WINDOW if facts.target is not None:
            days = [(w.start, w.end, w.ground) for w in restricting_windows(facts, facts.target, kind)]
        case _:
            return ()
    cause = cause_of(status)
    assert cause is not None
    known = ((first, last or max(first, facts.today), ground) for first, last, ground in days)
    return tuple(Pause(first=f, last=t, cause=cause, ground=ground) for f, t, ground in known if t > since)


def pause_of(stopped: Stopped, cause: PauseCause, today: date) -> Pause | None:
    """The days on which a term that goes on today stood still; None when it went on the same day."""
    first = stopped.on + timedelta(days=1)
    return Pause(first=first, last=today, cause=cause, ground=stopped.ground) if first <= today else None


class Beside(NamedTuple):
    """A deadline that runs beside the stage: its date while it runs, and what the clock waits for because of it.

    A further one is a member of `Deadline`, a row of `BESIDE` and a line of `evolve._date_of`. It needs a `Due` that
    the case keeps: a date that does not know its start cannot be reckoned again.
    """

    due: Callable[[Case], Due | None]
    wakes: Callable[[Due, Policy, Calendar], tuple[Wake, ...]] = lambda *_: ()


def _objection(case: Case) -> Due | None:
    return case.objection.due if case.objection and case.objection.open else None


def _ratification(case: Case) -> Due | None:
    return case.assigned.ratify_due if case.assigned and not case.assigned.ratified else None


def _contest(case: Case) -> Due | None:
    status = case.held.status if case.held else case.status
    return case.contest_due if Act.CONTEST_DATA in open_acts(status) else None


def _call(case: Case) -> Due | None:
    return case.called.due if case.called else None


BESIDE: dict[Deadline, Beside] = {
    Deadline.OBJECTION: Beside(_objection, terms.objection_wakes),
    Deadline.RATIFICATION: Beside(_ratification, terms.ratification_wakes),
    Deadline.CONTEST: Beside(_contest),
    Deadline.SEAT_HOLD: Beside(leases.running),
    Deadline.SEAT_CALL: Beside(_call, leases.call_wakes),
}


def reckoned_again(case: Case, facts: Facts, deadline: Deadline, ordered_by: str | None = None) -> Recomputed:
    """A running deadline of a case by the present calendar and windows, if that is another date: by order."""
    if deadline is Deadline.STAGE:
        return recomputed(case, facts, looks=False, ordered_by=ordered_by)
    if deadline is Deadline.SEAT_HOLD:
        return leases.recomputed(case, facts, looks=False, ordered_by=ordered_by)
    beside = BESIDE[deadline]
    due = beside.due(case)
    if due is None or case.closed or due.at <= facts.now:
        return None
    new = _again(due, Term(days=due.days), facts, (), None, over=False).model_copy(update={"then": due.then})
    if new.on == due.on:
        return None
    return DeadlineRecomputed(
        deadline=deadline,
        cause="calendar",
        old=due,
        new=new,
        wakes=case.wakes,
        aside=_rung_later(case, beside.wakes(new, facts.policy, facts.calendar)),
        calendar=facts.calendar.version,
        ordered_by=ordered_by,
    )


def _rung_later(case: Case, fresh: tuple[Wake, ...]) -> tuple[Wake, ...]:
    """What the clock waits for beside the stage, with those of a moved deadline that have not rung.

    One whose instant is over by the new reckoning rings next: nobody is spared word of a term that runs out sooner.
    """
    moved, pending = {w.what for w in fresh}, {(w.what, w.day) for w in case.aside}
    others = (w for w in case.aside if w.what not in moved)
    return tuple(sorted((*others, *(w for w in fresh if (w.what, w.day) in pending)), key=lambda w: w.at))


def recomputed(case: Case, facts: Facts, *, looks: bool, ordered_by: str | None = None) -> DeadlineRecomputed | None:
    """The deadline of the stage as it is reckoned now, if that is another one.

    `looks` says that the clock looks by itself, at an instant it waited for: it lengthens a term that stands still,
    and leaves the rest alone. Otherwise somebody ordered it: the calendar and the windows count, either way.
    """
    due, term = case.due, facts.policy.terms.get(case.status)
    if due is None or term is None or case.closed:
        return None
    cause = cause_of(case.status)
    renewed = cause if looks or cause is PauseCause.WINDOW else None
    known = standing_still(case.status, case.kind, facts, due.start) if renewed else ()
    new = _again(due, term, facts, known, renewed, over=not looks and due.at <= facts.now)
    if (looks and new.on <= due.on) or (new.on, new.final_on) == (due.on, due.final_on):
        return None
    return DeadlineRecomputed(
        cause=_why(due, new, cause),
        old=due,
        new=new,
        wakes=_pending(case, term, new, facts),
        calendar=facts.calendar.version,
        ordered_by=ordered_by,
    )


def running(case: Case, deadline: Deadline) -> Due | None:
    """The date of a deadline of a case, as long as it matters."""
    return case.due if deadline is Deadline.STAGE else BESIDE[deadline].due(case)


def passed_over(case: Case, facts: Facts, deadline: Deadline = Deadline.STAGE) -> Due | None:
    """The date that an open case, whose date has passed, would have had by the present calendar, if another one."""
    due = running(case, deadline)
    if due is None or due.at > facts.now:
        return None
    term = facts.policy.terms.get(case.status) if deadline is Deadline.STAGE else Term(days=due.days)
    if term is None:
        return None
    fresh = terms.reckon(term, due.start, due.days, None, facts.calendar, due.pauses or ())
    return fresh if fresh.on != due.on else None


def _why(old: Due, new: Due, cause: PauseCause | None) -> Cause:
    if (new.pauses or ()) == (old.pauses or ()) or cause is None:
        return "calendar"
    return "window" if cause is PauseCause.WINDOW else "paused"


def _again(due: Due, term: Term, facts: Facts, known: Iterable[Pause], renewed: PauseCause | None, over: bool) -> Due:
    """The due date reckoned anew from its start; pauses of the renewed cause are replaced from today on.

    `over`: the date itself has passed and stays; a final term may still run.
    """
    today, calendar = facts.today, facts.calendar
    pauses = terms.merged((*_lasting(due.pauses or (), renewed, today), *known))
    final_days = due.final_days or (term.final_days if due.final_on else None)
    fresh = terms.reckon(term, due.start, due.days, final_days, calendar, pauses)
    on = due.on if over else max(fresh.on, today)
    final_on = fresh.final_on
    if due.final_on and final_on:
        lapsed = calendar.at(due.final_on, END_OF_DAY) <= facts.now
        final_on = due.final_on if lapsed else max(final_on, today)
    return fresh.model_copy(
        update={"on": on, "at": due.at if on == due.on else calendar.at(on, END_OF_DAY), "final_on": final_on}
    )


def _lasting(pauses: Iterable[Pause], renewed: PauseCause | None, today: date) -> Iterable[Pause]:
    """What stood still stood still; how long it still will, the register says anew."""
    yesterday = today - timedelta(days=1)
    for pause in map(_without_the_nature, pauses):
        if pause.cause is not renewed or pause.last <= yesterday:
            yield pause
        elif pause.first <= yesterday:
            yield pause.model_copy(update={"last": yesterday})


def _without_the_nature(pause: Pause) -> Pause:
    """A pause as it is written now; older ones named the leave."""
    leave = pause.cause is PauseCause.CERTIFIED_LEAVE
    return pause.model_copy(update={"cause": PauseCause.PAUSED}) if leave else pause


def _pending(case: Case, term: Term, due: Due, facts: Facts) -> tuple[Wake, ...]:
    """The wakes of the new term that have not rung, and what the case waits for besides."""
    waiting = {(w.what, w.percent) for w in case.wakes}
    others = tuple(w for w in case.wakes if w.what not in _OF_THE_TERM)
    until = min((w.at for w in others), default=None)
    fresh = (
        w
        for w in terms.wakes_of(term, due, facts.policy, facts.calendar, facts.now)
        if (w.what, w.percent) in waiting and (until is None or w.at < until)
    )
    return tuple(sorted((*fresh, *others), key=lambda w: w.at))
