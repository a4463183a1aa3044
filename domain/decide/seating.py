"""The held seat as a lease, and the line of those who wait for one: held, renewed, released, told, let pass."""

from domain import leases, lines
from domain.case import Case
from domain.commands import CallInLine, DeclineSeat, RenewHold
from domain.decide.draft import Draft
from domain.events import (
    CaseSetBack,
    PauseCause,
    SeatAwaited,
    SeatCameFree,
    SeatHeld,
    SeatHoldEnding,
    SeatHoldExpired,
    SeatHoldRenewed,
    SeatPassed,
    Wake,
    WakeKind,
)
from domain.facts import Facts, Seats
from domain.refusals import Refusal, RefusalCode, refuse
from domain.stages import STAGE_OF
from domain.vocabulary import Act, SetBackCause, Stage, Status

RINGS = leases.OF_THE_LEASE | {WakeKind.CALL_OVER}


def shut(case: Case) -> frozenset[Act]:
    """The acts about a seat that are not open now: only a lease is renewed, only who was told lets pass."""
    closed = {Act.RENEW_HOLD} if case.lease is None else set()
    return frozenset(closed | ({Act.DECLINE_SEAT} if case.called is None else set()))


def exhausted(case: Case, facts: Facts) -> Refusal | None:
    """Why a hold cannot be renewed once more."""
    policy, lease = facts.policy.seat_hold, case.lease
    if policy is None or lease is None or lease.renewals < policy.max_renewals:
        return None
    return refuse(RefusalCode.HOLD_RENEWALS_EXHAUSTED, renewals=policy.max_renewals, until=lease.due.on.isoformat())


def take(draft: Draft, seats: Seats) -> None:
    """Hold the free seat, if there is one, for as long as the policy lends it."""
    facts, seat = draft.facts, seats.free_seat
    if seat is None:
        return
    policy, position = facts.policy.seat_hold, draft.case.to_post.position
    if policy is None:
        draft.add(SeatHeld(position=position, seat=seat))
        return
    lease = leases.begun(policy, facts.today, facts.calendar)
    aside = leases.beside(draft.case, RINGS, leases.wakes(lease, facts))
    draft.add(SeatHeld(position=position, seat=seat, lease=lease, aside=aside))


def wait(draft: Draft, seats: Seats | None, *, behind: bool = False) -> None:
    """Stand in line for a seat of the post, where the policy knows a line."""
    case, facts = draft.case, draft.facts
    if facts.policy.seat_hold is None:
        return
    line = seats.line if seats else ()
    since = facts.now if behind else lines.seniority(case)
    draft.add(
        SeatAwaited(
            position=case.to_post.position,
            since=since,
            place=1 + len(line) if behind else lines.place(case, line),
            behind=behind,
        )
    )


def no_seat(case: Case, facts: Facts) -> Refusal:
    """Why no seat of the post can be taken now.

    Others stand before; or one who stands behind was told of it when it was not this case's turn; or others hold it; or
    the post is full.
    """
    seats, position = facts.seats, case.to_post.position if facts.target is None else facts.target.code
    if seats is not None and seats.free_seat is not None:
        if before := lines.ahead(case, seats.line):
            return refuse(RefusalCode.LINE_AHEAD, position=position, ahead=before)
        told = [o.called_until.isoformat() for o in seats.line if o.called_until]
        return refuse(RefusalCode.SEAT_OFFERED, position=position, until=min(told, default="-"))
    if seats is not None and seats.holds:
        until = [h.until.isoformat() for h in seats.holds if h.until]
        return refuse(
            RefusalCode.SEAT_HELD,
            position=position,
            cases=tuple(h.number for h in seats.holds),
            until=min(until, default="-"),
        )
    return refuse(RefusalCode.NO_VACANCY, position=position)


def renew_hold(draft: Draft, command: RenewHold) -> Refusal | None:
    """Lengthen the lease, as often as the policy allows."""
    case, facts = draft.case, draft.facts
    policy, lease = facts.policy.seat_hold, case.lease
    if refusal := exhausted(case, facts):
        return refusal
    assert policy is not None and lease is not None, "a renewal is open on a lease"
    due = leases.renewed(lease.due, policy, facts.calendar)
    aside = leases.beside(case, leases.OF_THE_LEASE, leases.wakes(due, facts))
    draft.add(SeatHoldRenewed(lease=due, renewals=lease.renewals + 1, aside=aside))
    return None


def decline_seat(draft: Draft, command: DeclineSeat) -> Refusal | None:
    """The seat is for the next in line; the case keeps its place for another one."""
    draft.add(SeatPassed(position=draft.case.to_post.position, aside=leases.beside(draft.case, {WakeKind.CALL_OVER})))
    return None


def ring(draft: Draft, wake: Wake) -> None:
    """What the clock does to a held or offered seat, once the calendar was asked whether the day has come at all."""
    case = draft.case
    if wake.what in leases.OF_THE_LEASE:
        stood = leases.held_up(case, draft.facts.today)
        if moved := leases.recomputed(case, draft.facts, looks=True, stood=stood):
            draft.add(moved)
            return
    rest = tuple(w for w in case.aside if w != wake)
    match wake.what:
        case WakeKind.HOLD_ENDING:
            assert case.lease is not None, "only a lease is announced to end"
            draft.add(SeatHoldEnding(days_left=wake.day or 0, on=case.lease.due.on, aside=rest))
        case WakeKind.HOLD_OVER:
            _expire(draft)
        case WakeKind.CALL_OVER:
            draft.add(SeatPassed(position=case.to_post.position, by_silence=True, aside=rest))


def _expire(draft: Draft) -> None:
    """The seat is released; what was decided on it falls, and the case waits with HR, behind those who waited."""
    case = draft.case
    assert case.lease is not None and case.seat is not None, "a lease is of a held seat"
    draft.add(
        SeatHoldExpired(
            position=case.to_post.position,
            seat=case.seat,
            on=case.lease.due.on,
            renewals=case.lease.renewals,
            aside=leases.beside(case, leases.OF_THE_LEASE),
        )
    )
    judged = STAGE_OF[case.status] is not Stage.EVALUATION
    if judged:
        draft.add(
            CaseSetBack(
                to_stage=Stage.NEEDS_CHECK,
                cause=SetBackCause.HOLD_EXPIRED,
                stopped=draft.stopped_outside(PauseCause.SET_BACK),
                move=draft.move_to(Status.NO_VACANCY),
            )
        )
    draft.release_seat()
    if judged:
        wait(draft, draft.facts.seats, behind=True)


def call(draft: Draft, command: CallInLine) -> None:
    """Tell the case of a freed seat, if it is its turn; nothing if it is not."""
    case, facts = draft.case, draft.facts
    policy, seats = facts.policy.seat_hold, facts.seats
    if case.waiting is None or policy is None or seats is None or seats.free_seat is None:
        return
    if case.to_post.position != command.position:
        return
    mine = lines.own(case)
    if lines.next_called((*seats.line, mine), seats.target.vacant - seats.promised, command.freed_at) != mine:
        return
    due = leases.answer_due(policy, facts.today, facts.calendar)
    draft.add(
        SeatCameFree(
            position=command.position,
            freed_at=command.freed_at,
            due=due,
            aside=leases.beside(case, {WakeKind.CALL_OVER}, leases.call_wakes(due)),
        )
    )
