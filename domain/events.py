"""Events: the facts that happened to a case. Their docstrings are the reference (`docs/events.md`).

An event carries results, never inputs to be worked out again, so that folding old events with new code
gives the old case. Fields may be added with a default, never made required, renamed or removed.
A field marked `PRIVATE` holds personal content, or words a person typed freely: the ledger keeps it apart and hashes a
salted commitment to it. It may be gone one day, and so it has a default.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from domain.passages import Passage
from domain.vocabulary import (
    Act,
    Answer,
    AssignmentEnd,
    Audience,
    Authority,
    ConsentIssuer,
    ConsentOutcome,
    ConsiderationOutcome,
    CorrectionGround,
    Deadline,
    DecisionChoice,
    DefectGround,
    Eligibility,
    EndingCause,
    Flag,
    HoldGround,
    Kind,
    MediaType,
    ObjectionGround,
    ObjectionOutcome,
    Office,
    Opinion,
    OrderedBy,
    Origin,
    Outcome,
    OutsideWord,
    OwnLetter,
    PositionKind,
    Recommendation,
    ReviewOutcome,
    RuleOutcome,
    SetBackCause,
    Stage,
    Status,
    Tier,
    TimingMark,
    Verdict,
)

Day = date
"""For models that have a field of the name `date`."""


class Private:
    """Marks a field of an event as personal content."""


PRIVATE = Private()
ERASED = ""
"""Stands where personal content was lawfully erased: the event still folds, and its hash still holds."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


OUTSIDE = "outside"
"""Stands for the codes of a post of another agency. No code of the register can look like it."""


class PostRef(_Part):
    """A post as named that day: codes of the position, its unit and its agency, with their names.

    A post of another agency has no codes, and is named as its letters name it.
    """

    position: str
    title: str
    unit: str
    unit_name: str
    agency: str
    agency_name: str
    kind: PositionKind | None = None
    tier: Tier | None = None
    """Of a functional post of another agency."""

    @property
    def outside(self) -> bool:
        """Whether the post is another agency's."""
        return self.position == OUTSIDE


class WakeKind(StrEnum):
    """What the clock does to a case when an instant comes."""

    REMIND = "remind"
    OVERDUE = "overdue"
    ESCALATE = "escalate"
    EXPIRE = "expire"
    LAPSE = "lapse"
    END_DEFERRAL = "end_deferral"
    EFFECT = "effect"
    REVIEW = "review"
    ESCALATE_OBJECTION = "escalate_objection"
    OBJECTION_OVERDUE = "objection_overdue"
    RATIFICATION_OVER = "ratification_over"
    ASSIGNMENT_OVER = "assignment_over"
    HOLD_ENDING = "hold_ending"
    HOLD_OVER = "hold_over"
    CALL_OVER = "call_over"


class Wake(_Part):
    """An instant at which the clock has something to do, in the order it will come."""

    at: datetime
    what: WakeKind
    percent: int | None = None
    """For a reminder: how much of the term is over."""
    day: int | None = None
    """For an objection: the working day of its term. For a held seat: the working days that are left of its lease."""


class ExcludedDay(_Part):
    day: date
    name: str


class PauseCause(StrEnum):
    """Why a term stood still for some days.

    `paused` is what entries say of certified leave: that somebody is ill or has a child is not for everyone who reads a
    date. `certified_leave` stands in entries from before, and is what those are told who may know.
    """

    RETURNED = "returned"
    INCOMPLETE_FILE = "incomplete_file"
    ON_HOLD = "on_hold"
    PAUSED = "paused"
    CERTIFIED_LEAVE = "certified_leave"
    WINDOW = "window"


class Pause(_Part):
    """Days, both included, on which a term stood still. They are not counted."""

    first: date
    last: date
    cause: PauseCause
    ground: str | None = None
    """The ground of the hold, or of the restricted window."""


