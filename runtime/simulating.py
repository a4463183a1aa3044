"""Simulating a candidate policy over the register: everybody judged twice, nothing written."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.calendar import local_day
from domain.policy import Policy
from domain.simulation import Flip, Tally, not_simulated, simulate
from runtime.settings import Settings, required
from store.engine import app_engine
from store.policies import Policies
from store.simulating import Candidate, Gathering, counts
from store.surroundings import surroundings
from store.viewing import Viewer

Progress = Callable[[int, int], None]
GROUPS = ("open_cases", "closed_cases", "establishment")


class Named(NamedTuple):
    """Somebody who comes out differently, by name: only for those who may see names."""

    group: str
    label: str
    name: str
    flip: Flip


class Report(NamedTuple):
    """What a candidate would change, in numbers; by name only where names were asked for."""

    candidate: Policy
    in_force: Policy
    tallies: dict[str, Tally]
    named: list[Named] | None

    def as_dict(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "candidate": {"version": self.candidate.version, "hash": self.candidate.hash},
            "in_force": {"version": self.in_force.version, "hash": self.in_force.hash},
            "not_simulated": not_simulated(self.in_force, self.candidate),
            **{group: _counts(tally) for group, tally in self.tallies.items()},
        }
        if self.named is not None:
            out["names"] = [
                {"group": n.group, "label": n.label, "name": n.name, "from": n.flip.before, "to": n.flip.after,
                 "rules": n.flip.rules}
                for n in self.named
            ]  # fmt: skip
        return out


def _counts(tally: Tally) -> dict[str, Any]:
    return {
        "judged": tally.judged,
        "not_judged": tally.not_judged,
        "flipped": tally.flipped,
        "flips": [{"from": a, "to": b, "count": n} for (a, b), n in sorted(tally.flips.items())],
        "rules": [
            {
                "rule": code,
                "stopped": tally.newly_stopped[code],
                "no_longer_stopped": tally.no_longer_stopped[code],
                "warned": tally.newly_warned[code],
                "no_longer_warned": tally.no_longer_warned[code],
            }
            for code in tally.rules
        ],
    }


async def over_register(
    settings: Settings, candidate: Policy, names: bool = False, progress: Progress | None = None
) -> Report:
    """Simulate over the register of the settings, as it is now."""
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=1)
    try:
        return await run(engine, candidate, datetime.now(UTC), names, progress)
    finally:
        await engine.dispose()


async def may_see_names(settings: Settings, who: str) -> bool:
    """Whether somebody, named as `mutasi token` names him, is of HR or an overseer today."""
    from runtime.tokens import UnknownHolder, person_for

    now = datetime.now(UTC)
    try:
        person = await person_for(settings, who, now)
    except UnknownHolder:
        return False
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=1)
    try:
        async with engine.connect() as connection:
            around = await surroundings(connection, local_day(now), person)
    finally:
        await engine.dispose()
    viewer = Viewer(person=person, name="", offices=around.held_by(person))
    return viewer.is_hr or viewer.oversees


async def run(
    engine: AsyncEngine, candidate: Policy, now: datetime, names: bool = False, progress: Progress | None = None
) -> Report:
    """Judge all cases under their own policy and the candidate, and every employee under the one in force and it.

    Everything is read in one transaction that sees one state and can write nothing.
    """
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with reading.connect() as connection:
        return await _simulated(connection, candidate, now, names, progress)


async def _simulated(
    connection: AsyncConnection, candidate: Policy, now: datetime, names: bool, progress: Progress | None
) -> Report:
    policies = Policies()
    in_force = await policies.in_force(connection, local_day(now))
    tallies = {group: Tally() for group in GROUPS}
    named: list[Named] = []
    total, done = sum(await counts(connection)), 0
    gathering = Gathering(connection, now)
    await gathering.prepare()
    for source in (gathering.cases(), gathering.establishment()):
        async for found in source:
            before = await policies.pinned(connection, found.policy) if found.policy else in_force
            group = _group(found)
            flip = _count(tallies[group], found, before, candidate)
            if names and flip:
                named.append(Named(group, found.label, found.name, flip))
            done += 1
            if progress:
                progress(done, total)
    return Report(candidate, in_force, tallies, named if names else None)


def _group(found: Candidate) -> str:
    if found.policy is None:
        return "establishment"
    return "closed_cases" if found.closed else "open_cases"


def _count(tally: Tally, found: Candidate, before: Policy, candidate: Policy) -> Flip | None:
    if found.subject is None:
        tally.not_judged += 1
        return None
    simulated = simulate(before, candidate, found.subject)
    tally.add(simulated)
    return simulated.flip
