"""What every page stands in: who looks, in which language, the templates, and what a browser may load."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.accessing import Access, operation_of
from api.deps import CallerDep, Language, Now, Services, ServicesDep
from pages import words
from runtime import i18n
from store.viewing import Viewer

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
_TEMPLATES = ROOT / "templates" / "pages"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # Not `no-referrer`: with it browsers send `Origin: null`, by which we could not know our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Nothing inline, nothing from another host, in nobody's frame."""


_REVEALS = {
    "respond.grounds": "reveal object",
    "respond.conditions": "reveal conditions",
    "respond.preferences": "reveal alternative",
}
"""Fields that appear with the answer they belong to, where the browser can; elsewhere they always stand there."""


class Static(StaticFiles):
    """Files of the look. An address with the hash of the content is good for ever."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        named = b"v=" in scope["query_string"]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if named else "public, max-age=300"
        return response


@cache
def asset(name: str) -> str:
    """Address of a file of the look, with the hash of its content."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


@cache
def environment() -> Environment:
    """The templates; an undefined name is an error, never a blank, and everything is escaped."""
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, autoescape=True, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    found.globals.update(asset=asset, nip=words.spaced_nip, reveals=_REVEALS)
    return found


def render(
    template: str, language: str, path: str, demo: bool, viewer: Viewer | None, context: Mapping[str, Any]
) -> str:
    """A page as text. `t` gives the words for a key."""

    def t(key: str, **params: object) -> str:
        return i18n.text(key, language, **params)

    frame: dict[str, Any] = {
        "t": t,
        "has": lambda key: i18n.has(key, language),
        "day": lambda value: words.day(value, language),
        "moment": lambda value: words.moment(value, language),
        "language": language,
        "other": next(other for other in i18n.LANGUAGES if other != language),
        "path": path,
        "demo": demo,
        "viewer": viewer,
        "roles": words.roles(viewer, language) if viewer else [],
    }
    return environment().get_template(template).render({**frame, **context})


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page for whoever asks, known or not."""
    from api.problems import language_of

    language = language_of(request)
    services: Services = request.app.state.services
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    text = render(template, language, request.url.path, services.identity.demo, viewer, context)
    return HTMLResponse(text, status, headers={**HEADERS, "Content-Language": language, "Vary": "Cookie"})


class Page(NamedTuple):
    """A request for a page by somebody who is known."""

    request: Request
    services: Services
    viewer: Viewer
    now: datetime
    language: str

    @property
    def access(self) -> Access:
        """By what a look at personal data is written down: the functions of the API ask for it."""
        scope = self.request.scope
        return Access(self.services, self.viewer, self.now, operation_of(scope), self.request.state.request_id)

    def show(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        return page(self.request, template, status, **context)

    def text(self, key: str, **params: object) -> str:
        return i18n.text(key, self.language, **params)


async def known(request: Request, services: ServicesDep, caller: CallerDep, now: Now, language: Language) -> Page:
    """Who asks; whoever is not known is led to the sign-in (`faults.py`)."""
    request.state.viewer = caller.viewer
    return Page(request, services, caller.viewer, now, language)


PageDep = Annotated[Page, Depends(known)]
Show = Callable[..., HTMLResponse]