class Due(_Part):
    """A legal date and how it was reckoned: every due date explains itself."""

    at: datetime
    on: date
    start: date
    days: int
    """Working days counted from the day after `start`."""
    excluded: tuple[ExcludedDay, ...] = ()
    """Weekday holidays that were not counted."""
    calendar: str
    """Version of the calendar used."""
    estimate: bool = False
    """Whether the span touches a year whose holidays are not published yet."""
    then: Literal["lapse", "no_response", "partial", "release", "pass"] | None = None
    """What happens by itself when the date passes; nothing unless named."""
    final_on: date | None = None
    """The day after which the case lapses, where the policy names a final term."""
    final_days: int | None = None
    """Working days of that final term, counted like `days`."""
    included: tuple[ExcludedDay, ...] | None = None
    """Days off that were counted, because an order made them working days."""
    pauses: tuple[Pause, ...] | None = None
    """While the term stood still: returned, on hold, the employee on certified leave, a restricted window."""


class Stopped(_Part):
    """A term that stands still: the status it is of, the last day that still counted, and how it was reckoned."""

    status: Status
    on: date
    due: Due
    ground: str | None = None


class Move(_Part):
    """Where the case stands after the event, and what its clock waits for."""

    stage: Stage
    status: Status
    due: Due | None = None
    wakes: tuple[Wake, ...] = ()
    outcome: Outcome | None = None


class RuleMark(_Part):
    rule: str
    outcome: RuleOutcome


class RuleResult(_Part):
    """A rule as it was judged, with the inputs that decided it."""

    rule: str
    outcome: RuleOutcome
    value: str | int | None = None
    threshold: str | int | None = None
    source: str | None = None
    as_of: date | None = None
    eligible_from: date | None = None

    @property
    def mark(self) -> RuleMark:
        return RuleMark(rule=self.rule, outcome=self.outcome)


class Staffing(_Part):
    """Headcount of a post or a unit: required, occupied, held for cases, and what is left."""

    code: str
    required: int
    occupied: int
    held: int

    @property
    def vacant(self) -> int:
        return max(0, self.required - self.occupied - self.held)


class Event(_Part):
    """What every event can carry besides its own fields."""

    act: Act | None = None
    """The act of a person that this event opens; the later events of the same act have none."""
    undo_until: datetime | None = None
    """Until when that act can be undone, where the policy lets it be."""
    move: Move | None = None
    reason: Annotated[str | None, PRIVATE] = None
    note: Annotated[str | None, PRIVATE] = None


# --- opening and evaluation ------------------------------------------------------------------------------------------


class CaseOpened(Event):
    """A case was opened for a person and a post. Names are kept as they were that day."""

    type: Literal["case_opened"] = "case_opened"
    number: str
    kind: Kind
    origin: Origin
    subject: str
    """Person id of the civil servant concerned."""
    from_post: PostRef | None = None
    to_post: PostRef
    policy: str
    """Hash of the policy the case is judged by to its end."""
    employee_name: Annotated[str, PRIVATE] = ERASED
    employee_nip: Annotated[str, PRIVATE] = ERASED
    effective_on: date | None = None
    """The effective date the opener wished for."""
    preferences: tuple[str, ...] = ()
    emergency_ref: Annotated[str | None, PRIVATE] = None
    emergency_window: str | None = None
    passage: Passage | None = None
    """Who proposes, consents, considers and decides; none in entries from before routes named them."""
    from_since: date | None = None
    """Since when a post of another agency, which the person comes from, is held."""


class EvaluationJudged(Event):
    """The dossier was judged against the rules. An adverse finding waits for a person."""

    type: Literal["evaluation_judged"] = "evaluation_judged"
    outcome: Eligibility
    marks: tuple[RuleMark, ...]
    results: Annotated[tuple[RuleResult, ...], PRIVATE] = ()
    contest_until: datetime | None = None
    contest: Due | None = None
    """The same with its reasons; not told by entries from before it moved with the calendar."""


class SuppliedItem(_Part):
    """One fact about the employee supplied by HR, in place of or besides what the register holds."""

    kind: Literal["rating", "condition_end", "position_since", "post_held"]
    year: int | None = None
    rating: str | None = None
    work_result: str | None = None
    behaviour: str | None = None
    condition: str | None = None
    to: date | None = None
    since: date | None = None
    title: str | None = None
    position_kind: str | None = None
    tier: str | None = None
    unit: str | None = None
    reference: str | None = None


