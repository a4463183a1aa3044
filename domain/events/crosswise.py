"""What can happen in any stage: returned, undone, held, ended, set back."""

from typing import Annotated, Literal

from domain.events.parts import ERASED, PRIVATE, Day, Due, Event, Stopped, Wake
from domain.vocabulary import (
    Act,
    EndingCause,
    HoldGround,
    Office,
    Outcome,
    SetBackCause,
    Stage,
)


class CaseReturned(Event):
    """The holder of a task returned the case to an earlier stage; later decisions are superseded, not deleted."""

    type: Literal["case_returned"] = "case_returned"
    to_stage: Stage
    round: int
    stopped: Stopped | None = None
    """The term of whoever returned it; it goes on when the case is back with him."""


class ActUndone(Event):
    """A person took back his own act before anyone else acted and before its effects left."""

    type: Literal["act_undone"] = "act_undone"
    undone: Act
    from_seq: int
    """First sequence number of the act that was taken back."""
    turn_lost: bool = False
    """Whether a seat the case had been told of was taken meanwhile: it stands in line again, and is not told."""


class CasePutOnHold(Event):
    """The case is on hold; its clock stands still."""

    type: Literal["case_put_on_hold"] = "case_put_on_hold"
    ground: HoldGround
    reference: Annotated[str, PRIVATE] = ERASED
    days_left: int | None = None
    """Working days of the running term that were left."""
    final_days_left: int | None = None
    """Working days that were left until the case would lapse."""
    stopped: Stopped | None = None
    lease_stopped: Day | None = None
    """The last day that counted of the lease of the held seat, which stands still meanwhile."""


class CaseResumed(Event):
    """The hold ended; the term goes on with the days that were left."""

    type: Literal["case_resumed"] = "case_resumed"
    lease: Due | None = None
    """The lease of the held seat, which goes on too."""
    aside: tuple[Wake, ...] | None = None


class CaseEnded(Event):
    """HR or the employee ended the case before the decree."""

    type: Literal["case_ended"] = "case_ended"
    outcome: Literal[Outcome.WITHDRAWN, Outcome.CANCELLED, Outcome.INELIGIBLE, Outcome.EXTERNAL_REFUSED]


class CaseLapsed(Event):
    """The final term that the policy names for this status passed."""

    type: Literal["case_lapsed"] = "case_lapsed"


class CaseClosed(Event):
    """The last review is recorded: the mutation is complete."""

    type: Literal["case_closed"] = "case_closed"


class CommentMade(Event):
    """Someone who sees the case wrote a comment."""

    type: Literal["comment_made"] = "comment_made"
    text: Annotated[str, PRIVATE] = ERASED
    visible_to_employee: bool


class CaseSetBack(Event):
    """The case fell back to an earlier stage because of what was found; what was decided after it is superseded."""

    type: Literal["case_set_back"] = "case_set_back"
    to_stage: Stage
    cause: SetBackCause
    stopped: Stopped | None = None
    """The term of another agency that ran; it goes on when the case waits for that agency again."""


class CaseClosedForCause(Event):
    """The person leaves the service, or may not move any more: the case ends."""

    type: Literal["case_closed_for_cause"] = "case_closed_for_cause"
    cause: EndingCause
    reference: Annotated[str, PRIVATE] = ERASED
    on: Day


class ApproverAbsent(Event):
    """Nobody can do the task now: the office is vacant, or held by an acting official who may not. The case waits."""

    type: Literal["approver_absent"] = "approver_absent"
    office: Office
    acting_only: bool = False
