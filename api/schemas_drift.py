"""What the API takes and answers about drift between register and engine."""

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Instant
from domain.commands import Sentence
from domain.drift import DriftKind, IncidentStatus, Repair


class RepairIn(BaseModel):
    """A repair, and why."""

    model_config = ConfigDict(extra="forbid")

    repair: Repair
    reason: Sentence


class IncidentStepOut(BaseModel):
    """Something that happened to an incident."""

    what: IncidentStatus
    at: Instant
    by: str | None = Field(None, description="Person id, or `operator`; none where nobody did it.")
    name: str | None = None
    repair: Repair | None = None
    reason: str | None = Field(None, description="Why, in words; of a failed repair, a code.")


class IncidentOut(BaseModel):
    """Something that does not agree."""

    id: str
    kind: DriftKind
    kind_text: str
    case_id: str | None = Field(description="The case it is about; none where there is no case.")
    subject: str = Field(description="What it is about: a case, a workflow, the key of a notice, or a held seat.")
    detail: dict[str, str | int] = Field(description="Where the two part: codes, instants, numbers.")
    found_at: Instant
    status: IncidentStatus
    status_text: str
    repairs: list[Repair] = Field(description="What may be proposed; nothing once it is settled.")
    steps: list[IncidentStepOut]


class LookOut(BaseModel):
    """A reconciliation: what was looked at, and how much did not agree."""

    at: Instant
    cases: int = Field(description="Cases that are not over.")
    workflows: int
    found: int


class DriftOut(BaseModel):
    """The last reconciliation, and incidents, newest first."""

    last: LookOut | None = Field(description="None before the first.")
    items: list[IncidentOut]
