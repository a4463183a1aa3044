"""What a viewer may see, as a condition in SQL: every list, search and single read goes through it."""

from collections.abc import Set
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, false, or_, select, true

from domain.authority import HEADS, HR
from domain.case import Case
from domain.facts import OfficeHeld
from domain.vocabulary import Office, Origin
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
    operator: bool = False
    service: bool = False

    def holds(self, offices: frozenset[Office]) -> bool:
        return any(o.office in offices for o in self.offices)

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
    return or_(*conditions)
