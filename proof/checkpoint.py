"""Checkpoints of a log (c2sp.org/tlog-checkpoint) and the cosignatures of witnesses (c2sp.org/tlog-cosignature)."""

import base64
import binascii
from collections.abc import Iterable
from typing import NamedTuple

from proof import note
from proof.note import COSIGNATURE, Key, Line, Note, NoteFault

HASH_BYTES = 32


class Checkpoint(NamedTuple):
    """How large a log is and what its root is, as the log says."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class Cosigned(NamedTuple):
    """A witness's word that it saw this checkpoint extend all it saw before, and when (seconds since 1970)."""

    key: Key
    at: int


def read(text: str) -> Checkpoint:
    """A checkpoint from the text of a note. Extension lines are passed over. Raises `NoteFault`."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NoteFault("a checkpoint is origin, size and root, a line each")
    origin, size, encoded = lines[:3]
    try:
        root = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        root = b""
    if not (size.isascii() and size.isdecimal()) or str(int(size)) != size or len(root) != HASH_BYTES:
        raise NoteFault("a checkpoint is origin, size and root, a line each")
    return Checkpoint(origin, int(size), root)


def sign(checkpoint: Checkpoint, private: bytes) -> Note:
    """The checkpoint signed by its log, whose name is the origin."""
    return Note(checkpoint.text, (note.sign(checkpoint.text, checkpoint.origin, private),))


def opened(signed: Note, keys: Iterable[Key]) -> Checkpoint:
    """The checkpoint of a note that one of these keys signed. Raises `NoteFault`."""
    if not note.signers(signed, keys):
        raise NoteFault("no key that is trusted signed this checkpoint")
    return read(signed.text)


def cosign(text: str, name: str, private: bytes, at: int) -> Line:
    """A witness's line under a checkpoint: its word as of a time."""
    key = Key(name, note.public_of(private), COSIGNATURE)
    return Line(name, key.id, at.to_bytes(8) + note.signature_of(private, _cosigned_bytes(text, at)))


def cosignatures(signed: Note, witnesses: Iterable[Key]) -> list[Cosigned]:
    """The words of these witnesses under a note. A line that says to be by one of them and is not, is a fault."""
    found = []
    for key in witnesses:
        line = signed.by(key)
        if line is not None:
            found.append(Cosigned(key, cosigned_at(line, key, signed.text)))
    return found


def cosigned_at(line: Line, key: Key, text: str) -> int:
    """When a witness cosigned a text with this line. Raises `NoteFault`."""
    at = int.from_bytes(line.signature[:8])
    if len(line.signature) != 72 or not key.signed(line.signature[8:], _cosigned_bytes(text, at)):
        raise NoteFault(f"the cosignature of {key.name} is false")
    return at


def _cosigned_bytes(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()
