"""The commit: the one transaction that judges a command and writes what follows. Nothing else writes a case.

Exactly once out of at-least-once: a command id that is in the register is answered as then, whatever crashed or was
sent again; a workflow that is behind the register is told where the case stands; two cases racing for one seat collide
on the database's constraint, and the loser is judged again with the seat gone.
"""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.calendar import local_day
from domain.case import CLOCK, Case
from domain.commands import CallInLine, Command, OpenCase, Undelivered, parse_command
from domain.decide import Decision, decide, open_case
from domain.facts import Facts
from domain.lines import freed
from domain.protocol import Attempt, Committed, Snapshot
from domain.refusals import Refusal, RefusalCode, refuse
from store import consequences, docket, ledger, outbox, seat_calls
from store.attempts import record_refusal
from store.failpoint import failpoint
from store.gathering import Gatherer, case_number, open_case_of
from store.surroundings import around_case
from store.writing import Written, write

_CONSTRAINTS = {
    "seat_has_one_occupant": RefusalCode.SEAT_TAKEN,
    "person_has_one_post": RefusalCode.SEAT_TAKEN,
    "one_open_case_per_person": RefusalCode.OPEN_CASE_EXISTS,
}
"""Constraints that hold across cases: their violation is a refusal with its name, not an error."""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:case, 0))")
_DOCKET = text("SELECT state, head FROM docket WHERE case_id = :case FOR UPDATE")


TRIES = 3
"""How often a command that lost a seat to another is judged anew; the last time with no seat left to take."""


class _Refused(Exception):
    """Leaves the transaction when the judgement refuses: nothing was written, the attempt is recorded apart."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class RegisterBehind(Exception):
    """The engine knows more of a case than the register: an older backup was restored. An operator must settle it."""


class _Present(NamedTuple):
    """The case as the register holds it, locked."""

    case: Case
    head: bytes


class Register:
    """The register as the workflow's activities and the tests use it: one verb, `commit`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._gatherer = Gatherer(to_commit=True)

    async def commit(self, attempt: Attempt) -> Committed:
        """Judge one command and write what follows; a refusal comes back as data and is recorded as an attempt."""
        for left in reversed(range(TRIES)):
            lost = left == 0
            try:
                async with self._engine.begin() as connection:
                    done = await self._commit(connection, attempt, lost_seat=lost)
                    failpoint("commit.before_commit")
                failpoint("commit.after_commit")
                return done
            except _Refused as refused:
                return await self._refuse(attempt, refused.refusal)
            except IntegrityError as error:
                code = _CONSTRAINTS.get(_constraint(error))
                if code is None:
                    raise
                if lost or code is RefusalCode.OPEN_CASE_EXISTS:
                    return await self._refuse(attempt, refuse(code))
        raise AssertionError("the last try answers")

    async def _commit(self, connection: AsyncConnection, attempt: Attempt, lost_seat: bool) -> Committed:
        envelope = attempt.envelope
        present = await _locked(connection, attempt)
        command = parse_command(envelope.kind, envelope.body)
        facts, asked = await self._facts(connection, attempt, present, command)
        if asked is not None:
            if asked != envelope.fingerprint:
                raise _Refused(refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED))
            return Committed(snapshot=await _snapshot(connection, present), replayed=True)
        known_seq = present.case.seq if present else 0
        if known_seq > attempt.expected_seq:
            return Committed(snapshot=await _snapshot(connection, present), behind=True)
        if known_seq < attempt.expected_seq:
            raise RegisterBehind(f"case {attempt.case_id}: the engine is at {attempt.expected_seq}")
        if isinstance(command, CallInLine) and not await seat_calls.still_open(connection, command.call):
            return Committed(snapshot=await _snapshot(connection, present))
        if lost_seat and facts.seats:
            facts = replace(facts, seats=facts.seats.model_copy(update={"free_seat": None, "ours_holds": False}))
        decision = self._judge(attempt, present, command, facts)
        if not decision.steps:
            return Committed(snapshot=await _snapshot(connection, present))
        failpoint("commit.before_write")
        after, post_at = await _write(connection, attempt, present, command, decision, facts)
        return Committed(snapshot=snapshot_of(after.case, after.head, post_at))

    async def _facts(
        self, connection: AsyncConnection, attempt: Attempt, present: _Present | None, command: Command
    ) -> tuple[Facts, str | None]:
        """The facts of the judgement, and what was asked under this command id if it was carried out before."""
        envelope = attempt.envelope
        if isinstance(command, OpenCase):
            facts, around = await self._gatherer.for_proposal(
                connection, attempt.at, envelope.actor, command, envelope.id
            )
            if facts.dossier is None or around.asked is not None:
                return facts, around.asked
            other = await open_case_of(connection, facts.dossier.person)
            number = await case_number(connection, facts) if other is None else ""
            return replace(facts, open_case=other, number=number), None
        if present is None:
            raise _Refused(refuse(RefusalCode.CASE_UNKNOWN))
        around = await around_case(connection, local_day(attempt.at), envelope.actor, present.case, envelope.id)
        judged = None if around.asked is not None else command
        facts = await self._gatherer.for_case(connection, attempt.at, present.case, envelope.actor, judged, around)
        return facts, around.asked

    @staticmethod
    def _judge(attempt: Attempt, present: _Present | None, command: Command, facts: Facts) -> Decision:
        if isinstance(command, OpenCase):
            decided = open_case(attempt.case_id, command, facts)
        else:
            assert present is not None, "an unknown case was refused while gathering"
            decided = decide(present.case, command, facts, attempt.envelope.expected_version)
        if isinstance(decided, Refusal):
            raise _Refused(decided)
        return decided

    async def _refuse(self, attempt: Attempt, refusal: Refusal) -> Committed:
        envelope = attempt.envelope
        if envelope.actor != CLOCK:
            await record_refusal(
                self._engine,
                refusal,
                case_id=attempt.case_id,
                act=envelope.kind,
                actor=envelope.actor,
                at=attempt.at,
                command_id=envelope.id,
                request_id=envelope.request_id,
            )
        return Committed(refusal=refusal)


