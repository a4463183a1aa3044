"""Histories of the engine: archived before the engine deletes them, each bound to its hash in the ledger."""

import json
from datetime import timedelta

import psycopg
import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from domain.drift import DriftKind
from runtime import keys
from store.archive import Archive, ArchivedHistory
from store.contents import Damaged
from tests.house import CaseFile, House, eventually
from worker import WORKFLOWS


async def archived(house: House, case: CaseFile) -> list[ArchivedHistory]:
    archive = Archive(keys.document_keys(house.settings))
    async with house.engine.connect() as connection:
        return await archive.archived_histories(connection, case.id)


async def test_every_run_is_archived_named_in_the_ledger_and_outlives_the_engine(house: House) -> None:
    case = await house.open("lateral_pass")
    await house.try_open("lateral_pass")  # refused: it leaves a run, and no case
    first = (await case.workflow.describe()).run_id
    await case.workflow.signal("roll_over")

    async def rolled() -> bool:
        return (await case.workflow.describe()).run_id != first

    await eventually(rolled)
    sweep = house.upkeep().archiver.sweep

    async def swept() -> bool:
        """Lists of the engine lag behind."""
        return (await sweep(house.now)).archived == 1

    await eventually(swept)
    assert [h.run_id for h in await archived(house, case)] == [first], "archived while the case goes on"
    await case.act("cancel", "hr_head", reason="Tidak jadi")
    await case.forward(hours=1)
    second = (await case.workflow.describe()).run_id
    later = house.now + timedelta(days=8)
    found = (await house.upkeep().reconciler.find(later)).drifts
    assert [(d.kind, d.subject) for d in found] == [("history_unarchived", case.id)]
    assert found[0].kind is DriftKind.HISTORY_UNARCHIVED
    await eventually(swept)
    assert (await sweep(house.now)).archived == 0, "doing it again changes nothing"
    assert (await house.upkeep().reconciler.find(later)).drifts == []
    assert (await case.types())[-1] == "history_archived"

    await house.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=house.client.namespace, workflow_execution=WorkflowExecution(workflow_id=case.workflow.id)
        )
    )
    kept = await archived(house, case)
    assert [h.run_id for h in kept] == [first, second]
    replayer = Replayer(workflows=WORKFLOWS, data_converter=house.client.data_converter)
    for history in kept:
        assert history.text is not None and len(json.loads(history.text)["events"]) == history.events
        await replayer.replay_workflow(WorkflowHistory.from_json(case.workflow.id, history.text))
    case.house.opened.clear()  # its history is no longer with the engine, to be replayed from there


async def test_a_history_that_is_not_what_the_ledger_says_is_not_given_out(house: House) -> None:
    one, two = await house.open("lateral_pass"), await house.open("it_self_nomination")
    for case in (one, two):
        await case.act("cancel", "hr_head", reason="Tidak jadi")
        await case.forward(hours=1)

    async def both() -> bool:
        await house.upkeep().archiver.sweep(house.now)
        return len(await house.sql("SELECT 1 FROM ledger WHERE type = 'history_archived'")) == 2

    await eventually(both)
    with psycopg.connect(house.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM archived_history")
    with psycopg.connect(house.url.replace("mutasi_app@", "postgres@")) as connection:
        connection.execute("ALTER TABLE archived_history DISABLE TRIGGER ALL")
        connection.execute(
            "UPDATE archived_history a SET sealed = b.sealed FROM archived_history b "
            "WHERE a.case_id = %s AND b.case_id = %s",
            (one.id, two.id),
        )
        connection.execute("DELETE FROM archived_history WHERE case_id = %s", (two.id,))
    with pytest.raises(Damaged):
        await archived(house, one)
    [erased] = await archived(house, two)
    assert erased.text is None and len(erased.sha256) == 64
