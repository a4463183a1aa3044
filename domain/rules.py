"""The rules E01-E24 (`domain.md` 3): each yields an outcome with the value, the threshold, the source and the date.

Missing data is `unknown`: never zero, never a pass. A rule whose subject does not exist here is `not_applicable`.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from domain import careers, planning
from domain.events import RuleResult
from domain.facts import REGISTER, Dossier, Facts, Position, Window
from domain.policy import RulePolicy
from domain.ranks import add_months, education_rank, grade_rank, pension_start, post_level, whole_months
from domain.vocabulary import (
    MANAGERIAL_KINDS,
    ConditionKind,
    CostBearer,
    Direction,
    Eligibility,
    EmployeeStatus,
    Kind,
    Origin,
    PositionKind,
    RuleOutcome,
    Severity,
    Stage,
    WindowKind,
)

PASS, FAIL, WARN = RuleOutcome.PASS, RuleOutcome.FAIL, RuleOutcome.WARN
UNKNOWN, NOT_APPLICABLE = RuleOutcome.UNKNOWN, RuleOutcome.NOT_APPLICABLE

VACANCY = "E10"
"""Whether there is a seat: a matter of the post, not of the person."""
RETIREMENT = "E16"
"""The age of retirement, asked of the day on which a mutation takes effect too."""
JOB_CLASS = "job_class"
"""What E20 looks at besides the level."""

_PROCEEDINGS = (
    ConditionKind.DISCIPLINE_PROCESS,
    ConditionKind.DISCIPLINE_LIGHT,
    ConditionKind.DISCIPLINE_MEDIUM,
    ConditionKind.DISCIPLINE_HEAVY,
    ConditionKind.COURT,
)
_PUNISHMENTS = (ConditionKind.DISCIPLINE_MEDIUM, ConditionKind.DISCIPLINE_HEAVY)


class Question:
    """A person for a post, under the facts of the day: what every rule is asked."""

    def __init__(
        self,
        facts: Facts,
        dossier: Dossier,
        target: Position,
        kind: Kind = Kind.INTERNAL,
        origin: Origin = Origin.ORGANISATION,
        on: date | None = None,
    ) -> None:
        self.facts = facts
        self.dossier = dossier
        self.target = target
        self.kind = kind
        self.origin = origin
        self.today = on or facts.today

    @cached_property
    def direction(self) -> Direction | None:
        """Whether the move rises, falls or stays level; unknown for a person with no post now and none on record."""
        here, there = careers.last_level(self.dossier, self.today), post_level(self.target.kind, self.target.tier)
        if here is None:
            return None
        if here == there:
            return Direction.LATERAL
        return Direction.PROMOTION if there > here else Direction.DEMOTION

    @property
    def rises(self) -> bool:
        return self.direction is Direction.PROMOTION


Rule = Callable[[Question, RulePolicy], RuleResult]
RULES: dict[str, Rule] = {}
_Judge = Callable[[Question, RulePolicy], dict[str, Any]]
_JUDGES: dict[str, _Judge] = {}


def _rule(code: str, of_our_posts: bool = False) -> Callable[[_Judge], Rule]:
    """A rule by its code; one `of_our_posts` asks what only the position map says, and not of another agency's post."""

    def register(judged: _Judge) -> Rule:
        def judge(question: Question, policy: RulePolicy) -> dict[str, Any]:
            if of_our_posts and question.target.outside:
                return {"outcome": NOT_APPLICABLE}
            return judged(question, policy)

        def rule(question: Question, policy: RulePolicy) -> RuleResult:
            found = {"source": REGISTER, "as_of": question.dossier.as_of, **judge(question, policy)}
            return RuleResult.model_validate({"rule": code, **found})

        RULES[code], _JUDGES[code] = rule, judge
        return rule

    return register


def judge(question: Question, stages: Iterable[Stage]) -> tuple[RuleResult, ...]:
    """All rules of the policy that are judged at these stages, in order of their codes."""
    rules = question.facts.policy.rules
    return tuple(RULES[code](question, rules[code]) for code in sorted(rules) if rules[code].stage in stages)


