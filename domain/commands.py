"""Commands: everything anybody asks of a case — a person, the clock, the post.

The acts of persons are one union discriminated by `act`; it is the body of `POST /cases/{id}/acts` and is
parsed again in the commit. Fields may be added with a default, never made required later.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    model_validator,
)
from pydantic_core import PydanticCustomError

from domain.text import printable
from domain.vocabulary import (
    Act,
    Answer,
    Audience,
    ConditionKind,
    ConflictGround,
    ConsentIssuer,
    ConsentOutcome,
    ConsiderationOutcome,
    CorrectionGround,
    DecisionChoice,
    DefectGround,
    EndingCause,
    Expectation,
    HoldGround,
    Kind,
    ObjectionGround,
    ObjectionOutcome,
    Opinion,
    OrderedBy,
    Origin,
    OutsideWord,
    PositionKind,
    Rating,
    Recommendation,
    ReviewOutcome,
    Stage,
    Tier,
    Verdict,
    WithdrawalGround,
)

Sentence = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(printable)
]
"""A reason or note written by a person."""
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(printable)]
"""A reference, a channel, a number: one line."""
Code = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z0-9][A-Z0-9-]{1,30}$")]
"""A position or unit code (`data-formats.md` 2)."""
NipText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{18}$")]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
"""A date within reach of the register and its calendar."""

_one_or_many = BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
DocumentCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z][A-Z0-9_]{1,15}$")]
"""Code of a document in the catalogue of the policy."""
DocumentId = Annotated[str, StringConstraints(pattern=r"^d_[a-z2-7]{26}$")]

Lines = Annotated[tuple[Sentence, ...], _one_or_many, Field(max_length=20)]
"""One sentence or several."""
Preferences = Annotated[tuple[Code, ...], Field(max_length=3)]
"""Up to three posts the employee would rather have, first choice first."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Act(_Part):
    """What every act of a person may carry."""

    reason: Sentence | None = None
    note: Sentence | None = None

    def _needs_reason(self) -> None:
        if self.reason is None:
            raise PydanticCustomError("reason_required", "a reason is required")


class OutsidePost(_Part):
    """A post of another agency, as its letters name it: the register knows only the posts of the province."""

    agency: Line
    unit: Line
    title: Line
    kind: PositionKind
    tier: Tier | None = None
    since: Day | None = None
    """Since when it is held, where it is the post of origin."""

    @model_validator(mode="after")
    def _functional_posts_have_a_tier(self) -> "OutsidePost":
        if (self.kind is PositionKind.FUNCTIONAL) != (self.tier is not None):
            raise PydanticCustomError("tier_for_functional", "a tier belongs only and always to a functional post")
        return self


class Proposal(_Part):
    """What a case is about: a person, a post, and on whose initiative. Enough for a preview.

    The target is a post of the province (`position_code`) or one of another agency (`to_outside`). Who comes from
    another agency is in the register without a post; `from_outside` says where he comes from.
    """

    kind: Kind = Kind.INTERNAL
    origin: Origin = Origin.ORGANISATION
    nip: NipText
    position_code: Code | None = None
    to_outside: OutsidePost | None = None
    from_outside: OutsidePost | None = None
    effective_on: Day | None = None
    preferences: Preferences = ()
    emergency_ref: Line | None = None

    @model_validator(mode="after")
    def _one_target(self) -> "Proposal":
        if (self.position_code is None) == (self.to_outside is None):
            raise PydanticCustomError("one_target", "a case has one target: a post here, or one of another agency")
        return self


class OpenCase(Proposal):
    """Open a case."""

    reason: Sentence


class RatingItem(_Part):
    """The performance rating of a closed year."""

    kind: Literal["rating"]
    year: Annotated[int, Field(ge=2000, le=2100)]
    rating: Rating
    work_result: Expectation | None = None
    behaviour: Expectation | None = None
    reference: Line | None = None


