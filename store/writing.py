"""Writing a commit in one statement: ledger, personal values, command, docket, tasks, participants and notices."""

import json
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import CLOCK
from domain.protocol import Envelope
from store import ledger
from store.outbox import Post

_STATEMENT = """
    WITH standing AS (
        SELECT * FROM jsonb_populate_record(CAST(NULL AS docket), CAST(:docket AS jsonb))
    ), entries AS (
        INSERT INTO ledger (case_id, seq, type, at, actor, office, capacity, command_id, update_id, run_id, policy,
                            body, hash)
        SELECT :case, e.seq, e.type, :at, :actor, :office, :capacity, :command, :command, :run, :policy, e.body, e.hash
        FROM unnest(CAST(:seqs AS int[]), CAST(:types AS text[]), CAST(:bodies AS bytea[]), CAST(:hashes AS bytea[]))
             AS e(seq, type, body, hash)
        ORDER BY e.seq
    ), personal AS (
        INSERT INTO private_value (case_id, seq, path, salt, value)
        SELECT :case, p.seq, p.path, p.salt, p.value
        FROM unnest(CAST(:private_seqs AS int[]), CAST(:paths AS text[]), CAST(:salts AS bytea[]),
                    CAST(:values AS jsonb[])) AS p(seq, path, salt, value)
    ), carried_out AS (
        INSERT INTO command (id, case_id, kind, actor, fingerprint, first_seq, last_seq, at, request_id)
        VALUES (:command, :case, :kind, :actor, :fingerprint, :first_seq, :last_seq, :at, :request_id)
    ), opened AS (
        INSERT INTO docket (case_id, number, kind, origin, person_id, employee_name, employee_nip, from_position,
                            from_unit, from_agency, to_position, to_unit, to_agency, stage, status, outcome,
                            reached_approval, opened_at, due_at, effective_on, decree_number, policy, seq, version,
                            head, state)
        SELECT d.case_id, d.number, d.kind, d.origin, d.person_id, d.employee_name, d.employee_nip, d.from_position,
               d.from_unit, d.from_agency, d.to_position, d.to_unit, d.to_agency, d.stage, d.status, d.outcome,
               coalesce(d.reached_approval, false), d.opened_at, d.due_at, d.effective_on, d.decree_number, d.policy,
               d.seq, d.version, :head, d.state
        FROM standing d WHERE :opening
    ), moved AS (
        UPDATE docket SET to_position = d.to_position, to_unit = d.to_unit, to_agency = d.to_agency,
            stage = d.stage, status = d.status, outcome = d.outcome,
            reached_approval = docket.reached_approval OR coalesce(d.reached_approval, false),
            due_at = d.due_at, effective_on = d.effective_on,
            decree_number = coalesce(d.decree_number, docket.decree_number),
            seq = d.seq, version = d.version, head = :head, state = d.state
        FROM standing d WHERE docket.case_id = d.case_id AND NOT :opening
    ), done AS (
        DELETE FROM task WHERE case_id = :case AND no >= :tasks_left
    ), open_tasks AS (
        INSERT INTO task (case_id, no, acts, office, unit, person_id, barred, status, since, due_at)
        SELECT :case, t.no, t.acts, t.office, t.unit, t.person_id, t.barred, t.status, t.since, t.due_at
        FROM jsonb_populate_recordset(CAST(NULL AS task), CAST(:tasks AS jsonb)) t
        ON CONFLICT (case_id, no) DO UPDATE SET acts = EXCLUDED.acts, office = EXCLUDED.office, unit = EXCLUDED.unit,
            person_id = EXCLUDED.person_id, barred = EXCLUDED.barred, status = EXCLUDED.status,
            since = EXCLUDED.since, due_at = EXCLUDED.due_at
    ), took_part AS (
        INSERT INTO participant (case_id, person_id) SELECT :case, :actor WHERE :actor <> :clock
        ON CONFLICT DO NOTHING
    ), queued AS (
        INSERT INTO notice (key, case_id, seq, person_id, template, params, address, state,
                            created_at, not_before, give_up_at)
        SELECT n.key, :case, n.seq, n.person, n.template, n.params, e.email,
               CASE WHEN e.email IS NULL OR NOT n.by_mail THEN 'in_app' ELSE 'queued' END,
               :at, :not_before, :give_up_at
        FROM jsonb_to_recordset(CAST(:notices AS jsonb))
             AS n(key text, seq int, person text, template text, params jsonb, by_mail boolean)
        LEFT JOIN employee e ON e.person_id = n.person AND e.superseded_at IS NULL
        ORDER BY n.seq, n.key
        RETURNING state, not_before
    )
    SELECT least(
        (SELECT min(not_before) FROM queued WHERE state = 'queued'),
        (SELECT min(not_before) FROM notice WHERE case_id = :case AND state IN ('queued', 'failed')),
        (SELECT min(not_before) FROM seat_call WHERE case_id = :case AND state = 'open')
    ) AS post_at
"""
_WRITE = text(" ".join(_STATEMENT.split()))
"""Set solid: the driver keeps the parsed form of statements of up to 4096 characters only."""


