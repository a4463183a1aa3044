"""What happens to offices, mandates and relations: entries of the register's own chain in the ledger, of no case."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from domain.events.parts import PRIVATE, Day, Event
from domain.scope import Scope
from domain.vocabulary import Capacity, Mandate, Office, Relation


class AppointmentProposed(Event):
    """Somebody of HR proposes that a person holds an office from a day on, by an instrument."""

    type: Literal["appointment_proposed"] = "appointment_proposed"
    id: str
    office: Office
    unit: str | None = None
    person: str
    capacity: Capacity
    first: Day
    last: Day | None = None
    instrument: str
    dated: Day
    scope: Scope | None = None


class EndingProposed(Event):
    """Somebody of HR proposes that a holder has his office until a day and no longer."""

    type: Literal["ending_proposed"] = "ending_proposed"
    id: str
    holding: int
    """Row of the register that is ended."""
    office: Office
    unit: str | None = None
    person: str
    last: Day
    instrument: str
    dated: Day


class AppointmentConfirmed(Event):
    """A second person of HR confirmed what was proposed: it is in the register."""

    type: Literal["appointment_confirmed"] = "appointment_confirmed"
    id: str


class AppointmentDeclined(Event):
    """What was proposed about an office was declined, or taken back by whoever proposed it."""

    type: Literal["appointment_declined"] = "appointment_declined"
    id: str


class MandateNamed(Event):
    """A deputy or proxy was named for the holder of an office: by himself, or by HR when he is away."""

    type: Literal["mandate_named"] = "mandate_named"
    id: str
    mandate: Mandate
    office: Office
    unit: str | None = None
    principal: str
    deputy: str
    first: Day
    last: Day
    scope: Scope | None = None
    instrument: str | None = None
    dated: Day | None = None
    by_hr: bool = False


class MandateConfirmed(Event):
    """A second person of HR confirmed the deputy whom the first one named."""

    type: Literal["mandate_confirmed"] = "mandate_confirmed"
    id: str


class MandateAccepted(Event):
    """The person named accepted: from the first day on he acts on behalf of the holder."""

    type: Literal["mandate_accepted"] = "mandate_accepted"
    id: str


class MandateEnded(Event):
    """The mandate is over before its last day: declined, given back, revoked or withdrawn."""

    type: Literal["mandate_ended"] = "mandate_ended"
    id: str


class RelationDeclared(Event):
    """A tie between two people was declared: neither acts in a case of the other."""

    type: Literal["relation_declared"] = "relation_declared"
    id: str
    person: str
    relative: str
    relation: Annotated[Relation | None, PRIVATE] = None


class RelationEnded(Event):
    """A declared tie is over, or was declared by mistake."""

    type: Literal["relation_ended"] = "relation_ended"
    id: str


RegisterEvent = Annotated[
    AppointmentProposed
    | EndingProposed
    | AppointmentConfirmed
    | AppointmentDeclined
    | MandateNamed
    | MandateConfirmed
    | MandateAccepted
    | MandateEnded
    | RelationDeclared
    | RelationEnded,
    Field(discriminator="type"),
]
REGISTER_EVENTS: tuple[type[Event], ...] = (
    AppointmentProposed,
    EndingProposed,
    AppointmentConfirmed,
    AppointmentDeclined,
    MandateNamed,
    MandateConfirmed,
    MandateAccepted,
    MandateEnded,
    RelationDeclared,
    RelationEnded,
)
"""Events of no case, in the order people meet them."""
REGISTER_EVENT: TypeAdapter[RegisterEvent] = TypeAdapter(RegisterEvent)
