"""Temporary assignments in an emergency, beside the post a person keeps."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLE = """
CREATE TABLE temporary_assignment (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    case_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    position_code TEXT NOT NULL,
    number TEXT NOT NULL,
    during DATERANGE NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX temporary_assignment_case ON temporary_assignment (case_id) WHERE superseded_at IS NULL;
CREATE INDEX temporary_assignment_person ON temporary_assignment (person_id) WHERE superseded_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON temporary_assignment TO mutasi_app;
"""

DECREED_AT = """
UPDATE docket d SET state = jsonb_set(d.state, '{decreed_at}', to_jsonb(l.at))
FROM (SELECT DISTINCT ON (case_id) case_id, at FROM ledger WHERE type = 'decree_issued' ORDER BY case_id, seq DESC) l
WHERE l.case_id = d.case_id AND d.state ->> 'decreed_at' IS NULL;
"""
"""Cases decreed before an objection was possible know since when they can be objected to."""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(DECREED_AT)
