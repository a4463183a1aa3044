"""Notices: who is told what when something happens. Recipients are settled in the commit and kept with the event.

The words are in `templates/notices/`; a notice carries the case number and dates, never personal data.
"""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict

from domain import events as ev
from domain.authority import HR, head_office, held_fits, office_of
from domain.case import Case
from domain.facts import Facts
from domain.tasks import Task, stage_tasks
from domain.vocabulary import (
    Act,
    ConsentOutcome,
    ConsiderationOutcome,
    Deadline,
    DecisionChoice,
    Eligibility,
    EndingCause,
    Office,
    Outcome,
    SetBackCause,
    Verdict,
)


class Notice(BaseModel):
    """One message to one person: the template that words it and the plain values it names."""

    model_config = ConfigDict(frozen=True)

    template: str
    person: str
    params: dict[str, str | int] = {}

    @property
    def by_mail(self) -> bool:
        """Whether it is mailed too. Word of a mail that failed is not: it would fail in its turn."""
        return self.template != "notice_undelivered"


TEMPLATES: tuple[str, ...] = (
    "acknowledgement_requested",
    "case_closed",
    "case_lapsed",
    "case_on_hold",
    "case_opened",
    "case_resumed",
    "approver_absent",
    "assignment_ratified",
    "assignment_renewed",
    "assignment_reverted",
    "case_ended_for_cause",
    "case_returned",
    "case_set_back",
    "case_withdrawn",
    "case_cancelled",
    "case_refused_outside",
    "case_ineligible",
    "comment_made",
    "conflict_declared",
    "consent_granted",
    "consent_refused",
    "consent_withdrawn",
    "consideration_issued",
    "consideration_refused",
    "consideration_returned",
    "data_contested",
    "deadline_passed",
    "deadline_recomputed",
    "decision_approved",
    "decision_deferred",
    "decision_rejected",
    "decree_annulled",
    "decree_corrected",
    "decree_issued",
    "decree_revoked",
    "decree_suspended",
    "document_added",
    "document_returned",
    "escalated",
    "file_submitted",
    "judged_incomplete",
    "judged_ineligible",
    "letter_declined",
    "letter_signed",
    "notice_undelivered",
    "objection_answered",
    "objection_decided",
    "objection_escalated",
    "objection_filed",
    "objection_withdrawn",
    "outside_decision_approved",
    "outside_decision_rejected",
    "person_released",
    "placement_made",
    "reminder",
    "response_missed",
    "response_requested",
    "seat_came_free",
    "seat_declined",
    "seat_hold_ending",
    "seat_hold_expired",
    "seat_hold_recomputed",
    "seat_hold_renewed",
    "seat_passed",
    "suspension_lifted",
    "task",
    "temporarily_assigned",
)
"""Every template; a test holds `templates/notices/` to this list in both languages."""

_SUBJECT_TASK_TEMPLATE = {"respond": "response_requested", "acknowledge": "acknowledgement_requested"}
_ENDED = {
    Outcome.WITHDRAWN: "case_withdrawn",
    Outcome.CANCELLED: "case_cancelled",
    Outcome.INELIGIBLE: "case_ineligible",
    Outcome.EXTERNAL_REFUSED: "case_refused_outside",
}
_DECIDED = {
    DecisionChoice.APPROVE: "decision_approved",
    DecisionChoice.REJECT: "decision_rejected",
    DecisionChoice.DEFER: "decision_deferred",
}
_DECIDED_OUTSIDE = {
    DecisionChoice.APPROVE: "outside_decision_approved",
    DecisionChoice.REJECT: "outside_decision_rejected",
}
_CONSENTED = {
    ConsentOutcome.GRANTED: "consent_granted",
    ConsentOutcome.REFUSED: "consent_refused",
    ConsentOutcome.WITHDRAWN: "consent_withdrawn",
}
_CONSIDERED = {
    ConsiderationOutcome.ISSUED: "consideration_issued",
    ConsiderationOutcome.REFUSED: "consideration_refused",
    ConsiderationOutcome.RETURNED: "consideration_returned",
}
_JUDGED = {Eligibility.INCOMPLETE: "judged_incomplete", Eligibility.INELIGIBLE: "judged_ineligible"}


