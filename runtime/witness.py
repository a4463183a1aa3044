"""`mutasi witness`: cosigns a log's checkpoints on a machine that is not the log's (c2sp.org/tlog-witness).

It keeps one thing, the newest checkpoint it cosigned of each log, and cosigns only what extends that. So whoever holds
the log's database and its key can still not make the log anew without being found out by whoever asks the witness.
"""

import asyncio
import base64
import binascii
import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from proof import checkpoint, note
from proof.checkpoint import Checkpoint
from proof.note import COSIGNATURE, Key, Note, NoteFault
from proof.tree import EMPTY_ROOT, ProofFault, verify_consistency

MAX_PROOF = 63
MAX_BODY = 64 * 1024
SIZE_TYPE = "text/x.tlog.size"

log = structlog.get_logger("mutasi.witness")


class StateFault(Exception):
    """The witness's memory is in use, or lost: it must not begin anew by itself."""


class Asked(NamedTuple):
    """A request: the size the log thinks the witness knows, the proof from there, the new checkpoint."""

    old: int
    proof: list[bytes]
    signed: Note


class Memory:
    """The newest cosigned checkpoint of each log, in a file; one process at a time has it."""

    def __init__(self, file: Path, begin: bool = False) -> None:
        """Take the file. `begin` makes it; a file that is gone is never made again by itself. Raises `StateFault`."""
        self._file = file
        self._lock = self._taken()
        if begin == file.exists():
            self._lock.close()
            raise StateFault(
                f"{file} exists already"
                if begin
                else f"{file} is not there: a lost memory is no memory; a new witness begins with --begin"
            )
        if begin:
            self._write({})
        stored: dict[str, dict[str, str | int]] = json.loads(file.read_text())
        self._newest = {o: Checkpoint(o, int(c["size"]), bytes.fromhex(str(c["root"]))) for o, c in stored.items()}

    def _taken(self) -> TextIO:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lock = self._file.with_suffix(".lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise StateFault(f"another witness has {self._file}") from None
        return lock

    def newest(self, origin: str) -> Checkpoint | None:
        return self._newest.get(origin)

    def keep(self, seen: Checkpoint) -> None:
        """Remember before anything is signed, to survive a power cut."""
        newest = {**self._newest, seen.origin: seen}
        self._write({o: {"size": c.size, "root": c.root.hex()} for o, c in newest.items()})
        self._newest = newest

    def _write(self, stored: dict[str, dict[str, str | int]]) -> None:
        draft = self._file.with_suffix(f".{os.getpid()}")
        with draft.open("w") as file:
            json.dump(stored, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)
        directory = os.open(self._file.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)

    def close(self) -> None:
        self._lock.close()


class Witness:
    """Cosigns for the logs it knows the keys of."""

    def __init__(self, name: str, private: bytes, logs: Sequence[Key], memory: Memory) -> None:
        self.key = Key(name, note.public_of(private), COSIGNATURE)
        self._private = private
        self._logs = logs
        self._memory = memory
        self._turn = asyncio.Lock()

    async def add_checkpoint(self, request: Request) -> Response:
        """POST /add-checkpoint, with the answers of the protocol."""
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MAX_BODY:
            return PlainTextResponse("say how long the body is, and keep it short\n", 413)
        try:
            asked = read_request((await request.body()).decode())
            at = checkpoint.read(asked.signed.text)
        except (NoteFault, UnicodeDecodeError):
            return PlainTextResponse("not a request of the protocol\n", 400)
        async with self._turn:
            answer = self._judge(asked, at)
        log.info("witness.answered", origin=at.origin, size=at.size, old=asked.old, status=answer.status_code)
        return answer

    def _judge(self, asked: Asked, at: Checkpoint) -> Response:
        keys = [key for key in self._logs if key.name == at.origin]
        if not keys:
            return PlainTextResponse("no log of this name is known here\n", 404)
        try:
            checkpoint.opened(asked.signed, keys)
        except NoteFault as fault:
            return PlainTextResponse(f"{fault}\n", 403)
        if asked.old > at.size:
            return PlainTextResponse("the old size is larger than the new one\n", 400)
        known = self._memory.newest(at.origin)
        if asked.old != (known.size if known else 0):
            return _known_size(known)
        if known and at.size == known.size and at.root != known.root:
            log.error("witness.fork", origin=at.origin, size=at.size)
            return _known_size(known)
        try:
            old_root = known.root if known else EMPTY_ROOT
            verify_consistency(asked.old, old_root, at.size, at.root, asked.proof)
        except ProofFault as fault:
            log.error("witness.inconsistent", origin=at.origin, size=at.size, old=asked.old)
            return PlainTextResponse(f"{fault}\n", 422)
        self._memory.keep(at)
        line = checkpoint.cosign(asked.signed.text, self.key.name, self._private, int(time.time()))
        return PlainTextResponse(str(line))


def read_request(body: str) -> Asked:
    """A request as it stands. Raises `NoteFault`."""
    head, blank, rest = body.partition("\n\n")
    first, *steps = head.split("\n")
    word, _, number = first.partition(" ")
    if not blank or word != "old" or not number.isascii() or not number.isdecimal() or str(int(number)) != number:
        raise NoteFault("a request begins with `old SIZE`")
    if len(steps) > MAX_PROOF:
        raise NoteFault("the proof is too long")
    try:
        proof = [base64.b64decode(step, validate=True) for step in steps]
    except binascii.Error:
        raise NoteFault("a proof is a hash in base64 on each line") from None
    if any(len(step) != checkpoint.HASH_BYTES for step in proof):
        raise NoteFault("a hash has 32 bytes")
    return Asked(int(number), proof, note.read(rest))


def _known_size(known: Checkpoint | None) -> Response:
    return Response(f"{known.size if known else 0}\n", 409, media_type=None, headers={"Content-Type": SIZE_TYPE})


def key_of(file: Path, begin: bool) -> bytes:
    """The witness's own key, readable by its owner alone; made when it begins. Raises `StateFault`."""
    try:
        if begin:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
                made.write(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
        private = base64.b64decode(file.read_text(), validate=False)
    except (OSError, ValueError):
        private = b""
    if len(private) != 32:
        raise StateFault(f"{file} does not hold the key of a witness; a new one begins with --begin")
    return private


def application(witness: Witness) -> Starlette:
    return Starlette(routes=[Route("/add-checkpoint", witness.add_checkpoint, methods=["POST"])])


def serve(
    name: str, logs: Sequence[str], home: Path, host: str, port: int, begin: bool, say: Callable[[str], None]
) -> None:
    """Serve until asked to stop. `say` is told the key to give to the log. Raises `StateFault`, `NoteFault`."""
    trusted = [note.read_key(text) for text in logs]
    if not note.NAME.fullmatch(name):
        raise NoteFault("the name of a witness has neither spaces nor a plus sign")
    memory = Memory(home / "memory.json", begin)
    try:
        witness = Witness(name, key_of(home / "key", begin), trusted, memory)
        say(str(witness.key))
        uvicorn.run(application(witness), host=host, port=port, log_config=None, access_log=False)
    finally:
        memory.close()
