"""Problem documents (RFC 9457): the one place where refusals and errors meet HTTP."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from domain.calendar import PROVINCE
from domain.refusals import LEGAL_GROUNDS, Category, Refusal, RefusalCode
from runtime import i18n

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2

STATUS: dict[Category, HTTPStatus] = {
    Category.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Category.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Category.CONFLICT: HTTPStatus.CONFLICT,
    Category.STALE: HTTPStatus.PRECONDITION_FAILED,
    Category.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Category.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Category.MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}

CODES: dict[str, HTTPStatus] = {
    "malformed_json": HTTPStatus.BAD_REQUEST,
    "idempotency_key_required": HTTPStatus.BAD_REQUEST,
    "if_match_malformed": HTTPStatus.BAD_REQUEST,
    "invalid_cursor": HTTPStatus.BAD_REQUEST,
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
    "token_expired": HTTPStatus.UNAUTHORIZED,
    "sign_in_refused": HTTPStatus.UNAUTHORIZED,
    "second_factor_required": HTTPStatus.UNAUTHORIZED,
    "enrolment_refused": HTTPStatus.UNAUTHORIZED,
    "refresh_refused": HTTPStatus.UNAUTHORIZED,
    "provider_refused": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "account_required": HTTPStatus.FORBIDDEN,
    "cross_site": HTTPStatus.FORBIDDEN,
    "person_unmapped": HTTPStatus.FORBIDDEN,
    "scope_missing": HTTPStatus.FORBIDDEN,
    "human_only": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "provider_unset": HTTPStatus.NOT_FOUND,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "payload_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "export_too_large": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid_request": HTTPStatus.UNPROCESSABLE_ENTITY,
    "password_too_short": HTTPStatus.UNPROCESSABLE_ENTITY,
    "password_too_long": HTTPStatus.UNPROCESSABLE_ENTITY,
    "password_common": HTTPStatus.UNPROCESSABLE_ENTITY,
    "password_personal": HTTPStatus.UNPROCESSABLE_ENTITY,
    "second_factor_in_force": HTTPStatus.CONFLICT,
    "second_factor_unproved": HTTPStatus.UNPROCESSABLE_ENTITY,
    "if_match_required": HTTPStatus.PRECONDITION_REQUIRED,
    "too_many_attempts": HTTPStatus.TOO_MANY_REQUESTS,
    "too_many_requests": HTTPStatus.TOO_MANY_REQUESTS,
    "engine_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "register_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "provider_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "internal_error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "content_erased": HTTPStatus.GONE,
    "content_damaged": HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Stable codes of what is wrong with a request itself, beside those of refusals."""

_BY_STATUS = {status.value: code for code, status in reversed(CODES.items())} | {
    400: "malformed_json",
    401: "unauthenticated",
}
_UNAVAILABLE = {"engine_unavailable", "register_unavailable", "provider_unavailable"}

log = structlog.get_logger("mutasi.api")


