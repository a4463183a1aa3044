"""Comparing what the files say with what the register holds: what is new, what is different, what is the same."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

Values: TypeAlias = tuple[Any, ...]


class Counts(NamedTuple):
    """What an import did to one table. `kept`: the register knew better and the file was not followed."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0

    def as_dict(self) -> dict[str, int]:
        """The counts by name; `kept` only where something was."""
        counts = self._asdict()
        return counts if self.kept else {name: count for name, count in counts.items() if name != "kept"}


class Difference(NamedTuple):
    """`changed` pairs the id of the row to supersede with the values that take its place."""

    added: list[Values]
    changed: list[tuple[int, Values]]
    unchanged: int

    @property
    def counts(self) -> Counts:
        return Counts(len(self.added), len(self.changed), self.unchanged)


def compare(current: Iterable[tuple[int, Values]], incoming: Iterable[Values], identity: int) -> Difference:
    """Match rows by their first `identity` values. Rows of the register that no file row matches are left out.

    Files without a key may hold several rows of one identity: equal ones are matched first, so that a second import
    of the same file never finds a difference.
    """
    held: defaultdict[Values, list[tuple[int, Values]]] = defaultdict(list)
    for number, values in current:
        held[values[:identity]].append((number, values))
    different, unchanged = _without_equals(held, incoming, identity)
    added: list[Values] = []
    changed: list[tuple[int, Values]] = []
    for values in different:
        matches = held.get(values[:identity])
        if matches:
            changed.append((matches.pop(0)[0], values))
        else:
            added.append(values)
    return Difference(added, changed, unchanged)


def _without_equals(
    held: dict[Values, list[tuple[int, Values]]], incoming: Iterable[Values], identity: int
) -> tuple[list[Values], int]:
    different: list[Values] = []
    unchanged = 0
    for values in incoming:
        matches = held.get(values[:identity], [])
        equal = next((place for place, (_, known) in enumerate(matches) if known == values), None)
        if equal is None:
            different.append(values)
        else:
            matches.pop(equal)
            unchanged += 1
    return different, unchanged
