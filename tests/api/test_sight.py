"""What each caller sees of what he may see: his own lists, a masked NIP, a sealed history."""

from typing import Any

import pytest

from domain.nip import masked
from tests.api.callers import CALLERS, DECIDERS, FULL_NIP, HR, OVERSEERS, READS, SEES
from tests.house import CaseFile, House

ALL = frozenset({"lateral_pass", "it_self_nomination", "missing_rating"})
VISIBLE = {
    **dict.fromkeys((*HR, *OVERSEERS), ALL),
    **dict.fromkeys(("employee", "head_of_origin", "head_of_destination", *DECIDERS), frozenset({"lateral_pass"})),
    "colleague": {"it_self_nomination"},
    "foreign_head": {"missing_rating"},
    "operator": set(),
}
"""Of three cases, one in approval: DPUPR to DLH; two before it: SATPOLPP to DISKOMINFO and RSJD to DINKES."""


@pytest.fixture(scope="module")
async def files(common_house: House) -> dict[str, CaseFile]:
    files = {w: await common_house.open(w) for w in ("lateral_pass", "it_self_nomination", "missing_rating")}
    case = files["lateral_pass"]
    await case.act("comment", "hr_officer", text="Hanya untuk BKD", note="Catatan BKD")
    await case.act("comment", "hr_officer", text="Untuk pegawai", visible_to_employee=True)
    await case.refused("verify", "cast:lateral_pass", "act_not_open", 409, note="Saya coba")
    await case.walk(to="awaiting_consideration")
    await case.act("consider", "board_member", recommendation="recommend", reason="Layak menurut saya")
    return files


@pytest.mark.parametrize("caller", CALLERS)
async def test_a_list_of_cases_shows_what_the_caller_may_see(
    common_house: House, files: dict[str, CaseFile], caller: str
) -> None:
    ours = {case.id: whom for whom, case in files.items()}
    page = await common_house.get("/cases", CALLERS[caller], count=True)
    assert {ours[c["id"]] for c in page["items"]} == VISIBLE[caller]
    assert page["total"] == len(VISIBLE[caller])
    for whom in files:
        sought = await common_house.get("/cases", CALLERS[caller], q=common_house.cast[whom]["nip"], count=True)
        assert sought["total"] == (whom in VISIBLE[caller]), "a search widens nothing"


async def test_a_list_of_employees_shows_oneself_ones_agency_or_all(common_house: House) -> None:
    [row] = await common_house.sql("SELECT count(*) AS n FROM employee WHERE superseded_at IS NULL")
    for caller, who in CALLERS.items():
        found = (await common_house.get("/employees", who, limit=200))["items"]
        ids, agencies = {e["id"] for e in found}, {e["agency_code"] for e in found}
        if caller in (*HR, *OVERSEERS, *DECIDERS):
            assert len(found) == 200 < row.n
        elif caller == "operator":
            assert found == []
        elif caller in ("employee", "colleague"):
            assert ids == {await common_house.person(who)}
        else:
            assert agencies == {who.partition(":")[2]}


@pytest.mark.parametrize("caller", sorted(SEES["approval"]))
async def test_a_nip_is_masked_wherever_the_caller_has_no_need_of_it(
    common_house: House, files: dict[str, CaseFile], caller: str
) -> None:
    who, case, nip = CALLERS[caller], files["lateral_pass"], common_house.cast["lateral_pass"]["nip"]
    shown = [(await case.look(who))["employee"]["nip"]]
    shown += [c["employee"]["nip"] for c in (await common_house.get("/cases", who))["items"] if c["id"] == case.id]
    shown += [e["nip"] for e in (await common_house.get("/employees", who, q="Arifuddin Daenglipa"))["items"]]
    if caller in READS:
        shown += [e["data"]["employee_nip"] for e in await case.events(who) if e["type"] == "case_opened"]
    assert set(shown) == {nip if caller in FULL_NIP else masked(nip)}
    assert len(shown) == 2 + (caller != "head_of_destination") + (caller in READS)


async def test_a_head_sees_his_own_nip_and_his_peoples_masked(common_house: House) -> None:
    head = await common_house.person("agency_head:DPUPR")
    for employee in (await common_house.get("/employees", "agency_head:DPUPR"))["items"]:
        assert employee["nip"].isdecimal() == (employee["id"] == head)


async def test_the_employee_reads_his_history_less_what_is_sealed(
    common_house: House, files: dict[str, CaseFile]
) -> None:
    case = files["lateral_pass"]
    full, own = await case.events("auditor"), await case.events("cast:lateral_pass")

    def said(events: list[dict[str, Any]]) -> list[str]:
        return [e["data"]["text"] for e in events if e["type"] == "comment_made"]

    assert said(full) == ["Hanya untuk BKD", "Untuk pegawai"]
    assert said(own) == ["Untuk pegawai"]
    [vote] = [e for e in full if e["type"] == "board_voted"]
    assert (vote["data"]["recommendation"], vote["reason"]) == ("recommend", "Layak menurut saya")
    [sealed] = [e for e in own if e["type"] == "board_voted"]
    assert (sealed["data"], sealed["reason"]) == ({}, None)
    assert sealed["hash"] == vote["hash"], "sealed, and still a link of the chain"
    assert [e["note"] for e in full if e["note"]] == ["Catatan BKD"]
    assert [e["note"] for e in own if e["note"]] == []
    assert len(own) == len(full) - 1


async def test_a_refused_attempt_is_told_to_those_who_oversee(common_house: House, files: dict[str, CaseFile]) -> None:
    case = files["lateral_pass"]
    for who in ("auditor", "inspector"):
        [attempt] = (await common_house.get(f"/cases/{case.id}/attempts", who))["items"]
        assert (attempt["act"], attempt["code"]) == ("verify", "act_not_open")
        assert attempt["actor"] == await common_house.person("cast:lateral_pass")
        assert attempt["request_id"]
        assert "Saya coba" not in str(attempt), "codes and ids only"


async def test_a_task_is_shown_to_whose_it_is(common_house: House, files: dict[str, CaseFile]) -> None:
    case, holders = files["lateral_pass"], set()
    assert case.where == ("approval", "awaiting_proposal")
    for caller, who in CALLERS.items():
        tasks = (await common_house.get("/tasks", who))["items"]
        holders |= {caller for t in tasks if t["case_id"] == case.id}
    assert holders == {"regional_secretary"}


async def test_notices_are_ones_own(common_house: House, files: dict[str, CaseFile]) -> None:
    for caller, who in CALLERS.items():
        shown = {n["id"] for n in (await common_house.get("/notices", who))["items"]}
        rows = await common_house.sql(
            "SELECT id FROM notice WHERE person_id = :me AND (not_before <= now() OR state = 'sent')",
            me=await common_house.person(who),
        )
        assert shown <= {r.id for r in rows}, caller
    assert (await common_house.get("/notices", "operator"))["items"] == []
    assert (await common_house.get("/notices", "cast:lateral_pass"))["items"]