class Written(NamedTuple):
    """What one command writes."""

    header: ledger.Header
    envelope: Envelope
    entries: list[ledger.Entry]
    opening: bool
    docket: dict[str, object]
    tasks: list[dict[str, object]]
    post: Post


async def write(connection: AsyncConnection, written: Written) -> datetime | None:
    """Write a command. Returns when the outbox of the case has something to send, None when it is empty."""
    header, envelope, entries = written.header, written.envelope, written.entries
    private = [(e.seq, path, salt, value) for e in entries for path, (salt, value) in e.private.items()]
    office = header.office
    params = {
        "case": header.case_id,
        "at": header.at,
        "actor": header.actor,
        "clock": CLOCK,
        "office": office.office if office else None,
        "capacity": office.capacity if office else None,
        "command": header.command_id,
        "run": header.run_id,
        "policy": header.policy,
        "seqs": [e.seq for e in entries],
        "types": [e.type for e in entries],
        "bodies": [e.body for e in entries],
        "hashes": [e.hash for e in entries],
        "private_seqs": [seq for seq, _, _, _ in private],
        "paths": [path for _, path, _, _ in private],
        "salts": [salt for _, _, salt, _ in private],
        "values": [json.dumps(value) for _, _, _, value in private],
        "kind": envelope.kind,
        "fingerprint": envelope.fingerprint,
        "first_seq": entries[0].seq,
        "last_seq": entries[-1].seq,
        "request_id": envelope.request_id,
        "opening": written.opening,
        "docket": json.dumps(written.docket, default=str),
        "head": entries[-1].hash,
        "tasks": json.dumps(written.tasks, default=str),
        "tasks_left": len(written.tasks),
        "notices": json.dumps(written.post.rows),
        "not_before": written.post.not_before,
        "give_up_at": written.post.give_up_at,
    }
    return (await connection.execute(_WRITE, params)).scalar()


_APPEND = text("""
    WITH entry AS (
        INSERT INTO ledger (case_id, seq, type, at, actor, office, capacity, command_id, policy, body, hash)
        VALUES (:chain, :seq, :type, :at, :actor, :office, :capacity, :command, :policy, :body, :hash)
    ), personal AS (
        INSERT INTO private_value (case_id, seq, path, salt, value)
        SELECT :chain, :seq, p.path, p.salt, p.value
        FROM unnest(CAST(:paths AS text[]), CAST(:salts AS bytea[]), CAST(:values AS jsonb[])) AS p(path, salt, value)
    )
    INSERT INTO command (id, case_id, kind, actor, fingerprint, first_seq, last_seq, at, request_id)
    VALUES (:command, :chain, :type, :actor, :fingerprint, :seq, :seq, :at, :request_id)
""")


async def append(
    connection: AsyncConnection, header: ledger.Header, entry: ledger.Entry, fingerprint: str, request_id: str | None
) -> None:
    """Write an entry of a chain that is of no case, and the command it came of."""
    private = [(path, salt, json.dumps(value)) for path, (salt, value) in entry.private.items()]
    office = header.office
    await connection.execute(
        _APPEND,
        {
            "chain": header.case_id,
            "seq": entry.seq,
            "type": entry.type,
            "at": header.at,
            "actor": header.actor,
            "office": office.office if office else None,
            "capacity": office.capacity if office else None,
            "command": header.command_id,
            "policy": header.policy,
            "body": entry.body,
            "hash": entry.hash,
            "paths": [path for path, _, _ in private],
            "salts": [salt for _, salt, _ in private],
            "values": [value for _, _, value in private],
            "fingerprint": fingerprint,
            "request_id": request_id,
        },
    )
