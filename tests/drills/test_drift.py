"""Drift made by hand, of every kind: found at its place, mended by two people, and not by one."""

import uuid
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from temporalio.testing import WorkflowEnvironment

from domain.drift import DriftKind
from domain.protocol import Snapshot
from store import cases
from tests.api.answers import problem_of
from tests.conftest import RECORD_INTO
from tests.house import CaseFile, House, eventually, read_cast
from tests.house import house as open_house
from tests.order import record_run, the_house_is_in_order
from workflows import contract

STRAY = "mutation/c_" + "s" * 26


@pytest.fixture
async def house(
    temporal_env: WorkflowEnvironment, database: str, home: Path, demo_directory: Path
) -> AsyncIterator[House]:
    """A house whose cases may lose their workflows."""
    async with open_house(temporal_env, database, home, read_cast(demo_directory)) as opened:
        yield opened
        await the_house_is_in_order(opened)
        assert await found(opened) == set()


async def found(house: House) -> set[tuple[str, str]]:
    """What a look finds: kinds and subjects. Incidents are opened and closed by it."""
    await house.upkeep().reconciler.reconcile(house.now)
    items = (await house.get("/reports/drift", "auditor"))["items"]
    return {(i["kind"], i["subject"]) for i in items if i["status"] not in ("gone", "repaired")}


async def spoil(house: House, statement: str, **params: Any) -> None:
    """Do to the register what nobody should."""
    async with house.engine.begin() as connection:
        await connection.execute(text(statement), params)


async def act(house: House, step: str, incident: str, repair: str, by: str, key: str | None = None) -> Any:
    return await house.request(
        "POST", f"/incidents/{incident}/{step}", by, json={"repair": repair, "reason": "Sudah diperiksa"},
        headers={"Idempotency-Key": key or uuid.uuid4().hex},
    )  # fmt: skip


async def mend(house: House, kind: str, subject: str, repair: str) -> dict[str, Any]:
    """Two people have an incident mended; how it stands then."""
    items = (await house.get("/reports/drift", "operator"))["items"]
    [incident] = [i for i in items if (i["kind"], i["subject"]) == (kind, subject) and i["status"] == "open"]
    assert repair in incident["repairs"] and incident["kind_text"]
    proposed = await act(house, "repair", incident["id"], repair, "operator")
    assert (proposed.status_code, proposed.json()["status"]) == (201, "proposed"), proposed.text
    confirmed = await act(house, "confirmation", incident["id"], repair, "hr_head")
    assert confirmed.status_code == 201, confirmed.text
    answer: dict[str, Any] = confirmed.json()
    return answer


async def standing(house: House, case: CaseFile) -> Snapshot:
    async with house.engine.connect() as connection:
        snapshot = await cases.version_of(connection, case.id)
    assert snapshot is not None
    return snapshot


async def replaced(house: House, case: CaseFile, **wrong: Any) -> None:
    """Another workflow in the place of a case's own, which believes something else."""
    await case.workflow.terminate("drill")
    snapshot = (await standing(house, case)).model_copy(update=wrong)
    await house.client.start_workflow(contract.WORKFLOW, snapshot, id=case.workflow.id, task_queue=house.queue)


