"""What one policy changes against another, figure by figure and word by word."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from domain.policy import Policy


class Change(NamedTuple):
    """A figure that differs, by its dotted key; None where one of the two does not have it."""

    key: str
    before: Any
    after: Any


def differences(before: Policy, after: Policy) -> Iterator[Change]:
    """Every leaf in which two policies differ, in order of the keys; a section that one of them lacks is one leaf."""
    return _between(json.loads(before.canonical), json.loads(after.canonical), "")


def _between(before: Any, after: Any, key: str) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from _between(before.get(name), after.get(name), f"{key}.{name}" if key else name)
    elif before != after:
        yield Change(key, before, after)