class ConditionEndItem(_Part):
    """A condition that has ended: a cleared finding, a closed proceeding, a finished study leave."""

    kind: Literal["condition_end"]
    condition: ConditionKind
    to: Day
    reference: Line


class PositionSinceItem(_Part):
    """The corrected date of taking up the present post."""

    kind: Literal["position_since"]
    since: Day
    reference: Line


class HistoryItem(_Part):
    """A post held before, or held still: what the experience rules ask for."""

    kind: Literal["post_held"]
    title: Line
    position_kind: PositionKind
    tier: Tier | None = None
    unit: Line
    since: Day
    to: Day | None = None
    reference: Line

    @model_validator(mode="after")
    def _functional_posts_have_a_tier(self) -> "HistoryItem":
        if (self.position_kind is PositionKind.FUNCTIONAL) != (self.tier is not None):
            raise PydanticCustomError("tier_for_functional", "a tier belongs only and always to a functional post")
        return self


Item = Annotated[RatingItem | ConditionEndItem | PositionSinceItem | HistoryItem, Field(discriminator="kind")]


class SupplyDossier(_Act):
    """HR supplies missing or corrected facts; the dossier is judged again at once."""

    act: Literal[Act.SUPPLY_DOSSIER]
    items: Annotated[tuple[Item, ...], Field(max_length=50)] = ()


class OverrideRule(_Act):
    """HR asks to set a failed rule aside on one of the grounds the policy lists for it.

    `document` is one of the case, which carries the ground.
    """

    act: Literal[Act.OVERRIDE_RULE]
    rule: Annotated[str, StringConstraints(pattern=r"^E\d{2}$")]
    ground: Line
    reference: Line
    document: DocumentId | None = None


class ConfirmOverride(_Act):
    """A second HR person confirms the override."""

    act: Literal[Act.CONFIRM_OVERRIDE]


class CloseIneligible(_Act):
    """HR closes the case of a person found ineligible. The reason is told to the employee."""

    act: Literal[Act.CLOSE_INELIGIBLE]

    @model_validator(mode="after")
    def _reasoned(self) -> "CloseIneligible":
        self._needs_reason()
        return self


class ContestedItem(_Part):
    """What is contested: a rule, the rating of a year, or anything said in words."""

    kind: Line = "other"
    rule: Annotated[str, StringConstraints(pattern=r"^E\d{2}$")] | None = None
    year: Annotated[int, Field(ge=2000, le=2100)] | None = None
    rating: Rating | None = None
    text: Sentence | None = None


class ContestData(_Act):
    """The employee contests the data he was judged by."""

    act: Literal[Act.CONTEST_DATA]
    text: Sentence
    items: Annotated[tuple[ContestedItem, ...], Field(max_length=20)] = ()


class Backfill(_Part):
    """How the seat that is left behind is filled again, or its work carried, and where that is agreed."""

    plan: Sentence
    reference: Line | None = None


class OffListReason(_Part):
    """Why somebody is chosen who is not on the ranked list: a ground that the policy lists, and words."""

    ground: Line
    text: Sentence


class ConfirmNeed(_Act):
    """HR confirms the need of the target and that the origin can let the person go, with a plan where it runs short.

    Who is not among the first of the ranking for the post is confirmed with `off_list_reason` only.
    """

    act: Literal[Act.CONFIRM_NEED]
    backfill: Backfill | None = None
    off_list_reason: OffListReason | None = None


class ProposeAlternative(_Act):
    """HR proposes another post to the employee; after the need is confirmed, off the ranked list with a reason only."""

    act: Literal[Act.PROPOSE_ALTERNATIVE]
    position_code: Code
    off_list_reason: OffListReason | None = None


class UnitOpinion(_Act):
    """The head of the origin or destination supports or opposes the move."""

    act: Literal[Act.UNIT_OPINION]
    opinion: Opinion

    @model_validator(mode="after")
    def _opposition_is_reasoned(self) -> "UnitOpinion":
        if self.opinion is Opinion.OPPOSE:
            self._needs_reason()
        return self


