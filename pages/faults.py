"""Problems as pages: what went wrong, what to do next. The sentences are those of the API."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from api.origin import SAFE_METHODS
from api.problems import document
from pages.frame import page


def install(app: FastAPI) -> None:
    """Put problems before people as pages; programs and the API go on getting documents."""
    app.state.tell = tell


def tell(request: Request, status: int, body: dict[str, Any], headers: dict[str, str]) -> Response:
    """A problem as a page for a browser; whoever is not known is asked to sign in, and comes back."""
    if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        return document(request, status, body, headers)
    if status == HTTPStatus.UNAUTHORIZED and request.method in SAFE_METHODS:
        back = f"?next={quote(request.url.path)}" if request.url.path != "/" else ""
        return RedirectResponse(f"/sign-in{back}", HTTPStatus.SEE_OTHER)
    kept = {name: value for name, value in headers.items() if name.lower() in ("retry-after", "allow")}
    shown = page(request, "problem.html", status, problem=body, unknown=status == HTTPStatus.UNAUTHORIZED)
    shown.headers.update(kept)
    return shown
