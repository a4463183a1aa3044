"""What a viewer may see, as a condition in SQL: every list, search and single read goes through it."""

from collections.abc import Set
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from domain.authority import HEADS, HR, in_scope
from domain.case import Case
from domain.facts import OfficeHeld
from domain.vocabulary import Office, Origin, Stage
from store.tables import DOCKET, PARTICIPANT

OVERSEERS = frozenset({Office.AUDITOR, Office.INSPECTOR})
"""Offices that trace any case for accountability."""
DECIDERS = frozenset({Office.BOARD_MEMBER, Office.REGIONAL_SECRETARY, Office.GOVERNOR})
"""Offices that have to do with every case once it has reached approval."""

ORDERING = frozenset({Office.GOVERNOR})
"""Offices that may order a temporary assignment in an emergency, long before the case reaches approval."""


class Viewer(NamedTuple):
    """Who looks: a person with the offices he holds today; an operator is nobody's colleague and sees no case.

    A service is another system: it sees what its scopes open as a whole, and holds no office.
    """

    person: str
    name: str
    offices: tuple[OfficeHeld, ...] = ()
    mandates: tuple[OfficeHeld, ...] = ()
    """Offices of others in which he acts for them today."""
    operator: bool = False
    service: bool = False

    def holds(self, offices: frozenset[Office]) -> bool:
        return any(o.office in offices for o in self.offices)

    def stands_for(self, case: Case) -> bool:
        """Whether he acts in this case for somebody who may read how it came to him."""
        reached = case.stage in (Stage.APPROVAL, Stage.PLACEMENT, Stage.REVIEW)
        return any((m.office in HR or (m.office in DECIDERS and reached)) and in_scope(m, case) for m in self.mandates)

    @property
    def hats(self) -> tuple[OfficeHeld, ...]:
        """Offices with limits, and those of others: what he may do in them depends on the case."""
        return (*(o for o in self.offices if o.scope.limits), *self.mandates)

    @property
    def is_hr(self) -> bool:
        return self.holds(HR)

    @property
    def oversees(self) -> bool:
        return self.holds(OVERSEERS)

    def looks_as(self, case: Case) -> str:
        """As what he looks at a case he may see: `subject`, `service`, an office, or `participant`."""
        if self.person == case.subject:
            return "subject"
        agencies = {case.to_post.agency, case.from_post.agency if case.from_post else None}
        return self._looks_as(agencies)

    def looks_over(self, agencies: frozenset[str] | None = None) -> str:
        """As what he looks at people: of some agencies, or a list of whoever he may see."""
        return self._looks_as(frozenset(self.agencies) if agencies is None else agencies)

    def _looks_as(self, agencies: Set[str | None]) -> str:
        if self.service:
            return "service"
        everywhere = [o.office for o in self.offices if o.office in HR | OVERSEERS]
        heading = [o.office for o in self.offices if o.office in HEADS and o.unit in agencies]
        deciding = [o.office for o in self.offices if o.office in DECIDERS]
        return next(iter([*everywhere, *heading, *deciding]), "participant")

    @property
    def agencies(self) -> list[str]:
        """Agencies the viewer heads."""
        return sorted({o.unit for o in self.offices if o.office in HEADS and o.unit})


def visible_cases(viewer: Viewer) -> ColumnElement[bool]:
    """Cases the viewer may see: all for HR, overseers, services; else his own, his units', those he has to do with."""
    if viewer.operator:
        return false()
    if viewer.is_hr or viewer.oversees or viewer.service:
        return true()
    conditions: list[ColumnElement[bool]] = [
        DOCKET.c.person_id == viewer.person,
        exists(
            select(PARTICIPANT.c.case_id).where(
                PARTICIPANT.c.case_id == DOCKET.c.case_id, PARTICIPANT.c.person_id == viewer.person
            )
        ),
    ]
    if viewer.agencies:
        conditions += [
            DOCKET.c.from_agency.in_(viewer.agencies),
            DOCKET.c.to_agency.in_(viewer.agencies),
        ]
    if viewer.holds(DECIDERS):
        conditions.append(DOCKET.c.reached_approval)
    if viewer.holds(ORDERING):
        conditions.append(DOCKET.c.origin == Origin.EMERGENCY)
    return or_(*conditions, *(_mandated(held) for held in viewer.mandates))


def _mandated(held: OfficeHeld) -> ColumnElement[bool]:
    """Cases in which he may act for another: what that office sees, within the limits of the mandate."""
    scope = held.scope
    limits: list[ColumnElement[bool]] = [true()]
    if held.office in DECIDERS:
        limits.append(DOCKET.c.reached_approval)
    elif held.office in HEADS and held.office not in HR:
        limits.append(or_(DOCKET.c.from_agency == held.unit, DOCKET.c.to_agency == held.unit))
    elif held.office not in HR:
        return false()
    if scope.units:
        touched = (DOCKET.c.from_unit, DOCKET.c.from_agency, DOCKET.c.to_unit, DOCKET.c.to_agency)
        limits.append(or_(*(column.in_(scope.units) for column in touched)))
    if scope.stages:
        limits.append(DOCKET.c.stage.in_(scope.stages))
    if scope.kinds:
        limits.append(DOCKET.c.kind.in_(scope.kinds))
    if scope.posts:
        limits.append(DOCKET.c.state["to_post"]["kind"].astext.in_(scope.posts))
    return and_(*limits)
