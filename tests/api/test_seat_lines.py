"""Held seats and lines, wherever a seat is chosen: until when to everybody, for whom to those who may know."""

from typing import Any

from tests.house import CaseFile, House


async def _two(house: House) -> tuple[CaseFile, CaseFile, str]:
    first = await house.open("spouse_of_official")
    code = first.state["to"]["position_code"]
    second = await house.open("finance_to_bapenda", position_code=code)
    assert first.state["seat_held"] and second.state["status"] == "no_vacancy"
    return first, second, code


async def test_the_case_says_until_when_its_seat_is_held_and_what_happens_then(house: House) -> None:
    first, _, _ = await _two(house)
    lease = first.state["lease"]
    assert (lease["renewals"], lease["renewals_left"], lease["stands_still"]) == (0, 2, False)
    assert lease["due"]["then"] == "release"
    assert lease["due"]["then_text"].startswith("If nothing happens, the seat is released on ")
    assert ": 60." in lease["due"]["reckoned"]["text"]
    await first.act("renew_hold", "hr_officer", reason="Tim belum bersidang")
    assert first.state["lease"]["renewals_left"] == 1
    await first.act("hold", "hr_officer", ground="other", reference="Nota 1")
    assert first.state["lease"]["stands_still"]


async def test_who_waits_sees_his_place_and_until_when_and_not_for_whom(house: House) -> None:
    first, second, _ = await _two(house)
    until = first.state["lease"]["due"]["on"]
    seen = {by: (await second.look(by))["line"] for by in ("hr_officer", "cast:finance_to_bapenda")}
    for line in seen.values():
        assert (line["place"], line["length"], line["called"]) == (1, 1, None)
        assert line["since"] == second.state["opened_at"]
        assert [h["until"] for h in line["holds"]] == [until]
        assert "Emergencies come first" in line["text"]
    assert [h["case_number"] for h in seen["hr_officer"]["holds"]] == [first.state["number"]]
    assert [(h["case_id"], h["case_number"]) for h in seen["cast:finance_to_bapenda"]["holds"]] == [(None, None)]
    assert (await first.look())["line"] is None


async def test_a_hold_and_its_line_are_seen_wherever_a_seat_is_chosen(house: House) -> None:
    first, _, code = await _two(house)
    until, number = first.state["lease"]["due"]["on"], first.state["number"]

    def shown(where: dict[str, Any]) -> tuple[Any, ...]:
        return where["waiting"], [(h["case_number"], h["until"]) for h in where["holds"]]

    assert shown(await house.get(f"/positions/{code}")) == (1, [(number, until)])
    assert shown(await house.get(f"/positions/{code}", "cast:it_self_nomination")) == (1, [(None, until)])
    assert shown(await house.get(f"/positions/{code}/candidates")) == (1, [(number, until)])
    body = {"nip": house.cast["lateral_pass"]["nip"], "position_code": code}
    seat = (await house.request("POST", "/cases/preview", "hr_officer", json=body)).json()["seat"]
    assert shown(seat) == (1, [(number, until)])
    assert (seat["free"], seat["ahead"]) == (False, 1)
    me = await house.person("cast:it_self_nomination")
    found = (await house.get(f"/employees/{me}/opportunities", "cast:it_self_nomination"))["items"]
    assert found and all({"holds", "waiting"} <= set(item) for item in found)


async def test_a_freed_seat_is_shown_as_spoken_for(house: House) -> None:
    """Between the release and the taking: vacant by the figures, and the turn of somebody."""
    first, second, code = await _two(house)
    await first.act("cancel", "hr_officer", reason="Rencana berubah")
    body = {"nip": house.cast["lateral_pass"]["nip"], "position_code": code}
    seat = (await house.request("POST", "/cases/preview", "hr_officer", json=body)).json()["seat"]
    assert (seat["vacant"], seat["free"], seat["ahead"], seat["waiting"]) == (1, False, 1, 1)
    await second.look()
    assert second.state["line"]["holds"] == []
