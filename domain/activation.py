"""Putting a policy into force: what a candidate must show, and that two people want it.

One person of HR proposes a candidate with its test cases, another one confirms. Nothing takes effect backwards, and
no open case changes: it keeps the policy it was opened under.
"""

from datetime import date
from typing import NamedTuple

from domain import soundness
from domain.policy import Policy
from domain.policy_cases import CaseBook, failing, uncovered
from domain.refusals import Refusal, RefusalCode, refuse
from domain.rules import RULES


class Proposed(NamedTuple):
    """A proposal as the register holds it."""

    by: str
    effective_from: date
    policy: Policy
    book: CaseBook


def why_not(policy: Policy, book: CaseBook) -> Refusal | None:
    """Why a policy cannot be put into force at all: rules unwritten or unshown, promises broken, cases that fail."""
    if unwritten := tuple(sorted(set(policy.rules) - set(RULES))):
        return refuse(RefusalCode.POLICY_RULE_UNWRITTEN, rules=unwritten)
    if unshown := tuple(uncovered(policy, book)):
        return refuse(RefusalCode.POLICY_RULE_UNSHOWN, rules=unshown)
    if unsound := soundness.faults(policy):
        first = unsound[0]
        return refuse(
            RefusalCode.POLICY_UNSOUND,
            faults=len(unsound),
            about=first.about,
            expected=first.expected,
            found=first.found,
        )
    if wrong := failing(policy, book):
        one = wrong[0]
        return refuse(
            RefusalCode.POLICY_CASE_FAILS,
            failing=len({f.case for f in wrong}),
            case=one.case,
            about=one.about,
            expected=one.expected,
            found=one.found,
        )
    return None


def may_propose(policy: Policy, book: CaseBook, named: str, proposed: Proposed | None) -> Refusal | None:
    """Whether a candidate may be proposed under the hash it was named by."""
    if policy.hash != named:
        return refuse(RefusalCode.POLICY_HASH_DIFFERS, found=policy.hash)
    if proposed is not None:
        return refuse(RefusalCode.POLICY_PROPOSED, version=policy.version)
    return why_not(policy, book)


def may_confirm(proposed: Proposed | None, confirmed: bool, by: str) -> Refusal | None:
    """Whether a person may confirm: another one proposed, and the cases still hold under the code of today."""
    if proposed is None:
        return refuse(RefusalCode.POLICY_NOT_PROPOSED)
    if confirmed:
        return refuse(RefusalCode.POLICY_ACTIVATED, version=proposed.policy.version)
    if proposed.by == by:
        return refuse(RefusalCode.SECOND_PERSON_REQUIRED)
    return why_not(proposed.policy, proposed.book)


def in_force_from(policy: Policy, today: date) -> date:
    """The day from which new cases are opened under an activated policy."""
    return max(policy.effective_from, today)
