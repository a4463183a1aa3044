"""Stories of decrees corrected, revoked and annulled: superseded, never deleted, and nobody left without a post."""

from typing import Any

from sqlalchemy import text

from tests.house import CaseFile, House, local_day, today

END: dict[str, Any] = {
    "number": "800/9-B",
    "date": today(),
    "ground": "procedure",
    "reason": "Pertimbangan tim tidak memenuhi kuorum",
}


async def _placed(house: House, whom: str = "it_self_nomination") -> CaseFile:
    case = await house.open(whom)
    await case.walk(to="awaiting_duty")
    return case


async def _posts(house: House, whom: str) -> list[tuple[str, bool]]:
    """Every post of a person that the register ever held, and whether it still stands, oldest first."""
    rows = await house.sql(
        "SELECT position_code, superseded_at IS NULL AND upper(during) IS NULL AS present FROM occupancy"
        " WHERE person_id = :person AND kind = 'incumbent' ORDER BY id",
        person=await house.person(f"cast:{whom}"),
    )
    return [(r.position_code, r.present) for r in rows]


async def test_a_corrected_decree_supersedes_the_first_and_keeps_it(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decree")
    await case.act("issue_decree", "hr_officer", number="800/9", date=today(), effective_on=local_day(30).isoformat())
    fields = {"number": "800/9-R", "date": today(), "ground": "redaction", "reason": "Salah tulis nama unit"}
    await case.refused("correct_decree", "hr_officer", "not_authorised", 403, **fields)
    await case.refused(
        "correct_decree", "governor", "date_in_future", 422, **{**fields, "date": local_day(2).isoformat()}
    )
    await case.refused(
        "correct_decree", "governor", "date_too_early", 422, **{**fields, "date": local_day(-2).isoformat()}
    )
    await case.act("correct_decree", "governor", **fields)
    assert case.where == ("placement", "awaiting_effective_date")
    assert case.state["decree"]["number"] == "800/9-R"
    decrees = [(e["type"], e["superseded"]) for e in await case.events() if e["type"].startswith("decree")]
    assert decrees == [("decree_issued", True), ("decree_corrected", False)]
    await case.act("correct_decree", "governor", **{**fields, "number": "800/9-R2"}, effective_on=today())
    assert case.where == ("placement", "awaiting_duty"), "a date that has come takes effect at once"
    await case.refused(
        "correct_decree", "governor", "already_placed", 409, **fields, effective_on=local_day(9).isoformat()
    )
    await case.act("correct_decree", "governor", **{**fields, "number": "800/9-R3"})
    assert case.where == ("placement", "awaiting_duty")


async def test_a_decree_revoked_before_it_takes_effect_frees_the_seat(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decree")
    await case.act("issue_decree", "hr_officer", number="800/9", date=today(), effective_on=local_day(30).isoformat())
    await case.refused("revoke_decree", "governor", "reason_required", 422, **{**END, "reason": None})
    await case.refused("revoke_decree", "hr_head", "not_authorised", 403, **END)
    await case.act("revoke_decree", "governor", **END)
    assert (case.state["stage"], case.state["outcome"]) == ("closed", "revoked")
    assert (await house.get(f"/positions/{case.state['to']['position_code']}"))["held"] == 0
    assert case.state["decree"]["number"] == "800/9", "the decree stays on record"
    assert await _posts(house, "lateral_pass") == [(house.cast["lateral_pass"]["current_position_code"], True)]


async def test_an_annulled_placement_goes_back_and_both_rows_stay(house: House) -> None:
    case = await _placed(house)
    member = house.cast["it_self_nomination"]
    old, new = member["current_position_code"], member["target_position_code"]
    before = (await house.get(f"/positions/{new}"))["occupied"]
    await case.act("annul_decree", "governor", **END, ordered_by="court", reference="Putusan PTUN 36/G/2026")
    assert case.state["outcome"] == "annulled"
    restored = (await case.events())[-1]
    assert (restored["type"], restored["data"]["to_post"]["position"]) == ("post_restored", old)
    assert (await house.get(f"/positions/{new}"))["occupied"] == before - 1
    posts = await _posts(house, "it_self_nomination")
    assert [p for p, present in posts if present] == [old]
    assert (new, False) in posts, "what was stays readable"
    told = [n["template"] for n in (await house.get("/notices", case.employee))["items"]]
    assert "decree_annulled" in told


async def test_an_order_is_named_with_its_reference(house: House) -> None:
    case = await _placed(house)
    answer = await case.try_act("annul_decree", "governor", **END, ordered_by="court")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "order_reference_required"


async def test_where_the_old_post_is_taken_an_equal_one_is_named(house: House) -> None:
    case = await _placed(house)
    member = house.cast["it_self_nomination"]
    old = member["current_position_code"]
    async with house.engine.begin() as connection:
        await connection.execute(_TAKE_OVER, {"post": old, "day": local_day()})
    refused = await case.refused("annul_decree", "governor", "equal_post_required", 409, **END)
    assert refused["params"]["position"] == old
    lower, equal = await _vacant(house, tier="pertama"), await _vacant(house, tier="muda")
    await case.refused("annul_decree", "governor", "post_not_equal", 422, **END, position_code=lower)
    await case.refused("annul_decree", "governor", "position_unknown", 422, **END, position_code="TIDAK-ADA-01")
    await case.act("annul_decree", "governor", **END, position_code=equal)
    restored = (await case.events())[-1]["data"]
    assert (restored["to_post"]["position"], restored["equal"]) == (equal, True)
    assert [p for p, present in await _posts(house, "it_self_nomination") if present] == [equal]


async def _vacant(house: House, tier: str) -> str:
    rows = await house.sql(
        "SELECT p.code FROM position p JOIN seat s ON s.position_code = p.code AND s.abolished_on IS NULL"
        " WHERE p.superseded_at IS NULL AND p.kind = 'FUNCTIONAL' AND p.tier = :tier AND p.job_class >= :class"
        " AND NOT EXISTS (SELECT 1 FROM occupancy o WHERE o.position_code = p.code AND o.superseded_at IS NULL)"
        " ORDER BY p.code LIMIT 1",
        tier=tier, **{"class": 9 if tier == "muda" else 1},
    )  # fmt: skip
    return str(rows[0].code)


_TAKE_OVER = text("""
    INSERT INTO occupancy (seat_id, position_code, person_id, person_no, kind, during, source)
    SELECT s.id, s.position_code, 'p_successor', 999999, 'incumbent', daterange(CAST(:day AS date), NULL), 'test'
    FROM seat s WHERE s.position_code = :post AND s.abolished_on IS NULL
      AND NOT EXISTS (SELECT 1 FROM occupancy o WHERE o.seat_id = s.id AND o.superseded_at IS NULL
                        AND upper(o.during) IS NULL)
    ORDER BY s.no LIMIT 1
""")


async def test_a_blocked_placement_gets_a_new_effective_date(house: House) -> None:
    """Illness, a proceeding, a disaster: the date moves by another decision, not by hand."""
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_decree")
    await case.act("issue_decree", "hr_officer", number="800/9", date=today(), effective_on=local_day(5).isoformat())
    person = await house.person("cast:lateral_pass")
    async with house.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO condition (person_id, kind, valid_from, valid_to, reference, source)"
                " VALUES (:person, 'discipline_process', current_date, current_date + 20, 'LHP 9', 'register')"
            ),
            {"person": person},
        )
    await case.forward(days=6)
    assert case.where == ("placement", "placement_blocked")
    fields = {"number": "800/9-R", "date": local_day(5).isoformat(), "ground": "new_fact", "reason": "Proses disiplin"}
    await case.act("correct_decree", "governor", **fields, effective_on=local_day(40).isoformat())
    assert case.where == ("placement", "awaiting_effective_date")
    await case.forward(days=36)
    assert case.where == ("placement", "awaiting_duty")
