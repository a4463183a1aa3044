"""Check the evidence of one case. Needs Python 3.11 and `cryptography`, nothing of the product, no network.

Six verdicts: `holds`, `fails` (each fault with its place), or `not_shown` where the bundle lacks what it takes. Exit
code 0: all hold; `--may-lack` excuses one that is not shown, never one that fails. Take this file from a copy that you
trust: the one in a bundle says what its maker wants. It is set close on purpose, to be read on paper.
"""

# fmt: off
import argparse
import base64
import hashlib
import hmac
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "mutasi-evidence/1"
VERDICTS = ("log", "engine", "replay", "judgement", "documents", "authority")
PROVINCE = timezone(timedelta(hours=8))

def _fields(names: str, **others: Any) -> dict[str, Any]:
    return {name.rstrip("?"): "str?" if name.endswith("?") else "str" for name in names.split()} | others

_LEAF = _fields("body", place="int", path=["int"])
SHAPE = _fields(
    "format", case=_fields("id number"), product=_fields("name version code"), disclosed="bool", policies=["str"],
    log=_fields("checkpoint", hashes=["str"], statements=[_LEAF], keys=["str"], heads=_fields("body", path=["int"]),
                head=_fields("hash", place="int", length="int", path=["int"]),
                earlier=[_fields("checkpoint", path=["int"])]),
    entries=[_LEAF | {"private": {"*": _fields("salt", value="any")}}], attempts=[_LEAF], files={"*": "str"},
    documents=[_fields("id document sha256 media_type file? absent?", version="int", size="int")],
    notices=[_fields("key person template state created_at sent_at? read_at?", seq="int")], state="any",
    offices=[_fields("office unit? person capacity instrument valid_from valid_to? recorded_at superseded_at?")],
    kin=[_fields("person recorded_at superseded_at?")], runs=[_fields("run file? absent?")])
"""All that a bundle says. `?` may be null, `*` is any key; what is not drawn here is refused."""
_BODY = {"v", "case", "seq", "prev", "type", "at", "actor", "data", "private", "policy", "command", "temporal"}
_TYPES: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "bool": (bool,), "str?": (str, type(None))}
UNREADABLE = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)

class Malformed(ValueError):
    """Not a bundle of this format."""

class Verdict:
    """One question about a bundle. `faults` are (kind, where, what); `lacking` says what the answer would take."""
    def __init__(self, name: str) -> None:
        self.name, self.faults, self.lacking, self.shown = name, list[tuple[str, str, str]](), list[str](), ""

    @property
    def state(self) -> str:
        return "fails" if self.faults else "not_shown" if self.lacking else "holds"

    def fault(self, kind: str, where: str, what: str) -> None:
        self.faults.append((kind, where, what))

class Bundle(NamedTuple):
    """What a bundle says, its files by name, and its entries: (content, hash)."""
    said: dict[str, Any]
    files: Mapping[str, bytes]
    entries: list[tuple[dict[str, Any], str]]

def zipped(files: Mapping[str, bytes]) -> bytes:
    """The one archive of these files: stored, in order of their names, dated 1980."""
    with zipfile.ZipFile(out := io.BytesIO(), "w") as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name])
    return out.getvalue()

def canonical(value: Any) -> bytes:
    """JSON as RFC 8785 writes it, of values without floating point and with plain keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def read(raw: bytes) -> Bundle:
    """A bundle from its bytes. Raises `Malformed` for anything that this format does not have."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            whole = sum(info.file_size for info in archive.infolist()) < len(raw)
            files = {name: archive.read(name) for name in archive.namelist() if whole}
        said = json.loads(files["bundle.json"])
        page = re.search(rb'<script type="application/json" id="bundle">(.*?)</script>', files["LAPORAN.html"], re.S)
        entries = [(json.loads(e["body"]), leaf(e["body"].encode()).hex()) for e in said["entries"]]
        shown = json.loads(page[1]) if page else None
    except (*UNREADABLE, zipfile.BadZipFile, NotImplementedError, EOFError) as fault:
        raise Malformed(f"not a bundle: {fault}") from None
    if zipped(files) != raw or canonical(said) != files["bundle.json"]:
        raise Malformed("the archive holds more than its files, or bundle.json is not canonical")
    _shaped(said, SHAPE, "bundle.json")
    if said["format"] != FORMAT or shown != said:
        raise Malformed(f"the format {said['format']} is not known, or LAPORAN.html shows something else")
    wrong = {name for name, known in said["files"].items() if sha256(files.get(name, b"")) != known}
    if wrong := wrong | ({"bundle.json", "verify.py", "LAPORAN.html", *said["files"]} ^ set(files)):
        raise Malformed(f"files that do not belong to it, are missing, or are others: {', '.join(sorted(wrong))}")
    if not all(isinstance(b, dict) and set(b) == _BODY and leaf(canonical(b)).hex() == h for b, h in entries):
        raise Malformed("an entry is not written as entries are")
    return Bundle(said, files, entries)

