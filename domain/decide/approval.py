"""Approval: verification, the board's consideration, the proposal and the governor's decision."""

from collections.abc import Iterable, Mapping
from typing import Any

from domain import catalogue, rules, terms, windows
from domain.commands import ConsentItem, Consider, Decide, MeasureItem, Propose, Verify
from domain.decide import choosing
from domain.decide.draft import Draft
from domain.decide.hearing import recuse
from domain.decide.onward import go_on, undecidable
from domain.decide.recheck import refuse_without_post
from domain.events import (
    BaselineFrozen,
    BoardConsidered,
    BoardVoted,
    CaseProposed,
    CaseVerified,
    DecisionMade,
    DeferralEnded,
    ServiceFigure,
    WakeKind,
)
from domain.facts import Dossier, Position
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Act, DecisionChoice, Outcome, Recommendation, Status


def verify(draft: Draft, command: Verify) -> Refusal | None:
    """A second HR person stands for the file; baseline figures may be handed in now."""
    considered = draft.case.passage.board
    draft.add(
        CaseVerified(
            measures=figures(command.measures),
            missing_documents=catalogue.missing(draft.case, draft.facts.policy, draft.facts.today),
            move=draft.move_to(Status.AWAITING_CONSIDERATION if considered else Status.AWAITING_PROPOSAL),
        )
    )
    return None


def figures(items: tuple[MeasureItem, ...]) -> tuple[ServiceFigure, ...]:
    return tuple(ServiceFigure.model_validate(item.model_dump()) for item in items)


def consider(draft: Draft, command: Consider) -> Refusal | None:
    """One member votes or stands aside; with the quorum the consideration is complete."""
    person = draft.facts.actor.person
    if any(v.by == person for v in draft.case.votes):
        return refuse(RefusalCode.ALREADY_VOTED)
    recommendation = None if command.recuse else command.recommendation
    draft.add(BoardVoted(recommendation=recommendation, recused=command.recuse))
    votes = [v.recommendation for v in draft.case.votes if v.recommendation is not None]
    if len(votes) >= draft.facts.policy.board.quorum:
        draft.add(
            BoardConsidered(result=consideration(votes), votes=len(votes), move=draft.move_to(Status.AWAITING_PROPOSAL))
        )
        recuse(draft)
    return None


def consideration(votes: list[Recommendation]) -> Recommendation:
    """The side with more votes; a tie, or abstentions only, is no recommendation."""
    balance = votes.count(Recommendation.RECOMMEND) - votes.count(Recommendation.NOT_RECOMMEND)
    if balance == 0:
        return Recommendation.ABSTAIN
    return Recommendation.RECOMMEND if balance > 0 else Recommendation.NOT_RECOMMEND


def propose(draft: Draft, command: Propose) -> Refusal | None:
    """The regional secretary forwards the case with his recommendation."""
    go_on(draft, CaseProposed(recommendation=command.recommendation))
    return None


def decide(draft: Draft, command: Decide) -> Refusal | None:
    """The governor's decision. An approval against the advice must say why (`domain.md` 16, stage 5)."""
    match command.decision:
        case DecisionChoice.APPROVE:
            return _approve(draft, command)
        case DecisionChoice.REJECT:
            draft.add(DecisionMade(decision=command.decision, move=terms.closing(Outcome.REJECTED)))
            draft.release_seat()
            return None
        case DecisionChoice.DEFER:
            return _defer(draft, command)


def _approve(draft: Draft, command: Decide) -> Refusal | None:
    facts, case = draft.facts, draft.case
    if refused := refuse_without_post(draft) or undecidable(case, facts.today):
        return refused
    target = facts.target
    assert target is not None, "the target is gathered for a decision"
    against = choosing.against_advice(case)
    if refused := choosing.unexplained(case, command, facts.policy):
        return refused
    if lacking := catalogue.blocking(case, facts.policy, facts.today, Act.DECIDE):
        return refuse(RefusalCode.DOCUMENTS_MISSING, documents=lacking)
    closed = windows.closed_windows(case, facts, target, facts.today)
    if refusal := windows.gate(closed, facts, command.consents, command.consent_reference):
        return refusal
    made = {
        "decision": command.decision,
        "consent_reference": command.consent_reference,
        "against_advice": against,
        "advice_ground": command.advice_ground if against else None,
    }
    approved(draft, command.consents, windows.grounds(closed), made)
    return None


def approved(draft: Draft, consents: Iterable[ConsentItem], opened: tuple[str, ...], made: Mapping[str, Any]) -> None:
    """The approval with what surrounded it, and the measures frozen at it."""
    facts, marks = draft.facts, windows.timing(draft.facts)
    assert facts.target is not None, "the target is gathered for a decision"
    draft.add(
        DecisionMade(
            **made,
            consents=windows.recorded(consents),
            windows=opened,
            timing=marks,
            flags=windows.flags(marks, opened),
            missing_documents=catalogue.missing(draft.case, facts.policy, facts.today),
            move=draft.move_to(Status.AWAITING_DECREE),
        )
    )
    draft.add(_baseline(draft, facts.target))


def _baseline(draft: Draft, target: Position) -> BaselineFrozen:
    """The measures of person and units as they are at the decision."""
    facts = draft.facts
    assert facts.seats is not None and facts.dossier is not None, "seats and dossier are gathered for a decision"
    reported = {m.code: m for m in draft.case.measures}
    named = [m.code for m in facts.policy.review.service_measures]
    return BaselineFrozen(
        origin_unit=facts.seats.origin_unit,
        destination_unit=facts.seats.destination_unit,
        competence_gap=competence_gap(facts.dossier, target),
        ratings=ratings(facts.dossier),
        measures=tuple(reported.get(code) or ServiceFigure(code=code) for code in dict.fromkeys((*named, *reported))),
    )


def competence_gap(dossier: Dossier, target: Position) -> int | None:
    """Levels missing to the requirements, all together; None when a required competence was never assessed, or when
    nobody here knows what is required."""
    if target.outside:
        return None
    gaps = rules.competence_gaps(dossier, target).values()
    if any(have is None for have, _ in gaps):
        return None
    return sum(want - have for have, want in gaps if have is not None)


def ratings(dossier: Dossier) -> dict[str, str]:
    return {str(r.year): r.rating for r in dossier.ratings}


def _defer(draft: Draft, command: Decide) -> Refusal | None:
    until = command.until
    assert until is not None, "a deferral names its date"
    if until <= draft.facts.today:
        return refuse(RefusalCode.DATE_IN_PAST, field="until")
    move = terms.waiting_for(Status.DEFERRED, until, WakeKind.END_DEFERRAL, draft.facts.calendar)
    draft.add(DecisionMade(decision=command.decision, until=until, move=move))
    return None


def end_deferral(draft: Draft) -> None:
    """The date has come: the decision is asked for again."""
    draft.add(DeferralEnded(move=draft.move_to(Status.AWAITING_DECISION)))
