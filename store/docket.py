"""The read model: a docket row, the open tasks, the participants. A function of the case and its events; disposable."""

from typing import Any

from domain.case import Case
from domain.events import CaseOpened, DecreeCorrected, DecreeIssued, Event
from domain.tasks import tasks
from domain.vocabulary import STAGE_ORDER, Stage

_APPROVAL = STAGE_ORDER.index(Stage.APPROVAL)


def docket_values(case: Case) -> dict[str, Any]:
    """The columns of a docket row that follow from the case alone."""
    origin, target = case.from_post, case.to_post
    return {
        "case_id": case.id,
        "number": case.number,
        "kind": case.kind,
        "origin": case.origin,
        "person_id": case.subject,
        "from_position": origin.position if origin else None,
        "from_unit": origin.unit if origin else None,
        "from_agency": origin.agency if origin else None,
        "to_position": target.position,
        "to_unit": target.unit,
        "to_agency": target.agency,
        "stage": case.stage,
        "status": case.status,
        "outcome": case.outcome,
        "opened_at": case.opened_at,
        "due_at": case.due.at if case.due else None,
        "effective_on": case.effective_on,
        "policy": case.policy,
        "seq": case.seq,
        "version": case.version,
        "state": case.model_dump(mode="json", exclude_none=True),
    }


def named_values(events: list[Event]) -> dict[str, Any]:
    """The columns that events name and the case does not keep: personal ones, and what was once reached."""
    named: dict[str, Any] = {}
    for event in events:
        match event:
            case CaseOpened():
                named |= {"employee_name": event.employee_name, "employee_nip": event.employee_nip}
            case DecreeIssued() | DecreeCorrected():
                named["decree_number"] = event.number
        if event.move and event.move.stage is not Stage.CLOSED and STAGE_ORDER.index(event.move.stage) >= _APPROVAL:
            named["reached_approval"] = True
    return named


def task_values(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "case_id": case.id,
            "no": no,
            "acts": list(task.acts),
            "office": task.office,
            "unit": task.unit,
            "person_id": task.person,
            "barred": list(task.barred),
            "status": case.status,
            "since": task.since or case.since,
            "due_at": due.at if (due := task.due or case.due) else None,
        }
        for no, task in enumerate(tasks(case))
    ]