def notices(event: ev.Event, case: Case, facts: Facts, by: str) -> list[Notice]:
    """The notices an event calls for, `case` being as it is after the event. Nobody is told what he did himself."""
    return _worded(_addressed(event, case, facts), _params(event, case), by)


def task_notices(case: Case, facts: Facts, by: str) -> list[Notice]:
    """Word to those whose task it now is, once for a command, by where it left the case."""
    return _worded(_tasks_told(case, facts), _standing(case), by)


def _worded(addressed: Iterable[tuple[str, str]], params: dict[str, str | int], by: str) -> list[Notice]:
    return [Notice(template=t, person=p, params=params) for t, p in dict.fromkeys(addressed) if p != by]


def _addressed(event: ev.Event, case: Case, facts: Facts) -> Iterator[tuple[str, str]]:
    match event:
        case ev.CaseOpened():
            yield "case_opened", case.subject
        case ev.EvaluationJudged() if event.outcome in _JUDGED:
            yield _JUDGED[event.outcome], case.subject
        case ev.DataContested():
            yield from _each("data_contested", _handlers(case, facts))
        case ev.ObjectionAnswered():
            yield "objection_answered", case.subject
        case ev.ResponseMissed():
            yield "response_missed", case.subject
        case ev.CaseReturned():
            yield from _each("case_returned", (case.subject, *_handlers(case, facts)))
        case ev.DecisionMade() if event.decided_by is not None:
            yield from _each(_DECIDED_OUTSIDE[event.decision], (case.subject, *_handlers(case, facts)))
        case ev.DecisionMade():
            yield from _each(_DECIDED[event.decision], (case.subject, *_handlers(case, facts)))
        case ev.DecreeIssued():
            yield from _each("decree_issued", (case.subject, *_heads(case, facts)))
        case ev.PlacementMade():
            yield from _each("placement_made", (case.subject, *_heads(case, facts)))
        case ev.PersonReleased():
            yield from _each("person_released", (case.subject, *_heads(case, facts), *_handlers(case, facts)))
        case ev.MutationAuthorised():
            told = (case.subject, *_handlers(case, facts))
            yield from _each("letter_signed" if event.signed else "letter_declined", told)
        case ev.ConsentRecorded():
            yield from _each(_CONSENTED[event.outcome], (case.subject, *_handlers(case, facts)))
        case ev.ConsiderationRecorded():
            yield from _each(_CONSIDERED[event.outcome], (case.subject, *_handlers(case, facts)))
        case ev.FileSubmitted():
            yield from _each("file_submitted", (case.subject, *_handlers(case, facts)))
        case ev.CasePutOnHold():
            yield "case_on_hold", case.subject
        case ev.CaseResumed():
            yield "case_resumed", case.subject
        case ev.CaseEnded():
            yield from _each(_ENDED[Outcome(event.outcome)], (case.subject, *_handlers(case, facts)))
        case ev.CaseLapsed():
            yield from _each("case_lapsed", (case.subject, *_handlers(case, facts)))
        case ev.CaseClosed():
            yield from _each("case_closed", (case.subject, *_handlers(case, facts)))
        case ev.CommentMade():
            yield from _each("comment_made", _handlers(case, facts))
            if event.visible_to_employee:
                yield "comment_made", case.subject
        case ev.ConflictDeclared():
            yield from _each("conflict_declared", _handlers(case, facts))
        case ev.ReminderDue():
            yield from _each("reminder", _task_holders(case, facts))
        case ev.DeadlineRecomputed():
            yield from _each("deadline_recomputed", (*_bound_by(event.deadline, case, facts), *_handlers(case, facts)))
        case ev.DeadlinePassed():
            yield from _each("deadline_passed", (*_task_holders(case, facts), *_handlers(case, facts)))
        case ev.CaseEscalated():
            yield from _each("escalated", _holders(event.office, facts))
        case ev.ObjectionFiled():
            yield "objection_filed", case.subject
            yield from _each("objection_filed", (*_deciders(case, facts), *_handlers(case, facts)))
        case ev.ObjectionEscalated() | ev.ObjectionOverdue():
            yield from _each("objection_escalated", (*_deciders(case, facts), *_above(facts)))
        case ev.ObjectionDecided():
            yield from _each("objection_decided", (case.subject, *_handlers(case, facts)))
        case ev.ObjectionWithdrawn():
            yield from _each("objection_withdrawn", (*_deciders(case, facts), *_handlers(case, facts)))
        case ev.DecreeCorrected() | ev.DecreeRevoked() | ev.DecreeAnnulled() | ev.DecreeSuspended():
            yield from _each(event.type, (case.subject, *_heads(case, facts), *_handlers(case, facts)))
        case ev.SuspensionLifted():
            yield from _each(event.type, (case.subject, *_heads(case, facts), *_handlers(case, facts)))
        case ev.CaseSetBack() if event.cause is not SetBackCause.HOLD_EXPIRED:
            yield from _each("case_set_back", (case.subject, *_handlers(case, facts)))
        case ev.CaseClosedForCause():
            told = (*_heads(case, facts), *_handlers(case, facts))
            dead = event.cause is EndingCause.DEATH
            yield from _each("case_ended_for_cause", told if dead else (case.subject, *told))
        case ev.TemporarilyAssigned() | ev.AssignmentRatified() | ev.AssignmentRenewed() | ev.AssignmentReverted():
            yield from _each(event.type, (case.subject, *_heads(case, facts), *_handlers(case, facts)))
        case ev.SeatHoldEnding() | ev.SeatCameFree() | ev.SeatHoldRecomputed():
            yield from _each(event.type, _handlers(case, facts))
        case ev.SeatPassed():
            template = "seat_passed" if event.by_silence else "seat_declined"
            yield from _each(template, (case.subject, *_handlers(case, facts)))
        case ev.SeatHoldExpired() | ev.SeatHoldRenewed():
            yield from _each(event.type, (case.subject, *_handlers(case, facts)))
        case ev.ApproverAbsent():
            yield from _each("approver_absent", (*_holders(Office.HR_HEAD, facts), *_handlers(case, facts)))
        case ev.NoticeUndelivered():
            yield from _each("notice_undelivered", _handlers(case, facts))
        case ev.DocumentAdded() if event.reused_from is None:
            yield from _each("document_added", _handlers(case, facts))
        case ev.DocumentJudged() if event.verdict is not Verdict.ACCEPT:
            handed_in = (d.by for d in case.documents if d.id == event.id)
            yield from _each("document_returned", (case.subject, *handed_in))


