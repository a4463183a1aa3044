"""Checkpoints that somebody else holds, against the log: one that it does not continue means that it was replaced."""

import json
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from proof.checkpoint import Checkpoint
from store import proof_log
from store.sequencing import ACKNOWLEDGED

_STATEMENTS = text("SELECT body FROM log_leaf WHERE kind = 'statement'")


async def conflicts(connection: AsyncConnection, outside: Sequence[Checkpoint]) -> list[Checkpoint]:
    """Those that the log does not continue and nobody has acknowledged, the newest first.

    Each checkpoint that left the house continued the one before. So the newest that is not beyond the log speaks for
    all before it, as long as it holds.
    """
    known = await _acknowledged(connection)
    size = await proof_log.size_of(connection)
    unknown = sorted({c for c in outside if (c.size, c.root) not in known}, key=lambda c: c.size, reverse=True)
    beyond = [c for c in unknown if c.size > size]
    within = [c for c in unknown if c.size <= size]
    newest = [c for c in within if c.size == within[0].size]
    if all([await _continued(connection, c) for c in newest]):
        return beyond
    return beyond + [c for c in within if not await _continued(connection, c)]


async def _continued(connection: AsyncConnection, held: Checkpoint) -> bool:
    return await proof_log.root_at(connection, held.size) == held.root


async def _acknowledged(connection: AsyncConnection) -> set[tuple[int, bytes]]:
    said = [json.loads(bytes(row.body)) for row in await connection.execute(_STATEMENTS)]
    return {(c["size"], bytes.fromhex(c["root"])) for s in said if s["kind"] == ACKNOWLEDGED for c in s["outside"]}
