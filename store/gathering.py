"""Gathering the facts of a judgement, in the commit's transaction: what each command needs, and no more."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import Calendar, local_day
from domain.case import CLOCK, Case
from domain.commands import (
    AddDocument,
    AnnulDecree,
    CallInLine,
    Command,
    Elapse,
    OpenCase,
    Proposal,
    Propose,
    ProposeAlternative,
    Recompute,
    RevokeDecree,
    Undelivered,
    UndoAct,
)
from domain.decide.clockwork import LOOKING
from domain.decide.decree_repair import way_back
from domain.decide.recheck import has_post_in_view
from domain.events import WakeKind
from domain.facts import Actor, Facts, Position
from domain.policy import Policy
from domain.vocabulary import Act, Status
from store import documents, people, seat_calls, seats
from store.calendars import CALENDAR_VERSION, Calendars
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
        Act.RESUME,
        Act.RECHECK_POST,
        Act.CORRECT_DECREE,
        Act.REVOKE_DECREE,
        Act.ANNUL_DECREE,
    }
)
"""Acts judged by dossier, post and seats; the others by the case and the actor alone."""

_SEAT_SETTLED = frozenset({Act.DECIDE, Act.ISSUE_DECREE, Act.RECORD_REVIEW, Act.CORRECT_DECREE})
SEAT_TAKING_ACTS = (JUDGING_ACTS | {Act.UNDO}) - _SEAT_SETTLED
"""Acts after which the case may hold a seat that it did not hold before."""

_VERSION = text(CALENDAR_VERSION)
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

    async def policy_in_force(self, connection: AsyncConnection, day: date) -> Policy:
        """The policy that a case opened on the day would be judged by."""
        return await self._policies.in_force(connection, day)

    async def for_post(self, connection: AsyncConnection, now: datetime, actor: str, code: str) -> Facts | None:
        """Everything to judge anybody for a post, the person aside; None for a post that does not exist."""
        today = local_day(now)
        posts = await people.positions(connection, [code])
        if code not in posts:
            return None
        target, ancestors = posts[code]
        around = await surroundings(connection, today, actor, agencies=[target.agency])
        return replace(
            await self._facts(connection, now, None, actor, [target.agency], around),
            target=target,
            target_ancestors=ancestors,
            seats=await seats.seats(connection, today, target, None, None),
        )

    async def for_person(self, connection: AsyncConnection, now: datetime, actor: str, person: str) -> Facts | None:
        """Everything to judge a civil servant for any post, the post aside; None for who is none."""
        today = local_day(now)
        found = (await people.dossiers(connection, [person], today)).get(person)
        if found is None:
            return None
        agencies = [found.position.agency] if found.position else []
        around = await surroundings(connection, today, actor, subject=person, agencies=agencies)
        return replace(await self._facts(connection, now, None, actor, agencies, around), dossier=found)

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
        if isinstance(command, AddDocument):
            content, elsewhere = await documents.asked_for(connection, case, command, actor)
            return replace(facts, content=content, elsewhere=elsewhere)
        if command is None or not _is_judging(case, command):
            return await self._with_post(connection, facts, case) if _meets_windows(case, command, facts) else facts
        code, wanted = _post_in_question(case, command)
        former = case.from_post.position if case.from_post else None
        row = await people.dossier_row(connection, case.subject, facts.today)
        posts = await people.positions(connection, [code, *_code(row), *([former] if former else [])])
        target, ancestors = posts.get(code, (None, frozenset[str]()))
        origin: Position | None = next((posts[c][0] for c in _code(row) if c in posts), None)
        baseline = (await connection.execute(_BASELINE, {"case": case.id})).scalar() if case.placed_on else None
        takes = isinstance(command, CallInLine) or getattr(command, "act", None) in SEAT_TAKING_ACTS
        taking = self._to_commit and takes
        around_post = (
            await seats.seats(connection, facts.today, target, origin, case, taking, wanted) if target else None
        )
        if isinstance(command, CallInLine) and around_post is not None:
            promised = await seat_calls.promised(connection, code, command.call)
            around_post = around_post.model_copy(update={"promised": promised})
        return replace(
            facts,
            dossier=people.dossier_of(row, origin) if row else None,
            target=target,
            target_ancestors=ancestors,
            seats=around_post,
            former=posts[former][0] if former in posts else None,
            baseline_ratings=baseline or {},
        )

    async def calendar(self, connection: AsyncConnection, today: date) -> Calendar:
        """The calendar as the register has it now."""
        version = (await connection.execute(_VERSION)).scalar_one()
        return await self._calendars.present(connection, version, today)

    async def to_recompute(self, connection: AsyncConnection, now: datetime, cases: list[Case]) -> list[Facts]:
        """What the deadlines of some cases are reckoned with now, in the order of the cases."""
        around = await surroundings(connection, local_day(now), CLOCK)
        deciding = [c.to_post.position for c in cases if c.status is Status.AWAITING_DECISION] if around.windows else []
        posts = await people.positions(connection, deciding) if deciding else {}
        found = []
        for case in cases:
            facts = await self._facts(connection, now, case.policy, CLOCK, [], around)
            target, ancestors = posts.get(case.to_post.position, (None, frozenset[str]()))
            found.append(replace(facts, target=target, target_ancestors=ancestors))
        return found

    @staticmethod
    async def _with_post(connection: AsyncConnection, facts: Facts, case: Case) -> Facts:
        """The facts with the target post alone: enough to know which windows concern it."""
        code = case.to_post.position
        target, ancestors = (await people.positions(connection, [code])).get(code, (None, frozenset[str]()))
        return replace(facts, target=target, target_ancestors=ancestors)

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
            leaves=around.leaves,
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


_WITH_A_POST = frozenset({WakeKind.EFFECT, WakeKind.REVIEW, WakeKind.HOLD_OVER})
"""Wakes that concern the target post, whatever the stage."""


def _is_judging(case: Case, command: Command) -> bool:
    match command:
        case OpenCase() | Undelivered() | Recompute():
            return False
        case CallInLine():
            return True
        case Elapse():
            if case.alarm is None:
                return False
            looking = case.alarm.what in LOOKING and has_post_in_view(case)
            return looking or case.alarm.what in _WITH_A_POST
        case UndoAct():
            return case.seat_to_retake is not None
        case _:
            return command.act in JUDGING_ACTS


def _post_in_question(case: Case, command: Command) -> tuple[str, int | None]:
    """The post that a command is judged for, and the seat of it that is needed again if the command takes one back."""
    match command:
        case ProposeAlternative():
            return command.position_code, None
        case UndoAct() if case.undo:
            return case.undo.before.to_post.position, case.seat_to_retake
        case RevokeDecree() | AnnulDecree() if case.placed_on:
            return way_back(case, command.position_code), None
        case _:
            return case.to_post.position, None


_AT_THE_DECISION = frozenset({Status.AWAITING_DECISION, Status.DEFERRED})


def _meets_windows(case: Case, command: Command | None, facts: Facts) -> bool:
    """Whether windows matter though nothing is judged: to who looks at a case, and on the way to a decision."""
    if not facts.windows or case.closed:
        return False
    status = case.held.status if case.held else case.status
    return command is None or status in _AT_THE_DECISION or isinstance(command, Propose)
