"""How a policy comes into force: proposed by one person, confirmed by another."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
CREATE TABLE policy_proposal (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    hash TEXT NOT NULL,
    code TEXT NOT NULL,
    version TEXT NOT NULL,
    effective_from DATE NOT NULL,
    text TEXT NOT NULL,
    cases JSONB NOT NULL,
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    command_id TEXT NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (command_id)
);
CREATE UNIQUE INDEX policy_proposal_hash ON policy_proposal (hash);

CREATE TABLE policy_confirmation (
    hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    confirmed_by TEXT NOT NULL,
    in_force_from DATE NOT NULL,
    command_id TEXT NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (hash),
    UNIQUE (command_id)
);
CREATE INDEX policy_in_force ON policy_confirmation (in_force_from, at);
"""

WITNESSES = ("policy_proposal", "policy_confirmation")
"""Tables that only grow, for the owner of the schema too."""


def upgrade() -> None:
    op.execute(TABLES)
    for table in WITNESSES:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO mutasi_app")
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM mutasi_app")
