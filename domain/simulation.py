"""What a candidate policy would change: people and cases judged twice on the same facts, and who comes out differently.

Judged are the rules of evaluation and needs check, as far as person and post decide them, and for a case whether its
route is open at all. What else the policies differ in is named. Nothing is written anywhere.
"""

from collections import Counter
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from domain.calendar import Calendar
from domain.differences import differences
from domain.facts import Actor, Dossier, Facts, Position
from domain.policy import Policy
from domain.rules import WARN, Question, outcomes, whole
from domain.vocabulary import Eligibility, Kind, Origin, RuleOutcome, Severity, Stage, Way

ROUTE = "route"
"""Stands beside the codes of rules for a route that is not open to the case."""
_JUDGED_AT = (Stage.EVALUATION, Stage.NEEDS_CHECK)
_BEYOND = frozenset({"E10", "E12", "E21", "E22"})
"""Rules that ask for more than person and post: seats, who holds the offices and is related, windows."""
_BESIDE = frozenset({"stage", "ground", "title", "overrides", "needs_document", "per_post", "fail", "warn", "unknown"})
"""What of a rule has no part in its outcome."""
_STOPPING = (RuleOutcome.FAIL, RuleOutcome.UNKNOWN)
_NO_CALENDAR = Calendar((), (), "none")
_NOBODY = Actor(person="simulation", name="")


class Subject(NamedTuple):
    """Somebody to judge for a post, as known at an instant. `route` says that the way there is judged too."""

    at: datetime
    dossier: Dossier
    target: Position
    closed_year: int
    kind: Kind = Kind.INTERNAL
    origin: Origin = Origin.ORGANISATION
    overridden: frozenset[str] = frozenset()
    route: bool = False
    way: Way = Way.INSIDE


class Verdict(NamedTuple):
    """What a policy makes of a subject, and by which rules."""

    outcome: Eligibility
    stopping: frozenset[str]
    warning: frozenset[str]


class Flip(NamedTuple):
    """Somebody who comes out differently, and the rules that make the difference."""

    before: Eligibility
    after: Eligibility
    rules: tuple[str, ...]


class Simulated(NamedTuple):
    """A subject under both policies."""

    before: Verdict
    after: Verdict

    @property
    def flip(self) -> Flip | None:
        if self.before.outcome is self.after.outcome:
            return None
        return Flip(self.before.outcome, self.after.outcome, tuple(sorted(self.before.stopping ^ self.after.stopping)))


def verdict(policy: Policy, subject: Subject) -> Verdict:
    """Judge a subject under a policy."""
    facts = _facts(policy, subject.at, max(policy.evaluation.last_closed_rating_year, subject.closed_year))
    question = Question(facts, subject.dossier, subject.target, subject.kind, subject.origin)
    found = outcomes(question, _judged(policy))
    stopping = {
        code: outcome
        for code, outcome in found.items()
        if outcome in _STOPPING and code not in subject.overridden and policy.rules[code].severity is not Severity.WARN
    }
    warning = frozenset([code for code, outcome in found.items() if outcome is WARN])
    if subject.route and not _has_route(policy, subject):
        return Verdict(Eligibility.INELIGIBLE, frozenset({*stopping, ROUTE}), warning)
    return Verdict(whole(stopping.values()), frozenset(stopping), warning)


@lru_cache(maxsize=64)
def _judged(policy: Policy) -> tuple[str, ...]:
    """Codes of the rules that a simulation judges."""
    return tuple(sorted(c for c, rule in policy.rules.items() if rule.stage in _JUDGED_AT and c not in _BEYOND))


@lru_cache(maxsize=64)
def _facts(policy: Policy, at: datetime, closed_year: int) -> Facts:
    """What is the same for all who are judged at an instant: thousands, as a rule."""
    return Facts(now=at, policy=policy, calendar=_NO_CALENDAR, actor=_NOBODY, last_closed_rating_year=closed_year)


def _has_route(policy: Policy, subject: Subject) -> bool:
    route = policy.routes.get(subject.kind)
    if route is None or subject.origin not in route.origins or subject.way not in route.passages:
        return False
    return route.fills(subject.target.kind, subject.target.tier)


class Tally:
    """Counts of a group of subjects, added up one by one so that any number of them fits in memory."""

    def __init__(self) -> None:
        self.judged = 0
        self.not_judged = 0
        self.flips: Counter[tuple[Eligibility, Eligibility]] = Counter()
        self.newly_stopped: Counter[str] = Counter()
        self.no_longer_stopped: Counter[str] = Counter()
        self.newly_warned: Counter[str] = Counter()
        self.no_longer_warned: Counter[str] = Counter()

    def add(self, found: Simulated) -> None:
        """Count a subject: how it flips, and by rule whom it stops or warns of that it did not, and the other way."""
        self.judged += 1
        if flip := found.flip:
            self.flips[flip.before, flip.after] += 1
        self.newly_stopped.update(found.after.stopping - found.before.stopping)
        self.no_longer_stopped.update(found.before.stopping - found.after.stopping)
        self.newly_warned.update(found.after.warning - found.before.warning)
        self.no_longer_warned.update(found.before.warning - found.after.warning)

    @property
    def flipped(self) -> int:
        return sum(self.flips.values())

    @property
    def rules(self) -> list[str]:
        """Rules that make a difference to anybody."""
        return sorted({*self.newly_stopped, *self.no_longer_stopped, *self.newly_warned, *self.no_longer_warned})


def not_simulated(before: Policy, after: Policy) -> list[str]:
    """Where two policies differ and nobody is judged by it, as dotted keys of up to three parts."""
    judged = {*_judged(before), *_judged(after)}
    keys = [change.key.split(".") for change in differences(before, after)]
    return sorted({".".join(key[:3]) for key in keys if not _simulated(key, judged)})


def _simulated(key: list[str], judged: set[str]) -> bool:
    """Whether a figure is one that a simulation judges by; what only names the policy counts as such."""
    match key:
        case ["code" | "version" | "effective_from" | "title" | "retirement_age", *_]:
            return True
        case ["evaluation", "last_closed_rating_year"]:
            return True
        case ["rules", code]:
            return code in judged
        case ["rules", code, field, *words]:
            return code in judged and field not in _BESIDE and not (field == "fail_by" and len(words) > 1)
        case ["routes", _] | ["routes", _, "passages", _]:
            return True
        case ["routes", _, "origins" | "position_kinds" | "excluded_tiers"]:
            return True
    return False


def simulate(before: Policy, after: Policy, subject: Subject) -> Simulated:
    """A subject under the policy that holds for it and under the candidate."""
    return Simulated(verdict(before, subject), verdict(after, subject))
