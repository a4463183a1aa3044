"""Tokens of other systems: each names its scopes, ends by itself, and can be revoked at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.credentials import digest, new_id, new_secret
from store.tables import SERVICE_TOKEN

PREFIX = "mts"
_TOUCH_AFTER = timedelta(minutes=5)
"""Use is written down no more often than this."""


class Live(NamedTuple):
    """A service that a token opened."""

    id: str
    account_id: str
    name: str
    scopes: frozenset[str]
    used_at: datetime | None


class Expired(Exception):
    """The token was one of ours, and is good no longer."""


async def issue(
    connection: AsyncConnection, account: str, scopes: Iterable[str], now: datetime, life: timedelta
) -> tuple[str, str]:
    """A new token of a service: its id, and its secret, which is shown this once."""
    token_id, secret = new_id("t"), new_secret(PREFIX)
    values = {
        "id": token_id,
        "account_id": account,
        "secret_hash": digest(secret),
        "scopes": sorted(scopes),
        "created_at": now,
        "expires_at": now + life,
    }
    await connection.execute(insert(SERVICE_TOKEN).values(**values))
    return token_id, secret


_FIND = text("""
    SELECT t.id, t.account_id, a.name, t.scopes, t.used_at,
           t.revoked_at IS NULL AND t.expires_at > :now AND a.disabled_at IS NULL AS good
    FROM service_token t JOIN account a ON a.id = t.account_id
    WHERE t.secret_hash = :hash AND a.kind = 'service'
""")
_TOUCH = text("UPDATE service_token SET used_at = :now WHERE id = :id")


async def find(connection: AsyncConnection, secret: str, now: datetime) -> Live | None:
    """The service a token opens now; None when it was never ours. Raises `Expired`."""
    row = (await connection.execute(_FIND, {"hash": digest(secret), "now": now})).mappings().first()
    if row is None:
        return None
    if not row["good"]:
        raise Expired
    return Live(row["id"], row["account_id"], row["name"], frozenset(row["scopes"]), row["used_at"])


async def touch(connection: AsyncConnection, live: Live, now: datetime) -> None:
    """Write down that a token was used, every few minutes."""
    if live.used_at is None or now - live.used_at >= _TOUCH_AFTER:
        await connection.execute(_TOUCH, {"id": live.id, "now": now})


_SHORTEN = text("""
    UPDATE service_token SET expires_at = least(expires_at, :until)
    WHERE account_id = :account AND revoked_at IS NULL AND expires_at > :now
""")


async def shorten(connection: AsyncConnection, account: str, now: datetime, until: datetime) -> None:
    """Let the present tokens of a service end by then, to make room for a new one."""
    await connection.execute(_SHORTEN, {"account": account, "now": now, "until": until})


_REVOKE = text("""
    UPDATE service_token SET revoked_at = :now
    WHERE account_id = :account AND revoked_at IS NULL AND (CAST(:only AS text) IS NULL OR id = :only)
    RETURNING id
""")


async def revoke(connection: AsyncConnection, account: str, now: datetime, only: str | None = None) -> list[str]:
    """Revoke one token of a service, or all; the ids of those that were not yet."""
    return [str(r.id) for r in await connection.execute(_REVOKE, {"account": account, "now": now, "only": only})]


class Listed(NamedTuple):
    """A token as an operator sees it."""

    service: str
    id: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


_LISTED = text("""
    SELECT a.name AS service, t.id, t.scopes, t.created_at, t.expires_at, t.revoked_at, t.used_at
    FROM service_token t JOIN account a ON a.id = t.account_id
    WHERE CAST(:account AS text) IS NULL OR a.id = :account
    ORDER BY a.name, t.created_at DESC
""")


async def listed(connection: AsyncConnection, account: str | None = None) -> list[Listed]:
    """All tokens, by service and newest first."""
    return [Listed(**r._mapping) for r in await connection.execute(_LISTED, {"account": account})]