def outcomes(question: Question, codes: Iterable[str]) -> dict[str, RuleOutcome]:
    """What some rules of the policy find, unexplained: for whoever judges thousands."""
    rules = question.facts.policy.rules
    return {code: _JUDGES[code](question, rules[code])["outcome"] for code in codes}


def eligibility(
    results: Iterable[RuleResult], severities: dict[str, Severity], overridden: Iterable[str]
) -> Eligibility:
    """What rule results mean together. A failure weighs more than a gap: every reason is shown at once."""
    waived = set(overridden)
    return whole(r.outcome for r in results if severities[r.rule] is not Severity.WARN and r.rule not in waived)


def whole(binding: Iterable[RuleOutcome]) -> Eligibility:
    """What the outcomes of the rules that bind mean together."""
    found = set(binding)
    if FAIL in found:
        return Eligibility.INELIGIBLE
    return Eligibility.INCOMPLETE if UNKNOWN in found else Eligibility.ELIGIBLE


@_rule("E01")
def _permanent_and_active(q: Question, p: RulePolicy) -> dict[str, object]:
    if q.dossier.status is not EmployeeStatus.PNS:
        return {"outcome": FAIL, "value": q.dossier.status, "threshold": EmployeeStatus.PNS}
    if leave := _active(q, (ConditionKind.UNPAID_LEAVE,)):
        return {"outcome": FAIL, "value": leave[0].kind, "threshold": EmployeeStatus.PNS, "source": leave[0].source}
    return {"outcome": PASS, "value": q.dossier.status, "threshold": EmployeeStatus.PNS}


@_rule("E02")
def _two_years_in_post(q: Question, p: RulePolicy) -> dict[str, object]:
    return _tenure(q, p) if q.dossier.position else {"outcome": NOT_APPLICABLE}


@_rule("E03")
def _five_years_in_post(q: Question, p: RulePolicy) -> dict[str, object]:
    since, limit = q.dossier.position_since, p.months or 60
    if q.dossier.position is None:
        return {"outcome": NOT_APPLICABLE}
    if since is None:
        return {"outcome": UNKNOWN, "threshold": limit}
    over = add_months(since, limit) < q.today
    return {
        "outcome": WARN if over else PASS,
        "value": whole_months(since, q.today),
        "threshold": limit,
        "as_of": since,
    }


@_rule("E04")
def _executive_two_years(q: Question, p: RulePolicy) -> dict[str, object]:
    post = q.dossier.position
    if post is None or post.kind not in (PositionKind.JPT_MADYA, PositionKind.JPT_PRATAMA):
        return {"outcome": NOT_APPLICABLE}
    return _tenure(q, p)


def _tenure(q: Question, p: RulePolicy) -> dict[str, object]:
    since, needed = q.dossier.position_since, p.months or 24
    if since is None:
        return {"outcome": UNKNOWN, "threshold": needed}
    eligible_from = add_months(since, needed)
    return {
        "outcome": PASS if eligible_from <= q.today else FAIL,
        "value": whole_months(since, q.today),
        "threshold": needed,
        "as_of": since,
        "eligible_from": None if eligible_from <= q.today else eligible_from,
    }


@_rule("E05")
def _two_good_years(q: Question, p: RulePolicy) -> dict[str, object]:
    last = q.facts.last_closed_rating_year
    years = range(last - (p.years or 2) + 1, last + 1)
    minimum = p.minimum
    assert minimum is not None, "E05 of the policy names its minimum"
    ratings = [(year, q.dossier.rating_of(year)) for year in years]
    value = ", ".join([f"{year} " + (fact.rating if fact else "-") for year, fact in ratings])
    found = [fact for _, fact in ratings if fact]
    common: dict[str, object] = {
        "value": value,
        "threshold": minimum,
        "source": ", ".join(sorted({fact.source for fact in found})) or None,
        "as_of": max([fact.as_of for fact in found], default=None),
    }
    floor = minimum.rank
    if any(fact.rating.rank < floor for fact in found):
        return {"outcome": FAIL, **common}
    return {"outcome": PASS if len(found) == len(years) else UNKNOWN, **common}


