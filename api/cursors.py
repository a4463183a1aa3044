"""Cursors: a place in a list, opaque, signed, and good only for the filter it was given for."""

import base64
import hashlib
import hmac
import json
from typing import Any

from api.problems import Problem

_SIGNATURE_BYTES = 12


class Cursors:
    """Writes and reads cursors with a secret of the service."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def write(self, place: list[Any], bound_to: object) -> str:
        body = json.dumps(place, default=str, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sign(body, bound_to) + body).decode().rstrip("=")

    def read(self, cursor: str | None, bound_to: object) -> list[Any] | None:
        """The place of a cursor; None without one. Raises `Problem` when it is not ours or of another filter."""
        if cursor is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
            if not hmac.compare_digest(signature, self._sign(body, bound_to)):
                raise Problem("invalid_cursor")
            return list(json.loads(body))
        except ValueError:
            raise Problem("invalid_cursor") from None

    def _sign(self, body: bytes, bound_to: object) -> bytes:
        message = body + b"\x00" + json.dumps(bound_to, default=str).encode()
        return hmac.new(self._secret, message, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
