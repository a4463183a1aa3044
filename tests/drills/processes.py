"""Processes that die: real workers in processes of their own, with failpoints, started again as an operator would."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from tests.house import House


class WorkerProcess:
    """`python -m worker`, kept alive: when it dies it is started again, then without its failpoint."""

    def __init__(self, house: House, home: Path, failpoint: str = "") -> None:
        config = house.client.service_client.config
        self.environment = {
            **os.environ,
            "DATABASE_URL": house.url,
            "TEMPORAL_ADDRESS": config.target_host,
            "MUTASI_HOME": str(home),
            "MUTASI_SMTP_URL": f"smtp://127.0.0.1:{house.postbox.port}",
            "MUTASI_LOG_LEVEL": "WARNING",
        }
        self._failpoint = failpoint
        self._watch: asyncio.Task[None] | None = None
        self.deaths: list[float] = []
        self.process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> "WorkerProcess":
        self._start(self._failpoint)
        self._watch = asyncio.create_task(self._revive())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watch:
            self._watch.cancel()
        if self.process:
            self.process.terminate()
            await asyncio.to_thread(self.process.wait, 30)

    def _start(self, failpoint: str) -> None:
        environment = {**self.environment, **({"FAILPOINT": failpoint} if failpoint else {})}
        self.process = subprocess.Popen([sys.executable, "-m", "worker"], env=environment, stdin=subprocess.DEVNULL)

    async def _revive(self) -> None:
        while True:
            await asyncio.sleep(0.02)
            if self.process and self.process.poll() is not None:
                self.deaths.append(time.monotonic())
                self._start("")

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Seconds spent inside, as the only item of the list once it is over."""
    taken: list[float] = []
    begun = time.monotonic()
    yield taken
    taken.append(time.monotonic() - begun)
