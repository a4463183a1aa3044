"""Signing in with an OpenID provider: discovery, the code flow with PKCE, state bound to the browser, and a nonce.

Authlib knows the protocol's parameters and claims, joserfc the signatures; the requests are ours, so that no redirect
is followed and nothing waits for ever.
"""

import asyncio
import hmac
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from runtime.settings import MissingSetting, Settings

ALGORITHMS = ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"]
"""Signatures that are taken, whatever the provider lists: of public keys only, so that nobody signs with our secret."""
CALLBACK = "/api/v1/sign-in/oidc/callback"
_SECONDS = 10
_METADATA_LIFE = 3600.0
_LEEWAY = 60
"""Seconds by which the provider's clock may differ."""


class Unavailable(Exception):
    """The provider does not answer, or not as a provider does."""


class Untrusted(Exception):
    """What came back does not prove who somebody is. The message is a code for the record."""


class Flow(NamedTuple):
    """What we keep while somebody is at the provider."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """An OpenID provider, and what we are called there."""

    def __init__(
        self, *, issuer: str, client_id: str, client_secret: str | None, public_url: str, scopes: str, claim: str,
        match: str,
    ) -> None:  # fmt: skip
        self.issuer = issuer
        self.match = match
        self._client_id = client_id
        self._client_secret = client_secret
        self._public_url = public_url
        self._scopes = scopes
        self._claim = claim
        self._known: tuple[float, dict[str, Any], KeySet] | None = None
        self._learning = asyncio.Lock()

    @classmethod
    def of(cls, settings: Settings) -> "Provider | None":
        """The provider of the settings. Raises `MissingSetting` when half of it is said."""
        if settings.oidc_issuer is None:
            return None
        if settings.oidc_client_id is None:
            raise MissingSetting("MUTASI_OIDC_CLIENT_ID", "the OpenID provider has given us one")
        if settings.public_url is None:
            raise MissingSetting("MUTASI_PUBLIC_URL", "the OpenID provider sends people back there")
        secret = settings.oidc_client_secret
        return cls(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            public_url=settings.public_url,
            scopes=settings.oidc_scopes,
            claim=settings.oidc_claim,
            match=settings.oidc_match,
        )

    @property
    def _redirect_uri(self) -> str:
        return f"{self._public_url}{CALLBACK}"

    async def address(self, flow: Flow) -> str:
        """Where to send the browser. Raises `Unavailable`."""
        metadata, _ = await self._learn()
        address: str = prepare_grant_uri(
            metadata["authorization_endpoint"],
            client_id=self._client_id,
            response_type="code",
            redirect_uri=self._redirect_uri,
            scope=self._scopes,
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
        )
        return address

    async def who(self, answer: Mapping[str, str], flow: Flow) -> str:
        """What the claim says, of the person who came back. Raises `Unavailable` or `Untrusted`."""
        if "error" in answer or "code" not in answer:
            raise Untrusted("denied")
        if not hmac.compare_digest(answer.get("iss", self.issuer).encode(), self.issuer.encode()):
            raise Untrusted("other_issuer")
        metadata, _ = await self._learn()
        tokens = await self._trade(metadata, answer["code"], flow)
        claims = await self._claims(tokens, flow)
        said = claims.get(self._claim) or (await self._user_information(metadata, tokens, claims)).get(self._claim)
        if not isinstance(said, str) or not said.strip():
            raise Untrusted("claim_missing")
        return said.strip()

    async def sign_out_address(self) -> str | None:
        """Where a browser signs out at the provider too; None when it has no such place or does not answer."""
        try:
            metadata, _ = await self._learn()
        except Unavailable:
            return None
        endpoint = metadata.get("end_session_endpoint")
        asked = {"client_id": self._client_id, "post_logout_redirect_uri": f"{self._public_url}/"}
        return f"{endpoint}?{urlencode(asked)}" if endpoint else None

    async def _trade(self, metadata: Mapping[str, Any], code: str, flow: Flow) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": flow.verifier,
        }
        basic = httpx.BasicAuth(self._client_id, self._client_secret) if self._client_secret else None
        if basic is None:
            form["client_id"] = self._client_id
        answer = await _ask("POST", metadata["token_endpoint"], data=form, auth=basic)
        if answer.status_code in (400, 401):
            raise Untrusted("code_refused")
        return _json(answer)

    async def _claims(self, tokens: Mapping[str, Any], flow: Flow) -> dict[str, Any]:
        """The claims of an ID token that is signed, fresh, of this issuer, for us, and of this very flow."""
        for fresh in (False, True):
            _, keys = await self._learn(fresh)
            try:
                token = jwt.decode(str(tokens.get("id_token", "")), keys, algorithms=ALGORITHMS)
                break
            except (JoseError, ValueError) as fault:
                # Keys are changed now and then: look again, once.
                if fresh:
                    raise Untrusted("signature") from fault
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._client_id},
                "nonce": {"essential": True, "value": flow.nonce},
            },
            {"nonce": flow.nonce, "client_id": self._client_id, "access_token": tokens.get("access_token")},
        )
        try:
            claims.validate(now=int(time.time()), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError) as fault:
            raise Untrusted("claims") from fault
        return dict(claims)

    async def _user_information(
        self, metadata: Mapping[str, Any], tokens: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        """More about the same person; empty when the provider has no such place or speaks of somebody else."""
        endpoint, token = metadata.get("userinfo_endpoint"), tokens.get("access_token")
        if not endpoint or not token:
            return {}
        answer = await _ask("GET", endpoint, headers={"Authorization": f"Bearer {token}"})
        told = _json(answer) if answer.status_code == 200 else {}
        return told if told.get("sub") == claims["sub"] else {}

    async def _learn(self, fresh: bool = False) -> tuple[dict[str, Any], KeySet]:
        """The provider's metadata and keys, asked for once an hour."""
        async with self._learning:
            if self._known and not fresh and time.monotonic() - self._known[0] < _METADATA_LIFE:
                return self._known[1:]
            found = await _ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            metadata = _json(found)
            if metadata.get("issuer") != self.issuer:
                raise Unavailable("the provider calls itself otherwise")
            try:
                keys = KeySet.import_key_set(_json(await _ask("GET", metadata["jwks_uri"])))  # type: ignore[arg-type]
            except (KeyError, JoseError, ValueError) as fault:
                raise Unavailable("the provider's keys cannot be read") from fault
            self._known = (time.monotonic(), metadata, keys)
            return metadata, keys


async def _ask(method: str, url: str, **options: Any) -> httpx.Response:
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client:
            answer = await client.request(method, url, **options)
    except httpx.HTTPError as fault:
        raise Unavailable(type(fault).__name__) from fault
    if answer.is_redirect or answer.is_server_error:
        raise Unavailable(str(answer.status_code))
    return answer


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError as fault:
        raise Unavailable("no JSON") from fault
    if answer.status_code != 200 or not isinstance(found, dict):
        raise Unavailable(str(answer.status_code))
    return found