class DossierSupplied(Event):
    """HR supplied missing or corrected facts; the dossier is judged again."""

    type: Literal["dossier_supplied"] = "dossier_supplied"
    kinds: tuple[str, ...]
    items: Annotated[tuple[SuppliedItem, ...], PRIVATE] = ()


class DataContested(Event):
    """The employee contested the data he was judged by."""

    type: Literal["data_contested"] = "data_contested"
    text: Annotated[str, PRIVATE] = ERASED
    items: Annotated[tuple[dict[str, Any], ...], PRIVATE] = ()


class OverrideRequested(Event):
    """HR asked to set a failed rule aside on a lawful ground; a second person must confirm."""

    type: Literal["override_requested"] = "override_requested"
    rule: str
    ground: str
    reference: Annotated[str, PRIVATE] = ERASED
    document: Annotated[str | None, PRIVATE] = None


class OverrideConfirmed(Event):
    """A second HR person confirmed the override; it is shown to all who decide."""

    type: Literal["override_confirmed"] = "override_confirmed"
    rule: str
    ground: str


# --- seat and need ---------------------------------------------------------------------------------------------------


class SeatHeld(Event):
    """A vacant seat of the target post is held for the case, as a lease where the policy sets an end to it."""

    type: Literal["seat_held"] = "seat_held"
    position: str
    seat: int
    lease: Due | None = None
    aside: tuple[Wake, ...] | None = None
    """What the clock waits for beside the stage then; told where there is a lease."""


class SeatReleased(Event):
    """The held seat is free again for others."""

    type: Literal["seat_released"] = "seat_released"
    position: str
    seat: int


class SeatAwaited(Event):
    """The case stands in line for a seat of the target post: held by others, or others were there before."""

    type: Literal["seat_awaited"] = "seat_awaited"
    position: str
    since: datetime
    """From when it counts in the line: its opening, or the end of a hold that it let run out."""
    place: int
    """Its place that day, from 1."""
    behind: bool = False
    """Whether it goes behind those who wait, because a seat it had was released at the end of its lease."""


class NeedChecked(Event):
    """The target post and the staffing of both units were checked; without a vacancy the case waits."""

    type: Literal["need_checked"] = "need_checked"
    target: Staffing
    origin: Staffing | None = None
    marks: tuple[RuleMark, ...]
    results: Annotated[tuple[RuleResult, ...], PRIVATE] = ()
    flags: tuple[Flag, ...] = ()


class Listed(_Part):
    """Somebody on the ranked list, by id, with his score."""

    person: str
    score: int | None = None


class Choice(_Part):
    """Where the person chosen stood in the ranking of that day, and on which ground he was taken from off the list."""

    agency: str
    """Code of the agency of the post."""
    length: int
    """How many the list that binds has, by the policy."""
    field: int
    """How many passed the hard requirements of the post and had no other open case."""
    busy: int
    """How many more had another open case and were left out."""
    rank: int | None = None
    """Place in the order of fit, before the rules of evaluation; none for who does not pass the hard requirements."""
    on_list: bool
    ground: str | None = None


class ChoosingEvent(Event):
    """What puts a person to a post: with the ranking as it was then, so that the choice can be judged again.

    Cases whose policy has no list have no `choice`.
    """

    choice: Choice | None = None
    choice_score: Annotated[int | None, PRIVATE] = None
    choice_list: Annotated[tuple[Listed, ...] | None, PRIVATE] = None
    """The list: the first who may be chosen, best first."""
    choice_reason: Annotated[str | None, PRIVATE] = None


class NeedConfirmed(ChoosingEvent):
    """HR confirmed that the target needs the person and the origin can let him go."""

    type: Literal["need_confirmed"] = "need_confirmed"
    target: Staffing
    origin: Staffing | None = None
    shortage: bool | None = None
    """Whether the origin falls under its need; not told by entries from before it was asked."""
    backfill_plan: Annotated[str | None, PRIVATE] = None
    backfill_reference: Annotated[str | None, PRIVATE] = None