async def _locked(connection: AsyncConnection, attempt: Attempt) -> _Present | None:
    """The case, its docket row locked; where there is none yet, its id is."""
    if attempt.expected_seq == 0:
        await connection.execute(_LOCK, {"case": attempt.case_id})
    row = (await connection.execute(_DOCKET, {"case": attempt.case_id})).first()
    return _Present(Case.model_validate(row.state), row.head) if row else None


async def _write(
    connection: AsyncConnection,
    attempt: Attempt,
    present: _Present | None,
    command: Command,
    decision: Decision,
    facts: Facts,
) -> tuple[_Present, datetime | None]:
    """Append the events, move the read model, seats and outbox: the case after, and when its outbox has to send."""
    envelope = attempt.envelope
    before, after = present.case if present else None, decision.steps[-1].case
    header = ledger.Header(
        case_id=attempt.case_id,
        at=attempt.at,
        actor=envelope.actor,
        actor_name=facts.actor.name or None if envelope.actor != CLOCK else None,
        office=decision.office,
        command_id=envelope.id,
        policy=after.policy,
        workflow_id=attempt.workflow_id,
        run_id=attempt.run_id,
    )
    first = (before.seq if before else 0) + 1
    entries = ledger.entries(header, first, present.head if present else None, decision.events)
    head = entries[-1].hash
    standing = {**docket.docket_values(after), **docket.named_values(decision.events)}
    await consequences.apply(connection, before, after, decision.events, facts.today)
    await outbox.cancel_undone(connection, decision)
    await outbox.silence_dead(connection, decision)
    if isinstance(command, Undelivered):
        await outbox.give_up(connection, after.id, command.keys)
    if isinstance(command, CallInLine):
        await seat_calls.close(connection, command.call)
    post = outbox.post(decision, facts, envelope.actor)
    lines = freed(before, after, decision.events, facts.now)
    await seat_calls.leave(connection, after.id, first, lines, post.not_before)
    tasks = docket.task_values(after)
    post_at = await write(connection, Written(header, envelope, entries, before is None, standing, tasks, post))
    return _Present(after, head), post_at


async def _snapshot(connection: AsyncConnection, present: _Present | None) -> Snapshot | None:
    if present is None:
        return None
    return snapshot_of(present.case, present.head, await outbox.next_post(connection, present.case.id))


def snapshot_of(case: Case, head: bytes, post_at: datetime | None) -> Snapshot:
    """What the workflow needs to know of a case as it stands in the register."""
    return Snapshot(
        case_id=case.id,
        seq=case.seq,
        stage=case.stage,
        status=case.status,
        unit=case.to_post.agency,
        due_at=case.due.at if case.due else None,
        wake_at=case.alarm.at if case.alarm and not case.closed else None,
        post_at=post_at,
        final_at=(case.undo.until if case.undo else case.since) if case.closed else None,
        head=head.hex(),
    )


def _constraint(error: IntegrityError) -> str:
    diag = getattr(error.orig, "diag", None)
    return getattr(diag, "constraint_name", None) or ""
