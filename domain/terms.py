"""Terms: when a status is due, whom the clock reminds before and after, and what happens by itself.

The case is moved with the dates already reckoned; the workflow only waits for them.
"""

import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from domain.calendar import END_OF_DAY, START_OF_WORK, Calendar, Span
from domain.events import Due, ExcludedDay, Move, Pause, Stopped, Wake, WakeKind
from domain.policy import Policy, Term
from domain.stages import STAGE_OF
from domain.vocabulary import Origin, Outcome, Stage, Status


def move_to(
    status: Status,
    *,
    origin: Origin,
    policy: Policy,
    calendar: Calendar,
    now: datetime,
    days: int | None = None,
    final_days: int | None = None,
    stage: Stage | None = None,
    pauses: Iterable[Pause] = (),
) -> Move:
    """The move into a status with its term from the policy; `days` and `final_days` replace it (after a hold).

    `stage` is that of a status which has none of its own (a hold). In `pauses` the term stands still.
    """
    stage, term = stage or STAGE_OF[status], policy.terms.get(status)
    if term is None:
        return Move(stage=stage, status=status)
    length = days if days is not None else _length(term, origin)
    start = calendar.local_day(now)
    due = reckon(term, start, length, final_days or term.final_days, calendar, pauses)
    return Move(stage=stage, status=status, due=due, wakes=wakes_of(term, due, policy, calendar, now))


def move_back_to(
    stopped: Stopped, pause: Pause | None, pauses: Iterable[Pause], policy: Policy, calendar: Calendar, now: datetime
) -> Move | None:
    """The move into a status whose term stood still: it goes on where it stopped, and says for how long it stood.

    A term that was over when it stopped gets one more day. None where the policy has no such term.
    """
    term, was, today = policy.terms.get(stopped.status), stopped.due, calendar.local_day(now)
    if term is None:
        return None
    stood = merged((*(was.pauses or ()), *((pause,) if pause else ()), *pauses))
    due = reckon(term, was.start, was.days, was.final_days, calendar, stood)
    if due.on <= today:
        final_days = days_left(was.final_on, calendar, calendar.at(stopped.on, END_OF_DAY))
        due = reckon(term, today, 1, final_days, calendar, stood)
    return Move(
        stage=STAGE_OF[stopped.status],
        status=stopped.status,
        due=due,
        wakes=wakes_of(term, due, policy, calendar, now),
    )


def due_after(days: int, start: date, calendar: Calendar) -> Due:
    """A term of so many working days that is no status's own."""
    return reckon(Term(days=days), start, days, None, calendar)


def objection_wakes(due: Due, policy: Policy, calendar: Calendar) -> tuple[Wake, ...]:
    """The mornings on which those above are told of an undecided objection, and the end of its term."""
    told = (
        Wake(
            at=calendar.at(calendar.add_working_days(due.start, day), START_OF_WORK),
            what=WakeKind.ESCALATE_OBJECTION,
            day=day,
        )
        for day in policy.objection.escalate_at_days
    )
    return (*told, Wake(at=due.at, what=WakeKind.OBJECTION_OVERDUE))


def ratification_wakes(due: Due, policy: Policy, calendar: Calendar) -> tuple[Wake, ...]:
    """The end of the term in which a temporary assignment is ratified."""
    return (Wake(at=due.at, what=WakeKind.RATIFICATION_OVER),)


def closing(outcome: Outcome) -> Move:
    return Move(stage=Stage.CLOSED, status=Status.CLOSED, outcome=outcome)


def waiting_for(status: Status, day: date, what: WakeKind, calendar: Calendar) -> Move:
    """A move into a status that has no term but waits for the beginning of a day."""
    return Move(stage=STAGE_OF[status], status=status, wakes=(Wake(at=calendar.at(day, START_OF_DAY), what=what),))


START_OF_DAY = datetime.min.time()


def _length(term: Term, origin: Origin) -> int:
    return term.emergency_days if origin is Origin.EMERGENCY and term.emergency_days else term.days


def reckon(
    term: Term, start: date, days: int, final_days: int | None, calendar: Calendar, pauses: Iterable[Pause] = ()
) -> Due:
    """The date that comes `days` working days after `start`, the days of the pauses left out, with its reasons.

    The reasons reach as far as the final term, where there is one: an end that is not sure yet says so from the start.
    """
    stood = tuple(pauses)
    on = calendar.add_working_days(start, days, spans(stood))
    final_on = calendar.add_working_days(start, final_days, spans(stood)) if final_days else None
    last = max(on, final_on or on)
    included = tuple(ExcludedDay(day=d, name=n) for d, n in calendar.included_between(start, last))
    return Due(
        at=calendar.at(on, END_OF_DAY),
        on=on,
        start=start,
        days=days,
        excluded=tuple(ExcludedDay(day=d, name=n) for d, n in calendar.excluded_between(start, last)),
        included=included or None,
        pauses=tuple(p for p in stood if p.first <= last) or None,
        calendar=calendar.version,
        estimate=calendar.is_estimate(start, last),
        then=term.then,
        final_on=final_on,
        final_days=final_days,
    )


def spans(pauses: Iterable[Pause] | None) -> tuple[Span, ...]:
    return tuple(Span(p.first, p.last) for p in pauses or ())


def merged(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """Pauses in order of time; those of one cause and ground that touch are one."""
    out: list[Pause] = []
    for pause in sorted(pauses, key=lambda p: (p.cause, p.ground or "", p.first, p.last)):
        last = out[-1] if out else None
        same = last is not None and (last.cause, last.ground) == (pause.cause, pause.ground)
        if last is not None and same and pause.first <= last.last + timedelta(days=1):
            out[-1] = last.model_copy(update={"last": max(last.last, pause.last)})
        else:
            out.append(pause)
    return tuple(sorted(out, key=lambda p: (p.first, p.last, p.cause)))


def wakes_of(term: Term, due: Due, policy: Policy, calendar: Calendar, now: datetime) -> tuple[Wake, ...]:
    """Reminders on the morning of the working day that completes the percentage, then the end of the term.

    A term that ends in something by itself ends with it; any other grows overdue and is escalated.
    """
    stood = spans(due.pauses)

    def completes(percent: int) -> datetime:
        day = calendar.add_working_days(due.start, math.ceil(due.days * percent / 100), stood)
        return calendar.at(day, START_OF_WORK)

    reminders: dict[datetime, Wake] = {}
    for percent in sorted(policy.reminders.remind_at):
        if (at := completes(percent)) > now:
            reminders[at] = Wake(at=at, what=WakeKind.REMIND, percent=percent)
    wakes = list(reminders.values())
    if term.then in ("no_response", "partial"):
        return (*wakes, Wake(at=due.at, what=WakeKind.EXPIRE))
    escalate_at = max(completes(policy.reminders.escalate_at), due.at + timedelta(seconds=1))
    wakes += [Wake(at=due.at, what=WakeKind.OVERDUE), Wake(at=escalate_at, what=WakeKind.ESCALATE)]
    if due.final_on:
        wakes.append(Wake(at=calendar.at(due.final_on, END_OF_DAY), what=WakeKind.LAPSE))
    return tuple(sorted(wakes, key=lambda w: w.at))


def days_left(until: date | None, calendar: Calendar, now: datetime, pauses: Iterable[Pause] = ()) -> int | None:
    """Working days that are left until the last day of a term, at least one; None without one."""
    if until is None:
        return None
    return max(1, calendar.working_days_between(calendar.local_day(now), until, spans(pauses)))
