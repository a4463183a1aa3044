"""Sessions: begun, looked up at each request, refreshed, ended. Ending one works at once, everywhere."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.credentials import digest, new_id, new_secret
from store.tables import REFRESH_TOKEN, SESSION

IDLE = timedelta(minutes=30)
"""Without a request for so long, a page's session is over."""
LONGEST = timedelta(hours=12)
"""A session of either kind ends then, whatever happens: a working day."""
ACCESS = timedelta(minutes=15)
"""Life of an access token."""
_TOUCH_AFTER = timedelta(minutes=1)
"""Use is written down no more often than this."""
KEPT = timedelta(days=30)
"""How long ended sessions can still be looked at."""

COOKIE_PREFIX, ACCESS_PREFIX, REFRESH_PREFIX = "mtc", "mta", "mtr"


class Begun(NamedTuple):
    """A new session with its secrets, which are shown this once."""

    id: str
    secret: str
    refresh: str | None
    expires_at: datetime


class Live(NamedTuple):
    """A session that a secret opened."""

    id: str
    account_id: str
    kind: str
    person_id: str
    authn: str
    used_at: datetime
    expires_at: datetime


class Ended(Exception):
    """The secret was one of ours, and is good no longer."""


async def begin(
    connection: AsyncConnection, *, account: str, kind: str, authn: str, client: str, now: datetime
) -> Begun:
    """A new session of an account: `page` with a cookie, `api` with an access and a refresh token."""
    await connection.execute(_FORGET, {"before": now - KEPT})
    page = kind == "page"
    begun = Begun(
        new_id("s"),
        new_secret(COOKIE_PREFIX if page else ACCESS_PREFIX),
        None if page else new_secret(REFRESH_PREFIX),
        now + LONGEST,
    )
    await connection.execute(
        insert(SESSION).values(
            id=begun.id, account_id=account, kind=kind, secret_hash=digest(begun.secret),
            secret_until=now + (IDLE if page else ACCESS), authn=authn, client=client, created_at=now, used_at=now,
            expires_at=begun.expires_at,
        )
    )  # fmt: skip
    if begun.refresh:
        await _keep_refresh(connection, begun.refresh, begun.id, now)
    return begun


_FORGET = text("DELETE FROM session WHERE expires_at < :before")


async def _keep_refresh(connection: AsyncConnection, token: str, session_id: str, now: datetime) -> None:
    values = {"hash": digest(token), "session_id": session_id, "issued_at": now}
    await connection.execute(insert(REFRESH_TOKEN).values(**values))


_LIVE = text("""
    SELECT s.id, s.account_id, s.kind, a.person_id, s.authn, s.used_at, s.expires_at,
           s.ended_at IS NULL AND s.secret_until > :now AND s.expires_at > :now AND a.disabled_at IS NULL AS good
    FROM session s JOIN account a ON a.id = s.account_id
    WHERE s.secret_hash = :hash AND s.kind = :kind AND a.kind = 'person'
""")
_TOUCH = text("UPDATE session SET used_at = :now, secret_until = :until WHERE id = :id AND ended_at IS NULL")


async def find(connection: AsyncConnection, kind: str, secret: str, now: datetime) -> Live | None:
    """The session a secret opens now; None when it was never ours. Raises `Ended`."""
    row = (await connection.execute(_LIVE, {"hash": digest(secret), "kind": kind, "now": now})).mappings().first()
    if row is None:
        return None
    if not row["good"]:
        raise Ended
    return Live(**{name: row[name] for name in Live._fields})


async def touch(connection: AsyncConnection, live: Live, now: datetime) -> None:
    """Move the idle limit of a page's session, once a minute at most."""
    if live.kind == "page" and now - live.used_at >= _TOUCH_AFTER:
        await connection.execute(_TOUCH, {"id": live.id, "now": now, "until": now + IDLE})


class Refreshed(NamedTuple):
    """What became of a refresh token: new tokens; or, with none, the session that was ended because it came twice."""

    session_id: str
    account_id: str
    tokens: Begun | None


_REFRESHING = text("""
    SELECT r.used_at, s.id, s.account_id, s.expires_at,
           s.ended_at IS NULL AND s.expires_at > :now AND a.disabled_at IS NULL AS good
    FROM refresh_token r JOIN session s ON s.id = r.session_id JOIN account a ON a.id = s.account_id
    WHERE r.hash = :hash FOR UPDATE OF r, s
""")
_USED = text("UPDATE refresh_token SET used_at = :now WHERE hash = :hash")
_RENEWED = text("UPDATE session SET secret_hash = :secret, secret_until = :until, used_at = :now WHERE id = :id")


async def refresh(connection: AsyncConnection, token: str, now: datetime) -> Refreshed | None:
    """Trade a refresh token for new tokens; None when it is not, or no longer, good.

    One that was traded before is in two hands, and nobody can tell which is the owner's: the session is over for both.
    """
    row = (await connection.execute(_REFRESHING, {"hash": digest(token), "now": now})).mappings().first()
    if row is None or not row["good"]:
        return None
    if row["used_at"] is not None:
        await end(connection, row["account_id"], now, "refresh_reused", only=row["id"])
        return Refreshed(row["id"], row["account_id"], None)
    begun = Begun(row["id"], new_secret(ACCESS_PREFIX), new_secret(REFRESH_PREFIX), row["expires_at"])
    await connection.execute(_USED, {"hash": digest(token), "now": now})
    renewed = {"id": row["id"], "secret": digest(begun.secret), "until": now + ACCESS, "now": now}
    await connection.execute(_RENEWED, renewed)
    await _keep_refresh(connection, str(begun.refresh), row["id"], now)
    return Refreshed(row["id"], row["account_id"], begun)


_END = text("""
    UPDATE session SET ended_at = :now, ended_why = :why
    WHERE account_id = :account AND ended_at IS NULL
      AND (CAST(:only AS text) IS NULL OR id = :only) AND (CAST(:spared AS text) IS NULL OR id <> :spared)
    RETURNING id
""")


async def end(
    connection: AsyncConnection, account: str, now: datetime, why: str, *, only: str | None = None,
    but: str | None = None,
) -> list[str]:  # fmt: skip
    """End the sessions of an account: one, all but one, or all. Ids of those that were still open."""
    asked = {"account": account, "now": now, "why": why, "only": only, "spared": but}
    return [str(r.id) for r in await connection.execute(_END, asked)]


class Listed(NamedTuple):
    """A session as its owner sees it."""

    id: str
    kind: str
    authn: str
    client: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime


_OPEN = text("""
    SELECT id, kind, authn, client, created_at, used_at, expires_at FROM session
    WHERE account_id = :account AND ended_at IS NULL AND expires_at > :now AND (kind = 'api' OR secret_until > :now)
    ORDER BY created_at DESC, id
""")


async def open_of(connection: AsyncConnection, account: str, now: datetime) -> list[Listed]:
    """The open sessions of an account, newest first."""
    return [Listed(**r._mapping) for r in await connection.execute(_OPEN, {"account": account, "now": now})]
