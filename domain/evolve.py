"""How an event changes a case. `evolve` only copies what the event says; it judges nothing."""

from collections.abc import Mapping
from datetime import datetime
from functools import singledispatch
from typing import Any

from domain import documents as papers
from domain import events as ev
from domain import leases
from domain.case import (
    CLOCK,
    Assignment,
    Called,
    Case,
    Consideration,
    Held,
    LastAct,
    Lease,
    Objection,
    PendingOverride,
    Recorded,
    Undo,
    Vote,
    Waiting,
)
from domain.passages import Passage
from domain.vocabulary import (
    Act,
    ConsentOutcome,
    ConsiderationOutcome,
    Deadline,
    DecisionChoice,
    EndingCause,
    Flag,
    ObjectionOutcome,
    Opinion,
    Recommendation,
    Stage,
    Status,
)


def recorded(body: Mapping[str, Any], private: Mapping[str, Any]) -> Recorded:
    """The event of a ledger body, with its private values joined back, the name of the actor aside."""
    values = {path: value for path, value in private.items() if "." not in path}
    actor = body["actor"]
    return Recorded(
        seq=body["seq"],
        at=datetime.fromisoformat(body["at"]),
        by=actor["ref"],
        office=actor.get("office"),
        principal=actor.get("on_behalf_of") if "mandate" in actor else None,
        event=ev.parse_event({"type": body["type"], **body["data"], **values}),
    )


def opened(recorded: Recorded, case_id: str) -> Case:
    """The case that begins with `recorded`, which must hold a `CaseOpened`."""
    event = recorded.event
    if not isinstance(event, ev.CaseOpened):
        raise ValueError(f"a case begins with case_opened, not with {event.type}")
    case = Case(
        id=case_id,
        number=event.number,
        kind=event.kind,
        origin=event.origin,
        subject=event.subject,
        opener=recorded.by,
        opened_at=recorded.at,
        policy=event.policy,
        since=recorded.at,
        from_post=event.from_post,
        to_post=event.to_post,
        effective_wish=event.effective_on,
        preferences=event.preferences,
        passage=event.passage or Passage(),
        from_since=event.from_since,
    )
    return evolve(case, recorded)


def evolve(case: Case, recorded: Recorded) -> Case:
    """The case after an event. Total: every event type is known, none is judged."""
    event = recorded.event
    if isinstance(event, ev.ActUndone):
        before = case.undo.before if case.undo else case
        if event.turn_lost:
            untold = {"called": None, "aside": _without(before.aside, ev.WakeKind.CALL_OVER)}
            before = before.model_copy(update=untold)
        return before.model_copy(update={"seq": recorded.seq, "version": recorded.seq, "undo": None})
    changes: dict[str, Any] = {"seq": recorded.seq, **_changes(event, case, recorded)}
    if not isinstance(event, UNVERSIONED):
        changes["version"] = recorded.seq
    if event.act is not None and event.act is not Act.COMMENT:
        changes["undo"] = _undo_point(case, recorded)
        changes["last_act"] = LastAct(act=event.act, by=recorded.by, office=recorded.office, at=recorded.at)
    if event.move is not None:
        changes |= _moved(case, case.model_copy(update=changes), event.move, recorded)
        stopped = changes.get("stopped", case.stopped) or ()
        changes["stopped"] = tuple(s for s in stopped if s.status is not event.move.status) or None
    return case.model_copy(update=changes)


UNVERSIONED = (
    ev.CommentMade,
    ev.ReminderDue,
    ev.DeadlinePassed,
    ev.CaseEscalated,
    ev.NoticeUndelivered,
    ev.HistoryArchived,
    ev.ObjectionEscalated,
    ev.ObjectionOverdue,
    ev.SeatHoldEnding,
)
"""Events that leave stage, tasks and facts as they are, and so do not make an `If-Match` stale."""


def _undo_point(case: Case, recorded: Recorded) -> Undo | None:
    event = recorded.event
    if event.undo_until is None or event.act is None:
        return None
    return Undo(
        act=event.act,
        by=recorded.by,
        until=event.undo_until,
        from_seq=recorded.seq,
        before=case.model_copy(update={"undo": None}),
    )


