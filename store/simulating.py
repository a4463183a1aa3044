"""Whom a simulation judges, read in batches: every case as known when it was last judged, every employee as of today.

Only reading: the caller's connection may be read-only. Memory holds one batch, however many cases there are.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import PROVINCE, local_day
from domain.events import PostRef
from domain.facts import Dossier, Position
from domain.simulation import Subject
from domain.vocabulary import Kind, Origin, Stage, Way
from store import people

BATCH = 1000
_WRITTEN_WITH = timedelta(minutes=1)
"""What a command writes stands under the database's clock, a little later than the instant of the command."""


class Candidate(NamedTuple):
    """Somebody to judge; `subject` is missing where person or post are no longer to be found."""

    label: str
    """Number of the case, or code of the post held."""
    name: str
    policy: str | None
    """The policy a case was opened under; None for an employee outside a case."""
    closed: bool
    subject: Subject | None


_COUNTS = text("""
    SELECT (SELECT count(*) FROM docket) AS cases,
           (SELECT count(*) FROM employee WHERE superseded_at IS NULL) AS employees
""")
_CASES = text("""
    SELECT d.case_id, d.number, d.person_id, d.kind, d.origin, d.to_position, d.policy, d.stage,
           d.state -> 'overridden' AS overridden, d.state -> 'to_post' AS to_post, d.state -> 'from_post' AS from_post,
           (d.state ->> 'from_since')::date AS from_since, d.state -> 'passage' ->> 'way' AS way,
           coalesce((SELECT max(l.at) FROM ledger l WHERE l.case_id = d.case_id AND l.type = 'evaluation_judged'),
                    d.opened_at) AS at
    FROM docket d WHERE d.case_id > :after ORDER BY d.case_id LIMIT :limit
""")
_STAFF = text("""
    SELECT p.no, p.id AS person_id FROM employee e JOIN person p ON p.id = e.person_id
    WHERE e.superseded_at IS NULL AND p.no > :after ORDER BY p.no LIMIT :limit
""")
_CLOSED_YEARS = text("SELECT year, recorded_at FROM rating_year ORDER BY year")


class Counts(NamedTuple):
    cases: int
    employees: int


async def counts(connection: AsyncConnection) -> Counts:
    """How many there are to judge."""
    return Counts(*(await connection.execute(_COUNTS)).one())


