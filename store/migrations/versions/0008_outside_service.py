"""Persons of the register who serve another agency: those who left for one, and those who come from one by a case."""

from alembic import op

revision = "0008"
down_revision = "0007"

TABLE = """
CREATE TABLE outside_service (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    person_id TEXT NOT NULL,
    agency TEXT NOT NULL,
    valid_from DATE NOT NULL,
    source TEXT NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX outside_service_current ON outside_service (person_id) WHERE superseded_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON outside_service TO mutasi_app;
"""


def upgrade() -> None:
    op.execute(TABLE)
