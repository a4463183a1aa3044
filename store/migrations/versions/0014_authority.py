"""Offices by two people, mandates, declared relations; what an office is limited to."""

from alembic import op

revision = "0014"
down_revision = "0013"

TABLES = """
ALTER TABLE office ADD COLUMN dated DATE;
ALTER TABLE office ADD COLUMN scope JSONB;
ALTER TABLE office ADD COLUMN appointment_id TEXT;

CREATE TABLE appointment (
    id TEXT NOT NULL,
    what TEXT NOT NULL,
    office TEXT NOT NULL,
    unit_code TEXT,
    person_id TEXT NOT NULL,
    capacity TEXT,
    valid_from DATE,
    valid_to DATE,
    instrument TEXT NOT NULL,
    dated DATE NOT NULL,
    scope JSONB,
    holding BIGINT,
    state TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at timestamptz NOT NULL,
    settled_by TEXT,
    settled_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX appointment_proposed ON appointment (proposed_at, id);

CREATE TABLE mandate (
    id TEXT NOT NULL,
    mandate TEXT NOT NULL,
    office TEXT NOT NULL,
    unit_code TEXT,
    principal_id TEXT NOT NULL,
    deputy_id TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    scope JSONB,
    instrument TEXT,
    dated DATE,
    by_hr BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    named_by TEXT NOT NULL,
    named_at timestamptz NOT NULL,
    confirmed_by TEXT,
    confirmed_at timestamptz,
    accepted_at timestamptz,
    ended_by TEXT,
    ended_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX mandate_deputy ON mandate (deputy_id);
CREATE INDEX mandate_principal ON mandate (principal_id);
CREATE INDEX mandate_office ON mandate (office, unit_code) WHERE state = 'accepted';

CREATE TABLE relation (
    id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    relative_id TEXT NOT NULL,
    relation TEXT NOT NULL,
    declared_by TEXT NOT NULL,
    declared_at timestamptz NOT NULL,
    ended_by TEXT,
    ended_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX relation_person ON relation (person_id) WHERE ended_at IS NULL;
CREATE INDEX relation_relative ON relation (relative_id) WHERE ended_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON appointment, mandate, relation TO mutasi_app;
REVOKE DELETE, TRUNCATE ON appointment, mandate, relation FROM mutasi_app;
"""


def upgrade() -> None:
    op.execute(TABLES)
