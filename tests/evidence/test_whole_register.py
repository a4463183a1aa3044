"""The audit of the whole register: every case, in a process of its own, resumed where it stopped, and signed."""

import asyncio
from pathlib import Path

import pytest

from evidence.verify import VERDICTS
from proof.note import Key, NoteFault, public_of
from runtime import auditing
from tests.evidence.conftest import Told


async def test_every_case_is_looked_at_once_and_the_result_is_signed(told: Told, tmp_path: Path) -> None:
    house, state = told.house, tmp_path / "findings"
    settings = house.settings.model_copy(update={"temporal_address": house.client.service_client.config.target_host})
    anchors = auditing.Anchors(checkpoints=(told.held.note,))

    async def audit() -> auditing.Result:
        return await asyncio.to_thread(auditing.audit, settings, anchors, state, 1)

    first = await audit()
    assert (len(first.looked), first.resumed) == (2, 0)
    assert [one.states for one in first.looked] == [dict.fromkeys(VERDICTS, "holds")] * 2
    log = Key(settings.proof_origin, public_of(house.log_key))
    said = auditing.read_statement(first.statement, [log])
    assert "2 cases" in said and f"findings {auditing.findings(first.looked)}" in said
    with pytest.raises(NoteFault):
        auditing.read_statement(first.statement.replace("2 cases", "3 cases"), [log])

    # A case that moved is looked at again, the other is not; what a crash left half written is in nobody's way.
    await told.case.act("comment", "hr_head", text="Dilihat lagi", visible_to_employee=False)
    with state.open("a") as file:
        file.write('{"case": "c_x", "entr')
    heads = await house.sql("SELECT case_id, encode(head, 'hex') AS head FROM docket")
    head = {row.case_id: row.head for row in heads}
    second = await audit()
    assert second.resumed == 1 and {one.case: one.head for one in second.looked} == head
    with pytest.raises(auditing.AnotherAudit):
        await asyncio.to_thread(auditing.audit, settings, auditing.Anchors(), state, 1)
