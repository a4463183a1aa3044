"""What somebody can do to a bundle, up to whoever holds database and key and makes the whole log anew."""

import base64
import copy
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from evidence import verify
from evidence.bundle import pack
from proof import checkpoint, note, tree
from proof.checkpoint import Checkpoint
from proof.heads import Head
from proof.note import Key, public_of

Said = dict[str, Any]
Files = dict[str, bytes]


class Held(NamedTuple):
    """A signed checkpoint that an auditor keeps."""

    size: int
    note: str

    @classmethod
    def of(cls, raw: bytes) -> "Held":
        """The checkpoint of a bundle."""
        signed = verify.read(raw).said["log"]["checkpoint"]
        return cls(verify.checkpoint_of(signed).size, signed)

    @property
    def point(self) -> verify.Checkpoint:
        return verify.checkpoint_of(self.note)


class Forged(NamedTuple):
    """A bundle in somebody's hands: what it says, its files, and the key of its log, which its operator has."""

    said: Said
    files: Files
    key: bytes

    @classmethod
    def of(cls, raw: bytes, key: bytes) -> "Forged":
        read = verify.read(raw)
        named = {name: raw for name, raw in read.files.items() if name in read.said["files"]}
        return cls(copy.deepcopy(read.said), named, key)

    def packed(self) -> bytes:
        """As the product would pack it: hashes of files, page and archive fit what is said."""
        return pack(self.said, self.files, {})

    def body(self, n: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.said["entries"][n - 1]["body"])
        return found

    def write(self, n: int, body: dict[str, Any]) -> None:
        self.said["entries"][n - 1]["body"] = verify.canonical(body).decode()

    @property
    def history(self) -> dict[str, Any]:
        [run] = self.said["runs"]
        found: dict[str, Any] = json.loads(self.files[run["file"]])
        return found

    def tell(self, history: dict[str, Any]) -> None:
        [run] = self.said["runs"]
        for n, event in enumerate(history["events"], 1):
            event["eventId"] = str(n)
        self.files[run["file"]] = json.dumps(history).encode()


def edited(n: int, change: Callable[[dict[str, Any]], object]) -> Callable[[Forged], object]:
    """An entry with another content; nothing else is adapted to it."""

    def forge(forged: Forged) -> None:
        body = forged.body(n)
        change(body)
        forged.write(n, body)

    return forge


def rechained(forged: Forged) -> None:
    """Each entry names the one before it again, numbers and all."""
    before = ""
    for n in range(1, len(forged.said["entries"]) + 1):
        body = forged.body(n) | {"seq": n, "prev": before}
        forged.write(n, body)
        before = verify.leaf(forged.said["entries"][n - 1]["body"].encode()).hex()


def relogged(forged: Forged, key: bytes, padding: int = 0) -> None:
    """The whole log made anew around the entries, as whoever holds database and key makes it: right in itself."""
    rechained(forged)
    origin = verify.checkpoint_of(forged.said["log"]["checkpoint"]).origin
    mine = Key(origin, public_of(key))
    opened = {"v": 1, "kind": "log.opened", "origin": origin, "key": str(mine)}
    bodies = [verify.canonical(opened).decode()]
    shown = [*forged.said["entries"], *forged.said["attempts"]]
    for item in shown:
        item["place"] = len(bodies)
        bodies.append(item["body"])
    bodies += [f'{{"padding":{n}}}' for n in range(padding)]
    entries = forged.said["entries"]
    head = Head(forged.said["case"]["id"], len(entries), tree.leaf_hash(entries[-1]["body"].encode()))
    heads = {"v": 1, "kind": "case.heads", "at": "2026-01-01T00:00:00.000000Z", "cases": 1, "entries": head.length}
    bodies.append(verify.canonical({**heads, "root": head.leaf.hex()}).decode())
    leaves = [tree.leaf_hash(body.encode()) for body in bodies]
    hashes: list[str] = []

    def path(place: int) -> list[int]:
        first = len(hashes)
        spans = tree.inclusion_spans(place, len(leaves))
        hashes.extend(tree.root_of(leaves[span.start : span.end]).hex() for span in spans)
        return list(range(first, len(hashes)))

    for item in shown:
        item["path"] = path(item["place"])
    point = Checkpoint(origin, len(leaves), tree.root_of(leaves))
    forged.said["log"] = {
        "checkpoint": str(checkpoint.sign(point, key)),
        "keys": [str(mine)],
        "statements": [{"body": bodies[0], "place": 0, "path": path(0)}],
        "heads": {"body": bodies[-1], "path": path(len(leaves) - 1)},
        "head": {"place": 0, "length": head.length, "hash": head.hash.hex(), "path": []},
        "earlier": [{"checkpoint": earlier["checkpoint"], "path": []} for earlier in forged.said["log"]["earlier"]],
        "hashes": hashes,
    }


def cosigned(raw: bytes, name: str, witness: bytes, at: int) -> str:
    """The checkpoint of a bundle with the cosignature of a witness under it."""
    signed = note.read(verify.read(raw).said["log"]["checkpoint"])
    return str(signed._replace(lines=(*signed.lines, checkpoint.cosign(signed.text, name, witness, at))))


def payload(value: object) -> dict[str, Any]:
    """A payload of the engine as histories have it."""
    encoding = base64.b64encode(b"json/plain").decode()
    return {"metadata": {"encoding": encoding}, "data": base64.b64encode(json.dumps(value).encode()).decode()}


def command(update: str, actor: str, kind: str) -> list[dict[str, Any]]:
    """Two events of the engine: a command that was taken and carried out."""
    envelope = {"id": update, "kind": kind, "actor": actor, "body": {}, "fingerprint": ""}
    request = {"meta": {"updateId": update}, "input": {"name": "act", "args": {"payloads": [payload(envelope)]}}}
    accepted = {"protocolInstanceId": update, "acceptedRequest": request}
    return [
        {
            "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
            "workflowExecutionUpdateAcceptedEventAttributes": accepted,
        },
        {
            "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED",
            "workflowExecutionUpdateCompletedEventAttributes": {"outcome": {"success": {"payloads": [payload({})]}}},
        },
    ]


def of_kind(history: dict[str, Any], kind: str) -> Sequence[int]:
    """Places of the events of a kind."""
    wanted = f"EVENT_TYPE_{kind}"
    return [n for n, event in enumerate(history["events"]) if event["eventType"] == wanted]
