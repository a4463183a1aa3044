"""Heads of all cases, and with them the whole history of one: that nothing was cut off its end.

An inclusion proof says that an entry *is* in the log. It does not say that a case has no newer one. For that the log
holds, every hour and whenever a history is handed out, a leaf of kind `case.heads`: the root of a tree over all cases,
sorted by id, each with the count of its entries and the hash of the newest. A history is whole as of a checkpoint when
that leaf is the last of the checkpoint's tree and the case's count and newest hash are in it.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from proof.checkpoint import Checkpoint
from proof.tree import ProofFault, leaf_hash, verify_inclusion

HEADS = "case.heads"


class Head(NamedTuple):
    """A case by its newest entry; `length`, the count of its entries, is its sequence number as well."""

    case: str
    length: int
    hash: bytes

    @property
    def leaf(self) -> bytes:
        """Hash of the case's leaf in the tree of heads: the canonical JSON of [case, count, hash]."""
        return leaf_hash(json.dumps([self.case, self.length, self.hash.hex()], separators=(",", ":")).encode())


class HeadProof(NamedTuple):
    """That a head is among those of a `case.heads` leaf, and that this leaf is the last of a tree."""

    head: Head
    place: int
    path: Sequence[bytes]
    heads_body: bytes
    heads_path: Sequence[bytes]


def verify_whole(entries: Sequence[bytes], proof: HeadProof, checkpoint: Checkpoint) -> None:
    """Check that these hashes of entries, in order, are the whole history of a case as of a checkpoint.

    The chain inside the entries (each names the hash before it) is for the caller, who has their bodies. Raises
    `ProofFault`, which says what does not hold.
    """
    cases, root = _heads_of(proof.heads_body)
    verify_inclusion(
        leaf_hash(proof.heads_body), checkpoint.size - 1, checkpoint.size, proof.heads_path, checkpoint.root
    )
    verify_inclusion(proof.head.leaf, proof.place, cases, proof.path, root)
    if len(entries) != proof.head.length:
        raise ProofFault(f"the case has {proof.head.length} entries, {len(entries)} are shown")
    if not entries or entries[-1] != proof.head.hash:
        raise ProofFault("the newest entry shown is not the newest of the case")


def _heads_of(body: bytes) -> tuple[int, bytes]:
    """How many cases a `case.heads` leaf is about, and the root over them."""
    try:
        said = json.loads(body)
        kind, cases, root = said["kind"], int(said["cases"]), bytes.fromhex(said["root"])
    except (ValueError, KeyError, TypeError):
        raise ProofFault("this leaf says nothing about heads") from None
    if kind != HEADS:
        raise ProofFault(f"this leaf is not of kind {HEADS}")
    return cases, root