class AlternativeProposed(ChoosingEvent):
    """HR proposed another post; the case goes on with it as its target."""

    type: Literal["alternative_proposed"] = "alternative_proposed"
    to_post: PostRef
    overrides_void: tuple[str, ...] = ()
    """Overrides that held for the former target only."""


class UnitOpined(Event):
    """The head of the origin or destination gave an opinion; it never blocks an internal case."""

    type: Literal["unit_opined"] = "unit_opined"
    opinion: Opinion
    agency: str


# --- consultation and socialisation ----------------------------------------------------------------------------------


class ResponseGiven(Event):
    """The employee answered the proposal."""

    type: Literal["response_given"] = "response_given"
    answer: Answer
    grounds: tuple[ObjectionGround, ...] = ()
    preferences: tuple[str, ...] = ()
    conditions: Annotated[tuple[str, ...], PRIVATE] = ()
    text: Annotated[str | None, PRIVATE] = None


class ResponseMissed(Event):
    """The employee did not answer in time. Silence is recorded, never taken for consent."""

    type: Literal["response_missed"] = "response_missed"


class GroundAnswer(_Part):
    ground: str
    text: str


class ObjectionAnswered(Event):
    """HR answered every ground of an objection, or settled what was asked; the case goes on with both views."""

    type: Literal["objection_answered"] = "objection_answered"
    grounds: tuple[str, ...]
    answers: Annotated[tuple[GroundAnswer, ...], PRIVATE] = ()
    flag: Flag | None = None


class BriefingRecorded(Event):
    """HR recorded who was briefed, when and how."""

    type: Literal["briefing_recorded"] = "briefing_recorded"
    held_on: date
    channel: Annotated[str, PRIVATE] = ERASED
    audience: tuple[Audience, ...]


class BriefingAcknowledged(Event):
    """The employee acknowledged the briefing."""

    type: Literal["briefing_acknowledged"] = "briefing_acknowledged"


class AcknowledgementMissed(Event):
    """No acknowledgement came in time though the employee was reached: the briefing counts as partial."""

    type: Literal["acknowledgement_missed"] = "acknowledgement_missed"


# --- approval --------------------------------------------------------------------------------------------------------


class ServiceFigure(_Part):
    """A service measure as reported: `value` is missing when nobody measured it."""

    code: str
    value: str | None = None
    source: str | None = None
    as_of: date | None = None


class CaseVerified(Event):
    """A second HR person verified the case for the board."""

    type: Literal["case_verified"] = "case_verified"
    measures: Annotated[tuple[ServiceFigure, ...], PRIVATE] = ()
    missing_documents: tuple[str, ...] = ()
    """Documents the case needs and did not have when it went to the board."""


class OfficialRecused(Event):
    """An official on the route has a conflict of interest; his task goes to the superior office."""

    type: Literal["official_recused"] = "official_recused"
    office: Office
    in_favour_of: Office
    ground: Literal["kinship", "own_case"]


class BoardVoted(Event):
    """A member of the board gave or withheld his recommendation, or declared himself recused."""

    type: Literal["board_voted"] = "board_voted"
    recommendation: Recommendation | None = None
    recused: bool = False


class BoardConsidered(Event):
    """The quorum was reached: the board's consideration stands."""

    type: Literal["board_considered"] = "board_considered"
    result: Recommendation
    votes: int


class CaseProposed(Event):
    """The regional secretary forwarded the case to the governor."""

    type: Literal["case_proposed"] = "case_proposed"
    recommendation: Recommendation


class Consent(_Part):
    """A written consent that opened a restricted window."""

    issuer: ConsentIssuer
    number: str
    date: Day


class Letter(_Part):
    """A letter of an office or agency: its number, who wrote it, and the document of the case that shows it."""

    number: str
    issuer: str | None = None
    document: str | None = None


class MutationAuthorised(Event):
    """The governor signed the province's letter to the other agencies, or declined to; then the case ends."""

    type: Literal["mutation_authorised"] = "mutation_authorised"
    what: OwnLetter
    signed: bool = True
    dated: Day | None = None
    letter: Annotated[Letter | None, PRIVATE] = None


