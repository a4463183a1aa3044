"""What no policy may change: that silence decides only where the law lets it, and that a demotion needs its ground.

A policy is data, and two people put it into force. These sentences are the product's own promise, so a file that breaks
one is refused as a candidate; a policy pinned before is not judged by them.
"""

from collections.abc import Iterator
from string import Formatter
from typing import NamedTuple

from domain.policy import Policy, RulePolicy, Text
from domain.rules import JOB_CLASS
from domain.vocabulary import Severity, Stage, Status

DEMOTION = "E20"
LAWFUL_DEMOTIONS = frozenset({"discipline", "performance_procedure", "reorganisation", "own_request"})
"""Grounds on which the law lets somebody be placed lower (`domain.md` 3, E20)."""
_ENDS = {
    "lapse": Status.INCOMPLETE,
    "no_response": Status.AWAITING_RESPONSE,
    "partial": Status.AWAITING_ACKNOWLEDGEMENT,
}
"""The only status in which each end of a term means something."""
_BLANKS = frozenset({"value", "threshold", "eligible_from"})
"""What the words of a rule may leave blank."""


class Fault(NamedTuple):
    """Where a policy is unsound: the place in the file, what must stand there, and what does."""

    about: str
    expected: str
    found: str


def faults(policy: Policy) -> list[Fault]:
    """Everything that keeps a policy from being put into force, whatever its own test cases say."""
    return [*_demotion(policy.rules.get(DEMOTION)), *_silence(policy), *_reviews(policy), *_words(policy)]


def _demotion(rule: RulePolicy | None) -> Iterator[Fault]:
    if rule is None:
        yield Fault("rules", DEMOTION, "-")
        return
    place = f"rules.{DEMOTION}"
    if rule.stage is not Stage.EVALUATION:
        yield Fault(f"{place}.stage", Stage.EVALUATION, rule.stage)
    if rule.severity is Severity.WARN:
        yield Fault(f"{place}.severity", f"{Severity.BLOCK} / {Severity.OVERRIDABLE}", rule.severity)
    if further := set(rule.overrides) - LAWFUL_DEMOTIONS:
        yield Fault(f"{place}.overrides", ", ".join(sorted(LAWFUL_DEMOTIONS)), ", ".join(sorted(further)))
    if rule.overrides and not rule.needs_document:
        yield Fault(f"{place}.needs_document", "true", "false")
    if rule.overrides and not rule.per_post:
        yield Fault(f"{place}.per_post", "true", "false")
    if JOB_CLASS not in rule.fail_by:
        yield Fault(f"{place}.fail_by", JOB_CLASS, ", ".join(sorted(rule.fail_by)) or "-")


def _silence(policy: Policy) -> Iterator[Fault]:
    """Nothing is decided by letting time pass but what is written here."""
    for status, term in sorted(policy.terms.items()):
        if term.then is not None and _ENDS[term.then] is not status:
            yield Fault(f"terms.{status}.then", f"terms.{_ENDS[term.then]}", term.then)


def _reviews(policy: Policy) -> Iterator[Fault]:
    days = policy.review.days
    if not days or list(days) != sorted(set(days)):
        yield Fault("review.days", "1 < 2 < …", ", ".join(map(str, days)) or "-")


def _words(policy: Policy) -> Iterator[Fault]:
    for code, rule in sorted(policy.rules.items()):
        said = {"title": rule.title, "fail": rule.fail, "warn": rule.warn, "unknown": rule.unknown, **rule.fail_by}
        for name, text in said.items():
            if text is not None and (unknown := _blanks(text) - _BLANKS):
                yield Fault(f"rules.{code}.{name}", ", ".join(sorted(_BLANKS)), ", ".join(sorted(unknown)))


def _blanks(text: Text) -> set[str]:
    """The names of the blanks in both languages; a brace that opens none counts as one without a name."""
    try:
        return {name for words in (text.id, text.en) for _, name, _, _ in Formatter().parse(words) if name is not None}
    except ValueError:
        return {"{"}
