"""Lists: narrowed, paged without loss or double, and a cursor that is good for its own list only."""

import hashlib
import json
from typing import Any

import pytest

from tests.api.answers import problem_of
from tests.house import BACKFILL, CaseFile, House

OPENED = (
    "lateral_pass",
    "it_self_nomination",
    "finance_to_bapenda",
    "tenure_18_months",
    "missing_rating",
    "full_seat",
    "audit_finding",
)
"""Of whom there are cases before any test of this module, the oldest first."""


@pytest.fixture(scope="module")
async def files(common_house: House) -> dict[str, CaseFile]:
    return {whom: await common_house.open(whom) for whom in OPENED}


async def _pages(house: House, path: str, by: str = "hr_officer", **params: Any) -> list[list[dict[str, Any]]]:
    """Every page of a list, following its cursors."""
    pages, cursor = [], None
    while True:
        page = await house.get(path, by, **params, **({"cursor": cursor} if cursor else {}))
        pages.append(page["items"])
        cursor = page["next_cursor"]
        assert page["has_more"] == bool(cursor)
        if not cursor:
            return pages
        assert len(page["items"]) == params["limit"]


async def _all(house: House, path: str, by: str = "hr_officer", **params: Any) -> list[dict[str, Any]]:
    return [item for page in await _pages(house, path, by, **params) for item in page]


NARROWED: list[tuple[dict[str, Any], set[str]]] = [
    ({}, set(OPENED)),
    ({"stage": "evaluation"}, {"tenure_18_months", "missing_rating", "audit_finding"}),
    ({"status": "ineligible"}, {"tenure_18_months", "audit_finding"}),
    ({"status": "no_vacancy"}, {"full_seat"}),
    ({"stage": "needs_check", "status": "ineligible"}, set()),
    ({"unit": "DLH"}, {"lateral_pass"}),
    ({"unit": "DLH-S"}, {"lateral_pass"}),
    ({"unit": "DPUPR-S"}, {"lateral_pass"}),
    ({"unit": "RSJD"}, {"missing_rating", "audit_finding"}),
    ({"unit": "NOWHERE"}, set()),
    ({"q": "arifuddin"}, {"lateral_pass"}),
    ({"q": "Daenglipa"}, {"lateral_pass", "tenure_18_months"}),
    ({"q": "Daenglipa kadir"}, {"tenure_18_months"}),
    ({"q": "arif"}, set()),
    ({"q": "198811182017011945"}, {"lateral_pass"}),
    ({"q": " 19881118 201701 1 945 "}, {"lateral_pass"}),
    ({"q": "19881118.201701.1.945"}, {"lateral_pass"}),
    ({"q": "198811182017011946"}, set()),
    ({"q": "';DROP TABLE docket;--"}, set()),
    ({"overdue": True}, set()),
    ({"overdue": False}, set(OPENED)),
]


@pytest.mark.parametrize(("asked", "found"), NARROWED, ids=[json.dumps(n[0]) for n in NARROWED])
async def test_cases_are_narrowed(
    common_house: House, files: dict[str, CaseFile], asked: dict[str, Any], found: set[str]
) -> None:
    page = await common_house.get("/cases", count=True, **asked)
    ours = {case.id: whom for whom, case in files.items()}
    assert {ours[c["id"]] for c in page["items"] if c["id"] in ours} == found
    assert page["total"] == len(page["items"])


async def test_a_case_is_found_by_its_number_and_counted_on_request_only(
    common_house: House, files: dict[str, CaseFile]
) -> None:
    number = files["full_seat"].state["number"]
    page = await common_house.get("/cases", q=number)
    assert [c["number"] for c in page["items"]] == [number]
    assert page["total"] is None
    assert (await common_house.get("/cases", limit=1, count=True))["total"] >= len(OPENED)


async def test_a_case_is_found_by_its_decree_and_when_it_is_late(house: House) -> None:
    case, other = await house.open("lateral_pass"), await house.open("full_seat")
    await case.walk(to="awaiting_duty")
    number = case.state["decree"]["number"]
    assert [c["id"] for c in (await house.get("/cases", q=number))["items"]] == [case.id]
    await case.past_due()
    for late, expected in ((True, case.id), (False, other.id)):
        [found] = (await house.get("/cases", overdue=late))["items"]
        assert (found["id"], found["overdue"]) == (expected, late)


