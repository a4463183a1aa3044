"""Everything that is kept of a person, and who read it: table by table, none left out.

A test holds the three lists below to all tables there are: a new table must be put into one of them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import PERSONAL_ACCESS

_CASES = "case_id IN (SELECT case_id FROM docket WHERE person_id = :person)"
_ACCOUNT = "account_id IN (SELECT id FROM account WHERE person_id = :person)"


class Kept(NamedTuple):
    """Which rows of a table are about a person, and the columns that are no content: keys, hashes, ciphertext."""

    where: str
    besides: tuple[str, ...] = ()


ABOUT: dict[str, Kept] = {
    "person": Kept("id = :person"),
    "employee": Kept("person_id = :person"),
    "rating": Kept("person_id = :person"),
    "competence": Kept("person_id = :person"),
    "condition": Kept("person_id = :person"),
    "talent": Kept("person_id = :person"),
    "post_history": Kept("person_id = :person"),
    "stated_preference": Kept("person_id = :person"),
    "occupancy": Kept("person_id = :person"),
    "temporary_assignment": Kept("person_id = :person"),
    "outside_service": Kept("person_id = :person"),
    "office": Kept("person_id = :person"),
    "appointment": Kept("person_id = :person"),
    "mandate": Kept("(principal_id = :person OR deputy_id = :person)"),
    "relation": Kept("(person_id = :person OR relative_id = :person)"),
    "docket": Kept("person_id = :person", ("search", "state", "head")),
    "task": Kept("person_id = :person", ("barred",)),
    "participant": Kept("person_id = :person"),
    "ledger": Kept(_CASES, ("body", "hash")),
    "private_value": Kept(_CASES, ("salt",)),
    "notice": Kept("person_id = :person"),
    "document_content": Kept(_CASES, ("sealed",)),
    "archived_history": Kept(_CASES, ("sealed",)),
    "incident": Kept(_CASES),
    "erasure": Kept(_CASES),
    "legal_hold": Kept(_CASES),
    "account": Kept("person_id = :person", ("password_hash", "enrolment_hash", "totp_sealed")),
    "session": Kept(_ACCOUNT, ("secret_hash",)),
    "refresh_token": Kept(f"session_id IN (SELECT id FROM session WHERE {_ACCOUNT})", ("hash",)),
    "recovery_code": Kept(_ACCOUNT, ("hash",)),
    "identity_event": Kept(_ACCOUNT, ("name_mark", "address_mark")),
}
"""Rows about a person, his cases included."""

BY: dict[str, str] = {
    "ledger": "actor",
    "command": "actor",
    "refused_attempt": "actor",
    "access_log": "person_id",
    "personal_access": "by",
    "document_content": "stored_by",
    "policy_proposal": "proposed_by",
    "policy_confirmation": "confirmed_by",
    "calendar_override": "recorded_by",
    "calendar_year": "recorded_by",
    "rating_year": "published_by",
    "incident_event": "by",
    "erasure": "proposed_by",
    "erasure_step": "by",
    "legal_hold": "by",
    "rating": "rater_id",
    "employee": "spouse_id",
}
"""Rows that name a person because he did something, or stands beside somebody else: they are counted."""

OF_NOBODY = frozenset({
    "unit", "position", "seat", "holiday", "restricted_window", "policy", "import_run", "seat_call", "log_pending",
    "log_leaf", "log_node", "log_key", "log_checkpoint", "log_cosignature", "log_delivery", "log_private_value",
    "provider_flow", "service_token", "reconciliation",
})  # fmt: skip
"""Tables with no row that can be told to be about a person. `log_private_value` holds names and reasons that were typed
beside statements of the log; they are tied to no person of the register."""

_READS = text(f"""
    SELECT * FROM (
        SELECT a.at, a.person_id AS by, p.name, a.capacity, a.case_id, a.document_id, a.outcome, NULL AS reason
        FROM access_log a LEFT JOIN person p ON p.id = a.person_id WHERE a.{_CASES}
        UNION ALL
        SELECT a.at, a.by, p.name, NULL, NULL, NULL, 'report', a.reason
        FROM personal_access a LEFT JOIN person p ON p.id = a.by WHERE a.person_id = :person
    ) r ORDER BY at
""")
_ENTRIES = text(f"""
    SELECT case_id, seq, type,
           convert_from(body, 'UTF8')::jsonb #>> '{{data,visible_to_employee}}' = 'false' AS for_the_file
    FROM ledger WHERE {_CASES}
""")
_KNOWN = text("SELECT EXISTS (SELECT FROM person WHERE id = :person)")


class Read(NamedTuple):
    """Somebody read content of a person's case, or had this report made."""

    at: datetime
    by: str
    name: str | None
    capacity: str | None
    case_id: str | None
    document_id: str | None
    outcome: str
    reason: str | None


class PersonalData(NamedTuple):
    """What is kept of a person: rows by table, how often he is named elsewhere, and who read it."""

    rows: dict[str, list[dict[str, Any]]]
    named: dict[str, int]
    reads: list[Read]


async def known(connection: AsyncConnection, person: str) -> bool:
    return bool((await connection.execute(_KNOWN, {"person": person})).scalar_one())


async def personal_data(connection: AsyncConnection, person: str) -> PersonalData:
    """Everything that is kept of a person, nothing withheld."""
    asked = {"person": person}
    rows: dict[str, list[dict[str, Any]]] = {}
    for table, kept in ABOUT.items():
        left_out = ", ".join(f"'{column}'" for column in kept.besides)
        query = f"SELECT to_jsonb(t) - ARRAY[{left_out}]::text[] AS row FROM {table} t WHERE {kept.where}"
        found = (await connection.execute(text(query), asked)).scalars().all()
        if found:
            rows[table] = sorted(found, key=str) if table == "participant" else list(found)
    named = {}
    for table, column in BY.items():
        query = f'SELECT count(*) FROM {table} WHERE "{column}" = :person'
        if count := int((await connection.execute(text(query), asked)).scalar_one()):
            named[f"{table}.{column}"] = count
    reads = [Read(*r) for r in await connection.execute(_READS, asked)]
    return PersonalData(rows, named, reads)


async def entries(connection: AsyncConnection, person: str) -> dict[tuple[str, int], tuple[str, bool]]:
    """The type of each entry of a person's cases, by case and number, and whether it is a comment for the file only."""
    rows = await connection.execute(_ENTRIES, {"person": person})
    return {(r.case_id, r.seq): (r.type, bool(r.for_the_file)) for r in rows}


async def record_report(
    connection: AsyncConnection, person: str, by: str, reason: str, at: datetime, request_id: str | None
) -> None:
    """Write down that somebody has a report made: before he gets it."""
    values = {"person_id": person, "by": by, "reason": reason, "at": at, "request_id": request_id}
    await connection.execute(insert(PERSONAL_ACCESS).values(**values))


def tables() -> Iterator[str]:
    """Every table that one of the lists has."""
    yield from {*ABOUT, *BY, *OF_NOBODY}
