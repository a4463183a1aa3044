"""Policies by the hash of their canonical text, and which of them is in force."""

import json
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.policy import Policy
from store.tables import POLICY


class Policies:
    """Pinned policies, parsed once: their text never changes."""

    def __init__(self) -> None:
        self._parsed: dict[str, Policy] = {}

    async def pinned(self, connection: AsyncConnection, policy_hash: str) -> Policy:
        """The policy a case was opened under. Raises `LookupError` when the register does not hold it."""
        if policy_hash not in self._parsed:
            query = select(POLICY.c.text).where(POLICY.c.hash == policy_hash)
            text = (await connection.execute(query)).scalar()
            if text is None:
                raise LookupError(f"policy {policy_hash} is not in the register")
            self._parsed[policy_hash] = Policy.from_canonical(text)
        return self._parsed[policy_hash]

    async def in_force(self, connection: AsyncConnection, today: date) -> Policy:
        """The policy new cases are opened under on a day. Raises `LookupError` when there is none."""
        found = await hash_in_force(connection, today)
        if found is None:
            raise LookupError(f"no policy is in effect on {today}: publish one with `mutasi migrate`")
        return await self.pinned(connection, found)


async def hash_in_force(connection: AsyncConnection, today: date) -> str | None:
    """The policy activated last whose day has come. Until one was activated, the newest that was published."""
    return (await connection.execute(_IN_FORCE, {"today": today})).scalar()


_IN_FORCE = text("""
    SELECT hash FROM (
        (SELECT 1 AS place, hash FROM policy_confirmation WHERE in_force_from <= :today
           ORDER BY in_force_from DESC, at DESC LIMIT 1)
        UNION ALL
        (SELECT 2, hash FROM policy
           WHERE effective_from <= :today AND hash NOT IN (SELECT hash FROM policy_confirmation)
           ORDER BY effective_from DESC, published_at DESC, hash LIMIT 1)
    ) AS found ORDER BY place LIMIT 1
""")
"""A policy confirmed for a later day is published already; it does not count until then."""


def publish(connection: Connection, policy: Policy) -> bool:
    """Put a policy into the register; False when it was there already."""
    row = insert(POLICY).values(
        hash=policy.hash,
        code=policy.code,
        version=policy.version,
        effective_from=policy.effective_from,
        text=policy.canonical,
    )
    return connection.execute(row.on_conflict_do_nothing().returning(POLICY.c.hash)).scalar() is not None


class Listed(NamedTuple):
    """A policy in the list, with how it came into force or is about to."""

    hash: str
    code: str
    version: str
    effective_from: date
    published_at: datetime | None
    reason: str | None
    proposed_by: str | None
    proposer_name: str | None
    proposed_at: datetime | None
    confirmed_by: str | None
    confirmer_name: str | None
    confirmation_reason: str | None
    confirmed_at: datetime | None
    in_force_from: date | None


_LISTED = text("""
    SELECT coalesce(p.hash, a.hash) AS hash, coalesce(p.code, a.code) AS code,
           coalesce(p.version, a.version) AS version, coalesce(p.effective_from, a.effective_from) AS effective_from,
           p.published_at, a.reason, a.proposed_by, x.name AS proposer_name, a.at AS proposed_at,
           c.confirmed_by, y.name AS confirmer_name, c.reason AS confirmation_reason, c.at AS confirmed_at,
           c.in_force_from
    FROM policy p FULL JOIN policy_proposal a ON a.hash = p.hash LEFT JOIN policy_confirmation c ON c.hash = a.hash
    LEFT JOIN person x ON x.id = a.proposed_by LEFT JOIN person y ON y.id = c.confirmed_by
    ORDER BY coalesce(c.at, a.at, p.published_at) DESC, 1
""")


async def listed(connection: AsyncConnection) -> list[Listed]:
    """All policies, those of the latest act first."""
    return [Listed(**row._mapping) for row in await connection.execute(_LISTED)]


class Stored(NamedTuple):
    """A policy as stored: its text is what the hash is of. A candidate is not published yet."""

    hash: str
    code: str
    version: str
    effective_from: date
    published_at: datetime | None
    text: str


_STORED = text("""
    SELECT hash, code, version, effective_from, published_at, text FROM policy WHERE hash = :hash
    UNION ALL
    SELECT hash, code, version, effective_from, NULL, text FROM policy_proposal
      WHERE hash = :hash AND NOT EXISTS (SELECT 1 FROM policy WHERE hash = :hash)
""")


async def find(connection: AsyncConnection, policy_hash: str) -> Stored | None:
    """A policy, published or candidate."""
    row = (await connection.execute(_STORED, {"hash": policy_hash})).first()
    return Stored(**row._mapping) if row else None


def as_data(row: Stored) -> dict[str, Any]:
    """The policy of a row as plain data."""
    data: dict[str, Any] = json.loads(row.text)
    return data