class Respond(_Act):
    """The employee answers the proposal."""

    act: Literal[Act.RESPOND]
    answer: Answer
    conditions: Lines = ()
    preferences: Preferences = ()
    grounds: Annotated[tuple[ObjectionGround, ...], Field(max_length=len(ObjectionGround))] = ()
    text: Sentence | None = None

    @model_validator(mode="after")
    def _an_answer_says_what_it_means(self) -> "Respond":
        if self.answer is Answer.OBJECT and not self.grounds:
            raise PydanticCustomError("grounds_required", "an objection names at least one ground")
        if self.answer is Answer.ACCEPT_WITH_CONDITIONS and not (self.conditions or self.text):
            raise PydanticCustomError("conditions_required", "conditions are named")
        return self


class AnswerItem(_Part):
    """The answer to one ground of an objection, to the conditions, or to the request for an alternative."""

    ground: ObjectionGround | Literal["conditions", "alternative"]
    text: Sentence


class AnswerObjection(_Act):
    """HR answers every ground; conditions and requests for an alternative are settled the same way."""

    act: Literal[Act.ANSWER_OBJECTION]
    answers: Annotated[tuple[AnswerItem, ...], Field(min_length=1, max_length=20)]


class RecordBriefing(_Act):
    """HR records who was briefed, when and how."""

    act: Literal[Act.RECORD_BRIEFING]
    held_on: Day
    channel: Line
    audience: Annotated[tuple[Audience, ...], Field(min_length=1, max_length=len(Audience))]


class Acknowledge(_Act):
    """The employee acknowledges the briefing."""

    act: Literal[Act.ACKNOWLEDGE]


_MeasureValue = Annotated[
    Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(printable)]
    | None,
    BeforeValidator(lambda v: str(v) if isinstance(v, (int, float)) and not isinstance(v, bool) else v),
]
"""Figures travel as text: the ledger knows no floating point."""


