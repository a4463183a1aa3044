"""Policy as data: the numbers, routes, terms and rule texts that the law may change.

A policy is a TOML file in `policies/`, possibly extending another. What is pinned to a case is its
`canonical` text and the SHA-256 of that text, so that a case is judged for ever by what it was opened under.
"""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, time
from functools import cached_property
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.passages import Route
from domain.ranks import post_level
from domain.vocabulary import (
    Act,
    Audience,
    ConsentIssuer,
    CostBearer,
    HoldGround,
    Kind,
    MediaType,
    Office,
    Origin,
    OutsideWord,
    PlanningAspect,
    PositionKind,
    Rating,
    Severity,
    Stage,
    Status,
    Tier,
    Way,
    WindowKind,
)

Days = Annotated[int, Field(ge=1, le=1000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Part):
    """A sentence in both languages of the product."""

    id: str
    en: str

    def in_(self, language: str) -> str:
        return self.en if language == "en" else self.id


class Undo(_Part):
    """How long an act can be undone by its author, and which acts; its effects wait as long."""

    seconds: Annotated[int, Field(ge=0, le=86_400)]
    acts: frozenset[Act]


class MandatePolicy(_Part):
    """Who may act for the holder of an office. A policy pinned before this part existed has these figures.

    A deputy does what is routine. A proxy is for the offices of `leadership`, by instrument, and does besides what
    `proxy_acts` lists, about the kinds of posts of `proxy_posts`; without them nothing strategic at all.
    """

    offices: frozenset[Office] = frozenset({Office.HR_OFFICER, Office.HR_HEAD, Office.AGENCY_HEAD})
    leadership: frozenset[Office] = frozenset({Office.GOVERNOR, Office.REGIONAL_SECRETARY})
    personal: frozenset[Act] = frozenset({Act.CONSIDER, Act.CONFIRM_OVERRIDE})
    """Acts that nobody does for somebody else."""
    proxy_acts: frozenset[Act] = frozenset()
    proxy_posts: frozenset[PositionKind] = frozenset()
    max_days: Days = 90

    @model_validator(mode="after")
    def _an_office_is_led_or_not(self) -> "MandatePolicy":
        if self.offices & self.leadership:
            raise ValueError("an office has deputies or proxies, not both")
        return self


class AuthorityPolicy(_Part):
    """Acts closed to acting holders, to whom a task goes up, and how long somebody acts for a vacancy.

    A policy without `acting_months` sets acting holders no limit.
    """

    strategic: frozenset[Act]
    superiors: dict[Office, Office]
    acting_months: Annotated[int, Field(ge=1, le=24)] | None = None
    """Months of one term of a Plt (SE BKN 1/SE/I/2021)."""
    acting_terms: Annotated[int, Field(ge=1, le=10)] = 2
    """Terms of the same person one after the other."""
    mandates: MandatePolicy = MandatePolicy()


Ground = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,60}$")]
"""Code of a ground that somebody who decides can give; its words are in `locale/` (`choice_ground.…`)."""


class Board(_Part):
    """The board, and what the governor must name to approve against its advice.

    A policy without `against_grounds` asks him for his words alone.
    """

    quorum: Annotated[int, Field(ge=1, le=50)]
    against_grounds: tuple[Ground, ...] = ()
    settled_by: Literal["quorum", "majority"] = "quorum"
    """`quorum`: the first votes that make it settle the matter, as in policies from before. `majority`: a panel of
    `members` is seated for the case, and its word stands once no vote that is still out could change it."""
    members: Annotated[int, Field(ge=1, le=50)] | None = None
    majority: Annotated[int, Field(ge=1, le=50)] | None = None
    """Votes of the panel that make a recommendation."""
    minutes: bool = False
    """Whether the case is forwarded only with the reference of the minutes."""

    @model_validator(mode="after")
    def _a_panel_can_settle(self) -> "Board":
        if self.settled_by == "majority":
            if self.members is None or self.majority is None:
                raise ValueError("a majority is one of so many members")
            if max(self.majority, self.quorum) > self.members:
                raise ValueError("neither quorum nor majority is larger than the panel")
        return self


class EvaluationPolicy(_Part):
    contest_days: Days
    last_closed_rating_year: Annotated[int, Field(ge=2000, le=2100)]
    ground: str


class NeedsCheckPolicy(_Part):
    """What confirming a need takes. A policy without this part asks for nothing besides the seat."""

    backfill_on_shortage: bool = False
    """Whether an origin that falls under its need must have a plan how its seat is filled again."""


class SocialisationPolicy(_Part):
    minimum_audience: frozenset[Audience]


class ServiceMeasure(_Part):
    code: str
    title: Text


