"""What the API answers. Field names are the contract with clients; fields are only ever added."""

from datetime import UTC, date
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from domain.events import PauseCause
from domain.scope import Scope
from domain.vocabulary import (
    Act,
    Authority,
    Capacity,
    ConsentIssuer,
    ConsentOutcome,
    ConsiderationOutcome,
    DocumentStatus,
    Flag,
    Kind,
    Mandate,
    MediaType,
    ObjectionOutcome,
    Office,
    Origin,
    Outcome,
    OutsideWord,
    OwnLetter,
    Recommendation,
    RuleOutcome,
    Severity,
    Stage,
    Status,
    Verdict,
    Way,
    WindowKind,
)

T = TypeVar("T")
Day = date
"""For models that have a field of the name `date`."""
Instant = Annotated[AwareDatetime, AfterValidator(lambda at: at.astimezone(UTC))]
"""A point in time, told in UTC wherever it was reckoned."""


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` asks for the following one."""

    items: list[T]
    next_cursor: str | None = None
    has_more: bool = False
    total: int | None = Field(None, description="Only with `count=true`.")


class FieldError(BaseModel):
    pointer: str
    code: str
    detail: str
    location: str = Field("body", alias="in")


class ProblemOut(BaseModel):
    """A problem document (RFC 9457). `code` is stable and never translated."""

    type: str = Field(examples=["urn:mutasi:problem:act_not_open"])
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str | None = None
    errors: list[FieldError] | None = None
    params: dict[str, Any] | None = None
    legal_ground: str | None = None


class PersonOut(BaseModel):
    id: str
    name: str | None
    nip: str | None = Field(None, description="Masked for those without need of it.")


class PostOut(BaseModel):
    position_code: str
    title: str
    unit_code: str
    unit: str
    agency_code: str
    agency: str
    outside: bool = Field(False, description="A post of another agency: named by its letters, its codes are `outside`.")


class ExcludedDayOut(BaseModel):
    day: date
    name: str


class PauseOut(BaseModel):
    """Days, both included, on which the term stood still, and why."""

    first: date
    last: date
    cause: PauseCause
    ground: str | None
    text: str


class ReckonedOut(BaseModel):
    """How a due date was reckoned: working days after `start`, less the days `excluded` and those of the `pauses`."""

    start: date
    days: int
    excluded: list[ExcludedDayOut]
    calendar: str
    estimate: bool = Field(description="The span touches a year whose holidays are not published yet.")
    included: list[ExcludedDayOut] = Field([], description="Days off that an order made working days.")
    pauses: list[PauseOut] = []
    text: str = Field("", description="The same in one sentence.")


class DueOut(BaseModel):
    at: Instant
    on: date
    reckoned: ReckonedOut
    then: str | None = Field(
        None, description="What happens by itself at the date: lapse, no_response, partial, release, pass."
    )
    then_text: str | None = None
    final_on: date | None = None


class WhyNotOut(BaseModel):
    code: str
    detail: str


class ActOut(BaseModel):
    """An act, whether this caller may do it now, and why not."""

    act: Act
    allowed: bool
    why_not: WhyNotOut | None = None


class TaskOut(BaseModel):
    acts: list[Act]
    office: Office | None
    unit: str | None
    person: str | None
    due_at: Instant | None


class RuleOut(BaseModel):
    """A rule as judged: outcome, the value against the threshold, where and when the value is from, the law."""

    rule: str
    outcome: RuleOutcome
    severity: Severity
    value: str | int | None
    threshold: str | int | None
    source: str | None
    as_of: date | None
    ground: str
    eligible_from: date | None = None
    overridable: bool
    override_grounds: list[str] = []
    overridden: bool = False
    title: str
    text: str


class UndoOut(BaseModel):
    act: Act
    until: Instant
    mine: bool


class DecreeOut(BaseModel):
    number: str
    date: Day
    effective_on: Day


class HoldOut(BaseModel):
    status: Status
    days_left: int | None


class LeaseOut(BaseModel):
    """Until when the seat is held for the case, and what happens by itself then."""

    due: DueOut
    renewals: int
    renewals_left: int
    stands_still: bool = Field(description="While the case is on hold: the end moves by as many days.")


class LineOut(BaseModel):
    """The place of the case in the line for a seat of its target post."""

    place: int
    length: int
    since: Instant = Field(description="From when the case counts: its opening, or the end of a hold it let run out.")
    called: DueOut | None = Field(None, description="A seat came free for this case, to be taken until then.")
    holds: list["SeatHoldOut"] = Field(description="The holds on the seats of the post.")
    text: str = Field(description="In words: how the line is ordered.")


class ObjectionOut(BaseModel):
    """An objection to the decree, which runs beside the stages. What it says is in the events."""

    filed_at: Instant
    late: bool
    due: DueOut
    open: bool
    outcome: ObjectionOutcome | None


class OutsideOut(BaseModel):
    """Whose letters a case takes, and which are there: between agencies, or where BKN considers."""

    letter: OwnLetter | None = Field(description="What the governor signs for the province.")
    signed: bool
    consents: dict[OutsideWord, ConsentOutcome | None] = Field(description="Letters of other appointing authorities.")
    consideration: Authority | None = Field(description="Who gives the technical consideration (Pertek).")
    rounds: int = Field(description="How often the file was handed in.")
    considered: ConsiderationOutcome | None
    valid_until: date | None
    decided_by: Authority


class AssignmentOut(BaseModel):
    """A temporary assignment in an emergency, beside the post the person keeps."""

    number: str
    position: str
    starts_on: date
    until: date
    ratify_by: date
    ratify_due: DueOut | None = Field(None, description="How `ratify_by` was reckoned.")
    ratified: bool
    renewals: int = Field(0, description="How often it was renewed; `number` and `until` are those of the last order.")
    stands: bool


class CaseSummary(BaseModel):
    """A case in a list."""

    model_config = ConfigDict(populate_by_name=True)

    id: str
    number: str
    kind: Kind
    origin: Origin
    employee: PersonOut
    from_: PostOut | None = Field(alias="from", serialization_alias="from")
    to: PostOut
    stage: Stage
    status: Status
    status_text: str
    outcome: Outcome | None
    due: DueOut | None
    overdue: bool
    version: int
    opened_at: Instant
    since: Instant
    flags: list[Flag]


class WindowOut(BaseModel):
    """A window that concerns the case, now or later, and what it means for it."""

    kind: WindowKind
    from_: date = Field(alias="from", serialization_alias="from")
    to: date | None
    ground: str
    open: bool = Field(description="Whether it is open today.")
    restricts: bool = Field(description="Whether decision and decree need consents; else it opens the fast path.")
    consents: list[ConsentIssuer] = Field([], description="Whose consents it takes, with number and date each.")
    consented: bool = Field(False, description="Consents have opened it for this case.")
    text: str


class DocumentsLackingOut(BaseModel):
    """Codes of documents: needed and not there, running out soon, and waiting for a verdict."""

    missing: list[str]
    expiring: list[str]
    awaiting: list[str]


class PlaceOut(BaseModel):
    """Where a person stands in the ranking for a post."""

    rank: int | None = Field(description="Place in the order of fit; none without the hard requirements of the post.")
    field: int = Field(description="How many passed the hard requirements and were free.")
    length: int = Field(description="How many the list that binds has.")
    on_list: bool


class ChoiceOut(PlaceOut):
    """Where the person chosen stood in the ranking for the post.

    Who else stood there is in the events, for HR and those who decide or oversee.
    """

    ground: str | None
    ground_text: str | None


class BoardMemberOut(BaseModel):
    """A member of the board in a case: what he recommended, or that he stood aside."""

    person: str
    recommendation: Recommendation | None = None
    recused: bool = False
    dissents: bool = Field(False, description="His vote is the contrary of what the board came to.")


class PanelOut(BaseModel):
    """The board in a case. Reasons are in the events."""

    seated: bool = Field(description="Whether a panel is seated; otherwise any member may vote.")
    members: list[BoardMemberOut]


class CaseOut(CaseSummary):
    """A case as this caller sees it, with the acts open to him now and why others are not."""

    policy: str
    effective_on: date | None
    preferences: list[str]
    decree: DecreeOut | None
    placed_on: date | None
    reviewed: list[int]
    review_day: int | None
    returns: int
    seat_held: bool
    lease: LeaseOut | None = None
    line: LineOut | None = None
    answer: str | None
    grounds: list[str]
    choice: ChoiceOut | None = None
    board: Recommendation | None
    proposal: Recommendation | None
    panel: PanelOut | None = Field(None, description="For HR, those who decide and those who oversee.")
    deferred_until: date | None
    contest_until: Instant | None
    contest: DueOut | None = Field(None, description="How `contest_until` was reckoned.")
    way: Way = Way.INSIDE
    outside: OutsideOut | None = Field(None, description="Where letters of others are waited for.")
    objection: ObjectionOut | None = None
    assignment: AssignmentOut | None = None
    suspended: bool = Field(False, description="The decree is suspended: nothing takes effect by it.")
    remedy_due: bool = Field(False, description="A granted objection is not carried out yet.")
    on_hold: HoldOut | None
    undo: UndoOut | None
    rules: list[RuleOut]
    tasks: list[TaskOut]
    acts: list[ActOut]
    windows: list[WindowOut] = []
    documents: DocumentsLackingOut
    notices: dict[str, int] = Field(description="How many notices of the case are in which state.")


class ActorOut(BaseModel):
    id: str = Field(description="Person id, or `clock`.")
    name: str | None
    office: Office | None = None
    unit: str | None = None
    capacity: Capacity | None = None
    instrument: str | None = None
    on_behalf_of: str | None = Field(None, description="For whom: the holder who is away, or who gave the mandate.")
    mandate: Mandate | None = Field(
        None, description="By a mandate, as deputy or as proxy; none in an office of his own."
    )


class EventOut(BaseModel):
    """One entry of the ledger, personal content joined back where this caller may read it."""

    seq: int
    type: str
    label: str
    at: Instant
    actor: ActorOut
    reason: str | None = None
    note: str | None = None
    data: dict[str, Any]
    hash: str
    prev_hash: str
    policy: str
    superseded: bool = Field(False, description="The act was undone, or the case was returned past it.")
    withheld: bool = Field(
        False,
        description="It names a ground of health or family, which this caller is told as `personal`, without words.",
    )


class EventsOut(BaseModel):
    items: list[EventOut]
    head: str | None = Field(description="Hash of the newest entry.")


class AttemptOut(BaseModel):
    """A refused attempt. A refused opening left no case: its `case_id` is the one it would have had."""

    at: Instant
    case_id: str | None
    actor: str
    act: str
    code: str
    params: dict[str, Any]
    request_id: str | None


class SeatHoldOut(BaseModel):
    """A seat held for a case; which case is told to those who see it, until when to everybody."""

    case_id: str | None
    case_number: str | None
    until: date | None = Field(
        None,
        description="Until when, if nothing happens; none where it stands still, is decided, or has no end.",
    )


class ProjectedOut(BaseModel):
    """What is to be expected of a post until a day, if nothing new is decided."""

    until: date
    retiring: int
    leaving: int = Field(description="Holders with a case in flight that holds a seat elsewhere.")
    arriving: int = Field(description="Cases in flight that hold a seat here.")
    occupied: int
    vacant: int


class SeatsOut(BaseModel):
    """Staffing of the target post: what E10 judges."""

    required: int
    occupied: int
    held: int
    vacant: int
    free: bool
    origin_required: int | None = None
    origin_occupied: int | None = None
    origin_shortage: bool = False
    holds: list[SeatHoldOut] = []
    waiting: int = Field(0, description="Cases that wait for a vacancy of this post.")
    ahead: int = Field(0, description="How many stand in line before a case opened now.")


class CriterionOut(BaseModel):
    code: str
    title: str
    weight: int
    percent: int | None
    points: int | None
    value: str | None
    finding: str = ""
    text: str = Field("", description="One sentence: what was found, and what it adds.")


class CounterfactualOut(BaseModel):
    competence: str
    level: int
    score: int
    text: str


class FitOut(BaseModel):
    score: int | None
    criteria: list[CriterionOut]
    counterfactuals: list[CounterfactualOut]


class AlternativeOut(BaseModel):
    position_code: str
    title: str
    unit: str
    agency_code: str
    vacant: int
    waiting: int = Field(0, description="Cases that wait for a vacancy of this post.")
    outcome: str = Field(description="`eligible`, or `incomplete` while a rule still lacks data.")
    score: int | None
    rank: int = 0
    fit: FitOut | None = Field(None, description="Why this post stands where it stands.")


class RouteStepOut(BaseModel):
    """A step of the approval route and who holds the office today."""

    step: Act
    office: Office
    holders: list[str]
    recused: bool = False
    instead: Office | None = None
    party: Authority | None = Field(None, description="Whose answer is recorded, where it is one of these.")


class PreviewOut(BaseModel):
    eligible: bool
    outcome: str
    refusal: WhyNotOut | None = Field(None, description="Why such a case could not be opened at all.")
    rules: list[RuleOut]
    seat: SeatsOut | None
    fit: FitOut | None
    place: PlaceOut | None = Field(
        description="His place in the ranking, for HR, where the list binds; off the list a choice needs a reason."
    )
    alternatives: list[AlternativeOut]
    approval_route: list[RouteStepOut]
    policy: str


class MyTaskOut(BaseModel):
    """A task of the caller, and why it is his."""

    case_id: str
    number: str
    employee: str | None
    from_position: str | None
    to_position: str
    stage: Stage
    status: Status
    status_text: str
    acts: list[Act]
    why_mine: str = Field(examples=["office:hr_officer"])
    on_behalf_of: str | None = Field(None, description="For whom, where it is open to the caller by a mandate.")
    since: Instant
    due_at: Instant | None
    overdue: bool
    flags: list[str]


class EmployeeOut(BaseModel):
    id: str
    name: str
    nip: str
    status: str
    grade: str
    position_code: str | None
    position: str | None
    unit_code: str | None
    unit: str | None
    agency_code: str | None
    position_since: date | None


class PositionOut(BaseModel):
    code: str
    title: str
    kind: str
    tier: str | None
    echelon: str | None
    job_class: int
    unit_code: str
    unit: str
    agency_code: str
    required: int
    occupied: int
    held: int
    vacant: int
    min_grade: str
    max_grade: str
    education_min: str
    education_fields: list[str]
    competences: dict[str, int]
    abk_year: int
    holds: list[SeatHoldOut] = []
    waiting: int = Field(0, description="Cases that wait for a vacancy of this post.")
    projected: ProjectedOut | None = None


class UnitOut(BaseModel):
    code: str
    name: str
    short_name: str
    parent_code: str | None
    kind: str
    district: str
    service_critical: bool
    agency_code: str
    required: int
    occupied: int


class PolicyOut(BaseModel):
    """A policy by its hash: SHA-256 over `text`, the canonical JSON (RFC 8785)."""

    hash: str
    code: str
    version: str
    effective_from: date
    published_at: Instant | None = Field(None, description="Missing while it is a candidate.")
    text: str
    policy: dict[str, Any]


class NoticeOut(BaseModel):
    id: int
    case_id: str
    template: str
    subject: str
    text: str
    at: Instant
    state: str
    read: bool


class NoticeStateOut(BaseModel):
    """What became of one notice of a case."""

    id: int
    seq: int
    recipient: str
    template: str
    state: str
    attempts: int
    fault: str | None
    created_at: Instant
    sent_at: Instant | None


class MandateHeldOut(BaseModel):
    """An office in which somebody may act for its holder today."""

    id: str
    mandate: Mandate
    office: Office
    unit: str | None
    on_behalf_of: str
    until: date
    scope: Scope


class MeOut(BaseModel):
    """Who the caller is, and the offices he holds today."""

    id: str
    name: str
    operator: bool
    offices: list[dict[str, str | None]]
    mandates: list[MandateHeldOut] = Field([], description="Offices of others in which he may act for them today.")
    session: str | None = Field(None, description="The session that asks; none with a demo token.")
    authn: str | None = Field(None, description="How the person signed in, such as `password+totp`.")
    demo: bool = Field(False, description="Whether this is the demo, where anybody may be anybody.")


class RatingYearIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    year: int = Field(ge=2000, le=2100)


class RatingYearOut(BaseModel):
    last_closed: int


class DocumentVersionOut(BaseModel):
    """One version of a document. `sha256` is the hash of its content that stands in the ledger."""

    id: str
    document: str = Field(description="Code in the catalogue.", examples=["D06"])
    version: int
    sha256: str
    size: int = Field(description="Bytes.")
    media_type: MediaType
    file_name: str | None = Field(None, description="Only for those who may read the content.")
    readable: bool = Field(description="Whether this caller may read the content.")
    added_by: str | None
    added_at: Instant
    issued_on: date | None
    valid_until: date | None
    verdict: Verdict | None
    reason: str | None = Field(None, description="Why it was returned or rejected; for those who may read the content.")
    judged_by: str | None = None
    judged_at: Instant | None = None
    reused_from: str | None = Field(None, description="Number of the case in which it was accepted.")


class DocumentOut(BaseModel):
    """A document of the catalogue in a case, with its versions, oldest first."""

    document: str
    title: str
    issuer: str
    ground: str
    needed: bool
    status: DocumentStatus
    by: Act = Field(description="The act before which it must be accepted.")
    enforce: str = Field(description="`block`: that act is refused without it; `warn`: those who decide are told.")
    months: int | None = Field(description="How long it is good, from the date it bears.")
    proved_by: str | None = Field(description="Rule on whose passing the register itself is the proof.")
    versions: list[DocumentVersionOut]


class DocumentsOut(DocumentsLackingOut):
    """The documents of a case: those it needs and those it has."""

    items: list[DocumentOut]


class AccessOut(BaseModel):
    """Somebody asked for personal data."""

    at: Instant
    person_id: str
    capacity: str = Field(description="`subject`, `uploader`, `participant`, `service`, `none`, or an office.")
    operation: str = Field(description="Operation id of the route.", examples=["get_case"])
    case_id: str | None
    subject_id: str | None = Field(description="Whose data, where they are one person's.")
    document_id: str | None
    people: int | None = Field(description="How many people a list or an export showed.")
    outcome: str = Field(examples=["read", "refused", "absent"])
    request_id: str | None
