"""Looking back on a case: every judgement made again from what was kept with it, every authority asked again.

Pure, like the judgement itself. What is not kept cannot be made again: that is told as lacking, never as right.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import singledispatch
from typing import Any, NamedTuple

from domain import events as ev
from domain import rules
from domain.authority import HR, held_fits, standing
from domain.calendar import Calendar
from domain.case import CLOCK, Case, Recorded
from domain.decide import TASK_ACT
from domain.decide.board import word
from domain.decide.choosing import against_advice
from domain.decide.evaluation import set_aside
from domain.evolve import evolve, opened
from domain.facts import Actor, Facts, OfficeHeld
from domain.inputs import question
from domain.policy import Policy
from domain.refusals import Refusal, RefusalCode
from domain.vocabulary import Act, DecisionChoice, Office, Origin, Stage


class Step(NamedTuple):
    """An entry with the case before and after it, and the command that made it."""

    recorded: Recorded
    before: Case | None
    after: Case
    command: str
    office: tuple[str, str | None, str, str] | None
    """Office, unit, capacity and instrument that the entry says its author acted in."""
    mandate: str | None = None
    """The mandate he acted by, where the office was another's."""


class Finding(NamedTuple):
    """What does not hold, or, without a kind, what could not be looked at; `seq` is the entry."""

    kind: str | None
    seq: int
    what: str


def folded(history: Sequence[tuple[Recorded, str, Mapping[str, str]]], case_id: str) -> list[Step]:
    """The history folded: each entry with its command and the actor as the ledger tells him."""
    steps: list[Step] = []
    before: Case | None = None
    for recorded, command, actor in history:
        after = evolve(before, recorded) if before else opened(recorded, case_id)
        office = None
        if "office" in actor:
            office = (actor["office"], actor.get("unit"), actor["capacity"], actor["instrument"])
        steps.append(Step(recorded, before, after, command, office, actor.get("mandate")))
        before = after
    return steps


def judged_again(steps: Sequence[Step], policy: Policy) -> Iterator[Finding]:
    """Every decision of the law that a history holds, made again under the policy the case pins."""
    for n, step in enumerate(steps):
        seq, event = step.recorded.seq, step.recorded.event
        for what in _again(event, steps, n, policy):
            yield what if isinstance(what, Finding) else Finding("judged_otherwise", seq, what)
        for name, due in _dues(event):
            if not _reckoned_right(due):
                yield Finding(
                    "judged_otherwise", seq, f"{name}: {due.on} is not {due.days} working days after {due.start}"
                )


_Found = Iterator[str | Finding]


@singledispatch
def _again(event: ev.Event, steps: Sequence[Step], n: int, policy: Policy) -> _Found:
    """What of an event would be judged otherwise today, by the same rules from the same inputs."""
    yield from ()


@_again.register
def _(event: ev.EvaluationJudged, steps: Sequence[Step], n: int, policy: Policy) -> _Found:
    before = steps[n].before
    assert before is not None, "a case begins with its opening"
    yield from _rules_again(event, event.inputs, Stage.EVALUATION, steps[n], policy)
    binding = {code: rule.severity for code, rule in policy.rules.items()}
    results = [ev.RuleResult(rule=m.rule, outcome=m.outcome) for m in event.marks]
    waived = set_aside(before, event.results) if event.results else before.overridden
    if (outcome := rules.eligibility(results, binding, waived)) is not event.outcome:
        yield f"by its own marks it is {outcome}, not {event.outcome}"


@_again.register
def _(event: ev.NeedChecked, steps: Sequence[Step], n: int, policy: Policy) -> _Found:
    just_before = steps[n - 1].recorded.event
    told = just_before.inputs if isinstance(just_before, ev.EvaluationJudged) else None
    yield from _rules_again(event, event.inputs or told, Stage.NEEDS_CHECK, steps[n], policy)
    if event.origin is not None and ((event.origin.occupied - 1 < event.origin.required) != bool(event.flags)):
        yield "the shortage it leaves is not the one its figures give"


def _rules_again(
    event: ev.EvaluationJudged | ev.NeedChecked, inputs: dict[str, Any] | None, stage: Stage, step: Step, policy: Policy
) -> _Found:
    if {m.rule for m in event.marks} != {code for code, rule in policy.rules.items() if rule.stage is stage}:
        yield "the rules judged are not those of its policy"
    if event.results and tuple(r.mark for r in event.results) != event.marks:
        yield "its marks are not those of its results"
    if inputs is None or not event.results:
        yield Finding(None, step.recorded.seq, "what the rules were asked with is not kept here")
        return
    asked = question(inputs, policy)
    if asked.today != Calendar((), (), "").local_day(step.recorded.at):
        yield "its inputs are those of another day"
    for then, now in zip(event.results, rules.judge(asked, (stage,)), strict=False):
        if then != now:
            yield f"rule {now.rule} gives {now.outcome} ({now.value}), not {then.outcome} ({then.value})"


