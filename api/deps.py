"""The vocabulary of dependencies: who asks, in which language, with which key, against which version.

All are coroutines, those that wait for nothing too: FastAPI hands a plain function to a thread.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.auth import Tokens
from api.cursors import Cursors
from api.desk import Desk
from api.identity import COOKIE, Caller, Identity
from api.limits import Buckets
from api.problems import Problem, language_of
from store import sessions
from store.contents import Contents
from store.gathering import Gatherer
from store.viewing import Viewer

_bearer = HTTPBearer(
    auto_error=False,
    description="An access token of `POST /tokens`, a service's token, or in the demo one that `mutasi token` prints.",
)
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="The session of a browser, from `POST /sign-in`.")


EXPORTS_A_SECOND = 0.1
"""How often one caller may take the same table along, in each API process."""


class Services:
    """What the application was put together from; one for each application, on its state."""

    def __init__(self, engine: AsyncEngine, desk: Desk, tokens: Tokens, contents: Contents, identity: Identity) -> None:
        self.engine = engine
        self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")
        self.desk = desk
        self.contents = contents
        self.identity = identity
        self.cursors = Cursors(tokens.cursor_secret)
        self.gatherer = Gatherer()
        self._exports = Buckets(EXPORTS_A_SECOND)

    def unhurried_export(self, person: str, operation: str) -> None:
        """Let somebody take the same table along once in a while. Raises `Problem` with the time to wait."""
        if wait := self._exports.take(f"{person} {operation}"):
            raise Problem("too_many_requests", timedelta(seconds=wait))

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection for statements that each see the newest state: no transaction to begin and end around them."""
        return self._reader.connect()


async def services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


async def now() -> datetime:
    return datetime.now(UTC)


async def language(request: Request) -> str:
    return language_of(request)


ServicesDep = Annotated[Services, Depends(services)]
Now = Annotated[datetime, Depends(now)]
Language = Annotated[str, Depends(language)]


async def known_parameters(request: Request) -> None:
    """Refuses parameters the route does not have: a filter that is not applied would lie about the list."""
    known = _parameters(request.scope["route"].dependant)
    if unknown := [name for name in request.query_params if name not in known]:
        raise RequestValidationError([{"type": "extra_forbidden", "loc": ("query", name)} for name in unknown])


def _parameters(dependant: Any) -> set[str]:
    return {p.alias for p in dependant.query_params}.union(*(_parameters(d) for d in dependant.dependencies))


async def caller(
    request: Request,
    services: ServicesDep,
    now: Now,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> Caller:
    """Who asks, and the session he asks in."""
    bearer = credentials.credentials if credentials else None
    async with services.reading() as connection:
        found = await services.identity.caller(connection, request, bearer, cookie, now)
    request.state.person = found.viewer.person
    return found


CallerDep = Annotated[Caller, Depends(caller)]


async def viewer(caller: CallerDep) -> Viewer:
    """Who asks: a person with the offices he holds today, or a service within its scopes."""
    return caller.viewer


async def session(caller: CallerDep) -> sessions.Live:
    """The session of whoever signed in; what is done to an account is done by its owner."""
    if caller.session is None:
        raise Problem("account_required")
    return caller.session


SessionDep = Annotated[sessions.Live, Depends(session)]


async def stranger(request: Request, services: ServicesDep) -> Identity:
    """For those who are not known yet: nobody's page but our own sends them, and not too fast."""
    services.identity.unhurried_address(request)
    services.identity.own_page(request)
    return services.identity


Stranger = Annotated[Identity, Depends(stranger)]
ViewerDep = Annotated[Viewer, Depends(viewer)]


async def reading(services: ServicesDep, _: ViewerDep) -> AsyncIterator[AsyncConnection]:
    """A connection for reading, for as long as the request. Routes that wait for the engine open their own, briefly.

    It is taken when the viewer is known, who took one of his own: a request that held one while it waited for another
    would wait for ever as soon as all were held so.
    """
    async with services.reading() as connection:
        yield connection


Reading = Annotated[AsyncConnection, Depends(reading)]


async def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            max_length=255,
            description="A value of your own for this request; the same one again is answered, not carried out twice.",
        ),
    ] = None,
) -> str:
    if not key or not key.strip():
        raise Problem("idempotency_key_required")
    return key.strip()


IdempotencyKey = Annotated[str, Depends(idempotency_key)]

_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


async def expected_version(
    if_match: Annotated[
        str | None, Header(alias="If-Match", description='The `ETag` of the case you decided on, e.g. `"7"`.')
    ] = None,
) -> int | None:
    """The version a caller decided on; None without the header, or for `*`."""
    if if_match is None or if_match.strip() == "*":
        return None
    match = _ETAG.fullmatch(if_match.strip())
    if match is None:
        raise Problem("if_match_malformed")
    return int(match[1])


ExpectedVersion = Annotated[int | None, Depends(expected_version)]


async def known_tags(
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description="The `ETag` you hold; 304 while the case is at it.")
    ] = None,
) -> frozenset[str]:
    """The `ETag`s a caller holds already, weak ones as strong; `*` for any."""
    return frozenset(tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(","))


KnownTags = Annotated[frozenset[str], Depends(known_tags)]
