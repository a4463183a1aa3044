"""Judging: `decide(case, command, facts)` gives the events that follow, or a refusal. Pure; all facts are handed in.

The table `HANDLERS` at the foot is the index: one function for every act.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from domain import catalogue
from domain import commands as c
from domain.authority import Standing, capacity, may_open, standing
from domain.case import CLOCK, Case
from domain.decide import (
    approval,
    assignment,
    board,
    clockwork,
    crosswise,
    decree_repair,
    ending,
    evaluation,
    hearing,
    objection,
    onward,
    opening,
    outside,
    papers,
    placement,
    recheck,
    seating,
)
from domain.decide.draft import Decision, Draft
from domain.events import HistoryArchived, NoticeUndelivered
from domain.facts import Facts
from domain.recomputing import reckoned_again
from domain.refusals import Refusal, RefusalCode, refuse
from domain.stages import open_acts
from domain.vocabulary import Act, Deadline, Status

__all__ = ["TASK_ACT", "Decision", "decide", "may", "open_case"]

TASK_ACT: dict[Status, Act] = {
    Status.AWAITING_CONFIRMATION: Act.CONFIRM_NEED,
    Status.NO_VACANCY: Act.CONFIRM_NEED,
    Status.AWAITING_ANSWER: Act.ANSWER_OBJECTION,
    Status.AWAITING_SETTLEMENT: Act.ANSWER_OBJECTION,
    Status.AWAITING_BRIEFING: Act.RECORD_BRIEFING,
    Status.AWAITING_VERIFICATION: Act.VERIFY,
    Status.AWAITING_CONSIDERATION: Act.CONSIDER,
    Status.AWAITING_PROPOSAL: Act.PROPOSE,
    Status.AWAITING_AUTHORISATION: Act.AUTHORISE,
    Status.AWAITING_CONSENTS: Act.RECORD_CONSENT,
    Status.AWAITING_SUBMISSION: Act.SUBMIT_FILE,
    Status.AWAITING_DECISION: Act.DECIDE,
    Status.AWAITING_OUTSIDE_DECISION: Act.RECORD_OUTSIDE_DECISION,
    Status.REFUSED_OUTSIDE: Act.CLOSE_REFUSED,
}
"""The task a case can be returned from, by status: who may do the act may return the case instead."""


def open_case(case_id: str, command: c.OpenCase, facts: Facts) -> Decision | Refusal:
    """Open a case: HR for anyone, a civil servant for himself at own request."""
    allowed = may_open(command, facts)
    if isinstance(allowed, Refusal):
        return allowed
    drafted = opening.open_case(case_id, command, facts)
    if isinstance(drafted, Refusal):
        return drafted
    return Decision(tuple(drafted.steps), allowed.office)


def decide(case: Case, command: c.Command, facts: Facts, expected_version: int | None = None) -> Decision | Refusal:
    """What follows from a command on an open case: the act of a person, the clock, or the post."""
    if isinstance(command, c.Elapse):
        draft = Draft(case, facts, CLOCK)
        if not case.closed:
            clockwork.elapse(draft)
        return Decision(tuple(draft.steps))
    if isinstance(command, c.Undelivered):
        draft = Draft(case, facts, CLOCK)
        draft.add(NoticeUndelivered(keys=command.keys))
        return Decision(tuple(draft.steps))
    if isinstance(command, c.Archive):
        draft = Draft(case, facts, CLOCK)
        draft.add(HistoryArchived(**command.model_dump()))
        return Decision(tuple(draft.steps))
    if isinstance(command, c.Recompute):
        draft = Draft(case, facts, CLOCK)
        for deadline in Deadline:
            if moved := reckoned_again(draft.case, facts, deadline, command.ordered_by):
                draft.add(moved)
        return Decision(tuple(draft.steps))
    if isinstance(command, c.CallInLine):
        draft = Draft(case, facts, CLOCK)
        seating.call(draft, command)
        return Decision(tuple(draft.steps))
    if isinstance(command, c.OpenCase):
        raise TypeError("a case is opened once, by open_case")
    allowed = may(case, command.act, facts, expected_version)
    if isinstance(allowed, Refusal):
        return allowed
    draft = Draft(case, facts, facts.actor.person, allowed.office, _stamp(command, facts))
    if refused := HANDLERS[type(command)](draft, command):
        return refused
    recheck.note_absence(draft)
    return Decision(tuple(draft.steps), allowed.office)


def _stamp(command: c.ActCommand, facts: Facts) -> dict[str, Any]:
    """What the first event of an act carries for the whole act."""
    undo = facts.policy.undo
    undoable = command.act in undo.acts and undo.seconds > 0
    return {
        "act": command.act,
        "undo_until": facts.now + timedelta(seconds=undo.seconds) if undoable else None,
        "reason": command.reason,
        "note": command.note,
    }


def may(case: Case, act: Act, facts: Facts, expected_version: int | None = None) -> Standing | Refusal:
    """In what capacity the actor may do the act on the case now, or why not; the fields of the act aside.

    Whether the act is open at all is asked before whether the caller saw the newest version, so that of several
    who act at once the losers hear what happened, not merely that something did.
    """
    if act is Act.UNDO:
        return _may_undo(case, facts, expected_version)
    if case.closed:
        return _meanwhile(refuse(RefusalCode.CASE_CLOSED), case)
    if act not in acts_open(case):
        decreed = case.decree_on is not None and act in (Act.WITHDRAW, Act.CANCEL)
        shut = refuse(RefusalCode.DECREE_ISSUED if decreed else RefusalCode.ACT_NOT_OPEN, act=act, status=case.status)
        return _meanwhile(shut, case)
    if expected_version is not None and expected_version != case.version:
        stale = refuse(RefusalCode.STALE_VERSION, expected=expected_version, version=case.version)
        return _meanwhile(stale, case)
    as_what = standing(case, act, facts.actor, facts, TASK_ACT.get(case.status) if act is Act.RETURN else None)
    if isinstance(as_what, Refusal):
        return as_what
    if act is Act.CONTEST_DATA and case.contest_until is not None and facts.now > case.contest_until:
        return refuse(RefusalCode.CONTEST_OVER)
    if act is Act.CONSIDER and (refused := board.may_vote(case, facts)):
        return refused
    if act is Act.VERIFY and (lacking := catalogue.blocking(case, facts.policy, facts.today, act)):
        return refuse(RefusalCode.DOCUMENTS_MISSING, documents=lacking)
    if act is Act.SUBMIT_FILE and (refused := onward.still_considered(case, facts.today)):
        return refused
    if act is Act.RENEW_HOLD and (refused := seating.exhausted(case, facts)):
        return refused
    return as_what


def _meanwhile(refusal: Refusal, case: Case) -> Refusal:
    """The refusal with who acted last, as what and when: what a caller who came too late wants to know."""
    last = case.last_act
    if last is None:
        return refusal
    said = {"done": last.act, "by": last.by, "at": last.at.isoformat(), **({"as": last.office} if last.office else {})}
    return refusal.model_copy(update={"params": {**refusal.params, **said}})


def acts_open(case: Case) -> frozenset[Act]:
    """The acts open on a case, whoever may do them. A hold opens nothing that was not open before it."""
    beside = objection.shut(case) | assignment.shut(case) | decree_repair.shut(case)
    here = open_acts(case.status) - beside - outside.shut(case) - seating.shut(case)
    return here if case.held is None else here & (open_acts(case.held.status) | {Act.RESUME})


def _may_undo(case: Case, facts: Facts, expected_version: int | None) -> Standing | Refusal:
    refused = crosswise.may_undo(Draft(case, facts, facts.actor.person))
    if refused:
        return refuse(RefusalCode.CASE_CLOSED) if case.final_at(facts.now) else refused
    if expected_version is not None and expected_version != case.version:
        return refuse(RefusalCode.STALE_VERSION, expected=expected_version, version=case.version)
    undone = case.undo
    assert undone is not None, "what can be undone was asked just now"
    return Standing(capacity(undone.before, undone.act, facts.actor, facts))


Handler = Callable[[Draft, Any], Refusal | None]

HANDLERS: dict[type[BaseModel], Handler] = {
    c.SupplyDossier: evaluation.supply_dossier,
    c.OverrideRule: evaluation.override_rule,
    c.ConfirmOverride: evaluation.confirm_override,
    c.CloseIneligible: evaluation.close_ineligible,
    c.ContestData: evaluation.contest_data,
    c.ConfirmNeed: evaluation.confirm_need,
    c.ProposeAlternative: evaluation.propose_alternative,
    c.UnitOpinion: hearing.unit_opinion,
    c.Respond: hearing.respond,
    c.AnswerObjection: hearing.answer_objection,
    c.RecordBriefing: hearing.record_briefing,
    c.Acknowledge: hearing.acknowledge,
    c.Verify: approval.verify,
    c.Consider: board.consider,
    c.Propose: approval.propose,
    c.Decide: approval.decide,
    c.IssueDecree: placement.issue_decree,
    c.ConfirmDuty: placement.confirm_duty,
    c.RecordReview: placement.record_review,
    c.Return: crosswise.return_case,
    c.UndoAct: crosswise.undo,
    c.Hold: crosswise.hold,
    c.Resume: crosswise.resume,
    c.Withdraw: crosswise.withdraw,
    c.Cancel: crosswise.cancel,
    c.Comment: crosswise.comment,
    c.AddDocument: papers.add_document,
    c.JudgeDocument: papers.judge_document,
    c.FileObjection: objection.file_objection,
    c.DecideObjection: objection.decide_objection,
    c.DeclareInadmissible: objection.declare_inadmissible,
    c.WithdrawObjection: objection.withdraw_objection,
    c.CorrectDecree: decree_repair.correct_decree,
    c.RevokeDecree: decree_repair.revoke_decree,
    c.AnnulDecree: decree_repair.annul_decree,
    c.CloseForCause: ending.close_for_cause,
    c.RecheckPost: recheck.recheck_post,
    c.AssignTemporarily: assignment.assign_temporarily,
    c.RatifyAssignment: assignment.ratify_assignment,
    c.RenewAssignment: assignment.renew_assignment,
    c.SuspendDecree: decree_repair.suspend_decree,
    c.LiftSuspension: decree_repair.lift_suspension,
    c.Authorise: outside.authorise,
    c.RecordConsent: outside.record_consent,
    c.SubmitFile: outside.submit_file,
    c.RecordConsideration: outside.record_consideration,
    c.RecordOutsideDecision: outside.record_outside_decision,
    c.CloseRefused: outside.close_refused,
    c.RenewHold: seating.renew_hold,
    c.DeclineSeat: seating.decline_seat,
    c.DeclareConflict: crosswise.declare_conflict,
}
