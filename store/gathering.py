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
    Archive,
    CallInLine,
    Command,
    ConfirmNeed,
    Elapse,
    OpenCase,
    Proposal,
    Propose,
    ProposeAlternative,
    Recompute,
    RecordConsent,
    RecordConsideration,
    RevokeDecree,
    Undelivered,
    UndoAct,
)
from domain.decide.clockwork import LOOKING
from domain.decide.decree_repair import way_back
from domain.decide.opening import named_outside
from domain.decide.recheck import has_post_in_view
from domain.events import OUTSIDE, PostRef, WakeKind
from domain.facts import Actor, Dossier, Facts, Place, Position, Seats
from domain.policy import Policy
from domain.recomputing import DECISIONS
from domain.vocabulary import Act, Stage, Status
from store import documents, people, seat_calls, seats, shortlist
from store.calendars import CALENDAR_VERSION, Calendars
from store.policies import Policies
from store.surroundings import Surroundings, surroundings

JUDGING_ACTS = frozenset(
    {
        Act.SUPPLY_DOSSIER,
        Act.CONFIRM_OVERRIDE,
        Act.CONFIRM_NEED,
        Act.PROPOSE_ALTERNATIVE,
        Act.VERIFY,
        Act.DECIDE,
        Act.ISSUE_DECREE,
        Act.RECORD_REVIEW,
        Act.RETURN,
        Act.RESUME,
        Act.RECHECK_POST,
        Act.CORRECT_DECREE,
        Act.REVOKE_DECREE,
        Act.ANNUL_DECREE,
        Act.AUTHORISE,
        Act.RECORD_OUTSIDE_DECISION,
    }
)
"""Acts judged by dossier, post and seats; the others by the case and the actor alone."""

_SEAT_SETTLED = frozenset(
    {
        Act.VERIFY,
        Act.DECIDE,
        Act.ISSUE_DECREE,
        Act.RECORD_REVIEW,
        Act.CORRECT_DECREE,
        Act.AUTHORISE,
        Act.RECORD_OUTSIDE_DECISION,
    }
)
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
        to, since = proposal.to_outside, proposal.from_outside.since if proposal.from_outside else None
        posts = await people.positions(connection, [proposal.position_code or "", *_code(row)])
        target, ancestors = _target(posts, proposal.position_code or "", named_outside(to) if to else None, _code(row))
        origin = next((posts[code][0] for code in _code(row) if code in posts), None)
        came = named_outside(proposal.from_outside) if proposal.from_outside else None
        dossier = _coming_from(people.dossier_of(row, origin), came, since) if row else None
        agencies = [p.agency for p in (target, origin) if p and not p.outside]
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
            seats=await _seats(connection, today, target, origin, None, self._to_commit) if target else None,
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
        former = case.from_post.position if case.from_post and not case.from_post.outside else None
        row = await people.dossier_row(connection, case.subject, facts.today)
        posts = await people.positions(connection, [code, *_code(row), *([former] if former else [])])
        outside = case.to_post if code == OUTSIDE else None
        target, ancestors = _target(posts, code, outside, [former] if former else [])
        origin: Position | None = next((posts[c][0] for c in _code(row) if c in posts), None)
        baseline = (await connection.execute(_BASELINE, {"case": case.id})).scalar() if case.placed_on else None
        takes = isinstance(command, CallInLine) or getattr(command, "act", None) in SEAT_TAKING_ACTS
        taking = self._to_commit and takes
        facts = replace(
            facts,
            dossier=_coming_from(people.dossier_of(row, origin), case.from_post, case.from_since) if row else None,
            target=target,
            target_ancestors=ancestors,
        )
        # Before anybody stands in line for a seat: ranking takes long, and the line is everybody's.
        place = await _place(connection, facts, origin, case) if _chooses(case, command) else None
        found = await _seats(connection, facts.today, target, origin, case, taking, wanted) if target else None
        if isinstance(command, CallInLine) and found is not None:
            promised = await seat_calls.promised(connection, code, command.call)
            found = found.model_copy(update={"promised": promised})
        return replace(
            facts,
            seats=found,
            place=place,
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
        deciding = [code for c in cases if c.status in DECISIONS for code in _vacated(c)] if around.windows else []
        posts = await people.positions(connection, deciding) if deciding else {}
        found = []
        for case in cases:
            facts = await self._facts(connection, now, case.policy, CLOCK, [], around)
            found.append(_with(facts, posts, case))
        return found

    @staticmethod
    async def _with_post(connection: AsyncConnection, facts: Facts, case: Case) -> Facts:
        """The facts with the target post alone: enough to know which windows concern it."""
        return _with(facts, await people.positions(connection, _vacated(case)), case)

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
            actor=Actor(
                person=actor,
                name=around.name or "",
                offices=around.held_by(actor),
                mandates=around.mandated_to(actor),
            ),
            kin=around.kin,
            gaining=around.gaining,
            mandates=around.mandates,
            holders=around.on_route(agencies),
            windows=around.windows,
            leaves=around.leaves,
            last_closed_rating_year=max(policy.evaluation.last_closed_rating_year, around.closed_year or 0),
        )


