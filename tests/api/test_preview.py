"""The preview: everything an opening would find, for a person and a post, with nothing opened."""

from typing import Any

import httpx
import pytest

from tests.api.answers import problem_of
from tests.house import House

# What the cast says of each member ("BLOCK E02"), as outcomes of rules. Links 1 and 2 of the chain and both of the
# swap pass only as a set: alone they find their seat taken.
EXPECTED: dict[str, dict[str, str]] = {
    "lateral_pass": {},
    "health_emergency": {},
    "it_self_nomination": {},
    "finance_to_bapenda": {},
    "tenure_18_months": {"E02": "fail"},
    "missing_rating": {"E05": "unknown"},
    "discipline_process": {"E06": "fail"},
    "pppk": {"E01": "fail"},
    "audit_finding": {"E09": "fail"},
    "near_retirement": {"E16": "warn"},
    "spouse_of_official": {"E12": "warn"},
    "chain_1": {"E10": "fail"},
    "chain_2": {"E10": "fail"},
    "chain_3": {},
    "swap_1": {"E10": "fail"},
    "swap_2": {"E10": "fail"},
    "full_seat": {"E10": "fail"},
}
ORIGINS = {"health_emergency": "emergency", "it_self_nomination": "own_request", "pppk": "own_request"}


def _proposal(house: House, whom: str, **changes: Any) -> dict[str, Any]:
    member = house.cast[whom]
    asked = {"nip": member["nip"], "position_code": member["target_position_code"]}
    return {**asked, "origin": ORIGINS.get(whom, "organisation"), **changes}


async def _ask(house: House, whom: str, by: str = "hr_officer", **changes: Any) -> httpx.Response:
    return await house.request("POST", "/cases/preview", by, json=_proposal(house, whom, **changes))


async def _preview(house: House, whom: str, **changes: Any) -> dict[str, Any]:
    answer = await _ask(house, whom, **changes)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _written(house: House) -> list[int]:
    tables = ("ledger", "docket", "command", "refused_attempt", "task", "notice", "participant")
    rows = await house.sql(" UNION ALL ".join(f"SELECT count(*) AS n FROM {t}" for t in tables))
    holds = await house.sql("SELECT count(*) AS n FROM occupancy WHERE kind = 'hold'")
    return [r.n for r in (*rows, *holds)]


async def test_the_whole_cast_is_expected(common_house: House) -> None:
    assert set(EXPECTED) == set(common_house.cast)
    for whom, member in common_house.cast.items():
        named = [word for word in member["expected"].split() if word[0] == "E" and word[1:].isdecimal()]
        assert set(named) <= set(EXPECTED[whom]), whom


@pytest.mark.parametrize("whom", EXPECTED)
async def test_each_member_of_the_cast_is_judged_as_the_cast_says(common_house: House, whom: str) -> None:
    before = await _written(common_house)
    found = await _preview(common_house, whom)
    stopping = {r["rule"]: r["outcome"] for r in found["rules"] if r["outcome"] in ("fail", "unknown")}
    expected = EXPECTED[whom]
    assert stopping == {rule: outcome for rule, outcome in expected.items() if outcome != "warn"}
    assert expected.items() <= {r["rule"]: r["outcome"] for r in found["rules"]}.items()
    assert found["eligible"] == (not stopping)
    incomplete = "unknown" in stopping.values()
    assert found["outcome"] == ("incomplete" if incomplete else "ineligible" if stopping else "eligible")
    assert found["refusal"] is None
    for rule in found["rules"]:
        assert rule["ground"] and rule["text"]
    assert await _written(common_house) == before, "a preview opens nothing"


async def test_a_judgement_shows_value_threshold_source_and_when_it_passes(common_house: House) -> None:
    [tenure] = [r for r in (await _preview(common_house, "tenure_18_months"))["rules"] if r["rule"] == "E02"]
    assert (tenure["value"], tenure["threshold"], tenure["overridable"]) == (18, 24, True)
    assert tenure["source"] and tenure["as_of"] and tenure["eligible_from"]
    assert "reorganisation" in tenure["override_grounds"]
    assert str(tenure["value"]) in tenure["text"]


