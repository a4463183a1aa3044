"""What the clock does to a case. Every wake that is due changes the case, so the clock never spins."""

from domain.decide import assignment, objection, recheck, seating
from domain.decide.approval import end_deferral
from domain.decide.draft import Draft
from domain.decide.hearing import acknowledgement_missed, response_missed
from domain.decide.placement import open_review, place
from domain.events import CaseEscalated, CaseLapsed, DeadlinePassed, ReminderDue, WakeKind
from domain.recomputing import recomputed
from domain.tasks import stage_tasks
from domain.terms import closing
from domain.vocabulary import Office, Outcome, SetBackCause, Status

_BEFORE_THE_END = frozenset({WakeKind.REMIND, WakeKind.OVERDUE, WakeKind.EXPIRE})
"""Before it reminds, or takes silence for silence, the clock asks whether the term stands still."""


def elapse(draft: Draft) -> None:
    """Do the first thing the clock has waited for; nothing when it came too early."""
    case = draft.case
    wake, rest = case.alarm, case.wakes[1:]
    if wake is None or wake.at > draft.now:
        return
    if cause := _post_trouble(draft, wake.what):
        recheck.set_back_to_needs(draft, cause)
        return
    if wake.what in _BEFORE_THE_END and (moved := recomputed(case, draft.facts, looks=True)):
        draft.add(moved)
        return
    match wake.what:
        case WakeKind.REMIND:
            draft.add(ReminderDue(percent=wake.percent or 0, wakes=rest))
            recheck.note_absence(draft)
        case WakeKind.OVERDUE:
            draft.add(DeadlinePassed(wakes=rest))
        case WakeKind.ESCALATE:
            draft.add(CaseEscalated(office=_superior(draft), wakes=rest))
        case WakeKind.EXPIRE:
            _expire(draft)
        case WakeKind.LAPSE:
            draft.add(CaseLapsed(move=closing(Outcome.LAPSED)))
            draft.release_seat()
        case WakeKind.END_DEFERRAL:
            end_deferral(draft)
            recheck.note_absence(draft)
        case WakeKind.EFFECT:
            place(draft)
        case WakeKind.REVIEW:
            open_review(draft)
        case WakeKind.ESCALATE_OBJECTION | WakeKind.OBJECTION_OVERDUE:
            objection.ring(draft, wake)
        case WakeKind.RATIFICATION_OVER | WakeKind.ASSIGNMENT_OVER:
            assignment.ring(draft, wake)
        case WakeKind.HOLD_ENDING | WakeKind.HOLD_OVER | WakeKind.CALL_OVER:
            seating.ring(draft, wake)


LOOKING = frozenset({WakeKind.REMIND, WakeKind.OVERDUE, WakeKind.ESCALATE})
"""Wakes at which a case looks whether its post still stands, so that a reorganisation is found by itself."""


def _post_trouble(draft: Draft, what: WakeKind) -> SetBackCause | None:
    return recheck.post_trouble(draft.case, draft.facts) if what in LOOKING else None


def _expire(draft: Draft) -> None:
    """What silence means: an answer not given, a meeting not acknowledged. Anywhere else it means nothing."""
    match draft.case.status:
        case Status.AWAITING_RESPONSE:
            response_missed(draft)
        case Status.AWAITING_ACKNOWLEDGEMENT:
            acknowledgement_missed(draft)
        case _:
            draft.add(DeadlinePassed(wakes=draft.case.wakes[1:]))


def _superior(draft: Draft) -> Office:
    """The office above the one whose task it is; above HR where the task is the employee's own."""
    office = next((t.office for t in stage_tasks(draft.case) if t.office), Office.HR_OFFICER)
    return draft.facts.policy.authority.superiors.get(office, Office.HR_HEAD)
