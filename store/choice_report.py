"""Choices that passed others over, counted from the ledger: off the ranked list, and approved against advice."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.override_report import FORM, STANDS, Period, said


class ChoiceCount(NamedTuple):
    """How often somebody chose in such a way for an agency on a ground in a period, and in how many cases.

    `way` is `off_list` or `against_advice`. Without a ground: decided before the policy asked for one.
    """

    period: str
    way: str
    unit: str
    ground: str | None
    decider: str
    decider_name: str | None
    office: str | None
    choices: int
    cases: int


class ChoiceReport(NamedTuple):
    """The counts, and of how many choices and approvals in the same time they are a part."""

    rows: list[ChoiceCount]
    chosen: int
    approved: int


# What another authority decided is no choice of HR, who records it; the governor's letter to it may be against advice.
_ALL = f"""
    WITH {said("need_confirmed", "alternative_proposed", "decision_made", "mutation_authorised")},
    choices AS (
        SELECT o.case_id, o.at, o.actor, o.data, o.type,
               CASE WHEN o.data ? 'choice' THEN 'off_list' ELSE 'against_advice' END AS way,
               CASE WHEN NOT o.data ? 'choice' THEN (o.data ->> 'against_advice')::boolean
                    ELSE NOT (o.data -> 'choice' ->> 'on_list')::boolean END AS deviates,
               coalesce(o.data -> 'choice' ->> 'agency', d.to_agency) AS unit,
               coalesce(o.data -> 'choice' ->> 'ground', o.data ->> 'advice_ground') AS ground
        FROM said o JOIN docket d USING (case_id)
        WHERE (o.data ? 'choice' OR (o.data ->> 'decision' = 'approve' AND o.data ->> 'decided_by' IS NULL)
               OR (o.type = 'mutation_authorised' AND (o.data ->> 'against_advice')::boolean))
          AND (CAST(:since AS date) IS NULL OR o.at >= :since) AND (CAST(:until AS date) IS NULL OR o.at < :until + 1)
          AND (CAST(:unit AS text) IS NULL OR coalesce(o.data -> 'choice' ->> 'agency', d.to_agency) = :unit)
          AND {STANDS}
    )
"""
_ROWS = text(f"""
    {_ALL}
    SELECT to_char(c.at, :form) AS period, c.way, c.unit, c.ground, c.actor ->> 'ref' AS decider,
           p.name AS decider_name, c.actor ->> 'office' AS office, count(*) AS choices,
           count(DISTINCT c.case_id) AS cases
    FROM choices c LEFT JOIN person p ON p.id = c.actor ->> 'ref'
    WHERE c.deviates GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1 DESC, 2, 3, 4, 5, 7
""")
_TOTALS = text(f"""
    {_ALL} SELECT count(*) FILTER (WHERE way = 'off_list') AS chosen,
                  count(*) FILTER (WHERE type = 'decision_made') AS approved FROM choices
""")


async def counted(
    connection: AsyncConnection, period: Period, since: date | None, until: date | None, unit: str | None
) -> ChoiceReport:
    """Counts by period, way, agency, ground and decider, newest period first; both days included.

    What was undone does not count; what a return superseded does: it was chosen.
    """
    params = {"since": since, "until": until, "unit": unit}
    rows = [ChoiceCount(**row._mapping) for row in await connection.execute(_ROWS, {**params, "form": FORM[period]})]
    totals = (await connection.execute(_TOTALS, params)).one()
    return ChoiceReport(rows, totals.chosen, totals.approved)
