"""The Merkle tree: against vectors of an implementation we did not write, and against every change of a proof."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof import tree
from proof.tree import Node, ProofFault, Span, hash_of, verify_consistency, verify_inclusion

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data" / "proof" / "vectors.json").read_text())
LARGEST = len(VECTORS["roots"]) - 1


class Grown:
    """A tree with all its complete subtrees kept, as the database keeps them."""

    def __init__(self, size: int) -> None:
        self.known: dict[Node, bytes] = {}
        growth = tree.Growth()
        for index in range(size):
            leaf = tree.leaf_hash(b"leaf %d" % index)
            self.known[Node(0, index)] = leaf
            self.known.update(growth.add(leaf))

    def root(self, size: int) -> bytes:
        return hash_of(Span(0, size), self.known)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        return [hash_of(s, self.known) for s in tree.inclusion_spans(index, size)]

    def consistency(self, first: int, second: int) -> list[bytes]:
        return [hash_of(s, self.known) for s in tree.consistency_spans(first, second)]


WHOLE = Grown(LARGEST)


def test_roots_are_those_of_another_implementation() -> None:
    assert [WHOLE.root(n).hex() for n in range(LARGEST + 1)] == VECTORS["roots"]
    leaves = [WHOLE.known[Node(0, i)] for i in range(LARGEST)]
    assert tree.root_of(leaves).hex() == VECTORS["roots"][-1]


def test_proofs_are_those_of_another_implementation() -> None:
    """A few step by step, and all 16,770 by their digest."""
    for case in VECTORS["inclusion"]:
        assert [h.hex() for h in WHOLE.inclusion(case["Index"], case["Size"])] == case["Path"]
    for case in VECTORS["consistency"]:
        assert [h.hex() for h in WHOLE.consistency(case["First"], case["Second"])] == case["Path"]
    every = hashlib.sha256()
    for size in range(1, LARGEST + 1):
        for index in range(size):
            every.update(b"".join(WHOLE.inclusion(index, size)))
        for first in range(1, size + 1):
            every.update(b"".join(WHOLE.consistency(first, size)))
    assert every.hexdigest() == VECTORS["all_proofs_sha256"]


SIZES = st.integers(1, LARGEST)


@given(SIZES, st.data())
def test_a_leaf_is_proved_where_it_stands_and_nowhere_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, root, proof = WHOLE.known[Node(0, index)], WHOLE.root(size), WHOLE.inclusion(index, size)
    verify_inclusion(leaf, index, size, proof, root)
    elsewhere = data.draw(st.integers(0, size - 1).filter(lambda i: i != index)) if size > 1 else index + 1
    for wrong in (
        (tree.leaf_hash(b"another"), index, size, proof, root),
        (leaf, elsewhere, size, proof, root),
        (leaf, index, size, [*proof, b"\x00" * 32], root),
        (leaf, index, size, proof, b"\x00" * 32),
        *([(leaf, index, size, proof[:-1], root)] if proof else []),
        *((leaf, index, size, _flipped(proof, n), root) for n in range(len(proof))),
    ):
        with pytest.raises(ProofFault):
            verify_inclusion(*wrong)


@given(SIZES, st.data())
def test_a_later_tree_extends_an_earlier_one_and_no_other(size: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, size))
    old, new, proof = WHOLE.root(first), WHOLE.root(size), WHOLE.consistency(first, size)
    verify_consistency(first, old, size, new, proof)
    for wrong in (
        (first, b"\x00" * 32, size, new, proof),
        (first, old, size, b"\x00" * 32, proof),
        (first, old, size, new, [*proof, b"\x00" * 32]),
        *([(first, old, size, new, proof[:-1])] if proof else []),
        *((first, old, size, new, _flipped(proof, n)) for n in range(len(proof))),
    ):
        with pytest.raises(ProofFault):
            verify_consistency(*wrong)


@given(SIZES)
def test_every_tree_extends_nothing(size: int) -> None:
    verify_consistency(0, tree.EMPTY_ROOT, size, WHOLE.root(size), [])
    with pytest.raises(ProofFault):
        verify_consistency(0, WHOLE.root(1), size, WHOLE.root(size), [])
    with pytest.raises(ProofFault):
        verify_consistency(size + 1, WHOLE.root(size), size, WHOLE.root(size), [])


@given(st.integers(0, LARGEST), st.integers(0, LARGEST))
def test_a_tree_grows_on_from_its_frontier(begun: int, more: int) -> None:
    """Whoever knows size and frontier goes on as if he had grown the tree himself."""
    end = min(begun + more, LARGEST)
    growth = tree.Growth(begun, [WHOLE.known[n] for n in tree.frontier(begun)])
    assert growth.root == WHOLE.root(begun)
    for index in range(begun, end):
        for node, found in growth.add(WHOLE.known[Node(0, index)]):
            assert WHOLE.known[node] == found
    assert (growth.size, growth.root) == (end, WHOLE.root(end))


def test_a_frontier_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="complete subtrees"):
        tree.Growth(3, [b"\x00" * 32])


@given(st.integers(1, 2**40), st.data())
def test_proofs_are_short(size: int, data: st.DataObject) -> None:
    """Hashes of a proof, and subtrees they are put together from, grow with the logarithm."""
    index = data.draw(st.integers(0, size - 1))
    for spans in (tree.inclusion_spans(index, size), tree.consistency_spans(index + 1, size)):
        assert len(spans) <= size.bit_length() + 1
        assert sum(len(tree.nodes_of(s)) for s in spans) <= 2 * size.bit_length() + 1


def _flipped(proof: list[bytes], place: int) -> list[bytes]:
    changed = bytes([proof[place][0] ^ 1]) + proof[place][1:]
    return [*proof[:place], changed, *proof[place + 1 :]]
