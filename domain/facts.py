"""Facts: everything a judgement needs to know about the world, gathered in the commit and handed in."""

from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from domain.calendar import Calendar
from domain.commands import ConditionEndItem, Item, PositionSinceItem, RatingItem
from domain.events import PostRef, Staffing
from domain.policy import Policy
from domain.vocabulary import (
    Capacity,
    CompetenceSource,
    ConditionKind,
    EmployeeStatus,
    Expectation,
    Office,
    PositionKind,
    Potential,
    Rating,
    Tier,
    WindowKind,
)

REGISTER = "register"
"""Source of a fact that came by import; a fact supplied in a case names the case instead."""


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

    @property
    def ref(self) -> PostRef:
        return PostRef(
            position=self.code,
            title=self.title,
            unit=self.unit,
            unit_name=self.unit_name,
            agency=self.agency,
            agency_name=self.agency_name,
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
    as_of: date
    """Day the profile was recorded."""

    def rating_of(self, year: int) -> RatingFact | None:
        return next((r for r in self.ratings if r.year == year), None)

    def with_items(self, items: tuple[Item, ...], source: str, today: date) -> "Dossier":
        """The dossier with facts supplied in a case taken in; each keeps its source."""
        ratings = {r.year: r for r in self.ratings}
        conditions = list(self.conditions)
        since = self.position_since
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
        return self.model_copy(
            update={
                "ratings": tuple(sorted(ratings.values(), key=lambda r: r.year)),
                "conditions": tuple(conditions),
                "position_since": since,
            }
        )


class OfficeHeld(_Fact):
    """An office a person holds at the instant of the act, and in what capacity."""

    office: Office
    unit: str | None
    person: str
    name: str
    capacity: Capacity
    instrument: str


class Window(_Fact):
    kind: WindowKind
    start: date
    end: date | None
    ground: str
    scope: tuple[str, ...]
    """`ALL`, kinds of posts, and `unit:CODE` for a unit and all below it."""

    def covers(self, day: date, position: Position, ancestors: frozenset[str]) -> bool:
        """Whether the window is open on `day` for a post whose unit and units above are `ancestors`."""
        if day < self.start or (self.end is not None and day > self.end):
            return False
        return any(
            s == "ALL" or s == position.kind or (s.startswith("unit:") and s[5:] in ancestors) for s in self.scope
        )


class Actor(_Fact):
    """Who acts: the person and the offices he holds at that instant."""

    person: str
    name: str
    offices: tuple[OfficeHeld, ...] = ()


class Seats(_Fact):
    """The seats of the target post and the staffing around it, on the day."""

    target: Staffing
    free_seat: int | None
    origin: Staffing | None
    origin_unit: Staffing | None
    destination_unit: Staffing
    ours_holds: bool = True
    """Whether the seat held for this case, if any, is still free of an incumbent."""


@dataclass(frozen=True)
class Facts:
    """All facts of one judgement. What a command does not need is left out."""

    now: datetime
    policy: Policy
    calendar: Calendar
    actor: Actor
    kin: frozenset[str] = frozenset()
    """Persons related to the civil servant concerned."""
    holders: tuple[OfficeHeld, ...] = ()
    """Present holders of the offices on the route."""
    dossier: Dossier | None = None
    target: Position | None = None
    target_ancestors: frozenset[str] = frozenset()
    seats: Seats | None = None
    former: Position | None = None
    """The post the person came from, where he may have to go back."""
    windows: tuple[Window, ...] = ()
    last_closed_rating_year: int = 0
    open_case: str | None = None
    """Number of another open case of the same person."""
    number: str = ""
    """The number a case gets when it opens."""
    baseline_ratings: dict[str, str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.calendar.local_day(self.now)
