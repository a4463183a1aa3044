"""The lease of a held seat: until when, whom the clock reminds before, and how it is reckoned again."""

from collections.abc import Iterable
from datetime import date, timedelta

from domain import terms
from domain.calendar import END_OF_DAY, START_OF_WORK, Calendar, local_day
from domain.case import Case
from domain.events import Due, Pause, PauseCause, SeatHoldRecomputed, Wake, WakeKind
from domain.facts import Facts
from domain.policy import SeatHoldPolicy, Term
from domain.vocabulary import Status

OF_THE_LEASE = frozenset({WakeKind.HOLD_ENDING, WakeKind.HOLD_OVER})
WITH_OTHERS = frozenset(
    {Status.AWAITING_CONSENTS, Status.AWAITING_TECHNICAL_CONSIDERATION, Status.AWAITING_OUTSIDE_DECISION}
)
"""Statuses that wait for a letter of another agency."""
_NOBODYS_DELAY = frozenset({PauseCause.WINDOW, PauseCause.PAUSED, PauseCause.CERTIFIED_LEAVE})


def running(case: Case) -> Due | None:
    """The end of the hold, while its days count."""
    return case.lease.due if case.lease and case.lease.stopped_on is None else None


def begun(policy: SeatHoldPolicy, today: date, calendar: Calendar) -> Due:
    """The end of a hold that begins today."""
    return _reckoned(policy.days, today, calendar)


def renewed(lease: Due, policy: SeatHoldPolicy, calendar: Calendar) -> Due:
    """The end after a renewal, reckoned from the first day on: nothing is won or lost by renewing early."""
    return _reckoned(lease.days + policy.renewal_days, lease.start, calendar, lease.pauses or ())


def answer_due(policy: SeatHoldPolicy, today: date, calendar: Calendar) -> Due:
    """Until when the first in line has a freed seat to himself."""
    return terms.reckon(Term(days=policy.answer_days), today, policy.answer_days, None, calendar).model_copy(
        update={"then": "pass"}
    )


def call_wakes(due: Due, *_: object) -> tuple[Wake, ...]:
    """The end of the days in which the first in line has a freed seat to himself."""
    return (Wake(at=due.at, what=WakeKind.CALL_OVER),)


def gone_on(lease: Due, stopped_on: date, ground: str | None, today: date, calendar: Calendar) -> Due:
    """The end of a hold that goes on today after it stood still; one that would be over gets one more day."""
    first = stopped_on + timedelta(days=1)
    stood = lease.pauses or ()
    if first <= today:
        stood = terms.merged((*stood, Pause(first=first, last=today, cause=PauseCause.ON_HOLD, ground=ground)))
    days = lease.days
    while (due := _reckoned(days, lease.start, calendar, stood)).on <= today:
        days += 1
    return due


def wakes(due: Due, facts: Facts) -> tuple[Wake, ...]:
    """The mornings to come on which the end is announced, and the end."""
    return tuple(w for w in _rings(due, facts) if w.at > facts.now or w.what is WakeKind.HOLD_OVER)


def _rings(due: Due, facts: Facts) -> tuple[Wake, ...]:
    policy, calendar = facts.policy.seat_hold, facts.calendar
    stood = terms.spans(due.pauses)
    ahead = []
    for left in policy.remind_before if policy else ():
        day = calendar.add_working_days(due.start, due.days - left, stood)
        ahead.append(Wake(at=calendar.at(day, START_OF_WORK), what=WakeKind.HOLD_ENDING, day=left))
    return (*sorted(ahead, key=lambda w: w.at), Wake(at=due.at, what=WakeKind.HOLD_OVER))


def beside(case: Case, of: Iterable[WakeKind], fresh: Iterable[Wake] = ()) -> tuple[Wake, ...]:
    """What the clock waits for beside the stage, with those of some kinds replaced."""
    kinds = frozenset(of)
    return tuple(sorted((*(w for w in case.aside if w.what not in kinds), *fresh), key=lambda w: w.at))


def held_up(case: Case, today: date) -> tuple[Pause, ...]:
    """The days on which the case waited for what nobody here can hasten: they are not taken from its lease.

    Another agency that has the letters or the file; a restricted window, and certified leave, as the stage counts them.
    """
    stood = tuple(p for p in (case.due.pauses or () if case.due else ()) if p.cause in _NOBODYS_DELAY)
    since = local_day(case.since) + timedelta(days=1)
    if case.status not in WITH_OTHERS or since > today:
        return stood
    return (*stood, Pause(first=since, last=today, cause=PauseCause.OUTSIDE))


def recomputed(
    case: Case, facts: Facts, *, looks: bool, ordered_by: str | None = None, stood: Iterable[Pause] = ()
) -> SeatHoldRecomputed | None:
    """The end of the hold as it is reckoned now, if that is another one; what is over stays over.

    `looks` says that the clock looks by itself, before it reminds or releases: it lengthens, and never shortens.
    """
    old = running(case)
    if old is None or case.closed or (not looks and old.at <= facts.now):
        return None
    new = _reckoned(old.days, old.start, facts.calendar, terms.merged((*(old.pauses or ()), *stood)))
    if new.on < facts.today:
        new = new.model_copy(update={"on": facts.today, "at": facts.calendar.at(facts.today, END_OF_DAY)})
    if new.on == old.on or (looks and new.on < old.on):
        return None
    waiting = {(w.what, w.day) for w in case.aside}
    # A reminder whose morning is over by the new reckoning rings next: who holds the seat is not spared it.
    fresh = (w for w in _rings(new, facts) if (w.what, w.day) in waiting)
    return SeatHoldRecomputed(
        old=old,
        new=new,
        calendar=facts.calendar.version,
        ordered_by=ordered_by,
        aside=beside(case, OF_THE_LEASE, fresh),
    )


def _reckoned(days: int, start: date, calendar: Calendar, stood: Iterable[Pause] = ()) -> Due:
    due = terms.reckon(Term(days=days), start, days, None, calendar, stood)
    return due.model_copy(update={"then": "release"})
