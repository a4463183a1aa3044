"""Overrides counted from the ledger: which rules were set aside, on which grounds, in which period."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import PROVINCE


class Period(StrEnum):
    """By what the counts are put together."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


FORM = {Period.MONTH: "YYYY-MM", Period.QUARTER: 'YYYY-"Q"Q', Period.YEAR: "YYYY"}


class OverrideCount(NamedTuple):
    """How often a rule was asked to be set aside on a ground in a period, and how often that was confirmed."""

    period: str
    rule: str
    ground: str
    requested: int
    confirmed: int


STANDS = """
    NOT EXISTS (SELECT 1 FROM said u WHERE u.type = 'act_undone' AND u.case_id = o.case_id AND u.seq > o.seq
                  AND CAST(u.data ->> 'from_seq' AS int) <= o.seq)
"""
"""That an entry `o` among those `said` was not taken back."""


def said(*types: str) -> str:
    """Entries of some types and those that take back, as a named query: where, when in the province, by whom, what."""
    listed = ", ".join(f"'{kind}'" for kind in (*types, "act_undone"))
    return f"""
        said AS (
            SELECT case_id, seq, type, at AT TIME ZONE '{PROVINCE.key}' AS at,
                   convert_from(body, 'UTF8')::jsonb -> 'data' AS data,
                   convert_from(body, 'UTF8')::jsonb -> 'actor' AS actor
            FROM ledger WHERE type IN ({listed})
        )
    """


_COUNTS = text(f"""
    WITH {said("override_requested", "override_confirmed")}
    SELECT to_char(o.at, :form) AS period, o.data ->> 'rule' AS rule, o.data ->> 'ground' AS ground,
           count(*) FILTER (WHERE o.type = 'override_requested') AS requested,
           count(*) FILTER (WHERE o.type = 'override_confirmed') AS confirmed
    FROM said o
    WHERE o.type <> 'act_undone'
      AND (CAST(:since AS date) IS NULL OR o.at >= :since) AND (CAST(:until AS date) IS NULL OR o.at < :until + 1)
      AND {STANDS}
    GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3
""")


async def counted(
    connection: AsyncConnection, period: Period, since: date | None, until: date | None
) -> list[OverrideCount]:
    """Counts by period, rule and ground, newest period first; both days included. What was undone does not count."""
    params = {"form": FORM[period], "since": since, "until": until}
    return [OverrideCount(**row._mapping) for row in await connection.execute(_COUNTS, params)]
