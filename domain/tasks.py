"""Tasks: who is asked to do what on a case now. A function of the case, so that a list of tasks can be rebuilt."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.authority import TASK_OFFICE, office_of, responsible
from domain.case import Case
from domain.events import Due
from domain.stages import ANYWHERE, open_acts
from domain.vocabulary import Act, Office, Status


class Task(BaseModel):
    """A piece of work waiting for a person, or for whoever holds an office (of a unit, for its head)."""

    model_config = ConfigDict(frozen=True)

    acts: tuple[Act, ...]
    office: Office | None = None
    unit: str | None = None
    person: str | None = None
    barred: tuple[str, ...] = ()
    """Persons who hold the office and yet may not do the task: the one concerned, and by four eyes."""
    since: datetime | None = None
    due: Due | None = None
    """Of a task beside the stages, which has a term of its own."""


_SUBJECT_TASKS = {
    Status.AWAITING_RESPONSE: Act.RESPOND,
    Status.AWAITING_ACKNOWLEDGEMENT: Act.ACKNOWLEDGE,
}
_OPEN_ELSEWHERE_TOO = {
    Status.ON_HOLD: Act.RESUME,
    Status.AWAITING_CONSENTS: Act.RECORD_CONSENT,
    Status.AWAITING_SUBMISSION: Act.SUBMIT_FILE,
    Status.AWAITING_TECHNICAL_CONSIDERATION: Act.RECORD_CONSIDERATION,
    Status.REFUSED_OUTSIDE: Act.CLOSE_REFUSED,
}
"""HR's task in a status where the act is open in others as well."""
_WITHOUT_TASK = frozenset({Status.DEFERRED, Status.AWAITING_EFFECTIVE_DATE, Status.BETWEEN_REVIEWS, Status.CLOSED})


def tasks(case: Case) -> tuple[Task, ...]:
    """The open tasks of a case, in its stage and beside it."""
    return (*stage_tasks(case), *_beside(case))


def _beside(case: Case) -> tuple[Task, ...]:
    """An assignment to be ratified; an objection to be decided, once granted to be carried out; a suspension to end."""
    if case.closed:
        return ()
    found: list[Task] = []
    order, objection = case.assigned, case.objection
    if order is not None and not order.ratified:
        found.append(_of_decider(case, (Act.RATIFY_ASSIGNMENT,)).model_copy(update={"due": order.ratify_due}))
    if objection is not None and objection.open:
        act = Act.DECLARE_INADMISSIBLE if objection.late else Act.DECIDE_OBJECTION
        asked = _hr(case, (act,)) if objection.late else _of_decider(case, (act,))
        found.append(asked.model_copy(update={"since": objection.filed_at, "due": objection.due}))
    elif case.remedy_due:
        found.append(_of_decider(case, (Act.ANNUL_DECREE, Act.CORRECT_DECREE, Act.REVOKE_DECREE)))
    elif case.suspended:
        found.append(_of_decider(case, (Act.LIFT_SUSPENSION, Act.ANNUL_DECREE, Act.REVOKE_DECREE)))
    return tuple(found)


def _of_decider(case: Case, acts: tuple[Act, ...]) -> Task:
    barred = tuple(sorted({case.subject, *case.conflicted}))
    return Task(acts=acts, office=office_of(acts[0], case), barred=barred)


def stage_tasks(case: Case) -> tuple[Task, ...]:
    """The tasks of the status a case is in; none while it waits for a date."""
    status = case.status
    if status in _WITHOUT_TASK:
        return ()
    if act := _SUBJECT_TASKS.get(status):
        return (Task(acts=(act,), person=case.subject),)
    if act := _OPEN_ELSEWHERE_TOO.get(status):
        return (_hr(case, (act,)),)
    if status is Status.AWAITING_DUTY:
        return (_hr(case, (Act.CONFIRM_DUTY,)) if case.to_post.outside else _head(case, Act.CONFIRM_DUTY),)
    if status is Status.REVIEW_DUE:
        hr = _hr(case, (Act.RECORD_REVIEW,))
        return (hr,) if case.to_post.outside else (hr, _head(case, Act.RECORD_REVIEW))
    acts = tuple(sorted(a for a in open_acts(status) if a in TASK_OFFICE and a not in ANYWHERE))
    return (_of_office(case, acts),)


def _of_office(case: Case, acts: tuple[Act, ...]) -> Task:
    step = acts[0]
    office = office_of(step, case)
    assert office is not None, "a task in a stage is some office's"
    if office is Office.HR_OFFICER:
        return _hr(case, acts)
    barred = {case.subject, *case.conflicted}
    if step is Act.CONSIDER:
        barred |= {*case.verifiers, *(v.by for v in case.votes)}
    if step in (Act.AUTHORISE, Act.DECIDE):
        barred |= {case.opener, *case.verifiers}
    return Task(acts=acts, office=responsible(office, case), barred=tuple(sorted(barred)))


def _hr(case: Case, acts: tuple[Act, ...]) -> Task:
    barred = {case.subject, *case.conflicted}
    if acts == (Act.VERIFY,):
        barred |= {case.opener, *case.suppliers, *case.voters, *case.deciders}
    return Task(acts=acts, office=responsible(Office.HR_OFFICER, case), barred=tuple(sorted(barred)))


def _head(case: Case, act: Act) -> Task:
    return Task(
        acts=(act,),
        office=Office.AGENCY_HEAD,
        unit=case.to_post.agency,
        barred=tuple(sorted({case.subject, *case.conflicted})),
    )
