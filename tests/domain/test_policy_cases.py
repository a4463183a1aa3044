"""The test cases of the policies: they hold, they show every rule, and they notice what a changed figure does."""

from typing import Any

import pytest

from domain.policy import Policy, from_data, from_toml, toml_data
from domain.policy_cases import CaseBook, case_book, failing, uncovered
from tests.domain import builders as b

NAMES = ("mamuju-2026.toml", "demo.toml")


def data_of(name: str = "mamuju-2026.toml") -> dict[str, Any]:
    return toml_data((b.POLICIES / name).read_text(), lambda base: (b.POLICIES / base).read_text())


def changed(data: dict[str, Any], rule: str, **fields: Any) -> Policy:
    return from_data({**data, "rules": {**data["rules"], rule: {**data["rules"][rule], **fields}}})


@pytest.mark.parametrize("name", NAMES)
def test_every_case_of_a_policy_holds_and_every_rule_is_shown(name: str) -> None:
    data = data_of(name)
    policy, book = from_data(data), case_book(data)
    assert failing(policy, book) == []
    assert uncovered(policy, book) == []
    assert len(book.test) > len(policy.rules), "one outcome of a rule shows little"


def test_the_cases_are_no_part_of_what_is_pinned() -> None:
    text = (b.POLICIES / "mamuju-2026.toml").read_text()
    without = text[: text.index("[standard]")]
    policy = from_toml(text, lambda _: "")
    assert from_toml(without, lambda _: "").hash == policy.hash
    assert "[standard]" in text and "standard" not in policy.canonical


def test_a_changed_figure_is_noticed_with_its_boundary_day() -> None:
    data = data_of()
    faults = failing(changed(data, "E02", months=36), case_book(data))
    assert {(f.about, f.found) for f in faults} >= {("E02", "fail"), ("eligibility", "ineligible")}
    assert ("A day less than two years in post is too early", "E02.eligible_from", "2026-11-24", "2027-11-24") in faults


def test_a_rule_that_no_two_cases_tell_apart_is_named() -> None:
    data = data_of()
    book = case_book({**data, "test": [t for t in data["test"] if t.get("expect", {}).get("E09") != "fail"]})
    assert uncovered(from_data(data), book) == ["E09"]
    assert uncovered(from_data(data), CaseBook()) == sorted(data["rules"])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"person": {"grde": "III/c"}}, "not known: grde"),
        ({"post": {"grade": "III/c"}}, "not known: grade"),
        ({"person": {"grade": "IX/z"}}, "grade: there is no IX/z"),
        ({"person": {"ratings": ["BAIK"]}}, "'list' object has no attribute 'items'"),
        ({"lacks": ["grade"]}, "grade: Field required"),
        ({"lacks": ["talents.2025"]}, "'talents'"),
    ],
)
def test_a_case_that_cannot_be_read_fails_instead_of_passing(fields: dict[str, Any], said: str) -> None:
    data = data_of()
    case = {"name": "Typing error", "expect": {"E01": "pass"}, **fields}
    [fault] = failing(from_data(data), case_book({**data, "test": [case]}))
    assert (fault.about, fault.found) == ("case", said)


def test_a_case_without_a_standard_fails() -> None:
    [fault] = failing(b.DEMO, case_book({"test": [{"name": "Nothing to start from"}]}))
    assert fault.about == "standard"


def test_a_policy_pinned_before_the_new_sections_still_loads() -> None:
    data = data_of()
    older = {code: rule for code, rule in data["rules"].items() if code < "E22"}
    policy = from_data({**data, "rules": older})
    assert "aspects" not in policy.canonical and "bearers" not in policy.canonical
    assert Policy.from_canonical(policy.canonical).hash == policy.hash
