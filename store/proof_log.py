"""Reading the transparency log: its tree, its checkpoints and keys, and proofs put together from stored subtrees."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from proof import note, tree
from proof.heads import Head, HeadProof
from proof.note import Key
from proof.tree import Node, Span

_SIZE = text("SELECT coalesce(max(place) + 1, 0) FROM log_leaf")
_PENDING = text("SELECT count(*) FROM log_pending")
_NODES = text("""
    SELECT n.level, n.no, n.hash
    FROM unnest(CAST(:levels AS smallint[]), CAST(:numbers AS bigint[])) AS w(level, no)
    JOIN log_node n ON n.level = w.level AND n.no = w.no
    UNION ALL
    SELECT 0, place, hash FROM log_leaf WHERE place = ANY(CAST(:leaves AS bigint[]))
""")
_CHECKPOINT = text("""
    SELECT c.size, c.root, c.note, c.at,
           (SELECT array_agg(line ORDER BY at) FROM log_cosignature s WHERE s.size = c.size) AS lines
    FROM log_checkpoint c WHERE c.size = coalesce(:size, (SELECT max(size) FROM log_checkpoint))
""")
_KEYS = text("SELECT key, since FROM log_key ORDER BY since")
_HEADS = text("""
    SELECT DISTINCT ON (case_id) case_id, seq, hash FROM log_leaf
    WHERE kind = 'entry' AND place < :place ORDER BY case_id DESC, seq DESC
""")
_NEWEST_HEADS = text("SELECT place, body FROM log_leaf WHERE kind = 'heads' ORDER BY place DESC LIMIT 1")
_PLACE = text("SELECT place, hash FROM log_leaf WHERE kind = 'entry' AND case_id = :case AND seq = :seq")
_LEAF = text("SELECT place, hash FROM log_leaf WHERE place = :place")


class Signed(NamedTuple):
    """A checkpoint with everything that was signed under it."""

    size: int
    root: bytes
    note: str
    at: datetime


class KeySince(NamedTuple):
    """A key of the log, and the place of the statement that brought it in."""

    key: Key
    since: int


class Leaf(NamedTuple):
    """A leaf by its place."""

    place: int
    hash: bytes


async def size_of(connection: AsyncConnection) -> int:
    """How many leaves the log has."""
    return int((await connection.execute(_SIZE)).scalar_one())


async def pending(connection: AsyncConnection) -> int:
    """How many rows wait for their place."""
    return int((await connection.execute(_PENDING)).scalar_one())


async def hashes_of(connection: AsyncConnection, spans: Sequence[Span]) -> list[bytes]:
    """The hashes of subtrees, from the stored complete ones, in one question to the database."""
    known = await _known(connection, [node for span in spans for node in tree.nodes_of(span)])
    return [tree.hash_of(span, known) for span in spans]


async def parts_of(connection: AsyncConnection, size: int) -> list[bytes]:
    """The hashes of the frontier of a tree, as `proof.tree.Growth` wants them."""
    nodes = tree.frontier(size)
    known = await _known(connection, nodes)
    return [known[node] for node in nodes]


async def _known(connection: AsyncConnection, nodes: Iterable[Node]) -> dict[Node, bytes]:
    wanted = set(nodes)
    above = [n for n in wanted if n.level]
    rows = await connection.execute(
        _NODES,
        {"levels": [n.level for n in above], "numbers": [n.no for n in above],
         "leaves": [n.no for n in wanted if not n.level]},
    )  # fmt: skip
    return {Node(row.level, row.no): bytes(row.hash) for row in rows}


async def root_at(connection: AsyncConnection, size: int) -> bytes:
    """The root of the tree when it had this size, from the stored subtrees."""
    return tree.folded(await parts_of(connection, size))


async def inclusion(connection: AsyncConnection, place: int, size: int) -> list[bytes]:
    return await hashes_of(connection, tree.inclusion_spans(place, size))


async def consistency(connection: AsyncConnection, first: int, second: int) -> list[bytes]:
    return await hashes_of(connection, tree.consistency_spans(first, second))


async def checkpoint(connection: AsyncConnection, size: int | None = None) -> Signed | None:
    """The checkpoint of a size, or the newest, with the cosignatures it was given."""
    row = (await connection.execute(_CHECKPOINT, {"size": size})).first()
    return Signed(row.size, bytes(row.root), row.note + "".join(row.lines or ()), row.at) if row else None


async def attested(connection: AsyncConnection) -> Signed | None:
    """The newest checkpoint that the heads of all cases end; none before the first attestation."""
    row = (await connection.execute(_NEWEST_HEADS)).first()
    return await checkpoint(connection, row.place + 1) if row else None


async def keys(connection: AsyncConnection) -> list[KeySince]:
    """The keys of the log, the present one last."""
    return [KeySince(note.read_key(row.key), row.since) for row in await connection.execute(_KEYS)]


async def leaf_of(connection: AsyncConnection, case_id: str, seq: int) -> Leaf | None:
    """The leaf of an entry of the ledger; none while it waits for its place."""
    row = (await connection.execute(_PLACE, {"case": case_id, "seq": seq})).first()
    return Leaf(row.place, bytes(row.hash)) if row else None


async def leaf_at(connection: AsyncConnection, place: int) -> Leaf | None:
    row = (await connection.execute(_LEAF, {"place": place})).first()
    return Leaf(row.place, bytes(row.hash)) if row else None


async def heads_before(connection: AsyncConnection, place: int) -> list[Head]:
    """The newest entry of every case among the leaves before a place, sorted by case as their tree is."""
    rows = await connection.execute(_HEADS, {"place": place})
    return sorted(Head(row.case_id, row.seq, bytes(row.hash)) for row in rows)


async def head_proof(connection: AsyncConnection, case_id: str) -> tuple[HeadProof, Signed] | None:
    """That a case's head is among the newest heads of all cases, and the checkpoint that these heads end.

    None when the log has no heads yet, or none of this case.
    """
    row = (await connection.execute(_NEWEST_HEADS)).first()
    signed = await checkpoint(connection, row.place + 1) if row else None
    if row is None or signed is None:
        return None
    heads = await heads_before(connection, row.place)
    position = next((n for n, head in enumerate(heads) if head.case == case_id), None)
    if position is None:
        return None
    proof = HeadProof(
        head=heads[position],
        place=position,
        path=_path([head.leaf for head in heads], position),
        heads_body=bytes(row.body),
        heads_path=await inclusion(connection, row.place, signed.size),
    )
    return proof, signed


def _path(leaves: Sequence[bytes], position: int) -> list[bytes]:
    """The inclusion proof of a leaf in a tree that is not stored."""
    return [tree.root_of(leaves[span.start : span.end]) for span in tree.inclusion_spans(position, len(leaves))]