class MeasureItem(_Part):
    """A service measure as reported; without a value it is missing, not zero."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z][a-z0-9_.]{0,60}$")] = Field(
        validation_alias=AliasChoices("code", "name")
    )
    value: _MeasureValue = None
    source: Line | None = None
    as_of: Day | None = None


def _measure_list(value: Any) -> Any:
    """Measures may come as a list of items or as a mapping of codes to values."""
    return [{"code": k, "value": v} for k, v in value.items()] if isinstance(value, dict) else value


Measures = Annotated[tuple[MeasureItem, ...], BeforeValidator(_measure_list), Field(max_length=50)]


class Verify(_Act):
    """A second HR person verifies the case for the board."""

    act: Literal[Act.VERIFY]
    measures: Measures = ()


class Consider(_Act):
    """A member of the board votes, or declares himself recused."""

    act: Literal[Act.CONSIDER]
    recommendation: Recommendation | None = None
    recuse: bool = False
    minutes: Line | None = None
    """Reference of the minutes of the meeting."""

    @model_validator(mode="after")
    def _a_vote_or_a_recusal(self) -> "Consider":
        if self.recommendation is None and not self.recuse:
            raise PydanticCustomError("recommendation_required", "a vote names a recommendation")
        if self.recuse or self.recommendation is not Recommendation.RECOMMEND:
            self._needs_reason()
        return self


class Propose(_Act):
    """The regional secretary forwards the case to the governor."""

    act: Literal[Act.PROPOSE]
    recommendation: Literal[Recommendation.RECOMMEND, Recommendation.NOT_RECOMMEND]
    minutes: Line | None = None
    """Reference of the minutes of the board; needed where the policy says so."""

    @model_validator(mode="after")
    def _a_no_is_reasoned(self) -> "Propose":
        if self.recommendation is Recommendation.NOT_RECOMMEND:
            self._needs_reason()
        return self


class ConsentItem(_Part):
    """A written consent to decide within a restricted window: whose, its number and its date."""

    issuer: ConsentIssuer
    number: Line
    date: Day


Consents = Annotated[tuple[ConsentItem, ...], Field(max_length=10)]


class Decide(_Act):
    """The governor approves, rejects or defers. Only an approval needs no reason.

    `consent_reference` is the consent of the Minister of Home Affairs without its date. `advice_ground` is that of an
    approval against the advice of the board or the regional secretary.
    """

    act: Literal[Act.DECIDE]
    decision: DecisionChoice
    advice_ground: Line | None = None
    until: Day | None = None
    consent_reference: Line | None = None
    consents: Consents = ()

    @model_validator(mode="after")
    def _reasoned(self) -> "Decide":
        if self.decision is not DecisionChoice.APPROVE:
            self._needs_reason()
        if self.decision is DecisionChoice.DEFER and self.until is None:
            raise PydanticCustomError("defer_until_required", "a deferral names the date until which")
        return self


class IssueDecree(_Act):
    """HR records the signed decree."""

    act: Literal[Act.ISSUE_DECREE]
    number: Line
    date: Day
    effective_on: Day
    consents: Consents = ()

    @model_validator(mode="after")
    def _effective_after_signing(self) -> "IssueDecree":
        if self.effective_on < self.date:
            raise PydanticCustomError("effective_before_decree", "a decree takes effect on its date or later")
        return self


class ConfirmDuty(_Act):
    """The head of the destination confirms that the person took up duty."""

    act: Literal[Act.CONFIRM_DUTY]
    started_on: Day


class RecordReview(_Act):
    """The impact after 30, 90, 180 or 365 days, by the same measures as at the decision."""

    act: Literal[Act.RECORD_REVIEW]
    day: Annotated[int, Field(ge=1, le=1000)]
    outcome: ReviewOutcome
    measures: Measures = ()


class Return(_Act):
    """The holder of the task returns the case to an earlier stage."""

    act: Literal[Act.RETURN]
    to_stage: Stage

    @model_validator(mode="after")
    def _reasoned(self) -> "Return":
        self._needs_reason()
        return self


class UndoAct(_Act):
    """Take back one's own last act."""

    act: Literal[Act.UNDO]


class Hold(_Act):
    """HR puts the case on hold; its clock stands still."""

    act: Literal[Act.HOLD]
    ground: HoldGround
    reference: Line


class Resume(_Act):
    """HR ends the hold."""

    act: Literal[Act.RESUME]


class Withdraw(_Act):
    """The employee withdraws his own request."""

    act: Literal[Act.WITHDRAW]


class Cancel(_Act):
    """HR ends the case before the decree."""

    act: Literal[Act.CANCEL]

    @model_validator(mode="after")
    def _reasoned(self) -> "Cancel":
        self._needs_reason()
        return self


class Comment(_Act):
    """Anyone who sees the case may comment."""

    act: Literal[Act.COMMENT]
    text: Sentence
    visible_to_employee: bool = False


class AddDocument(_Act):
    """A document is handed in: stored content of one's own, or one accepted in another case of the same employee."""

    act: Literal[Act.ADD_DOCUMENT]
    document: DocumentCode | None = None
    content: Annotated[str, StringConstraints(pattern=r"^b_[a-z2-7]{26}$")] | None = None
    file_name: Line | None = None
    issued_on: Day | None = None
    reuse: DocumentId | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "AddDocument":
        if (self.reuse is None) == (self.content is None or self.document is None):
            raise PydanticCustomError("content_or_reuse", "either a document with its content, or one to reuse")
        return self


