"""After the decree: objection to it, its correction, revocation, annulment and suspension."""

from datetime import date
from typing import Annotated, Literal

from domain.events.approval import Consent
from domain.events.parts import ERASED, PRIVATE, BesideEvent, Day, Due, Event, PostRef
from domain.vocabulary import (
    CorrectionGround,
    DefectGround,
    Flag,
    ObjectionGround,
    ObjectionOutcome,
    OrderedBy,
)


class ObjectionFiled(BesideEvent):
    """The employee objected to the decree (keberatan). The case goes on; the objection has a term of its own."""

    type: Literal["objection_filed"] = "objection_filed"
    grounds: tuple[ObjectionGround, ...]
    text: Annotated[str, PRIVATE] = ERASED
    last_day: Day
    """The last day on which it was in time."""
    filing: Due | None = None
    """How that last day was reckoned. Entries from before do not say it."""
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


class DecreeCorrected(Event):
    """The decree was corrected by another; the first one is superseded and stays in the ledger."""

    type: Literal["decree_corrected"] = "decree_corrected"
    number: str
    date: Day
    remedies: bool = True
    """Whether it carries out an objection that was granted; a slip of the pen that is mended does not."""
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
