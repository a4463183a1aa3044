"""The vocabulary of dependencies: who asks, in which language, with which key, against which version.

All are coroutines, those that wait for nothing too: FastAPI hands a plain function to a thread.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.auth import OPERATOR, InvalidToken, Tokens
from api.cursors import Cursors
from api.desk import Desk
from api.problems import Problem, language_of
from domain.calendar import local_day
from store.contents import Contents
from store.gathering import Gatherer
from store.surroundings import surroundings
from store.viewing import Viewer

_bearer = HTTPBearer(auto_error=False, description="A short-lived token naming a person; `mutasi token` prints one.")


class Services:
    """What the application was put together from; one for each application, on its state."""

    def __init__(self, engine: AsyncEngine, desk: Desk, tokens: Tokens, contents: Contents) -> None:
        self.engine = engine
        self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")
        self.desk = desk
        self.tokens = tokens
        self.contents = contents
        self.cursors = Cursors(tokens.cursor_secret)
        self.gatherer = Gatherer()

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


async def viewer(
    services: ServicesDep,
    now: Now,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Viewer:
    """Who asks: the person a valid token names, with the offices he holds today."""
    if credentials is None:
        raise Problem("unauthenticated")
    try:
        subject = services.tokens.read(credentials.credentials)
    except InvalidToken as invalid:
        raise Problem("token_expired" if invalid.expired else "unauthenticated") from None
    if subject == OPERATOR:
        return Viewer(person=OPERATOR, name=OPERATOR, operator=True)
    async with services.reading() as connection:
        around = await surroundings(connection, local_day(now), subject)
    if around.name is None:
        raise Problem("unauthenticated")
    return Viewer(person=subject, name=around.name, offices=around.held_by(subject))


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
