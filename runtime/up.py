"""`mutasi up`: the whole product on one machine. Starts what is missing, keeps it running, stops it in order."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, NamedTuple

import httpx

from runtime import servers
from runtime.settings import Settings

DATABASE = "mutasi"
STOP_WITHIN = 30
RESTART_AFTER = (0.2, 1, 3, 10)
"""Seconds before a process that died is started again: longer each time it dies soon after."""
STEADY = 60


class AlreadyRunning(Exception):
    """Another `mutasi up` works in the same MUTASI_HOME."""


class Child:
    """A process of ours: started, watched, stopped."""

    def __init__(self, name: str, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._command = command
        self._environment = {**os.environ, **environment}
        self._log = log
        self._deaths = 0
        self._started = 0.0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self._started = time.monotonic()
        with self._log.open("ab") as output:
            return subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def watch(self, say: Callable[[str], None]) -> None:
        """Start the process again if it died."""
        status = self.process.poll()
        if status is None:
            return
        self._deaths = 0 if time.monotonic() - self._started > STEADY else self._deaths + 1
        pause = RESTART_AFTER[min(self._deaths, len(RESTART_AFTER) - 1)]
        say(f"{self.name} ended with status {status}; starting it again in {pause:g} s (see {self._log})")
        time.sleep(pause)
        self.process = self._start()

    def stop(self, within: float = STOP_WITHIN) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _die_with_parent() -> None:
    """Ask Linux to end this process when `mutasi up` dies without stopping it."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Addresses(NamedTuple):
    """Where things are: what other commands find in MUTASI_HOME."""

    database_url: str
    database_owner_url: str
    temporal_address: str
    smtp_url: str
    api_port: int
    worker_port: int

    def write(self, file: Path) -> None:
        draft = file.with_suffix(".part")
        draft.touch(mode=0o600)
        # The port of this worker's health is nobody else's to take.
        left = {name: value for name, value in self._asdict().items() if name != "worker_port"}
        draft.write_text(json.dumps(left, indent=2))
        draft.rename(file)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "TEMPORAL_ADDRESS": self.temporal_address,
            "MUTASI_SMTP_URL": self.smtp_url,
            "MUTASI_API_PORT": str(self.api_port),
            "MUTASI_WORKER_PORT": str(self.worker_port),
        }


class Stack:
    """Everything `mutasi up` runs, in the order it is started; stopped in the reverse."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self.settings = settings
        self.home = settings.home.resolve()
        self._say = say
        self._stops: list[Callable[[], None]] = []
        self._children: list[Child] = []
        self._register: servers.Postgres | None = None
        self._lock: IO[str] | None = None

    def start(self, prepare: Callable[[Settings], None]) -> Addresses:
        """Start servers, let `prepare` bring the register up to date, start worker and API, wait until ready."""
        self._occupy()
        (self.home / "logs").mkdir(exist_ok=True)
        temporal_address, temporal = self._temporal()
        database_url, owner_url = self._postgres()
        found = Addresses(
            database_url=database_url,
            database_owner_url=owner_url,
            temporal_address=temporal_address,
            smtp_url=self.settings.smtp_url or self._mail_sink(),
            api_port=self.settings.api_port,
            worker_port=self.settings.worker_port or servers.free_port(),
        )
        settings = self.settings.model_copy(update={**found._asdict(), "home": self.home})
        found.write(settings.instance_file)
        self._stops.append(lambda: settings.instance_file.unlink(missing_ok=True))
        prepare(settings)
        if temporal:
            servers.wait_until_answers(self.settings.temporal_port, temporal.process)
        self._child("worker", [sys.executable, "-m", "worker"], found.environment)
        self._child("api", [sys.executable, "-m", "runtime.cli", "api"], found.environment)
        self._ready(found)
        return found

    def watch(self, stopping: threading.Event) -> None:
        """Keep everything running until asked to stop."""
        while not stopping.wait(0.3):
            for child in self._children:
                child.watch(self._say)
            if self._register and not self._register.runs:
                self._say("PostgreSQL ended; starting it again")
                self._register.start()

    def stop(self) -> None:
        """Stop everything, last started first."""
        while self._stops:
            try:
                self._stops.pop()()
            except Exception as error:  # the rest must be stopped all the same; the fault is shown
                self._say(f"while stopping: {type(error).__name__}: {error}")

    def _occupy(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        lock = (self.home / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise AlreadyRunning(f"another `mutasi up` is running in {self.home}") from None
        self._lock = lock
        self._stops.append(lock.close)
        if servers.answers(self.settings.api_port):
            raise AlreadyRunning(f"port {self.settings.api_port} is in use: set MUTASI_API_PORT to another one")

    def _postgres(self) -> tuple[str, str]:
        given = self.settings.database_url
        if given:
            return given, self.settings.database_owner_url or given
        self._say("Starting PostgreSQL ...")
        server = servers.Postgres(self.home / "postgres")
        self._stops.append(server.stop)
        self._register = server
        server.create(DATABASE)
        return server.url(DATABASE, servers.APP_LOGIN), server.url(DATABASE)

    def _temporal(self) -> tuple[str, Child | None]:
        if self.settings.temporal_address:
            return self.settings.temporal_address, None
        self._say("Starting Temporal ...")
        port, ui_port = self.settings.temporal_port, self.settings.ui_port
        for taken, variable in ((port, "MUTASI_TEMPORAL_PORT"), (ui_port, "MUTASI_TEMPORAL_UI_PORT")):
            if servers.answers(taken):
                raise AlreadyRunning(f"port {taken} is in use: set {variable} to another one")
        store = self.home / "temporal"
        store.mkdir(exist_ok=True)
        command = servers.temporal_command(store, port, ui_port)
        return f"127.0.0.1:{port}", self._child("temporal", command, servers.TEMPORAL_ENVIRONMENT)

    def _mail_sink(self) -> str:
        port = servers.free_port()
        self._child("mail sink", [sys.executable, "-m", "runtime.mailsink", str(port), str(self.home / "mail")], {})
        return f"smtp://127.0.0.1:{port}"

    def _child(self, name: str, command: list[str], environment: Mapping[str, str]) -> Child:
        log = self.home / "logs" / f"{name.replace(' ', '-')}.log"
        child = Child(name, command, {"MUTASI_HOME": str(self.home), **environment}, log)
        self._children.append(child)
        self._stops.append(child.stop)
        return child

    def _ready(self, found: Addresses) -> None:
        self._say("Waiting for worker and API ...")
        deadline = time.monotonic() + 60
        waiting = {
            "worker": f"http://127.0.0.1:{found.worker_port}/readyz",
            "api": f"http://127.0.0.1:{found.api_port}/readyz",
        }
        children = {c.name: c for c in self._children}
        while waiting:
            for name, url in list(waiting.items()):
                if children[name].process.poll() is not None:
                    raise RuntimeError(f"the {name} did not start; see {self.home / 'logs' / f'{name}.log'}")
                if _is_ready(url):
                    del waiting[name]
            if time.monotonic() > deadline:
                raise TimeoutError(f"not ready after a minute: {', '.join(waiting)}; see {self.home / 'logs'}")
            time.sleep(0.1)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
