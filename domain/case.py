"""The case and how an event changes it. `evolve` only copies what the event says."""

from datetime import date, datetime
from functools import singledispatch
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain import events as ev
from domain.vocabulary import (
    Act,
    Answer,
    Audience,
    DecisionChoice,
    Flag,
    Kind,
    Office,
    Opinion,
    Origin,
    Outcome,
    Recommendation,
    Stage,
    Status,
)

CLOCK = "clock"
"""Who acts when time does."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Recorded(_Part):
    """An event as the ledger holds it: when, by whom, at which place in the case."""

    seq: int
    at: datetime
    by: str
    """Person id, or `CLOCK`."""
    event: ev.AnyEvent


class PendingOverride(_Part):
    rule: str
    ground: str
    by: str


class Vote(_Part):
    by: str
    recommendation: Recommendation | None = None
    """None when the member declared himself recused."""


class Held(_Part):
    """Where a case on hold goes on, and with how many working days of its term."""

    status: Status
    days_left: int | None = None
    final_days_left: int | None = None


class Undo(_Part):
    """The last act, while its author can take it back: the case as it was before."""

    act: Act
    by: str
    until: datetime
    from_seq: int
    before: "Case"


class Case(_Part):
    """One civil servant's mutation, as folded from its events. Holds no personal content, only ids and codes."""

    id: str
    number: str
    kind: Kind
    origin: Origin
    subject: str
    opener: str
    opened_at: datetime
    policy: str
    seq: int = 0
    """Sequence number of the newest event."""
    version: int = 0
    """Sequence number of the newest event that changed stage, tasks or facts: what `If-Match` is about."""

    stage: Stage = Stage.EVALUATION
    status: Status = Status.RETURNED
    since: datetime
    outcome: Outcome | None = None
    due: ev.Due | None = None
    wakes: tuple[ev.Wake, ...] = ()

    from_post: ev.PostRef | None = None
    to_post: ev.PostRef
    effective_wish: date | None = None
    preferences: tuple[str, ...] = ()
    seat: int | None = None

    marks: tuple[ev.RuleMark, ...] = ()
    need_marks: tuple[ev.RuleMark, ...] = ()
    contest_until: datetime | None = None
    contested: bool = False
    suppliers: tuple[str, ...] = ()
    """Everyone who supplied facts by which the case was judged: none of them may verify it."""
    override: PendingOverride | None = None
    overridden: tuple[str, ...] = ()

    answer: Answer | None = None
    grounds: tuple[str, ...] = ()
    reached: tuple[Audience, ...] = ()

    verifiers: tuple[str, ...] = ()
    """Everyone who ever verified the case, superseded rounds included: none of them may vote on it."""
    voters: tuple[str, ...] = ()
    measures: tuple[ev.ServiceFigure, ...] = ()
    votes: tuple[Vote, ...] = ()
    board: Recommendation | None = None
    proposal: Recommendation | None = None
    recusals: dict[Office, Office] = {}
    deferred_until: date | None = None
    approved_at: datetime | None = None
    baseline: ev.BaselineFrozen | None = None

    decree_on: date | None = None
    effective_on: date | None = None
    placed_on: date | None = None
    review_day: int | None = None
    reviewed: tuple[int, ...] = ()

    flags: tuple[Flag, ...] = ()
    returns: int = 0
    held: Held | None = None
    undo: Undo | None = None

    @property
    def closed(self) -> bool:
        return self.stage is Stage.CLOSED

    @property
    def seat_to_retake(self) -> int | None:
        """The seat that taking the last act back needs again, where the act gave one up."""
        before = self.undo.before if self.undo else None
        return before.seat if before and before.seat != self.seat else None

    def undoable_at(self, now: datetime) -> bool:
        return self.undo is not None and now < self.undo.until

    def final_at(self, now: datetime) -> bool:
        """Whether the case is closed and nobody can take the closing back any more."""
        return self.closed and not self.undoable_at(now)


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
    )
    return evolve(case, recorded)


def evolve(case: Case, recorded: Recorded) -> Case:
    """The case after an event. Total: every event type is known, none is judged."""
    event = recorded.event
    if isinstance(event, ev.ActUndone):
        before = case.undo.before if case.undo else case
        return before.model_copy(update={"seq": recorded.seq, "version": recorded.seq, "undo": None})
    changes: dict[str, Any] = {"seq": recorded.seq, **_changes(event, case, recorded)}
    if not isinstance(event, UNVERSIONED):
        changes["version"] = recorded.seq
    if event.act is not None and event.act is not Act.COMMENT:
        changes["undo"] = _undo_point(case, recorded)
    if event.move is not None:
        changes |= _moved(case, event.move, recorded, changes.get("flags", case.flags))
    return case.model_copy(update=changes)


UNVERSIONED = (ev.CommentMade, ev.ReminderDue, ev.DeadlinePassed, ev.CaseEscalated, ev.NoticeUndelivered)
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


