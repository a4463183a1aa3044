"""Sign-ins under way at the OpenID provider: kept for minutes, taken once, by the browser that set out."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.credentials import digest
from store.tables import PROVIDER_FLOW

SECONDS = 600
_FLOW = PROVIDER_FLOW.c


class Flow(NamedTuple):
    """State and nonce for this one sign-in, and the verifier of PKCE, which only we know."""

    state: str
    nonce: str
    verifier: str


def new() -> tuple[Flow, str]:
    """A new flow, and the secret of the browser that sets out."""
    return Flow(*(secrets.token_urlsafe(48) for _ in range(3))), secrets.token_urlsafe(32)


async def keep(connection: AsyncConnection, flow: Flow, browser: str, return_to: str, now: datetime) -> None:
    """Remember a flow; those that nobody came back from are forgotten."""
    await connection.execute(delete(PROVIDER_FLOW).where(_FLOW.expires_at < now))
    await connection.execute(
        insert(PROVIDER_FLOW).values(
            state_hash=digest(flow.state), browser_hash=digest(browser), nonce=flow.nonce, verifier=flow.verifier,
            return_to=return_to, expires_at=now + timedelta(seconds=SECONDS),
        )
    )  # fmt: skip


async def take(connection: AsyncConnection, state: str, browser: str, now: datetime) -> tuple[Flow, str] | None:
    """The flow of a state and where it leads back to, once; None for another browser's, an old or an unknown one."""
    query = (
        delete(PROVIDER_FLOW)
        .where(_FLOW.state_hash == digest(state), _FLOW.browser_hash == digest(browser), _FLOW.expires_at > now)
        .returning(_FLOW.nonce, _FLOW.verifier, _FLOW.return_to)
    )
    row = (await connection.execute(query)).first()
    return (Flow(state, row.nonce, row.verifier), row.return_to) if row else None
