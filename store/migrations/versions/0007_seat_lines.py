"""Calls to the line of those who wait for a post: written with a release, carried out when it stands."""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLE = """
CREATE TABLE seat_call (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    case_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    position_code TEXT NOT NULL,
    freed_at timestamptz NOT NULL,
    frees BOOLEAN NOT NULL,
    not_before timestamptz NOT NULL,
    state TEXT NOT NULL,
    done_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX seat_call_open ON seat_call (case_id, not_before) WHERE state = 'open';
CREATE INDEX seat_call_post ON seat_call (position_code) WHERE state = 'open';
GRANT SELECT, INSERT, UPDATE ON seat_call TO mutasi_app;
"""


def upgrade() -> None:
    op.execute(TABLE)
