"""Incidents of drift between register and engine; the archive of the engine's histories."""

from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE reconciliation (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    cases INTEGER NOT NULL,
    workflows INTEGER NOT NULL,
    found INTEGER NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE incident (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    case_id TEXT,
    detail JSONB NOT NULL,
    found_at timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX incident_subject ON incident (kind, subject);
CREATE INDEX incident_case ON incident (case_id);

CREATE TABLE incident_event (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    incident_id TEXT NOT NULL,
    what TEXT NOT NULL,
    at timestamptz NOT NULL,
    by TEXT,
    repair TEXT,
    reason TEXT,
    command_id TEXT,
    PRIMARY KEY (id),
    UNIQUE (command_id)
);
CREATE INDEX incident_event_incident ON incident_event (incident_id, id);

CREATE TABLE archived_history (
    run_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    events INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    key_id TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    archived_at timestamptz NOT NULL,
    PRIMARY KEY (run_id)
);
CREATE INDEX archived_history_case ON archived_history (case_id);
-- Ciphertext does not compress: keep it out of line and leave it as it is.
ALTER TABLE archived_history ALTER COLUMN sealed SET STORAGE EXTERNAL;
"""

ARCHIVE = """
GRANT SELECT, INSERT ON archived_history TO mutasi_app;
REVOKE UPDATE, DELETE, TRUNCATE ON archived_history FROM mutasi_app;
-- A history may be erased by law, by the owner; it is never altered, and never all of them at once.
CREATE TRIGGER archived_history_never_altered BEFORE UPDATE ON archived_history
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER archived_history_never_truncated BEFORE TRUNCATE ON archived_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

GROWING = ("reconciliation", "incident", "incident_event")
"""Tables that only grow, for the owner of the schema too."""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(ARCHIVE)
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO mutasi_app")
    for table in GROWING:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO mutasi_app")
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM mutasi_app")
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
