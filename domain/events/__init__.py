"""Events: the facts that happened to a case. Their docstrings are the reference (`docs/events.md`).

An event carries results, never inputs to be worked out again, so that folding old events with new code
gives the old case. Fields may be added with a default, never made required, renamed or removed.
A field marked `PRIVATE` holds personal content, or words a person typed freely: the ledger keeps it apart and hashes a
salted commitment to it. It may be gone one day, and so it has a default.
"""

from typing import Annotated, Any, get_args

from pydantic import Field, TypeAdapter

from domain.events.after_decree import (
    DecreeAnnulled,
    DecreeCorrected,
    DecreeRevoked,
    DecreeSuspended,
    ObjectionDecided,
    ObjectionEscalated,
    ObjectionFiled,
    ObjectionOverdue,
    ObjectionWithdrawn,
    PostRestored,
    SuspensionLifted,
)
from domain.events.approval import (
    BaselineFrozen,
    BoardConsidered,
    BoardMemberSeated,
    BoardSeated,
    BoardVoted,
    CaseProposed,
    CaseVerified,
    ConflictDeclared,
    Consent,
    DecisionMade,
    DeferralEnded,
    OfficialRecused,
    ServiceFigure,
)
from domain.events.assignment import (
    AssignmentRatified,
    AssignmentRenewed,
    AssignmentReverted,
    TemporarilyAssigned,
)
from domain.events.clock import (
    CaseEscalated,
    ClockEvent,
    DeadlinePassed,
    DeadlineRecomputed,
    HistoryArchived,
    NoticeUndelivered,
    ReminderDue,
)
from domain.events.crosswise import (
    ActUndone,
    ApproverAbsent,
    CaseClosed,
    CaseClosedForCause,
    CaseEnded,
    CaseLapsed,
    CasePutOnHold,
    CaseResumed,
    CaseReturned,
    CaseSetBack,
    CommentMade,
)
from domain.events.documents import (
    DocumentAdded,
    DocumentJudged,
    ReusedFrom,
)
from domain.events.hearing import (
    AcknowledgementMissed,
    BriefingAcknowledged,
    BriefingRecorded,
    GroundAnswer,
    ObjectionAnswered,
    ResponseGiven,
    ResponseMissed,
)
from domain.events.needs import (
    AlternativeProposed,
    Choice,
    ChoosingEvent,
    Listed,
    NeedChecked,
    NeedConfirmed,
    UnitOpined,
)
from domain.events.opening import (
    CaseOpened,
    DataContested,
    DossierSupplied,
    EvaluationJudged,
    OverrideConfirmed,
    OverrideRequested,
    SuppliedItem,
)
from domain.events.outside import (
    ConsentRecorded,
    ConsiderationRecorded,
    FileSubmitted,
    Letter,
    MutationAuthorised,
)
from domain.events.parts import (
    ERASED,
    OUTSIDE,
    PRIVATE,
    BesideEvent,
    Day,
    Due,
    Event,
    ExcludedDay,
    Move,
    Pause,
    PauseCause,
    PostRef,
    Private,
    RuleMark,
    RuleResult,
    Staffing,
    Stopped,
    Wake,
    WakeKind,
)
from domain.events.placement import (
    DecreeIssued,
    DutyConfirmed,
    PersonReleased,
    PlacementBlocked,
    PlacementMade,
)
from domain.events.review import (
    Comparison,
    ReviewMissed,
    ReviewOpened,
    ReviewRecorded,
)
from domain.events.seats import (
    SeatAwaited,
    SeatCameFree,
    SeatHeld,
    SeatHoldEnding,
    SeatHoldExpired,
    SeatHoldRecomputed,
    SeatHoldRenewed,
    SeatPassed,
    SeatReleased,
)