class Problem(Exception):
    """A request that is answered with a problem document. `code` is one of `CODES`; `wait` says when to ask again."""

    def __init__(self, code: str, wait: timedelta | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.headers = {"Retry-After": str(math.ceil(wait.total_seconds()))} if wait else None


class Refused(Exception):
    """A command that the law refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


LANGUAGE_COOKIE = "bahasa"


def language_of(request: Request) -> str:
    """The language chosen on a page, else the first that the caller accepts and we have."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in i18n.LANGUAGES else i18n.negotiate(request.headers.get("accept-language"))


def explain(refusal: Refusal, language: str) -> str:
    """A refusal as a sentence a person can act on."""
    return i18n.text(f"refusal.{refusal.code}.detail", language, **worded(refusal, language))


def _with_what_happened(refusal: Refusal, language: str) -> str:
    """A refusal with who acted meanwhile, as what and when, where somebody was quicker."""
    said, params = explain(refusal, language), refusal.params
    if "done" not in params:
        return said
    at = datetime.fromisoformat(str(params["at"])).astimezone(PROVINCE)
    happened = i18n.text(
        "meanwhile.act",
        language,
        done=i18n.text(f"act.{params['done']}", language),
        by=i18n.text(f"office.{params['as']}" if "as" in params else "meanwhile.employee", language),
        day=i18n.day(at.date(), language),
        time=f"{at:%H:%M}",
    )
    return f"{said} {happened}"


_WORDED = {"act": "act", "status": "status", "stage": "stage", "kind": "kind", "origin": "origin"}

_LISTED = {
    "grounds": "ground",
    "allowed": "override_ground",
    "choice_grounds": "choice_ground",
    "consents": "consent",
    "words": "word",
}
"""The vocabularies of parameters that are lists."""


def worded(refusal: Refusal, language: str) -> dict[str, object]:
    """The parameters of a refusal in words: vocabularies by their labels, lists joined."""
    words: dict[str, object] = {}
    for name, value in refusal.params.items():
        key = f"{_WORDED.get(name, name)}.{value}"
        if isinstance(value, tuple):
            prefix = _LISTED.get(name, name)
            words[name] = ", ".join(_label(f"{prefix}.{v}", str(v), language) for v in value)
        else:
            words[name] = _label(key, _dated(str(value), language), language)
    return words


def _dated(value: str, language: str) -> str:
    try:
        return i18n.day(date.fromisoformat(value), language)
    except ValueError:
        return value


def _label(key: str, otherwise: str, language: str) -> str:
    return i18n.text(key, language) if i18n.has(key, language) else otherwise


def respond(
    request: Request,
    code: str,
    status: int,
    title: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **extra: object,
) -> Response:
    """A problem document, in the caller's language; `code` is never translated."""
    body: dict[str, Any] = {
        "type": f"urn:mutasi:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "code": code,
        "request_id": getattr(request.state, "request_id", None),
        **extra,
    }
    sent = {"Content-Language": language_of(request), **(headers or {})}
    if code in _UNAVAILABLE:
        sent["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if status == HTTPStatus.UNAUTHORIZED:
        sent["WWW-Authenticate"] = "Bearer"
    tell: Tell = request.app.state.tell
    return tell(request, status, body, sent)


Tell = Callable[[Request, int, dict[str, Any], dict[str, str]], Response]
"""How an application puts a problem before a caller: status, fields of the document, headers."""


def document(_: Request, status: int, body: dict[str, Any], headers: dict[str, str]) -> Response:
    """A problem as a program reads it."""
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def refused(request: Request, refusal: Refusal) -> Response:
    language = language_of(request)
    ground = LEGAL_GROUNDS.get(refusal.code)
    extra: dict[str, Any] = {"legal_ground": ground} if ground else {}
    return respond(
        request,
        refusal.code,
        STATUS[refusal.code.category],
        i18n.text(f"refusal.{refusal.code}.title", language),
        _with_what_happened(refusal, language),
        params=refusal.model_dump(mode="json")["params"],
        **extra,
    )


def problem(request: Request, code: str, headers: Mapping[str, str] | None = None, **extra: object) -> Response:
    language = language_of(request)
    return respond(
        request,
        code,
        CODES[code],
        i18n.text(f"problem.{code}.title", language),
        i18n.text(f"problem.{code}.detail", language),
        headers=headers,
        **extra,
    )


def invalid(request: Request, errors: Sequence[Mapping[str, Any]], body: Any = None) -> Response:
    """A request whose fields do not hold: each fault with its place. One kind of fault gives the whole its code."""
    if any(e["type"] == "json_invalid" for e in errors):
        return problem(request, "malformed_json")
    language = language_of(request)
    faults = [fault(e, body, language) for e in errors]
    codes = {f["code"] for f in faults}
    only = next(iter(codes)) if len(codes) == 1 else None
    if only in set(RefusalCode):
        title = i18n.text(f"refusal.{only}.title", language)
        return respond(request, str(only), 422, title, str(faults[0]["detail"]), errors=faults)
    return problem(request, "invalid_request", errors=faults)


_ENUM_REPR = re.compile(r"<[^>:]*: ('[^']*')>")


def fault(error: Mapping[str, Any], body: Any, language: str) -> dict[str, object]:
    """What is wrong with one field, where it stands in the body, and the sentence for it."""
    kind, (source, *parts) = error["type"], error["loc"]
    known = i18n.has(f"validation.{kind}", language)
    context = {k: _ENUM_REPR.sub(r"\1", v) if isinstance(v, str) else v for k, v in (error.get("ctx") or {}).items()}
    try:
        detail = i18n.text(f"validation.{kind}" if known else "validation.other", language, **context)
    except (KeyError, IndexError):
        detail = i18n.text("validation.other", language)
    places = list(_places(parts, body, missing=kind == "missing") if source == "body" else parts)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        places.append(str(context["discriminator"]).strip("'"))
    return {"pointer": _pointer(places), "in": str(source), "code": kind, "detail": detail}


def _places(parts: Sequence[str | int], body: Any, missing: bool) -> Iterator[str | int]:
    """The way into a body; what a validator names besides, such as the tag of a union, is no place in it."""
    entered = True
    for place, part in enumerate(parts, 1):
        if entered and isinstance(body, dict) and part in (body.get("act"), body.get("kind")):
            entered = False
        elif (isinstance(body, dict) and part in body) or (isinstance(body, list) and part in range(len(body))):
            body, entered = body[part], True  # type: ignore[index]
            yield part
        elif missing and place == len(parts):
            yield part


def _pointer(parts: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901); the empty one is the whole."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def unexpected(request: Request, error: Exception) -> Response:
    """What nobody foresaw: told to the logs in full, to the caller not at all."""
    log.error("request.fault", error=type(error).__name__, exc_info=error)
    return problem(request, "internal_error")


def install(app: FastAPI) -> None:
    """Answer every error of the application with a problem document."""
    app.state.tell = document

    @app.exception_handler(Refused)
    async def _(request: Request, error: Refused) -> Response:
        return refused(request, error.refusal)

    @app.exception_handler(Problem)
    async def _(request: Request, error: Problem) -> Response:
        return problem(request, error.code, error.headers)

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> Response:
        return invalid(request, error.errors(), error.body)

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        served = {"Allow": _methods(request)} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else None
        return problem(request, _BY_STATUS.get(error.status_code, "invalid_request"), headers=served or error.headers)

    @app.exception_handler(OperationalError)
    async def _(request: Request, error: OperationalError) -> Response:
        return _unavailable(request, error)

    @app.exception_handler(PoolTimeout)
    async def _busy(request: Request, error: PoolTimeout) -> Response:
        return _unavailable(request, error)

    @app.exception_handler(InterfaceError)
    async def _(request: Request, error: InterfaceError) -> Response:
        return _unavailable(request, error)


def _methods(request: Request) -> str:
    """Every method the address serves; the framework names those of the first route alone."""
    routes = [r for r in iter_route_contexts(request.app.routes) if r.methods and r.path_regex.match(request.url.path)]
    return ", ".join(sorted({m for r in routes if r.path == routes[0].path for m in r.methods or ()}))


def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("register.unavailable", error=type(error).__name__)
    return problem(request, "register_unavailable")