@_again.register
def _(event: ev.NeedConfirmed, steps: Sequence[Step], n: int, policy: Policy) -> _Found:
    short = event.origin is not None and event.origin.occupied - 1 < event.origin.required
    if short != event.shortage:
        yield "the shortage it leaves is not the one its figures give"


@_again.register
def _(event: ev.BoardConsidered, steps: Sequence[Step], n: int, policy: Policy) -> _Found:
    before = steps[n].before
    votes = [v.recommendation for v in before.votes if v.recommendation is not None] if before else []
    said = word(votes, policy.board.majority if before and before.panel is not None else None)
    if (said, len(votes)) != (event.result, event.votes) or len(votes) < policy.board.quorum:
        yield f"{len(votes)} votes give {said}, the quorum is {policy.board.quorum}"


@_again.register
def _(event: ev.DecisionMade, steps: Sequence[Step], n: int, policy: Policy) -> _Found:
    before = steps[n].before
    approves = event.decision is DecisionChoice.APPROVE and event.decided_by is None
    if before and approves and event.against_advice != against_advice(before):
        yield "whether it goes against advice is not what board and secretary said"


def _dues(event: ev.Event) -> Iterator[tuple[str, ev.Due]]:
    if event.move and event.move.due:
        yield f"the term of {event.move.status}", event.move.due
    for name in type(event).model_fields:
        if isinstance(value := getattr(event, name), ev.Due):
            yield name, value


def _reckoned_right(due: ev.Due) -> bool:
    """Whether a date is the working day that it says, by the days it says it left out and took in."""
    off, on = {d.day for d in due.excluded}, {d.day for d in due.included or ()}

    def counts(day: date) -> bool:
        works = day in on or (day.weekday() < 5 and day not in off)
        return works and not any(p.first <= day <= p.last for p in due.pauses or ())

    days = [due.start + timedelta(days=n) for n in range(1, (due.on - due.start).days + 1)]
    return sum(map(counts, days)) == due.days and counts(due.on)


class Known(NamedTuple):
    """What the register knew at an instant: offices held, relatives of the person concerned."""

    offices: tuple[OfficeHeld, ...]
    kin: frozenset[str]


def authorised_again(steps: Sequence[Step], policy: Policy, known: Callable[[Recorded], Known]) -> Iterator[Finding]:
    """Every act of a person, asked again whether he might do it then, in the office he says."""
    for step in steps:
        act = step.recorded.event.act
        if step.recorded.by == CLOCK or (act is None and step.before is not None):
            continue
        if step.mandate is not None:
            yield Finding(None, step.recorded.seq, "whether his mandate held then is not kept here")
            continue
        at = known(step.recorded)
        held = tuple(o for o in at.offices if o.person == step.recorded.by)
        if step.before is None:
            yield from _opening(step, at, held)
        elif act is Act.UNDO:
            if step.before.undo is None or step.before.undo.by != step.recorded.by:
                yield Finding("not_authorised", step.recorded.seq, "it takes back what another did")
        elif act is not None:
            yield from _act(step, step.before, act, at, held, policy)


def _opening(step: Step, known: Known, held: tuple[OfficeHeld, ...]) -> Iterator[Finding]:
    case, by = step.after, step.recorded.by
    if by == case.subject:
        if case.origin is not Origin.OWN_REQUEST:
            yield Finding("not_authorised", 1, "he opened his own case, and not at his own request")
    elif by in known.kin:
        yield Finding("not_authorised", 1, "who opened it is related to the person concerned")
    elif not any(o.office in HR for o in held):
        yield Finding("not_authorised", 1, "who opened it held no office of HR")


def _act(
    step: Step, case: Case, act: Act, known: Known, held: tuple[OfficeHeld, ...], policy: Policy
) -> Iterator[Finding]:
    seq = step.recorded.seq
    actor = Actor(person=step.recorded.by, name="", offices=held)
    calendar = Calendar((), (), "")
    facts = Facts(step.recorded.at, policy, calendar, actor, kin=known.kin, holders=known.offices)
    task = TASK_ACT.get(case.status) if act is Act.RETURN else None
    allowed = standing(case, act, actor, facts, task)
    if isinstance(allowed, Refusal):
        caretaker = any(o.office is Office.GOVERNOR for o in held) and act is Act.DECIDE
        if allowed.code is RefusalCode.ACTING_CAPACITY and caretaker:
            yield Finding(None, seq, "whether a caretaker governor might decide depends on windows that are not here")
        else:
            yield Finding("not_authorised", seq, f"{act} would be refused: {allowed.code}")
    elif step.office is not None:
        mine = [o for o in held if (o.office, o.unit, o.capacity, o.instrument) == step.office]
        if not any(held_fits(case, task or act, o, facts) for o in mine):
            yield Finding("not_authorised", seq, f"{act} does not belong to the office it was done in")