async def test_who_is_related_takes_no_part_and_it_says_who_stands_in(common_house: House) -> None:
    route = {s["step"]: s for s in (await _preview(common_house, "spouse_of_official"))["approval_route"]}
    assert list(route) == ["verify", "consider", "propose", "decide"]
    assert (route["propose"]["recused"], route["propose"]["instead"]) == (True, "governor")
    assert (route["consider"]["recused"], route["consider"]["instead"]) == (True, None), "four others can vote"
    assert not route["verify"]["recused"] and not route["decide"]["recused"]
    plain = (await _preview(common_house, "lateral_pass"))["approval_route"]
    assert [(s["recused"], s["instead"]) for s in plain] == [(False, None)] * 4
    assert all(s["holders"] for s in plain)


async def test_seats_are_those_of_the_position_map(common_house: House) -> None:
    taken = (await _preview(common_house, "full_seat"))["seat"]
    assert (taken["required"], taken["occupied"], taken["vacant"], taken["free"]) == (1, 1, 0, False)
    free = (await _preview(common_house, "lateral_pass"))["seat"]
    assert (free["required"], free["occupied"], free["held"], free["vacant"], free["free"]) == (1, 0, 0, 1, True)
    assert (free["origin_required"], free["origin_occupied"], free["origin_shortage"]) == (2, 3, False)
    assert (await _preview(common_house, "it_self_nomination"))["seat"]["origin_shortage"], "two of two, less one"


@pytest.mark.parametrize("whom", ["finance_to_bapenda", "lateral_pass", "swap_1", "swap_2"])
async def test_alternatives_are_vacant_fit_and_somewhere_else(common_house: House, whom: str) -> None:
    member, found = common_house.cast[whom], await _preview(common_house, whom)
    offered = found["alternatives"]
    assert 1 <= len(offered) <= 3
    codes = [a["position_code"] for a in offered]
    assert not {member["target_position_code"], member["current_position_code"]} & set(codes)
    same_title = [a["title"] == member["target_position"] for a in offered]
    assert same_title == sorted(same_title, reverse=True), "the same post elsewhere comes first"
    for group in (True, False):
        scores = [a["score"] for a, same in zip(offered, same_title, strict=True) if same is group]
        assert scores == sorted(scores, reverse=True)
    for alternative in offered:
        position = await common_house.get(f"/positions/{alternative['position_code']}")
        assert position["vacant"] == alternative["vacant"] >= 1
        again = await _preview(common_house, whom, position_code=alternative["position_code"])
        outcomes = {r["rule"]: r["outcome"] for r in again["rules"]}
        assert outcomes["E10"] == "pass" and alternative["outcome"] in ("eligible", "incomplete")
        assert "fail" not in [r["outcome"] for r in again["rules"] if r["severity"] != "warn"], (
            "hard requirements first"
        )
        assert again["fit"]["score"] == alternative["score"]


@pytest.mark.parametrize(
    ("whom", "post", "rule"), [("missing_rating", "RSUD-B3-24", "E15"), ("swap_2", "BAPENDA-B3-01", "E20")]
)
async def test_what_a_hard_requirement_forbids_is_not_offered(
    common_house: House, whom: str, post: str, rule: str
) -> None:
    """Vacant posts of the same kind and level that he is trained for, and may not be moved to all the same."""
    there = {r["rule"]: r["outcome"] for r in (await _preview(common_house, whom, position_code=post))["rules"]}
    assert (there["E10"], there["E11"] != "fail", there[rule]) == ("pass", True, "fail")
    assert post not in [a["position_code"] for a in (await _preview(common_house, whom))["alternatives"]]


async def test_nothing_is_offered_where_nothing_fits(common_house: House) -> None:
    """An archivist whose every other post of his kind is taken is not sent to teach mathematics."""
    assert (await _preview(common_house, "full_seat"))["alternatives"] == []