async def test_a_lost_workflow_is_found_and_refounded_by_two_people_and_not_by_one(house: House) -> None:
    case, other = await house.open("lateral_pass"), await house.open("it_self_nomination")
    await case.walk(to="awaiting_response")
    assert await found(house) == set(), "what is in order is no drift"
    await case.workflow.terminate("drill")
    assert await found(house) == {("workflow_missing", case.id)}
    report = await house.get("/reports/drift", "inspector")
    [incident] = report["items"]
    assert (report["last"]["found"], report["last"]["cases"], incident["case_id"]) == (1, 2, case.id)
    assert await found(house) == {("workflow_missing", case.id)}, "found again it is the same incident"

    named = incident["id"]
    problem_of(await act(house, "confirmation", named, "refound", "hr_head"), 409, "repair_not_proposed")
    problem_of(await act(house, "repair", named, "terminate", "hr_head"), 422, "repair_not_fitting")
    problem_of(await act(house, "repair", named, "refound", "auditor"), 403, "not_authorised")
    assert (await act(house, "repair", named, "refound", "hr_head", key="one")).status_code == 201
    problem_of(await act(house, "confirmation", named, "refound", "hr_head"), 403, "second_person_required")
    problem_of(await act(house, "confirmation", named, "refound", "operator"), 403, "forbidden")
    await found(house)
    with pytest.raises(AssertionError, match="workflow_missing"):
        assert not await found(house), "one person alone, and a look at it, mend nothing"

    confirmed = await act(house, "confirmation", named, "refound", "hr_officer", key="two")
    assert confirmed.json()["status"] == "repaired", confirmed.text
    if RECORD_INTO:
        await record_run(house.client.get_workflow_handle(f"errand/{named}"), Path(RECORD_INTO), "errand_repair")
    again = await act(house, "confirmation", named, "refound", "hr_officer", key="two")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    problem_of(await act(house, "repair", named, "refound", "hr_head"), 409, "incident_settled")
    assert await found(house) == set()
    assert [s["what"] for s in confirmed.json()["steps"]] == ["proposed", "confirmed", "repaired"]
    [stated] = await house.sql("SELECT body FROM log_leaf WHERE kind = 'statement' AND body LIKE '%repaired%'")
    assert named.encode() in bytes(stated.body) and b"Sudah diperiksa" not in bytes(stated.body)

    await case.past_due()
    assert case.where == ("socialisation", "awaiting_briefing"), "its clock goes on where it stood"
    await other.stop()
    await house.desk.refound(other.id, house.now)


