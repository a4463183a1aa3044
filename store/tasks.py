"""Open tasks of a person: his own, and those of the offices he holds, less what he may not do."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.authority import HEADS, HR
from domain.facts import OfficeHeld
from domain.vocabulary import Act, Office, Status
from store.kin import TIES
from store.viewing import Viewer


class TaskPlace(NamedTuple):
    """A place in the list of tasks, the most urgent first: what a cursor holds."""

    due_at: datetime | None
    case_id: str
    no: int


class OpenTask(NamedTuple):
    """A task with enough of its case to choose it from a list, and why it is this person's."""

    case_id: str
    no: int
    number: str
    employee_name: str | None
    from_position: str | None
    to_position: str
    stage: str
    status: Status
    acts: list[Act]
    office: Office | None
    unit: str | None
    since: datetime
    due_at: datetime | None
    flags: list[str]
    principal: str | None = None
    """For whom, where it is open to this person by a mandate or an office with limits."""


_OWN = f"""
    (t.person_id = :me
     OR (t.office = ANY(:offices) AND t.unit IS NULL)
     OR (t.office = 'agency_head' AND t.unit = ANY(:agencies))
     OR (:stands_in AND t.office = 'agency_head' AND NOT EXISTS (
           SELECT 1 FROM office o WHERE o.unit_code = t.unit AND o.office = ANY(:heads)
             AND o.superseded_at IS NULL AND o.valid_from <= :day
             AND (o.valid_to IS NULL OR o.valid_to >= :day)
             AND NOT (o.person_id = ANY(t.barred))
             AND NOT EXISTS (SELECT 1 FROM {TIES} k WHERE k.one = d.person_id AND k.other = o.person_id))))
"""
_HATS = f"""
    FROM jsonb_to_recordset(CAST(:hats AS jsonb))
        AS h(office text, unit text, principal text, units text[], stages text[], kinds text[], posts text[])
    WHERE h.office = t.office AND (t.unit IS NULL OR h.unit = t.unit)
      AND NOT (h.principal = ANY(t.barred))
      AND NOT EXISTS (SELECT 1 FROM {TIES} k WHERE k.one = d.person_id AND k.other = h.principal)
      AND (h.units = '{{}}' OR h.units && ARRAY[d.from_unit, d.from_agency, d.to_unit, d.to_agency])
      AND (h.stages = '{{}}' OR d.stage = ANY(h.stages))
      AND (h.kinds = '{{}}' OR d.kind = ANY(h.kinds))
      AND (h.posts = '{{}}' OR d.state->'to_post'->>'kind' = ANY(h.posts))
"""
"""Offices with limits, and those of others: what is open in them depends on the case."""


def _query(mine: str, principal: str) -> TextClause:
    return text(f"""
        SELECT t.case_id, t.no, d.number, d.employee_name, d.from_position, d.to_position, d.stage, t.status, t.acts,
               t.office, t.unit, t.since, t.due_at, coalesce(d.state->'flags', '[]'::jsonb) AS flags,
               {principal} AS principal
        FROM task t JOIN docket d ON d.case_id = t.case_id
        WHERE {mine}
          AND NOT (:me = ANY(t.barred))
          AND (t.person_id = :me OR NOT EXISTS (
                 SELECT 1 FROM {TIES} k WHERE k.one = d.person_id AND k.other = :me))
          AND (CAST(:after_case AS text) IS NULL
               OR (coalesce(t.due_at, 'infinity'), t.case_id, t.no)
                  > (coalesce(CAST(:after_due AS timestamptz), 'infinity'), :after_case, :after_no))
        ORDER BY coalesce(t.due_at, 'infinity'), t.case_id, t.no
        LIMIT :limit
    """)


_MINE = _query(_OWN, "CAST(NULL AS text)")
_WITH_HATS = _query(
    f"({_OWN} OR EXISTS (SELECT 1 {_HATS}))",
    f"CASE WHEN {_OWN} THEN NULL ELSE (SELECT h.principal {_HATS} LIMIT 1) END",
)
"""For those who have any: the plain query finds its rows by index alone."""


async def tasks_of(
    connection: AsyncConnection, viewer: Viewer, day: date, limit: int, after: TaskPlace | None = None
) -> list[OpenTask]:
    """The tasks this person can do today, the most urgent first."""
    whole = [o for o in viewer.offices if not o.scope.limits]
    offices = {o.office for o in whole}
    if offices & HR:
        offices.add(Office.HR_OFFICER)
    params = {
        "me": viewer.person,
        "offices": sorted(offices - {Office.AGENCY_HEAD}),
        "agencies": sorted({o.unit for o in whole if o.office in HEADS and o.unit}),
        "hats": json.dumps([hat for held in viewer.hats for hat in _hats(held)]),
        "stands_in": Office.REGIONAL_SECRETARY in offices,
        "heads": sorted(HEADS),
        "day": day,
        "limit": limit,
        "after_due": after.due_at if after else None,
        "after_case": after.case_id if after else None,
        "after_no": after.no if after else None,
    }
    if not viewer.hats:
        del params["hats"]
    rows = await connection.execute(_WITH_HATS if viewer.hats else _MINE, params)
    return [OpenTask(**{**r._mapping, "status": Status(r.status), "acts": [Act(a) for a in r.acts]}) for r in rows]


def _hats(held: OfficeHeld) -> Iterator[dict[str, object]]:
    """The tasks that an office or mandate with limits opens: of HR's to both its offices, of a unit's to its head."""
    names = {held.office}
    if held.office in HR:
        names.add(Office.HR_OFFICER)
    if held.office in HEADS:
        names.add(Office.AGENCY_HEAD)
    for office in sorted(names):
        scope = held.scope.model_dump(mode="json")
        yield {"office": office, "unit": held.unit, "principal": held.on_behalf_of or held.person, **scope}
