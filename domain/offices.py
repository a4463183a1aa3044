"""Offices: what it takes that somebody holds one, or holds it no longer. Two people of HR, an instrument, and dates.

Judged when it is proposed and again when it is confirmed, for the register may have changed in between.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.commands import Code, Day, Line
from domain.policy import AuthorityPolicy
from domain.ranks import add_months
from domain.refusals import Refusal, RefusalCode, refuse
from domain.scope import Scope
from domain.vocabulary import SINGLE_HOLDER_OFFICES, Capacity, Office

PersonId = Annotated[str, Field(pattern=r"^[a-z]_[A-Za-z0-9_]{1,60}$")]
"""Id of a person in the register; it says nothing about him."""
_BETWEEN_TERMS = timedelta(days=31)
"""Terms of an acting holder that are no further apart follow each other: a few days do not begin the count anew."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Appointing(_Part):
    """That a person holds an office: in what capacity, from when to when (both included), by which instrument."""

    office: Office
    unit: Code | None = None
    person: PersonId
    capacity: Capacity = Capacity.DEFINITIVE
    first: Day
    last: Day | None = None
    instrument: Line
    dated: Day
    scope: Scope = Scope()

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "Appointing":
        if self.last is not None and self.last < self.first:
            raise PydanticCustomError("ends_before_start", "a term ends on its first day or later")
        return self


class Ending(_Part):
    """That a holder has his office until a day and no longer."""

    holding: Annotated[int, Field(ge=1, le=2**62, description="Id of the row of `GET /offices` that is ended.")]
    last: Day
    instrument: Line
    dated: Day


class Holding(NamedTuple):
    """A row of the register: who holds an office in what capacity, both days included."""

    id: int
    office: Office
    unit: str | None
    person: str
    capacity: Capacity
    first: date
    last: date | None

    def overlaps(self, first: date, last: date | None) -> bool:
        return self.first <= (last or date.max) and first <= (self.last or date.max)


class Known(NamedTuple):
    """What the register knows of what is proposed."""

    today: date
    law: AuthorityPolicy
    is_person: bool
    is_unit: bool
    holdings: tuple[Holding, ...]
    """Those of the office in the unit, past ones too."""
    kin: frozenset[str] = frozenset()
    """Who is related to the person proposed."""


def may_sign(by: str, person: str, kin: frozenset[str]) -> Refusal | None:
    """Nobody of HR has a hand in his own office, nor in that of a relative."""
    if by == person:
        return refuse(RefusalCode.OWN_OFFICE)
    return refuse(RefusalCode.RELATIVES_OFFICE) if by in kin else None


def may_second(proposer: str, by: str, person: str, kin: frozenset[str]) -> Refusal | None:
    """Whether a person may confirm what another proposed."""
    if proposer == by:
        return refuse(RefusalCode.SECOND_PERSON_REQUIRED)
    return may_sign(by, person, kin)


def appointable(asked: Appointing, known: Known) -> Refusal | None:
    """Why somebody cannot be appointed as proposed."""
    if not known.is_person:
        return refuse(RefusalCode.PERSON_UNKNOWN)
    # The governor alone is of no unit.
    fits = asked.unit is None if asked.office is Office.GOVERNOR else known.is_unit
    if not fits:
        return refuse(RefusalCode.UNIT_UNKNOWN)
    if asked.dated > known.today:
        return refuse(RefusalCode.DATE_IN_FUTURE, field="dated")
    if asked.first < asked.dated:
        return refuse(RefusalCode.DATE_TOO_EARLY, field="first", earliest=asked.dated.isoformat())
    beside = [h for h in known.holdings if h.overlaps(asked.first, asked.last)]
    if any(h.person == asked.person for h in beside):
        return refuse(RefusalCode.OFFICE_HELD)
    if asked.capacity is Capacity.DEFINITIVE:
        alone = asked.office in SINGLE_HOLDER_OFFICES
        taken = alone and any(h.capacity is Capacity.DEFINITIVE for h in beside)
        return refuse(RefusalCode.OFFICE_HELD) if taken else None
    return _acting(asked, beside, known)


def _acting(asked: Appointing, beside: Iterable[Holding], known: Known) -> Refusal | None:
    """A Plt is for an office without a holder, a Plh for one whose holder is away; a Plt for so many months."""
    definitive = any(h.capacity is Capacity.DEFINITIVE for h in beside)
    for_vacancy = asked.capacity is Capacity.ACTING_VACANT
    if definitive and for_vacancy and asked.office in SINGLE_HOLDER_OFFICES:
        return refuse(RefusalCode.OFFICE_NOT_VACANT)
    if not definitive and not for_vacancy:
        return refuse(RefusalCode.OFFICE_VACANT)
    if asked.last is None:
        return refuse(RefusalCode.ACTING_WITHOUT_END)
    months = known.law.acting_months
    if months is None or not for_vacancy:
        return None
    if asked.last >= add_months(asked.first, months):
        return refuse(RefusalCode.ACTING_TOO_LONG, months=months)
    if _terms_before(asked, known.holdings) >= known.law.acting_terms:
        return refuse(RefusalCode.ACTING_TERMS_EXHAUSTED, terms=known.law.acting_terms)
    return None


def _terms_before(asked: Appointing, holdings: Iterable[Holding]) -> int:
    """How many terms the person has acted for this vacancy, one after the other, up to the one asked for."""
    acted = [h for h in holdings if h.person == asked.person and h.capacity is asked.capacity and h.last is not None]
    count, first = 0, asked.first
    for term in sorted(acted, key=lambda h: h.first, reverse=True):
        assert term.last is not None, "terms without an end were left out"
        if term.first < first and first - term.last <= _BETWEEN_TERMS:
            count, first = count + 1, term.first
    return count


def endable(asked: Ending, held: Holding | None, today: date) -> Refusal | None:
    """Why a holding cannot be ended as proposed."""
    if held is None or (held.last is not None and held.last < today):
        return refuse(RefusalCode.NOT_HELD)
    if asked.dated > today:
        return refuse(RefusalCode.DATE_IN_FUTURE, field="dated")
    if asked.last < today - timedelta(days=1):
        # What he did until now he did in office.
        return refuse(RefusalCode.DATE_IN_PAST, field="last")
    if held.last is not None and asked.last >= held.last:
        return refuse(RefusalCode.ENDS_EARLIER_ALREADY)
    return None
