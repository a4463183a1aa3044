"""Facts: everything a judgement needs to know about the world, gathered in the commit and handed in."""

from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from domain.calendar import Calendar
from domain.commands import ConditionEndItem, HistoryItem, Item, PositionSinceItem, RatingItem
from domain.documents import Document
from domain.events import OUTSIDE, Listed, PostRef, Staffing
from domain.policy import Policy
from domain.scope import Scope
from domain.vocabulary import (
    Capacity,
    CompetenceSource,
    ConditionKind,
    EmployeeStatus,
    Expectation,
    Kind,
    Mandate,
    MediaType,
    Office,
    PositionKind,
    Potential,
    Rating,
    Tier,
    WindowKind,
)

REGISTER = "register"
"""Source of a fact that came by import; a fact supplied in a case names the case instead."""


UNIT_SCOPE, KIND_SCOPE = "unit:", "kind:"
"""What stands before a unit and before a kind of mutation in the scope of a window."""


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class Position(_Fact):
    """A post of the position map (peta jabatan): what it is and what it requires."""

    code: str
    title: str
    unit: str
    unit_name: str
    agency: str
    agency_name: str
    kind: PositionKind
    tier: Tier | None
    echelon: str | None
    job_class: int
    required: int
    min_grade: str
    max_grade: str
    education_min: str
    education_fields: tuple[str, ...]
    competences: dict[str, int]
    abk_year: int
    outside: bool = False
    """A post of another agency: only its kind, tier and names are known, and no rule asks for the rest."""

    @classmethod
    def of_another_agency(cls, ref: PostRef) -> "Position":
        """A post as letters name it. What only the position map of its agency knows is left empty."""
        assert ref.kind is not None, "a post of another agency has a kind"
        return cls(
            code=OUTSIDE,
            title=ref.title,
            unit=OUTSIDE,
            unit_name=ref.unit_name,
            agency=OUTSIDE,
            agency_name=ref.agency_name,
            kind=ref.kind,
            tier=ref.tier,
            echelon=None,
            job_class=0,
            required=0,
            min_grade="",
            max_grade="",
            education_min="",
            education_fields=(),
            competences={},
            abk_year=0,
            outside=True,
        )

    @property
    def ref(self) -> PostRef:
        return PostRef(
            position=self.code,
            title=self.title,
            unit=self.unit,
            unit_name=self.unit_name,
            agency=self.agency,
            agency_name=self.agency_name,
            kind=self.kind,
            tier=self.tier,
            job_class=None if self.outside else self.job_class,
        )


class RatingFact(_Fact):
    year: int
    rating: Rating
    source: str
    as_of: date


class ConditionFact(_Fact):
    kind: ConditionKind
    start: date
    end: date | None
    source: str = REGISTER

    def active_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


class CompetenceFact(_Fact):
    level: int
    assessed_on: date
    source: CompetenceSource


class TalentFact(_Fact):
    """Place on the talent map. The number of the box is derived, never stored (`domain.md` 7.2)."""

    year: int
    performance: Expectation
    potential: Potential

    @property
    def box(self) -> int:
        return _BOXES[self.performance][self.potential]


_BOXES = {
    Expectation.ABOVE: {Potential.LOW: 4, Potential.MEDIUM: 7, Potential.HIGH: 9},
    Expectation.EXPECTED: {Potential.LOW: 2, Potential.MEDIUM: 5, Potential.HIGH: 8},
    Expectation.BELOW: {Potential.LOW: 1, Potential.MEDIUM: 3, Potential.HIGH: 6},
}


class PostHeld(_Fact):
    """A post held for a period, both ends included; without an end it is held still."""

    title: str
    kind: PositionKind
    tier: Tier | None = None
    unit: str
    start: date
    end: date | None = None
    source: str = REGISTER
    as_of: date | None = None


class Dossier(_Fact):
    """What the register holds about a civil servant on a day. Missing data is absent, never assumed."""

    person: str
    nip: str
    name: str
    status: EmployeeStatus
    grade: str
    appointed_on: date
    birth_date: date
    education: str
    education_field: str
    position: Position | None
    position_since: date | None
    ratings: tuple[RatingFact, ...] = ()
    conditions: tuple[ConditionFact, ...] = ()
    competences: dict[str, CompetenceFact] = {}
    talent: TalentFact | None = None
    history: tuple[PostHeld, ...] = ()
    """Posts held, as far as they are on record; none on record says nothing."""
    as_of: date
    """Day the profile was recorded."""
    serves_elsewhere: str | None = None
    """The other agency that he is known to serve; then he holds no post of the province."""

    def rating_of(self, year: int) -> RatingFact | None:
        for rating in self.ratings:
            if rating.year == year:
                return rating
        return None

    def with_items(self, items: tuple[Item, ...], source: str, today: date) -> "Dossier":
        """The dossier with facts supplied in a case taken in; each keeps its source."""
        ratings = {r.year: r for r in self.ratings}
        conditions = list(self.conditions)
        since = self.position_since
        history = list(self.history)
        for item in items:
            match item:
                case RatingItem():
                    ratings[item.year] = RatingFact(year=item.year, rating=item.rating, source=source, as_of=today)
                case ConditionEndItem():
                    conditions = [
                        c.model_copy(update={"end": item.to, "source": source})
                        if c.kind is item.condition and c.active_on(today)
                        else c
                        for c in conditions
                    ]
                case PositionSinceItem():
                    since = item.since
                case HistoryItem():
                    history.append(_held(item, source, today))
        return self.model_copy(
            update={
                "ratings": tuple(sorted(ratings.values(), key=lambda r: r.year)),
                "conditions": tuple(conditions),
                "position_since": since,
                "history": tuple(sorted(history, key=lambda h: (h.start, h.title))),
            }
        )


