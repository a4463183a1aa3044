"""Histories of the engine as evidence: every run of a case, payloads opened, what people typed left out.

A history holds each command with its body: NIP, reasons, words. The ledger keeps those apart behind salted commitments,
so that they can be erased; a bundle that repeated them could not be. So bodies and fingerprints of commands are left
out. The workflow never looks at them: it replays without.
"""

import base64
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from google.protobuf.json_format import MessageToDict, ParseDict
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from workflows import contract

_MARKER = "markerRecordedEventAttributes"
_STARTED = "workflowExecutionStartedEventAttributes"
LEFT_OUT: dict[str, Any] = {"body": {}, "fingerprint": ""}
"""What stands in a bundle for those fields of a command that it does not repeat."""


class Run(NamedTuple):
    """One run of the workflow of a case; no history where the engine has none any more."""

    id: str
    history: bytes | None

    def knows(self, head: str) -> bool:
        """Whether a commit of this run answered with this newest entry."""
        events = json.loads(self.history)["events"] if self.history else []
        details = (event[_MARKER]["details"] for event in reversed(events) if _MARKER in event)
        payloads = (p for found in details if "result" in found for p in found["result"]["payloads"])
        return any(f'"head":"{head}"' in base64.b64decode(p["data"]).decode() for p in payloads)


async def runs(client: Client, case_id: str, known: Iterable[str]) -> list[Run]:
    """Every run of a case, oldest first: those the ledger names, those the engine lists, and those that led to them."""
    workflow, found = contract.workflow_id(case_id), dict[str, tuple[str, bytes | None]]()
    wanted = [*known]
    async for execution in client.list_workflows(f"WorkflowId = '{workflow}'"):
        wanted.append(execution.run_id)
    while wanted:
        run = wanted.pop()
        if run in found:
            continue
        history = await _history(client, workflow, run)
        if history is None:
            found[run] = ("", None)
            continue
        first = history["events"][0]
        found[run] = (first["eventTime"], json.dumps(history, sort_keys=True, separators=(",", ":")).encode())
        if before := first[_STARTED].get("continuedExecutionRunId"):
            wanted.append(before)
    return [Run(run, found[run][1]) for run in sorted(found, key=lambda r: (found[r][0], r))]


async def _history(client: Client, workflow: str, run: str) -> dict[str, Any] | None:
    """A history as plain data, opened and lean. None when the engine does not have it."""
    try:
        fetched = await client.get_workflow_handle(workflow, run_id=run).fetch_history()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    told: dict[str, Any] = await _opened(client, fetched.to_json_dict())
    return told


async def _opened(client: Client, value: Any) -> Any:
    """The same with every payload opened and lean, wherever it stands."""
    if isinstance(value, list):
        return [await _opened(client, item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"metadata", "data"} and "encoding" in value["metadata"]:
        codec, payload = client.data_converter.payload_codec, ParseDict(value, Payload())
        return _lean((await codec.decode([payload]))[0] if codec else payload)
    return {key: await _opened(client, item) for key, item in value.items()}


def _lean(payload: Payload) -> dict[str, Any]:
    """A payload as plain data; a command, or what carries one, without what people typed."""
    told: dict[str, Any] = MessageToDict(payload)
    if payload.metadata.get("encoding") != b"json/plain":
        return told
    content = json.loads(payload.data)
    if not isinstance(content, dict):
        return told
    lean = _without(content)
    if isinstance(lean.get("envelope"), dict):
        lean["envelope"] = _without(lean["envelope"])
    return told | {"data": base64.b64encode(json.dumps(lean, separators=(",", ":")).encode()).decode()}


def _without(content: dict[str, Any]) -> dict[str, Any]:
    return content | LEFT_OUT if content.keys() >= {"kind", "actor", *LEFT_OUT} else dict(content)
