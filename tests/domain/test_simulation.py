"""What a simulation does not judge it names: nobody is to read that nothing differs where nobody looked."""

from typing import Any

import pytest

from domain.policy import from_data, toml_data
from domain.simulation import not_simulated
from tests.domain import builders as b

DATA = toml_data((b.POLICIES / "mamuju-2026.toml").read_text(), lambda base: (b.POLICIES / base).read_text())
LAW = from_data(DATA)


def changed(path: str, value: Any) -> list[str]:
    """What of a change of one figure is not simulated."""

    def put(data: Any, keys: list[str]) -> Any:
        if not keys:
            return value
        return {**data, keys[0]: put(data.get(keys[0], {}), keys[1:])}

    return not_simulated(LAW, from_data(put(DATA, path.split("."))))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", "candidate"),
        ("rules.E02.months", 36),
        ("rules.E20.fail_by", {}),
        ("retirement_age.STAFF", 57),
        ("evaluation.last_closed_rating_year", 2024),
        ("routes.internal.origins", ["own_request"]),
    ],
)
def test_what_is_judged_is_not_named(path: str, value: Any) -> None:
    assert changed(path, value) == []


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("terms.awaiting_response.days", 9, "terms.awaiting_response.days"),
        ("fit.list", 11, "fit.list"),
        ("board.quorum", 4, "board.quorum"),
        ("evaluation.contest_days", 9, "evaluation.contest_days"),
        ("rules.E02.fail.en", "Not yet.", "rules.E02.fail"),
        ("rules.E20.fail_by.job_class.en", "Lower.", "rules.E20.fail_by"),
        ("rules.E11.stage", "approval", "rules.E11.stage"),
        ("rules.E10.stage", "evaluation", "rules.E10.stage"),
        ("rules.E23.bearers.own_request", "receiving_agency", "rules.E23.bearers"),
        ("routes.internal.ground", "UU", "routes.internal.ground"),
        ("documents.D01.months", 7, "documents.D01.months"),
    ],
)
def test_what_nobody_is_judged_by_is_named(path: str, value: Any, named: str) -> None:
    assert changed(path, value) == [named]
