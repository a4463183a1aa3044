"""What the register says about its own cases, to be held against itself and against the engine. Nothing here writes."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.case import Case
from domain.drift import GRACE, Drift, DriftKind
from domain.protocol import Snapshot
from store import ledger
from store.commit import snapshot_of
from store.docket import task_values

BATCH = 500

_POST = """
    least((SELECT min(not_before) FROM notice n WHERE n.case_id = d.case_id AND n.state IN ('queued', 'failed')),
          (SELECT min(not_before) FROM seat_call s WHERE s.case_id = d.case_id AND s.state = 'open'))
"""
_STANDING = text(f"""
    SELECT d.case_id, d.state, d.head, {_POST} AS post_at,
           (SELECT jsonb_agg(jsonb_build_object('no', t.no, 'acts', t.acts, 'office', t.office, 'unit', t.unit,
                                                'person_id', t.person_id, 'barred', t.barred, 'status', t.status)
                             ORDER BY t.no)
              FROM task t WHERE t.case_id = d.case_id) AS tasks
    FROM docket d
    WHERE d.case_id > :after
      AND (d.stage <> 'closed'
           OR coalesce(d.state #>> '{{undo,until}}', d.state ->> 'since')::timestamptz > :now
           OR EXISTS (SELECT FROM notice n WHERE n.case_id = d.case_id AND n.state IN ('queued', 'failed'))
           OR EXISTS (SELECT FROM seat_call s WHERE s.case_id = d.case_id AND s.state = 'open')
           OR EXISTS (SELECT FROM task t WHERE t.case_id = d.case_id))
    ORDER BY d.case_id LIMIT :limit
""")


class Standing(NamedTuple):
    """A case that is not over, as the read model has it."""

    snapshot: Snapshot
    case: Case
    tasks: list[dict[str, Any]]


async def standing(engine: AsyncEngine, now: datetime) -> AsyncIterator[list[Standing]]:
    """The cases that are not over, in batches, by id; also those that are over and still have a task."""
    after = ""
    while True:
        asked = {"after": after, "now": now, "limit": BATCH}
        async with engine.connect() as connection:
            rows = (await connection.execute(_STANDING, asked)).all()
        if not rows:
            return
        yield [_standing(row) for row in rows]
        after = rows[-1].case_id


def _standing(row: Any) -> Standing:
    case = Case.model_validate(row.state)
    return Standing(snapshot_of(case, row.head, row.post_at), case, row.tasks or [])


def within(found: Standing, now: datetime) -> list[Drift]:
    """Where the read model of a case contradicts itself: its tasks, and a due date that no clock will ring for."""
    drifts = []
    case = found.case
    wanted = [{name: value for name, value in t.items() if name in _TASK} for t in task_values(case)]
    if wanted != found.tasks:
        detail: dict[str, str | int] = {"status": case.status, "open": len(found.tasks), "awaited": len(wanted)}
        drifts.append(Drift(DriftKind.TASK_APART, case.id, case.id, detail))
    if not case.closed and case.due and case.due.at > now and (case.alarm is None or case.alarm.at > case.due.at):
        rings = case.alarm.at.isoformat() if case.alarm else ""
        drifts.append(
            Drift(DriftKind.DUE_WITHOUT_TIMER, case.id, case.id, {"due": case.due.at.isoformat(), "rings": rings})
        )
    return drifts


_TASK = ("no", "acts", "office", "unit", "person_id", "barred", "status")

_APART = text(f"""
    SELECT coalesce(l.case_id, d.case_id) AS case_id, coalesce(l.seq, 0) AS ledger_seq, coalesce(d.seq, 0) AS seq
    FROM (SELECT DISTINCT ON (case_id) case_id, seq, hash FROM ledger WHERE case_id <> '{ledger.REGISTER}'
          ORDER BY case_id, seq DESC) l
    FULL JOIN docket d ON d.case_id = l.case_id
    WHERE l.hash IS DISTINCT FROM d.head ORDER BY 1
""")
_UNSETTLED = text("""
    SELECT n.key, n.case_id, n.state FROM notice n
    WHERE (n.state IN ('queued', 'failed') AND n.give_up_at < :before) OR (n.state = 'sent' AND n.sent_at IS NULL)
       OR n.state NOT IN ('queued', 'failed', 'sent', 'undelivered', 'cancelled', 'in_app')
    ORDER BY n.id
""")
_STRAY_HOLDS = text("""
    SELECT o.id, o.case_id, o.position_code, d.stage IS NULL AS unknown, d.stage = 'closed' AS closed
    FROM occupancy o LEFT JOIN docket d ON d.case_id = o.case_id
    WHERE o.kind = 'hold' AND o.superseded_at IS NULL
      AND (d.case_id IS NULL OR d.stage = 'closed' OR (d.state ->> 'seat') IS DISTINCT FROM o.seat_id::text)
    ORDER BY o.id
""")
_MISSING_HOLDS = text("""
    SELECT d.case_id, d.to_position FROM docket d
    WHERE d.stage <> 'closed' AND d.state ->> 'seat' IS NOT NULL
      AND NOT EXISTS (SELECT FROM occupancy o WHERE o.case_id = d.case_id AND o.kind = 'hold'
                        AND o.superseded_at IS NULL AND o.seat_id::text = d.state ->> 'seat')
    ORDER BY d.case_id
""")


async def in_register(connection: AsyncConnection, now: datetime) -> list[Drift]:
    """Where ledger, read model, outbox and seats contradict each other."""
    found = [
        Drift(DriftKind.CASE_APART, r.case_id, r.case_id, {"ledger_seq": r.ledger_seq, "register_seq": r.seq})
        for r in await connection.execute(_APART)
    ]
    found += [
        Drift(DriftKind.NOTICE_UNSETTLED, r.key, r.case_id, {"state": r.state})
        for r in await connection.execute(_UNSETTLED, {"before": now - GRACE})
    ]
    found += [
        Drift(
            DriftKind.HOLD_STRAY,
            f"hold {r.id}",
            r.case_id,
            {"position": r.position_code, "case": "none" if r.unknown else "over" if r.closed else "another_seat"},
        )
        for r in await connection.execute(_STRAY_HOLDS)
    ]
    found += [
        Drift(DriftKind.HOLD_MISSING, r.case_id, r.case_id, {"position": r.to_position})
        for r in await connection.execute(_MISSING_HOLDS)
    ]
    return found


_UNARCHIVED = text("""
    SELECT d.case_id, coalesce(d.state #>> '{undo,until}', d.state ->> 'since')::timestamptz AS over_at
    FROM docket d
    WHERE d.stage = 'closed' AND coalesce(d.state #>> '{undo,until}', d.state ->> 'since')::timestamptz < :before
      AND NOT EXISTS (SELECT FROM ledger l WHERE l.case_id = d.case_id AND l.type = 'history_archived'
                        AND l.at >= (d.state ->> 'since')::timestamptz)
    ORDER BY d.case_id
""")


async def unarchived(connection: AsyncConnection, now: datetime, days: int) -> list[Drift]:
    """Cases that have been over for so many days, whose last run is not in the archive."""
    rows = await connection.execute(_UNARCHIVED, {"before": now - timedelta(days=days)})
    return [Drift(DriftKind.HISTORY_UNARCHIVED, r.case_id, r.case_id, {"over": r.over_at.isoformat()}) for r in rows]
