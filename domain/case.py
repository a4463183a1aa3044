"""The case as folded from its events: where it stands, what was said, what is held. `evolve.py` folds."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from domain import documents as papers
from domain import events as ev
from domain.passages import Passage
from domain.vocabulary import (
    Act,
    Answer,
    Audience,
    Authority,
    ConsentOutcome,
    ConsiderationOutcome,
    Flag,
    HoldGround,
    Kind,
    ObjectionOutcome,
    Office,
    Origin,
    Outcome,
    OutsideWord,
    Recommendation,
    Stage,
    Status,
)

CLOCK = "clock"
"""Who acts when time does."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Recorded(_Part):
    """An event as the ledger holds it: when, by whom, at which place in the case."""

    seq: int
    at: datetime
    by: str
    """Person id, or `CLOCK`."""
    office: Office | None = None
    """The office acted in, if any."""
    principal: str | None = None
    """For whom, where it was by a mandate: four eyes are not two of his and two of his deputy's."""
    event: ev.AnyEvent

    @property
    def sides(self) -> frozenset[str]:
        """Who is bound by it: whoever acted, and on whose mandate."""
        return frozenset(p for p in (self.by, self.principal) if p)


class PendingOverride(_Part):
    rule: str
    ground: str
    by: str
    document: str | None = None
    principal: str | None = None
    """For whom, where it was asked for by a mandate."""


class LastAct(_Part):
    """The last act that was not mere speaking: what a caller who came too late is told."""

    act: Act
    by: str
    office: Office | None = None
    at: datetime


class Vote(_Part):
    by: str
    recommendation: Recommendation | None = None
    """None when the member declared himself recused."""


class Held(_Part):
    """Where a case on hold goes on, and with how many working days of its term."""

    status: Status
    days_left: int | None = None
    final_days_left: int | None = None
    stopped: ev.Stopped | None = None
    ground: HoldGround | None = None


class Objection(_Part):
    """An objection to the decree, beside the stages: when filed, until when to be decided, and how it ended."""

    filed_at: datetime
    grounds: tuple[str, ...]
    late: bool = False
    due: ev.Due
    outcome: ObjectionOutcome | None = None

    @property
    def open(self) -> bool:
        return self.outcome is None


class Assignment(_Part):
    """A temporary assignment in an emergency, until it ends by itself or the case does."""

    number: str
    position: str
    starts_on: date
    until: date
    ratify_by: date
    ratify_due: ev.Due | None = None
    ratified: bool = False
    over: bool = False
    renewals: int = 0


class Consideration(_Part):
    """Where the technical consideration stands: how often the file was handed in, and the last answer to it."""

    rounds: int = 0
    outcome: ConsiderationOutcome | None = None
    valid_until: date | None = None

    @property
    def pending(self) -> bool:
        """Whether the file is with BKN and its answer has not come."""
        return self.rounds > 0 and self.outcome is None

    def good_on(self, day: date) -> bool:
        """Whether it was issued and can carry a decision on a day."""
        issued = self.outcome is ConsiderationOutcome.ISSUED
        return issued and (self.valid_until is None or day <= self.valid_until)


class Lease(_Part):
    """Until when a seat is held for the case, and how often that was renewed."""

    due: ev.Due
    renewals: int = 0
    stopped_on: date | None = None
    """The last day that counted, while the case is on hold."""


class Waiting(_Part):
    """A place in the line for a post: since when it counts, and when a freed seat was last let pass."""

    since: datetime
    passed_at: datetime | None = None


class Called(_Part):
    """The first in line was told of a seat that came free, and until when it is his to take."""

    freed_at: datetime
    due: ev.Due


class Undo(_Part):
    """The last act, while its author can take it back: the case as it was before."""

    act: Act
    by: str
    until: datetime
    from_seq: int
    before: "Case"