_OF_THE_STATUS = (Flag.OVERDUE, Flag.APPROVER_ABSENT)
"""Flags about the status a case is in: they fall when it moves."""


def _moved(before: Case, case: Case, move: ev.Move, recorded: Recorded) -> dict[str, Any]:
    """What the move itself changes, on the case with all that the event says besides already folded in."""
    flags = case.flags
    if move.due and any(p.cause is ev.PauseCause.WINDOW for p in move.due.pauses or ()):
        flags = tuple(sorted({*flags, Flag.RESTRICTED_WINDOW}))
    changes: dict[str, Any] = {
        "stage": move.stage,
        "status": move.status,
        "due": move.due,
        "wakes": move.wakes,
        "outcome": move.outcome,
        "flags": tuple(f for f in flags if f not in _OF_THE_STATUS),
    }
    if move.status is not before.status:
        changes["since"] = recorded.at
    if before.waiting and move.status not in _IN_LINE:
        changes |= {"waiting": None, "called": None, "aside": _without(case.aside, ev.WakeKind.CALL_OVER)}
    if recorded.by == CLOCK:
        changes["undo"] = None
    return changes


_IN_LINE = (Status.NO_VACANCY, Status.ON_HOLD)
"""Where a case stands in line for a seat. Anywhere else it has one, or looks for another post."""


def _without(aside: tuple[ev.Wake, ...], *kinds: ev.WakeKind) -> tuple[ev.Wake, ...]:
    return tuple(w for w in aside if w.what not in kinds)


@singledispatch
def _changes(event: ev.Event, case: Case, recorded: Recorded) -> dict[str, Any]:
    """Fields of the case that an event sets, besides where the case stands."""
    return {}


def _flags(case: Case, *add: Flag | None, drop: tuple[Flag, ...] = ()) -> dict[str, Any]:
    return {"flags": tuple(sorted({f for f in case.flags if f not in drop} | {f for f in add if f}))}


@_changes.register
def _(event: ev.EvaluationJudged, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"marks": event.marks, "contest_until": event.contest_until, "contest_due": event.contest}