@_rule("E06")
def _no_proceeding(q: Question, p: RulePolicy) -> dict[str, object]:
    return _none_active(q, _PROCEEDINGS)


@_rule("E07")
def _no_recent_punishment(q: Question, p: RulePolicy) -> dict[str, object]:
    years = p.years or 2
    ends = [
        c.end
        for c in q.dossier.conditions
        if c.kind in _PUNISHMENTS and c.end is not None and c.end < q.today < add_months(c.end, years * 12)
    ]
    if not ends:
        return {"outcome": PASS}
    last = max(ends)
    outcome = FAIL if q.rises else WARN
    return {
        "outcome": outcome,
        "value": last.isoformat(),
        "threshold": years,
        "eligible_from": add_months(last, years * 12) if outcome is FAIL else None,
    }


@_rule("E08")
def _no_study_or_bond(q: Question, p: RulePolicy) -> dict[str, object]:
    return _none_active(q, (ConditionKind.STUDY_LEAVE, ConditionKind.SERVICE_BOND))


@_rule("E09")
def _no_audit_finding(q: Question, p: RulePolicy) -> dict[str, object]:
    findings = _active(q, (ConditionKind.AUDIT_FINDING,))
    if not findings:
        return {"outcome": PASS}
    oldest = min(findings, key=lambda c: c.start)
    return {"outcome": FAIL, "value": oldest.start.isoformat(), "as_of": oldest.start, "source": oldest.source}


@_rule("E10", of_our_posts=True)
def _vacant(q: Question, p: RulePolicy) -> dict[str, object]:
    seats = q.facts.seats
    if seats is None:
        return {"outcome": UNKNOWN}
    return {
        "outcome": PASS if seats.free_seat is not None else FAIL,
        "value": seats.target.vacant,
        "threshold": q.target.required,
        "as_of": q.today,
    }


@_rule("E11", of_our_posts=True)
def _qualified(q: Question, p: RulePolicy) -> dict[str, object]:
    wanted = f"{q.target.education_min}" + (
        f" ({'; '.join(q.target.education_fields)})" if q.target.education_fields else ""
    )
    held = f"{q.dossier.education} {q.dossier.education_field}".strip()
    if not holds_qualification(q.dossier, q.target):
        return {"outcome": FAIL, "value": held, "threshold": wanted}
    if gaps := competence_gaps(q.dossier, q.target):
        listed = "; ".join(f"{key} {'-' if have is None else have}/{want}" for key, (have, want) in gaps.items())
        return {"outcome": WARN, "value": listed, "threshold": wanted}
    return {"outcome": PASS, "value": held, "threshold": wanted}


def holds_qualification(dossier: Dossier, target: Position) -> bool:
    """Whether level and field of education meet what the post requires."""
    level = education_rank(dossier.education) >= education_rank(target.education_min)
    return level and (not target.education_fields or dossier.education_field in target.education_fields)


def competence_gaps(dossier: Dossier, target: Position) -> dict[str, tuple[int | None, int]]:
    """Competences below the requirement: key to (level held or None if never assessed, level required)."""
    held = dossier.competences
    return {
        key: (held[key].level if key in held else None, want)
        for key, want in sorted(target.competences.items())
        if key not in held or held[key].level < want
    }


@_rule("E12")
def _no_conflict_on_route(q: Question, p: RulePolicy) -> dict[str, object]:
    related = sorted({h.office for h in q.facts.holders if h.person in q.facts.kin})
    return {"outcome": WARN if related else PASS, "value": ", ".join(related) or None, "as_of": q.today}


@_rule("E13", of_our_posts=True)
def _experience_for_administrative_post(q: Question, p: RulePolicy) -> dict[str, object]:
    return _experienced(q, p, (PositionKind.ADMINISTRATOR, PositionKind.SUPERVISOR))


@_rule("E14", of_our_posts=True)
def _experience_for_executive_post(q: Question, p: RulePolicy) -> dict[str, object]:
    return _experienced(q, p, (PositionKind.JPT_PRATAMA,))


