"""Gathering the facts of a judgement, in the commit's transaction: what each command needs, and no more."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import Case
from domain.commands import Command, Elapse, OpenCase, Proposal, ProposeAlternative, Undelivered
from domain.events import WakeKind
from domain.facts import Actor, Dossier, Facts, OfficeHeld, Position, Window
from domain.policy import Policy
from domain.vocabulary import Act
from store import people, seats
from store.calendars import Calendars, calendar_version
from store.policies import Policies
from store.tables import RATING_YEAR

JUDGING_ACTS = frozenset(
    {
        Act.SUPPLY_DOSSIER,
        Act.CONFIRM_OVERRIDE,
        Act.CONFIRM_NEED,
        Act.PROPOSE_ALTERNATIVE,
        Act.DECIDE,
        Act.ISSUE_DECREE,
        Act.RECORD_REVIEW,
        Act.RETURN,
    }
)
"""Acts judged by dossier, post and seats; the others by the case and the actor alone."""

_STATE = select(func.max(RATING_YEAR.c.year).label("closed_year"), calendar_version.label("calendar"))
_WINDOWS = text("""
    SELECT kind, valid_from AS start, valid_to AS end, ground, scope FROM restricted_window
    WHERE superseded_at IS NULL AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)
    ORDER BY valid_from, id
""")
_OPEN_CASE = text("""
    SELECT number FROM docket
    WHERE person_id = :person AND stage NOT IN ('review', 'closed') AND case_id <> :case
""")
_NUMBER = text("SELECT 'MUT-' || CAST(:year AS text) || '-' || lpad(nextval('case_number')::text, 6, '0')")
_BASELINE = text("""
    SELECT v.value FROM private_value v JOIN ledger l USING (case_id, seq)
    WHERE v.case_id = :case AND l.type = 'baseline_frozen' AND v.path = 'ratings' ORDER BY v.seq DESC LIMIT 1
""")


class Gatherer:
    """Reads facts. Policies and calendars are kept between commits; everything else is read each time."""

    def __init__(self) -> None:
        self._policies = Policies()
        self._calendars = Calendars()

    async def basics(self, connection: AsyncConnection, now: datetime, policy_hash: str | None, actor: Actor) -> Facts:
        """Policy, calendar and actor; the policy in force when no case has pinned one."""
        state = (await connection.execute(_STATE)).one()
        utc_day = now.date()
        calendar = await self._calendars.present(connection, state.calendar, utc_day)
        policy: Policy
        if policy_hash is None:
            policy = await self._policies.in_force(connection, calendar.local_day(now))
        else:
            policy = await self._policies.pinned(connection, policy_hash)
        closed = max(policy.evaluation.last_closed_rating_year, state.closed_year or 0)
        return Facts(now=now, policy=policy, calendar=calendar, actor=actor, last_closed_rating_year=closed)

    async def today(self, connection: AsyncConnection, now: datetime) -> date:
        """The day in the province."""
        state = (await connection.execute(_STATE)).one()
        return (await self._calendars.present(connection, state.calendar, now.date())).local_day(now)

    async def for_proposal(
        self, connection: AsyncConnection, now: datetime, actor_id: str, proposal: Proposal
    ) -> Facts:
        """Everything to preview or open a case for a person and a post."""
        facts = await self.basics(connection, now, None, _nobody(actor_id))
        facts = await self._subject_and_post(connection, facts, proposal.nip, proposal.position_code, None)
        return await self._around(connection, facts, None, actor_id)

    async def for_case(
        self, connection: AsyncConnection, now: datetime, case: Case, actor_id: str, command: Command | None
    ) -> Facts:
        """Everything to judge a command on a case; without a command, what every act needs."""
        facts = await self.basics(connection, now, case.policy, _nobody(actor_id))
        if command is not None and _is_judging(case, command):
            target = command.position_code if isinstance(command, ProposeAlternative) else case.to_post.position
            facts = await self._subject_and_post(connection, facts, case.subject, target, case)
            baseline = (await connection.execute(_BASELINE, {"case": case.id})).scalar() if case.placed_on else None
            facts = replace(facts, baseline_ratings=baseline or {})
        return await self._around(connection, facts, case, actor_id)

    async def number(self, connection: AsyncConnection, facts: Facts) -> str:
        """The next case number of the year. Numbers of refused openings are left out, not used again."""
        return str((await connection.execute(_NUMBER, {"year": str(facts.today.year)})).scalar_one())

    async def open_case_of(self, connection: AsyncConnection, person: str, besides: str = "") -> str | None:
        """Number of an open case of a person, one in review aside."""
        return (await connection.execute(_OPEN_CASE, {"person": person, "case": besides})).scalar()

    async def _subject_and_post(
        self, connection: AsyncConnection, facts: Facts, person: str, post: str, case: Case | None
    ) -> Facts:
        row = await people.dossier_row(connection, person, facts.today)
        present = str(row["position_code"]) if row and row["position_code"] else None
        posts = await people.positions(connection, [post, *([present] if present else [])])
        target, ancestors = posts.get(post, (None, frozenset[str]()))
        origin = posts[present][0] if present in posts else None
        dossier: Dossier | None = people.dossier_of(row, origin) if row else None
        windows = [Window(**{**w, "scope": tuple(w["scope"])}) for w in await self._windows(connection, facts)]
        return replace(
            facts,
            dossier=dossier,
            target=target,
            target_ancestors=ancestors,
            windows=tuple(windows),
            seats=await self._seats(connection, facts, target, origin, case),
        )

    async def _windows(self, connection: AsyncConnection, facts: Facts):  # type: ignore[no-untyped-def]
        return (await connection.execute(_WINDOWS, {"day": facts.today})).mappings()

    async def _seats(  # type: ignore[no-untyped-def]
        self,
        connection: AsyncConnection,
        facts: Facts,
        target: Position | None,
        origin: Position | None,
        case: Case | None,
    ):
        return await seats.seats(connection, facts.today, target, origin, case) if target else None

    async def _around(self, connection: AsyncConnection, facts: Facts, case: Case | None, actor_id: str) -> Facts:
        """The actor with his offices, the holders on the route and in both agencies, the relatives of the subject."""
        subject = case.subject if case else facts.dossier.person if facts.dossier else None
        agencies = _agencies(case, facts)
        held = await people.offices(connection, facts.today, actor_id, agencies)
        own = tuple(o for o in held if o.person == actor_id)
        name = own[0].name if own else await people.name(connection, actor_id)
        return replace(
            facts,
            actor=Actor(person=actor_id, name=name or "", offices=own),
            holders=tuple(o for o in held if _on_route(o, agencies)),
            kin=await people.kin(connection, subject) if subject else frozenset(),
        )


def _nobody(person: str) -> Actor:
    return Actor(person=person, name="")


def _on_route(office: OfficeHeld, agencies: list[str]) -> bool:
    return office.office in people.ROUTE_OFFICES or office.unit in agencies


def _agencies(case: Case | None, facts: Facts) -> list[str]:
    if case:
        return [case.to_post.agency, *([case.from_post.agency] if case.from_post else [])]
    origin = facts.dossier.position if facts.dossier else None
    return [p.agency for p in (facts.target, origin) if p]


def _is_judging(case: Case, command: Command) -> bool:
    match command:
        case OpenCase() | Undelivered():
            return False
        case Elapse():
            return bool(case.wakes) and case.wakes[0].what in (WakeKind.EFFECT, WakeKind.REVIEW)
        case _:
            return command.act in JUDGING_ACTS