def _each(template: str, persons: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((template, person) for person in persons)


def _tasks_told(case: Case, facts: Facts) -> Iterator[tuple[str, str]]:
    for task in stage_tasks(case):
        if task.person:
            yield _SUBJECT_TASK_TEMPLATE[task.acts[0]], task.person
        else:
            yield from _each("task", _told_of(task, case, facts))


def _task_holders(case: Case, facts: Facts) -> Iterator[str]:
    for task in stage_tasks(case):
        yield from (task.person,) if task.person else _told_of(task, case, facts)


def _told_of(task: Task, case: Case, facts: Facts) -> Iterator[str]:
    """Who hears of an office's task: of HR's the one who runs the case, unless the task is not for him."""
    if task.office is Office.AGENCY_HEAD:
        able = [h for h in facts.holders if h.person not in task.barred and h.person not in facts.kin]
        head, superior = head_office(task.unit or "", able), facts.policy.authority.superiors.get(task.office)
        persons: Iterable[str] = (head.person,) if head else _holders(superior, facts) if superior else ()
    elif task.office is Office.HR_OFFICER:
        persons = _hr_without(task.barred, case, facts)
    else:
        persons = _holders(task.office, facts) if task.office else ()
    if case.panel is not None and Act.CONSIDER in task.acts:
        persons = case.panel
    told = (*persons, *_deputies(task, case, facts))
    return (p for p in told if p not in task.barred and p not in facts.kin)


def _deputies(task: Task, case: Case, facts: Facts) -> Iterator[str]:
    """Who acts for the holders of the office: told beside them, since a mandate is given for when they are away."""
    for held in facts.mandates:
        if held.on_behalf_of not in task.barred and any(held_fits(case, act, held, facts) for act in task.acts):
            yield held.person


def _hr_without(barred: tuple[str, ...], case: Case, facts: Facts) -> Iterable[str]:
    return _handlers(case, facts) if case.opener not in barred else _holders(Office.HR_OFFICER, facts)


def _handlers(case: Case, facts: Facts) -> tuple[str, ...]:
    """Who runs the case for HR: its opener while he holds an HR office, otherwise every HR officer."""
    serving = [h.person for h in facts.holders if h.office in HR]
    if case.opener in serving:
        return (case.opener,)
    return tuple(p for p in dict.fromkeys(_holders(Office.HR_OFFICER, facts)) if p != case.subject)


def _holders(office: Office, facts: Facts) -> tuple[str, ...]:
    return tuple(dict.fromkeys(h.person for h in facts.holders if h.office is office))


def _deciders(case: Case, facts: Facts) -> tuple[str, ...]:
    """Who decides an objection in time; a late one is HR's, and HR hears of every one."""
    late = case.objection is not None and case.objection.late
    return () if late else _holders(office_of(Act.DECIDE_OBJECTION, case) or Office.GOVERNOR, facts)


def _bound_by(deadline: Deadline, case: Case, facts: Facts) -> Iterable[str]:
    """Whom a deadline binds, and who waits for it."""
    match deadline:
        case Deadline.STAGE:
            return _task_holders(case, facts)
        case Deadline.OBJECTION:
            return (case.subject, *_deciders(case, facts))
        case Deadline.RATIFICATION:
            return _holders(Office.GOVERNOR, facts)
        case Deadline.CONTEST:
            return (case.subject,)
        case Deadline.SEAT_CALL:
            return ()  # it binds whoever runs the case, who is told of every date that moves
        case Deadline.SEAT_HOLD:
            raise AssertionError("the end of a hold has an event of its own")


def _above(facts: Facts) -> tuple[str, ...]:
    return (*_holders(Office.REGIONAL_SECRETARY, facts), *_holders(Office.HR_HEAD, facts))


def _heads(case: Case, facts: Facts) -> Iterator[str]:
    agencies = dict.fromkeys((case.to_post.agency, case.from_post.agency if case.from_post else case.to_post.agency))
    for agency in agencies:
        if head := head_office(agency, facts.holders):
            yield head.person


def _params(event: ev.Event, case: Case) -> dict[str, str | int]:
    params = _standing(case)
    match event:
        case ev.EvaluationJudged() if event.contest_until:
            params["contest_until"] = event.contest_until.date().isoformat()
        case ev.DecisionMade() if event.until:
            params["until"] = event.until.isoformat()
        case ev.DecreeIssued():
            params["effective_on"] = event.effective_on.isoformat()
        case ev.TemporarilyAssigned() | ev.AssignmentRenewed():
            params["until"] = event.until.isoformat()
        case ev.DecreeCorrected():
            params["effective_on"] = event.effective_on.isoformat()
        case ev.ObjectionFiled() | ev.ObjectionEscalated() | ev.ObjectionOverdue() if case.objection:
            params = {"number": case.number, "status": case.status, "due_on": case.objection.due.on.isoformat()}
        case ev.SeatHoldEnding() | ev.SeatHoldExpired():
            params["until"] = event.on.isoformat()
        case ev.SeatHoldRenewed():
            params["until"] = event.lease.on.isoformat()
        case ev.SeatHoldRecomputed():
            params["until"] = event.new.on.isoformat()
        case ev.SeatCameFree():
            params["until"] = event.due.on.isoformat()
        case ev.PlacementMade() | ev.PersonReleased():
            params["effective_on"] = event.effective_on.isoformat()
        case ev.DeadlineRecomputed() if event.deadline is not Deadline.STAGE:
            standing = {"number": case.number, "status": case.status}
            params = {**standing, "due_on": event.new.on.isoformat(), "deadline": event.deadline}
        case ev.ReminderDue():
            params["percent"] = event.percent
    return params


def _standing(case: Case) -> dict[str, str | int]:
    """Where the case stands, until when, and what happens by itself then."""
    params: dict[str, str | int] = {"number": case.number, "status": case.status}
    if case.due:
        params["due_on"] = case.due.on.isoformat()
        if case.due.then:
            params["then"] = case.due.then
            params["then_on"] = (case.due.final_on or case.due.on).isoformat()
    return params
