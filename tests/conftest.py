"""Real servers for the whole session; a database of its own, copied from a template, for every test that asks."""

import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from runtime.demo import write_demo_province
from runtime.prepare import bring_up_to_date, owner
from runtime.servers import Postgres, temporal_arguments, temporal_binary
from runtime.settings import Settings
from runtime.temporal import data_converter
from store.engine import owner_engine
from store.imports.province import import_directory
from store.migrate import migrate
from tests.house import House, local_day, read_cast
from tests.house import house as open_house
from tests.order import record, the_cases_replay, the_house_is_in_order


def server_directory() -> "tempfile.TemporaryDirectory[str]":
    """A directory that the user of the embedded PostgreSQL may enter.

    Not one of pytest's: each start of pytest shuts those to every other user, under a server that is running in one.
    """
    return tempfile.TemporaryDirectory(prefix="mutasi-test-", ignore_cleanup_errors=True)


@pytest.fixture
def server_home() -> Iterator[Path]:
    """A home for servers of a test's own."""
    with server_directory() as directory:
        yield Path(directory)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One embedded PostgreSQL for the session."""
    with server_directory() as directory:
        server = Postgres(Path(directory) / "pg")
        yield server
        server.stop()


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> str:
    """Name of a template database with the schema and nothing in it."""
    postgres.create("template_migrated")
    engine = owner_engine(postgres.url("template_migrated"))
    migrate(engine)
    engine.dispose()
    return "template_migrated"


@pytest.fixture
def empty_database(postgres: Postgres, migrated: str) -> Iterator[str]:
    """Owner URL of a fresh database with the schema and nothing in it."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    postgres.create(name, template=migrated)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(scope="session")
def demo_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo province with its dates relative to today."""
    directory = tmp_path_factory.mktemp("demo")
    write_demo_province(directory, local_day())
    return directory


@pytest.fixture(scope="session")
def province(postgres: Postgres, migrated: str, demo_directory: Path) -> str:
    """Name of a template database with the demo province and its policy."""
    postgres.create("template_province", template=migrated)
    fill_with_demo(postgres.url("template_province"), demo_directory)
    return "template_province"


def fill_with_demo(owner_url: str, demo_directory: Path) -> None:
    """The demo province and its policy into a migrated register."""
    settings = Settings(DATABASE_URL=owner_url)  # type: ignore[call-arg]
    bring_up_to_date(settings)
    engine = owner(settings)
    result = import_directory(engine, demo_directory, today=local_day())
    engine.dispose()
    assert result.loaded, result.findings


@pytest.fixture
def database(postgres: Postgres, province: str) -> Iterator[str]:
    """App URL of a fresh database with the demo province."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    postgres.create(name, template=province)
    yield postgres.url(name, "mutasi_app")
    postgres.drop(name)


@pytest.fixture(scope="session")
async def temporal_env(home: Path) -> AsyncIterator[WorkflowEnvironment]:
    """The Temporal server of the session, each workflow with a clock of its own that can be moved."""
    async with await start_skipping_server(home) as env:
        yield env


async def start_skipping_server(home: Path) -> WorkflowEnvironment:
    """The SDK gives the server five seconds to start; a busy machine may need another try."""
    skipping = {"frontend.WorkflowTimeSkippingEnabled": "true", "history.timerProcessorMaxTimeShift": '"1ms"'}
    for tries_left in (2, 1, 0):
        try:
            return await WorkflowEnvironment.start_time_skipping_v2(
                ts_config=TimeSkippingConfig(enabled=False),
                dev_server_existing_path=temporal_binary(),
                dev_server_extra_args=[*temporal_arguments(skipping.items()), "--log-level", "error"],
                data_converter=data_converter(Settings(MUTASI_HOME=home)),  # type: ignore[call-arg]
            )
        except RuntimeError:
            if not tries_left:
                raise
    raise AssertionError("the last try raises")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MUTASI_HOME of the session: its keys."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium. A machine without it fails: a page that no browser opened is not tested."""
    executable = shutil.which("chromium")
    assert executable, "install the package chromium"
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield chromium
        await chromium.close()


RECORD_INTO = os.environ.get("MUTASI_RECORD")
"""Directory to record the histories of all stories into, for the replay tests; with MUTASI_PAYLOAD_ENCRYPTION=false."""
CACHED = int(os.environ.get("MUTASI_TEST_CACHED_WORKFLOWS", "1000"))
"""0 replays every workflow on each of its tasks, which takes twice as long."""


@pytest.fixture
async def house(
    request: pytest.FixtureRequest, temporal_env: WorkflowEnvironment, database: str, home: Path, demo_directory: Path
) -> AsyncIterator[House]:
    """A whole product to test in, on a register of its own."""
    async with open_house(temporal_env, database, home, read_cast(demo_directory), CACHED) as opened:
        yield opened
        await the_house_is_in_order(opened)
        await the_cases_replay(opened, temporal_env.client.data_converter)
        if RECORD_INTO and not hasattr(request.node, "callspec"):
            await record(opened, Path(RECORD_INTO), request.node.name)
