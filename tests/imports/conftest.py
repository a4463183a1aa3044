"""A register for every test, and the import of a small province into it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import Engine, text

from store.engine import owner_engine
from store.imports.province import ImportResult, import_directory
from tests.imports.small import TODAY, write

Import: TypeAlias = Callable[..., ImportResult]
Query: TypeAlias = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def register(empty_database: str) -> Iterator[Engine]:
    engine = owner_engine(empty_database)
    yield engine
    engine.dispose()


@pytest.fixture
def load(register: Engine, tmp_path: Path) -> Import:
    """Imports files on a day, `TODAY` unless told otherwise."""

    def run(files: Mapping[str, str], **options: Any) -> ImportResult:
        return import_directory(register, write(tmp_path / "province", files), **{"today": TODAY, **options})

    return run


@pytest.fixture
def query(register: Engine) -> Query:
    """Runs one statement in a transaction of its own; the rows of what it returns."""

    def run(statement: str, **params: Any) -> list[tuple[Any, ...]]:
        with register.begin() as connection:
            result = connection.execute(text(statement), params)
            return [tuple(row) for row in result] if result.returns_rows else []

    return run