class Case(_Part):
    """One civil servant's mutation, as folded from its events. Holds no personal content, only ids and codes."""

    id: str
    number: str
    kind: Kind
    origin: Origin
    subject: str
    opener: str
    opened_at: datetime
    policy: str
    seq: int = 0
    """Sequence number of the newest event."""
    version: int = 0
    """Sequence number of the newest event that changed stage, tasks or facts: what `If-Match` is about."""

    stage: Stage = Stage.EVALUATION
    status: Status = Status.RETURNED
    since: datetime
    outcome: Outcome | None = None
    due: ev.Due | None = None
    wakes: tuple[ev.Wake, ...] = ()
    aside: tuple[ev.Wake, ...] = ()
    """What the clock waits for beside the stage: it runs on whatever the stage does, on hold too."""

    from_post: ev.PostRef | None = None
    to_post: ev.PostRef
    from_since: date | None = None
    """Since when a post of origin in another agency is held."""
    passage: Passage = Passage()
    authorised: bool = False
    """Whether the governor has signed the province's letter to the other agencies."""
    consents: dict[OutsideWord, ConsentOutcome] = {}
    """What other appointing authorities answered about this post."""
    consideration: Consideration = Consideration()
    effective_wish: date | None = None
    preferences: tuple[str, ...] = ()
    seat: int | None = None
    lease: Lease | None = None
    waiting: Waiting | None = None
    called: Called | None = None
    passed_at: datetime | None = None
    """When the case last let a seat of the post pass; known too while it is looked at anew and stands in no line."""
    queued_from: datetime | None = None
    """From when the case counts in a line, where that is later than its opening."""

    marks: tuple[ev.RuleMark, ...] = ()
    need_marks: tuple[ev.RuleMark, ...] = ()
    contest_until: datetime | None = None
    contest_due: ev.Due | None = None
    contested: bool = False
    suppliers: tuple[str, ...] = ()
    """Everyone who supplied facts by which the case was judged: none of them may verify it."""
    override: PendingOverride | None = None
    overridden: tuple[str, ...] = ()
    given_for: dict[str, str] = {}
    """Of overridden rules that are per post, what exactly was set aside."""
    choice: ev.Choice | None = None
    """Where the person stood in the ranking when he was chosen for the post."""

    answer: Answer | None = None
    grounds: tuple[str, ...] = ()
    reached: tuple[Audience, ...] = ()

    verifiers: tuple[str, ...] = ()
    """Everyone who ever verified the case, superseded rounds included: none of them may vote on it."""
    voters: tuple[str, ...] = ()
    proposers: tuple[str, ...] = ()
    """Everyone who ever forwarded the case: a proxy among them does not decide it."""
    deciders: tuple[str, ...] = ()
    """Everyone who ever decided it, a deferral included: none of them may verify it."""
    conflicted: tuple[str, ...] = ()
    """Officials who declared a conflict of interest: they take no part in office any more."""
    panel: tuple[str, ...] | None = None
    """The members of the board seated for this case, where its policy seats a panel."""
    measures: tuple[ev.ServiceFigure, ...] = ()
    votes: tuple[Vote, ...] = ()
    board: Recommendation | None = None
    proposal: Recommendation | None = None
    recusals: dict[Office, Office] = {}
    deferred_until: date | None = None
    approved_at: datetime | None = None
    baseline: ev.BaselineFrozen | None = None

    opened_windows: tuple[str, ...] | None = None
    """Grounds of the restricted windows that consents opened."""

    decree_on: date | None = None
    decreed_at: datetime | None = None
    """When the present decree was recorded: before, nobody could object to it."""
    effective_on: date | None = None
    placed_on: date | None = None
    review_day: int | None = None
    reviewed: tuple[int, ...] = ()

    documents: tuple[papers.Document, ...] = ()
    """Every version of every document handed in, in that order."""
    objection: Objection | None = None
    assignment: Assignment | None = None
    suspended: bool = False
    """Whether the decree is suspended: its effective date does nothing."""
    remedy_due: bool = False
    """Whether an objection was granted and the decree has not been repaired yet."""

    flags: tuple[Flag, ...] = ()
    returns: int = 0
    held: Held | None = None
    stopped: tuple[ev.Stopped, ...] | None = None
    """Terms of those who returned the case, standing still until it is back with them."""
    undo: Undo | None = None
    last_act: LastAct | None = None

    @property
    def asked_by_himself(self) -> bool:
        """Whether the employee himself asked for the mutation: what HR writes as his wish is none."""
        return self.origin is Origin.OWN_REQUEST and self.opener == self.subject

    @property
    def closed(self) -> bool:
        return self.stage is Stage.CLOSED

    @property
    def turn_to_retake(self) -> bool:
        """Whether an undo gives the case back a seat it was told of, which others may have taken meanwhile."""
        return self.undo is not None and self.undo.before.called is not None and self.called is None

    @property
    def seat_to_retake(self) -> int | None:
        """The seat that taking the last act back needs again, where the act gave one up."""
        before = self.undo.before if self.undo else None
        return before.seat if before and before.seat != self.seat else None

    @property
    def assigned(self) -> Assignment | None:
        """The temporary assignment that stands now: it gives way to the placement and ends with the case."""
        standing = self.assignment is not None and not (self.assignment.over or self.closed or self.placed_on)
        return self.assignment if standing else None

    @property
    def alarm(self) -> ev.Wake | None:
        """What the clock rings for next, in the stage or beside it."""
        return min((*self.wakes[:1], *self.aside[:1]), key=lambda w: w.at, default=None)

    @property
    def considered_by(self) -> Authority | None:
        """Who gives the technical consideration that this case takes; nobody where it takes none."""
        kinds = self.passage.consideration_kinds
        return self.passage.consideration if not kinds or self.to_post.kind in kinds else None

    @property
    def refused_outside(self) -> bool:
        """Whether another agency says no: one that was to consent, or BKN."""
        no = self.consideration.outcome is ConsiderationOutcome.REFUSED
        return no or any(o is not ConsentOutcome.GRANTED for o in self.consents.values())

    @property
    def consents_wanted(self) -> tuple[OutsideWord, ...]:
        """Letters of other appointing authorities that are not there yet, or that refuse."""
        return tuple(w for w in self.passage.outside if self.consents.get(w) is not ConsentOutcome.GRANTED)

    def undoable_at(self, now: datetime) -> bool:
        return self.undo is not None and now < self.undo.until

    def final_at(self, now: datetime) -> bool:
        """Whether the case is closed and nobody can take the closing back any more."""
        return self.closed and not self.undoable_at(now)