def _held(item: HistoryItem, source: str, today: date) -> PostHeld:
    return PostHeld(
        title=item.title,
        kind=item.position_kind,
        tier=item.tier,
        unit=item.unit,
        start=item.since,
        end=item.to,
        source=source,
        as_of=today,
    )


class OfficeHeld(_Fact):
    """An office a person holds at the instant of the act, and in what capacity."""

    office: Office
    unit: str | None
    person: str
    name: str
    capacity: Capacity
    instrument: str
    until: date | None = None
    """Last day of the term, where it has one."""
    scope: Scope = Scope()
    on_behalf_of: str | None = None
    """Whom the act is done for: the holder who is away (Plh), or who gave a mandate."""
    mandate: Mandate | None = None
    """None for an office of one's own; else how `person` acts in that of `on_behalf_of`."""
    grant: str | None = None
    """Id of the mandate in the register."""


class Window(_Fact):
    kind: WindowKind
    start: date
    end: date | None
    ground: str
    scope: tuple[str, ...]
    """`ALL`, kinds of posts, and `unit:CODE` for a unit and all below it; besides, `kind:KIND` for kinds of mutation.

    Posts and kinds of mutation are two switches: an emergency may speed up moves inside the province while a freeze
    stops those between agencies. A window that names no kind is about every kind, one that names no post about all.
    """

    def covers(self, day: date, position: Position, ancestors: frozenset[str], kind: Kind) -> bool:
        """Whether the window is open on `day` for such a mutation, to a post whose unit and units above are given."""
        return self.open_on(day) and self.concerns(position, ancestors, kind)

    def open_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)

    def concerns(self, position: Position, ancestors: frozenset[str], kind: Kind) -> bool:
        """Whether such a mutation to such a post is within the scope, whatever the day."""
        kinds = [s for s in self.scope if s.startswith(KIND_SCOPE)]
        posts = [s for s in self.scope if not s.startswith(KIND_SCOPE)]
        if kinds and KIND_SCOPE + kind not in kinds:
            return False
        return not posts or any(
            s in ("ALL", position.kind) or (s.startswith(UNIT_SCOPE) and s.removeprefix(UNIT_SCOPE) in ancestors)
            for s in posts
        )


class Actor(_Fact):
    """Who acts: the person and the offices he holds at that instant."""

    person: str
    name: str
    offices: tuple[OfficeHeld, ...] = ()
    mandates: tuple[OfficeHeld, ...] = ()
    """Offices of others in which he may act for them today, never those of whom others act for."""


class InLine(_Fact):
    """Another case in line for a post."""

    case: str
    number: str
    emergency: bool
    since: datetime
    called: bool = False
    called_until: date | None = None
    """Until when the seat it was told of is its own to take."""
    passed_at: datetime | None = None
    on_hold: bool = False


class HeldFor(_Fact):
    """A hold of another case on a seat of a post, and until when it lasts, if it ends by itself."""

    number: str
    until: date | None = None


class Seats(_Fact):
    """The seats of the target post and the staffing around it, on the day."""

    target: Staffing
    free_seat: int | None
    origin: Staffing | None
    origin_unit: Staffing | None
    destination_unit: Staffing
    ours_holds: bool = True
    """Whether the seat held for this case, if any, is still free of an incumbent."""
    line: tuple[InLine, ...] = ()
    """The other cases in line for the target post."""
    holds: tuple[HeldFor, ...] = ()
    """The holds of other cases on it."""
    promised: int = 0
    """Free seats whose release may yet be undone, or of which somebody is about to be told; known to a call only."""


class Place(_Fact):
    """Where somebody stands in the ranking for a post, looked up on the day (`domain/ranking.py`)."""

    length: int
    listed: tuple[Listed, ...]
    """The first `length` who may be chosen, best first; fewer where there are no more."""
    field: int
    busy: int
    rank: int | None
    score: int | None
    on_list: bool


class StoredContent(_Fact):
    """Content that the actor has stored for this case: what it is, as measured when it was stored."""

    id: str
    sha256: str
    size: int
    media_type: MediaType


class DocumentElsewhere(_Fact):
    """A document of the same employee in another case."""

    case: str
    number: str
    document: Document


@dataclass(frozen=True)
class Facts:
    """All facts of one judgement. What a command does not need is left out."""

    now: datetime
    policy: Policy
    calendar: Calendar
    actor: Actor
    kin: frozenset[str] = frozenset()
    """Persons related to the civil servant concerned, by the register or as declared."""
    gaining: frozenset[str] = frozenset()
    """Persons with an open case for the post this one leaves empty, or for the post it is about."""
    mandates: tuple[OfficeHeld, ...] = ()
    """Who acts today for the holders of the offices on the route."""
    holders: tuple[OfficeHeld, ...] = ()
    """Present holders of the offices on the route."""
    dossier: Dossier | None = None
    target: Position | None = None
    target_ancestors: frozenset[str] = frozenset()
    seats: Seats | None = None
    place: Place | None = None
    """Where the person stands in the ranking for the target, where the policy has a list that binds."""
    former: Position | None = None
    """The post the person came from, where he may have to go back, and which his leaving empties."""
    windows: tuple[Window, ...] = ()
    """Windows that are open, still to come, or ended not long ago."""
    leaves: tuple[ConditionFact, ...] = ()
    """Certified leaves of the civil servant concerned, past ones too."""
    last_closed_rating_year: int = 0
    open_case: str | None = None
    """Number of another open case of the same person."""
    number: str = ""
    """The number a case gets when it opens."""
    baseline_ratings: dict[str, str] = field(default_factory=dict)
    content: StoredContent | None = None
    elsewhere: DocumentElsewhere | None = None

    @property
    def today(self) -> date:
        return self.calendar.local_day(self.now)
