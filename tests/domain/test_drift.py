"""What counts as drift, and who may do what about it."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.drift import (
    GRACE,
    REPAIRS,
    DriftKind,
    IncidentStatus,
    Proposed,
    Repair,
    may_confirm,
    may_propose,
    of_workflow,
    stray,
)
from domain.protocol import Snapshot
from domain.refusals import RefusalCode

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
STANDING = Snapshot(case_id="c_x", seq=5, wake_at=NOW + timedelta(days=3), head="ab")


def kinds(standing: Snapshot, answered: Snapshot | None) -> list[DriftKind]:
    return [d.kind for d in of_workflow(standing, answered, NOW)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"seq": 4}, [DriftKind.WORKFLOW_APART]),
        ({"seq": 6}, [DriftKind.WORKFLOW_APART]),
        ({"head": "cd"}, [DriftKind.WORKFLOW_APART]),
        ({"wake_at": None}, [DriftKind.TIMER_APART]),
        ({"wake_at": NOW}, [DriftKind.TIMER_APART]),
        ({"post_at": NOW}, []),
    ],
)
def test_a_workflow_is_held_to_entry_head_and_instant(changed: dict[str, object], expected: list[DriftKind]) -> None:
    assert kinds(STANDING, STANDING.model_copy(update=changed)) == expected


def test_one_that_does_not_answer_is_silent() -> None:
    assert kinds(STANDING, None) == [DriftKind.WORKFLOW_SILENT]


@pytest.mark.parametrize(("late", "expected"), [(GRACE / 2, []), (GRACE * 2, [DriftKind.TIMER_APART])])
def test_post_that_nobody_will_send_is_told_after_a_while(late: timedelta, expected: list[DriftKind]) -> None:
    waiting = STANDING.model_copy(update={"post_at": NOW - late})
    assert kinds(waiting, STANDING) == expected
    assert kinds(waiting, waiting) == [], "a server that is down is no drift"


def test_a_workflow_that_begins_or_ends_is_no_stray() -> None:
    over = STANDING.model_copy(update={"final_at": NOW - GRACE / 2, "wake_at": None})
    assert stray("mutation/c_x", Snapshot(case_id="c_x"), None, NOW) is None
    assert stray("mutation/c_x", over, over, NOW) is None
    assert stray("mutation/c_x", over, over, NOW + GRACE) is not None
    assert stray("mutation/c_x", STANDING, None, NOW) is not None
    assert stray("mutation/c_x", None, STANDING, NOW) is None


def test_every_kind_of_drift_has_something_that_may_be_done() -> None:
    assert set(REPAIRS) == set(DriftKind) and all(REPAIRS.values())


@pytest.mark.parametrize("status", IncidentStatus)
@pytest.mark.parametrize("by", ["p_a", "p_b", "p_subject"])
def test_nobody_confirms_his_own_word_or_settles_his_own_case(status: IncidentStatus, by: str) -> None:
    refusal = may_confirm(status, Proposed("p_a", Repair.REFOUND), Repair.REFOUND, "p_subject", by)
    if status is IncidentStatus.PROPOSED and by == "p_b":
        assert refusal is None
    else:
        assert refusal is not None
        if by == "p_subject":
            assert refusal.code is RefusalCode.OWN_CASE
        elif status is IncidentStatus.PROPOSED:
            assert refusal.code is RefusalCode.SECOND_PERSON_REQUIRED


def test_what_is_confirmed_is_what_was_proposed_last() -> None:
    def confirmed(proposed: Proposed | None) -> RefusalCode | None:
        refusal = may_confirm(IncidentStatus.PROPOSED, proposed, Repair.SEND_AGAIN, None, "p_b")
        return refusal.code if refusal else None

    assert confirmed(None) is RefusalCode.REPAIR_NOT_PROPOSED
    assert confirmed(Proposed("p_a", Repair.ACCEPT)) is RefusalCode.REPAIR_NOT_PROPOSED
    assert confirmed(Proposed("p_a", Repair.SEND_AGAIN)) is None


def test_a_repair_fits_its_drift() -> None:
    def proposed(kind: DriftKind, repair: Repair, by: str = "p_a") -> RefusalCode | None:
        refusal = may_propose(kind, IncidentStatus.OPEN, repair, "p_subject", by)
        return refusal.code if refusal else None

    for kind in DriftKind:
        for repair in Repair:
            wanted = None if repair in REPAIRS[kind] else RefusalCode.REPAIR_NOT_FITTING
            assert proposed(kind, repair) is wanted
    assert proposed(DriftKind.WORKFLOW_MISSING, Repair.REFOUND, "p_subject") is RefusalCode.OWN_CASE