class ReviewPolicy(_Part):
    """Days after placement on which the impact is reviewed, and the service measures compared."""

    days: tuple[Days, ...]
    service_measures: tuple[ServiceMeasure, ...]


class NoticePolicy(_Part):
    give_up_hours: Annotated[int, Field(ge=1, le=24 * 90)]


class Term(_Part):
    """Working days a status may last. `then` is what happens by itself at the end, if anything does.

    `final_days` is the term after which the case lapses; it exists only where `then` is `lapse`.
    """

    days: Days
    emergency_days: Days | None = None
    final_days: Days | None = None
    then: Literal["lapse", "no_response", "partial"] | None = None

    @model_validator(mode="after")
    def _final_term_names_its_end(self) -> "Term":
        if (self.then == "lapse") != (self.final_days is not None):
            raise ValueError("final_days and then = 'lapse' go together")
        return self


class Reminders(_Part):
    """Per cent of a term at which the holder of the task is reminded, and his superior told."""

    remind_at: tuple[Annotated[int, Field(ge=1, le=100)], ...]
    escalate_at: Annotated[int, Field(gt=100, le=1000)]


class WindowPolicy(_Part):
    """Whose written consents, all of them, open a kind of restricted window."""

    consents: Annotated[tuple[ConsentIssuer, ...], Field(min_length=1)]


class TimingPolicy(_Part):
    """When an act is at an unusual time: outside of office hours, or so many days before the governor's term ends."""

    opens: time
    closes: time
    term_end_days: Days


class ObjectionPolicy(_Part):
    """Working days to object to a decree and to decide the objection, and the days on which those above are told.

    A policy pinned before this section existed has the terms of the law: PP 79/2021.
    """

    file_days: Days = 14
    decide_days: Days = 21
    escalate_at_days: tuple[Days, ...] = (10, 15, 18)
    ground: str = "PP 79/2021; UU 30/2014 Pasal 75-77"

    @model_validator(mode="after")
    def _told_before_the_end(self) -> "ObjectionPolicy":
        days = self.escalate_at_days
        if list(days) != sorted(set(days)) or any(d >= self.decide_days for d in days):
            raise ValueError("an objection is escalated on rising days before its term ends")
        return self


class AssignmentPolicy(_Part):
    """Calendar days a temporary assignment may last, and working days within which it is ratified.

    A policy pinned before this section existed has the figures of the 2026 edition.
    """

    days: Days = 90
    ratify_days: Days = 14
    renewals: Annotated[int, Field(ge=0, le=10)] = 0
    """How often it may be renewed, each time for as many days at most. A policy pinned before renews none."""
    ground: str = "SE BKN 1/SE/I/2021; UU 24/2007"


class HoldPolicy(_Part):
    """Grounds of a hold after which the evaluation is judged again. A policy pinned before knows none."""

    reevaluate: frozenset[HoldGround] = frozenset()


class SeatHoldPolicy(_Part):
    """The lease of a held seat, in working days: how long, how often renewed, when its end is announced.

    `answer_days` is how long the first in line has a freed seat to himself. A policy pinned before has no such
    section: its cases hold their seats without an end and stand in no line.
    """

    days: Days
    renewal_days: Days
    max_renewals: Annotated[int, Field(ge=0, le=20)]
    remind_before: tuple[Days, ...] = ()
    """Working days before the end at which whoever runs the case is reminded."""
    answer_days: Days
    ground: str

    @model_validator(mode="after")
    def _announced_within_the_term(self) -> "SeatHoldPolicy":
        if any(days >= min(self.days, self.renewal_days) for days in self.remind_before):
            raise ValueError("the end of a hold is announced after its beginning")
        return self


class ReturnsPolicy(_Part):
    """How often a case may be returned. A policy pinned before sets no limit."""

    max_rounds: Annotated[int, Field(ge=1, le=100)] | None = None


class RetentionPolicy(_Part):
    """How long the personal content of a case is kept after it is over (UU 27/2022 Pasal 42-44, the archive schedule).

    The policy in force counts, for old cases too. One from before has no such section: then nothing is erased.
    """

    years: Annotated[int, Field(ge=1, le=100)]
    ground: str


class FitPolicy(_Part):
    """The weights of the score, and how many of the ranked people are a list that binds who chooses.

    Whoever is chosen from further down needs a ground of `off_list_grounds` and words; an origin of `off_list_origins`
    is the ground itself. A policy without `list` asks for no reason.
    """

    weights: dict[
        Literal["competence", "education", "experience", "performance", "preference", "need"],
        Annotated[int, Field(ge=0, le=100)],
    ]
    list: Annotated[int, Field(ge=1, le=50)] | None = None
    off_list_grounds: tuple[Ground, ...] = ()
    off_list_origins: frozenset[Origin] = frozenset()

    @model_validator(mode="after")
    def _weights_make_a_hundred(self) -> "FitPolicy":
        if sum(self.weights.values()) != 100:
            raise ValueError("the weights of the fit score add up to 100")
        return self

    @model_validator(mode="after")
    def _a_list_can_be_left_with_reasons(self) -> "FitPolicy":
        if (self.list is None) == bool(self.off_list_grounds):
            raise ValueError("a list that binds and the grounds for leaving it go together")
        return self


