"""Acts open across stages: return, hold and resume, withdraw and cancel, comment, declare a conflict, undo."""

from domain import leases, lines, terms
from domain.case import Held
from domain.commands import Cancel, Comment, DeclareConflict, Hold, Resume, Return, UndoAct, Withdraw
from domain.decide import onward
from domain.decide.draft import Draft
from domain.decide.evaluation import check_need
from domain.decide.hearing import recuse
from domain.decide.objection import unfinished
from domain.decide.placement import await_review, review_due
from domain.decide.recheck import judge_again
from domain.events import (
    ActUndone,
    CaseEnded,
    CaseEscalated,
    CasePutOnHold,
    CaseResumed,
    CaseReturned,
    CommentMade,
    ConflictDeclared,
    Due,
    Move,
    PauseCause,
    Wake,
    WakeKind,
)
from domain.recomputing import pause_of, standing_still
from domain.refusals import Refusal, RefusalCode, refuse
from domain.stages import FIRST_STATUS
from domain.vocabulary import STAGE_ORDER, Office, Outcome, Stage, Status


def return_case(draft: Draft, command: Return) -> Refusal | None:
    """Back to a named earlier stage; what was decided after it is superseded and stays in the ledger."""
    case, stage = draft.case, command.to_stage
    status = FIRST_STATUS.get(stage)
    earlier = STAGE_ORDER.index(stage) < STAGE_ORDER.index(case.stage)
    restart = stage is case.stage is Stage.APPROVAL and case.status is not Status.AWAITING_VERIFICATION
    if status is None or not (earlier or restart):
        return refuse(RefusalCode.RETURN_NOT_EARLIER, stage=case.stage)
    most = draft.facts.policy.returns.max_rounds
    if most is not None and case.returns >= most:
        return refuse(RefusalCode.RETURNS_EXHAUSTED, rounds=most)
    draft.add(CaseReturned(to_stage=stage, round=case.returns + 1, stopped=draft.stopped(), move=draft.move_to(status)))
    if stage is Stage.NEEDS_CHECK and draft.facts.dossier is not None and draft.facts.target is not None:
        check_need(draft, draft.facts.dossier)
    if draft.case.returns == most:
        superior = draft.facts.policy.authority.superiors.get(Office.HR_HEAD, Office.REGIONAL_SECRETARY)
        draft.add(CaseEscalated(office=superior, wakes=draft.case.wakes))
    return None


def hold(draft: Draft, command: Hold) -> Refusal | None:
    """Put the case on hold: the clock stands still and remembers what was left."""
    case, calendar = draft.case, draft.facts.calendar
    due = case.due
    pauses = (due.pauses if due else None) or ()
    draft.add(
        CasePutOnHold(
            ground=command.ground,
            reference=command.reference,
            days_left=terms.days_left(due.on if due else None, calendar, draft.now, pauses),
            final_days_left=terms.days_left(due.final_on if due else None, calendar, draft.now, pauses),
            stopped=draft.stopped(command.ground),
            lease_stopped=draft.facts.today if case.lease else None,
            move=draft.move_to(Status.ON_HOLD, stage=case.stage),
        )
    )
    return None


def resume(draft: Draft, command: Resume) -> Refusal | None:
    """End the hold: the term goes on with the days that were left; a date that passed meanwhile acts at once."""
    held = draft.case.held
    assert held is not None, "a case on hold knows where it goes on"
    lease, aside = _lease_goes_on(draft, held)
    draft.add(CaseResumed(lease=lease, aside=aside, move=_reentering(draft, held)))
    if held.ground in draft.facts.policy.hold.reevaluate:
        judge_again(draft)
    return None


def _lease_goes_on(draft: Draft, held: Held) -> tuple[Due | None, tuple[Wake, ...] | None]:
    """The end of the lease of the held seat, later by the days it stood still."""
    case, facts = draft.case, draft.facts
    if case.lease is None or case.lease.stopped_on is None:
        return None, None
    due = leases.gone_on(case.lease.due, case.lease.stopped_on, held.ground, facts.today, facts.calendar)
    return due, leases.beside(case, leases.OF_THE_LEASE, leases.wakes(due, facts))


def _reentering(draft: Draft, held: Held) -> Move:
    case, calendar = draft.case, draft.facts.calendar
    status = onward.after_hold(case, held.status, draft.facts.today)
    if status is not held.status:
        return draft.move_to(status)
    if status is Status.DEFERRED and case.deferred_until:
        return terms.waiting_for(status, case.deferred_until, WakeKind.END_DEFERRAL, calendar)
    if status is Status.AWAITING_EFFECTIVE_DATE and case.effective_on:
        return terms.waiting_for(status, case.effective_on, WakeKind.EFFECT, calendar)
    if status is Status.BETWEEN_REVIEWS:
        return await_review(draft)
    if status is Status.REVIEW_DUE and case.review_day:
        return review_due(draft, case.review_day, held.days_left)
    if held.stopped is not None:
        back = terms.move_back_to(
            held.stopped,
            pause_of(held.stopped, PauseCause.ON_HOLD, draft.facts.today),
            standing_still(status, case.kind, draft.facts, held.stopped.due.start),
            draft.facts.policy,
            calendar,
            draft.now,
        )
        if back is not None:
            return back
    return draft.move_to(status, days=held.days_left, final_days=held.final_days_left)


def withdraw(draft: Draft, command: Withdraw) -> Refusal | None:
    """The employee takes his own request back."""
    return _end(draft, Outcome.WITHDRAWN)


def cancel(draft: Draft, command: Cancel) -> Refusal | None:
    """HR ends the case before the decree, or one whose placement is blocked."""
    return unfinished(draft.case) or _end(draft, Outcome.CANCELLED)


def _end(draft: Draft, outcome: Outcome) -> Refusal | None:
    draft.add(CaseEnded.model_validate({"outcome": outcome, "move": terms.closing(outcome)}))
    draft.release_seat()
    return None


def comment(draft: Draft, command: Comment) -> Refusal | None:
    """A comment; what the employee writes himself he can always read."""
    own = draft.facts.actor.person == draft.case.subject
    draft.add(CommentMade(text=command.text, visible_to_employee=command.visible_to_employee or own))
    return None


def declare_conflict(draft: Draft, command: DeclareConflict) -> Refusal | None:
    """An official steps back; where nobody is left who may do his task, it goes to the office above."""
    draft.add(ConflictDeclared(ground=command.ground))
    recuse(draft)
    return None


def may_undo(draft: Draft) -> Refusal | None:
    point = draft.case.undo
    if point is None:
        return refuse(RefusalCode.NOTHING_TO_UNDO)
    if point.by != draft.facts.actor.person:
        return refuse(RefusalCode.NOT_THE_AUTHOR)
    if draft.now >= point.until:
        return refuse(RefusalCode.UNDO_OVER)
    return None


def undo(draft: Draft, command: UndoAct) -> Refusal | None:
    """Take back one's own last act while its effects are held back: the case is as it was before."""
    if refusal := may_undo(draft):
        return refusal
    point = draft.case.undo
    assert point is not None, "what can be undone was asked just now"
    wanted, seats = draft.case.seat_to_retake, draft.facts.seats
    if wanted is not None and (seats is None or seats.free_seat != wanted):
        return refuse(RefusalCode.SEAT_TAKEN)
    lost = draft.case.turn_to_retake and not (seats and lines.is_left(seats))
    draft.add(ActUndone(undone=point.act, from_seq=point.from_seq, turn_lost=lost))
    return None
