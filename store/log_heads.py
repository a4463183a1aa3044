"""The heads of all cases while the log is read from its beginning: what each `case.heads` leaf ought to say."""

import json
from bisect import bisect_left, insort
from collections.abc import Iterator

from proof.heads import HEADS, Head
from proof.tree import root_of


class Heads:
    """The newest entry of every case so far."""

    def __init__(self) -> None:
        self._newest: dict[str, tuple[int, bytes]] = {}
        self._order: list[str] = []
        self._leaves: list[bytes] = []
        """Leaf hashes of the heads, in the order of the cases."""
        self._root: bytes | None = None
        self.entries = 0

    def __len__(self) -> int:
        return len(self._newest)

    def breaks(self, case: str, seq: int, prev: str) -> Iterator[str]:
        """What is wrong with an entry as the next one of its case."""
        last, hash_before = self._newest.get(case, (0, b""))
        if seq != last + 1:
            yield f"it follows entry {last}" if last else "the case does not begin with it"
        elif prev != hash_before.hex():
            yield "it names another entry before it than the one there is"

    def add(self, case: str, seq: int, entry: bytes) -> None:
        """The next entry of a case."""
        leaf = Head(case, seq, entry).leaf
        if case not in self._newest:
            insort(self._order, case)
            self._leaves.insert(bisect_left(self._order, case), leaf)
        else:
            self._leaves[bisect_left(self._order, case)] = leaf
        self._newest[case] = (seq, entry)
        self._root = None
        self.entries += 1

    def faults(self, body: bytes) -> Iterator[str]:
        """What a leaf says about the heads and is not so."""
        said = json.loads(body)
        if self._root is None:
            self._root = root_of(self._leaves)
        mine = (HEADS, len(self), self.entries, self._root.hex())
        if (said["kind"], said["cases"], said["entries"], said["root"]) != mine:
            yield "these are not the heads of the entries before it"