class ConsentRecorded(Event):
    """Another appointing authority answered in writing; HR recorded it. Nothing is decided before all consent."""

    type: Literal["consent_recorded"] = "consent_recorded"
    word: OutsideWord
    outcome: ConsentOutcome
    dated: Day
    letter: Annotated[Letter | None, PRIVATE] = None


class FileSubmitted(Event):
    """The file went to BKN. Its term begins, or goes on where it stopped when BKN had returned the file."""

    type: Literal["file_submitted"] = "file_submitted"
    authority: Authority
    round: int
    dated: Day
    letter: Annotated[Letter | None, PRIVATE] = None


class ConsiderationRecorded(Event):
    """BKN answered the file: considered, not qualified, or returned as incomplete; then its term stands still."""

    type: Literal["consideration_recorded"] = "consideration_recorded"
    authority: Authority
    outcome: ConsiderationOutcome
    dated: Day
    valid_until: date | None = None
    """Last day on which the consideration carries a decision; none where the policy sets no months."""
    stopped: Stopped | None = None
    letter: Annotated[Letter | None, PRIVATE] = None


class DecisionMade(Event):
    """The governor approved, rejected or deferred the mutation."""

    type: Literal["decision_made"] = "decision_made"
    decision: DecisionChoice
    until: date | None = None
    consent_reference: Annotated[str | None, PRIVATE] = None
    against_advice: bool = False
    advice_ground: str | None = None
    """The ground of an approval against advice; not told by entries from before it was asked."""
    consents: Annotated[tuple[Consent, ...], PRIVATE] = ()
    windows: tuple[str, ...] = ()
    """Grounds of the restricted windows that the consents opened."""
    timing: tuple[TimingMark, ...] = ()
    """What is unusual about the moment, for those who audit."""
    flags: tuple[Flag, ...] = ()
    missing_documents: tuple[str, ...] = ()
    """Documents the case needs and did not have when it was approved."""
    decided_by: Authority | None = None
    """Who decided, where it was not the governor: recorded by HR from the letter."""
    dated: Day | None = None
    """The date of that letter."""
    letter: Annotated[Letter | None, PRIVATE] = None


class BaselineFrozen(Event):
    """The measures that the later reviews compare with, frozen at the decision."""

    type: Literal["baseline_frozen"] = "baseline_frozen"
    origin_unit: Staffing | None = None
    destination_unit: Staffing
    competence_gap: int | None = None
    """Levels missing to the requirements of the post, all competences together; unknown if not assessed."""
    ratings: Annotated[dict[str, str], PRIVATE] = {}
    measures: Annotated[tuple[ServiceFigure, ...], PRIVATE] = ()


class DeferralEnded(Event):
    """The date until which the decision was deferred has come; it is asked for again."""

    type: Literal["deferral_ended"] = "deferral_ended"


# --- placement and review --------------------------------------------------------------------------------------------


class DecreeIssued(Event):
    """The decree was issued: number, date and effective date (TMT)."""

    type: Literal["decree_issued"] = "decree_issued"
    number: str
    date: Day
    effective_on: Day
    consents: Annotated[tuple[Consent, ...], PRIVATE] = ()
    windows: tuple[str, ...] = ()
    """Grounds of the restricted windows that these consents opened."""
    timing: tuple[TimingMark, ...] = ()
    flags: tuple[Flag, ...] = ()


class PlacementMade(Event):
    """On the effective date the seat and the incumbency moved together."""

    type: Literal["placement_made"] = "placement_made"
    position: str
    seat: int
    effective_on: date
    windows: tuple[str, ...] = ()
    """Grounds of restricted windows entered after the decree: they do not undo it, and are shown."""
    flags: tuple[Flag, ...] = ()


class PersonReleased(Event):
    """On the effective date the incumbency ended: the person serves another agency from that day."""

    type: Literal["person_released"] = "person_released"
    agency: str
    """The agency as its letters name it."""
    effective_on: date
    windows: tuple[str, ...] = ()
    """Grounds of restricted windows entered after the decree: they do not undo it, and are shown."""
    flags: tuple[Flag, ...] = ()


