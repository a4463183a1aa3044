"""Real servers for the whole session; a database of its own, copied from a template, for every test that asks."""

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.servers import Postgres
from store.engine import owner_engine
from store.migrate import migrate


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One embedded PostgreSQL for the session."""
    with tempfile.TemporaryDirectory(prefix="mutasi-test-", ignore_cleanup_errors=True) as directory:
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
