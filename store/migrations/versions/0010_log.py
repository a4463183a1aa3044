"""The transparency log beside the ledger: leaves, the tree over them, signed checkpoints and where they were sent."""

from alembic import op

revision = "0010"
down_revision = "0008"

TABLES = """
CREATE TABLE log_pending (
    kind TEXT NOT NULL,
    source BIGINT NOT NULL,
    PRIMARY KEY (kind, source)
);

CREATE TABLE log_leaf (
    place BIGINT NOT NULL,
    kind TEXT NOT NULL,
    source BIGINT,
    case_id TEXT,
    seq INTEGER,
    hash BYTEA NOT NULL,
    body BYTEA,
    at timestamptz DEFAULT now() NOT NULL,
    PRIMARY KEY (place)
);
CREATE UNIQUE INDEX log_leaf_source ON log_leaf (kind, source) WHERE source IS NOT NULL;
CREATE UNIQUE INDEX log_leaf_case ON log_leaf (case_id, seq) INCLUDE (place, hash) WHERE kind = 'entry';
CREATE INDEX log_leaf_own ON log_leaf (kind, place) WHERE kind IN ('heads', 'statement');

CREATE TABLE log_node (
    level SMALLINT NOT NULL,
    no BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (level, no)
);

CREATE TABLE log_private_value (
    place BIGINT NOT NULL,
    path TEXT NOT NULL,
    salt BYTEA NOT NULL,
    value JSONB NOT NULL,
    PRIMARY KEY (place, path)
);

CREATE TABLE log_key (
    key TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (key)
);
CREATE UNIQUE INDEX log_key_since ON log_key (since);

CREATE TABLE log_checkpoint (
    size BIGINT NOT NULL,
    root BYTEA NOT NULL,
    note TEXT NOT NULL,
    at timestamptz DEFAULT now() NOT NULL,
    PRIMARY KEY (size)
);

CREATE TABLE log_cosignature (
    size BIGINT NOT NULL,
    witness TEXT NOT NULL,
    line TEXT NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (size, witness, at)
);
CREATE INDEX log_cosignature_witness ON log_cosignature (witness, size);

CREATE TABLE log_delivery (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    size BIGINT NOT NULL,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    fault TEXT,
    created_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    sent_at timestamptz,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX log_delivery_once ON log_delivery (size, channel, target);
CREATE INDEX log_delivery_due ON log_delivery (not_before) WHERE state IN ('queued', 'failed');
"""

WITNESSES = ("log_leaf", "log_node", "log_key", "log_checkpoint", "log_cosignature")
"""Tables that only grow, for the owner of the schema too."""

RIGHTS = f"""
GRANT SELECT, INSERT ON {", ".join(WITNESSES)}, log_private_value TO mutasi_app;
REVOKE UPDATE, DELETE, TRUNCATE ON {", ".join(WITNESSES)}, log_private_value FROM mutasi_app;
GRANT SELECT, INSERT, DELETE ON log_pending TO mutasi_app;
REVOKE UPDATE, TRUNCATE ON log_pending FROM mutasi_app;
GRANT SELECT, INSERT, UPDATE ON log_delivery TO mutasi_app;
REVOKE DELETE, TRUNCATE ON log_delivery FROM mutasi_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO mutasi_app;
CREATE TRIGGER log_private_value_never_altered BEFORE UPDATE ON log_private_value
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

QUEUE = """
CREATE FUNCTION await_sequencing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log_pending (kind, source) SELECT TG_ARGV[0], id FROM written;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_awaits_sequencing AFTER INSERT ON ledger
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION await_sequencing('entry');
CREATE TRIGGER refused_attempt_awaits_sequencing AFTER INSERT ON refused_attempt
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION await_sequencing('attempt');
INSERT INTO log_pending (kind, source) SELECT 'entry', id FROM ledger;
INSERT INTO log_pending (kind, source) SELECT 'attempt', id FROM refused_attempt;
"""
"""Whatever is written, by this release or the one before, waits for its place in the log from the same commit on."""


def upgrade() -> None:
    for script in (TABLES, RIGHTS, QUEUE):
        op.execute(script)
    for table in WITNESSES:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