@_changes.register
def _(event: ev.DossierSupplied, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {
        "contested": False,
        "override": None,
        "suppliers": tuple(sorted({*case.suppliers, *recorded.sides})),
        **_flags(case, Flag.DATA_SUPPLIED, drop=(Flag.DATA_CONTESTED,)),
    }


@_changes.register
def _(event: ev.DataContested, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"contested": True, **_flags(case, Flag.DATA_CONTESTED)}


@_changes.register
def _(event: ev.OverrideRequested, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"override": _pending(event, recorded)}


def _pending(event: ev.OverrideRequested, recorded: Recorded) -> PendingOverride:
    return PendingOverride(
        rule=event.rule,
        ground=event.ground,
        by=recorded.by,
        principal=recorded.principal,
        document=event.document,
    )


@_changes.register
def _(event: ev.OverrideConfirmed, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {
        "override": None,
        "overridden": tuple(sorted({*case.overridden, event.rule})),
        "given_for": {**case.given_for, **({event.rule: event.given_for} if event.given_for else {})},
        **_flags(case, Flag.RULE_OVERRIDDEN),
    }


@_changes.register
def _(event: ev.SeatHeld, case: Case, recorded: Recorded) -> dict[str, Any]:
    out_of_line = {"waiting": None, "called": None}
    if event.lease is None:
        return {"seat": event.seat, **out_of_line}
    aside = case.aside if event.aside is None else event.aside
    return {"seat": event.seat, "lease": Lease(due=event.lease), "aside": aside, **out_of_line}


@_changes.register
def _(event: ev.SeatReleased, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"seat": None, **_without_lease(case)}


def _without_lease(case: Case) -> dict[str, Any]:
    """The seat is given back, or committed by the decision: its clock stops."""
    return {"lease": None, "aside": _without(case.aside, ev.WakeKind.HOLD_ENDING, ev.WakeKind.HOLD_OVER)}


@_changes.register
def _(event: ev.SeatAwaited, case: Case, recorded: Recorded) -> dict[str, Any]:
    passed_at = recorded.at if event.behind else case.passed_at
    queued_from = event.since if event.behind else case.queued_from
    waiting = Waiting(since=event.since, passed_at=passed_at)
    return {"waiting": waiting, "queued_from": queued_from, "passed_at": passed_at}


@_changes.register
def _(event: ev.SeatHoldRenewed, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"lease": Lease(due=event.lease, renewals=event.renewals), "aside": event.aside}


@_changes.register
def _(event: ev.SeatHoldRecomputed, case: Case, recorded: Recorded) -> dict[str, Any]:
    lease = case.lease and case.lease.model_copy(update={"due": event.new})
    return {"lease": lease, "aside": event.aside, "undo": None}


@_changes.register
def _(event: ev.SeatHoldExpired, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"lease": None, "aside": event.aside, "undo": None}


@_changes.register
def _(event: ev.SeatCameFree, case: Case, recorded: Recorded) -> dict[str, Any]:
    waiting = case.waiting and case.waiting.model_copy(update={"passed_at": None})
    called = Called(freed_at=event.freed_at, due=event.due)
    return {"waiting": waiting, "called": called, "passed_at": None, "aside": event.aside, "undo": None}


@_changes.register
def _(event: ev.SeatPassed, case: Case, recorded: Recorded) -> dict[str, Any]:
    since = max(recorded.at, case.called.freed_at) if case.called else recorded.at
    waiting = case.waiting and case.waiting.model_copy(update={"passed_at": since})
    undo = {"undo": None} if event.by_silence else {}
    return {"waiting": waiting, "called": None, "passed_at": since, "aside": event.aside, **undo}


@_changes.register
def _(event: ev.NeedChecked, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"need_marks": event.marks, **_flags(case, *event.flags, drop=(Flag.ORIGIN_SHORTAGE,))}


@_changes.register
def _(event: ev.NeedConfirmed, case: Case, recorded: Recorded) -> dict[str, Any]:
    return _chosen(case, event)


@_changes.register
def _(event: ev.AlternativeProposed, case: Case, recorded: Recorded) -> dict[str, Any]:
    kept = tuple(rule for rule in case.overridden if rule not in event.overrides_void)
    given = {rule: what for rule, what in case.given_for.items() if rule in kept}
    # Letters name the post, and a line is for one: those about the former say nothing of this.
    letters: dict[str, Any] = {
        "authorised": False,
        "consents": {},
        "consideration": Consideration(),
        "stopped": _ended(case, *leases.WITH_OTHERS),
    }
    heard: dict[str, Any] = {
        "answer": None,
        "grounds": (),
        "overridden": kept,
        "given_for": given,
        "opened_windows": None,
    }
    in_line: dict[str, Any] = {"queued_from": None, "passed_at": None}
    return {"to_post": event.to_post, **heard, **letters, **in_line, **_chosen(case, event)}


def _chosen(case: Case, event: ev.ChoosingEvent) -> dict[str, Any]:
    off = event.choice is not None and not event.choice.on_list
    return {"choice": event.choice, **_flags(case, Flag.OFF_LIST if off else None, drop=(Flag.OFF_LIST,))}


@_changes.register
def _(event: ev.UnitOpined, case: Case, recorded: Recorded) -> dict[str, Any]:
    return _flags(case, Flag.UNIT_OPPOSED if event.opinion is Opinion.OPPOSE else None)


@_changes.register
def _(event: ev.ResponseGiven, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"answer": event.answer, "grounds": event.grounds, **_flags(case, drop=(Flag.EMPLOYEE_SILENT,))}


@_changes.register
def _(event: ev.ResponseMissed, case: Case, recorded: Recorded) -> dict[str, Any]:
    return _flags(case, Flag.EMPLOYEE_SILENT)


@_changes.register
def _(event: ev.ObjectionAnswered, case: Case, recorded: Recorded) -> dict[str, Any]:
    return _flags(case, event.flag)


@_changes.register
def _(event: ev.BriefingRecorded, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"reached": tuple(sorted({*case.reached, *event.audience}))}


@_changes.register
def _(event: ev.AcknowledgementMissed, case: Case, recorded: Recorded) -> dict[str, Any]:
    return _flags(case, Flag.BRIEFING_PARTIAL)


@_changes.register
def _(event: ev.CaseVerified, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {
        "verifiers": tuple(sorted({*case.verifiers, *recorded.sides})),
        "panel": None,
        "measures": event.measures,
        **_documents_missing(case, event.missing_documents),
    }


@_changes.register
def _(event: ev.OfficialRecused, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"recusals": {**case.recusals, event.office: event.in_favour_of}}


@_changes.register
def _(event: ev.ConflictDeclared, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"conflicted": tuple(sorted({*case.conflicted, recorded.by}))}


@_changes.register
def _(event: ev.BoardSeated, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"panel": event.members}


@_changes.register
def _(event: ev.BoardMemberSeated, case: Case, recorded: Recorded) -> dict[str, Any]:
    stay = tuple(p for p in case.panel or () if p != event.in_place_of)
    return {"panel": (*stay, event.member)}


@_changes.register
def _(event: ev.BoardVoted, case: Case, recorded: Recorded) -> dict[str, Any]:
    vote = Vote(by=recorded.by, recommendation=event.recommendation)
    panel = case.panel
    if panel is not None and event.recused:
        panel = tuple(p for p in panel if p != recorded.by)
    return {"panel": panel, "votes": (*case.votes, vote), "voters": tuple(sorted({*case.voters, *recorded.sides}))}


@_changes.register
def _(event: ev.BoardConsidered, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"board": event.result, **_advised(case, event.result)}


@_changes.register
def _(event: ev.CaseProposed, case: Case, recorded: Recorded) -> dict[str, Any]:
    proposers = tuple(sorted({*case.proposers, *recorded.sides}))
    return {"proposal": event.recommendation, "proposers": proposers, **_advised(case, event.recommendation)}


def _advised(case: Case, advice: Recommendation) -> dict[str, Any]:
    return _flags(case, Flag.NOT_RECOMMENDED if advice is Recommendation.NOT_RECOMMEND else None)


@_changes.register
def _(event: ev.DecisionMade, case: Case, recorded: Recorded) -> dict[str, Any]:
    approved = event.decision is DecisionChoice.APPROVE
    # What another authority decided, HR only recorded.
    deciders = case.deciders if event.decided_by else tuple(sorted({*case.deciders, *recorded.sides}))
    return {
        **(_without_lease(case) if approved else {}),
        "deciders": deciders,
        "deferred_until": event.until if event.decision is DecisionChoice.DEFER else None,
        "approved_at": recorded.at if approved else None,
        "opened_windows": event.windows or None,
        **_flags(
            case,
            *event.flags,
            Flag.DOCUMENTS_MISSING if approved and event.missing_documents else None,
            drop=(Flag.DOCUMENTS_MISSING,) if approved else (),
        ),
    }


@_changes.register
def _(event: ev.MutationAuthorised, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"authorised": event.signed}


@_changes.register
def _(event: ev.ConsentRecorded, case: Case, recorded: Recorded) -> dict[str, Any]:
    consents = {**case.consents, event.word: event.outcome}
    refused = any(o is not ConsentOutcome.GRANTED for o in consents.values())
    return {
        "consents": consents,
        **(_standing_still(case, event.stopped) if event.stopped else {}),
        **_flags(case, *_REFUSED[:refused], drop=() if refused else _REFUSED),
    }


_REFUSED = (Flag.CONSENT_REFUSED,)


@_changes.register
def _(event: ev.FileSubmitted, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"consideration": Consideration(rounds=event.round)}


@_changes.register
def _(event: ev.ConsiderationRecorded, case: Case, recorded: Recorded) -> dict[str, Any]:
    answered = {"outcome": event.outcome, "valid_until": event.valid_until}
    consideration = {"consideration": case.consideration.model_copy(update=answered)}
    if event.outcome is ConsiderationOutcome.RETURNED:
        return {**consideration, **(_standing_still(case, event.stopped) if event.stopped else {})}
    return {**consideration, "stopped": _ended(case, Status.AWAITING_TECHNICAL_CONSIDERATION)}


def _ended(case: Case, *statuses: Status) -> tuple[ev.Stopped, ...] | None:
    """The terms that stand still, without those that nobody waits for any more."""
    return tuple(s for s in case.stopped or () if s.status not in statuses) or None


def _standing_still(case: Case, stopped: ev.Stopped) -> dict[str, Any]:
    others = tuple(s for s in case.stopped or () if s.status is not stopped.status)
    return {"stopped": (*others, stopped)}


@_changes.register
def _(event: ev.PersonReleased, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"placed_on": event.effective_on, **_flags(case, *event.flags)}


@_changes.register
def _(event: ev.BaselineFrozen, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"baseline": event.model_copy(update={"ratings": {}})}


@_changes.register
def _(event: ev.DecreeIssued, case: Case, recorded: Recorded) -> dict[str, Any]:
    opened = tuple(sorted({*(case.opened_windows or ()), *event.windows})) or None
    dates = {"decree_on": event.date, "effective_on": event.effective_on, "decreed_at": recorded.at}
    return {**dates, "opened_windows": opened, **_flags(case, *event.flags)}


@_changes.register
def _(event: ev.PlacementMade, case: Case, recorded: Recorded) -> dict[str, Any]:
    aside = tuple(w for w in case.aside if w.what not in _OF_THE_ASSIGNMENT)
    return {
        "placed_on": event.effective_on,
        "seat": None,
        "aside": aside,
        **_flags(case, *event.flags, drop=(Flag.TEMPORARILY_ASSIGNED,)),
    }


_OF_THE_ASSIGNMENT = (ev.WakeKind.RATIFICATION_OVER, ev.WakeKind.ASSIGNMENT_OVER)
"""The clock of a temporary assignment, which stops when the placement takes its place."""


@_changes.register
def _(event: ev.ReviewOpened, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"review_day": event.day}


@_changes.register
def _(event: ev.ReviewRecorded, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"review_day": None, "reviewed": (*case.reviewed, event.day)}


@_changes.register
def _(event: ev.ReviewMissed, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"review_day": None}


@_changes.register
def _(event: ev.CaseReturned, case: Case, recorded: Recorded) -> dict[str, Any]:
    changes: dict[str, Any] = {"returns": event.round, **_superseded(case, event)}
    if event.stopped:
        changes |= _standing_still(case, event.stopped)
    return changes


@_changes.register
def _(event: ev.CaseSetBack, case: Case, recorded: Recorded) -> dict[str, Any]:
    gone: dict[str, Any] = {"approved_at": None, "baseline": None, "undo": None, "opened_windows": None}
    stopped = _standing_still(case, event.stopped) if event.stopped else {}
    return {**gone, **stopped, **_superseded(case, event)}


def _superseded(case: Case, event: ev.CaseReturned | ev.CaseSetBack) -> dict[str, Any]:
    """What no longer stands once a case is back at an earlier stage."""
    superseded: dict[str, Any] = {"votes": (), "board": None, "panel": None, "proposal": None, "deferred_until": None}
    # What others granted stands for this post; what they refused can be asked again.
    superseded["authorised"] = False
    superseded["consents"] = {w: o for w, o in case.consents.items() if o is ConsentOutcome.GRANTED}
    if case.consideration.outcome is ConsiderationOutcome.REFUSED:
        superseded["consideration"] = Consideration()
    dropped = [Flag.NOT_RECOMMENDED, Flag.CONSENT_REFUSED]
    if event.to_stage in (Stage.EVALUATION, Stage.NEEDS_CHECK, Stage.CONSULTATION):
        superseded |= {"answer": None, "grounds": ()}
        dropped += [Flag.EMPLOYEE_SILENT, Flag.OBJECTION_CARRIED, Flag.CONDITIONS_SETTLED, Flag.ALTERNATIVE_DECLINED]
    if event.to_stage in (Stage.EVALUATION, Stage.NEEDS_CHECK):
        superseded["choice"] = None
        dropped.append(Flag.OFF_LIST)
    if event.to_stage is not Stage.APPROVAL:
        superseded["reached"] = ()
        dropped.append(Flag.BRIEFING_PARTIAL)
    return {**superseded, **_flags(case, drop=tuple(dropped))}


@_changes.register
def _(event: ev.CasePutOnHold, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {
        "held": Held(
            status=case.status,
            stopped=event.stopped,
            days_left=event.days_left,
            final_days_left=event.final_days_left,
            ground=event.ground,
        ),
        "lease": case.lease and case.lease.model_copy(update={"stopped_on": event.lease_stopped}),
        "called": None,
        "aside": _without(case.aside, *_OF_THE_SEAT) if event.lease_stopped or case.called else case.aside,
    }


_OF_THE_SEAT = (ev.WakeKind.HOLD_ENDING, ev.WakeKind.HOLD_OVER, ev.WakeKind.CALL_OVER)
"""The clock of a held or offered seat, which stands still while the case is on hold."""


@_changes.register
def _(event: ev.CaseResumed, case: Case, recorded: Recorded) -> dict[str, Any]:
    if event.lease is None or case.lease is None:
        return {"held": None}
    lease = Lease(due=event.lease, renewals=case.lease.renewals)
    return {"held": None, "lease": lease, "aside": case.aside if event.aside is None else event.aside}


@_changes.register
def _(event: ev.ClockEvent, case: Case, recorded: Recorded) -> dict[str, Any]:
    overdue = Flag.OVERDUE if isinstance(event, ev.DeadlinePassed) else None
    return {"wakes": event.wakes, **_flags(case, overdue)}


@_changes.register
def _(event: ev.DeadlineRecomputed, case: Case, recorded: Recorded) -> dict[str, Any]:
    waits = Flag.RESTRICTED_WINDOW if event.cause == "window" and event.new.on > event.old.on else None
    aside = {} if event.aside is None else {"aside": event.aside}
    return {"wakes": event.wakes, "undo": None, **aside, **_date_of(event, case), **_flags(case, waits)}


def _date_of(event: ev.DeadlineRecomputed, case: Case) -> dict[str, Any]:
    """The moved date where the case keeps it."""
    new = event.new
    match event.deadline:
        case Deadline.STAGE:
            return {"due": new}
        case Deadline.OBJECTION:
            return {"objection": case.objection and case.objection.model_copy(update={"due": new})}
        case Deadline.RATIFICATION:
            order = case.assignment
            return {"assignment": order and order.model_copy(update={"ratify_by": new.on, "ratify_due": new})}
        case Deadline.CONTEST:
            return {"contest_until": new.at, "contest_due": new}
        case Deadline.SEAT_CALL:
            return {"called": case.called and case.called.model_copy(update={"due": new})}
        case Deadline.SEAT_HOLD:
            raise AssertionError("the end of a hold has an event of its own")


@_changes.register
def _(event: ev.DocumentAdded, case: Case, recorded: Recorded) -> dict[str, Any]:
    added = papers.added(event, recorded.by, recorded.at, recorded.principal)
    return {"documents": (*case.documents, added), **_documents_missing(case, event.missing_documents)}


@_changes.register
def _(event: ev.DocumentJudged, case: Case, recorded: Recorded) -> dict[str, Any]:
    judged = tuple(papers.judged(d, event, recorded.by, recorded.at) for d in case.documents)
    return {"documents": judged, **_documents_missing(case, event.missing_documents)}


def _documents_missing(case: Case, missing: tuple[str, ...] | None) -> dict[str, Any]:
    """The flag as the event found it; an event that did not look leaves it."""
    if missing is None:
        return {}
    return _flags(case, Flag.DOCUMENTS_MISSING) if missing else _flags(case, drop=(Flag.DOCUMENTS_MISSING,))


@_changes.register
def _(event: ev.BesideEvent, case: Case, recorded: Recorded) -> dict[str, Any]:
    overdue = Flag.OBJECTION_OVERDUE if isinstance(event, ev.ObjectionOverdue) else None
    rung = tuple(w for w in case.aside if w not in event.aside)
    return {"aside": event.aside, "undo": _rung_out(case, rung, overdue), **_flags(case, overdue)}


def _rung_out(case: Case, rung: tuple[ev.Wake, ...], flag: Flag | None) -> Undo | None:
    """The undo point without what the clock has done beside the stage since: it is not done twice."""
    if case.undo is None:
        return None
    before = case.undo.before
    aside = {"aside": tuple(w for w in before.aside if w not in rung)}
    return case.undo.model_copy(update={"before": before.model_copy(update={**aside, **_flags(before, flag)})})


@_changes.register
def _(event: ev.ObjectionFiled, case: Case, recorded: Recorded) -> dict[str, Any]:
    filed = Objection(filed_at=recorded.at, grounds=event.grounds, late=event.late, due=event.due)
    return {"objection": filed, "aside": event.aside, **_flags(case, Flag.OBJECTION_OPEN)}


@_changes.register
def _(event: ev.ObjectionDecided, case: Case, recorded: Recorded) -> dict[str, Any]:
    repair = event.outcome in (ObjectionOutcome.GRANTED, ObjectionOutcome.PARTLY)
    return _objection_over(case, event, event.outcome, repair)


@_changes.register
def _(event: ev.ObjectionWithdrawn, case: Case, recorded: Recorded) -> dict[str, Any]:
    return _objection_over(case, event, ObjectionOutcome.WITHDRAWN, repair=False)


def _objection_over(case: Case, event: ev.BesideEvent, outcome: ObjectionOutcome, repair: bool) -> dict[str, Any]:
    over = case.objection.model_copy(update={"outcome": outcome}) if case.objection else None
    flags = _flags(case, Flag.REMEDY_DUE if repair else None, drop=(Flag.OBJECTION_OPEN, Flag.OBJECTION_OVERDUE))
    return {"objection": over, "aside": event.aside, "remedy_due": repair, **flags}


@_changes.register
def _(event: ev.DecreeCorrected, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {
        "decree_on": event.date,
        "effective_on": event.effective_on,
        "decreed_at": recorded.at,
        "remedy_due": case.remedy_due and not event.remedies,
        "opened_windows": tuple(sorted({*(case.opened_windows or ()), *event.windows})) or None,
        **_flags(case, *event.flags, drop=(Flag.REMEDY_DUE,) if event.remedies else ()),
    }


@_changes.register(ev.DecreeRevoked)
@_changes.register(ev.DecreeAnnulled)
def _(event: ev.Event, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"remedy_due": False, **_flags(case, drop=(Flag.REMEDY_DUE,))}


@_changes.register
def _(event: ev.CaseClosedForCause, case: Case, recorded: Recorded) -> dict[str, Any]:
    if event.cause is not EndingCause.DEATH or case.objection is None:
        return {"aside": ()}
    abated = case.objection.model_copy(update={"outcome": case.objection.outcome or ObjectionOutcome.ABATED})
    dropped = (Flag.OBJECTION_OPEN, Flag.OBJECTION_OVERDUE, Flag.REMEDY_DUE)
    return {"aside": (), "objection": abated, "remedy_due": False, **_flags(case, drop=dropped)}


@_changes.register
def _(event: ev.ApproverAbsent, case: Case, recorded: Recorded) -> dict[str, Any]:
    return _flags(case, Flag.APPROVER_ABSENT)


@_changes.register
def _(event: ev.TemporarilyAssigned, case: Case, recorded: Recorded) -> dict[str, Any]:
    order = Assignment.model_validate(event.model_dump(include=set(Assignment.model_fields)))
    return {"assignment": order, "aside": event.aside, **_flags(case, Flag.TEMPORARILY_ASSIGNED)}


@_changes.register
def _(event: ev.AssignmentRatified, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {
        "aside": event.aside,
        "assignment": case.assignment and case.assignment.model_copy(update={"ratified": True}),
    }


@_changes.register
def _(event: ev.AssignmentRenewed, case: Case, recorded: Recorded) -> dict[str, Any]:
    order = case.assignment
    assert order is not None, "only a standing assignment is renewed"
    renewed = {"number": event.number, "until": event.until, "renewals": order.renewals + 1}
    return {"aside": event.aside, "assignment": order.model_copy(update=renewed)}


@_changes.register
def _(event: ev.DecreeSuspended, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"suspended": True, **_flags(case, Flag.DECREE_SUSPENDED)}


@_changes.register
def _(event: ev.SuspensionLifted, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"suspended": False, **_flags(case, drop=(Flag.DECREE_SUSPENDED,))}


@_changes.register
def _(event: ev.AssignmentReverted, case: Case, recorded: Recorded) -> dict[str, Any]:
    over = case.assignment and case.assignment.model_copy(update={"over": True})
    flags = _flags(case, drop=(Flag.TEMPORARILY_ASSIGNED,))
    return {"aside": event.aside, "assignment": over, "undo": None, **flags}
