"""Secrets: how they are made, and how what is kept of them is made. The secrets themselves are kept nowhere."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_SECRET_BYTES = 32
_CODE_CHARACTERS = 24
"""Of base32: 120 bits. At 112 and more a plain hash is enough to keep (OWASP ASVS 5.0, 6.5.2)."""


def new_id(prefix: str) -> str:
    """An opaque id, such as `a_…`, with 130 bits of chance."""
    return f"{prefix}_" + base64.b32encode(secrets.token_bytes(17)).decode().lower()[:26]


def new_secret(prefix: str) -> str:
    """A secret with 256 bits of chance. The prefix says what it is, to whoever finds it where it should not lie."""
    return f"{prefix}_" + secrets.token_urlsafe(_SECRET_BYTES)


def new_code() -> str:
    """A secret that a person can type: six groups of four letters and digits."""
    text = base64.b32encode(secrets.token_bytes(15)).decode()[:_CODE_CHARACTERS]
    return "-".join(text[i : i + 4] for i in range(0, _CODE_CHARACTERS, 4))


def digest(secret: str) -> str:
    """What is kept of a secret that nobody can guess: SHA-256, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_digest(code: str) -> str:
    """The same for a typed code, however it was grouped and capitalised."""
    return digest("".join(c for c in code.upper() if c.isalnum()))


class Sealed(Exception):
    """Something sealed does not open: its key is gone, or it is not what was sealed."""


class Seals:
    """Seals secrets and makes marks. New ones use the first key; what is sealed names the key it needs.

    `variable` is where the keys come from, to be named when one is not there.
    """

    def __init__(self, keys: Mapping[str, bytes], variable: str = "MUTASI_IDENTITY_KEYS") -> None:
        self._variable = variable
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(self._keys))
        # Of the oldest key, so that a new one before it does not make everybody a stranger.
        self._marking = hashlib.sha256(b"mark\x00" + list(keys.values())[-1]).digest()

    def seal(self, plain: bytes, owner: str) -> tuple[str, bytes]:
        """The id of the key, and nonce and ciphertext; it opens for this owner only."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._current, nonce + self._keys[self._current].encrypt(nonce, plain, owner.encode())

    def open(self, key_id: str, sealed: bytes, owner: str) -> bytes:
        """What was sealed. Raises `Sealed`."""
        key = self._keys.get(key_id)
        if key is None:
            raise Sealed(f"the key {key_id} is not among {self._variable}")
        try:
            return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.encode())
        except InvalidTag as fault:
            raise Sealed("what was sealed does not open") from fault

    def mark(self, kind: str, text: str) -> str:
        """A keyed digest by which the same name or address is known again, and nothing else."""
        return hmac.new(self._marking, f"{kind}\x00{text}".encode(), hashlib.sha256).hexdigest()[:32]
