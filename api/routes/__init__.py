"""Routes under /api/v1, one module for each kind of thing."""

from http import HTTPStatus
from typing import Any

from api.schemas import ProblemOut

_REASONS = {
    400: "Malformed",
    401: "No valid token",
    403: "Not in this capacity",
    404: "Not there, or not for you",
    409: "Not in this state",
    410: "Erased",
    412: "The case changed meanwhile",
    413: "Too large",
    415: "Not of a type that is taken",
    422: "Not valid",
    428: "If-Match is required",
    429: "Too often: wait as long as Retry-After says",
    500: "A fault of ours",
    503: "The engine or the register is away: ask again with the same key",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for the problems an operation can answer with."""
    return {
        int(HTTPStatus(s)): {
            "model": ProblemOut,
            "description": _REASONS[s],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
        }
        for s in statuses
    }
