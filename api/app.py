"""The API's composition root: what it is put together from, and what every request goes through."""

import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import accessing, health, metrics, openapi, problems
from api.auth import Tokens
from api.deps import Services, known_parameters
from api.desk import Desk
from api.identity import Identity
from api.routes import (
    account,
    calendar,
    cases,
    documents,
    erasure,
    evidence,
    exports,
    incidents,
    mandates,
    offices,
    oversight,
    personal,
    policies,
    proofs,
    provider,
    register,
    reports,
    seats,
    sign_in,
    work,
)
from runtime import keys, temporal
from runtime.settings import Settings, required
from store.contents import Contents
from store.engine import app_engine

MAX_BODY_BYTES = 1024 * 1024
MAX_CONTENT_BYTES = 16 * 1024 * 1024
"""What the process takes of a file at most; how much a document may have, the policy says."""
POOL_SIZE = 12
PREFIX = "/api/v1"
FORM = "application/x-www-form-urlencoded"
"""What pages send; the API takes no form, so that no other site's form reaches it."""
DEMO = ("Mutasi-Mode", "DEMO")
"""On every answer of the demo, where anybody may be anybody."""

log = structlog.get_logger("mutasi.http")


def create_app(settings: Settings, services: Services | None = None) -> FastAPI:
    """The application. With `services` given (tests), nothing else is opened or closed."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if services is not None:
            app.state.services = services
            yield
            return
        engine = app_engine(required(settings.database_url, "DATABASE_URL"), POOL_SIZE)
        client = await temporal.connect(settings, lazy=True, identity="mutasi-api")
        tokens = Tokens(keys.token_key(settings))
        app.state.services = Services(
            engine,
            Desk(client, engine),
            tokens,
            Contents(engine, keys.document_keys(settings)),
            Identity(settings, engine, tokens),
        )
        if settings.demonstrating:
            log.warning("DEMO: anybody may be anybody. Set MUTASI_ENV=production, or MUTASI_DEMO=false.")
        yield
        await engine.dispose()

    app = FastAPIOffline(
        title="Mutasi",
        version="1",
        summary="Mutation cases of civil servants",
        description=openapi.DESCRIPTION,
        lifespan=lifespan,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url="/docs",
        redoc_url=None,
        # A redirect would repeat the query, and with it a NIP, in its Location.
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.operation_id or route.name,
    )
    # Exports stand before the single case, whose address would take theirs for an id.
    modules = (
        account, calendar, exports, cases, documents, erasure, evidence, incidents, mandates, offices, oversight,
        personal, policies, proofs, register, reports, seats, sign_in, work,
    )  # fmt: skip
    for module in modules:
        app.include_router(module.router, prefix=PREFIX, dependencies=[Depends(known_parameters)])
    # Providers send what they like besides.
    app.include_router(provider.router, prefix=PREFIX)
    app.include_router(health.router)
    app.include_router(proofs.well_known, dependencies=[Depends(known_parameters)])
    problems.install(app)
    openapi.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestContext, demo=settings.demonstrating)
    return app


_REQUEST_ID = re.compile(r"(?!.*(?<![A-Za-z0-9])\d{16,18}(?![A-Za-z0-9]))[A-Za-z0-9_.-]{8,64}")
"""Ids we take over from callers: short, plain, and no NIP or NIK, since they are logged and kept."""


class BodyLimit:
    """Measures bodies while they are read: small ones everywhere, files where documents are handed in."""

    def __init__(self, app: ASGIApp) -> None:
        self._small = RequestBodyLimitMiddleware(app, MAX_BODY_BYTES)
        self._files = RequestBodyLimitMiddleware(app, MAX_CONTENT_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._files if _takes_files(scope) else self._small)(scope, receive, send)


class RequestContext:
    """Gives every request an id, tells it to logs and caller, counts and times it, turns away what nobody takes."""

    def __init__(self, app: ASGIApp, demo: bool = False) -> None:
        self._app = app
        self._always = {DEMO[0]: DEMO[1]} if demo else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            # Whoever may GET may ask for the head of it; the server leaves the body out.
            scope = {**scope, "method": "GET"}
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status, answered = 500, False
        begun = time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
                await accessing.note_turned_away(scope, status)
                sent = MutableHeaders(scope=message)
                sent["X-Request-Id"] = request_id
                sent["X-Content-Type-Options"] = "nosniff"
                sent["Cache-Control"] = sent.get("Cache-Control", "no-store")
                sent.update(self._always)
            await send(message)

        try:
            if fault := _unacceptable(scope, headers):
                await problems.problem(Request(scope), fault)(scope, receive, answer)
            else:
                await self._app(scope, receive, answer)
        except Exception as error:
            if answered:
                raise
            await problems.unexpected(Request(scope), error)(scope, receive, answer)
        finally:
            self._account(scope, status, time.perf_counter() - begun)
            structlog.contextvars.unbind_contextvars("request_id")

    @staticmethod
    def _account(scope: Scope, status: int, seconds: float) -> None:
        """Count by the route's pattern, never by its path: a path may hold what somebody typed."""
        route = scope.get("route")
        path = route.path if isinstance(route, APIRoute) else "unrouted"
        metrics.REQUESTS.labels(scope["method"], path, status).inc()
        metrics.SECONDS.labels(scope["method"], path).observe(seconds)
        log.info("request", method=scope["method"], route=path, status=status, ms=round(seconds * 1000, 1))


_FILES = re.compile(rf"{PREFIX}/cases/[^/]+/documents")


def _takes_files(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] == "POST" and _FILES.fullmatch(scope["path"]) is not None


def _unacceptable(scope: Scope, headers: Headers) -> str | None:
    """What is wrong with a body before it is read. One that does not tell its length is measured while it is read."""
    length, method, files = headers.get("content-length", ""), scope["method"], _takes_files(scope)
    if length.isdecimal() and int(length) > (MAX_CONTENT_BYTES if files else MAX_BODY_BYTES):
        return "payload_too_large"
    has_body = length not in ("", "0") or "transfer-encoding" in headers
    if method not in ("POST", "PUT", "PATCH") or not has_body:
        return None
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not scope["path"].startswith("/api/"):
        return None if kind == FORM else "unsupported_media_type"
    is_json = kind == "application/json" or kind.endswith("+json")
    return None if is_json or (files and kind in documents.FILE_TYPES) else "unsupported_media_type"
