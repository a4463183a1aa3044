"""Policies by the hash of their canonical text."""

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.policy import Policy
from store.tables import POLICY, PolicyRow


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
        """The newest policy in effect on a day. Raises `LookupError` when none was published."""
        found = (await connection.execute(_IN_FORCE.where(POLICY.c.effective_from <= today))).scalar()
        if found is None:
            raise LookupError(f"no policy is in effect on {today}: publish one with `mutasi migrate`")
        return await self.pinned(connection, found)


_IN_FORCE = (
    select(POLICY.c.hash).order_by(POLICY.c.effective_from.desc(), POLICY.c.published_at.desc(), POLICY.c.hash).limit(1)
)


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


async def find(connection: AsyncConnection, policy_hash: str) -> PolicyRow | None:
    """A policy as stored: its text is what the hash is of."""
    row = (await connection.execute(select(POLICY).where(POLICY.c.hash == policy_hash))).first()
    return PolicyRow(**row._mapping) if row else None


def as_data(row: PolicyRow) -> dict[str, Any]:
    """The policy of a row as plain data."""
    data: dict[str, Any] = json.loads(row.text)
    return data
