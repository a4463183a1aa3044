"""Running deadlines reckoned again: when the calendar or a window changed, or the employee is on certified leave.

What is over stays over: a deadline that has passed is not moved, one that would move into the past ends today, and
what the clock has done already (a reminder, an escalation) it does not do again.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from domain import terms
from domain.calendar import END_OF_DAY
from domain.case import Case
from domain.events import DeadlineRecomputed, Due, Pause, PauseCause, Stopped, Wake, WakeKind
from domain.facts import Facts
from domain.policy import Term
from domain.rules import restricting_windows
from domain.vocabulary import Kind, Status

EMPLOYEES_TURN = frozenset({Status.AWAITING_RESPONSE, Status.AWAITING_ACKNOWLEDGEMENT})
"""Statuses that wait for the employee himself: their terms stand still while he is on certified leave."""
DECISIONS = frozenset({Status.AWAITING_DECISION, Status.AWAITING_OUTSIDE_DECISION})
"""Statuses whose terms stand still in a restricted window."""
_OF_THE_TERM = frozenset({WakeKind.REMIND, WakeKind.OVERDUE, WakeKind.ESCALATE, WakeKind.EXPIRE, WakeKind.LAPSE})

Cause = Literal["calendar", "certified_leave", "window"]


def cause_of(status: Status) -> PauseCause | None:
    """What makes the term of a status stand still by itself."""
    if status in EMPLOYEES_TURN:
        return PauseCause.CERTIFIED_LEAVE
    return PauseCause.WINDOW if status in DECISIONS else None


def standing_still(status: Status, kind: Kind, facts: Facts, since: date) -> tuple[Pause, ...]:
    """The days after `since`, as known today, on which a term stands still; without an end yet, as far as today."""
    match cause_of(status):
        case PauseCause.CERTIFIED_LEAVE:
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


def recomputed(case: Case, facts: Facts, *, looks: bool, ordered_by: str | None = None) -> DeadlineRecomputed | None:
    """The deadline of a case as it is reckoned now, if that is another one.

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


def passed_over(case: Case, facts: Facts) -> Due | None:
    """The date that an open case, whose date has passed, would have had by the present calendar, if another one."""
    due, term = case.due, facts.policy.terms.get(case.status)
    if due is None or term is None or due.at > facts.now:
        return None
    fresh = terms.reckon(term, due.start, due.days, None, facts.calendar, due.pauses or ())
    return fresh if fresh.on != due.on else None


def _why(old: Due, new: Due, cause: PauseCause | None) -> Cause:
    if (new.pauses or ()) == (old.pauses or ()) or cause is None:
        return "calendar"
    return "window" if cause is PauseCause.WINDOW else "certified_leave"


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
    for pause in pauses:
        if pause.cause is not renewed or pause.last <= yesterday:
            yield pause
        elif pause.first <= yesterday:
            yield pause.model_copy(update={"last": yesterday})


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
