"""The OpenAPI document: 3.1, with problem documents instead of the framework's own errors; and its page, offline."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.routes import problems
from api.scopes import OPERATIONS

DESCRIPTION = """
A case is one civil servant's mutation, from its opening to the last impact review.

Every change is an act: `POST /cases/{id}/acts` with your own `Idempotency-Key`, and `If-Match` with the `ETag` you
decided on. A request that got no answer is asked again with the same key: it is answered, never done twice.
Every error is a problem document (RFC 9457) with a stable `code`, worded in Indonesian or English by `Accept-Language`.
""".strip()


_GUARDS = problems(401, 403, 429)


def _guarded(operation: dict[str, Any]) -> None:
    """Who asks may be unknown, a service, another site, or too fast, wherever he asks. A service needs its scope."""
    for status, response in _GUARDS.items():
        told = {k: v for k, v in response.items() if k != "model"}
        operation["responses"].setdefault(str(int(status)), told)
    operation["responses"] = dict(sorted(operation["responses"].items()))
    scope = OPERATIONS.get(operation["operationId"])
    operation["security"] = [{"HTTPBearer": [scope] if scope else []}, {"APIKeyCookie": []}]


def install(app: FastAPI) -> None:
    """Make the application describe itself as its clients meet it."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _adjusted(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    summary=app.summary,
                    description=app.description,
                    routes=app.routes,
                )
            )
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _adjusted(schema: dict[str, Any]) -> dict[str, Any]:
    """What the framework does not know: problem documents, keys that are required, what any caller may meet."""
    for path in schema["paths"].values():
        for operation in path.values():
            if "security" in operation:
                _guarded(operation)
            for parameter in operation.get("parameters", ()):
                # Optional to the framework, so that a missing one has a code of its own.
                parameter["required"] |= parameter["name"] == "Idempotency-Key"
            for status, response in operation.get("responses", {}).items():
                if status.startswith(("4", "5")) and "application/json" in response.get("content", {}):
                    response["content"] = {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
                    }
    for framework in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(framework, None)
    return schema
