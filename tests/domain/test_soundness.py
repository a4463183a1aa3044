"""What no policy may change, whatever its own test cases say."""

from typing import Any

import pytest

from domain import soundness
from domain.activation import why_not
from domain.policy import Policy, from_data
from domain.policy_cases import case_book
from domain.refusals import RefusalCode
from tests.domain.test_policy_cases import data_of

POLICY = from_data(data_of())


def changed(section: str, **over: Any) -> Policy:
    """The policy in force with something else in a section: `rules.E20`, `terms.ineligible`, `review`."""
    data = data_of()
    place = data
    for name in section.split("."):
        place = place[name]
    place.update(over)
    return from_data(data)


def test_the_policy_in_force_is_sound() -> None:
    assert soundness.faults(POLICY) == []


@pytest.mark.parametrize(
    ("section", "over", "about"),
    [
        ("rules.E20", {"severity": "warn", "overrides": []}, "rules.E20.severity"),
        ("rules.E20", {"stage": "needs_check"}, "rules.E20.stage"),
        ("rules.E20", {"overrides": ["discipline", "critical_service_vacancy"]}, "rules.E20.overrides"),
        ("rules.E20", {"needs_document": False}, "rules.E20.needs_document"),
        ("rules.E20", {"per_post": False}, "rules.E20.per_post"),
        ("rules.E20", {"fail_by": {}}, "rules.E20.fail_by"),
        ("rules.E05", {"fail": {"id": "Kurang {what}", "en": "Too few {value}"}}, "rules.E05.fail"),
        ("rules.E05", {"fail": {"id": "Kurang {value", "en": "Too few"}}, "rules.E05.fail"),
        ("terms.ineligible", {"then": "partial"}, "terms.ineligible.then"),
        ("terms.awaiting_response", {"then": "partial"}, "terms.awaiting_response.then"),
        ("terms.awaiting_decision", {"then": "partial"}, "terms.awaiting_decision.then"),
        ("review", {"days": []}, "review.days"),
        ("review", {"days": [90, 30]}, "review.days"),
    ],
)
def test_an_unsound_policy_is_no_candidate(section: str, over: dict[str, Any], about: str) -> None:
    policy = changed(section, **over)
    assert [f.about for f in soundness.faults(policy)] == [about]
    refused = why_not(policy, case_book(data_of()))
    assert refused is not None
    assert (refused.code, refused.params["about"]) == (RefusalCode.POLICY_UNSOUND, about)


def test_without_the_rule_on_demotions_there_is_no_policy() -> None:
    data = data_of()
    del data["rules"]["E20"]
    assert [f.expected for f in soundness.faults(from_data(data))] == ["E20"]
