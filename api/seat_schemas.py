"""What the API answers about seats and the people for them. Fields are only ever added."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import FitOut, Instant, PersonOut, RuleOut, SeatHoldOut
from domain.commands import Preferences


class LeftOutOut(BaseModel):
    """How many people one rule leaves out of a list, each counted once, by the first that he fails."""

    rule: str
    title: str
    count: int


class CandidateOut(BaseModel):
    """Somebody for a seat, and why he stands where he stands."""

    rank: int
    employee: PersonOut
    grade: str
    position_code: str | None
    position: str | None
    unit: str | None
    position_since: date | None
    outcome: str = Field(description="`eligible`, or `incomplete` while a rule still lacks data of this person.")
    fit: FitOut
    remarks: list[RuleOut] = Field(description="Rules that warn, or that lack data.")


class CandidatesOut(BaseModel):
    """The people for a seat: advisory, in one order whoever asks, with those left out counted by reason."""

    position_code: str
    title: str
    unit: str
    required: int
    occupied: int
    held: int
    vacant: int
    holds: list[SeatHoldOut]
    waiting: int = Field(description="Cases that wait for a vacancy of this post.")
    policy: str
    rating_years: list[int]
    items: list[CandidateOut]
    order: str = Field(description="In words: how the list is ordered and ties are broken.")
    considered: int = Field(description="Civil servants who do not hold the post.")
    qualified: int = Field(description="Of those, who pass the hard requirements.")
    judged: int = Field(description="Of those, who were judged in full, from the top, until the list was full.")
    open_cases: int = Field(description="Of the qualified, who have another open case and are left out.")
    left_out: list[LeftOutOut]
    fewer: str | None = Field(None, description="Why there are fewer than three.")


class OpportunityOut(BaseModel):
    """A vacant post that fits a person, and why."""

    rank: int
    position_code: str
    title: str
    unit: str
    agency_code: str
    level: int = Field(description="Level of the post, 1 to 7, comparable across kinds.")
    vacant: int
    holds: list[SeatHoldOut] = []
    waiting: int = Field(0, description="Cases that wait for a vacancy of this post.")
    outcome: str = Field(description="`eligible`, or `incomplete` while a rule still lacks data.")
    choice: int | None = Field(description="Which of the person's stated preferences it is.")
    fit: FitOut
    remarks: list[RuleOut]


class OpportunitiesOut(BaseModel):
    """The vacant posts for a person, best first. Every post of the position map is looked at."""

    preferences: list[str]
    policy: str
    considered: int = Field(description="Posts with a vacancy, his own aside.")
    qualified: int = Field(description="Of those, which his route may fill and he is trained for.")
    judged: int = Field(description="Of those, which were judged in full, from the top, until the list was full.")
    items: list[OpportunityOut]


class PreferencesIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    positions: Preferences


class PreferencesOut(BaseModel):
    positions: list[str]


class NominationOut(BaseModel):
    """An open case at own request for the post."""

    case_id: str
    case_number: str
    employee: PersonOut
    stage: str
    status: str
    opened_at: Instant


class PreferringOut(BaseModel):
    employee: PersonOut
    choice: int
    since: date


class NominationsOut(BaseModel):
    items: list[NominationOut]
    preferred_by: list[PreferringOut]
