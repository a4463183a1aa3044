"""The schema that migrations build is the schema the tables describe."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

import store.tables  # noqa: F401
from store.engine import owner_engine
from store.migrate import revisions


def test_migrated_schema_is_the_described_schema(empty_database: str) -> None:
    engine = owner_engine(empty_database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    present, newest = revisions(engine)
    assert present == newest
    engine.dispose()
