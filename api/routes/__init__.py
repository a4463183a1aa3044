"""Routes under /api/v1, one module for each kind of thing."""

import json
from http import HTTPStatus
from pathlib import Path
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
_EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


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


def example(name: str) -> Any:
    """A question or an answer of the demo province, lists cut short: `api/examples/NAME.json`."""
    return json.loads((_EXAMPLES / f"{name}.json").read_text())


def answer(name: str) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI response that shows how an operation answers, by an example."""
    return {200: {"content": {"application/json": {"example": example(name)}}}}
