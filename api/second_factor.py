"""Time-based one-time codes (RFC 6238) as authenticator apps make them: SHA-1, six digits, thirty seconds."""

import base64
import os
from datetime import datetime

from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
ISSUER = "Mutasi"
_DRIFT = (0, -1, 1)
"""Steps beside the present one that are taken: clocks of phones differ."""


def new_secret() -> bytes:
    return os.urandom(SECRET_BYTES)


def typed(secret: bytes) -> str:
    """The secret as a person types it into an app."""
    return base64.b32encode(secret).decode()


def address(secret: bytes, account: str) -> str:
    """The `otpauth://` address that an app reads from a QR code."""
    return _totp(secret).get_provisioning_uri(account, ISSUER)


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The time step whose code this is, or None."""
    if not (code.isascii() and code.isdecimal() and len(code) == DIGITS):
        return None
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present + drift for drift in _DRIFT):
        if constant_time.bytes_eq(_totp(secret).generate(step * STEP_SECONDS), code.encode()):
            return step
    return None


def _totp(secret: bytes) -> TOTP:
    # Apps know no other hash; HMAC-SHA1 is sound for this use (RFC 6238, and NIST SP 800-107).
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303