def _experienced(q: Question, p: RulePolicy, kinds: tuple[PositionKind, ...]) -> dict[str, object]:
    """Asked of who rises into such a post. What is on record may be enough; where it is not, and no history of posts
    is on record at all, nothing is known of the rest."""
    if not (q.rises and q.target.kind in kinds):
        return {"outcome": NOT_APPLICABLE}
    asked = (p.experience or {}).get(q.target.kind)
    if asked is None:
        return {"outcome": UNKNOWN}
    needed = ((asked.level, asked.months), (1, asked.total_months or 0))
    near, all_told = (careers.months_at(careers.spans(q.dossier, q.today), level) for level, _ in needed)
    lacking = near < asked.months
    sources = sorted({h.source for h in q.dossier.history} | {REGISTER})
    found: dict[str, object] = {
        "value": near if lacking or asked.total_months is None else all_told,
        "threshold": asked.months if lacking or asked.total_months is None else asked.total_months,
        "source": ", ".join(sources),
    }
    if not lacking and all_told >= (asked.total_months or 0):
        return {"outcome": PASS, **found}
    if not q.dossier.history:
        return {"outcome": UNKNOWN, **found}
    return {"outcome": FAIL, **found, "eligible_from": careers.reached_on(q.dossier, q.today, needed)}


@_rule("E15", of_our_posts=True)
def _grade_in_range(q: Question, p: RulePolicy) -> dict[str, object]:
    if q.dossier.status is EmployeeStatus.PPPK:
        return {"outcome": NOT_APPLICABLE}
    rank = grade_rank(q.dossier.grade)
    low, high = grade_rank(q.target.min_grade), grade_rank(q.target.max_grade)
    outcome = FAIL if rank < low else WARN if rank > high else PASS
    return {"outcome": outcome, "value": q.dossier.grade, "threshold": f"{q.target.min_grade} - {q.target.max_grade}"}


@_rule("E16")
def _time_before_retirement(q: Question, p: RulePolicy) -> dict[str, object]:
    age = q.facts.policy.retirement_age_of(q.target.kind, q.target.tier)
    pension, margin = pension_start(q.dossier.birth_date, age), p.months or 12
    outcome = FAIL if pension <= q.today else WARN if pension < add_months(q.today, margin) else PASS
    return {"outcome": outcome, "value": pension.isoformat(), "threshold": margin, "as_of": q.dossier.birth_date}


@_rule("E17")
def _years_before_leaving_the_agency(q: Question, p: RulePolicy) -> dict[str, object]:
    """Asked of who applies to leave an agency himself; whoever insists earlier is deemed to resign."""
    if q.kind is Kind.INTERNAL or (p.years is not None and q.origin is not Origin.OWN_REQUEST):
        return {"outcome": NOT_APPLICABLE}
    if p.years is None:
        return {"outcome": UNKNOWN}
    since = q.dossier.appointed_on
    eligible_from = add_months(since, p.years * 12)
    passes = eligible_from <= q.today
    return {
        "outcome": PASS if passes else FAIL,
        "value": whole_months(since, q.today) // 12,
        "threshold": p.years,
        "as_of": since,
        "eligible_from": None if passes else eligible_from,
    }


@_rule("E18")
def _no_double_post(q: Question, p: RulePolicy) -> dict[str, object]:
    return {"outcome": PASS if q.dossier.position else NOT_APPLICABLE}


@_rule("E19", of_our_posts=True)
def _talent_box(q: Question, p: RulePolicy) -> dict[str, object]:
    if not (q.rises and q.target.kind in MANAGERIAL_KINDS):
        return {"outcome": NOT_APPLICABLE}
    talent, wanted = q.dossier.talent, ", ".join(map(str, p.boxes))
    if talent is None:
        return {"outcome": UNKNOWN, "threshold": wanted}
    return {
        "outcome": PASS if talent.box in p.boxes else FAIL,
        "value": talent.box,
        "threshold": wanted,
        "as_of": date(talent.year, 12, 31),
    }


