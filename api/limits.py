"""How many requests one caller may make: a bucket of tokens for each, filled again as time passes."""

import time
from collections import OrderedDict
from collections.abc import Callable

BURST_SECONDS = 10
"""A bucket holds what flows into it in this time."""
_REMEMBERED = 10_000
"""Callers known at once; the one not seen for longest is forgotten, and finds a full bucket again."""


class Buckets:
    """Buckets of one kind of caller, in this process alone: behind two processes a caller has twice as much."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_second
        self._size = max(1.0, per_second * BURST_SECONDS)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> float:
        """Take a token; the seconds to wait until there is one, or nothing when it was there. A rate of 0 is none."""
        if not self._rate:
            return 0.0
        now = self._clock()
        left, since = self._buckets.pop(caller, (self._size, now))
        left = min(self._size, left + (now - since) * self._rate)
        granted = left >= 1
        self._buckets[caller] = (left - 1 if granted else left, now)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        return 0.0 if granted else (1 - left) / self._rate
