"""What surrounds a judgement: the actor and his offices, the holders on the route, relatives, windows, the calendar's
version. One statement, since every commit and every page asks it."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.facts import ConditionFact, OfficeHeld, Window
from domain.vocabulary import ConditionKind, Office
from store.calendars import CALENDAR_VERSION

ROUTE_OFFICES = (
    Office.GOVERNOR,
    Office.REGIONAL_SECRETARY,
    Office.HR_HEAD,
    Office.HR_OFFICER,
    Office.BOARD_MEMBER,
)
"""Offices that have to do with every case, whatever units it touches."""


class Surroundings(NamedTuple):
    """As the register holds it on a day. `asked` is the fingerprint of the command, if it was carried out before."""

    calendar: str
    closed_year: int | None
    name: str | None
    offices: tuple[OfficeHeld, ...]
    kin: frozenset[str]
    windows: tuple[Window, ...]
    leaves: tuple[ConditionFact, ...]
    asked: str | None

    def held_by(self, person: str) -> tuple[OfficeHeld, ...]:
        return tuple(o for o in self.offices if o.person == person)

    def on_route(self, agencies: list[str]) -> tuple[OfficeHeld, ...]:
        """Holders of the offices on the route and of the headships of some agencies."""
        return tuple(o for o in self.offices if o.office in ROUTE_OFFICES or o.unit in agencies)


_SURROUNDINGS = text(f"""
    SELECT ({CALENDAR_VERSION}) AS calendar,
           (SELECT max(year) FROM rating_year) AS closed_year,
           (SELECT name FROM person WHERE id = :actor) AS name,
           (SELECT fingerprint FROM command WHERE id = :command) AS asked,
           (SELECT jsonb_agg(jsonb_build_object('office', office, 'unit', unit_code, 'person', person_id,
                                                'name', holder_name, 'capacity', capacity, 'instrument', instrument,
                                                'until', valid_to)
                             ORDER BY valid_from, id)
              FROM office
              WHERE superseded_at IS NULL AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)
                AND (office = ANY(:route) OR unit_code = ANY(:agencies) OR person_id = :actor)) AS offices,
           (SELECT jsonb_agg(CASE WHEN person_id = :subject THEN spouse_id ELSE person_id END)
              FROM employee
              WHERE superseded_at IS NULL AND spouse_id IS NOT NULL
                AND (person_id = :subject OR spouse_id = :subject)) AS kin,
           (SELECT jsonb_agg(jsonb_build_object('kind', kind, 'start', valid_from, 'end', valid_to, 'ground', ground,
                                                'scope', scope) ORDER BY valid_from, id)
              FROM restricted_window
              WHERE superseded_at IS NULL AND (valid_to IS NULL OR valid_to >= CAST(:day AS date) - 400)) AS windows,
           (SELECT jsonb_agg(jsonb_build_object('kind', kind, 'start', valid_from, 'end', valid_to, 'source', source)
                             ORDER BY valid_from, id)
              FROM condition
              WHERE superseded_at IS NULL AND person_id = :subject AND kind = :leave) AS leaves
""")


async def surroundings(
    connection: AsyncConnection,
    day: date,
    actor: str,
    *,
    subject: str | None = None,
    agencies: list[str] | None = None,
    command_id: str | None = None,
) -> Surroundings:
    """Everything around an actor, and around a person and two agencies if they are given."""
    params = {
        "day": day,
        "actor": actor,
        "subject": subject,
        "agencies": agencies or [],
        "route": list(ROUTE_OFFICES) if agencies is not None else [],
        "command": command_id,
        "leave": ConditionKind.CERTIFIED_LEAVE,
    }
    row = (await connection.execute(_SURROUNDINGS, params)).one()
    return Surroundings(
        calendar=row.calendar,
        closed_year=row.closed_year,
        name=row.name,
        offices=tuple(OfficeHeld.model_validate(o) for o in row.offices or ()),
        kin=frozenset(row.kin or ()),
        windows=tuple(Window.model_validate(w) for w in row.windows or ()),
        leaves=tuple(ConditionFact.model_validate(c) for c in row.leaves or ()),
        asked=row.asked,
    )
