"""The outbox: notices written in the commit, delivered later, each with a state everyone concerned can see."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import Case
from domain.decide import Decision
from domain.events import ActUndone, CaseClosedForCause, OfficialRecused
from domain.facts import Facts
from domain.notices import Notice, notices, task_notices
from domain.vocabulary import Act, EndingCause

_CANCEL = text("""
    UPDATE notice SET state = 'cancelled'
    WHERE case_id = :case AND state IN ('queued', 'failed', 'in_app')
      AND seq IN (SELECT u.seq FROM ledger u JOIN ledger f ON f.case_id = u.case_id AND f.command_id = u.command_id
                  WHERE f.case_id = :case AND f.seq = :from_seq)
""")
_CALL_OFF = text("""
    UPDATE seat_call SET state = 'cancelled'
    WHERE case_id = :case AND state = 'open'
      AND seq IN (SELECT u.seq FROM ledger u JOIN ledger f ON f.case_id = u.case_id AND f.command_id = u.command_id
                  WHERE f.case_id = :case AND f.seq = :from_seq)
""")
_SILENCE = text("""
    UPDATE notice SET state = 'cancelled', fault = 'recipient_died'
    WHERE person_id = :person AND state IN ('queued', 'failed')
""")
_SPEAK_AGAIN = text("""
    UPDATE notice SET state = 'queued', fault = NULL
    WHERE person_id = :person AND state = 'cancelled' AND fault = 'recipient_died'
""")
_NEXT = text("""
    SELECT least(
        (SELECT min(not_before) FROM notice
         WHERE case_id = :case AND state IN ('queued', 'failed') AND key <> ALL(:besides)),
        (SELECT min(not_before) FROM seat_call WHERE case_id = :case AND state = 'open'))
""")


class Post(NamedTuple):
    """The notices of one command, to be written with it, and when they may leave and must have left."""

    rows: list[dict[str, object]]
    not_before: datetime
    give_up_at: datetime


def post(decision: Decision, facts: Facts, by: str) -> Post:
    """The notices of a command. They wait until the act can no longer be undone."""
    rows: list[dict[str, object]] = []
    for event, case in decision.steps:
        rows += _rows(case, notices(event, case, facts, by))
    last = decision.steps[-1].case
    if any(event.move or isinstance(event, OfficialRecused) for event in decision.events):
        rows += _rows(last, task_notices(last, facts, by), first=len(rows))
    not_before = max((e.undo_until for e in decision.events if e.undo_until), default=facts.now)
    return Post(rows, not_before, not_before + timedelta(hours=facts.policy.notices.give_up_hours))


async def cancel_undone(connection: AsyncConnection, decision: Decision) -> None:
    """Where the command took an act back, cancel the notices of that act that have not left, and its calls to a line.

    A death that was none gives the person back what was still waiting for him.
    """
    for event, case in decision.steps:
        if isinstance(event, ActUndone):
            await connection.execute(_CANCEL, {"case": case.id, "from_seq": event.from_seq})
            await connection.execute(_CALL_OFF, {"case": case.id, "from_seq": event.from_seq})
            if event.undone is Act.CLOSE_FOR_CAUSE:
                await connection.execute(_SPEAK_AGAIN, {"person": case.subject})


async def silence_dead(connection: AsyncConnection, decision: Decision) -> None:
    """Nothing more is sent to a person who died, what waits to be sent included."""
    for event, case in decision.steps:
        if isinstance(event, CaseClosedForCause) and event.cause is EndingCause.DEATH:
            await connection.execute(_SILENCE, {"person": case.subject})


def _rows(case: Case, told: list[Notice], first: int = 0) -> list[dict[str, object]]:
    return [
        {
            "key": f"{case.id}/{case.seq}/{n}",
            "seq": case.seq,
            "by_mail": notice.by_mail,
            **notice.model_dump(include=_SENT),
        }
        for n, notice in enumerate(told, first)
    ]


_SENT = {"person", "template", "params"}


async def next_post(connection: AsyncConnection, case_id: str, besides: Iterable[str] = ()) -> datetime | None:
    """When the outbox of a case has something to send; None when it is empty, the notices `besides` aside."""
    return (await connection.execute(_NEXT, {"case": case_id, "besides": list(besides)})).scalar()


class Unsent(NamedTuple):
    """A notice that is due: enough to word it and send it."""

    id: int
    key: str
    case_id: str
    template: str
    params: dict[str, str | int]
    address: str
    name: str
    language: str
    expired: bool


_DUE = text("""
    SELECT n.id, n.key, n.case_id, n.template, n.params, n.address, p.name, p.language, n.give_up_at <= :at AS expired
    FROM notice n JOIN person p ON p.id = n.person_id
    WHERE n.case_id = :case AND n.state IN ('queued', 'failed') AND n.not_before <= :at
    ORDER BY n.id
""")
_MARK = text("""
    UPDATE notice SET state = :state, fault = :fault, attempts = attempts + 1, sent_at = :sent_at
    WHERE id = :id AND (state IN ('queued', 'failed') OR :state = 'sent')
""")
_GIVE_UP = text("""
    UPDATE notice SET state = 'undelivered' WHERE case_id = :case AND key = ANY(:keys) AND state IN ('queued', 'failed')
""")


async def due(connection: AsyncConnection, case_id: str, at: datetime) -> list[Unsent]:
    """The unsent notices of a case whose time has come, oldest first."""
    rows = await connection.execute(_DUE, {"case": case_id, "at": at})
    return [Unsent(**r._mapping) for r in rows]


async def mark(
    connection: AsyncConnection, notice: int, state: str, fault: str | None = None, sent_at: datetime | None = None
) -> None:
    """Record what became of one attempt: `sent`, or `failed` with the fault."""
    await connection.execute(_MARK, {"id": notice, "state": state, "fault": fault, "sent_at": sent_at})


async def give_up(connection: AsyncConnection, case_id: str, keys: Iterable[str]) -> None:
    """Mark notices as undelivered, in the commit that records it as an event."""
    await connection.execute(_GIVE_UP, {"case": case_id, "keys": list(keys)})
