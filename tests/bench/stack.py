"""The product as it runs: servers with files, a worker process, an API process; and people to play its cases."""

import asyncio
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import text

from api.auth import Tokens
from domain.protocol import Envelope
from runtime import keys, servers
from runtime.prepare import bring_up_to_date, owner
from runtime.settings import Settings
from runtime.tokens import token_for
from store.imports.province import import_directory
from tests.bench.province import Candidate, write_bench_province
from tests.house import BACKFILL, OFF_LIST, local_day, today

PEOPLE = ("hr_officer", "hr_head", "board_member", "regional_secretary", "governor", "agency_head:DLH")


class Stack:
    """Everything that one measurement needs."""

    def __init__(self, home: Path, people: int) -> None:
        self.home = home
        self.postgres = servers.Postgres(home / "postgres")
        self.postgres.create("mutasi")
        self.port, self.api_port, self.sink_port = (servers.free_port() for _ in range(3))
        self.temporal = servers.start_temporal(home / "temporal", self.port, servers.free_port(), home / "temporal.log")
        self.address = f"127.0.0.1:{self.port}"
        self.settings = Settings(  # type: ignore[call-arg]
            MUTASI_HOME=home,
            DATABASE_URL=self.postgres.url("mutasi", "mutasi_app"),
            DATABASE_OWNER_URL=self.postgres.url("mutasi"),
            TEMPORAL_ADDRESS=self.address,
        )
        bring_up_to_date(self.settings)
        self.candidates = write_bench_province(home / "province", people, local_day())
        engine = owner(self.settings)
        result = import_directory(engine, home / "province", today=local_day())
        assert result.loaded, result.findings[:5]
        engine.dispose()
        servers.wait_until_answers(self.port, self.temporal)
        self._next = iter(self.candidates)
        self.tokens: dict[str, str] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "MUTASI_HOME": str(self.home),
            "DATABASE_URL": str(self.settings.database_url),
            "TEMPORAL_ADDRESS": self.address,
            "MUTASI_API_PORT": str(self.api_port),
            "MUTASI_SMTP_URL": f"smtp://127.0.0.1:{self.sink_port}",
            "MUTASI_LOG_LEVEL": "WARNING",
            "MUTASI_REQUEST_RATE": "0",
        }

    @contextmanager
    def process(self, *module: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process of the product for as long as the context lasts."""
        with (self.home / "processes.log").open("ab") as log:
            running = subprocess.Popen(
                [sys.executable, "-m", *module], env={**self.environment, **environment}, stdout=log, stderr=log
            )
        self.running[module[-1] if module[0] == "runtime.cli" else module[0]] = running
        try:
            yield running
        finally:
            self.running.popitem()
            running.terminate()
            running.wait(30)

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time used so far by each part of the product."""
        used = {name: _cpu(psutil.Process(p.pid)) for name, p in self.running.items()}
        used["temporal"] = _cpu(psutil.Process(self.temporal.pid))
        used["driver"] = _cpu(psutil.Process())
        postmaster = psutil.Process(self.postgres.pid)
        used["postgres"] = sum(_cpu(p) for p in (postmaster, *postmaster.children()))
        return used

    def mail(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """The mail sink of the product, so that notices are really sent."""
        return self.process("runtime.mailsink", str(self.sink_port), str(self.home / "mail"))

    def next(self) -> Candidate:
        """Somebody whom no measurement has moved yet."""
        return next(self._next)

    async def person(self, who: str) -> str:
        """A token for somebody, made once."""
        if who not in self.tokens:
            self.tokens[who] = await token_for(self.settings, who)
        return self.tokens[who]

    async def introduce(self) -> None:
        """Tokens for the candidates: signed here, so that a measurement does not wait for them."""
        nips = [c.nip for c in self.candidates]
        signer = Tokens(keys.token_key(self.settings))
        engine = owner(self.settings)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT nip, id FROM person WHERE nip = ANY(:nips)"), {"nips": nips}).all()
        engine.dispose()
        for row in rows:
            self.tokens[row.nip] = signer.issue(row.id, datetime.now(UTC), timedelta(hours=6))

    async def ready(self) -> None:
        """Wait until the API serves and a worker answers."""
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(200):
                try:
                    if (await client.get(f"http://127.0.0.1:{self.api_port}/readyz")).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.1)
        raise TimeoutError("the API did not become ready")

    def stop(self) -> None:
        self.temporal.terminate()
        self.temporal.wait(30)
        self.postgres.stop()


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def path_of(nip: str) -> list[tuple[str, str, dict[str, Any]]]:
    """A whole case from its opening to the confirmed duty: (act, who, fields)."""
    briefing = {"held_on": today(), "channel": "tatap muka", "audience": ["employee", "origin"]}
    decree = {"number": "800/1", "date": today(), "effective_on": today()}
    return [
        ("confirm_need", "hr_officer", {"backfill": BACKFILL, "off_list_reason": OFF_LIST}),
        ("respond", nip, {"answer": "accept"}),
        ("record_briefing", "hr_officer", briefing),
        ("acknowledge", nip, {}),
        ("verify", "hr_head", {}),
        ("consider", "board_member", {"recommendation": "recommend"}),
        ("propose", "regional_secretary", {"recommendation": "recommend"}),
        ("decide", "governor", {"decision": "approve"}),
        ("issue_decree", "hr_officer", decree),
        ("confirm_duty", "agency_head:DLH", {"started_on": today()}),
    ]


COMMANDS = 1 + len(path_of(""))


def opening_of(candidate: Candidate) -> dict[str, Any]:
    return {
        "kind": "internal",
        "origin": "organisation",
        "nip": candidate.nip,
        "position_code": candidate.target,
        "reason": "Kebutuhan unit",
    }


async def by_http(stack: Stack, client: httpx.AsyncClient, taken: list[float]) -> None:
    """One whole case through the API, as a client sees it; `taken` gets the seconds of each request."""
    candidate = stack.next()
    state = await _request(stack, client, "/cases", "hr_officer", opening_of(candidate), None, taken)
    for act, who, fields in path_of(candidate.nip):
        body = {"act": act, **fields}
        state = await _request(stack, client, f"/cases/{state['id']}/acts", who, body, state["version"], taken)


async def _request(
    stack: Stack, client: httpx.AsyncClient, path: str, who: str, body: dict[str, Any], version: int | None,
    taken: list[float],
) -> dict[str, Any]:  # fmt: skip
    headers = {"Authorization": f"Bearer {stack.tokens[who]}", "Idempotency-Key": uuid.uuid4().hex}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    begun = time.perf_counter()
    answer = await client.post(f"/api/v1{path}", json=body, headers=headers)
    taken.append(time.perf_counter() - begun)
    if answer.is_error:
        raise RuntimeError(answer.text)
    state: dict[str, Any] = answer.json()
    return state


async def by_desk(stack: Stack, desk: Any, people: dict[str, str]) -> None:
    """One whole case handed to the engine without HTTP, as the baseline is."""
    candidate = stack.next()
    case = "c_" + uuid.uuid4().hex[:26]

    def envelope(kind: str, who: str, body: dict[str, Any]) -> Envelope:
        return Envelope(id=uuid.uuid4().hex, kind=kind, actor=people[who], body=body, fingerprint="x")

    await desk.open(case, envelope("open", "hr_officer", opening_of(candidate)))
    for act, who, fields in path_of(candidate.nip):
        await desk.act(case, envelope(act, who, fields), datetime.now(UTC))