class JudgeDocument(_Act):
    """HR accepts, returns or rejects a document, each by itself. Only an acceptance needs no reason."""

    act: Literal[Act.JUDGE_DOCUMENT]
    document: DocumentId
    verdict: Verdict

    @model_validator(mode="after")
    def _reasoned(self) -> "JudgeDocument":
        if self.verdict is not Verdict.ACCEPT:
            self._needs_reason()
        return self


class FileObjection(_Act):
    """The employee objects to the decree in writing (keberatan); a late objection is answered too."""

    act: Literal[Act.FILE_OBJECTION]
    grounds: Annotated[tuple[ObjectionGround, ...], Field(min_length=1, max_length=len(ObjectionGround))]
    text: Sentence


class DecideObjection(_Act):
    """The governor decides an objection to the decree. The reason is told to the employee."""

    act: Literal[Act.DECIDE_OBJECTION]
    outcome: Literal[
        ObjectionOutcome.GRANTED, ObjectionOutcome.PARTLY, ObjectionOutcome.REJECTED, ObjectionOutcome.INADMISSIBLE
    ]

    @model_validator(mode="after")
    def _reasoned(self) -> "DecideObjection":
        self._needs_reason()
        return self


class DeclareInadmissible(_Act):
    """HR records the formal determination that an objection came too late. The reason is told to the employee."""

    act: Literal[Act.DECLARE_INADMISSIBLE]

    @model_validator(mode="after")
    def _reasoned(self) -> "DeclareInadmissible":
        self._needs_reason()
        return self


class WithdrawObjection(_Act):
    """The employee withdraws his objection to the decree."""

    act: Literal[Act.WITHDRAW_OBJECTION]


class _Repair(_Act):
    """What every decision on a decree names: the number and date of the new decision, and why."""

    number: Line
    date: Day

    @model_validator(mode="after")
    def _reasoned(self) -> "_Repair":
        self._needs_reason()
        return self


class CorrectDecree(_Repair):
    """The governor corrects the decree without deciding anew; before placement the effective date may change."""

    act: Literal[Act.CORRECT_DECREE]
    ground: CorrectionGround
    effective_on: Day | None = None
    consents: Consents = ()

    @model_validator(mode="after")
    def _effective_after_signing(self) -> "CorrectDecree":
        if self.effective_on is not None and self.effective_on < self.date:
            raise PydanticCustomError("effective_before_decree", "a decree takes effect on its date or later")
        return self


class _EndDecree(_Repair):
    """A decree that falls: the defect, on whose word, and where a person who was placed goes back to."""

    ground: DefectGround
    ordered_by: OrderedBy = OrderedBy.OWN
    reference: Line | None = None
    position_code: Code | None = None

    @model_validator(mode="after")
    def _an_order_is_named(self) -> "_EndDecree":
        if self.ordered_by is not OrderedBy.OWN and self.reference is None:
            raise PydanticCustomError("order_reference_required", "an order of a superior or a court is named")
        return self


class RevokeDecree(_EndDecree):
    """The governor revokes the decree for a defect; who was placed goes back to the old post or an equal one."""

    act: Literal[Act.REVOKE_DECREE]


class AnnulDecree(_EndDecree):
    """The governor annuls the decree for a defect; who was placed goes back to the old post or an equal one."""

    act: Literal[Act.ANNUL_DECREE]


class CloseForCause(_Act):
    """HR ends the case because of death, retirement, resignation or study leave."""

    act: Literal[Act.CLOSE_FOR_CAUSE]
    cause: EndingCause
    reference: Line
    on: Day


class RecheckPost(_Act):
    """HR looks again whether the target post still stands and the seat is still the case's."""

    act: Literal[Act.RECHECK_POST]


class AssignTemporarily(_Act):
    """In an emergency the governor orders the person to the target post for a time; his own post stays his."""

    act: Literal[Act.ASSIGN_TEMPORARILY]
    number: Line
    starts_on: Day
    until: Day

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "AssignTemporarily":
        if self.until < self.starts_on:
            raise PydanticCustomError("ends_before_start", "an assignment ends on its first day or later")
        return self


