"""Alembic's entry: migrations run as the owner of the schema, one after another, under an advisory lock."""

from alembic import context
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

import store.tables  # noqa: F401  (makes the metadata known)

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True)
with context.begin_transaction():
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('mutasi.migrate'))"))
    context.run_migrations()
