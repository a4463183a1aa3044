"""Looking again: what a hold may have changed, a post that is gone, an approver who is not there."""

from datetime import date

from domain import rules
from domain.authority import caretaker_decides, conflict, responsible, strategic
from domain.case import Case
from domain.commands import RecheckPost
from domain.decide.draft import Draft
from domain.decide.evaluation import check_need, evaluate, judged, question_of, set_aside, severities
from domain.events import ApproverAbsent, CaseSetBack, EvaluationJudged, PauseCause
from domain.facts import Facts
from domain.inputs import inputs
from domain.refusals import Refusal, RefusalCode, refuse
from domain.rules import Question
from domain.stages import STAGE_OF
from domain.vocabulary import (
    Act,
    Capacity,
    Eligibility,
    Flag,
    Office,
    RuleOutcome,
    SetBackCause,
    Severity,
    Stage,
    Status,
)

_WAITS_FOR_JUDGEMENT = (Status.INCOMPLETE, Status.INELIGIBLE)
_JUDGED_LATER = (Status.RETURNED, Status.OVERRIDE_PENDING)
_WITH_A_POST = (Stage.CONSULTATION, Stage.SOCIALISATION, Stage.APPROVAL)
"""Stages in which a case has a post in view and usually a seat, and no decree yet."""
_STEPS: dict[Status, Act] = {
    Status.AWAITING_PROPOSAL: Act.PROPOSE,
    Status.AWAITING_AUTHORISATION: Act.AUTHORISE,
    Status.AWAITING_DECISION: Act.DECIDE,
}
"""Tasks of an office that one person holds."""


def judge_again(draft: Draft) -> None:
    """The evaluation, from the dossier as it is after the hold. Who no longer fits waits for a person."""
    case, facts = draft.case, draft.facts
    decreed = case.stage in (Stage.PLACEMENT, Stage.REVIEW) and case.status is not Status.AWAITING_DECREE
    if decreed or case.status in _JUDGED_LATER or facts.dossier is None or facts.target is None:
        return  # the effective date looks again, or HR does when it has supplied what is asked
    if case.status in _WAITS_FOR_JUDGEMENT:
        evaluate(draft, facts.dossier)
        return
    outcome, results = judged(draft, facts.dossier)
    if outcome is Eligibility.ELIGIBLE:
        asked = inputs(question_of(draft, facts.dossier))
        marks = tuple(r.mark for r in results)
        draft.add(EvaluationJudged(outcome=outcome, marks=marks, results=results, inputs=asked))
        return
    stopped = draft.stopped_outside(PauseCause.SET_BACK)
    draft.add(CaseSetBack(to_stage=Stage.EVALUATION, cause=SetBackCause.NOT_ELIGIBLE, stopped=stopped))
    evaluate(draft, facts.dossier)


def has_post_in_view(case: Case) -> bool:
    """Whether a case has got past the needs check and no decree has been issued."""
    return case.status is Status.AWAITING_DECREE or STAGE_OF.get(case.status) in _WITH_A_POST


def post_trouble(case: Case, facts: Facts) -> SetBackCause | None:
    """Why the case cannot go on with its post: abolished by a reorganisation, or the seat is no longer its own."""
    if not has_post_in_view(case) or case.to_post.outside:
        return None
    if facts.target is None or facts.seats is None or facts.target.required == 0:
        return SetBackCause.POST_GONE
    if case.seat is None or not facts.seats.ours_holds:
        return SetBackCause.SEAT_LOST
    return None


def turned(draft: Draft) -> tuple[str, ...]:
    """Rules that fail now and are not set aside: the register may say something else than when the case was judged.

    What has become unknown is no failure here: nothing was passed without being known, and HR is asked where it is due.
    """
    case, facts = draft.case, draft.facts
    assert facts.dossier is not None and facts.target is not None, "who is judged and for what is gathered"
    question = Question(facts, facts.dossier, facts.target, case.kind, case.origin)
    results = rules.judge(question, (Stage.EVALUATION, Stage.NEEDS_CHECK))
    binding = {code for code, weight in severities(facts).items() if weight is not Severity.WARN} - {rules.VACANCY}
    failed = [r for r in results if r.outcome is RuleOutcome.FAIL and r.rule in binding]
    return tuple(r.rule for r in failed if r.rule not in set_aside(case, failed))


