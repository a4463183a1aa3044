"""What an answer of the API must look like, whatever it says."""

from typing import Any

import httpx

UNKNOWN_CASE = "c_" + "a" * 26


def problem_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, which must be one, of this status and code."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert problem["type"] == f"urn:mutasi:problem:{code}"
    assert problem["status"] == status
    assert problem["title"] and problem["detail"]
    assert problem["instance"] == answer.request.url.path
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem
