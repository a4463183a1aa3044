"""Run the measurements: `python -m tests.bench [--quick]`."""

import asyncio
import platform
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import uvloop

from api.auth import Tokens
from api.desk import Desk
from runtime import keys, temporal
from store.engine import app_engine
from tests.bench import bare
from tests.bench.evidencing import measure_evidence
from tests.bench.judging import measure_judging
from tests.bench.micro import measure_parts
from tests.bench.proving import measure_log
from tests.bench.stack import COMMANDS, PEOPLE, Stack, by_desk, by_http

QUICK = "--quick" in sys.argv
CASES = 30 if QUICK else 120
ALONE = 5 if QUICK else 15


async def rate(case: Callable[[], Awaitable[None]], cases: int, at_once: int) -> float:
    """Cases a second with so many clients at once."""
    turns = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with turns:
            await case()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(cases)))
    return cases / (time.perf_counter() - begun)


def spread(taken: list[float]) -> str:
    cuts = statistics.quantiles(taken, n=100)
    return f"p50 {cuts[49] * 1000:6.1f} ms   p95 {cuts[94] * 1000:6.1f} ms   ({len(taken)} acts)"


def _cpu(before: dict[str, float], after: dict[str, float], cases: int) -> str:
    """Processor milliseconds a case, by process."""
    spent = {name: (after[name] - before.get(name, 0)) * 1000 / cases for name in after}
    return "CPU ms a case: " + ", ".join(f"{name} {ms:.0f}" for name, ms in spent.items())


async def measure_bare(stack: Stack) -> dict[str, Any]:
    client = await bare.connect(stack.address)

    async def case() -> None:
        await bare.one_case(client, f"bare-{uuid.uuid4().hex}", COMMANDS)

    with stack.process("tests.bench.bare", stack.address):
        await case()
        alone = await rate(case, ALONE, 1)
        before = stack.cpu_seconds()
        crowd = await rate(case, CASES, 20)
        return {"c=1": alone, "c=20": crowd, "cpu c=20": _cpu(before, stack.cpu_seconds(), CASES)}


async def measure_desk(stack: Stack, worker: str = "worker") -> dict[str, Any]:
    client = await temporal.connect(stack.settings)
    engine = app_engine(str(stack.settings.database_url), 20)
    signer = Tokens(keys.token_key(stack.settings))
    desk = Desk(client, engine)
    people = {who: signer.read(token) for who, token in stack.tokens.items()}
    with stack.mail(), stack.process(worker):
        await by_desk(stack, desk, people)
        figures = {}
        for at_once, cases in ((1, ALONE), (20, CASES)):
            before = stack.cpu_seconds()
            figures[f"c={at_once}"] = await rate(lambda: by_desk(stack, desk, people), cases, at_once)
            figures[f"cpu c={at_once}"] = _cpu(before, stack.cpu_seconds(), cases)
    await engine.dispose()
    return figures


async def measure_http(stack: Stack) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    limits = httpx.Limits(max_connections=64)
    base = f"http://127.0.0.1:{stack.api_port}"
    with stack.mail(), stack.process("worker"), stack.process("runtime.cli", "api"):
        await stack.ready()
        async with httpx.AsyncClient(base_url=base, timeout=60, trust_env=False, limits=limits) as client:
            await by_http(stack, client, [])
            for at_once, cases in ((1, ALONE), (4, 2 * ALONE), (20, CASES)):
                taken: list[float] = []
                before = stack.cpu_seconds()
                figures[f"c={at_once}"] = await rate(lambda taken=taken: by_http(stack, client, taken), cases, at_once)  # type: ignore[misc]
                figures[f"acts c={at_once}"] = spread(taken)
                figures[f"cpu c={at_once}"] = _cpu(before, stack.cpu_seconds(), cases)
    return figures


async def main() -> None:
    people = 8 * CASES + 200
    with tempfile.TemporaryDirectory(prefix="mutasi-bench-", ignore_cleanup_errors=True) as directory:
        stack = Stack(Path(directory), people)
        try:
            await run(stack)
        finally:
            stack.stop()
            if "--logs" in sys.argv:
                print((stack.home / "processes.log").read_text()[-20_000:], file=sys.stderr)


async def run(stack: Stack) -> None:
    for who in PEOPLE:
        await stack.person(who)
    await stack.introduce()
    print(f"Python {platform.python_version()}, {platform.machine()}; a case is {COMMANDS} commands, opening to duty\n")
    plain = await measure_bare(stack)
    _line("bare Temporal, regular activity that does nothing", plain, plain)
    _line("Mutasi, commit as local activity (as shipped)", await measure_desk(stack), plain)
    _line("Mutasi, commit as regular activity", await measure_desk(stack, "tests.bench.regular_worker"), plain)
    http = await measure_http(stack)
    _line("Mutasi through HTTP", http, plain)
    for at_once in ("c=1", "c=4", "c=20"):
        print(f"    one act at {at_once:<5} {http[f'acts {at_once}']}")
    print()
    await measure_parts(stack)
    print()
    await measure_judging(stack.settings, QUICK)
    print()
    await measure_log(stack.home, QUICK)
    print()
    await measure_evidence(stack.home, QUICK)


def _line(name: str, figures: dict[str, Any], plain: dict[str, Any]) -> None:
    shown = "   ".join(
        f"{key} {figures[key]:5.1f} cases/s ({figures[key] / plain[key]:.2f} x bare)" for key in ("c=1", "c=20")
    )
    print(f"{name:<52} {shown}\n    {figures['cpu c=20']}", flush=True)


if __name__ == "__main__":
    uvloop.run(main())
    asyncio.set_event_loop(None)