class Experience(_Part):
    """What is asked of who rises into a kind of post: months in posts of a level, and in posts at all."""

    level: Annotated[int, Field(ge=1, le=7)]
    """Lowest level that counts (`ranks.post_level`)."""
    months: Annotated[int, Field(ge=0, le=600)]
    total_months: Annotated[int, Field(ge=0, le=600)] | None = None


class RulePolicy(_Part):
    """One rule of eligibility: where it is judged, what its failure does, its legal ground, its words."""

    stage: Literal[Stage.EVALUATION, Stage.NEEDS_CHECK, Stage.APPROVAL]
    severity: Severity
    ground: str
    title: Text
    overrides: tuple[str, ...] = ()
    needs_document: bool = False
    """Whether an override names the document that carries its ground, besides the reference."""
    per_post: bool = False
    """Whether an override holds for the post it was given for only, not for an alternative."""
    months: int | None = None
    years: int | None = None
    minimum: Rating | None = None
    boxes: tuple[int, ...] = ()
    aspects: tuple[PlanningAspect, ...] | None = None
    bearers: dict[Origin, CostBearer] | None = None
    leads_to: Stage | None = None
    experience: dict[PositionKind, Experience] | None = None
    """By kind of post; without it experience cannot be judged."""
    fail: Text | None = None
    fail_by: dict[str, Text] = {}
    """Words for a failure of something else that the rule looks at. What is not named here is no failure."""
    warn: Text | None = None
    unknown: Text | None = None

    @model_validator(mode="after")
    def _overridable_rules_name_their_grounds(self) -> "RulePolicy":
        if (self.severity is Severity.OVERRIDABLE) != bool(self.overrides):
            raise ValueError("a rule is overridable exactly when it lists the grounds")
        return self


class DocumentScope(_Part):
    """Cases that need a document: those whose kind, origin and kind of target post are all among these."""

    kinds: frozenset[Kind] = frozenset(Kind)
    origins: frozenset[Origin] = frozenset(Origin)
    position_kinds: frozenset[PositionKind] = frozenset(PositionKind)


class DocumentPolicy(_Part):
    """A document of the catalogue: which cases need it, how long it is good, and what its absence does.

    `by` is the act before which it must be accepted; `enforce` says whether that act is refused without it or the
    absence is only shown to those who decide. `proved_by` is a rule that passes on the register's word for the same.
    """

    title: Text
    issuer: Text
    ground: str
    needed_for: tuple[DocumentScope, ...] = (DocumentScope(),)
    months: Annotated[int, Field(ge=1, le=600)] | None = None
    by: Literal[Act.VERIFY, Act.DECIDE] = Act.VERIFY
    enforce: Literal["block", "warn"] = "warn"
    proved_by: str | None = None
    recorded_as: OutsideWord | None = None
    """A letter of a case between agencies: recorded with number and date, it is the proof."""
    reusable: bool = False


class DocumentLimits(_Part):
    """What may be handed in: bytes of one file, types by content, versions of one document in a case."""

    max_bytes: Annotated[int, Field(ge=1024, le=16 * 1024 * 1024)]
    media_types: frozenset[MediaType]
    max_versions: Annotated[int, Field(ge=1, le=100)]
    expiring_days: Annotated[int, Field(ge=1, le=365)]
    """Calendar days before its end from which a document is shown as expiring."""


OUTSIDE_WAITS = (
    Status.AWAITING_AUTHORISATION,
    Status.AWAITING_CONSENTS,
    Status.AWAITING_SUBMISSION,
    Status.AWAITING_TECHNICAL_CONSIDERATION,
    Status.AWAITING_OUTSIDE_DECISION,
    Status.REFUSED_OUTSIDE,
)
"""Waits of a case between agencies. Silence of another agency is no answer."""


