"""People with accounts, browsers and programs that knock: what the tests of identity share."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from api.identity import COOKIE
from store import accounts, service_tokens
from tests.house import HEADERS, House

PASSWORD = "pohon bakau di muara sungai"
OTHER = "tujuh perahu berlayar ke timur"


async def account(house: House, who: str, name: str | None = None, password: str | None = PASSWORD) -> str:
    """An account of somebody, with a password unless None is asked for; its name."""
    name = name or f"u{uuid.uuid4().hex[:10]}"
    person, now = await house.person(who), datetime.now(UTC)
    async with house.engine.begin() as connection:
        account_id = await accounts.create(connection, kind="person", name=name, person_id=person, now=now)
        code = await accounts.issue_enrolment(connection, account_id, now)
    if password is not None:
        body = {"name": name, "code": code, "password": password}
        answer = await house.request("POST", "/sign-in/enrolment", None, json=body)
        assert answer.status_code == 204, answer.text
    return name


async def enrolment_code(house: House, name: str) -> str:
    async with house.engine.begin() as connection:
        found = await accounts.by_name(connection, name)
        assert found
        return await accounts.issue_enrolment(connection, found.id, datetime.now(UTC))


async def service(house: House, *scopes: str, days: int = 1) -> str:
    """The token of a new service with these scopes."""
    now = datetime.now(UTC)
    async with house.engine.begin() as connection:
        made = await accounts.create(
            connection, kind="service", name=f"s{uuid.uuid4().hex[:10]}", person_id=None, now=now
        )
        _, token = await service_tokens.issue(connection, made, scopes, now, timedelta(days=days))
    return token


@asynccontextmanager
async def browser(house: House, address: str = "192.0.2.1", **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at an address, on a page of ours; it keeps cookies as the `__Host-` prefix demands, over TLS."""
    transport = httpx.ASGITransport(house.app, raise_app_exceptions=False, client=(address, 50000))
    own = {**HEADERS, "Sec-Fetch-Site": "same-origin", **headers}
    async with httpx.AsyncClient(transport=transport, base_url="https://house/api/v1", headers=own) as client:
        yield client


async def sign_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await client.post("/sign-in", json={"name": name, "password": password, **more})


async def signed_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD, **more: str) -> dict[str, Any]:
    answer = await sign_in(client, name, password, **more)
    assert answer.status_code == 200, answer.text
    assert COOKIE in client.cookies
    return dict(answer.json())


async def tokens(client: httpx.AsyncClient, name: str, password: str = PASSWORD) -> dict[str, Any]:
    answer = await client.post("/tokens", json={"name": name, "password": password})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def app_code(secret: str, at: datetime) -> str:
    """What an authenticator app shows for a secret that was typed into it."""
    import base64

    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(at.timestamp()).decode()


async def happened(house: House, name: str) -> list[str]:
    """What happened to an account, oldest first."""
    rows = await house.sql(
        "SELECT e.what, e.detail FROM identity_event e JOIN account a ON a.id = e.account_id"
        " WHERE a.name = :name ORDER BY e.id", name=name,
    )  # fmt: skip
    return [r.what for r in rows]


async def everything_kept(house: House) -> str:
    """Every row of every table of identity, as text."""
    kept = []
    for table in ("account", "recovery_code", "session", "refresh_token", "service_token", "provider_flow",
                  "identity_event"):  # fmt: skip
        kept += [r[0] for r in await house.sql(f"SELECT to_jsonb(t) FROM {table} t")]
    return json.dumps(kept, default=str)
