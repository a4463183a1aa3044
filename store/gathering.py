"""Gathering the facts of a judgement, in the commit's transaction: what each command needs, and no more."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import local_day
from domain.case import Case
from domain.commands import Command, Elapse, OpenCase, Proposal, ProposeAlternative, Undelivered, UndoAct
from domain.events import WakeKind
from domain.facts import Actor, Facts, Position
from domain.policy import Policy
from domain.vocabulary import Act
from store import people, seats
from store.calendars import Calendars
from store.policies import Policies
from store.surroundings import Surroundings, surroundings

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

SEAT_TAKING_ACTS = (JUDGING_ACTS | {Act.UNDO}) - {Act.DECIDE, Act.ISSUE_DECREE, Act.RECORD_REVIEW}
"""Acts after which the case may hold a seat that it did not hold before."""

_OPEN_CASE = text("""
    SELECT number FROM docket WHERE person_id = :person AND stage NOT IN ('review', 'closed')
""")
_NUMBER = text("SELECT 'MUT-' || CAST(:year AS text) || '-' || lpad(nextval('case_number')::text, 6, '0')")
_BASELINE = text("""
    SELECT v.value FROM private_value v JOIN ledger l USING (case_id, seq)
    WHERE v.case_id = :case AND l.type = 'baseline_frozen' AND v.path = 'ratings' ORDER BY v.seq DESC LIMIT 1
""")


class Gatherer:
    """Reads facts. Policies and calendars are kept between commits; everything else is read each time.

    `to_commit` says that what is decided will be written: who may take a seat stands in line for it then.
    """

    def __init__(self, to_commit: bool = False) -> None:
        self._policies = Policies()
        self._calendars = Calendars()
        self._to_commit = to_commit

    async def for_proposal(
        self,
        connection: AsyncConnection,
        now: datetime,
        actor: str,
        proposal: Proposal,
        command_id: str | None = None,
    ) -> tuple[Facts, Surroundings]:
        """Everything to preview or open a case for a person and a post, and what surrounds it."""
        today = local_day(now)
        row = await people.dossier_row(connection, proposal.nip, today)
        posts = await people.positions(connection, [proposal.position_code, *_code(row)])
        target, ancestors = posts.get(proposal.position_code, (None, frozenset[str]()))
        origin = next((posts[code][0] for code in _code(row) if code in posts), None)
        dossier = people.dossier_of(row, origin) if row else None
        agencies = [p.agency for p in (target, origin) if p]
        around = await surroundings(
            connection,
            today,
            actor,
            subject=dossier.person if dossier else None,
            agencies=agencies,
            command_id=command_id,
        )
        facts = replace(
            await self._facts(connection, now, None, actor, agencies, around),
            dossier=dossier,
            target=target,
            target_ancestors=ancestors,
            seats=await seats.seats(connection, today, target, origin, None, self._to_commit) if target else None,
        )
        return facts, around

    async def for_case(
        self,
        connection: AsyncConnection,
        now: datetime,
        case: Case,
        actor: str,
        command: Command | None,
        around: Surroundings,
    ) -> Facts:
        """Everything to judge a command on a case; without a command, what every act needs."""
        facts = await self._facts(connection, now, case.policy, actor, agencies_of(case), around)
        if command is None or not _is_judging(case, command):
            return facts
        code, wanted = _post_in_question(case, command)
        row = await people.dossier_row(connection, case.subject, facts.today)
        posts = await people.positions(connection, [code, *_code(row)])
        target, ancestors = posts.get(code, (None, frozenset[str]()))
        origin: Position | None = next((posts[c][0] for c in _code(row) if c in posts), None)
        baseline = (await connection.execute(_BASELINE, {"case": case.id})).scalar() if case.placed_on else None
        taking = self._to_commit and getattr(command, "act", None) in SEAT_TAKING_ACTS
        return replace(
            facts,
            dossier=people.dossier_of(row, origin) if row else None,
            target=target,
            target_ancestors=ancestors,
            seats=await seats.seats(connection, facts.today, target, origin, case, taking, wanted) if target else None,
            baseline_ratings=baseline or {},
        )

    async def _facts(
        self,
        connection: AsyncConnection,
        now: datetime,
        policy_hash: str | None,
        actor: str,
        agencies: list[str],
        around: Surroundings,
    ) -> Facts:
        """Policy (the one in force when none is pinned), calendar, actor, holders and relatives."""
        today = local_day(now)
        policy: Policy
        if policy_hash is None:
            policy = await self._policies.in_force(connection, today)
        else:
            policy = await self._policies.pinned(connection, policy_hash)
        return Facts(
            now=now,
            policy=policy,
            calendar=await self._calendars.present(connection, around.calendar, today),
            actor=Actor(person=actor, name=around.name or "", offices=around.held_by(actor)),
            kin=around.kin,
            holders=around.on_route(agencies),
            windows=around.windows,
            last_closed_rating_year=max(policy.evaluation.last_closed_rating_year, around.closed_year or 0),
        )


async def case_number(connection: AsyncConnection, facts: Facts) -> str:
    """The next case number of the year. Numbers of refused openings are left out, not used again."""
    return str((await connection.execute(_NUMBER, {"year": str(facts.today.year)})).scalar_one())


async def open_case_of(connection: AsyncConnection, person: str) -> str | None:
    """Number of an open case of a person, one in review aside."""
    return (await connection.execute(_OPEN_CASE, {"person": person})).scalar()


def agencies_of(case: Case) -> list[str]:
    """The agencies of destination and origin."""
    return [case.to_post.agency, *([case.from_post.agency] if case.from_post else [])]


def _code(row: dict[str, object] | None) -> list[str]:
    """The code of the post a civil servant holds, if he holds one."""
    return [str(row["position_code"])] if row and row["position_code"] else []


def _is_judging(case: Case, command: Command) -> bool:
    match command:
        case OpenCase() | Undelivered():
            return False
        case Elapse():
            return bool(case.wakes) and case.wakes[0].what in (WakeKind.EFFECT, WakeKind.REVIEW)
        case UndoAct():
            return case.seat_to_retake is not None
        case _:
            return command.act in JUDGING_ACTS


def _post_in_question(case: Case, command: Command) -> tuple[str, int | None]:
    """The post that a command is judged for, and the seat of it that is needed again if the command takes one back."""
    if isinstance(command, ProposeAlternative):
        return command.position_code, None
    if isinstance(command, UndoAct) and case.undo:
        return case.undo.before.to_post.position, case.seat_to_retake
    return case.to_post.position, None
