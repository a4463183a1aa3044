"""Who knocks: a person by his cookie or access token, a service by its token, in the demo anybody by a demo token."""

from datetime import datetime, timedelta
from typing import NamedTuple

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from starlette.datastructures import Headers

from api.auth import OPERATOR, InvalidToken, Tokens
from api.limits import Buckets
from api.oidc import Provider
from api.origin import SAFE_METHODS, network, same_origin
from api.problems import Problem
from api.scopes import OPERATIONS
from api.sign_in import SignIn
from domain.calendar import local_day
from runtime import keys
from runtime.settings import Settings
from store import service_tokens, sessions
from store.credentials import Seals
from store.identity_events import Knock
from store.surroundings import surroundings
from store.viewing import Viewer

COOKIE = "__Host-mutasi"
DEMO_PREFIX = "demo."
"""In the demo a browser's cookie may be a demo token after this, instead of the secret of a session."""
DEMO_LIFE = timedelta(hours=12)
FROM_ONE_ADDRESS = 10
"""How many callers' worth of requests one address may make: an office has one address to the outside."""


class Caller(NamedTuple):
    """Who asks, and the session he asks in; none for services and demo tokens."""

    viewer: Viewer
    session: sessions.Live | None = None


class Identity:
    """How callers are known and kept within bounds."""

    def __init__(self, settings: Settings, engine: AsyncEngine, tokens: Tokens) -> None:
        self.demo = settings.demonstrating
        self.public_url = settings.public_url
        self.provider = Provider.of(settings)
        self.seals = Seals(keys.identity_keys(settings))
        self.sign_in = SignIn(engine, self.seals)
        self._tokens = tokens
        self._callers = Buckets(settings.request_rate)
        self._addresses = Buckets(settings.request_rate * FROM_ONE_ADDRESS)

    async def caller(
        self, connection: AsyncConnection, request: Request, bearer: str | None, cookie: str | None, now: datetime
    ) -> Caller:
        """Who asks. Raises `Problem`. A token that is sent on purpose goes before a cookie that a browser adds."""
        self.unhurried_address(request)
        if bearer is not None:
            found = await self._by_bearer(connection, request, bearer, now)
        elif cookie is not None:
            found = await self._by_cookie(connection, request, cookie, now)
        else:
            raise Problem("unauthenticated")
        _unhurried(self._callers, found.viewer.person)
        return found

    def unhurried_address(self, request: Request) -> None:
        """Count a request to its address, before anything is looked up for it. Raises `Problem`."""
        _unhurried(self._addresses, address_of(request))

    def own_page(self, request: Request) -> None:
        """Refuse what a browser sends from a page of another site. Raises `Problem`."""
        if same_origin(request.headers, self.public_url) is False:
            raise Problem("cross_site")

    def knock(self, request: Request, name: str | None = None) -> Knock:
        """What is kept of a request: digests of address and name."""
        return Knock(
            address=self.seals.mark("address", address_of(request)),
            name=self.seals.mark("name", name) if name is not None else None,
            request_id=request.state.request_id,
        )

    async def _by_bearer(self, connection: AsyncConnection, request: Request, bearer: str, now: datetime) -> Caller:
        if bearer.startswith(f"{sessions.ACCESS_PREFIX}_"):
            return await self._by_session(connection, "api", bearer, now)
        if bearer.startswith(f"{service_tokens.PREFIX}_"):
            return Caller(await self._by_service(connection, request, bearer, now))
        return Caller(await self._by_demo_token(connection, bearer, now))

    async def _by_cookie(self, connection: AsyncConnection, request: Request, cookie: str, now: datetime) -> Caller:
        if request.method not in SAFE_METHODS and not same_origin(request.headers, self.public_url):
            raise Problem("cross_site")
        if cookie.startswith(DEMO_PREFIX):
            return Caller(await self._by_demo_token(connection, cookie.removeprefix(DEMO_PREFIX), now))
        return await self._by_session(connection, "page", cookie, now)

    def demo_cookie(self, person: str, now: datetime) -> str:
        """A cookie by which a browser is anybody, in the demo alone. Raises `Problem`."""
        if not self.demo:
            raise Problem("not_found")
        return DEMO_PREFIX + self._tokens.issue(person, now, DEMO_LIFE)

    async def _by_session(self, connection: AsyncConnection, kind: str, secret: str, now: datetime) -> Caller:
        try:
            live = await sessions.find(connection, kind, secret, now)
        except sessions.Ended:
            raise Problem("token_expired") from None
        if live is None:
            raise Problem("unauthenticated")
        await sessions.touch(connection, live, now)
        return Caller(await _person(connection, live.person_id, now), live)

    async def _by_service(self, connection: AsyncConnection, request: Request, token: str, now: datetime) -> Viewer:
        try:
            live = await service_tokens.find(connection, token, now)
        except service_tokens.Expired:
            raise Problem("token_expired") from None
        if live is None:
            raise Problem("unauthenticated")
        request.state.person = live.account_id
        scope = OPERATIONS.get(request.scope["route"].operation_id)
        if scope is None:
            raise Problem("human_only")
        if scope not in live.scopes:
            raise Problem("scope_missing")
        await service_tokens.touch(connection, live, now)
        return Viewer(person=live.account_id, name=live.name, service=True)

    async def _by_demo_token(self, connection: AsyncConnection, token: str, now: datetime) -> Viewer:
        if not self.demo:
            raise Problem("unauthenticated")
        try:
            subject = self._tokens.read(token)
        except InvalidToken as invalid:
            raise Problem("token_expired" if invalid.expired else "unauthenticated") from None
        if subject == OPERATOR:
            return Viewer(person=OPERATOR, name=OPERATOR, operator=True)
        return await _person(connection, subject, now)


async def _person(connection: AsyncConnection, person: str, now: datetime) -> Viewer:
    """A person with the offices he holds today, whatever he held when he signed in."""
    around = await surroundings(connection, local_day(now), person)
    if around.name is None:
        raise Problem("unauthenticated")
    return Viewer(person=person, name=around.name, offices=around.held_by(person), mandates=around.mandated_to(person))


def _unhurried(buckets: Buckets, caller: str) -> None:
    if wait := buckets.take(caller):
        raise Problem("too_many_requests", timedelta(seconds=wait))


def address_of(request: Request) -> str:
    return network(request.client.host if request.client else None)


def client_of(headers: Headers) -> str:
    """What a browser or program calls itself, short and printable."""
    return "".join(c if " " <= c <= "~" else "?" for c in headers.get("user-agent", ""))[:120]