class PlacementBlocked(Event):
    """The re-check on the effective date failed: nothing moved, a person must settle it."""

    type: Literal["placement_blocked"] = "placement_blocked"
    causes: tuple[str, ...]


class DutyConfirmed(Event):
    """The head of the destination confirmed that the person took up duty (SPMT)."""

    type: Literal["duty_confirmed"] = "duty_confirmed"
    started_on: date


class ReviewOpened(Event):
    """The day of an impact review has come."""

    type: Literal["review_opened"] = "review_opened"
    day: int


class Comparison(_Part):
    """A measure then and now. A side that nobody measured is missing, never zero."""

    measure: str
    baseline: str | None = None
    now: str | None = None
    change: str | None = None


class ReviewRecorded(Event):
    """The impact was reviewed: the same measures as at the decision, compared."""

    type: Literal["review_recorded"] = "review_recorded"
    day: int
    outcome: ReviewOutcome
    comparison: tuple[Comparison, ...] = ()
    personal: Annotated[tuple[Comparison, ...], PRIVATE] = ()


class ReviewMissed(Event):
    """A review was not recorded before the next one was due."""

    type: Literal["review_missed"] = "review_missed"
    day: int


# --- after the decree ------------------------------------------------------------------------------------------------


class BesideEvent(Event):
    """What happens beside the stages. `aside` is what the clock waits for there next."""

    aside: tuple[Wake, ...] = ()


class ObjectionFiled(BesideEvent):
    """The employee objected to the decree (keberatan). The case goes on; the objection has a term of its own."""

    type: Literal["objection_filed"] = "objection_filed"
    grounds: tuple[ObjectionGround, ...]
    text: Annotated[str, PRIVATE] = ERASED
    last_day: Day
    """The last day on which it was in time."""
    late: bool = False
    due: Due


class ObjectionEscalated(BesideEvent):
    """The objection is still undecided on a working day the policy names; those above are told."""

    type: Literal["objection_escalated"] = "objection_escalated"
    day: int


class ObjectionOverdue(BesideEvent):
    """The term for deciding the objection is over. It stays open: silence decides nothing."""

    type: Literal["objection_overdue"] = "objection_overdue"


class ObjectionDecided(BesideEvent):
    """The objection was decided, or found inadmissible. Against it the employee may go to the court (PTUN)."""

    type: Literal["objection_decided"] = "objection_decided"
    outcome: ObjectionOutcome


class ObjectionWithdrawn(BesideEvent):
    """The employee withdrew his objection."""

    type: Literal["objection_withdrawn"] = "objection_withdrawn"


class TemporarilyAssigned(BesideEvent):
    """In an emergency the person works in the target post for a time, by order. No status changes, no seat is taken."""

    type: Literal["temporarily_assigned"] = "temporarily_assigned"
    number: str
    position: str
    starts_on: date
    until: date
    ratify_by: date
    ratify_due: Due | None = None
    """The same with its reasons; not told by entries from before it moved with the calendar."""


class AssignmentRatified(BesideEvent):
    """The temporary assignment was ratified within its term."""

    type: Literal["assignment_ratified"] = "assignment_ratified"


class AssignmentRenewed(BesideEvent):
    """The temporary assignment was renewed by another order, before its last day."""

    type: Literal["assignment_renewed"] = "assignment_renewed"
    number: str
    until: date


class AssignmentReverted(BesideEvent):
    """The temporary assignment ended by itself: its term was over, or nobody ratified it in time."""

    type: Literal["assignment_reverted"] = "assignment_reverted"
    cause: AssignmentEnd


class SeatHoldRenewed(BesideEvent):
    """HR renewed the hold on the seat, with a reason, within the bound of the policy."""

    type: Literal["seat_hold_renewed"] = "seat_hold_renewed"
    lease: Due
    renewals: int


class SeatHoldEnding(BesideEvent):
    """The hold on the seat ends soon; whoever runs the case is reminded."""

    type: Literal["seat_hold_ending"] = "seat_hold_ending"
    days_left: int
    """Working days."""
    on: Day