async def test_the_same_question_has_the_same_answer_to_the_byte(common_house: House) -> None:
    answers = {(await _ask(common_house, "finance_to_bapenda")).content for _ in range(3)}
    assert len(answers) == 1


async def test_what_opening_finds_is_what_the_preview_said(common_house: House) -> None:
    said = await _preview(common_house, "finance_to_bapenda")
    case = await common_house.open("finance_to_bapenda")
    judged = {r["rule"]: (r["outcome"], r["value"], r["threshold"]) for r in case.state["rules"]}
    assert judged.items() <= {r["rule"]: (r["outcome"], r["value"], r["threshold"]) for r in said["rules"]}.items()
    assert {"E01", "E02", "E05", "E10", "E11"} <= set(judged)


async def test_hr_knows_beforehand_whether_a_reason_will_be_asked_for(common_house: House) -> None:
    """The place in the ranking is that of the candidates for the seat; who asks for himself does not see the field."""
    place = (await _preview(common_house, "lateral_pass"))["place"]
    code = common_house.cast["lateral_pass"]["target_position_code"]
    listed = (await common_house.get(f"/positions/{code}/candidates", "hr_officer"))["items"]
    name = common_house.cast["lateral_pass"]["name"]
    assert place["on_list"] is (name in {c["employee"]["name"] for c in listed[: place["length"]]})
    assert place["rank"] <= place["field"] and place["length"] == 10
    own = await _ask(common_house, "it_self_nomination", "cast:it_self_nomination")
    assert (own.status_code, own.json()["place"]) == (200, None)


async def test_what_has_no_route_is_judged_and_refused_in_advance(common_house: House) -> None:
    found = await _preview(common_house, "lateral_pass", kind="abroad")
    assert not found["eligible"]
    assert found["refusal"]["code"] == "kind_without_route"
    found = await _preview(common_house, "lateral_pass", position_code="DPUPR-S-02")
    assert found["refusal"]["code"] == "same_post"


async def test_a_way_between_agencies_is_shown_with_the_parties_on_it(common_house: House) -> None:
    there = {
        "agency": "Provinsi Gorontalo",
        "unit": "Biro Hukum",
        "title": "Analis",
        "kind": "FUNCTIONAL",
        "tier": "muda",
    }
    found = await _preview(common_house, "lateral_pass", kind="inter_prov", position_code=None, to_outside=there)
    assert found["eligible"], found["rules"]
    assert (found["seat"], found["fit"], found["alternatives"]) == (None, None, []), "its own agency answers for that"
    steps = [(s["step"], s["office"], s["party"]) for s in found["approval_route"]]
    assert steps == [
        ("verify", "hr_officer", None),
        ("propose", "regional_secretary", None),
        ("authorise", "governor", None),
        ("record_consent", "hr_officer", None),
        ("submit_file", "hr_officer", None),
        ("record_consideration", "hr_officer", "bkn"),
        ("record_outside_decision", "hr_officer", "home_minister"),
    ]


async def test_who_may_preview(common_house: House) -> None:
    """HR for anybody else, a civil servant his own request; a stranger learns nothing of who is in the register."""
    own = await _ask(common_house, "it_self_nomination", "cast:it_self_nomination")
    assert own.status_code == 200
    for by, changes in (
        ("cast:it_self_nomination", {"origin": "organisation"}),
        ("cast:lateral_pass", {}),
        ("cast:lateral_pass", {"nip": "199901012020011999"}),
        ("governor", {}),
    ):
        problem_of(await _ask(common_house, "it_self_nomination", by, **changes), 403, "not_authorised")
    problem_of(await _ask(common_house, "lateral_pass", nip="199901012020011999"), 422, "employee_unknown")
    problem_of(await _ask(common_house, "lateral_pass", position_code="NOWHERE-01"), 422, "position_unknown")
    assert (await common_house.request("POST", "/cases/preview", "operator", json={})).status_code == 422
