"""Signed notes (c2sp.org/signed-note): text with signature lines, each by a named Ed25519 key.

A *verifier key* is told as one line, `name+id+base64`: what an auditor writes down once and checks everything by.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01
"""Type of a plain signature over the text."""
COSIGNATURE = 0x04
"""Type of a witness's timestamped signature (c2sp.org/tlog-cosignature)."""
MAX_SIGNATURES = 64
MAX_BYTES = 64 * 1024

_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)")
NAME = re.compile(r"[^\s+]+")


class NoteFault(ValueError):
    """Not a signed note, or not one that a trusted key signed."""


class Line(NamedTuple):
    """One signature line: who says to have signed, with which key, and the bytes after the key's id."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


class Key(NamedTuple):
    """A public key under a name, for one type of signature."""

    name: str
    public: bytes
    type: int = ED25519

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256(name ‖ LF ‖ type ‖ key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.type]) + self.public).decode()}"

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made a signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Note(NamedTuple):
    """A text, to its last newline, and what was signed under it."""

    text: str
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.lines))

    def by(self, key: Key) -> Line | None:
        """The line that says to be by this key."""
        return next((line for line in self.lines if (line.name, line.key_id) == (key.name, key.id)), None)


def read_key(text: str) -> Key:
    """A verifier key from its line. Raises `NoteFault`."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise NoteFault("a verifier key is name+id+base64") from None
    if not NAME.fullmatch(name) or len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
        raise NoteFault("a verifier key is name+id+base64, of an Ed25519 key")
    key = Key(name, raw[1:], raw[0])
    if key.id.hex() != key_id:
        raise NoteFault(f"the key of {name} does not have the id it says")
    return key


def public_of(private: bytes) -> bytes:
    """The public key of a private one, both 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def signature_of(private: bytes, message: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def sign(text: str, name: str, private: bytes) -> Line:
    """The line with which a key signs a text."""
    return Line(name, Key(name, public_of(private)).id, signature_of(private, text.encode()))


def read(raw: str) -> Note:
    """A note as it stands; nothing is verified. Raises `NoteFault`."""
    if len(raw) > MAX_BYTES or any(ord(c) < 0x20 and c != "\n" for c in raw):
        raise NoteFault("not a signed note")
    text, blank, signatures = raw.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise NoteFault("a signed note ends in signature lines after an empty one")
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteFault("too many signatures")
    return Note(text + "\n", tuple(_line(line) for line in lines))


def _line(text: str) -> Line:
    match = _LINE.fullmatch(text)
    try:
        raw = base64.b64decode(match[2], validate=True) if match else b""
    except binascii.Error:
        raw = b""
    if match is None or len(raw) < 5:
        raise NoteFault("a signature line is `— name base64`")
    return Line(match[1], raw[:4], raw[4:])


def read_lines(raw: str) -> list[Line]:
    """Signature lines alone, as a witness answers. Raises `NoteFault`."""
    return [_line(line) for line in raw.splitlines()]


def signers(note: Note, keys: Iterable[Key]) -> Sequence[Key]:
    """The keys among those given that signed a note. A line that says to be by one of them and is not, is a fault."""
    found = []
    for key in keys:
        line = note.by(key)
        if line is None:
            continue
        if not key.signed(line.signature, note.text.encode()):
            raise NoteFault(f"the signature of {key.name} is false")
        found.append(key)
    return found
