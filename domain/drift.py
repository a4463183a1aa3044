"""Drift: where register and engine tell different stories about a case, and what two people may do about it.

Nothing is mended silently. What is found opens an incident; one person proposes a repair with a reason, another
confirms it, and only then it is carried out.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from domain.protocol import Snapshot
from domain.refusals import Refusal, RefusalCode, refuse

GRACE = timedelta(hours=1)
"""How long what is over may still be about: a workflow that ends, a notice on its last try."""


class DriftKind(StrEnum):
    """What does not agree."""

    WORKFLOW_MISSING = "workflow_missing"
    """An open case without a running workflow: nobody keeps its clock."""
    WORKFLOW_STRAY = "workflow_stray"
    """A running workflow without a case, or of a case that is over."""
    WORKFLOW_SILENT = "workflow_silent"
    """A workflow that does not say where it stands: its tasks fail."""
    WORKFLOW_APART = "workflow_apart"
    """A workflow that stands at another entry than the register."""
    TIMER_APART = "timer_apart"
    """A workflow that waits for another instant than the case."""
    DUE_WITHOUT_TIMER = "due_without_timer"
    """A due date for which no clock will ring."""
    TASK_APART = "task_apart"
    """Open tasks that the case does not wait for, or tasks it waits for that are nobody's."""
    CASE_APART = "case_apart"
    """A read model that is not at the newest entry of the ledger."""
    NOTICE_UNSETTLED = "notice_unsettled"
    """A notice with neither a receipt nor the mark that it could not be delivered."""
    HOLD_STRAY = "hold_stray"
    """A seat held for no open case, or for a case that holds another or none."""
    HOLD_MISSING = "hold_missing"
    """A case that counts on a seat that is not held for it."""
    HISTORY_UNARCHIVED = "history_unarchived"
    """A case closed for days whose history at the engine is not in the archive."""


class Repair(StrEnum):
    """What can be done about drift."""

    REFOUND = "refound"
    """Found the workflow of the case again from the register; one that runs is ended first."""
    TERMINATE = "terminate"
    """End the workflow."""
    REBUILD = "rebuild"
    """Fold the ledger of the case again in the place of its read model."""
    SEND_AGAIN = "send_again"
    """Put the notices back into the outbox; what then cannot be delivered is marked so."""
    RELEASE = "release"
    """Give the held seat back."""
    HOLD_AGAIN = "hold_again"
    """Hold the seat for the case again, if nobody has it."""
    ACCEPT = "accept"
    """Leave it as it is, known and explained."""


REPAIRS: dict[DriftKind, frozenset[Repair]] = {
    DriftKind.WORKFLOW_MISSING: frozenset({Repair.REFOUND}),
    DriftKind.WORKFLOW_STRAY: frozenset({Repair.TERMINATE}),
    DriftKind.WORKFLOW_SILENT: frozenset({Repair.REFOUND, Repair.ACCEPT}),
    DriftKind.WORKFLOW_APART: frozenset({Repair.REFOUND}),
    DriftKind.TIMER_APART: frozenset({Repair.REFOUND}),
    DriftKind.DUE_WITHOUT_TIMER: frozenset({Repair.ACCEPT}),
    DriftKind.TASK_APART: frozenset({Repair.REBUILD}),
    DriftKind.CASE_APART: frozenset({Repair.REBUILD}),
    DriftKind.NOTICE_UNSETTLED: frozenset({Repair.SEND_AGAIN, Repair.ACCEPT}),
    DriftKind.HOLD_STRAY: frozenset({Repair.RELEASE}),
    DriftKind.HOLD_MISSING: frozenset({Repair.HOLD_AGAIN, Repair.ACCEPT}),
    DriftKind.HISTORY_UNARCHIVED: frozenset({Repair.ACCEPT}),
}
"""What may be done about each kind. A law that left a case without a clock is mended in the code: that is accepted."""


class Drift(NamedTuple):
    """One thing that does not agree, with its place."""

    kind: DriftKind
    subject: str
    """What it is about: the id of a case, of a workflow, the key of a notice, or a held seat. One incident for each."""
    case_id: str | None
    detail: dict[str, str | int]
    """Codes, instants and numbers that say where the two part; nothing about a person."""


