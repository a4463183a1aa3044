"""Demo tokens: signed with Ed25519, naming a person by his opaque id. Taken in the demo and nowhere else."""

import hashlib
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
ISSUER = "mutasi"
OPERATOR = "operator"
"""Subject of a token for those who run the service: no person of the register, no case to see."""


class InvalidToken(Exception):
    """A token that names nobody: forged, for something else, or worn out."""

    def __init__(self, expired: bool = False) -> None:
        super().__init__("expired" if expired else "invalid")
        self.expired = expired


class Tokens:
    """Issues and reads demo tokens with one key, from which the secret of cursors is made too."""

    def __init__(self, pem: str) -> None:
        self._key = OKPKey.import_key(pem)
        self._claims = jwt.JWTClaimsRegistry(iss={"essential": True, "value": ISSUER}, sub={"essential": True})
        self.cursor_secret = hashlib.sha256(b"cursor\x00" + pem.encode()).digest()

    def issue(self, subject: str, now: datetime, life: timedelta) -> str:
        claims = {"iss": ISSUER, "sub": subject, "iat": int(now.timestamp()), "exp": int((now + life).timestamp())}
        return jwt.encode({"alg": ALGORITHM}, claims, self._key, algorithms=[ALGORITHM])

    def read(self, text: str) -> str:
        """The subject of a token. Raises `InvalidToken`."""
        try:
            token = jwt.decode(text, self._key, algorithms=[ALGORITHM])
            self._claims.validate(token.claims)
        except ExpiredTokenError as error:
            raise InvalidToken(expired=True) from error
        except (JoseError, ValueError, TypeError) as error:
            raise InvalidToken from error
        return str(token.claims["sub"])
