"""Opening, evaluation and needs check: may this person move, and is there a seat to move to."""

from collections.abc import Iterable
from datetime import date

from domain import lines, rules
from domain.case import Case
from domain.commands import (
    CloseIneligible,
    ConditionEndItem,
    ConfirmNeed,
    ConfirmOverride,
    ContestData,
    HistoryItem,
    Item,
    OverrideRule,
    PositionSinceItem,
    ProposeAlternative,
    RatingItem,
    SupplyDossier,
)
from domain.decide import choosing, papers, seating
from domain.decide.draft import Draft
from domain.events import (
    AlternativeProposed,
    CaseEnded,
    DataContested,
    DossierSupplied,
    EvaluationJudged,
    NeedChecked,
    NeedConfirmed,
    OverrideConfirmed,
    OverrideRequested,
    RuleResult,
    SuppliedItem,
)
from domain.facts import Dossier, Facts, Position, Seats
from domain.inputs import inputs
from domain.refusals import Refusal, RefusalCode, refuse
from domain.rules import Question
from domain.terms import closing, due_after
from domain.vocabulary import (
    Eligibility,
    Flag,
    Outcome,
    RuleOutcome,
    Severity,
    Stage,
    Status,
)


def evaluate(draft: Draft, dossier: Dossier) -> None:
    """Judge the dossier; the eligible goes on by itself, everything else waits for a person."""
    facts = draft.facts
    outcome, results = judged(draft, dossier)
    asked = inputs(question_of(draft, dossier))
    status = {Eligibility.INCOMPLETE: Status.INCOMPLETE, Eligibility.INELIGIBLE: Status.INELIGIBLE}.get(outcome)
    contest = due_after(facts.policy.evaluation.contest_days, facts.today, facts.calendar) if status else None
    draft.add(
        EvaluationJudged(
            outcome=outcome,
            marks=_marks(results),
            results=results,
            inputs=asked,
            contest_until=contest.at if contest else None,
            contest=contest,
            move=draft.move_to(status) if status else None,
        )
    )
    if status:
        draft.release_seat()
    else:
        check_need(draft, dossier)


def judged(draft: Draft, dossier: Dossier) -> tuple[Eligibility, tuple[RuleResult, ...]]:
    """What the rules of evaluation find, those overridden in the case set aside."""
    results = rules.judge(question_of(draft, dossier), (Stage.EVALUATION,))
    return rules.eligibility(results, severities(draft.facts), set_aside(draft.case, results)), results


def set_aside(case: Case, results: Iterable[RuleResult]) -> tuple[str, ...]:
    """The overridden rules that are so still: what was lowered a step is not lowered two by the same signature."""
    given, found = case.given_for, {r.rule: r.extent for r in results}
    return tuple(r for r in case.overridden if r not in given or given[r] == found.get(r, given[r]))


def question_of(draft: Draft, dossier: Dossier) -> Question:
    """What the rules are asked about a person and the target of a case."""
    return Question(draft.facts, dossier, _target(draft.facts), draft.case.kind, draft.case.origin)


def check_need(draft: Draft, dossier: Dossier) -> None:
    """Check seat, staffing and requirements of the target; hold a free seat for a qualified person."""
    facts, seats = draft.facts, _seats(draft.facts)
    question = question_of(draft, dossier)
    results = rules.judge(question, (Stage.NEEDS_CHECK,))
    told = bool(draft.steps) and isinstance(draft.steps[-1].event, EvaluationJudged)
    qualified = _outcome(results, "E11") is not RuleOutcome.FAIL
    # Whether a post of another agency is vacant, its agency says in its letters.
    has_seat = draft.case.to_post.outside or (
        seats.free_seat is not None and (draft.case.seat is not None or lines.may_take(draft.case, facts))
    )
    status = Status.AWAITING_CONFIRMATION if has_seat else Status.NO_VACANCY
    draft.add(
        NeedChecked(
            target=seats.target,
            origin=seats.origin,
            marks=_marks(results),
            results=results,
            inputs=None if told else inputs(question),
            flags=(Flag.ORIGIN_SHORTAGE,) if _leaves_shortage(seats) else (),
            move=draft.move_to(status),
        )
    )
    if qualified and draft.case.seat is None:
        if has_seat:
            seating.take(draft, seats)
        else:
            seating.wait(draft, seats)


def supply_dossier(draft: Draft, command: SupplyDossier) -> Refusal | None:
    """Take in what HR supplied and judge again."""
    if draft.facts.target is None:
        return refuse(RefusalCode.POST_GONE, position=draft.case.to_post.position)
    for item in command.items:
        if refusal := _implausible(item, draft.facts):
            return refusal
    draft.add(
        DossierSupplied(
            kinds=tuple(item.kind for item in command.items),
            items=tuple(SuppliedItem.model_validate(item.model_dump()) for item in command.items),
        )
    )
    facts = draft.facts
    evaluate(draft, _subject(facts).with_items(command.items, draft.case.number, facts.today))
    return None


