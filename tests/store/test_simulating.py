"""A candidate policy is tried on everybody: who comes out differently, by which rule, and nothing is written."""

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from domain.policy import Policy, from_data, toml_data
from domain.vocabulary import Eligibility
from runtime import simulating
from store import simulating as gathering
from tests.domain.builders import POLICIES
from tests.house import House


def candidate(rules: dict[str, dict[str, Any]] | None = None, **over: Any) -> Policy:
    data = toml_data((POLICIES / "demo.toml").read_text(), lambda base: (POLICIES / base).read_text())
    changed = {code: {**data["rules"][code], **fields} for code, fields in (rules or {}).items()}
    return from_data({**data, "version": "candidate", "rules": {**data["rules"], **changed}, **over})


async def simulated(house: House, policy: Policy) -> simulating.Report:
    return await simulating.run(house.engine, policy, house.now, names=True)


async def test_a_shorter_term_lets_the_case_of_18_months_pass(house: House) -> None:
    stopped = await house.open("tenure_18_months")
    await house.open("lateral_pass")
    before = await _written(house)
    report = await simulated(house, candidate({"E02": {"months": 12}}))
    cases = report.tallies["open_cases"]
    assert (cases.judged, cases.not_judged, report.tallies["closed_cases"].judged) == (2, 0, 0)
    assert cases.flips == {(Eligibility.INELIGIBLE, Eligibility.ELIGIBLE): 1}
    assert (cases.no_longer_stopped, cases.newly_stopped) == ({"E02": 1}, {})
    named = [n for n in report.named or () if n.group == "open_cases"]
    assert [(n.label, n.name, n.flip.rules) for n in named] == [
        (stopped.state["number"], stopped.state["employee"]["name"], ("E02",))
    ]
    assert await _written(house) == before


async def test_the_establishment_is_judged_for_the_posts_it_holds(house: House) -> None:
    everybody = (await house.sql("SELECT count(*) AS n FROM employee WHERE superseded_at IS NULL"))[0].n
    report = await simulated(house, candidate({"E02": {"months": 600}}))
    staff = report.tallies["establishment"]
    assert staff.judged + staff.not_judged == everybody
    assert staff.newly_stopped.keys() == {"E02"}
    assert {after for _, after in staff.flips} == {Eligibility.INELIGIBLE}
    assert staff.flips[Eligibility.ELIGIBLE, Eligibility.INELIGIBLE] > 100
    same = await simulated(house, candidate())
    assert [t.flipped for t in same.tallies.values()] == [0, 0, 0] and same.named == []


async def test_a_closed_case_is_judged_as_known_when_it_was_last_judged(house: House) -> None:
    """What was supplied counts, the post it led to does not: the person is judged where he then was."""
    case = await house.open("missing_rating")
    year = (await house.sql("SELECT max(year) AS y FROM rating"))[0].y - 1
    item = {"kind": "rating", "year": year, "rating": "BAIK", "reference": "SKP"}
    await case.act("supply_dossier", "hr_officer", items=[item])
    await case.act("cancel", "hr_officer", reason="Kebutuhan berubah")
    report = await simulated(house, candidate({"E05": {"minimum": "SANGAT_BAIK"}}))
    closed = report.tallies["closed_cases"]
    assert (closed.judged, closed.flips) == (1, {(Eligibility.ELIGIBLE, Eligibility.INELIGIBLE): 1})
    assert closed.newly_stopped == {"E05": 1}


async def test_a_route_that_closes_is_told_beside_the_rules(house: House) -> None:
    await house.open("lateral_pass")
    routes = candidate().model_dump(mode="json", exclude_none=True)["routes"]
    routes["internal"]["origins"] = ["own_request"]
    report = await simulated(house, candidate(routes=routes))
    assert report.tallies["open_cases"].newly_stopped == {"route": 1}
    assert report.tallies["establishment"].flipped == 0, "staying needs no route"


async def test_a_rule_of_the_needs_check_is_judged_and_the_seat_is_not_asked_for(house: House) -> None:
    await house.open("lateral_pass")
    report = await simulated(house, candidate({"E11": {"stage": "evaluation"}}))
    assert [t.flipped for t in report.tallies.values()] == [0, 0, 0], "E11 was judged before, E10 is not"
    data = candidate().model_dump(mode="json", exclude_none=True)
    unqualified = from_data({**data, "rules": {code: rule for code, rule in data["rules"].items() if code != "E11"}})
    gone = (await simulated(house, unqualified)).tallies["establishment"]
    assert gone.no_longer_warned.keys() | gone.no_longer_stopped.keys() == {"E11"}


async def test_it_reads_in_batches_and_comes_to_the_same(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.open("tenure_18_months")
    await house.open("lateral_pass")
    policy, seen = candidate({"E02": {"months": 12}}), []
    whole = (await simulated(house, policy)).as_dict()
    monkeypatch.setattr(gathering, "BATCH", 1)
    monkeypatch.setattr(gathering.Gathering, "establishment", _nobody)
    single = await simulating.run(house.engine, policy, house.now, progress=lambda done, total: seen.append(done))
    assert single.as_dict()["open_cases"] == whole["open_cases"]
    assert seen == [1, 2]
    assert "names" not in single.as_dict()


async def test_the_connection_of_a_simulation_can_write_nothing(house: House) -> None:
    reading = house.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with reading.connect() as connection:
        with pytest.raises(DBAPIError, match="read-only"):
            await connection.exec_driver_sql("INSERT INTO rating_year (year, published_by) VALUES (2001, 'x')")


async def _nobody(_: gathering.Gathering) -> Any:
    for _ in ():
        yield


async def _written(house: House) -> Any:
    return await house.sql("SELECT (SELECT count(*) FROM ledger) AS l, (SELECT count(*) FROM refused_attempt) AS r")
