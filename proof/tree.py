"""The Merkle tree of RFC 9162: hashes, the subtrees a proof is made of, proofs and their verification.

A tree is kept as the hashes of its *complete* subtrees, each a `Node`: level 0 are the leaves, a node of level l and
number i covers the leaves [i·2^l, (i+1)·2^l). Any root and any proof is put together from O(log n) of them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the tree without leaves (RFC 9162, 2.1.1)."""


class Node(NamedTuple):
    """A complete subtree by its place."""

    level: int
    no: int


class Span(NamedTuple):
    """Leaves `start` to `end` - 1, as one subtree of a proof; only the last subtree of a tree is not complete."""

    start: int
    end: int


class ProofFault(ValueError):
    """A proof does not prove what it is shown for."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def nodes_of(span: Span) -> list[Node]:
    """The complete subtrees that make up a subtree, from the left, largest first."""
    found, start = [], span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        found.append(Node(level, start >> level))
        start += 1 << level
    return found


def frontier(size: int) -> list[Node]:
    """The complete subtrees of a whole tree."""
    return nodes_of(Span(0, size))


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The subtrees whose hashes are the inclusion proof of a leaf, from the leaf upwards (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(Span(middle, end))
            end = middle
        else:
            path.append(Span(start, middle))
            start = middle
    return path[::-1]


def consistency_spans(first: int, second: int) -> list[Span]:
    """The subtrees whose hashes prove that a tree extends an earlier one (RFC 9162, 2.1.4.1); none from nothing."""
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {second} does not extend one of {first}")
    if first in (0, second):
        return []
    path, start, end, known = [], 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(Span(middle, end))
            end = middle
        else:
            path.append(Span(start, middle))
            start, known = middle, False
    return [*([] if known else [Span(start, end)]), *path[::-1]]


def _split(count: int) -> int:
    """The largest power of two smaller than a count of at least two."""
    return 1 << ((count - 1).bit_length() - 1)


def hash_of(span: Span, known: Mapping[Node, bytes]) -> bytes:
    """The hash of a subtree from those of its complete parts. Raises `KeyError` for a part that is not known."""
    return folded([known[node] for node in nodes_of(span)])


def folded(parts: Sequence[bytes]) -> bytes:
    """The root over complete subtrees of falling size; that of nothing is the empty root."""
    if not parts:
        return EMPTY_ROOT
    whole = parts[-1]
    for part in reversed(parts[:-1]):
        whole = node_hash(part, whole)
    return whole


class Growth:
    """A tree that grows: holds its frontier alone, and tells which complete subtrees each leaf finishes."""

    def __init__(self, size: int = 0, parts: Iterable[bytes] = ()) -> None:
        """Go on from a tree of `size` leaves, with the hashes of its frontier."""
        self.size = size
        self._parts = list(parts)
        if len(self._parts) != size.bit_count():
            raise ValueError(f"a tree of {size} has {size.bit_count()} complete subtrees, not {len(self._parts)}")

    @property
    def root(self) -> bytes:
        return folded(self._parts)

    def add(self, leaf: bytes) -> Iterator[tuple[Node, bytes]]:
        """Append the hash of a leaf; the subtrees above it that are complete now, from below."""
        index, level, whole = self.size, 0, leaf
        finished = []
        while index & 1:
            index, level = index >> 1, level + 1
            whole = node_hash(self._parts.pop(), whole)
            finished.append((Node(level, index), whole))
        self._parts.append(whole)
        self.size += 1
        return iter(finished)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over the hashes of leaves."""
    tree = Growth()
    for leaf in leaves:
        for _ in tree.add(leaf):
            pass
    return tree.root


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf stands at `index` in the tree of a root (RFC 9162, 2.1.3.2). Raises `ProofFault`."""
    if not 0 <= index < size:
        raise ProofFault(f"leaf {index} cannot be in a tree of {size}")
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise ProofFault("the inclusion proof is too long")
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofFault("the inclusion proof is too short")
    if found != root:
        raise ProofFault(f"leaf {index} is not in this tree of {size}")


def verify_consistency(first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that one tree extends another (RFC 9162, 2.1.4.2). Raises `ProofFault`."""
    if not 0 <= first <= second:
        raise ProofFault(f"a tree of {second} does not extend one of {first}")
    if first == second or first == 0:
        if proof:
            raise ProofFault("the consistency proof is too long")
        if first_root != (second_root if first else EMPTY_ROOT):
            raise ProofFault(f"two different trees of {first} leaves")
        return
    steps = list(proof)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        raise ProofFault("the consistency proof is too short")
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ProofFault("the consistency proof is too long")
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofFault("the consistency proof is too short")
    if old != first_root or new != second_root:
        raise ProofFault(f"the tree of {second} does not extend the tree of {first}")
