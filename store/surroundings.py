"""What surrounds a judgement: the actor and his offices, the holders on the route, relatives, windows, the calendar's
version. One statement, since every commit and every page asks it."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import Case
from domain.facts import ConditionFact, OfficeHeld, Window
from domain.vocabulary import Capacity, ConditionKind, Office
from store.calendars import CALENDAR_VERSION
from store.kin import TIES
from store.mandates import IN_FORCE

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
    mandates: tuple[OfficeHeld, ...]
    kin: frozenset[str]
    gaining: frozenset[str]
    windows: tuple[Window, ...]
    leaves: tuple[ConditionFact, ...]
    asked: str | None

    def held_by(self, person: str) -> tuple[OfficeHeld, ...]:
        """Offices of his own; whoever holds one for a holder who is away acts for him."""
        return tuple(self._for_the_absent(o) for o in self.offices if o.person == person)

    def mandated_to(self, person: str) -> tuple[OfficeHeld, ...]:
        """Offices of others in which he may act for them."""
        return tuple(m for m in self.mandates if m.person == person)

    def _for_the_absent(self, held: OfficeHeld) -> OfficeHeld:
        if held.capacity is not Capacity.ACTING_ABSENCE:
            return held
        same = (o for o in self.offices if (o.office, o.unit) == (held.office, held.unit))
        absent = next((o.person for o in same if o.capacity is Capacity.DEFINITIVE), None)
        return held.model_copy(update={"on_behalf_of": absent})

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
                                                'until', valid_to, 'scope', coalesce(scope, CAST('{{}}' AS jsonb)))
                             ORDER BY valid_from, id)
              FROM office o
              WHERE superseded_at IS NULL AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)
                AND (office = ANY(:route) OR unit_code = ANY(:agencies) OR person_id = :actor
                     OR EXISTS (SELECT 1 FROM office a WHERE a.person_id = :actor AND a.capacity = 'acting_absence'
                                  AND a.superseded_at IS NULL AND a.office = o.office
                                  AND a.unit_code IS NOT DISTINCT FROM o.unit_code))) AS offices,
           (SELECT jsonb_agg(to_jsonb(m) ORDER BY m."grant")
              FROM ({IN_FORCE}) m
              WHERE m.person = :actor OR m.office = ANY(:route) OR m.unit = ANY(:agencies)) AS mandates,
           (SELECT jsonb_agg(DISTINCT t.other) FROM {TIES} t WHERE t.one = :subject) AS kin,
           (SELECT jsonb_agg(DISTINCT person_id) FROM docket
              WHERE stage NOT IN ('review', 'closed') AND to_position = ANY(:wanted)
                AND person_id IS DISTINCT FROM :subject) AS gaining,
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
    wanted: list[str] | None = None,
    command_id: str | None = None,
) -> Surroundings:
    """Everything around an actor, and around a person, two agencies and two posts if they are given.

    `wanted` are the codes of the post that the person leaves and of the one he goes to: who has an open case for one
    of them gains by what becomes of this case.
    """
    params = {
        "day": day,
        "actor": actor,
        "subject": subject,
        "agencies": agencies or [],
        "route": list(ROUTE_OFFICES) if agencies is not None else [],
        "wanted": wanted or [],
        "command": command_id,
        "leave": ConditionKind.CERTIFIED_LEAVE,
    }
    row = (await connection.execute(_SURROUNDINGS, params)).one()
    return Surroundings(
        calendar=row.calendar,
        closed_year=row.closed_year,
        name=row.name,
        offices=tuple(OfficeHeld.model_validate(o) for o in row.offices or ()),
        mandates=tuple(OfficeHeld.model_validate(m) for m in row.mandates or ()),
        kin=frozenset(row.kin or ()),
        gaining=frozenset(row.gaining or ()),
        windows=tuple(Window.model_validate(w) for w in row.windows or ()),
        leaves=tuple(ConditionFact.model_validate(c) for c in row.leaves or ()),
        asked=row.asked,
    )


async def around_case(
    connection: AsyncConnection, day: date, actor: str, case: Case, command_id: str | None = None
) -> Surroundings:
    """Everything around an actor and a case."""
    posts = [post for post in (case.from_post, case.to_post) if post is not None and not post.outside]
    return await surroundings(
        connection,
        day,
        actor,
        subject=case.subject,
        agencies=[post.agency for post in posts],
        wanted=[post.position for post in posts],
        command_id=command_id,
    )