def refuse_unfit(draft: Draft) -> Refusal | None:
    """Nobody decides for a person who no longer meets the rules, or on a post that another route fills."""
    case, facts = draft.case, draft.facts
    if facts.dossier is None or facts.target is None:
        return None  # a post that is gone is refused as such; of who is gone the effective date tells
    if not facts.policy.routes[case.kind].fills(facts.target.kind, facts.target.tier):
        return refuse(RefusalCode.POST_BEYOND_ROUTE, position=facts.target.code, kind=facts.target.kind)
    failed = turned(draft)
    return refuse(RefusalCode.NO_LONGER_QUALIFIED, rules=failed) if failed else None


def refuse_retired(draft: Draft, effective_on: date) -> Refusal | None:
    """Nobody is decreed into a post on a day on which he is past retirement (`domain.md` 17)."""
    case, facts = draft.case, draft.facts
    rule = facts.policy.rules.get(rules.RETIREMENT)
    if rule is None or facts.dossier is None or facts.target is None:
        return None
    question = Question(facts, facts.dossier, facts.target, case.kind, case.origin, on=effective_on)
    over = rules.RULES[rules.RETIREMENT](question, rule).outcome is RuleOutcome.FAIL
    return refuse(RefusalCode.NO_LONGER_QUALIFIED, rules=(rules.RETIREMENT,)) if over else None


_AS_REFUSAL = {SetBackCause.POST_GONE: RefusalCode.POST_GONE, SetBackCause.SEAT_LOST: RefusalCode.SEAT_LOST}


def refuse_without_post(draft: Draft) -> Refusal | None:
    """Nobody decides on a post that is not there: HR sends the case back to look for another."""
    cause = post_trouble(draft.case, draft.facts)
    if cause is None:
        return None
    code = _AS_REFUSAL[cause]
    return refuse(code, position=draft.case.to_post.position)


def recheck_post(draft: Draft, command: RecheckPost) -> Refusal | None:
    """HR sends a case whose post is gone back to the needs check, where another can be proposed."""
    cause = post_trouble(draft.case, draft.facts)
    if cause is None:
        return refuse(RefusalCode.POST_STANDS, position=draft.case.to_post.position)
    set_back_to_needs(draft, cause)
    return None


def set_back_to_needs(draft: Draft, cause: SetBackCause) -> None:
    """Back to the needs check: with another seat of the post if there is one, else without a vacancy."""
    facts = draft.facts
    gone = cause is SetBackCause.POST_GONE or facts.dossier is None
    stopped, move = draft.stopped_outside(PauseCause.SET_BACK), draft.move_to(Status.NO_VACANCY)
    draft.add(CaseSetBack(to_stage=Stage.NEEDS_CHECK, cause=cause, stopped=stopped, move=move))
    draft.release_seat()
    if not gone and facts.dossier is not None:
        check_need(draft, facts.dossier)


def note_absence(draft: Draft) -> None:
    """Say who is missing where nobody can do the task: the case waits visibly, and the head of HR is told."""
    case, facts = draft.case, draft.facts
    step = _STEPS.get(case.status)
    if step is None or Flag.APPROVER_ABSENT in case.flags:
        return
    office = responsible(case.passage.office_of(step) or Office.GOVERNOR, case)
    present = [h for h in facts.holders if h.office is office]
    holders = [h for h in present if conflict(h.person, case, facts) is None]
    able = any(h.capacity is Capacity.DEFINITIVE for h in holders) or (holders and not strategic(step, case, facts))
    if not able and not (step is Act.DECIDE and caretaker_decides(case, holders, facts)):
        draft.add(ApproverAbsent(office=office, acting_only=bool(holders)))
