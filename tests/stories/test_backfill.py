"""An origin that falls under its need gives nobody up without a plan how its seat is filled again."""

from tests.house import BACKFILL, House


async def test_a_shortage_at_the_origin_asks_for_a_plan(house: House) -> None:
    case = await house.open("it_self_nomination")
    assert "origin_shortage" in case.state["flags"]
    problem = await case.refused("confirm_need", "hr_officer", "backfill_required", 422)
    assert problem["params"] == {"position": case.state["from"]["position_code"], "required": 2, "left": 1}
    await case.refused("confirm_need", "hr_officer", "invalid_request", 422, backfill={"plan": " "})
    await case.act("confirm_need", "hr_officer", backfill=BACKFILL)
    assert case.where == ("consultation", "awaiting_response")
    confirmed = next(e for e in await case.events() if e["type"] == "need_confirmed")
    assert confirmed["data"]["backfill_plan"] == BACKFILL["plan"]
    assert confirmed["data"]["backfill_reference"] == BACKFILL["reference"]
    assert confirmed["data"]["shortage"] is True
    bodies = await house.sql("SELECT convert_from(body, 'UTF8') AS body FROM ledger WHERE type = 'need_confirmed'")
    assert all(BACKFILL["plan"] not in b.body for b in bodies), "words a person typed lie apart"


async def test_an_origin_with_enough_people_is_asked_for_nothing(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.act("confirm_need", "hr_officer")
    confirmed = next(e for e in await case.events() if e["type"] == "need_confirmed")
    assert confirmed["data"]["shortage"] is False
