"""Bringing a register up to date: migrations, the policy, and in the demo the province."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from domain import policy as policies
from domain.policy import Policy
from runtime.settings import Settings, required
from store.engine import owner_engine
from store.migrate import migrate
from store.policies import publish

ZONE = ZoneInfo("Asia/Makassar")
CAST = "cast.json"
"""In MUTASI_HOME: who is who in the demo, as of the day it was imported."""
Progress = Callable[[str, int, int], None]


def read_policy(file: Path) -> Policy:
    """The policy of a file, with what it extends. Raises when it is not one."""
    return policies.from_data(read_policy_data(file))


def read_policy_data(file: Path) -> dict[str, Any]:
    """The data of a policy file, its test cases included, laid over that of the file it extends."""
    return policies.toml_data(file.read_text(), lambda name: (file.parent / name).read_text())


def owner(settings: Settings) -> Engine:
    """The register as the owner of its schema."""
    return owner_engine(required(settings.database_owner_url or settings.database_url, "DATABASE_URL"))


def bring_up_to_date(settings: Settings) -> Policy:
    """Migrate and publish the policy of the settings. Doing it again changes nothing."""
    policy = read_policy(settings.policy_file)
    engine = owner(settings)
    migrate(engine)
    with engine.begin() as connection:
        publish(connection, policy)
    engine.dispose()
    return policy


def is_empty(settings: Settings) -> bool:
    """Whether nobody was imported yet."""
    engine = owner(settings)
    with engine.connect() as connection:
        empty = connection.execute(text("SELECT NOT EXISTS (SELECT 1 FROM employee)")).scalar_one()
    engine.dispose()
    return bool(empty)


def import_demo(settings: Settings, progress: Progress | None = None) -> None:
    """Import the demo province, its dates kept relative to today."""
    from runtime.demo import write_demo_province
    from store.imports.province import import_directory

    today = datetime.now(UTC).astimezone(ZONE).date()
    engine = owner(settings)
    with tempfile.TemporaryDirectory(prefix="mutasi-demo-") as directory:
        write_demo_province(Path(directory), today)
        result = import_directory(engine, Path(directory), today=today, progress=progress)
        shutil.copy(Path(directory) / "cast.json", settings.home / CAST)
    if not result.loaded:
        raise RuntimeError(f"the demo province does not import: {result.findings[0].what('en')}")
    with engine.begin() as connection:
        connection.execute(_CLOSE_DEMO_YEARS)
    engine.dispose()


_CLOSE_DEMO_YEARS = text("""
    INSERT INTO rating_year (year, published_by) SELECT max(year), 'demo' FROM rating HAVING max(year) IS NOT NULL
    ON CONFLICT DO NOTHING
""")
"""The demo's years move with the calendar, and so does the last one that counts as closed."""
