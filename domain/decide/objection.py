"""The objection to the decree (keberatan): filed in time or late, decided with reasons, never lapsing silently.

It runs beside the stages with a term of its own (PP 79/2021; UU 30/2014 Pasal 75-77); a hold does not stop it.
"""

from datetime import date

from domain import terms
from domain.case import Case
from domain.commands import DecideObjection, DeclareInadmissible, FileObjection, WithdrawObjection
from domain.decide.draft import Draft
from domain.events import (
    ObjectionDecided,
    ObjectionEscalated,
    ObjectionFiled,
    ObjectionOverdue,
    ObjectionWithdrawn,
    Wake,
    WakeKind,
)
from domain.facts import Facts
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Act, ObjectionOutcome

_OURS = (WakeKind.ESCALATE_OBJECTION, WakeKind.OBJECTION_OVERDUE)


def shut(case: Case) -> frozenset[Act]:
    """The acts about an objection that are not open now, whatever the stage."""
    objection = case.objection
    if objection is None or not objection.open:
        return frozenset({Act.DECIDE_OBJECTION, Act.DECLARE_INADMISSIBLE, Act.WITHDRAW_OBJECTION})
    return frozenset({Act.FILE_OBJECTION, Act.DECIDE_OBJECTION if objection.late else Act.DECLARE_INADMISSIBLE})


def unfinished(case: Case) -> Refusal | None:
    """Why a case cannot end yet: an objection that nobody decided, or a granted one that nobody carried out."""
    if case.objection is not None and case.objection.open:
        return refuse(RefusalCode.OBJECTION_OPEN)
    return refuse(RefusalCode.REMEDY_DUE) if case.remedy_due else None


def file_objection(draft: Draft, command: FileObjection) -> Refusal | None:
    """Take in an objection. A late one is taken in too, so that it gets a formal answer instead of silence."""
    case, facts = draft.case, draft.facts
    if refused := _filed(case):
        return refused
    policy = facts.policy.objection
    filing = terms.due_after(policy.file_days, _told_on(case, facts), facts.calendar)
    due = terms.due_after(policy.decide_days, facts.today, facts.calendar)
    wakes = terms.objection_wakes(due, facts.policy, facts.calendar)
    draft.add(
        ObjectionFiled(
            grounds=tuple(dict.fromkeys(command.grounds)),
            text=command.text,
            last_day=filing.on,
            filing=filing,
            late=facts.today > filing.on,
            due=due,
            aside=tuple(sorted((*case.aside, *wakes), key=lambda w: w.at)),
        )
    )
    return None


def _filed(case: Case) -> Refusal | None:
    """One objection to one decree; a withdrawn one may be filed again, a corrected decree be objected to anew."""
    before = case.objection
    if before is None or before.outcome is ObjectionOutcome.WITHDRAWN:
        return None
    anew = case.decreed_at is not None and before.filed_at < case.decreed_at
    return None if anew else refuse(RefusalCode.OBJECTION_FILED)


def _told_on(case: Case, facts: Facts) -> date:
    """The day the term begins to run: that of the decree, or a later one on which it was recorded and so told."""
    recorded = facts.calendar.local_day(case.decreed_at) if case.decreed_at else None
    assert case.decree_on is not None, "an objection is open after the decree"
    return max(case.decree_on, recorded) if recorded else case.decree_on


def decide_objection(draft: Draft, command: DecideObjection) -> Refusal | None:
    """The governor's answer; what is granted must be carried out by a decision on the decree."""
    draft.add(ObjectionDecided(outcome=command.outcome, aside=_without_ours(draft.case)))
    return None


def declare_inadmissible(draft: Draft, command: DeclareInadmissible) -> Refusal | None:
    """The formal determination that an objection came too late."""
    draft.add(ObjectionDecided(outcome=ObjectionOutcome.INADMISSIBLE, aside=_without_ours(draft.case)))
    return None


def withdraw_objection(draft: Draft, command: WithdrawObjection) -> Refusal | None:
    """The employee takes his objection back."""
    draft.add(ObjectionWithdrawn(aside=_without_ours(draft.case)))
    return None


def _without_ours(case: Case) -> tuple[Wake, ...]:
    return tuple(w for w in case.aside if w.what not in _OURS)


def ring(draft: Draft, wake: Wake) -> None:
    """An undecided objection is told to those above, and at the end of its term written down as overdue."""
    rest = tuple(w for w in draft.case.aside if w != wake)
    if wake.what is WakeKind.ESCALATE_OBJECTION:
        draft.add(ObjectionEscalated(day=wake.day or 0, aside=rest))
    else:
        draft.add(ObjectionOverdue(aside=rest))
