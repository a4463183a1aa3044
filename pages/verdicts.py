"""Forms made by hand for the acts that decide: every answer side by side, nothing chosen beforehand."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from domain.vocabulary import Act, Stage
from pages.forms import Form


class Choice(NamedTuple):
    """One answer: the act it is, what the act says by it, and what has to be said with it."""

    value: str
    act: Act
    says: dict[str, Any]
    reasoned: bool = True


_RETURN = Choice("return", Act.RETURN, {})

VERDICTS: dict[Act, tuple[Choice, ...]] = {
    Act.VERIFY: (Choice("verify", Act.VERIFY, {}, reasoned=False), _RETURN),
    Act.CONSIDER: (
        Choice("recommend", Act.CONSIDER, {"recommendation": "recommend"}, reasoned=False),
        Choice("not_recommend", Act.CONSIDER, {"recommendation": "not_recommend"}),
        Choice("abstain", Act.CONSIDER, {"recommendation": "abstain"}),
        Choice("recuse", Act.CONSIDER, {"recuse": True}),
        _RETURN,
    ),
    Act.PROPOSE: (
        Choice("recommend", Act.PROPOSE, {"recommendation": "recommend"}, reasoned=False),
        Choice("not_recommend", Act.PROPOSE, {"recommendation": "not_recommend"}),
        _RETURN,
    ),
    Act.DECIDE: (
        Choice("approve", Act.DECIDE, {"decision": "approve"}, reasoned=False),
        _RETURN,
        Choice("defer", Act.DECIDE, {"decision": "defer"}),
        Choice("reject", Act.DECIDE, {"decision": "reject"}),
    ),
}
"""The answers of every act that decides, the favourable one first."""


def choices(act: Act, returnable: bool) -> list[Choice]:
    """The answers open now; returning is one where the case lets it."""
    return [c for c in VERDICTS[act] if c.act is not Act.RETURN or returnable]


def body_of(choice: Choice, given: Form, besides: dict[str, Any]) -> dict[str, Any]:
    """The body of the command a choice stands for, with what was filled in for it."""
    body: dict[str, Any] = {"act": choice.act, **choice.says}
    if reason := given.one("reason"):
        body["reason" if choice.reasoned else "note"] = reason.replace("\r\n", "\n")
    if choice.act is Act.RETURN:
        body["to_stage"] = given.one("to_stage")
    if choice.value == "defer":
        body["until"] = given.one("until")
    if choice.value == "approve":
        body |= besides
    return {k: v for k, v in body.items() if v not in ("", [], {})}


def earlier(stages: Sequence[Stage], language_of: Any) -> list[tuple[str, str]]:
    """Stages to return to, the nearest first."""
    return [(stage.value, language_of(f"stage.{stage}")) for stage in reversed(stages)]
