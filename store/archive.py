"""The archive of the engine's histories: compressed, encrypted, each bound to its hash in the ledger of its case.

The engine deletes a history when its retention is over; the archive keeps it as the engine gave it, payloads encrypted
as they were. To read it on, give `ArchivedHistory.text` to `temporalio.client.WorkflowHistory.from_json`, and payloads
to the codec of `runtime.temporal.data_converter`.
"""

import gzip
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.contents import Damaged
from store.credentials import Sealed, Seals
from store.tables import ARCHIVED_HISTORY


class Ended(NamedTuple):
    """A run that ended, as the engine tells it; `content` is its history as JSON."""

    case_id: str
    run_id: str
    status: str
    started_at: datetime
    ended_at: datetime
    events: int
    content: bytes


class Kept(NamedTuple):
    """What the archive has of a run: how many events and bytes, and the hash of the bytes."""

    events: int
    size: int
    sha256: str


class ArchivedHistory(NamedTuple):
    """The history of one run of a case, as the ledger names it."""

    run_id: str
    seq: int
    """The entry of the case that names it."""
    sha256: str
    events: int
    text: str | None
    """JSON as the engine gave it; None when it was erased."""


_NAMED = text("""
    SELECT l.seq, b.data ->> 'run' AS run_id, b.data ->> 'sha256' AS sha256, (b.data ->> 'events')::int AS events,
           a.key_id, a.sealed
    FROM ledger l CROSS JOIN LATERAL (SELECT convert_from(l.body, 'UTF8')::jsonb -> 'data' AS data) b
    LEFT JOIN archived_history a ON a.run_id = b.data ->> 'run' AND a.case_id = l.case_id
    WHERE l.case_id = :case AND l.type = 'history_archived' ORDER BY l.seq
""")
_KEPT = text("SELECT events, size, sha256 FROM archived_history WHERE run_id = :run")
_DONE = text("SELECT id FROM command WHERE kind = 'archive'")
COMMAND = "archive:"
"""What the id of the command begins with that names a run in the ledger."""


class Archive:
    """Keeps histories and gives them back. New ones are sealed with the first key of `MUTASI_DOCUMENT_KEYS`."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._seals = Seals(keys, "MUTASI_DOCUMENT_KEYS")

    async def keep(self, connection: AsyncConnection, ended: Ended, at: datetime) -> Kept:
        """Store the history of a run, if it is not stored already. What is stored, now or by an earlier try."""
        key_id, sealed = self._seals.seal(gzip.compress(ended.content, mtime=0), _owner(ended.case_id, ended.run_id))
        row = {
            "run_id": ended.run_id,
            "case_id": ended.case_id,
            "status": ended.status,
            "started_at": ended.started_at,
            "ended_at": ended.ended_at,
            "events": ended.events,
            "size": len(ended.content),
            "sha256": hashlib.sha256(ended.content).hexdigest(),
            "key_id": key_id,
            "sealed": sealed,
            "archived_at": at,
        }
        await connection.execute(insert(ARCHIVED_HISTORY).values(row).on_conflict_do_nothing())
        return Kept(*(await connection.execute(_KEPT, {"run": ended.run_id})).one())

    async def archived_histories(self, connection: AsyncConnection, case_id: str) -> list[ArchivedHistory]:
        """The histories of a case in the order of its ledger, each checked against the hash there.

        Raises `Damaged` when one is not what the ledger says, or its key is gone.
        """
        rows = await connection.execute(_NAMED, {"case": case_id})
        return [
            ArchivedHistory(r.run_id, r.seq, r.sha256, r.events, self._opened(case_id, r) if r.sealed else None)
            for r in rows
        ]

    def _opened(self, case_id: str, row: object) -> str:
        run_id, sha256 = row.run_id, row.sha256  # type: ignore[attr-defined]
        try:
            packed = self._seals.open(row.key_id, bytes(row.sealed), _owner(case_id, run_id))  # type: ignore[attr-defined]
        except Sealed as fault:
            raise Damaged(f"the history of run {run_id}: {fault}") from fault
        content = gzip.decompress(packed)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Damaged(f"the history of run {run_id} is not what the ledger says")
        return content.decode()


def _owner(case_id: str, run_id: str) -> str:
    """What is sealed together with a history, so that none can pass for another."""
    return f"history\n{case_id}\n{run_id}"


async def named_runs(connection: AsyncConnection) -> set[str]:
    """The runs whose history is in the archive and in the ledger."""
    return {str(c).removeprefix(COMMAND) for c in (await connection.execute(_DONE)).scalars()}