def _implausible(item: Item, facts: Facts) -> Refusal | None:
    """Why a supplied fact cannot be true: one that lies ahead, before the service began, or ends what is not there."""
    dossier, today = _subject(facts), facts.today
    match item:
        case RatingItem():
            # A year is rated when it is over.
            field, day, earliest = "year", date(item.year, 12, 31), date(dossier.appointed_on.year, 1, 1)
        case ConditionEndItem():
            starts = [c.start for c in dossier.conditions if c.kind is item.condition and c.active_on(today)]
            if not starts:
                return refuse(RefusalCode.CONDITION_NOT_IN_FORCE, condition=item.condition)
            field, day, earliest = "to", item.to, max(starts)
        case HistoryItem() if item.to is not None and (item.to > today or item.to < item.since):
            field, day, earliest = "to", item.to, item.since
        case HistoryItem():
            # Service before the appointment counts too: nobody held a post before he was born.
            field, day, earliest = "since", item.since, dossier.birth_date
        case PositionSinceItem() if dossier.position is None or dossier.position.outside:
            return refuse(RefusalCode.NO_POST_HELD)
        case PositionSinceItem():
            field, day, earliest = "since", item.since, dossier.appointed_on
    if day > today:
        return refuse(RefusalCode.DATE_IN_FUTURE, field=field)
    if day < earliest:
        return refuse(RefusalCode.DATE_TOO_EARLY, field=field, earliest=earliest.isoformat())
    return None


def override_rule(draft: Draft, command: OverrideRule) -> Refusal | None:
    """Ask to set a failed rule aside on a ground the policy lists for it."""
    rule = draft.facts.policy.rules.get(command.rule)
    failed = {m.rule for m in draft.case.marks if m.outcome is RuleOutcome.FAIL}
    if rule is None or command.rule not in failed:
        return refuse(RefusalCode.RULE_NOT_FAILED, rule=command.rule)
    if rule.severity is not Severity.OVERRIDABLE:
        return refuse(RefusalCode.RULE_NOT_OVERRIDABLE, rule=command.rule)
    allowed = tuple(g for g in rule.overrides if g != choosing.OWN_REQUEST or draft.case.asked_by_himself)
    if command.ground not in allowed:
        return refuse(RefusalCode.GROUND_NOT_ALLOWED, rule=command.rule, allowed=allowed)
    if rule.needs_document and command.document is None:
        return refuse(RefusalCode.OVERRIDE_DOCUMENT_REQUIRED, rule=command.rule)
    if refused := papers.unusable(draft.case, command.document):
        return refused
    draft.add(
        OverrideRequested(
            rule=command.rule,
            ground=command.ground,
            reference=command.reference,
            document=command.document,
            move=draft.move_to(Status.OVERRIDE_PENDING),
        )
    )
    return None


def confirm_override(draft: Draft, command: ConfirmOverride) -> Refusal | None:
    """The second person confirms; the dossier is judged with the rule set aside."""
    if draft.facts.target is None:
        return refuse(RefusalCode.POST_GONE, position=draft.case.to_post.position)
    pending = draft.case.override
    assert pending is not None, "override_pending has a pending override"
    if pending.document in {d.id for d in draft.case.documents} and (
        refused := papers.unusable(draft.case, pending.document)
    ):
        return refused
    _, results = judged(draft, _subject(draft.facts))
    extent = next((r.extent for r in results if r.rule == pending.rule), None)
    per_post = draft.facts.policy.rules[pending.rule].per_post
    draft.add(OverrideConfirmed(rule=pending.rule, ground=pending.ground, given_for=extent if per_post else None))
    evaluate(draft, _subject(draft.facts))
    return None


def close_ineligible(draft: Draft, command: CloseIneligible) -> Refusal | None:
    """Close the case of a person found ineligible: a person decides it, not the rules."""
    draft.add(CaseEnded(outcome=Outcome.INELIGIBLE, move=closing(Outcome.INELIGIBLE)))
    return None


def contest_data(draft: Draft, command: ContestData) -> Refusal | None:
    """Record what the employee contests; HR must look at it."""
    draft.add(DataContested(text=command.text, items=tuple(i.model_dump(mode="json") for i in command.items)))
    return None


