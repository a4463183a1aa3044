"""Terms: when a status is due, whom the clock reminds before and after, and what happens by itself.

The case is moved with the dates already reckoned; the workflow only waits for them.
"""

import math
from datetime import date, datetime, timedelta

from domain.calendar import END_OF_DAY, START_OF_WORK, Calendar
from domain.events import Due, ExcludedDay, Move, Wake, WakeKind
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
) -> Move:
    """The move into a status with its term from the policy; `days` and `final_days` replace it (after a hold).

    `stage` is that of a status which has none of its own (a hold).
    """
    stage, term = stage or STAGE_OF[status], policy.terms.get(status)
    if term is None:
        return Move(stage=stage, status=status)
    length = days if days is not None else _length(term, origin)
    start = calendar.local_day(now)
    due = _due(term, start, length, final_days or term.final_days, calendar)
    return Move(stage=stage, status=status, due=due, wakes=_wakes(term, due, policy, calendar, now))


def due_after(days: int, start: date, calendar: Calendar) -> Due:
    """A term of so many working days that is no status's own."""
    return _due(Term(days=days), start, days, None, calendar)


def closing(outcome: Outcome) -> Move:
    return Move(stage=Stage.CLOSED, status=Status.CLOSED, outcome=outcome)


def waiting_for(status: Status, day: date, what: WakeKind, calendar: Calendar) -> Move:
    """A move into a status that has no term but waits for the beginning of a day."""
    return Move(stage=STAGE_OF[status], status=status, wakes=(Wake(at=calendar.at(day, START_OF_DAY), what=what),))


START_OF_DAY = datetime.min.time()


def _length(term: Term, origin: Origin) -> int:
    return term.emergency_days if origin is Origin.EMERGENCY and term.emergency_days else term.days


def _due(term: Term, start: date, days: int, final_days: int | None, calendar: Calendar) -> Due:
    on = calendar.add_working_days(start, days)
    return Due(
        at=calendar.at(on, END_OF_DAY),
        on=on,
        start=start,
        days=days,
        excluded=tuple(ExcludedDay(day=h.day, name=h.name) for h in calendar.holidays_between(start, on)),
        calendar=calendar.version,
        estimate=calendar.is_estimate(start, on),
        then=term.then,
        final_on=calendar.add_working_days(start, final_days) if final_days else None,
    )


def _wakes(term: Term, due: Due, policy: Policy, calendar: Calendar, now: datetime) -> tuple[Wake, ...]:
    """Reminders on the morning of the working day that completes the percentage, then the end of the term.

    A term that ends in something by itself ends with it; any other grows overdue and is escalated.
    """
    reminders: dict[datetime, Wake] = {}
    for percent in sorted(policy.reminders.remind_at):
        day = calendar.add_working_days(due.start, math.ceil(due.days * percent / 100))
        at = calendar.at(day, START_OF_WORK)
        if at > now:
            reminders[at] = Wake(at=at, what=WakeKind.REMIND, percent=percent)
    wakes = list(reminders.values())
    if term.then in ("no_response", "partial"):
        return (*wakes, Wake(at=due.at, what=WakeKind.EXPIRE))
    escalate_day = calendar.add_working_days(due.start, math.ceil(due.days * policy.reminders.escalate_at / 100))
    wakes += [
        Wake(at=due.at, what=WakeKind.OVERDUE),
        Wake(at=max(calendar.at(escalate_day, START_OF_WORK), due.at + timedelta(seconds=1)), what=WakeKind.ESCALATE),
    ]
    if due.final_on:
        wakes.append(Wake(at=calendar.at(due.final_on, END_OF_DAY), what=WakeKind.LAPSE))
    return tuple(sorted(wakes, key=lambda w: w.at))


def days_left(until: date | None, calendar: Calendar, now: datetime) -> int | None:
    """Working days that are left until the last day of a term, at least one; None without one."""
    if until is None:
        return None
    return max(1, calendar.working_days_between(calendar.local_day(now), until))
