"""Temporary assignment in an emergency: an order first, the fast mutation second, ratified in time or ended by itself.

It runs beside the stages: no status changes, no seat is taken, the person keeps his post (`domain.md` 17).
"""

from datetime import timedelta

from domain import terms
from domain.calendar import END_OF_DAY
from domain.case import Case
from domain.commands import AssignTemporarily, RatifyAssignment, RenewAssignment
from domain.decide.draft import Draft
from domain.events import (
    AssignmentRatified,
    AssignmentRenewed,
    AssignmentReverted,
    TemporarilyAssigned,
    Wake,
    WakeKind,
)
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Act, AssignmentEnd, Origin

_ENDS = {WakeKind.RATIFICATION_OVER: AssignmentEnd.NOT_RATIFIED, WakeKind.ASSIGNMENT_OVER: AssignmentEnd.ENDED}
RINGS = frozenset(_ENDS)


def shut(case: Case) -> frozenset[Act]:
    """The acts about an assignment that are not open now: there is one in an emergency only, to be ratified once."""
    order = case.assigned
    closed = {Act.RATIFY_ASSIGNMENT} if order is None or order.ratified else {Act.RENEW_ASSIGNMENT}
    if order is None:
        closed.add(Act.RENEW_ASSIGNMENT)
    return frozenset(closed | ({Act.ASSIGN_TEMPORARILY} if case.origin is not Origin.EMERGENCY else set()))


def assign_temporarily(draft: Draft, command: AssignTemporarily) -> Refusal | None:
    """Order the person to the target post, for no longer than the policy allows, once in a case."""
    case, facts = draft.case, draft.facts
    if case.assignment is not None:
        return refuse(RefusalCode.ASSIGNMENT_EXISTS)
    policy, calendar = facts.policy.assignment, facts.calendar
    if command.starts_on < facts.today:
        return refuse(RefusalCode.DATE_IN_PAST, field="starts_on")
    if command.until > command.starts_on + timedelta(days=policy.days - 1):
        return refuse(RefusalCode.ASSIGNMENT_TOO_LONG, days=policy.days)
    ratify = terms.due_after(policy.ratify_days, facts.today, calendar)
    ours = (
        *terms.ratification_wakes(ratify, facts.policy, calendar),
        Wake(at=calendar.at(command.until, END_OF_DAY), what=WakeKind.ASSIGNMENT_OVER),
    )
    draft.add(
        TemporarilyAssigned(
            number=command.number,
            position=case.to_post.position,
            starts_on=command.starts_on,
            until=command.until,
            ratify_by=ratify.on,
            ratify_due=ratify,
            aside=tuple(sorted((*case.aside, *ours), key=lambda w: w.at)),
        )
    )
    return None


def ratify_assignment(draft: Draft, command: RatifyAssignment) -> Refusal | None:
    """From now on only its last day ends it."""
    aside = tuple(w for w in draft.case.aside if w.what is not WakeKind.RATIFICATION_OVER)
    draft.add(AssignmentRatified(aside=aside))
    return None


def renew_assignment(draft: Draft, command: RenewAssignment) -> Refusal | None:
    """Another order before the last day of the first: as often, and each time as long, as the policy allows.

    The governor who may ratify renews, so there is nothing left to ratify.
    """
    order, policy = draft.case.assigned, draft.facts.policy.assignment
    assert order is not None, "only a standing assignment is renewed"
    if order.renewals >= policy.renewals:
        return refuse(RefusalCode.RENEWALS_EXHAUSTED, renewals=policy.renewals)
    if command.until <= order.until:
        earliest = order.until + timedelta(days=1)
        return refuse(RefusalCode.DATE_TOO_EARLY, field="until", earliest=earliest.isoformat())
    if command.until > order.until + timedelta(days=policy.days):
        return refuse(RefusalCode.ASSIGNMENT_TOO_LONG, days=policy.days)
    ends = Wake(at=draft.facts.calendar.at(command.until, END_OF_DAY), what=WakeKind.ASSIGNMENT_OVER)
    others = (w for w in draft.case.aside if w.what is not WakeKind.ASSIGNMENT_OVER)
    aside = tuple(sorted((*others, ends), key=lambda w: w.at))
    draft.add(AssignmentRenewed(number=command.number, until=command.until, aside=aside))
    return None


def ring(draft: Draft, wake: Wake) -> None:
    """The assignment ends by itself."""
    aside = tuple(w for w in draft.case.aside if w.what not in RINGS)
    draft.add(AssignmentReverted(cause=_ENDS[wake.what], aside=aside))