def confirm_need(draft: Draft, command: ConfirmNeed) -> Refusal | None:
    """Confirm the need; a seat that became free meanwhile is held now."""
    if draft.facts.target is None:
        return refuse(RefusalCode.POST_GONE, position=draft.case.to_post.position)
    facts, seats = draft.facts, _seats(draft.facts)
    results = rules.judge(question_of(draft, _subject(facts)), (Stage.NEEDS_CHECK,))
    if _outcome(results, "E11") is RuleOutcome.FAIL:
        return refuse(RefusalCode.NOT_QUALIFIED, rules=("E11",))
    seated = draft.case.seat is not None or draft.case.to_post.outside
    if not seated and (seats.free_seat is None or not lines.may_take(draft.case, facts)):
        return seating.no_seat(draft.case, facts)
    shortage, backfill = _leaves_shortage(seats), command.backfill
    if shortage and backfill is None and facts.policy.asks_for_backfill:
        assert seats.origin is not None, "a shortage is one of the origin"
        return refuse(
            RefusalCode.BACKFILL_REQUIRED,
            position=seats.origin.code,
            required=seats.origin.required,
            left=seats.origin.occupied - 1,
        )
    chosen = choosing.chosen(draft, _target(facts), command.off_list_reason)
    if isinstance(chosen, Refusal):
        return chosen
    draft.add(
        NeedConfirmed(
            target=seats.target,
            origin=seats.origin,
            shortage=shortage,
            backfill_plan=backfill.plan if backfill else None,
            backfill_reference=backfill.reference if backfill else None,
            **chosen,
            move=draft.move_to(Status.AWAITING_RESPONSE),
        )
    )
    if draft.case.seat is None:
        seating.take(draft, seats)
    return None


def propose_alternative(draft: Draft, command: ProposeAlternative) -> Refusal | None:
    """Change the target to another vacant post the person is eligible for; the stage stays what it is."""
    facts = draft.facts
    target, dossier = facts.target, _subject(facts)
    if target is None:
        return refuse(RefusalCode.POSITION_UNKNOWN, position=command.position_code)
    if not facts.policy.routes[draft.case.kind].fills(target.kind, target.tier):
        return refuse(RefusalCode.POST_BEYOND_ROUTE, position=target.code, kind=target.kind)
    if target.code in (draft.case.to_post.position, dossier.position.code if dossier.position else None):
        return refuse(RefusalCode.SAME_POST, position=target.code)
    question = Question(facts, dossier, target, draft.case.kind, draft.case.origin)
    evaluated = rules.judge(question, (Stage.EVALUATION,))
    needs = rules.judge(question, (Stage.NEEDS_CHECK,))
    seats = _seats(facts)
    if _outcome(needs, "E10") is RuleOutcome.FAIL or not lines.may_take(draft.case, facts):
        return seating.no_seat(draft.case, facts)
    void = tuple(sorted(r for r in draft.case.overridden if facts.policy.rules[r].per_post))
    unmet = _unmet((*evaluated, *needs), draft, void)
    if unmet:
        return refuse(RefusalCode.NOT_QUALIFIED, rules=unmet)
    responding = draft.case.stage is Stage.CONSULTATION
    # Before the need is confirmed, the confirmation asks.
    chosen = choosing.chosen(draft, target, command.off_list_reason) if responding else {}
    if isinstance(chosen, Refusal):
        return chosen
    draft.release_seat()
    status = Status.AWAITING_RESPONSE if responding else Status.AWAITING_CONFIRMATION
    draft.add(AlternativeProposed(to_post=target.ref, overrides_void=void, **chosen))
    draft.add(
        EvaluationJudged(
            outcome=Eligibility.ELIGIBLE, marks=_marks(evaluated), results=evaluated, inputs=inputs(question)
        )
    )
    draft.add(
        NeedChecked(
            target=seats.target,
            origin=seats.origin,
            marks=_marks(needs),
            results=needs,
            flags=(Flag.ORIGIN_SHORTAGE,) if _leaves_shortage(seats) else (),
            move=draft.move_to(status),
        )
    )
    seating.take(draft, seats)
    return None


def severities(facts: Facts) -> dict[str, Severity]:
    return {code: rule.severity for code, rule in facts.policy.rules.items()}


def _unmet(results: tuple[RuleResult, ...], draft: Draft, void: tuple[str, ...]) -> tuple[str, ...]:
    binding = severities(draft.facts)
    return tuple(
        r.rule
        for r in results
        if r.outcome in (RuleOutcome.FAIL, RuleOutcome.UNKNOWN)
        and binding[r.rule] is not Severity.WARN
        and (r.rule not in draft.case.overridden or r.rule in void)
    )


def _leaves_shortage(seats: Seats) -> bool:
    return seats.origin is not None and seats.origin.occupied - 1 < seats.origin.required


def _marks(results: tuple[RuleResult, ...]) -> tuple:  # type: ignore[type-arg]
    return tuple(r.mark for r in results)


def _outcome(results: tuple[RuleResult, ...], rule: str) -> RuleOutcome | None:
    return next((r.outcome for r in results if r.rule == rule), None)


def _subject(facts: Facts) -> Dossier:
    assert facts.dossier is not None, "the dossier of an open case is gathered"
    return facts.dossier


def _target(facts: Facts) -> Position:
    assert facts.target is not None, "the target of an open case is gathered"
    return facts.target


def _seats(facts: Facts) -> Seats:
    assert facts.seats is not None, "the seats of an open case are gathered"
    return facts.seats
