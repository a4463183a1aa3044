"""Policy as data: the numbers, routes, terms and rule texts that the law may change.

A policy is a TOML file in `policies/`, possibly extending another. What is pinned to a case is its
`canonical` text and the SHA-256 of that text, so that a case is judged for ever by what it was opened under.
"""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.ranks import post_level
from domain.vocabulary import (
    Act,
    Audience,
    Kind,
    Office,
    Origin,
    PositionKind,
    Rating,
    Severity,
    Stage,
    Status,
    Tier,
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


class Route(_Part):
    """An open way through the stages for one kind of mutation, and the posts it may fill."""

    ground: str
    origins: frozenset[Origin]
    position_kinds: frozenset[PositionKind]
    excluded_tiers: frozenset[Tier] = frozenset()

    def fills(self, kind: PositionKind, tier: Tier | None) -> bool:
        """Whether the governor may fill such a post on this route."""
        return kind in self.position_kinds and tier not in self.excluded_tiers


class AuthorityPolicy(_Part):
    strategic: frozenset[Act]
    superiors: dict[Office, Office]


class Board(_Part):
    quorum: Annotated[int, Field(ge=1, le=50)]


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


class FitPolicy(_Part):
    weights: dict[
        Literal["competence", "education", "experience", "performance", "preference", "need"],
        Annotated[int, Field(ge=0, le=100)],
    ]

    @model_validator(mode="after")
    def _weights_make_a_hundred(self) -> "FitPolicy":
        if sum(self.weights.values()) != 100:
            raise ValueError("the weights of the fit score add up to 100")
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
    months: int | None = None
    years: int | None = None
    minimum: Rating | None = None
    boxes: tuple[int, ...] = ()
    experience: dict[PositionKind, Experience] | None = None
    """By kind of post; without it experience cannot be judged."""
    fail: Text | None = None
    warn: Text | None = None
    unknown: Text | None = None

    @model_validator(mode="after")
    def _overridable_rules_name_their_grounds(self) -> "RulePolicy":
        if (self.severity is Severity.OVERRIDABLE) != bool(self.overrides):
            raise ValueError("a rule is overridable exactly when it lists the grounds")
        return self


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

    def retirement_age_of(self, kind: PositionKind, tier: Tier | None) -> int:
        """Years of age at which the holder of such a post retires (UU 20/2023; `domain.md` 7.6)."""
        return self.retirement_age[tier if kind is PositionKind.FUNCTIONAL and tier else kind]

    @property
    def asks_for_backfill(self) -> bool:
        return self.needs_check is not None and self.needs_check.backfill_on_shortage

    def rules_of(self, stage: Stage) -> list[str]:
        """Codes of the rules judged at a stage, in order."""
        return sorted(code for code, rule in self.rules.items() if rule.stage is stage)

    @classmethod
    def from_canonical(cls, text: str) -> "Policy":
        """A policy from its pinned text; it keeps that text, whatever later fields the model has gained."""
        policy = cls.model_validate_json(text)
        policy.__dict__["canonical"] = text
        return policy


def from_toml(text: str, read: Callable[[str], str]) -> Policy:
    """A policy from the text of its file; `read` gives the text of a file it extends.

    Raises `pydantic.ValidationError` or `tomllib.TOMLDecodeError` when the file is not a policy.
    """
    data = tomllib.loads(text)
    if base := data.pop("extends", None):
        data = _merged(tomllib.loads(read(base)), data)
    # Read back from its own text, so that a policy is the same object wherever it came from.
    return Policy.from_canonical(Policy.model_validate(data).canonical)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for key, value in over.items():
        below = out.get(key)
        out[key] = _merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return out


def _ordered(value: Any) -> Any:
    """Sets come out of pydantic in no order of their own; the canonical text sorts them."""
    if isinstance(value, dict):
        return {k: _ordered(v) for k, v in value.items()}
    if isinstance(value, list):
        items = [_ordered(v) for v in value]
        return sorted(items) if items and all(isinstance(v, str) for v in items) else items
    return value