_Posts = dict[str, tuple[Position, frozenset[str]]]


def _target(
    posts: _Posts, code: str, outside: PostRef | None, left: list[str]
) -> tuple[Position | None, frozenset[str]]:
    """The post in question with the units above it; of another agency's post those above the one that is left."""
    if outside is None:
        return posts.get(code, (None, frozenset[str]()))
    above = next((posts[c][1] for c in left if c in posts), frozenset[str]())
    return Position.of_another_agency(outside), above


def _vacated(case: Case) -> list[str]:
    """Code of the post of the province whose holder changes; none where two other agencies are concerned."""
    post = case.from_post if case.to_post.outside else case.to_post
    return [] if post is None or post.outside else [post.position]


def _with(facts: Facts, posts: _Posts, case: Case) -> Facts:
    """The facts with the target, and the post that is left where it is another agency's."""
    left = _vacated(case)
    outside = case.to_post if case.to_post.outside else None
    target, ancestors = _target(posts, case.to_post.position, outside, left)
    former = next((posts[c][0] for c in left if c in posts), None) if outside else None
    return replace(facts, target=target, target_ancestors=ancestors, former=former)


def _coming_from(dossier: Dossier, post: PostRef | None, since: date | None) -> Dossier:
    """The dossier of who comes from another agency, with the post he holds there."""
    if post is None or not post.outside or dossier.position is not None:
        return dossier
    return dossier.model_copy(update={"position": Position.of_another_agency(post), "position_since": since})


async def _seats(
    connection: AsyncConnection,
    day: date,
    target: Position,
    origin: Position | None,
    case: Case | None,
    to_take: bool,
    wanted: int | None = None,
) -> Seats:
    if target.outside:
        return await seats.seats_left(connection, day, origin, case)
    return await seats.seats(connection, day, target, origin, case, to_take, wanted)


async def case_number(connection: AsyncConnection, facts: Facts) -> str:
    """The next case number of the year. Numbers of refused openings are left out, not used again."""
    return str((await connection.execute(_NUMBER, {"year": str(facts.today.year)})).scalar_one())


async def open_case_of(connection: AsyncConnection, person: str) -> str | None:
    """Number of an open case of a person, one in review aside."""
    return (await connection.execute(_OPEN_CASE, {"person": person})).scalar()


def agencies_of(case: Case) -> list[str]:
    """The agencies of destination and origin, as far as they are of the province."""
    return [post.agency for post in (case.to_post, case.from_post) if post is not None and not post.outside]


def _code(row: dict[str, object] | None) -> list[str]:
    """The code of the post a civil servant holds, if he holds one."""
    return [str(row["position_code"])] if row and row["position_code"] else []


_WITH_A_POST = frozenset({WakeKind.EFFECT, WakeKind.REVIEW, WakeKind.HOLD_OVER})
"""Wakes that concern the target post, whatever the stage."""


def _is_judging(case: Case, command: Command) -> bool:
    match command:
        case OpenCase() | Undelivered() | Recompute() | Archive():
            return False
        case CallInLine():
            return True
        case Elapse():
            if case.alarm is None:
                return False
            looking = case.alarm.what in LOOKING and has_post_in_view(case)
            return looking or case.alarm.what in _WITH_A_POST
        case UndoAct():
            return case.seat_to_retake is not None or case.turn_to_retake
        case _:
            return command.act in JUDGING_ACTS


def _chooses(case: Case, command: Command) -> bool:
    """Whether a command puts the person to a post for good: the need is confirmed, or was before."""
    confirmed = case.stage is Stage.CONSULTATION
    return isinstance(command, ConfirmNeed) or (isinstance(command, ProposeAlternative) and confirmed)


async def _place(connection: AsyncConnection, facts: Facts, origin: Position | None, case: Case) -> Place | None:
    """Where the person stands in the ranking for the target, where the policy of the case has a list that binds."""
    target, length = facts.target, facts.policy.fit.list
    if target is None or target.outside or facts.dossier is None or length is None:
        return None
    seen = await seats.seats(connection, facts.today, target, origin, case)
    return await shortlist.place(connection, replace(facts, seats=seen), length)


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


_AT_THE_DECISION = DECISIONS | {Status.DEFERRED}


def _meets_windows(case: Case, command: Command | None, facts: Facts) -> bool:
    """Whether windows matter though nothing is judged: to who looks at a case, and on the way to a decision."""
    if not facts.windows or case.closed:
        return False
    status = case.held.status if case.held else case.status
    may_lead_to_decision = isinstance(command, Propose | RecordConsent | RecordConsideration)
    return command is None or status in _AT_THE_DECISION or may_lead_to_decision
