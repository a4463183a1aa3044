"""Every reading of personal data in the access log, not of documents alone: by which operation, of whom, how many."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# `document_id` stays, empty for what is no document: the release before reads it as a text that is there.
COLUMNS = """
ALTER TABLE access_log ALTER COLUMN case_id DROP NOT NULL;
ALTER TABLE access_log ALTER COLUMN document_id SET DEFAULT '';
ALTER TABLE access_log ADD COLUMN operation TEXT NOT NULL DEFAULT 'read_document';
ALTER TABLE access_log ADD COLUMN subject_id TEXT;
ALTER TABLE access_log ADD COLUMN people INTEGER;
CREATE INDEX access_log_subject ON access_log (subject_id, id) WHERE subject_id IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(COLUMNS)