async def test_a_case_on_hold_is_refounded_with_its_clock_standing_still(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_response")
    before = case.state["due"]["on"]
    await case.act("hold", "hr_head", ground="discipline", reason="Pemeriksaan", reference="R-1")
    await case.workflow.terminate("drill")
    assert await found(house) == {("workflow_missing", case.id)}
    assert (await mend(house, "workflow_missing", case.id, "refound"))["status"] == "repaired"
    assert await found(house) == set()
    await case.look()
    await case.act("resume", "hr_head", reason="Selesai")
    assert case.state["due"]["on"] == before


async def test_workflows_that_are_not_what_they_should_be(house: House) -> None:
    """One without a case, one at another entry, one that waits for another instant."""
    apart, late = await house.open("lateral_pass"), await house.open("it_self_nomination")
    await apart.walk(to="awaiting_response")
    await replaced(house, apart, seq=2, head="00" * 32)
    now = await standing(house, late)
    assert now.wake_at is not None
    await replaced(house, late, wake_at=now.wake_at + timedelta(days=3))
    nobody = Snapshot(case_id=contract.case_of(STRAY), seq=4, stage="approval", status="awaiting_decision")
    await house.client.start_workflow(contract.WORKFLOW, nobody, id=STRAY, task_queue=house.queue)

    async def listed() -> bool:
        """Lists of the engine lag behind."""
        query = f"WorkflowId = '{STRAY}' AND ExecutionStatus = 'Running' AND TaskQueue = '{house.queue}'"
        return bool([w async for w in house.client.list_workflows(query)])

    await eventually(listed)
    assert await found(house) == {
        ("workflow_apart", apart.id), ("timer_apart", late.id), ("workflow_stray", STRAY),
    }  # fmt: skip
    assert (await mend(house, "workflow_stray", STRAY, "terminate"))["status"] == "repaired"
    for kind, case in (("workflow_apart", apart), ("timer_apart", late)):
        assert (await mend(house, kind, case.id, "refound"))["status"] == "repaired"
    assert await found(house) == set()
    described = await house.client.get_workflow_handle(STRAY).fetch_history()
    reason = described.events[-1].workflow_execution_terminated_event_attributes.reason
    assert reason.startswith("incident i_"), "why stands in the register, not in the engine"


async def test_a_register_that_contradicts_itself(house: House) -> None:
    """Tasks, the read model, notices and seats; each is mended from what is the truth."""
    case, other = await house.open("lateral_pass"), await house.open("it_self_nomination")
    await case.walk(to="awaiting_verification")
    [notice] = await house.sql(
        "SELECT key FROM notice WHERE case_id = :case AND state = 'sent' ORDER BY id LIMIT 1", case=case.id
    )
    [hold] = await house.sql("SELECT id FROM occupancy WHERE kind = 'hold' AND case_id = :case", case=other.id)
    await spoil(house, "UPDATE task SET office = 'governor' WHERE case_id = :case", case=case.id)
    await spoil(house, "UPDATE notice SET sent_at = NULL WHERE key = :key", key=notice.key)
    await spoil(house, "UPDATE occupancy SET case_id = 'c_nobody' WHERE id = :id", id=hold.id)
    assert await found(house) == {
        ("task_apart", case.id), ("notice_unsettled", notice.key), ("hold_stray", f"hold {hold.id}"),
        ("hold_missing", other.id),
    }  # fmt: skip
    assert (await mend(house, "task_apart", case.id, "rebuild"))["status"] == "repaired"
    failed = await mend(house, "hold_missing", other.id, "hold_again")
    assert (failed["status"], failed["steps"][-1]["reason"]) == ("failed", "seat_taken")
    assert (await mend(house, "hold_stray", f"hold {hold.id}", "release"))["status"] == "repaired"
    for step, by in (("repair", "hr_officer"), ("confirmation", "hr_head")):
        answer = await act(house, step, failed["id"], "hold_again", by)
    assert answer.json()["status"] == "repaired", "what failed may be proposed again"
    assert (await mend(house, "notice_unsettled", notice.key, "send_again"))["status"] == "repaired"
    await case.forward(minutes=1)
    sent = Counter(m["Message-ID"] for m in house.postbox.mail)
    assert sorted(sent.values())[-2:] == [1, 2], "sent again, under the Message-ID it had, and nothing else"
    assert await found(house) == set()

    await spoil(house, "DELETE FROM docket WHERE case_id = :case", case=case.id)
    assert ("case_apart", case.id) in await found(house)
    assert (await mend(house, "case_apart", case.id, "rebuild"))["status"] == "repaired"


async def test_what_nobody_can_mend_is_left_by_two_people_and_stays_known(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_response")
    [notice] = await house.sql(
        "SELECT id, key, sent_at FROM notice WHERE case_id = :case AND state = 'sent' LIMIT 1", case=case.id
    )
    await spoil(house, "UPDATE notice SET sent_at = NULL WHERE id = :id", id=notice.id)
    await found(house)
    assert (await mend(house, "notice_unsettled", notice.key, "accept"))["status"] == "accepted"
    assert await found(house) == {("notice_unsettled", notice.key)}
    assert len((await house.get("/reports/drift", "auditor"))["items"]) == 1, "it is not opened a second time"
    await spoil(house, "UPDATE notice SET sent_at = :at WHERE id = :id", id=notice.id, at=notice.sent_at)
    assert await found(house) == set()
    [incident] = (await house.get("/reports/drift", "hr_head"))["items"]
    assert incident["status"] == "gone"


async def test_the_round_goes_by_itself_and_carries_out_what_was_left(house: House) -> None:
    """A worker that died between the second word and the repair: the next round makes it good."""
    case = await house.open("lateral_pass")
    await case.workflow.terminate("drill")
    handle = await house.client.start_workflow(
        contract.UPKEEP_WORKFLOW, id=f"upkeep-{house.queue}", task_queue=house.queue
    )
    try:
        await house.env.fast_forward(handle, timedelta(hours=1, minutes=1))
        [incident] = await house.sql("SELECT id FROM incident WHERE kind = 'workflow_missing'")
        proposed = await act(house, "repair", incident.id, "refound", "hr_officer")
        assert proposed.status_code == 201
        await spoil(
            house,
            "INSERT INTO incident_event (incident_id, what, at, by, repair, reason) "
            "VALUES (:id, 'confirmed', now(), :by, 'refound', 'Setuju')",
            id=incident.id,
            by=await house.person("hr_head"),
        )
        await house.env.fast_forward(handle, timedelta(hours=1))
        [last] = await house.sql("SELECT what FROM incident_event ORDER BY id DESC LIMIT 1")
        assert last.what == "repaired"
        assert datetime.fromisoformat((await house.get("/reports/drift", "auditor"))["last"]["at"])
        if RECORD_INTO:
            await record_run(handle, Path(RECORD_INTO), "upkeep")
    finally:
        await handle.terminate("the drill is over")


def test_every_kind_of_drift_has_a_drill() -> None:
    """Those that no hand can make on a sound machine are shown on the law alone."""
    shown = Path(__file__).read_text() + Path(__file__).with_name("test_archive.py").read_text()
    elsewhere = {DriftKind.WORKFLOW_SILENT, DriftKind.DUE_WITHOUT_TIMER}
    assert {kind for kind in DriftKind if f'"{kind}"' not in shown} == elsewhere