def of_workflow(standing: Snapshot, answered: Snapshot | None, now: datetime) -> Iterator[Drift]:
    """What is wrong with the running workflow of a case that is not over. `answered` is its own word, if any."""
    case_id = standing.case_id
    if answered is None:
        yield Drift(DriftKind.WORKFLOW_SILENT, case_id, case_id, {"seq": standing.seq})
    elif (answered.seq, answered.head) != (standing.seq, standing.head):
        detail: dict[str, str | int] = {"register_seq": standing.seq, "workflow_seq": answered.seq}
        yield Drift(DriftKind.WORKFLOW_APART, case_id, case_id, detail)
    elif standing.final_at is None and answered.wake_at != standing.wake_at:
        parted = {"register": _instant(standing.wake_at), "workflow": _instant(answered.wake_at)}
        yield Drift(DriftKind.TIMER_APART, case_id, case_id, {**parted})
    elif standing.post_at and answered.post_at is None and standing.post_at + GRACE < now:
        parted = {"register": _instant(standing.post_at), "workflow": ""}
        yield Drift(DriftKind.TIMER_APART, f"{case_id}/post", case_id, {**parted})


def missing(standing: Snapshot) -> Drift:
    """A case that nobody drives."""
    return Drift(DriftKind.WORKFLOW_MISSING, standing.case_id, standing.case_id, {"seq": standing.seq})


def stray(workflow_id: str, answered: Snapshot | None, standing: Snapshot | None, now: datetime) -> Drift | None:
    """A running workflow that the register knows no open case for.

    One whose case is not opened yet, or just ended, is none: it ends by itself.
    """
    if answered is not None and answered.seq == 0:
        return None
    if standing is None:
        return Drift(DriftKind.WORKFLOW_STRAY, workflow_id, None, {"case": "none"})
    if standing.at_rest(now - GRACE):
        return Drift(DriftKind.WORKFLOW_STRAY, workflow_id, standing.case_id, {"case": "over"})
    return None


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at else ""


class IncidentStatus(StrEnum):
    """Where an incident stands, by what happened to it last."""

    OPEN = "open"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REPAIRED = "repaired"
    ACCEPTED = "accepted"
    """Left as it is by two people; it stays so for as long as it is found."""
    FAILED = "failed"
    """The repair could not be carried out; another may be proposed."""
    GONE = "gone"
    """No longer found."""


UNSETTLED = (IncidentStatus.OPEN, IncidentStatus.PROPOSED, IncidentStatus.FAILED)
"""Where a repair may be proposed."""


class Proposed(NamedTuple):
    """The newest proposal for an incident."""

    by: str
    repair: Repair


def may_propose(
    kind: DriftKind, status: IncidentStatus, repair: Repair, subject: str | None, by: str
) -> Refusal | None:
    """Whether somebody may propose a repair. `subject` is the person of the case, who leaves it to others."""
    if by == subject:
        return refuse(RefusalCode.OWN_CASE)
    if status not in UNSETTLED:
        return refuse(RefusalCode.INCIDENT_SETTLED)
    if repair not in REPAIRS[kind]:
        return refuse(RefusalCode.REPAIR_NOT_FITTING, repairs=tuple(sorted(REPAIRS[kind])))
    return None


def may_confirm(
    status: IncidentStatus, proposed: Proposed | None, repair: Repair, subject: str | None, by: str
) -> Refusal | None:
    """Whether somebody may confirm the repair that another person proposed."""
    if by == subject:
        return refuse(RefusalCode.OWN_CASE)
    if status not in UNSETTLED:
        return refuse(RefusalCode.INCIDENT_SETTLED)
    if proposed is None or status is not IncidentStatus.PROPOSED or proposed.repair is not repair:
        return refuse(RefusalCode.REPAIR_NOT_PROPOSED)
    if proposed.by == by:
        return refuse(RefusalCode.SECOND_PERSON_REQUIRED)
    return None