@_rule("E20")
def _no_demotion(q: Question, p: RulePolicy) -> dict[str, object]:
    """No lower level, and no lower job class on the same one: the allowance follows the class.

    Whoever was left without a post is measured by the last one he held, so that no way round leads through none.
    """
    post = q.dossier.position
    here, there = careers.last_level(q.dossier, q.today), post_level(q.target.kind, q.target.tier)
    if here is None:
        return {"outcome": UNKNOWN, "threshold": there}
    if there < here:
        return {"outcome": FAIL, "value": here, "threshold": there}
    known = post is not None and not (q.target.outside or post.outside)
    if post is not None and known and there == here and q.target.job_class < post.job_class:
        falls = {"value": post.job_class, "threshold": q.target.job_class}
        if JOB_CLASS in p.fail_by:
            return {"outcome": FAIL, "failing": JOB_CLASS, **falls}
        return {"outcome": WARN, **falls}
    return {"outcome": PASS, "value": here, "threshold": there}


@_rule("E21")
def _no_restricted_window(q: Question, p: RulePolicy) -> dict[str, object]:
    closed = [w.ground for w in restricting_windows(q.facts, q.target, q.kind, q.today)]
    return {"outcome": WARN if closed else PASS, "value": "; ".join(closed) or None, "as_of": q.today}


@_rule("E22", of_our_posts=True)
def _planning_considered(q: Question, p: RulePolicy) -> dict[str, object]:
    asked = p.aspects or ()
    silent = planning.silent(asked, planning.Plan(q.dossier, q.target, q.facts.seats))
    return {"outcome": WARN if silent else PASS, "value": ", ".join(silent) or len(asked), "threshold": len(asked)}


@_rule("E23")
def _who_bears_the_cost(q: Question, p: RulePolicy) -> dict[str, object]:
    bearer = (p.bearers or {}).get(q.origin)
    outcome = UNKNOWN if bearer is None else WARN if bearer is CostBearer.EMPLOYEE else PASS
    return {"outcome": outcome, "value": bearer, "threshold": q.origin}


@_rule("E24")
def _unwillingness_is_heard(q: Question, p: RulePolicy) -> dict[str, object]:
    if q.origin is Origin.OWN_REQUEST:
        return {"outcome": NOT_APPLICABLE}
    return {"outcome": PASS, "value": p.leads_to}


def restricting_windows(facts: Facts, target: Position, kind: Kind, *days: date) -> list[Window]:
    """Windows that forbid the decision on this post on any of the days without the consents they ask for.

    Without a day: all that concern the post. Of who leaves for another agency it is the post he leaves.
    """
    post = vacated(facts, target)
    return [
        w
        for w in facts.windows
        if w.kind is not WindowKind.EMERGENCY
        and w.concerns(post, facts.target_ancestors, kind)
        and (not days or any(w.open_on(day) for day in days))
    ]


def vacated(facts: Facts, target: Position) -> Position:
    """The post of the province whose holder changes: the target, or the one that is left for another agency."""
    if not target.outside:
        return target
    return facts.former or (facts.dossier.position if facts.dossier else None) or target


def emergency_window(facts: Facts, target: Position, kind: Kind) -> str | None:
    """Ground of an emergency window that opens the expedited path to this post today."""
    return next(
        (
            w.ground
            for w in facts.windows
            if w.kind is WindowKind.EMERGENCY and w.covers(facts.today, target, facts.target_ancestors, kind)
        ),
        None,
    )


def _active(q: Question, kinds: tuple[ConditionKind, ...]) -> list:  # type: ignore[type-arg]
    return [c for c in q.dossier.conditions if c.kind in kinds and c.active_on(q.today)]


def _none_active(q: Question, kinds: tuple[ConditionKind, ...]) -> dict[str, object]:
    active = _active(q, kinds)
    if not active:
        return {"outcome": PASS}
    ends = [c.end for c in active]
    return {
        "outcome": FAIL,
        "value": ", ".join(sorted({c.kind for c in active})),
        "as_of": max(c.start for c in active),
        "source": active[0].source,
        "eligible_from": None if None in ends else max(e for e in ends if e) + timedelta(days=1),
    }
