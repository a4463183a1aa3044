"""Keys: from the environment; outside production also made once in MUTASI_HOME, readable by their owner alone."""

import base64
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from runtime.settings import MissingSetting, Settings

PROOF_RING = "proof.keys"


def token_key(settings: Settings) -> str:
    """The Ed25519 key that signs cursors and demo tokens, PEM."""
    if settings.token_key:
        return settings.token_key.get_secret_value()
    return _made_once(settings, "token-ed25519.pem", _new_token_key, "MUTASI_TOKEN_KEY")


def payload_keys(settings: Settings) -> dict[str, bytes]:
    """AES-256 keys of the engine's payloads by id, the one for new payloads first."""
    return _ring(settings, settings.payload_keys, "payload.keys", "MUTASI_PAYLOAD_KEYS")


def document_keys(settings: Settings) -> dict[str, bytes]:
    """AES-256 keys of the contents of documents by id, the one for new contents first."""
    return _ring(settings, settings.document_keys, "documents.keys", "MUTASI_DOCUMENT_KEYS")


def proof_keys(settings: Settings) -> dict[str, bytes]:
    """Ed25519 keys of the transparency log by id, the newest first."""
    return _ring(settings, settings.proof_keys, PROOF_RING, "MUTASI_PROOF_KEYS")


def add_proof_key(settings: Settings) -> str:
    """Put a new key before those of the ring in MUTASI_HOME; its id. Production changes its own secrets."""
    if settings.proof_keys or settings.env == "production":
        raise MissingSetting("MUTASI_PROOF_KEYS", "put a new key into it and restart the workers")
    proof_keys(settings)
    path = settings.home / "keys" / PROOF_RING
    added = _new_payload_key()
    draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(f"{added},{path.read_text()}")
    draft.replace(path)
    return added.partition(":")[0]


def identity_keys(settings: Settings) -> dict[str, bytes]:
    """AES-256 keys of second factors by id, the one for new secrets first."""
    return _ring(settings, settings.identity_keys, "identity.keys", "MUTASI_IDENTITY_KEYS")


def _ring(settings: Settings, given: SecretStr | None, name: str, variable: str) -> dict[str, bytes]:
    text = given.get_secret_value() if given else _made_once(settings, name, _new_payload_key, variable)
    pairs = (part.strip().partition(":") for part in text.split(",") if part.strip())
    keys = {key_id: base64.b64decode(encoded) for key_id, _, encoded in pairs}
    if not keys or any(len(key) != 32 for key in keys.values()):
        raise ValueError(f"{variable} holds ids with 32 bytes each, base64: `id:…,id:…`")
    return keys


def _new_token_key() -> str:
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


def _new_payload_key() -> str:
    return f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _made_once(settings: Settings, name: str, make, variable: str) -> str:  # type: ignore[no-untyped-def]
    if settings.env == "production":
        raise MissingSetting(variable, "production makes no keys of its own; see docs/operations.md, Keys")
    path: Path = settings.home / "keys" / name
    if path.exists():
        return path.read_text()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text: str = make()
    # Whoever creates the file first wins; the others read what he wrote.
    draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()
