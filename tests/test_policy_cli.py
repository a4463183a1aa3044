"""`mutasi policy check` and `diff` on files: what they say to a person, to a program, and by their exit code."""

import json
from pathlib import Path
from typing import Any

import pytest

from runtime.cli import app

POLICIES = Path(__file__).parent.parent / "policies"
LAW = POLICIES / "mamuju-2026.toml"


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """What a command tells a program; the exit code is as given."""

    def ask(*command: str, code: int = 0) -> Any:
        with pytest.raises(SystemExit) as ended:
            app(["policy", *command, "--json"])
        assert ended.value.code == code
        return json.loads(capsys.readouterr().out)

    return ask


@pytest.fixture
def edited(tmp_path: Path) -> Any:
    """A policy file with a change."""

    def edit(before: str, after: str) -> str:
        text = LAW.read_text()
        assert before in text
        file = tmp_path / "candidate.toml"
        file.write_text(text.replace(before, after, 1))
        return str(file)

    return edit


@pytest.mark.parametrize("name", ["mamuju-2026.toml", "demo.toml"])
def test_the_policies_of_the_tree_hold(told: Any, name: str) -> None:
    found = told("check", str(POLICIES / name))
    assert found["ok"] and found["failing"] == [] and found["rules_without_cases"] == []
    assert found["cases"] > 40 and len(found["policy"]["hash"]) == 64


def test_a_case_that_fails_is_named_and_the_exit_code_says_so(told: Any, edited: Any) -> None:
    found = told("check", edited("months = 24\n", "months = 30\n"), code=1)
    assert not found["ok"]
    about = {(f["case"], f["about"]) for f in found["failing"]}
    assert ("Two years in post to the day are two years", "E02") in about


def test_a_rule_without_cases_and_one_nobody_wrote_are_faults(told: Any, edited: Any) -> None:
    assert told("check", edited('expect = { E09 = "fail" }', ""), code=1)["rules_without_cases"] == ["E09"]
    other = Path(edited("[rules.E24]", "[rules.E98]"))
    other.write_text(other.read_text().replace("[rules.E24.title]", "[rules.E98.title]"))
    assert told("check", str(other), code=1)["rules_not_written"] == ["E98"]


def test_what_is_no_policy_is_a_sentence_with_its_place(edited: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for before, after, said in (
        ("quorum = 3", "quorum = 0", "board.quorum"),
        ("quorum = 3", "quorum = 3\nquorums = 4", "board.quorums"),
        ("[board]", "[board", "cannot be read"),
    ):
        with pytest.raises(SystemExit) as ended:
            app(["policy", "check", edited(before, after)])
        assert ended.value.code == 1
        assert said in capsys.readouterr().err


def test_a_difference_is_told_by_its_key(told: Any, edited: Any) -> None:
    changed = edited("months = 24\n", "months = 30\n")
    assert told("diff", str(LAW), changed) == [{"key": "rules.E02.months", "before": 24, "after": 30}]
    assert told("diff", changed, changed) == []
    demo = {c["key"] for c in told("diff", str(LAW), str(POLICIES / "demo.toml"))}
    board = {"board.minutes", "board.quorum", "board.settled_by"}
    assert demo == {*board, "code", "title.en", "title.id", "undo.seconds"}