AnyEvent = Annotated[
    CaseOpened | EvaluationJudged | DossierSupplied | DataContested | OverrideRequested | OverrideConfirmed
    | SeatHeld | SeatReleased | NeedChecked | NeedConfirmed | AlternativeProposed | UnitOpined | ResponseGiven
    | ResponseMissed | ObjectionAnswered | BriefingRecorded | BriefingAcknowledged | AcknowledgementMissed
    | CaseVerified | OfficialRecused | BoardVoted | BoardConsidered | CaseProposed | DecisionMade
    | BaselineFrozen | DeferralEnded | DecreeIssued | PlacementMade | PlacementBlocked | DutyConfirmed
    | ReviewOpened | ReviewRecorded | ReviewMissed | CaseReturned | ActUndone | CasePutOnHold | CaseResumed
    | CaseEnded | CaseLapsed | CaseClosed | CommentMade | ReminderDue | DeadlinePassed | CaseEscalated
    | NoticeUndelivered | HistoryArchived | DeadlineRecomputed | DocumentAdded | DocumentJudged
    | ObjectionFiled | ObjectionEscalated | ObjectionOverdue | ObjectionDecided
    | ObjectionWithdrawn | DecreeCorrected | DecreeRevoked | DecreeAnnulled | PostRestored
    | CaseSetBack | CaseClosedForCause | ApproverAbsent | TemporarilyAssigned | AssignmentRatified
    | AssignmentReverted | AssignmentRenewed | DecreeSuspended | SuspensionLifted
    | MutationAuthorised | ConsentRecorded | FileSubmitted | ConsiderationRecorded | PersonReleased
    | SeatAwaited | SeatHoldRenewed | SeatHoldEnding | SeatHoldExpired | SeatHoldRecomputed | SeatCameFree | SeatPassed
    | ConflictDeclared | BoardSeated | BoardMemberSeated,
    Field(discriminator="type"),
]  # fmt: skip

EVENT_TYPES: tuple[type[Event], ...] = get_args(get_args(AnyEvent)[0])
_adapter: TypeAdapter[Event] = TypeAdapter(AnyEvent)


def parse_event(data: dict[str, Any]) -> Event:
    """An event from its stored fields; `data["type"]` names it."""
    return _adapter.validate_python(data)


def private_fields(event: type[Event]) -> frozenset[str]:
    """Names of the fields of an event that hold personal content."""
    return frozenset(name for name, field in event.model_fields.items() if PRIVATE in field.metadata)


__all__ = [
    "ERASED",
    "EVENT_TYPES",
    "OUTSIDE",
    "PRIVATE",
    "AcknowledgementMissed",
    "ActUndone",
    "AlternativeProposed",
    "AnyEvent",
    "ApproverAbsent",
    "AssignmentRatified",
    "AssignmentRenewed",
    "AssignmentReverted",
    "BaselineFrozen",
    "BesideEvent",
    "BoardConsidered",
    "BoardMemberSeated",
    "BoardSeated",
    "BoardVoted",
    "BriefingAcknowledged",
    "BriefingRecorded",
    "CaseClosed",
    "CaseClosedForCause",
    "CaseEnded",
    "CaseEscalated",
    "CaseLapsed",
    "CaseOpened",
    "CaseProposed",
    "CasePutOnHold",
    "CaseResumed",
    "CaseReturned",
    "CaseSetBack",
    "CaseVerified",
    "Choice",
    "ChoosingEvent",
    "ClockEvent",
    "CommentMade",
    "Comparison",
    "ConflictDeclared",
    "Consent",
    "ConsentRecorded",
    "ConsiderationRecorded",
    "DataContested",
    "Day",
    "DeadlinePassed",
    "DeadlineRecomputed",
    "DecisionMade",
    "DecreeAnnulled",
    "DecreeCorrected",
    "DecreeIssued",
    "DecreeRevoked",
    "DecreeSuspended",
    "DeferralEnded",
    "DocumentAdded",
    "DocumentJudged",
    "DossierSupplied",
    "Due",
    "DutyConfirmed",
    "EvaluationJudged",
    "Event",
    "ExcludedDay",
    "FileSubmitted",
    "GroundAnswer",
    "HistoryArchived",
    "Letter",
    "Listed",
    "Move",
    "MutationAuthorised",
    "NeedChecked",
    "NeedConfirmed",
    "NoticeUndelivered",
    "ObjectionAnswered",
    "ObjectionDecided",
    "ObjectionEscalated",
    "ObjectionFiled",
    "ObjectionOverdue",
    "ObjectionWithdrawn",
    "OfficialRecused",
    "OverrideConfirmed",
    "OverrideRequested",
    "Pause",
    "PauseCause",
    "PersonReleased",
    "PlacementBlocked",
    "PlacementMade",
    "PostRef",
    "PostRestored",
    "Private",
    "ReminderDue",
    "ResponseGiven",
    "ResponseMissed",
    "ReusedFrom",
    "ReviewMissed",
    "ReviewOpened",
    "ReviewRecorded",
    "RuleMark",
    "RuleResult",
    "SeatAwaited",
    "SeatCameFree",
    "SeatHeld",
    "SeatHoldEnding",
    "SeatHoldExpired",
    "SeatHoldRecomputed",
    "SeatHoldRenewed",
    "SeatPassed",
    "SeatReleased",
    "ServiceFigure",
    "Staffing",
    "Stopped",
    "SuppliedItem",
    "SuspensionLifted",
    "TemporarilyAssigned",
    "UnitOpined",
    "Wake",
    "WakeKind",
    "parse_event",
    "private_fields",
]