def _shaped(value: Any, shape: Any, where: str) -> None:
    if isinstance(shape, list) and isinstance(value, list):
        for n, item in enumerate(value):
            _shaped(item, shape[0], f"{where}[{n}]")
    elif isinstance(shape, dict) and isinstance(value, dict) and ("*" in shape or set(value) == set(shape)):
        for key, item in value.items():
            _shaped(item, shape.get("*", shape.get(key)), f"{where}.{key}")
    elif not isinstance(shape, str) or (shape != "any" and type(value) not in _TYPES[shape]):
        raise Malformed(f"{where} is not of the shape of this format")

def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()

def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()

def included(hashed: bytes, place: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf stands at a place of a tree (RFC 9162, 2.1.3)."""
    steps = [b""] * 64 + list(path)
    def above(place: int, size: int) -> bytes:
        if size == 1:
            return hashed
        left, beside = 1 << ((size - 1).bit_length() - 1), steps.pop()
        return _node(above(place, left), beside) if place < left else _node(beside, above(place - left, size - left))
    return 0 <= place < size < 2**64 and above(place, size) == root and len(steps) == 64

def extends(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a tree of `second` leaves extends one of `first` (RFC 9162, 2.1.4)."""
    steps = [b""] * 64 + list(path)
    def roots(first: int, size: int, whole: bool) -> tuple[bytes, bytes]:
        if first == size:
            return (first_root, first_root) if whole else (steps[-1], steps.pop())
        left, beside = 1 << ((size - 1).bit_length() - 1), steps.pop()
        if first <= left:
            old, new = roots(first, left, whole)
            return old, _node(new, beside)
        old, new = roots(first - left, size - left, False)
        return _node(beside, old), _node(beside, new)
    fits = 0 < first <= second < 2**64
    return fits and roots(first, second, True) == (first_root, second_root) and len(steps) == 64

class Key(NamedTuple):
    """A verifier key, `name+id+base64` (c2sp.org/signed-note), of a log (type 1) or a witness (type 4)."""
    name: str
    id: bytes
    type: int
    public: bytes

    def signed(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True

def key_of(text: str) -> Key:
    name, key_id, encoded = [*text.strip().split("+", 2), "", ""][:3]
    raw = base64.b64decode(encoded)
    hashed = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if len(raw) != 33 or raw[0] not in (1, 4) or hashed.hex() != key_id:
        raise Malformed("a key is name+id+base64, of an Ed25519 key")
    return Key(name, hashed, raw[0], raw[1:])

class Checkpoint(NamedTuple):
    """A signed checkpoint (c2sp.org/tlog-checkpoint) with its signatures by name and id of the key."""
    text: str
    origin: str
    size: int
    root: bytes
    lines: dict[tuple[str, bytes], bytes]

    def signed_by(self, key: Key) -> bool | None:
        """Whether a key signed it; None when no line says so."""
        if (found := self.lines.get((key.name, key.id))) is None:
            return None
        dated = f"cosignature/v1\ntime {int.from_bytes(found[:8])}\n" if key.type == 4 else ""
        return key.signed(found[8:] if dated else found, (dated + self.text).encode())

def checkpoint_of(note: str) -> Checkpoint:
    try:
        text, signatures = note.rsplit("\n\n", 1)
        origin, size, root = text.split("\n")[:3]
        told = [re.fullmatch(r"— (\S+) (\S+)", line) for line in signatures.splitlines()]
        lines = {(m[1], base64.b64decode(m[2])[:4]): base64.b64decode(m[2])[4:] for m in told if m}
        found = Checkpoint(text + "\n", origin, int(size), base64.b64decode(root), lines)
    except ValueError:
        raise Malformed("a checkpoint is not a signed note") from None
    if len(found.root) != 32 or str(found.size) != size:
        raise Malformed("a checkpoint is origin, size and root, a line each")
    return found

def examine_log(verdict: Verdict, bundle: Bundle, held: Sequence[Checkpoint] = (), witnesses: Sequence[Key] = (),
                trusted: Sequence[Key] = ()) -> None:
    """Chain and tree intact, and the history whole, up to a checkpoint that is held elsewhere."""
    log, signed = bundle.said["log"], checkpoint_of(bundle.said["log"]["checkpoint"])
    hashes, keys = [bytes.fromhex(h) for h in log["hashes"]], [key_of(k) for k in log["keys"]]
    def proved(body: str, place: int, path: list[int]) -> bool:
        return included(leaf(body.encode()), place, signed.size, [hashes[n] for n in path], signed.root)
    _keys(verdict, log["statements"], signed, keys, proved)
    _chain(verdict, bundle, proved)
    _head(verdict, bundle, signed, hashes, proved)
    for n, attempt in enumerate(bundle.said["attempts"], 1):
        if not proved(**attempt) or json.loads(attempt["body"])["case"] != bundle.said["case"]["id"]:
            verdict.fault("attempt_edited", f"attempt {n}", "it is not in the log at its place, or of another case")
    if trusted and not set(trusted) & set(keys):
        verdict.fault("unknown_key", "the log", "none of the keys that you trust is a key of this log")
    earlier = [(checkpoint_of(e["checkpoint"]), [hashes[n] for n in e["path"]]) for e in log["earlier"]]
    vouched = [_held(verdict, point, signed, earlier, keys) for point in held]
    for witness in witnesses:
        if (word := signed.signed_by(witness)) is False:
            verdict.fault("cosignature_false", "checkpoint", f"the cosignature of {witness.name} is false")
        elif word is None:
            verdict.lacking.append(f"the witness {witness.name} has not cosigned the checkpoint")
        vouched.append(bool(word))
    if not any(vouched):
        verdict.lacking.append("nothing held elsewhere vouches for it: give --checkpoint or --witness-key")
    counted = f"{len(bundle.entries)} entries, {len(bundle.said['attempts'])} refused attempts"
    verdict.shown = f"{counted}, in a log of {signed.size} leaves"

_Proved = Callable[[str, int, list[int]], bool]

def _keys(verdict: Verdict, stated: list[Any], signed: Checkpoint, keys: list[Key], proved: _Proved) -> None:
    """Each key of the log leads to the next by a statement in the log, and the last one signed."""
    known: list[Key] = []
    for said, statement in ((json.loads(s["body"]), s) for s in stated):
        pair, place = {name: key_of(said[name]) for name in ("old", "new") if name in said}, statement["place"]
        message = canonical({name: said.get(name) for name in ("origin", "old", "new", "place")})
        signs = (k.signed(base64.b64decode(said["signatures"][name]), message) for name, k in pair.items())
        rotates = pair and known and pair["old"] == known[-1] and said["place"] == place and all(signs)
        opens = said["kind"] == "log.opened" and not known and said["origin"] == signed.origin
        if not proved(statement["body"], place, statement["path"]) or not (opens or rotates):
            return verdict.fault("statement_false", f"leaf {place}", "what it says of the keys is not so")
        known.append(pair["new"] if rotates else key_of(said["key"]))
    if keys != known or not keys:
        verdict.fault("statement_false", "the log", "the keys are not those that the log says it has")
    elif signed.signed_by(keys[-1]) is not True:
        verdict.fault("checkpoint_false", "checkpoint", "the key of the log did not sign the checkpoint")

def _chain(verdict: Verdict, bundle: Bundle, proved: _Proved) -> None:
    """Each entry at its place in case and log, after the one it names, with the personal content it committed to."""
    complete = sorted(body["seq"] for body, _ in bundle.entries) == list(range(1, len(bundle.entries) + 1))
    place, before = -1, ""
    for n, ((body, hashed), entry) in enumerate(zip(bundle.entries, bundle.said["entries"], strict=True), 1):
        if body["case"] != bundle.said["case"]["id"] or body["seq"] != n:
            kind = "entries_reordered" if complete else "entry_missing" if body["seq"] > n else "entry_inserted"
            return verdict.fault(kind, f"entry {n}", f"here stands entry {body['seq']} of case {body['case']}")
        if entry["place"] <= place or not proved(entry["body"], entry["place"], entry["path"]):
            verdict.fault("entry_edited", f"entry {n}", "its content is not what was logged at its place")
        elif body["prev"] != before:
            verdict.fault("chain_broken", f"entry {n}", "it names another entry before it than the one there is")
        for path, kept in entry["private"].items():
            committed = hmac.new(bytes.fromhex(kept["salt"]), canonical(kept["value"]), hashlib.sha256).hexdigest()
            if body["private"].get(path) != committed:
                verdict.fault("private_edited", f"entry {n}", f"the value of {path} is not the one committed to")
        place, before = entry["place"], hashed

def _head(verdict: Verdict, bundle: Bundle, signed: Checkpoint, hashes: list[bytes], proved: _Proved) -> None:
    """That these entries are all: the heads of all cases are the last leaf, and this case's head is among them."""
    heads, head, count = bundle.said["log"]["heads"], bundle.said["log"]["head"], len(bundle.entries)
    told, path = json.loads(heads["body"]), [hashes[n] for n in head["path"]]
    mine = leaf(canonical([bundle.said["case"]["id"], head["length"], head["hash"]]))
    if not proved(heads["body"], signed.size - 1, heads["path"]) or told["kind"] != "case.heads":
        verdict.fault("heads_false", "heads", "the heads of all cases are not the last leaf of the checkpoint")
    elif not included(mine, head["place"], told["cases"], path, bytes.fromhex(told["root"])):
        verdict.fault("head_false", "head", "the head of the case is not among the heads of all cases")
    elif head["length"] != count:
        what = f"the case has {head['length']} entries, {count} are shown"
        verdict.fault("history_cut", f"entry {min(head['length'], count) + 1}", what)
    elif not count or head["hash"] != bundle.entries[-1][1]:
        verdict.fault("head_false", f"entry {count}", "the newest entry is not the one attested")

def _held(verdict: Verdict, held: Checkpoint, signed: Checkpoint, earlier: list[tuple[Checkpoint, list[bytes]]],
          keys: list[Key]) -> bool:
    """Whether the bundle's checkpoint is, or extends, one that is held elsewhere."""
    where, faults = f"your checkpoint of {held.size} leaves", len(verdict.faults)
    proofs = [(at, path) for at, path in earlier if at.size == held.size]
    same = (held.origin, held.root) == (signed.origin, signed.root)
    grown = any((at.origin, at.root) == (held.origin, held.root) and extends(
        held.size, held.root, signed.size, signed.root, path) for at, path in proofs)
    if not any(held.signed_by(key) for key in keys):
        verdict.fault("unknown_key", where, "no key of this log signed it: this is another log, or one made anew")
    if held.size > signed.size:
        verdict.fault("log_behind", where, f"this log has {signed.size}: it was cut off, an older backup was restored, "
                      "or the bundle is older than your checkpoint: then ask for a new one")
    elif held.size == signed.size and not same:
        verdict.fault("two_logs", where, "two different logs of one size were shown")
    elif held.size < signed.size and not proofs:
        verdict.lacking.append(f"that it extends your checkpoint: ask for a bundle since {held.size}")
    elif held.size < signed.size and not grown:
        verdict.fault("log_replaced", where, "this log does not extend it: it was made anew since")
    return len(verdict.faults) == faults and (same or grown)

def examine_engine(verdict: Verdict, bundle: Bundle) -> None:
    """Every entry has its engine event, every human-caused engine event its entry or refused attempt."""
    entries, asked, told, read = bundle.entries, dict[str, dict[str, Any]](), set[tuple[int, str]](), set[str]()
    for run in bundle.said["runs"]:
        if run["file"] is None:
            verdict.lacking.append(f"the history of run {run['run']}: {run['absent']}")
            continue
        read.add(run["run"])
        _run(verdict, bundle, f"run {run['run']}", json.loads(bundle.files[run["file"]])["events"], asked, told)
    for n, (body, hashed) in enumerate(entries, 1):
        command, run, actor = body["command"], body["temporal"]["run"], body["actor"]["ref"]
        inside = actor == "clock" and command.startswith(("clock:", "undelivered:"))
        last = n == len(entries) or entries[n][0]["command"] != command
        envelope = asked.get(command, {"actor": actor, "kind": body["data"].get("act")})
        if run in read and ((last and (n, hashed) not in told) or not (command in asked or inside)):
            verdict.fault("entry_without_engine_event", f"entry {n}", f"the engine knows nothing of command {command}")
        if envelope["actor"] != actor or body["data"].get("act", envelope["kind"]) != envelope["kind"]:
            verdict.fault("actor_differs", f"entry {n}", f"the engine had {envelope['kind']} of {envelope['actor']}")
        if n > 1 and (run, True) == (entries[n - 2][0]["temporal"]["run"], body["at"] < entries[n - 2][0]["at"]):
            verdict.fault("time_runs_backwards", f"entry {n}", "it says it happened before the entry it follows")
    missing = {body["temporal"]["run"] for body, _ in entries} - {run["run"] for run in bundle.said["runs"]}
    verdict.lacking += [f"the history of run {run}: it is not named" for run in sorted(missing)]
    verdict.shown = f"{len(asked)} commands in {len(read)} runs of the engine"

def _run(verdict: Verdict, bundle: Bundle, run: str, events: list[dict[str, Any]], asked: dict[str, dict[str, Any]],
         told: set[tuple[int, str]]) -> None:
    """One history: what it was asked, what it answered, and what it says of the ledger."""
    answered = {"success": {body["command"] for body, _ in bundle.entries},
                "failure": {json.loads(a["body"])["command"] for a in bundle.said["attempts"]}}
    waiting, admitted = dict[str, str](), dict[str, Any]()
    for n, event in enumerate(events, 1):
        where, kind = f"{run} event {n}", event["eventType"].removeprefix("EVENT_TYPE_WORKFLOW_EXECUTION_")
        if event["eventId"] != str(n) or (n == 1) != (kind == "STARTED"):
            return verdict.fault("history_gap", where, f"here stands event {event['eventId']}, {kind}")
        if kind == "UPDATE_ADMITTED":
            request = event["workflowExecutionUpdateAdmittedEventAttributes"]["request"]
            admitted[event["eventId"]] = request
        elif kind == "UPDATE_ACCEPTED":
            taken = event["workflowExecutionUpdateAcceptedEventAttributes"]
            request = taken.get("acceptedRequest") or admitted[taken["acceptedRequestSequencingEventId"]]
            [envelope] = _payloads(request["input"]["args"])
            asked[envelope["id"]], waiting[event["eventId"]] = envelope, envelope["id"]
            if request["meta"]["updateId"] != envelope["id"]:
                verdict.fault("actor_differs", where, "its command is not the one of this update")
        elif kind == "UPDATE_COMPLETED":
            answer = event["workflowExecutionUpdateCompletedEventAttributes"]
            command, [outcome] = waiting.pop(answer["acceptedEventId"]), answer["outcome"]
            if asked[command]["actor"] != "clock" and command not in answered[outcome]:
                verdict.fault("engine_event_without_entry", where, f"command {command} ended in {outcome}; no entry or "
                              "refused attempt says so")
        elif kind == "EVENT_TYPE_MARKER_RECORDED":
            for answer in _payloads(event["markerRecordedEventAttributes"]["details"].get("result", {"payloads": []})):
                seq, head = [(answer.get("snapshot") or {"seq": 0, "head": ""})[name] for name in ("seq", "head")]
                told.add((seq, head))
                if seq > len(bundle.entries) or (seq and head != bundle.entries[seq - 1][1]):
                    verdict.fault("engine_contradicts", where, f"it knows another entry {seq} than the one shown")
    verdict.lacking += [f"what became of command {command}: {run} has no answer yet" for command in waiting.values()]

def _payloads(told: dict[str, Any]) -> Iterator[Any]:
    return (json.loads(base64.b64decode(p["data"])) for p in told["payloads"])

def examine_documents(verdict: Verdict, bundle: Bundle) -> None:
    """Documents, decree among them, are those that were handed in."""
    shown = {d["id"]: d for d in bundle.said["documents"]}
    named = {body["data"]["id"]: body["data"] for body, _ in bundle.entries if body["type"] == "document_added"}
    for name, data in named.items():
        kept, where = shown.get(name), f"document {data['document']} version {data['version']}"
        if kept is None or kept["file"] is None:
            verdict.lacking.append(f"{where}: {kept['absent'] if kept else 'it is not in the bundle'}")
        elif sha256(bundle.files[kept["file"]]) != data["sha256"]:
            verdict.fault("document_replaced", where, "its content is not the one that was handed in")
    verdict.shown = f"{len(named)} versions of documents"

def examine_authority(verdict: Verdict, bundle: Bundle) -> None:
    """Each act was done in an office that its author held at that instant, in that capacity, by that instrument."""
    subject = bundle.entries[0][0]["data"]["subject"]
    for n, (body, _) in enumerate(bundle.entries, 1):
        actor, act, at = body["actor"], body["data"].get("act", "open" if n == 1 else None), body["at"]
        if act is None or actor["ref"] == "clock":
            continue
        day = datetime.fromisoformat(at).astimezone(PROVINCE).date().isoformat()
        held = any(o["person"] == actor["ref"] and o["valid_from"] <= day <= (o["valid_to"] or day)
                   and o["recorded_at"] <= at < (o["superseded_at"] or "~")
                   and all(o[name] == actor.get(name) for name in ("office", "unit", "capacity", "instrument"))
                   for o in bundle.said["offices"])
        if not held and ("office" in actor or (actor["ref"] != subject and act not in ("comment", "undo"))):
            what = f"{actor['ref']} did not hold {actor.get('office', 'any office')} then, as far as was recorded"
            verdict.fault("office_not_held", f"entry {n}", what)

def examine_policies(verdict: Verdict, bundle: Bundle) -> None:
    """The rules are those that the case was judged by."""
    for policy in bundle.said["policies"]:
        if sha256(bundle.files[f"policies/{policy}.json"]) != policy:
            verdict.fault("policy_changed", f"policy {policy[:12]}", "its text is not what its hash says")
    used = {body["policy"] for body, _ in bundle.entries} - set(bundle.said["policies"])
    verdict.lacking += [f"the text of policy {policy}" for policy in sorted(used)]

def examine(bundle: Bundle, *anchors: Sequence[Any]) -> dict[str, Verdict]:
    """What can be said without the product. `anchors`: checkpoints held, keys of witnesses, trusted keys of the log."""
    verdicts = {name: Verdict(name) for name in VERDICTS}
    for name, ask in (("log", lambda v, b: examine_log(v, b, *anchors)), ("engine", examine_engine),
                      ("judgement", examine_policies), ("documents", examine_documents),
                      ("authority", examine_authority)):
        try:
            ask(verdicts[name], bundle)
        except UNREADABLE as fault:
            verdicts[name].fault("malformed", name, f"it cannot be read: {type(fault).__name__} {fault}")
    return verdicts

def main(arguments: Sequence[str]) -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("bundle", type=Path)
    for name, kind in (("checkpoint", Path), ("witness-key", key_of), ("key", key_of)):
        asked.add_argument(f"--{name}", type=kind, action="append", default=[])
    asked.add_argument("--may-lack", choices=VERDICTS, action="append", default=[])
    given = asked.parse_args(arguments)
    try:
        held = [checkpoint_of(file.read_text()) for file in given.checkpoint]
        verdicts = examine(read(given.bundle.read_bytes()), held, given.witness_key, given.key)
    except (Malformed, OSError) as fault:
        sys.stdout.write(f"bundle      fails      {fault} (malformed)\n")
        return 1
    for name, what in (("replay", "the histories run again"), ("judgement", "the rules applied again"),
                       ("authority", "whether an act belongs to the office it was done in")):
        verdicts[name].lacking.append(f"{what}: only `mutasi audit verify` shows that")
    for v in verdicts.values():
        sys.stdout.write(f"{v.name:11} {v.state:10} {v.shown}\n")
        sys.stdout.writelines(f"    {where}: {what} ({kind})\n" for kind, where, what in v.faults)
        sys.stdout.writelines(f"    not shown: {what}\n" for what in v.lacking)
    return int(any(v.faults or (v.lacking and v.name not in given.may_lack) for v in verdicts.values()))

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
