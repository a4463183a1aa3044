"""A house that the tests of a module share, where none of them minds what the others do in it."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from runtime.servers import Postgres
from tests.house import House, read_cast
from tests.house import house as open_house
from tests.order import the_house_is_in_order


@pytest.fixture(scope="module")
def common_database(postgres: Postgres, province: str) -> Iterator[str]:
    """App URL of a fresh database with the demo province, for a module."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    postgres.create(name, template=province)
    yield postgres.url(name, "mutasi_app")
    postgres.drop(name)


@pytest.fixture(scope="module")
async def common_house(
    temporal_env: WorkflowEnvironment, common_database: str, home: Path, demo_directory: Path
) -> AsyncIterator[House]:
    """One house for a module: each test has people of the cast to itself, or only looks."""
    async with open_house(temporal_env, common_database, home, read_cast(demo_directory)) as opened:
        yield opened
        await the_house_is_in_order(opened)