class Policy(_Part):
    """A whole policy. `from_text` is the only way to make one, so that the hash is always that of the text."""

    code: str
    version: str
    effective_from: date
    title: Text
    undo: Undo
    routes: dict[Kind, Route]
    authority: AuthorityPolicy
    board: Board
    evaluation: EvaluationPolicy
    needs_check: NeedsCheckPolicy | None = None
    socialisation: SocialisationPolicy
    review: ReviewPolicy
    notices: NoticePolicy
    retirement_age: dict[PositionKind | Tier, int]
    terms: dict[Status, Term]
    reminders: Reminders
    fit: FitPolicy
    rules: dict[str, RulePolicy]
    windows: dict[WindowKind, WindowPolicy] | None = None
    timing: TimingPolicy | None = None
    objection: ObjectionPolicy = ObjectionPolicy()
    assignment: AssignmentPolicy = AssignmentPolicy()
    hold: HoldPolicy = HoldPolicy()
    seat_hold: SeatHoldPolicy | None = None
    returns: ReturnsPolicy = ReturnsPolicy()
    retention: RetentionPolicy | None = None
    documents: dict[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,15}$")], DocumentPolicy] = {}
    document_limits: DocumentLimits | None = None

    @model_validator(mode="after")
    def _documents_have_limits_and_name_known_rules(self) -> "Policy":
        if self.documents and self.document_limits is None:
            raise ValueError("a catalogue of documents needs document_limits")
        named = {d.proved_by for d in self.documents.values() if d.proved_by}
        if unknown := named - set(self.rules):
            raise ValueError(f"documents are proved by unknown rules: {sorted(unknown)}")
        return self

    @model_validator(mode="after")
    def _nothing_outside_is_decided_by_silence(self) -> "Policy":
        passages = [p for route in self.routes.values() for p in route.passages.values()]
        for status in OUTSIDE_WAITS:
            term = self.terms.get(status)
            if term is not None and term.then is not None:
                raise ValueError(f"nothing happens by itself when {status} is over")
            if term is None and any(p.way is not Way.INSIDE or p.consideration for p in passages):
                raise ValueError(f"a route that waits for others needs a term of {status}")
        return self

    @model_validator(mode="after")
    def _every_post_has_a_retirement_age(self) -> "Policy":
        for kind in PositionKind:
            for tier in Tier if kind is PositionKind.FUNCTIONAL else (None,):
                post_level(kind, tier)
                self.retirement_age_of(kind, tier)
        return self

    @cached_property
    def canonical(self) -> str:
        """The text that is pinned and hashed: the data as JSON by RFC 8785."""
        return rfc8785.dumps(_ordered(self.model_dump(mode="json", exclude_none=True))).decode()

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical text, hexadecimal."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    def __hash__(self) -> int:
        return hash(self.hash)

    def retirement_age_of(self, kind: PositionKind, tier: Tier | None) -> int:
        """Years of age at which the holder of such a post retires (UU 20/2023; `domain.md` 7.6)."""
        return self.retirement_age[tier if kind is PositionKind.FUNCTIONAL and tier else kind]

    @property
    def asks_for_backfill(self) -> bool:
        return self.needs_check is not None and self.needs_check.backfill_on_shortage

    @classmethod
    def from_canonical(cls, text: str) -> "Policy":
        """A policy from its pinned text; it keeps that text, whatever later fields the model has gained."""
        policy = cls.model_validate_json(text)
        policy.__dict__["canonical"] = text
        return policy


TESTING = ("standard", "test")
"""Sections of the file that try the policy out. They are no part of what is pinned and hashed."""


def from_toml(text: str, read: Callable[[str], str]) -> Policy:
    """A policy from the text of its file; `read` gives the text of a file it extends.

    Raises `pydantic.ValidationError` or `tomllib.TOMLDecodeError` when the file is not a policy.
    """
    return from_data(toml_data(text, read))


def from_data(data: Mapping[str, Any]) -> Policy:
    """A policy from plain data. Raises `pydantic.ValidationError` when it is none."""
    law = {name: value for name, value in data.items() if name not in TESTING}
    # Read back from its own text, so that a policy is the same object wherever it came from.
    return Policy.from_canonical(Policy.model_validate(law).canonical)


def toml_data(text: str, read: Callable[[str], str]) -> dict[str, Any]:
    """The data of a policy file laid over that of the file it extends. Test cases of both are kept: each is tried."""
    data = tomllib.loads(text)
    if base := data.pop("extends", None):
        below = tomllib.loads(read(base))
        tests = [*below.get("test", ()), *data.get("test", ())]
        data = {**merged(below, data), "test": tests}
    return data


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid over `base`, table by table."""
    out = dict(base)
    for key, value in over.items():
        below = out.get(key)
        out[key] = merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return out


def _ordered(value: Any) -> Any:
    """Sets come out of pydantic in no order of their own; the canonical text sorts them."""
    if isinstance(value, dict):
        return {k: _ordered(v) for k, v in value.items()}
    if isinstance(value, list):
        items = [_ordered(v) for v in value]
        return sorted(items) if items and all(isinstance(v, str) for v in items) else items
    return value
