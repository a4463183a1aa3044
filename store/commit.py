"""The commit: the one transaction that judges a command and writes what follows. Nothing else writes a case.

Exactly once out of at-least-once: a command id that is in the register is answered as then, whatever crashed or was
sent again; a workflow that is behind the register is told where the case stands; two cases racing for one seat collide
on the database's constraint, and the loser is judged again with the seat gone.
"""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.case import CLOCK, Case
from domain.commands import Command, OpenCase, Undelivered, parse_command
from domain.decide import Decision, decide, open_case
from domain.facts import Facts
from domain.protocol import Attempt, Committed, Snapshot
from domain.refusals import Refusal, RefusalCode, refuse
from store import consequences, docket, ledger, outbox
from store.attempts import record_refusal
from store.failpoint import failpoint
from store.gathering import Gatherer
from store.tables import COMMAND, DOCKET, LEDGER, PRIVATE_VALUE

_CONSTRAINTS = {
    "seat_has_one_occupant": RefusalCode.SEAT_TAKEN,
    "person_has_one_post": RefusalCode.SEAT_TAKEN,
    "one_open_case_per_person": RefusalCode.OPEN_CASE_EXISTS,
}
"""Constraints that hold across cases: their violation is a refusal with its name, not an error."""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:case, 0))")


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
        self._gatherer = Gatherer()

    async def commit(self, attempt: Attempt) -> Committed:
        """Judge one command and write what follows; a refusal comes back as data and is recorded as an attempt."""
        for lost in (False, True):
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
        raise AssertionError("the second round answers")

    async def _commit(self, connection: AsyncConnection, attempt: Attempt, lost_seat: bool) -> Committed:
        envelope = attempt.envelope
        await connection.execute(_LOCK, {"case": attempt.case_id})
        known = (await connection.execute(select(COMMAND).where(COMMAND.c.id == envelope.id))).first()
        present = await _locked(connection, attempt.case_id)
        if known is not None:
            if known.fingerprint != envelope.fingerprint:
                raise _Refused(refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED))
            return Committed(snapshot=await _snapshot(connection, present), replayed=True)
        if present and present.case.seq > attempt.expected_seq:
            return Committed(snapshot=await _snapshot(connection, present), behind=True)
        if (present.case.seq if present else 0) < attempt.expected_seq:
            raise RegisterBehind(f"case {attempt.case_id}: the engine is at {attempt.expected_seq}")
        command = parse_command(envelope.kind, envelope.body)
        facts = await self._facts(connection, attempt, present, command)
        if lost_seat and facts.seats:
            facts = replace(facts, seats=facts.seats.model_copy(update={"free_seat": None, "ours_holds": False}))
        decision = self._judge(attempt, present, command, facts)
        if not decision.steps:
            return Committed(snapshot=await _snapshot(connection, present))
        failpoint("commit.before_write")
        head = await _write(connection, attempt, present, command, decision, facts)
        after = _Present(decision.steps[-1].case, head)
        return Committed(snapshot=await _snapshot(connection, after))

    async def _facts(
        self, connection: AsyncConnection, attempt: Attempt, present: _Present | None, command: Command
    ) -> Facts:
        actor = attempt.envelope.actor
        if isinstance(command, OpenCase):
            facts = await self._gatherer.for_proposal(connection, attempt.at, actor, command)
            if facts.dossier is None:
                return facts
            other = await self._gatherer.open_case_of(connection, facts.dossier.person)
            number = await self._gatherer.number(connection, facts) if other is None else ""
            return replace(facts, open_case=other, number=number)
        if present is None:
            raise _Refused(refuse(RefusalCode.CASE_UNKNOWN))
        return await self._gatherer.for_case(connection, attempt.at, present.case, actor, command)

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


async def _locked(connection: AsyncConnection, case_id: str) -> _Present | None:
    row = (
        await connection.execute(
            select(DOCKET.c.state, DOCKET.c.head).where(DOCKET.c.case_id == case_id).with_for_update()
        )
    ).first()
    return _Present(Case.model_validate(row.state), row.head) if row else None


async def _write(
    connection: AsyncConnection,
    attempt: Attempt,
    present: _Present | None,
    command: Command,
    decision: Decision,
    facts: Facts,
) -> bytes:
    """Append the events, move the read model, seats and outbox. Returns the new head of the chain."""
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
    written = ledger.entries(header, first, present.head if present else None, decision.events)
    head = written[-1].hash
    await _append(connection, header, envelope.fingerprint, envelope.kind, envelope.request_id, written)
    await docket.project(connection, before, after, decision.events, head, envelope.actor)
    await consequences.apply(connection, before, after, decision.events, facts.today)
    await outbox.queue(connection, decision, facts, envelope.actor)
    if isinstance(command, Undelivered):
        await outbox.give_up(connection, after.id, command.keys)
    return head


async def _append(
    connection: AsyncConnection,
    header: ledger.Header,
    fingerprint: str,
    kind: str,
    request_id: str | None,
    written: list[ledger.Entry],
) -> None:
    office = header.office
    await connection.execute(
        insert(LEDGER),
        [
            {
                "case_id": header.case_id,
                "seq": entry.seq,
                "type": entry.type,
                "at": header.at,
                "actor": header.actor,
                "office": office.office if office else None,
                "capacity": office.capacity if office else None,
                "command_id": header.command_id,
                "update_id": header.command_id,
                "run_id": header.run_id,
                "policy": header.policy,
                "body": entry.body,
                "hash": entry.hash,
            }
            for entry in written
        ],
    )
    private = [
        {"case_id": header.case_id, "seq": entry.seq, "path": path, "salt": salt, "value": value}
        for entry in written
        for path, (salt, value) in entry.private.items()
    ]
    if private:
        await connection.execute(insert(PRIVATE_VALUE), private)
    await connection.execute(
        insert(COMMAND).values(
            id=header.command_id,
            case_id=header.case_id,
            kind=kind,
            actor=header.actor,
            fingerprint=fingerprint,
            first_seq=written[0].seq,
            last_seq=written[-1].seq,
            at=header.at,
            request_id=request_id,
        )
    )


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
        wake_at=case.wakes[0].at if case.wakes and not case.closed else None,
        post_at=post_at,
        final_at=(case.undo.until if case.undo else case.since) if case.closed else None,
        head=head.hex(),
    )


def _constraint(error: IntegrityError) -> str:
    diag = getattr(error.orig, "diag", None)
    return getattr(diag, "constraint_name", None) or ""