class SeatHoldExpired(BesideEvent):
    """The lease of the held seat ran out before the decision: the seat is released."""

    type: Literal["seat_hold_expired"] = "seat_hold_expired"
    position: str
    seat: int
    on: Day
    renewals: int


class SeatHoldRecomputed(BesideEvent):
    """The end of the hold was reckoned again, because the calendar changed."""

    type: Literal["seat_hold_recomputed"] = "seat_hold_recomputed"
    old: Due
    new: Due
    calendar: str
    ordered_by: str | None = None
    """Person id of who had it recomputed; none where the clock looked by itself."""


class SeatCameFree(BesideEvent):
    """A seat of the post came free and the case is the first in line: it may be taken until the date."""

    type: Literal["seat_came_free"] = "seat_came_free"
    position: str
    freed_at: datetime
    due: Due


class SeatPassed(BesideEvent):
    """The case let the freed seat pass, or did not take it in time: the next in line is told."""

    type: Literal["seat_passed"] = "seat_passed"
    position: str
    by_silence: bool = False


class DecreeCorrected(Event):
    """The decree was corrected by another; the first one is superseded and stays in the ledger."""

    type: Literal["decree_corrected"] = "decree_corrected"
    number: str
    date: Day
    effective_on: Day
    ground: CorrectionGround
    consents: Annotated[tuple[Consent, ...], PRIVATE] = ()
    windows: tuple[str, ...] = ()
    """Grounds of the restricted windows that these consents opened for another effective date."""
    flags: tuple[Flag, ...] = ()


class DecreeRevoked(Event):
    """The decree was revoked for a defect (pencabutan); it is superseded and stays in the ledger."""

    type: Literal["decree_revoked"] = "decree_revoked"
    number: str
    date: Day
    ground: DefectGround
    ordered_by: OrderedBy = OrderedBy.OWN
    reference: Annotated[str | None, PRIVATE] = None


class DecreeAnnulled(Event):
    """The decree was annulled for a defect (pembatalan); it is superseded and stays in the ledger."""

    type: Literal["decree_annulled"] = "decree_annulled"
    number: str
    date: Day
    ground: DefectGround
    ordered_by: OrderedBy = OrderedBy.OWN
    reference: Annotated[str | None, PRIVATE] = None


class DecreeSuspended(Event):
    """The decree was suspended (penundaan): nothing takes effect by it until that is lifted."""

    type: Literal["decree_suspended"] = "decree_suspended"
    number: str
    date: Day
    ordered_by: OrderedBy = OrderedBy.OWN
    reference: Annotated[str | None, PRIVATE] = None


class SuspensionLifted(Event):
    """The suspension of the decree was lifted."""

    type: Literal["suspension_lifted"] = "suspension_lifted"
    number: str
    date: Day


class PostRestored(Event):
    """The person went back to the old post, or to an equal one because the old one is taken."""

    type: Literal["post_restored"] = "post_restored"
    to_post: PostRef
    seat: int
    effective_on: date
    equal: bool = False


# --- crosswise -------------------------------------------------------------------------------------------------------


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


# --- documents -------------------------------------------------------------------------------------------------------


class ReusedFrom(_Part):
    """Where a reused document was accepted: the case, the document there, and who accepted it."""

    case: str
    number: str
    document: str
    judged_by: str


class DocumentAdded(Event):
    """A version of a document was handed in. Its content lies encrypted elsewhere; what it is, is bound by the hash."""

    type: Literal["document_added"] = "document_added"
    id: str
    document: str
    """Code in the policy's catalogue."""
    version: int
    sha256: str
    """Of the content as it was handed in, hexadecimal."""
    size: int
    """Bytes."""
    media_type: MediaType
    content: str
    """Id of the stored content."""
    file_name: Annotated[str | None, PRIVATE] = None
    issued_on: date | None = None
    """The date the document bears."""
    valid_until: date | None = None
    """Last day on which it counts; none where the policy sets no months."""
    reused_from: ReusedFrom | None = None
    """A document of the same employee, accepted in another case; it counts here from the beginning."""
    missing_documents: tuple[str, ...] | None = None
    """What is still missing, once the case has been verified."""