async def test_pages_lose_nothing_and_show_nothing_twice_while_cases_are_opened(
    common_house: House, files: dict[str, CaseFile]
) -> None:
    before = [c["id"] for c in (await common_house.get("/cases", limit=200))["items"]]
    assert before[-len(OPENED) :] == [case.id for case in reversed(files.values())], "the newest first"
    newcomers, seen, cursor = iter(("chain_1", "chain_2", "chain_3", "swap_1", "swap_2")), [], None
    while True:
        page = await common_house.get("/cases", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [c["id"] for c in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
        if newcomer := next(newcomers, None):
            await common_house.open(newcomer)
    assert seen == before
    assert next(newcomers, None) != "chain_1", "somebody was opened in between"


async def test_a_cursor_is_good_for_its_own_list_and_unchanged(common_house: House, files: dict[str, CaseFile]) -> None:
    cursor = (await common_house.get("/cases", limit=2))["next_cursor"]
    employees = (await common_house.get("/employees", limit=2))["next_cursor"]
    tasks = (await common_house.get("/tasks", limit=2))["next_cursor"]
    for place in (0, 5, 20, len(cursor) - 2):
        forged = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        problem_of(await common_house.request("GET", f"/cases?limit=2&cursor={forged}", "hr_officer"), 400,
                   "invalid_cursor")  # fmt: skip
    for path, by in (
        (f"/cases?stage=evaluation&cursor={cursor}", "hr_officer"),
        (f"/cases?q=a&cursor={cursor}", "hr_officer"),
        (f"/cases?cursor={employees}", "hr_officer"),
        (f"/positions?cursor={cursor}", "hr_officer"),
        (f"/employees?unit=DLH&cursor={employees}", "hr_officer"),
        (f"/employees?cursor={employees}", "auditor"),
        (f"/tasks?cursor={tasks}", "hr_head"),
        (f"/notices?cursor={tasks}", "hr_officer"),
        ("/units?cursor=", "hr_officer"),
    ):
        problem_of(await common_house.request("GET", path, by), 400, "invalid_cursor")


@pytest.mark.parametrize("path", ["/cases", "/employees", "/positions", "/units", "/tasks", "/notices"])
async def test_a_page_is_as_long_as_asked_within_bounds(
    common_house: House, files: dict[str, CaseFile], path: str
) -> None:
    for limit in (1, 200):
        assert len((await common_house.get(path, limit=limit))["items"]) <= limit
    for limit in ("0", "201", "-1", "many"):
        answer = await common_house.request("GET", f"{path}?limit={limit}", "hr_officer")
        assert problem_of(answer, 422, "invalid_request")["errors"][0]["pointer"] == "/limit"


async def test_all_employees_by_name(common_house: House) -> None:
    found = await _all(common_house, "/employees", limit=199)
    [row] = await common_house.sql("SELECT count(*) AS n FROM employee WHERE superseded_at IS NULL")
    assert len({e["id"] for e in found}) == len(found) == row.n
    by_name = await common_house.sql(
        "SELECT p.id FROM person p JOIN employee e ON e.person_id = p.id"
        " WHERE e.superseded_at IS NULL ORDER BY p.name, p.id"
    )
    assert [e["id"] for e in found] == [r.id for r in by_name]


async def test_employees_by_name_nip_and_unit(common_house: House) -> None:
    nip = common_house.cast["lateral_pass"]["nip"]
    for q in ("daenglipa arifuddin", nip, f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"):
        [found] = (await common_house.get("/employees", q=q))["items"]
        assert found["nip"] == nip
    assert (await common_house.get(f"/employees/{found['id']}")) == found
    agency = await _all(common_house, "/employees", unit="DPUPR", limit=50)
    part = await _all(common_house, "/employees", unit="DPUPR-S", limit=50)
    assert {e["agency_code"] for e in agency} == {"DPUPR"}
    assert {e["id"] for e in part} < {e["id"] for e in agency}
    assert found["id"] in {e["id"] for e in part}


async def test_positions_vacant_and_of_a_unit_with_all_below(common_house: House, files: dict[str, CaseFile]) -> None:
    found = await _all(common_house, "/positions", unit="DLH", limit=7)
    codes = [p["code"] for p in found]
    assert codes == sorted(set(codes))
    assert {p["agency_code"] for p in found} == {"DLH"}
    assert {p["unit_code"] for p in found} > {"DLH", "DLH-S", "DLH-S1"}
    vacant = await _all(common_house, "/positions", unit="DLH", vacant=True, limit=7)
    assert [p["code"] for p in vacant] == [p["code"] for p in found if p["vacant"] > 0]
    target = await common_house.get("/positions/DLH-S-04")
    assert (target["required"], target["occupied"], target["held"], target["vacant"]) == (1, 0, 1, 0)
    assert "DLH-S-04" in codes and "DLH-S-04" not in [p["code"] for p in vacant], "a held seat is not vacant"
    kinds = await _all(common_house, "/positions", unit="DLH", kind="ADMINISTRATOR", limit=50)
    assert kinds and {p["kind"] for p in kinds} == {"ADMINISTRATOR"}
    assert {p["title"] for p in await _all(common_house, "/positions", q="analis hukum muda", limit=50)} == {
        "Analis Hukum Ahli Muda"
    }


async def test_units_with_their_headcount(common_house: House) -> None:
    found = await _all(common_house, "/units", limit=60)
    [row] = await common_house.sql("SELECT count(*) AS n FROM unit WHERE superseded_at IS NULL")
    assert len({u["code"] for u in found}) == len(found) == row.n
    [seated] = await common_house.sql(
        "SELECT count(*) AS n FROM occupancy WHERE kind = 'incumbent' AND superseded_at IS NULL AND upper_inf(during)"
    )
    assert sum(u["occupied"] for u in found) == seated.n
    assert [u["code"] for u in (await common_house.get("/units", q="lingkungan hidup"))["items"]] == ["DLH"]


async def test_tasks_most_urgent_first_and_notices_newest_first(
    common_house: House, files: dict[str, CaseFile]
) -> None:
    tasks = await _all(common_house, "/tasks", "hr_head", limit=2)
    assert len({t["case_id"] for t in tasks}) == len(tasks) >= len(OPENED)
    assert [t["due_at"] for t in tasks] == sorted(t["due_at"] for t in tasks)
    assert {t["why_mine"] for t in tasks} == {"office:hr_officer"}
    case = await common_house.open("spouse_of_official", by="hr_head")
    for n in range(3):
        await case.act("comment", "hr_officer", text=f"Kata {n}", visible_to_employee=True)
    notices = await _all(common_house, "/notices", "cast:spouse_of_official", limit=2)
    assert len({n["id"] for n in notices}) == len(notices) == 4
    assert [n["id"] for n in notices] == sorted((n["id"] for n in notices), reverse=True)
    assert notices[-1]["template"] == "case_opened"


async def test_notices_are_read_one_by_one_and_ones_own_only(common_house: House, files: dict[str, CaseFile]) -> None:
    who = "cast:finance_to_bapenda"
    [own] = (await common_house.get("/notices", who, unread=True))["items"]
    foreign = (await common_house.get("/notices", "cast:lateral_pass"))["items"][0]["id"]
    answer = await common_house.request("POST", "/notices/read", who, json={"ids": [own["id"], foreign, 2**50]})
    assert answer.json() == {"ids": [own["id"]]}
    assert (await common_house.get("/notices", who, unread=True))["items"] == []
    assert (await common_house.get("/notices", who))["items"][0]["read"]
    assert not (await common_house.get("/notices", "cast:lateral_pass"))["items"][-1]["read"]


async def test_what_the_register_does_not_know(common_house: House) -> None:
    for path in ("/employees/p_nobody", "/positions/NOWHERE-01", f"/policies/{'0' * 64}"):
        problem_of(await common_house.request("GET", path, "auditor"), 404, "not_found")


async def test_a_policy_is_what_its_hash_says(common_house: House, files: dict[str, CaseFile]) -> None:
    pinned = files["lateral_pass"].state["policy"]
    policy = await common_house.get(f"/policies/{pinned}", "cast:lateral_pass")
    assert hashlib.sha256(policy["text"].encode()).hexdigest() == policy["hash"] == pinned
    assert json.loads(policy["text"])["code"] == policy["code"] == "mamuju-demo"


async def test_the_etag_is_the_version_and_spares_the_second_reading(
    common_house: House, files: dict[str, CaseFile]
) -> None:
    case = files["it_self_nomination"]
    path = f"/cases/{case.id}"

    async def read(tags: str) -> tuple[int, bytes]:
        answer = await common_house.request("GET", path, "hr_officer", headers={"If-None-Match": tags})
        assert answer.headers["etag"] == f'"{case.state["version"]}"'
        return answer.status_code, answer.content

    old = f'"{case.state["version"]}"'
    for tags in (old, f'"99", W/{old}', "*"):
        assert await read(tags) == (304, b"")
    assert (await read('"99"'))[0] == 200
    await case.act("confirm_need", "hr_officer", backfill=BACKFILL)
    assert (await read(old))[0] == 200
    hidden = await common_house.request("GET", path, "cast:lateral_pass", headers={"If-None-Match": "*"})
    problem_of(hidden, 404, "case_unknown")
