"""What the API takes and answers about offices, mandates and declared relations."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Instant
from domain.commands import Sentence
from domain.offices import Appointing, Ending, PersonId
from domain.scope import Scope
from domain.vocabulary import Capacity, Mandate, Office, Relation


class HolderOut(BaseModel):
    """Who holds an office, in what capacity and by which instrument; both days included."""

    id: int
    office: Office
    unit_code: str | None
    unit: str | None
    person: str
    name: str
    capacity: Capacity
    first: date
    last: date | None
    instrument: str
    dated: date | None = Field(description="Day of the instrument, where it is known.")
    scope: Scope
    on_behalf_of: str | None = Field(None, description="For a Plh: the holder who is away.")


class ChartUnitOut(BaseModel):
    """A unit of the organisation with those who head it."""

    code: str
    name: str
    kind: str
    parent_code: str | None
    heads: list[HolderOut]


class ChartOut(BaseModel):
    """The organisation on a day, as the register knew it at an instant."""

    as_of: Instant
    known_at: Instant
    units: list[ChartUnitOut]


class AppointIn(Appointing):
    """Propose that a person holds an office."""

    what: Literal["appoint"]


class EndIn(Ending):
    """Propose that a holder has his office until a day and no longer."""

    what: Literal["end"]


AppointmentIn = Annotated[AppointIn | EndIn, Field(discriminator="what")]


class ReasonIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Sentence


class NothingIn(BaseModel):
    """Nothing to say besides: send `{}`."""

    model_config = ConfigDict(extra="forbid")


class PartyOut(BaseModel):
    """Who did a step, and when."""

    by: str
    name: str | None
    at: Instant


class AppointmentOut(BaseModel):
    """What was proposed about an office, and what became of it."""

    id: str
    what: Literal["appoint", "end"]
    office: Office
    unit_code: str | None
    person: str
    name: str
    capacity: Capacity | None
    first: date | None
    last: date | None
    instrument: str
    dated: date
    scope: Scope
    state: Literal["proposed", "confirmed", "declined"]
    proposed: PartyOut
    settled: PartyOut | None = None


class MandateOut(BaseModel):
    """Who acts for the holder of an office, in what, and from when to when (both days included)."""

    id: str
    mandate: Mandate
    office: Office
    unit_code: str | None
    principal: str
    principal_name: str
    deputy: str
    deputy_name: str
    first: date
    last: date
    scope: Scope
    instrument: str | None
    dated: date | None
    by_hr: bool = Field(description="Named by HR while the holder is away: a second person of HR confirms.")
    state: Literal["unconfirmed", "offered", "accepted", "ended"]
    named_by: str
    named_at: Instant
    confirmed_by: str | None
    confirmed_at: Instant | None
    accepted_at: Instant | None
    ended_by: str | None
    ended_at: Instant | None


class EndingIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Sentence | None = None


class RelationIn(BaseModel):
    """A tie to declare: one's own, or of `person` where HR records it."""

    model_config = ConfigDict(extra="forbid")

    person: PersonId | None = None
    relative: PersonId
    relation: Relation


class RelationOut(BaseModel):
    """A declared tie."""

    id: str
    person: str
    person_name: str
    relative: str
    relative_name: str
    relation: Relation
    declared_by: str
    declared_at: Instant
    ended_by: str | None
    ended_at: Instant | None


class RegisterEntryOut(BaseModel):
    """An entry of the register's own chain in the ledger."""

    seq: int
    type: str
    at: Instant
    by: str
    name: str | None
    reason: str | None = None
    data: dict[str, Any]
    hash: str
    prev_hash: str