class DocumentJudged(Event):
    """HR accepted, returned or rejected one version of one document."""

    type: Literal["document_judged"] = "document_judged"
    id: str
    document: str
    version: int
    verdict: Verdict
    missing_documents: tuple[str, ...] | None = None
    """What is still missing, once the case has been verified."""


class CaseSetBack(Event):
    """The case fell back to an earlier stage because of what was found; what was decided after it is superseded."""

    type: Literal["case_set_back"] = "case_set_back"
    to_stage: Stage
    cause: SetBackCause


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


# --- the clock and the post ------------------------------------------------------------------------------------------


class ClockEvent(Event):
    """What the clock did; `wakes` is what it waits for next."""

    wakes: tuple[Wake, ...]


class ReminderDue(ClockEvent):
    """A part of the term is over; the holder of the task is reminded."""

    type: Literal["reminder_due"] = "reminder_due"
    percent: int


class DeadlinePassed(ClockEvent):
    """The term ended and nothing happens by itself: the case is overdue."""

    type: Literal["deadline_passed"] = "deadline_passed"


class CaseEscalated(ClockEvent):
    """The task stayed undone past its term; the superior office is told."""

    type: Literal["case_escalated"] = "case_escalated"
    office: Office


class DeadlineRecomputed(Event):
    """A running deadline was reckoned again: calendar or window changed, or the employee is on certified leave."""

    type: Literal["deadline_recomputed"] = "deadline_recomputed"
    cause: Literal["calendar", "paused", "certified_leave", "window"]
    old: Due
    new: Due
    wakes: tuple[Wake, ...]
    calendar: str
    """Version of the calendar it was reckoned with."""
    ordered_by: str | None = None
    """Person id of who had the deadlines recomputed; none where the clock looked by itself."""
    deadline: Deadline = Deadline.STAGE
    """Which deadline moved."""
    aside: tuple[Wake, ...] | None = None
    """What the clock waits for beside the stage, where a deadline there moved."""


class NoticeUndelivered(Event):
    """A notice could not be delivered within its time, or its address refused it."""

    type: Literal["notice_undelivered"] = "notice_undelivered"
    keys: tuple[str, ...]


AnyEvent = Annotated[
    CaseOpened | EvaluationJudged | DossierSupplied | DataContested | OverrideRequested | OverrideConfirmed
    | SeatHeld | SeatReleased | NeedChecked | NeedConfirmed | AlternativeProposed | UnitOpined | ResponseGiven
    | ResponseMissed | ObjectionAnswered | BriefingRecorded | BriefingAcknowledged | AcknowledgementMissed
    | CaseVerified | OfficialRecused | BoardVoted | BoardConsidered | CaseProposed | DecisionMade
    | BaselineFrozen | DeferralEnded | DecreeIssued | PlacementMade | PlacementBlocked | DutyConfirmed
    | ReviewOpened | ReviewRecorded | ReviewMissed | CaseReturned | ActUndone | CasePutOnHold | CaseResumed
    | CaseEnded | CaseLapsed | CaseClosed | CommentMade | ReminderDue | DeadlinePassed | CaseEscalated
    | NoticeUndelivered | DeadlineRecomputed | DocumentAdded | DocumentJudged
    | ObjectionFiled | ObjectionEscalated | ObjectionOverdue | ObjectionDecided
    | ObjectionWithdrawn | DecreeCorrected | DecreeRevoked | DecreeAnnulled | PostRestored
    | CaseSetBack | CaseClosedForCause | ApproverAbsent | TemporarilyAssigned | AssignmentRatified
    | AssignmentReverted | AssignmentRenewed | DecreeSuspended | SuspensionLifted
    | MutationAuthorised | ConsentRecorded | FileSubmitted | ConsiderationRecorded | PersonReleased
    | SeatAwaited | SeatHoldRenewed | SeatHoldEnding | SeatHoldExpired | SeatHoldRecomputed | SeatCameFree | SeatPassed,
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