def _moved(case: Case, move: ev.Move, recorded: Recorded, flags: tuple[Flag, ...]) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "stage": move.stage,
        "status": move.status,
        "due": move.due,
        "wakes": move.wakes,
        "outcome": move.outcome,
        "flags": tuple(f for f in flags if f is not Flag.OVERDUE),
    }
    if move.status is not case.status:
        changes["since"] = recorded.at
    if recorded.by == CLOCK:
        changes["undo"] = None
    return changes


@singledispatch
def _changes(event: ev.Event, case: Case, recorded: Recorded) -> dict[str, Any]:
    """Fields of the case that an event sets, besides where the case stands."""
    return {}


def _flags(case: Case, *add: Flag | None, drop: tuple[Flag, ...] = ()) -> dict[str, Any]:
    return {"flags": tuple(sorted({f for f in case.flags if f not in drop} | {f for f in add if f}))}


@_changes.register
def _(event: ev.EvaluationJudged, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"marks": event.marks, "contest_until": event.contest_until}


@_changes.register
def _(event: ev.DossierSupplied, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {
        "contested": False,
        "override": None,
        "suppliers": tuple(sorted({*case.suppliers, recorded.by})),
        **_flags(case, Flag.DATA_SUPPLIED, drop=(Flag.DATA_CONTESTED,)),
    }


@_changes.register
def _(event: ev.DataContested, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"contested": True, **_flags(case, Flag.DATA_CONTESTED)}


@_changes.register
def _(event: ev.OverrideRequested, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"override": PendingOverride(rule=event.rule, ground=event.ground, by=recorded.by)}


@_changes.register
def _(event: ev.OverrideConfirmed, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {
        "override": None,
        "overridden": tuple(sorted({*case.overridden, event.rule})),
        **_flags(case, Flag.RULE_OVERRIDDEN),
    }


@_changes.register
def _(event: ev.SeatHeld, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"seat": event.seat}


@_changes.register
def _(event: ev.SeatReleased, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"seat": None}


@_changes.register
def _(event: ev.NeedChecked, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"need_marks": event.marks, **_flags(case, *event.flags, drop=(Flag.ORIGIN_SHORTAGE,))}


@_changes.register
def _(event: ev.AlternativeProposed, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"to_post": event.to_post, "answer": None, "grounds": ()}


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
    return {"verifiers": tuple(sorted({*case.verifiers, recorded.by})), "measures": event.measures}


@_changes.register
def _(event: ev.OfficialRecused, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"recusals": {**case.recusals, event.office: event.in_favour_of}}


@_changes.register
def _(event: ev.BoardVoted, case: Case, recorded: Recorded) -> dict[str, Any]:
    vote = Vote(by=recorded.by, recommendation=event.recommendation)
    return {"votes": (*case.votes, vote), "voters": tuple(sorted({*case.voters, recorded.by}))}


@_changes.register
def _(event: ev.BoardConsidered, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"board": event.result, **_advised(case, event.result)}


@_changes.register
def _(event: ev.CaseProposed, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"proposal": event.recommendation, **_advised(case, event.recommendation)}


def _advised(case: Case, advice: Recommendation) -> dict[str, Any]:
    return _flags(case, Flag.NOT_RECOMMENDED if advice is Recommendation.NOT_RECOMMEND else None)


@_changes.register
def _(event: ev.DecisionMade, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {
        "deferred_until": event.until if event.decision is DecisionChoice.DEFER else None,
        "approved_at": recorded.at if event.decision is DecisionChoice.APPROVE else None,
    }


@_changes.register
def _(event: ev.BaselineFrozen, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"baseline": event.model_copy(update={"ratings": {}})}


@_changes.register
def _(event: ev.DecreeIssued, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"decree_on": event.date, "effective_on": event.effective_on}


@_changes.register
def _(event: ev.PlacementMade, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"placed_on": event.effective_on, "seat": None}


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
    superseded: dict[str, Any] = {"votes": (), "board": None, "proposal": None, "deferred_until": None}
    dropped = [Flag.NOT_RECOMMENDED]
    if event.to_stage in (Stage.EVALUATION, Stage.NEEDS_CHECK, Stage.CONSULTATION):
        superseded |= {"answer": None, "grounds": ()}
        dropped += [Flag.EMPLOYEE_SILENT, Flag.OBJECTION_CARRIED, Flag.CONDITIONS_SETTLED, Flag.ALTERNATIVE_DECLINED]
    if event.to_stage is not Stage.APPROVAL:
        superseded["reached"] = ()
        dropped.append(Flag.BRIEFING_PARTIAL)
    return {"returns": event.round, **superseded, **_flags(case, drop=tuple(dropped))}


@_changes.register
def _(event: ev.CasePutOnHold, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"held": Held(status=case.status, days_left=event.days_left, final_days_left=event.final_days_left)}


@_changes.register
def _(event: ev.CaseResumed, case: Case, recorded: Recorded) -> dict[str, Any]:
    return {"held": None}


@_changes.register
def _(event: ev.ClockEvent, case: Case, recorded: Recorded) -> dict[str, Any]:
    overdue = Flag.OVERDUE if isinstance(event, ev.DeadlinePassed) else None
    return {"wakes": event.wakes, **_flags(case, overdue)}