class RatifyAssignment(_Act):
    """The governor ratifies a temporary assignment, so that it lasts until the day it names."""

    act: Literal[Act.RATIFY_ASSIGNMENT]


class RenewAssignment(_Act):
    """The governor renews a ratified temporary assignment, as often and for as long as the policy allows."""

    act: Literal[Act.RENEW_ASSIGNMENT]
    number: Line
    until: Day

    @model_validator(mode="after")
    def _reasoned(self) -> "RenewAssignment":
        self._needs_reason()
        return self


class SuspendDecree(_Repair):
    """The governor suspends a decree before its effective date: while an objection is open, or by a superior's or a
    court's order. An objection alone suspends nothing.
    """

    act: Literal[Act.SUSPEND_DECREE]
    ordered_by: OrderedBy = OrderedBy.OWN
    reference: Line | None = None

    @model_validator(mode="after")
    def _an_order_is_named(self) -> "SuspendDecree":
        if self.ordered_by is not OrderedBy.OWN and self.reference is None:
            raise PydanticCustomError("order_reference_required", "an order of a superior or a court is named")
        return self


class LiftSuspension(_Repair):
    """The governor lifts the suspension; a decree whose effective date is over gets another by a correction."""

    act: Literal[Act.LIFT_SUSPENSION]


class _Answered(_Act):
    """A letter: its number and date, and the document of the case that shows it, where one was handed in."""

    number: Line
    date: Day
    document: DocumentId | None = None


class Authorise(_Act):
    """The governor signs the province's letter to the other agencies, or declines to. A refusal is reasoned.

    `advice_ground` is that of a letter signed against the advice of the board or the regional secretary.
    """

    act: Literal[Act.AUTHORISE]
    decision: Literal[DecisionChoice.APPROVE, DecisionChoice.REJECT] = DecisionChoice.APPROVE
    advice_ground: Line | None = None
    number: Line | None = None
    date: Day | None = None

    @model_validator(mode="after")
    def _a_letter_or_a_reason(self) -> "Authorise":
        if self.decision is DecisionChoice.REJECT:
            self._needs_reason()
        elif self.number is None or self.date is None:
            raise PydanticCustomError("letter_required", "a letter that is signed has a number and a date")
        return self


class RecordConsent(_Answered):
    """HR records what another appointing authority wrote. A refusal or a withdrawal is recorded with its reason."""

    act: Literal[Act.RECORD_CONSENT]
    word: OutsideWord
    outcome: ConsentOutcome
    issuer: Line
    ground: WithdrawalGround | None = None

    @model_validator(mode="after")
    def _a_refusal_is_reasoned(self) -> "RecordConsent":
        if self.outcome is not ConsentOutcome.GRANTED:
            self._needs_reason()
        return self

    @model_validator(mode="after")
    def _a_withdrawal_has_its_ground(self) -> "RecordConsent":
        if (self.ground is not None) is not (self.outcome is ConsentOutcome.WITHDRAWN):
            raise PydanticCustomError("withdrawal_ground", "a withdrawal, and nothing else, names its ground")
        return self


class SubmitFile(_Answered):
    """HR records that the file went to BKN, for the first time or completed."""

    act: Literal[Act.SUBMIT_FILE]


class RecordConsideration(_Answered):
    """HR records BKN's answer to the file. Only a consideration that was issued needs no reason."""

    act: Literal[Act.RECORD_CONSIDERATION]
    outcome: ConsiderationOutcome

    @model_validator(mode="after")
    def _reasoned(self) -> "RecordConsideration":
        if self.outcome is not ConsiderationOutcome.ISSUED:
            self._needs_reason()
        return self


