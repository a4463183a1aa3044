"""What the API takes and answers about policies coming into force."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Instant
from domain.commands import Sentence
from domain.policy_cases import CaseBook


class ActivationIn(BaseModel):
    """A candidate with its test cases: the policy as data, as `GET /policies/{hash}` gives it."""

    model_config = ConfigDict(extra="forbid")

    policy: dict[str, Any] = Field(description="The policy as plain data; its canonical text has the hash addressed.")
    cases: CaseBook = Field(description="`standard` and `test` of the policy file.")
    reason: Sentence


class ConfirmationIn(BaseModel):
    """The word of the second person."""

    model_config = ConfigDict(extra="forbid")

    reason: Sentence


class StepOut(BaseModel):
    """Who did a step towards force, when and why."""

    by: str
    name: str | None = None
    at: Instant
    reason: str | None = Field(None, description="The words of the step; told to HR, auditors and the inspector.")


class PolicySummary(BaseModel):
    """A policy in the list."""

    hash: str
    code: str
    version: str
    effective_from: date
    status: Literal["candidate", "active", "published"] = Field(
        description="`candidate`: proposed, not confirmed. `active`: confirmed by a second person. "
        "`published`: put into the register by `mutasi migrate`, which counts until a policy was activated."
    )
    in_force: bool = Field(description="Whether cases opened today are judged by it.")
    in_force_from: date | None = Field(None, description="Only of an active one; it may lie ahead.")
    published_at: Instant | None = None
    proposal: StepOut | None = None
    confirmation: StepOut | None = None


class PolicyList(BaseModel):
    """All policies, those of the latest act first."""

    items: list[PolicySummary]
