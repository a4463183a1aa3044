"""Open tasks of a person: his own, and those of the offices he holds, less what he may not do."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.authority import HEADS, HR
from domain.vocabulary import Act, Office, Status
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


_MINE = text("""
    SELECT t.case_id, t.no, d.number, d.employee_name, d.from_position, d.to_position, d.stage, t.status, t.acts,
           t.office, t.unit, t.since, t.due_at, coalesce(d.state->'flags', '[]'::jsonb) AS flags
    FROM task t JOIN docket d ON d.case_id = t.case_id
    WHERE (t.person_id = :me
           OR (t.office = ANY(:offices) AND t.unit IS NULL)
           OR (t.office = 'agency_head' AND t.unit = ANY(:agencies))
           OR (:stands_in AND t.office = 'agency_head' AND NOT EXISTS (
                 SELECT 1 FROM office o WHERE o.unit_code = t.unit AND o.office = ANY(:heads)
                   AND o.superseded_at IS NULL AND o.valid_from <= :day
                   AND (o.valid_to IS NULL OR o.valid_to >= :day)
                   AND NOT (o.person_id = ANY(t.barred))
                   AND NOT EXISTS (SELECT 1 FROM employee k WHERE k.superseded_at IS NULL
                                     AND ((k.person_id = d.person_id AND k.spouse_id = o.person_id)
                                       OR (k.person_id = o.person_id AND k.spouse_id = d.person_id))))))
      AND NOT (:me = ANY(t.barred))
      AND (t.person_id = :me OR NOT EXISTS (
             SELECT 1 FROM employee e WHERE e.superseded_at IS NULL
               AND ((e.person_id = d.person_id AND e.spouse_id = :me)
                 OR (e.person_id = :me AND e.spouse_id = d.person_id))))
      AND (CAST(:after_case AS text) IS NULL
           OR (coalesce(t.due_at, 'infinity'), t.case_id, t.no)
              > (coalesce(CAST(:after_due AS timestamptz), 'infinity'), :after_case, :after_no))
    ORDER BY coalesce(t.due_at, 'infinity'), t.case_id, t.no
    LIMIT :limit
""")


async def tasks_of(
    connection: AsyncConnection, viewer: Viewer, day: date, limit: int, after: TaskPlace | None = None
) -> list[OpenTask]:
    """The tasks this person can do today, the most urgent first."""
    offices = {o.office for o in viewer.offices}
    if offices & HR:
        offices.add(Office.HR_OFFICER)
    params = {
        "me": viewer.person,
        "offices": sorted(offices - {Office.AGENCY_HEAD}),
        "agencies": viewer.agencies,
        "stands_in": Office.REGIONAL_SECRETARY in offices,
        "heads": sorted(HEADS),
        "day": day,
        "limit": limit,
        "after_due": after.due_at if after else None,
        "after_case": after.case_id if after else None,
        "after_no": after.no if after else None,
    }
    rows = await connection.execute(_MINE, params)
    return [OpenTask(**{**r._mapping, "status": Status(r.status), "acts": [Act(a) for a in r.acts]}) for r in rows]