class RecordOutsideDecision(_Answered):
    """HR records the decision of the Minister of Home Affairs or of BKN. A rejection is recorded with its reason."""

    act: Literal[Act.RECORD_OUTSIDE_DECISION]
    decision: Literal[DecisionChoice.APPROVE, DecisionChoice.REJECT]
    consents: Consents = ()

    @model_validator(mode="after")
    def _reasoned(self) -> "RecordOutsideDecision":
        if self.decision is DecisionChoice.REJECT:
            self._needs_reason()
        return self


class CloseRefused(_Act):
    """HR closes a case that another agency refused. The reason is told to the employee."""

    act: Literal[Act.CLOSE_REFUSED]

    @model_validator(mode="after")
    def _reasoned(self) -> "CloseRefused":
        self._needs_reason()
        return self


class RenewHold(_Act):
    """HR renews the hold on the seat before it ends, with a reason, as often as the policy allows."""

    act: Literal[Act.RENEW_HOLD]

    @model_validator(mode="after")
    def _says_why(self) -> "RenewHold":
        self._needs_reason()
        return self


class DeclineSeat(_Act):
    """HR lets a seat pass that came free for the case, and says why to the employee: the next in line is told."""

    act: Literal[Act.DECLINE_SEAT]

    @model_validator(mode="after")
    def _says_why(self) -> "DeclineSeat":
        self._needs_reason()
        return self


class DeclareConflict(_Act):
    """An official declares a conflict of interest: he takes no part any more, and where nobody else can do it, his task
    goes to the office above.
    """

    act: Literal[Act.DECLARE_CONFLICT]
    ground: ConflictGround


ActCommand = Annotated[
    SupplyDossier | OverrideRule | ConfirmOverride | CloseIneligible | ContestData | ConfirmNeed
    | ProposeAlternative | UnitOpinion | Respond | AnswerObjection | RecordBriefing | Acknowledge | Verify
    | Consider | Propose | Decide | IssueDecree | ConfirmDuty | RecordReview | Return | UndoAct | Hold | Resume
    | Withdraw | Cancel | Comment | AddDocument | JudgeDocument
    | FileObjection | DecideObjection | DeclareInadmissible | WithdrawObjection
    | CorrectDecree | RevokeDecree | AnnulDecree | CloseForCause | RecheckPost
    | AssignTemporarily | RatifyAssignment | RenewAssignment | SuspendDecree | LiftSuspension
    | Authorise | RecordConsent | SubmitFile | RecordConsideration | RecordOutsideDecision | CloseRefused
    | RenewHold | DeclineSeat | DeclareConflict,
    Field(discriminator="act"),
]  # fmt: skip


class Elapse(_Part):
    """The clock: an instant the case waited for has come."""


class Undelivered(_Part):
    """The post: notices that could not be delivered."""

    keys: tuple[str, ...]


class Recompute(_Part):
    """The calendar or a window changed: reckon the running deadline of the case again."""

    ordered_by: str
    """Person id of who ordered it."""


class CallInLine(_Part):
    """A seat of a post came free, says another case: is it this one's turn?"""

    call: int
    """Id of the call: it tells one case, once."""
    position: str
    freed_at: datetime


class Archive(_Part):
    """Upkeep: the engine's history of a run that ended lies in the archive."""

    run: str
    events: int
    size: int
    sha256: str


Command = OpenCase | ActCommand | Elapse | Undelivered | Recompute | CallInLine | Archive

_acts: TypeAdapter[ActCommand] = TypeAdapter(ActCommand)
_KINDS: dict[str, type[BaseModel]] = {"open": OpenCase, "elapse": Elapse, "undelivered": Undelivered,
                                     "recompute": Recompute, "call": CallInLine, "archive": Archive}  # fmt: skip


def parse_command(kind: str, body: dict[str, Any]) -> Command:
    """The typed command of an envelope. `kind` is one of `_KINDS` or the code of an act."""
    if model := _KINDS.get(kind):
        return model.model_validate(body)  # type: ignore[return-value]
    return _acts.validate_python({**body, "act": kind})
