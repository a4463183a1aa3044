"""A history is whole to its newest entry, or it is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof import tree
from proof.checkpoint import Checkpoint
from proof.heads import HEADS, Head, HeadProof, verify_whole
from proof.tree import Node, ProofFault, Span, hash_of, leaf_hash

ENTRIES = [leaf_hash(b"entry %d" % n) for n in range(9)]


def evidence(place: int, cases: int, count: int, before: int) -> tuple[HeadProof, Checkpoint]:
    """Proof for the case at a place among others, whose heads leaf is the last of a log."""
    heads = [Head(f"c_{n:03}", 1, leaf_hash(b"%d" % n)) for n in range(cases)]
    heads[place] = Head(heads[place].case, count, ENTRIES[count - 1])
    among, _ = _grown([h.leaf for h in heads])
    body = json.dumps({"kind": HEADS, "cases": cases, "root": hash_of(Span(0, cases), among).hex()}).encode()
    log, _ = _grown([*(leaf_hash(b"x%d" % n) for n in range(before)), leaf_hash(body)])
    size = before + 1
    path = [hash_of(s, among) for s in tree.inclusion_spans(place, cases)]
    heads_path = [hash_of(s, log) for s in tree.inclusion_spans(before, size)]
    return HeadProof(heads[place], place, path, body, heads_path), Checkpoint("o", size, hash_of(Span(0, size), log))


def _grown(leaves: list[bytes]) -> tuple[dict[Node, bytes], bytes]:
    growth, known = tree.Growth(), {}
    for index, leaf in enumerate(leaves):
        known[Node(0, index)] = leaf
        known.update(growth.add(leaf))
    return known, growth.root


@given(st.integers(1, 20), st.integers(0, 40), st.integers(1, len(ENTRIES)), st.data())
def test_a_whole_history_is_accepted_and_a_cut_one_refused(
    cases: int, before: int, count: int, data: st.DataObject
) -> None:
    proof, point = evidence(data.draw(st.integers(0, cases - 1)), cases, count, before)
    verify_whole(ENTRIES[:count], proof, point)
    for cut in range(count):
        with pytest.raises(ProofFault, match="entries"):
            verify_whole(ENTRIES[:cut], proof, point)
    with pytest.raises(ProofFault, match="newest"):
        verify_whole([*ENTRIES[: count - 1], leaf_hash(b"another")], proof, point)


def test_an_older_heads_leaf_does_not_cover_a_cut() -> None:
    """Who cuts a history off and shows the heads of an hour ago is found out: that leaf is not the last of the tree."""
    proof, _ = evidence(1, 3, 4, 5)
    log, root = _grown([*(leaf_hash(b"x%d" % n) for n in range(5)), leaf_hash(proof.heads_body), leaf_hash(b"newer")])
    path = [hash_of(s, log) for s in tree.inclusion_spans(5, 7)]
    with pytest.raises(ProofFault):
        verify_whole(ENTRIES[:4], proof._replace(heads_path=path), Checkpoint("o", 7, root))


def test_a_head_that_is_not_among_the_heads_is_refused() -> None:
    proof, point = evidence(1, 3, 4, 5)
    shorter = proof._replace(head=proof.head._replace(length=3, hash=ENTRIES[2]))
    with pytest.raises(ProofFault):
        verify_whole(ENTRIES[:3], shorter, point)


@pytest.mark.parametrize(
    "body", [b'{"kind":"attempt","cases":1,"root":"00"}', b"{}", b"[]", b"\xff", b'{"kind":"case.heads"}']
)
def test_a_leaf_of_another_kind_is_refused(body: bytes) -> None:
    proof, point = evidence(0, 1, 1, 0)
    with pytest.raises(ProofFault, match="leaf"):
        verify_whole(ENTRIES[:1], proof._replace(heads_body=body), point)
