"""Putting the evidence of a case together: the register at one instant, and what the engine remembers of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.documents import Document
from evidence.bundle import pack
from evidence.report import Words
from runtime import code, i18n
from runtime.histories import Run
from store.contents import Contents
from store.evidence import Evidence, NotAttested, evidence

TRIES = 5
PAUSE_SECONDS = 0.3
"""An act under way is in the register a moment before the engine has written it down."""
WORDS = ("act", "capacity", "event", "kind", "notice_state", "office", "outcome", "stage", "status", "verdict", "fault",
         "evidence")  # fmt: skip
"""Words that the page of a bundle needs, by the beginning of their keys."""
GONE = "the engine no longer has it"

_RUNS = text("SELECT DISTINCT run_id FROM ledger WHERE case_id = :case AND run_id IS NOT NULL")


class Wanted(NamedTuple):
    """How much of a case is asked for, and from which checkpoints on its log is to be proved."""

    documents: bool = True
    personal: bool = True
    since: Sequence[int] = ()


class Made(NamedTuple):
    """A bundle, and the documents whose content it shows."""

    raw: bytes
    opened: Sequence[Document]


Runs = Callable[[str, Iterable[str]], Awaitable[list[Run]]]
"""Every run of a case, from its id and the runs that the ledger names."""


async def bundle_of(
    engine: AsyncEngine,
    contents: Contents,
    case_id: str,
    wanted: Wanted,
    runs: Runs,
    attest: Callable[[], Awaitable[object]],
) -> Made:
    """The evidence of a case as it is now; attests the heads of all cases first where they are older than the case.

    Raises `LookupError` for a case that is not there, `SizeUnknown`, and `NotAttested` when the log cannot keep up.
    """
    for tries_left in reversed(range(TRIES)):
        try:
            found, histories = await _gathered(engine, contents, case_id, wanted, runs)
        except NotAttested:
            if not tries_left:
                raise
            await attest()
            continue
        if not tries_left or _settled(found, histories):
            return await asyncio.to_thread(_packed, found, histories)
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError("the last try answers")


async def _gathered(
    engine: AsyncEngine, contents: Contents, case_id: str, wanted: Wanted, runs: Runs
) -> tuple[Evidence, list[Run]]:
    async with engine.connect() as connection:
        known = [str(run) for run in (await connection.execute(_RUNS, {"case": case_id})).scalars()]
    histories = await runs(case_id, known)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        found = await evidence(
            connection,
            case_id,
            code.product(),
            contents=contents if wanted.documents else None,
            disclosed=wanted.personal,
            since=wanted.since,
        )
    return found, histories


def _settled(found: Evidence, histories: Iterable[Run]) -> bool:
    """Whether the engine has written down the newest entry, or no longer could."""
    newest = found.said["log"]["head"]["hash"]
    return any(run.history is None or run.knows(newest) for run in histories)


def _packed(found: Evidence, histories: Iterable[Run]) -> Made:
    files, told = dict(found.files), []
    for run in histories:
        name = f"histories/{run.id}.json" if run.history is not None else None
        told.append({"run": run.id, "file": name, "absent": None if name else GONE})
        if name and run.history is not None:
            files[name] = run.history
    return Made(pack({**found.said, "runs": told}, files, words()), found.opened)


@cache
def words() -> Words:
    """The words of the page in both languages."""
    keys = (key for key in i18n.keys("en") if key.partition(".")[0] in WORDS)
    return {key: (i18n.pattern(key, "id"), i18n.pattern(key, "en")) for key in sorted(keys)}
