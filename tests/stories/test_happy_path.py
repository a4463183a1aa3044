"""A case from opening to the last impact review."""

from tests.house import House, local_day


async def test_a_lateral_move_from_opening_to_the_last_review(house: House) -> None:
    """Everybody does his part; a year later the mutation is complete."""
    case = await house.open("lateral_pass")
    assert case.where == ("needs_check", "awaiting_confirmation")
    assert case.state["seat_held"]
    await case.walk(to="between_reviews")
    assert case.state["placed_on"] == local_day().isoformat()
    for day in (30, 90, 180, 365):
        await case.forward(days=day - (case.state["reviewed"] or [0])[-1])
        assert (case.state["status"], case.state["review_day"]) == ("review_due", day)
        await case.act(
            "record_review", "hr_officer", day=day, outcome="adapted_well", measures={"queue_minutes": 20 + day}
        )
    assert case.where == ("closed", "closed")
    assert case.state["outcome"] == "placed"
    assert (await case.types())[-1] == "case_closed"
