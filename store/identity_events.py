"""What happened to accounts: written for every sign-in, granted or refused, and counted to slow down guessing."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.slowing import DAY, KNOWN_FOR, LONGEST_WAIT, WINDOW, Failures
from store.tables import IDENTITY_EVENT


class Happened(StrEnum):
    """What can happen to an account."""

    ATTEMPTED = "attempted"
    """A secret was offered. Written before it is looked at, so that many at once are counted too."""
    SIGNED_IN = "signed_in"
    REFUSED = "refused"
    SLOWED = "slowed"
    SECOND_FACTOR_ASKED = "second_factor_asked"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    REFRESH_REUSED = "refresh_reused"
    CREATED = "created"
    RESET = "reset"
    ENROLLED = "enrolled"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    REHASHED = "rehashed"
    SECOND_FACTOR_PROPOSED = "second_factor_proposed"
    SECOND_FACTOR_SET = "second_factor_set"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    DISABLED = "disabled"
    ENABLED = "enabled"
    TOKEN_ISSUED = "token_issued"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105


_PROVING = [
    Happened.SIGNED_IN,
    Happened.ENROLLED,
    Happened.PASSWORD_CHANGED,
    Happened.SECOND_FACTOR_PROPOSED,
    Happened.SECOND_FACTOR_REMOVED,
]
"""What follows an attempt that did not fail."""


class Knock(NamedTuple):
    """Who knocks, as far as that is kept: keyed digests of the address and, at a sign-in, of the typed name."""

    address: str | None = None
    name: str | None = None
    request_id: str | None = None


async def record(
    connection: AsyncConnection,
    what: Happened,
    *,
    at: datetime,
    account: str | None = None,
    detail: str | None = None,
    knock: Knock = Knock(),
) -> None:
    """Write down that something happened."""
    await connection.execute(
        insert(IDENTITY_EVENT).values(
            at=at, what=what, account_id=account, detail=detail, name_mark=knock.name, address_mark=knock.address,
            request_id=knock.request_id,
        )
    )  # fmt: skip


async def one_at_a_time(connection: AsyncConnection, name_mark: str) -> None:
    """Let attempts on one name follow each other until the transaction ends, so that each counts those before it."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 11))")
    await connection.execute(lock, {"name": name_mark})


_FAILURES = text("""
    WITH mine AS (
        SELECT at, what, address_mark FROM identity_event
        WHERE name_mark = :name AND at > :remembered AND (what = 'attempted' OR what = ANY(:proving))
    ), success AS (
        SELECT max(at) AS at FROM mine WHERE what <> 'attempted' AND address_mark = :address
    ), known AS (
        SELECT DISTINCT address_mark FROM mine WHERE what <> 'attempted'
    ), tried AS (
        SELECT at, address_mark FROM mine WHERE what = 'attempted'
    )
    SELECT count(*) FILTER (WHERE address_mark = :address AND at > :day
                              AND at > coalesce((SELECT at FROM success), :day)) AS here,
           max(at) FILTER (WHERE address_mark = :address) AS last_here,
           count(*) FILTER (WHERE at > :window AND address_mark NOT IN (SELECT address_mark FROM known)) AS in_window,
           count(*) FILTER (WHERE at > :day AND address_mark NOT IN (SELECT address_mark FROM known)) AS in_day,
           (SELECT at IS NOT NULL FROM success) AS known_here,
           (SELECT count(*) FILTER (WHERE what = 'attempted')
                   - count(*) FILTER (WHERE what = 'second_factor_asked' OR what = ANY(:proving))
              FROM identity_event WHERE address_mark = :address AND at > :window) AS by_address
    FROM tried
""")


async def failures(connection: AsyncConnection, knock: Knock, now: datetime) -> Failures:
    """What failed lately for this name and from this address. An attempt has failed unless a proof followed it."""
    asked = {
        "name": knock.name,
        "address": knock.address,
        "remembered": now - KNOWN_FOR,
        "day": now - DAY,
        "window": now - WINDOW,
        "proving": _PROVING,
    }
    row = (await connection.execute(_FAILURES, asked)).one()
    return Failures(
        here=row.here,
        since_last=max(now - row.last_here, timedelta(0)) if row.last_here else LONGEST_WAIT,
        account_in_window=row.in_window,
        account_in_day=row.in_day,
        address_in_window=row.by_address,
        known_here=bool(row.known_here),
    )


class Entry(NamedTuple):
    """An event as an operator reads it."""

    at: datetime
    what: str
    account: str | None
    detail: str | None
    request_id: str | None


_ENTRIES = text("""
    SELECT e.at, e.what, a.name AS account, e.detail, e.request_id
    FROM identity_event e LEFT JOIN account a ON a.id = e.account_id
    WHERE CAST(:account AS text) IS NULL OR e.account_id = :account
    ORDER BY e.id DESC LIMIT :limit
""")


async def entries(connection: AsyncConnection, account: str | None, limit: int) -> list[Entry]:
    """What happened lately, newest first, to one account or to all."""
    rows = await connection.execute(_ENTRIES, {"account": account, "limit": limit})
    return [Entry(**r._mapping) for r in rows]
