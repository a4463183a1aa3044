"""Judging many: the eligibility of an establishment, a simulation over cases, and how both grow."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import cycle, islice

from domain.facts import ConditionFact, RatingFact
from domain.policy import Policy, from_data
from domain.ranks import GRADES
from domain.simulation import Subject, Tally, simulate, verdict
from domain.vocabulary import ConditionKind, Rating
from runtime import simulating
from runtime.settings import Settings
from tests.domain import builders as b

DISTINCT = 2000
"""How many different people are judged; more are the same again, so that memory does not decide."""
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def people(count: int) -> Iterator[Subject]:
    """So many people for a post: of every grade, tenure and rating, some under discipline."""
    target = b.position()
    for n in range(count):
        ratings = tuple(
            RatingFact(year=y, rating=list(Rating)[(n + y) % len(Rating)], source="register", as_of=date(2026, 1, 5))
            for y in range(2023, 2026 - (n % 7 == 0))
        )
        conditions = (
            (ConditionFact(kind=ConditionKind.DISCIPLINE_LIGHT, start=date(2026, 1, 1), end=None),)
            if n % 11 == 0
            else ()
        )
        dossier = b.dossier(
            grade=GRADES[n % len(GRADES)],
            position_since=date(2018 + n % 8, 1 + n % 12, 1 + n % 28),
            birth_date=date(1966 + n % 30, 1 + n % 12, 1),
            ratings=ratings,
            conditions=conditions,
        )
        yield Subject(NOW, dossier, target, 2025, route=True)


def _eligible(policy: Policy, subjects: Iterable[Subject]) -> int:
    return sum(verdict(policy, s).outcome == "eligible" for s in subjects)


def _flipped(before: Policy, after: Policy, subjects: Iterable[Subject]) -> int:
    tally = Tally()
    for subject in subjects:
        tally.add(simulate(before, after, subject))
    return tally.flipped


async def measure_judging(settings: Settings | None, quick: bool = False) -> None:
    """Print what it costs, and the cost of each as the number grows. With a register, a whole simulation of it."""
    law = b.policy("mamuju-2026.toml")
    changed = json.loads(law.canonical)
    changed["rules"]["E02"]["months"] = 36
    candidate = from_data(changed)
    pool = list(people(DISTINCT))
    part = 10 if quick else 1
    for count in (5_000, 10_000, 20_000):
        n = count // part
        begun = time.process_time()
        found = _eligible(law, islice(cycle(pool), n))
        _line(f"eligibility of {n:>6} employees", n, time.process_time() - begun, f"{found} eligible")
    for count in (12_500, 25_000, 50_000):
        n = count // part
        begun = time.process_time()
        found = _flipped(law, candidate, islice(cycle(pool), n))
        _line(f"simulation of {n:>6} cases", n, time.process_time() - begun, f"{found} come out differently")
    if settings is not None:
        begun, clock = time.process_time(), time.perf_counter()
        report = await simulating.over_register(settings, candidate)
        n = sum(t.judged for t in report.tallies.values())
        taken = f"{time.perf_counter() - clock:.2f} s by the clock, reading included"
        _line(f"simulation of the register, {n} judged", n, time.process_time() - begun, taken)


def _line(name: str, n: int, seconds: float, found: str) -> None:
    print(f"{name:<44} CPU {seconds:7.2f} s   {seconds / n * 1e6:6.0f} us each   {found}", flush=True)


if __name__ == "__main__":
    import asyncio

    asyncio.run(measure_judging(None, "--quick" in sys.argv))
