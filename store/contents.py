"""Contents of documents: kept encrypted, opened only whole and unchanged.

AES-256-GCM with a fresh nonce, the id of the key beside it so that keys can be rotated. What the content is and whose
it is stands under the seal too, so that one row cannot pass for another.
"""

import base64
import hashlib
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.facts import StoredContent
from domain.vocabulary import MediaType
from store.tables import DOCUMENT_CONTENT

_NONCE_BYTES = 12
_TABLE = DOCUMENT_CONTENT.c
_MEASURES = (_TABLE.id, _TABLE.sha256, _TABLE.size, _TABLE.media_type)


class Damaged(Exception):
    """What is stored is not what was handed in, or its key is gone. Nothing of it is given out."""


class Erased(Exception):
    """The content is not in the register any more."""


class Measured(NamedTuple):
    """Content on its way in: what it is, and the id it will have."""

    stored: StoredContent
    content: bytes


def measured(command_id: str, content: bytes, media_type: MediaType) -> Measured:
    """Content as the register measures it. The id follows from command and hash: sent again, it is the same content."""
    sha256 = hashlib.sha256(content).hexdigest()
    named = hashlib.sha256(f"{command_id}\n{sha256}".encode()).digest()
    content_id = "b_" + base64.b32encode(named).decode().lower()[:26]
    return Measured(StoredContent(id=content_id, sha256=sha256, size=len(content), media_type=media_type), content)


class Contents:
    """The store of contents. New ones are sealed with the first key; older ones open with the key they name."""

    def __init__(self, engine: AsyncEngine, keys: Mapping[str, bytes]) -> None:
        self._engine = engine
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(self._keys))

    async def keep(self, case_id: str, person: str, given: Measured, at: datetime) -> None:
        """Store content for a case, if it is not stored already."""
        stored, nonce = given.stored, os.urandom(_NONCE_BYTES)
        values = {
            "id": stored.id,
            "case_id": case_id,
            "stored_by": person,
            "stored_at": at,
            "sha256": stored.sha256,
            "size": stored.size,
            "media_type": stored.media_type,
            "key_id": self._current,
        }
        sealed = nonce + self._keys[self._current].encrypt(nonce, given.content, _bound(values))
        row = insert(DOCUMENT_CONTENT).values(**values, sealed=sealed)
        async with self._engine.begin() as connection:
            await connection.execute(row.on_conflict_do_nothing(index_elements=["id"]))

    async def open(self, connection: AsyncConnection, content_id: str, sha256: str) -> bytes:
        """The plain content, checked against the hash the ledger holds. Raises `Damaged` or `Erased`."""
        row = (await connection.execute(select(DOCUMENT_CONTENT).where(_TABLE.id == content_id))).mappings().first()
        if row is None:
            raise Erased(content_id)
        key, sealed = self._keys.get(row["key_id"]), bytes(row["sealed"])
        if key is None:
            raise Damaged(f"the key {row['key_id']} is not among MUTASI_DOCUMENT_KEYS")
        try:
            content = key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound(dict(row)))
        except InvalidTag as fault:
            raise Damaged(f"content {content_id} does not open") from fault
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Damaged(f"content {content_id} is not what the ledger says")
        return content


def _bound(row: Mapping[str, Any]) -> bytes:
    """What is sealed together with the content."""
    return "\n".join(str(row[name]) for name in ("key_id", "id", "case_id", "sha256", "size", "media_type")).encode()


async def stored_content(
    connection: AsyncConnection, content_id: str, case_id: str, person: str
) -> StoredContent | None:
    """Content that a person has stored for a case, by its id."""
    query = select(*_MEASURES).where(_TABLE.id == content_id, _TABLE.case_id == case_id, _TABLE.stored_by == person)
    row = (await connection.execute(query)).mappings().first()
    return StoredContent.model_validate(dict(row)) if row else None
