"""Contents of documents, encrypted, and the log of who read them."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE document_content (
    id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    stored_by TEXT NOT NULL,
    stored_at timestamptz NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    key_id TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX document_content_case ON document_content (case_id);
-- Ciphertext does not compress: keep it out of line and leave it as it is.
ALTER TABLE document_content ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TABLE access_log (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    person_id TEXT NOT NULL,
    capacity TEXT NOT NULL,
    case_id TEXT NOT NULL,
    document_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    request_id TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX access_log_case ON access_log (case_id, id);
"""

RIGHTS = """
GRANT SELECT, INSERT ON document_content, access_log TO mutasi_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO mutasi_app;
REVOKE UPDATE, DELETE, TRUNCATE ON document_content, access_log FROM mutasi_app;
"""

APPEND_ONLY = """
CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE ON access_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_log_never_truncated BEFORE TRUNCATE ON access_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- Content may be erased by law, by the owner; it is never altered, and never all of it at once.
CREATE TRIGGER document_content_never_altered BEFORE UPDATE ON document_content
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_content_never_truncated BEFORE TRUNCATE ON document_content
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    for script in (TABLES, RIGHTS, APPEND_ONLY):
        op.execute(script)
