"""Repair of a decree: corrected, revoked, annulled, suspended (UU 30/2014 Pasal 63-66). Superseded, never deleted.

Before the placement the case ends and its seat is free; after it the person goes back to the old post, or to an equal
one where the old one is taken, in the transaction that ends the decree.
"""

from domain import terms, windows
from domain.case import Case
from domain.commands import AnnulDecree, CorrectDecree, LiftSuspension, RevokeDecree, SuspendDecree
from domain.decide.draft import Draft
from domain.decide.objection import unfinished
from domain.decide.placement import place
from domain.decide.recheck import refuse_retired
from domain.events import (
    OUTSIDE,
    DecreeAnnulled,
    DecreeCorrected,
    DecreeRevoked,
    DecreeSuspended,
    PostRef,
    PostRestored,
    SuspensionLifted,
    WakeKind,
)
from domain.facts import Position
from domain.ranks import post_level
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Act, CorrectionGround, OrderedBy, Outcome, Status, Way


def correct_decree(draft: Draft, command: CorrectDecree) -> Refusal | None:
    """Another text, or another effective date while nobody was placed yet; the merits stay as decided."""
    case, facts = draft.case, draft.facts
    if refused := _misdated(draft, command):
        return refused
    if command.effective_on is not None and case.placed_on is not None:
        return refuse(RefusalCode.ALREADY_PLACED)
    effective = command.effective_on or case.effective_on
    assert effective is not None, "a decree names its effective date"
    again = command.effective_on is not None
    if again and (refused := refuse_retired(draft, effective)):
        return refused
    closed = (
        windows.closed_windows(case, facts, facts.target, command.date, effective) if again and facts.target else []
    )
    if refused := windows.gate(closed, facts, command.consents):
        return refused
    opened = windows.grounds(closed)
    at_once = again and effective <= facts.today
    waits = again and not at_once
    draft.add(
        DecreeCorrected(
            number=command.number,
            date=command.date,
            effective_on=effective,
            remedies=command.ground is not CorrectionGround.REDACTION,
            ground=command.ground,
            consents=windows.recorded(command.consents),
            windows=opened,
            flags=windows.flags((), opened),
            move=terms.waiting_for(Status.AWAITING_EFFECTIVE_DATE, effective, WakeKind.EFFECT, facts.calendar)
            if waits
            else None,
        )
    )
    if at_once:
        place(draft)
    return None


def revoke_decree(draft: Draft, command: RevokeDecree) -> Refusal | None:
    """The decree falls from the day of the revoking decision on."""
    return _end(draft, command, DecreeRevoked, Outcome.REVOKED)


def annul_decree(draft: Draft, command: AnnulDecree) -> Refusal | None:
    """The decree is annulled; what it did is put right by going back, not by deleting."""
    return _end(draft, command, DecreeAnnulled, Outcome.ANNULLED)


def _end(
    draft: Draft,
    command: RevokeDecree | AnnulDecree,
    event: type[DecreeRevoked] | type[DecreeAnnulled],
    outcome: Outcome,
) -> Refusal | None:
    case = draft.case
    if refused := _misdated(draft, command):
        return refused
    if case.objection is not None and case.objection.open:
        return unfinished(case)
    passing = case.passage.way is Way.PASSING  # between two other agencies: there is no post here to go back to
    restored = _way_back(draft, command) if case.placed_on and not passing else None
    if isinstance(restored, Refusal):
        return restored
    draft.add(
        event(
            number=command.number,
            date=command.date,
            ground=command.ground,
            ordered_by=command.ordered_by,
            reference=command.reference,
            move=terms.closing(outcome),
        )
    )
    if restored:
        draft.add(restored)
    draft.release_seat()
    return None


def shut(case: Case) -> frozenset[Act]:
    """The acts about a suspension that are not open now: it is lifted where there is one, and there is one at most."""
    return frozenset({Act.SUSPEND_DECREE if case.suspended else Act.LIFT_SUSPENSION})


def suspend_decree(draft: Draft, command: SuspendDecree) -> Refusal | None:
    """Nothing takes effect until it is lifted. An objection does not do that by itself (UU 30/2014 Pasal 65)."""
    if refused := _misdated(draft, command):
        return refused
    objection = draft.case.objection
    if command.ordered_by is OrderedBy.OWN and (objection is None or not objection.open):
        return refuse(RefusalCode.SUSPENSION_WITHOUT_GROUND)
    draft.add(
        DecreeSuspended(
            number=command.number, date=command.date, ordered_by=command.ordered_by, reference=command.reference
        )
    )
    return None


def lift_suspension(draft: Draft, command: LiftSuspension) -> Refusal | None:
    """The decree may take effect again. What should have taken effect meanwhile needs another date, by a correction."""
    if refused := _misdated(draft, command):
        return refused
    draft.add(SuspensionLifted(number=command.number, date=command.date))
    return None


def _misdated(
    draft: Draft, command: CorrectDecree | RevokeDecree | AnnulDecree | SuspendDecree | LiftSuspension
) -> Refusal | None:
    decreed = draft.case.decree_on
    assert decreed is not None, "only a decree is repaired"
    if command.date > draft.facts.today:
        return refuse(RefusalCode.DATE_IN_FUTURE, field="date")
    if command.date < decreed:
        return refuse(RefusalCode.DATE_TOO_EARLY, field="date", earliest=decreed.isoformat())
    return None


def way_back(case: Case, position_code: str | None) -> str:
    """The post a person goes back to: the one named, else the one he came from."""
    return position_code or (case.from_post.position if case.from_post else case.to_post.position)


def _way_back(draft: Draft, command: RevokeDecree | AnnulDecree) -> PostRestored | Refusal:
    """Where the person goes: nobody is left without a post, and nobody lower than he was before."""
    case, facts = draft.case, draft.facts
    code = way_back(case, command.position_code)
    here = facts.dossier.position if facts.dossier else None
    there = facts.dossier is None or (here.code if here else OUTSIDE) != case.to_post.position
    if facts.dossier is None or there:
        return refuse(RefusalCode.POST_CHANGED, position=case.to_post.position)
    if (case.from_post is None or case.from_post.outside) and command.position_code is None:
        return refuse(RefusalCode.EQUAL_POST_REQUIRED, position=case.to_post.position)
    if facts.target is None:
        return refuse(RefusalCode.POSITION_UNKNOWN, position=code)
    own = case.from_post is not None and code == case.from_post.position
    if not _no_lower(facts.target, case.from_post, facts.former or here, own):
        return refuse(RefusalCode.EQUAL_POST_REQUIRED if own else RefusalCode.POST_NOT_EQUAL, position=code)
    seat = facts.seats.free_seat if facts.seats else None
    if seat is None:
        return refuse(
            RefusalCode.EQUAL_POST_REQUIRED if own else RefusalCode.NO_VACANCY,
            position=code,
        )
    assert case.placed_on is not None, "there is a way back from a placement"
    return PostRestored(
        to_post=facts.target.ref, seat=seat, effective_on=max(command.date, case.placed_on), equal=not own
    )


def _no_lower(post: Position, left: PostRef | None, former: Position | None, own: bool) -> bool:
    """Of the level of the post he left, as it was that day, and of a job class no lower.

    Of entries that do not tell what it was, the post as it is now is the measure.
    """
    if left is not None and left.kind is not None and left.job_class is not None:
        level, job_class = post_level(left.kind, left.tier), left.job_class
    elif former is not None:
        level, job_class = post_level(former.kind, former.tier), former.job_class
    else:
        return own
    return post_level(post.kind, post.tier) == level and post.job_class >= job_class
