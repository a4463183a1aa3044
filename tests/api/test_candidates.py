"""The people for a seat: ranked, explained, the same whoever asks, and a word where there are few."""

from typing import Any

from tests.api.answers import problem_of
from tests.house import House

SEAT = "DLH-S-04"


async def _list(house: House, code: str = SEAT, by: str = "hr_officer", **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = await house.get(f"/positions/{code}/candidates", by, **params)
    return found


async def test_people_for_a_seat_are_ranked_and_explained(common_house: House) -> None:
    found = await _list(common_house)
    assert len(found["items"]) >= 3 and found["fewer"] is None
    assert [c["rank"] for c in found["items"]] == list(range(1, len(found["items"]) + 1))
    eligible = [c for c in found["items"] if c["outcome"] == "eligible"]
    assert [c["fit"]["score"] for c in eligible] == sorted((c["fit"]["score"] for c in eligible), reverse=True)
    for candidate in found["items"]:
        assert candidate["position_code"] != SEAT
        for criterion in candidate["fit"]["criteria"]:
            assert criterion["text"].endswith(".")
            assert (criterion["points"] is None) == (criterion["percent"] is None)
        for would in candidate["fit"]["counterfactuals"]:
            assert str(would["score"]) in would["text"]
    assert found["considered"] >= found["qualified"] >= found["judged"] >= len(found["items"])


async def test_the_score_is_the_one_the_preview_gives(common_house: House) -> None:
    for candidate in (await _list(common_house))["items"][:3]:
        asked = {"nip": candidate["employee"]["nip"], "position_code": SEAT}
        answer = await common_house.request("POST", "/cases/preview", "hr_officer", json=asked)
        assert answer.json()["fit"] == candidate["fit"]


async def test_the_list_is_the_same_to_the_byte_and_a_longer_one_begins_with_the_shorter(common_house: House) -> None:
    path = f"/positions/{SEAT}/candidates"
    answers = [await common_house.request("GET", path, by) for by in ("hr_officer", "hr_head", "hr_officer")]
    assert len({a.content for a in answers}) == 1
    short = [c["employee"]["id"] for c in (await _list(common_house, limit=3))["items"]]
    long = [c["employee"]["id"] for c in (await _list(common_house, limit=6))["items"]]
    assert long[:3] == short


async def test_fewer_than_three_are_explained_and_everybody_is_accounted_for(common_house: House) -> None:
    rows = await common_house.sql(
        "SELECT code FROM position p WHERE superseded_at IS NULL AND cardinality(education_fields) > 0 ORDER BY "
        "(SELECT count(*) FROM employee e WHERE e.education_field = ANY(p.education_fields)), code LIMIT 1"
    )
    found = await _list(common_house, rows[0].code)
    assert len(found["items"]) < 3
    assert str(len(found["items"])) in found["fewer"]
    hard = sum(entry["count"] for entry in found["left_out"])
    listed = [c for c in found["items"] if c["outcome"] == "eligible"]
    assert hard + len(listed) + found["open_cases"] == found["considered"], "each is counted once"
    assert all(entry["title"] for entry in found["left_out"])


async def test_in_both_languages(common_house: House) -> None:
    ours = await common_house.request(
        "GET", f"/positions/{SEAT}/candidates", "hr_officer", headers={"Accept-Language": "id"}
    )
    first = ours.json()["items"][0]["fit"]["criteria"][0]["text"]
    assert "poin" in first or "tidak dihitung" in first


async def test_only_hr_ranks_people_and_only_for_posts_that_exist(common_house: House) -> None:
    for by in ("governor", "auditor", "cast:lateral_pass", "operator"):
        problem_of(await common_house.request("GET", f"/positions/{SEAT}/candidates", by), 403, "not_authorised")
    problem_of(await common_house.request("GET", "/positions/NOWHERE-01/candidates", "hr_officer"), 404, "not_found")


async def test_who_has_an_open_case_is_left_out(house: House) -> None:
    before = await _list(house)
    first = before["items"][0]["employee"]
    answer = await house.request(
        "POST", "/cases", "hr_officer",
        json={"nip": first["nip"], "position_code": SEAT, "reason": "Kebutuhan unit"},
        headers={"Idempotency-Key": "k-1"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    after = await _list(house)
    assert after["open_cases"] == before["open_cases"] + 1
    assert first["id"] not in {c["employee"]["id"] for c in after["items"]}