class Gathering:
    """Reads whom to judge. Posts of the position map are read once."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._posts: dict[str, Position] = {}
        self._closed: list[tuple[int, datetime]] = []

    async def prepare(self) -> None:
        """Read what every batch needs."""
        codes = [str(c) for c in (await self._connection.execute(_CODES)).scalars()]
        found = await people.positions(self._connection, codes)
        self._posts = {code: post for code, (post, _) in found.items()}
        self._closed = [(r.year, r.recorded_at) for r in await self._connection.execute(_CLOSED_YEARS)]

    async def cases(self) -> AsyncIterator[Candidate]:
        """Every case, open and closed, as known when it was last judged."""
        after = ""
        while True:
            rows = (await self._connection.execute(_CASES, {"after": after, "limit": BATCH})).all()
            known = await _histories(self._connection, [r.person_id for r in rows])
            for row in rows:
                dossier = self._dossier(known, row.person_id, row.at)
                yield Candidate(
                    row.number, dossier.name if dossier else "", row.policy, row.stage == Stage.CLOSED,
                    self._of_case(row, dossier),
                )  # fmt: skip
            if len(rows) < BATCH:
                return
            after = rows[-1].case_id

    async def establishment(self) -> AsyncIterator[Candidate]:
        """Every employee for the post he holds: what a policy says of those who stay."""
        after = 0
        while True:
            rows = (await self._connection.execute(_STAFF, {"after": after, "limit": BATCH})).all()
            known = await _histories(self._connection, [r.person_id for r in rows])
            for row in rows:
                dossier = self._dossier(known, row.person_id, self._now)
                held = dossier.position if dossier else None
                subject = Subject(self._now, dossier, held, self._closed_year(self._now)) if dossier and held else None
                yield Candidate(held.code if held else "", dossier.name if dossier else "", None, False, subject)
            if len(rows) < BATCH:
                return
            after = rows[-1].no

    def _of_case(self, row: Any, dossier: Dossier | None) -> Subject | None:
        to, came = PostRef.model_validate(row.to_post), row.from_post and PostRef.model_validate(row.from_post)
        target = Position.of_another_agency(to) if to.outside else self._posts.get(row.to_position)
        if dossier is None or target is None:
            return None
        if came and came.outside and dossier.position is None:
            post = Position.of_another_agency(came)
            dossier = dossier.model_copy(update={"position": post, "position_since": row.from_since})
        return Subject(
            row.at, dossier, target, self._closed_year(row.at), Kind(row.kind), Origin(row.origin),
            frozenset(row.overridden or ()), route=True, way=Way(row.way or Way.INSIDE),
        )  # fmt: skip

    def _closed_year(self, at: datetime) -> int:
        return max((year for year, recorded in self._closed if recorded <= at), default=0)

    def _dossier(self, known: "Histories", person: str, at: datetime) -> Dossier | None:
        row = known.row(person, at)
        return people.dossier_of(row, self._posts.get(str(row["position_code"]))) if row else None


_CODES = text("SELECT code FROM position WHERE superseded_at IS NULL")
_PERIOD = "recorded_at, superseded_at"
_RECORDED_ON = f"(recorded_at AT TIME ZONE '{PROVINCE.key}')::date"
_HISTORY = {
    "employee": text(f"""
        SELECT e.person_id, p.id AS person, p.nip, p.name, e.status, e.grade, e.appointed_on, e.birth_date, e.education,
               e.education_field, (e.recorded_at AT TIME ZONE '{PROVINCE.key}')::date AS as_of,
               e.recorded_at, e.superseded_at
        FROM employee e JOIN person p ON p.id = e.person_id WHERE e.person_id = ANY(:people)"""),
    "occupancy": text("""
        SELECT o.person_id, o.position_code, lower(o.during) AS since, upper(o.during) AS until, o.source,
               t.title, t.kind, t.tier, t.unit_code, o.recorded_at, o.superseded_at
        FROM occupancy o LEFT JOIN position t ON t.code = o.position_code AND t.superseded_at IS NULL
        WHERE o.kind = 'incumbent' AND o.person_id = ANY(:people)"""),
    "post_history": text(f"""
        SELECT person_id, title, kind, tier, unit, valid_from AS start, valid_to AS "end", source,
               {_RECORDED_ON} AS as_of, {_PERIOD}
        FROM post_history WHERE person_id = ANY(:people)"""),
    "rating": text(f"""
        SELECT person_id, year, rating, source, {_RECORDED_ON} AS as_of, {_PERIOD}
        FROM rating WHERE person_id = ANY(:people)"""),
    "condition": text(f"""
        SELECT person_id, kind, valid_from AS start, valid_to AS "end", source, {_PERIOD}
        FROM condition WHERE person_id = ANY(:people)"""),
    "competence": text(f"""
        SELECT person_id, competence, level, assessed_on, source, {_PERIOD}
        FROM competence WHERE person_id = ANY(:people)"""),
    "talent": text(f"""
        SELECT person_id, year, performance_axis AS performance, potential_axis AS potential, {_PERIOD}
        FROM talent WHERE person_id = ANY(:people)"""),
}
"""Everything ever recorded about some people, superseded rows included."""


class Histories:
    """What was recorded about some people, to be asked as of an instant."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        self._rows[table, row["person_id"]].append(row)

    def row(self, person: str, at: datetime) -> dict[str, object] | None:
        """What was known about a person, in the shape of `people.dossier_row`; None where he was no employee."""
        day = local_day(at)
        profile = next(iter(self._known("employee", person, at)), None)
        if profile is None:
            return None
        post = next((o for o in self._known("occupancy", person, at) if _covers(o, day)), None)
        former = [_former(o) for o in self._known("occupancy", person, at) if o["title"] and _ended(o, day)]
        talents = self._known("talent", person, at)
        return {
            **profile,
            "position_code": post["position_code"] if post else None,
            "position_since": post["since"] if post else None,
            "ratings": self._known("rating", person, at),
            "conditions": self._known("condition", person, at),
            "competences": {c["competence"]: c for c in self._known("competence", person, at)},
            "history": [*self._known("post_history", person, at), *former],
            "talent": max(talents, key=lambda t: t["year"], default=None),
        }

    def _known(self, table: str, person: str, at: datetime) -> list[Mapping[str, Any]]:
        seen = at + _WRITTEN_WITH
        return [
            r
            for r in self._rows.get((table, person), ())
            if r["recorded_at"] <= seen and (r["superseded_at"] is None or r["superseded_at"] > seen)
        ]


def _ended(occupancy: Mapping[str, Any], day: date) -> bool:
    return occupancy["until"] is not None and occupancy["until"] <= day


def _former(occupancy: Mapping[str, Any]) -> dict[str, Any]:
    """A post that the register itself saw somebody leave, as a post held before."""
    return {
        "title": occupancy["title"],
        "kind": occupancy["kind"],
        "tier": occupancy["tier"],
        "unit": occupancy["unit_code"],
        "start": occupancy["since"],
        "end": occupancy["until"] - timedelta(days=1),
        "source": occupancy["source"],
        "as_of": local_day(occupancy["recorded_at"]),
    }


def _covers(row: Mapping[str, Any], day: date) -> bool:
    return bool(row["since"] <= day and (row["until"] is None or day < row["until"]))


async def _histories(connection: AsyncConnection, persons: list[str]) -> Histories:
    found = Histories()
    for table, query in _HISTORY.items():
        for row in (await connection.execute(query, {"people": persons})).mappings():
            found.add(table, dict(row))
    return found
