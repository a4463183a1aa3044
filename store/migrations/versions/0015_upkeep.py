"""Incidents of drift between register and engine; the archive of the engine's histories; access to
personal data and its erasure."""

from alembic import op

revision = "0015"
down_revision = "0014"
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

CREATE TABLE personal_access (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    person_id TEXT NOT NULL,
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    request_id TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX personal_access_person ON personal_access (person_id, id);

CREATE TABLE erasure (
    id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    policy TEXT NOT NULL,
    command_id TEXT NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (command_id)
);
CREATE INDEX erasure_case ON erasure (case_id);

CREATE TABLE erasure_step (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    erasure_id TEXT NOT NULL,
    what TEXT NOT NULL,
    by TEXT,
    reason TEXT,
    counts JSONB,
    command_id TEXT,
    at timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (command_id)
);
CREATE UNIQUE INDEX erasure_step_once ON erasure_step (erasure_id, what);

CREATE TABLE legal_hold (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    case_id TEXT NOT NULL,
    placed BOOLEAN NOT NULL,
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    command_id TEXT NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (command_id)
);
CREATE INDEX legal_hold_case ON legal_hold (case_id, id);

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

ERASE = """
-- The application deletes no personal content. It may have this done, for what two people want, and for nothing else.
CREATE FUNCTION erase_case(named TEXT) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    erased TEXT;
    values_gone INTEGER;
    contents_gone INTEGER;
    histories_gone INTEGER;
    addresses_gone INTEGER;
BEGIN
    SELECT e.case_id INTO erased FROM erasure e JOIN erasure_step s ON s.erasure_id = e.id
    WHERE e.id = named AND s.what = 'confirmed' AND s.by IS NOT NULL AND s.by <> e.proposed_by;
    IF erased IS NULL THEN
        RAISE EXCEPTION 'two people have not confirmed erasure %', named USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT FROM docket WHERE case_id = erased AND stage = 'closed') THEN
        RAISE EXCEPTION 'case % is not closed', erased USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (SELECT placed FROM legal_hold WHERE case_id = erased ORDER BY id DESC LIMIT 1) THEN
        RAISE EXCEPTION 'case % is under a legal hold', erased USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM private_value WHERE case_id = erased;
    GET DIAGNOSTICS values_gone = ROW_COUNT;
    DELETE FROM document_content WHERE case_id = erased;
    GET DIAGNOSTICS contents_gone = ROW_COUNT;
    DELETE FROM archived_history WHERE case_id = erased;
    GET DIAGNOSTICS histories_gone = ROW_COUNT;
    UPDATE notice SET address = NULL WHERE case_id = erased AND address IS NOT NULL;
    GET DIAGNOSTICS addresses_gone = ROW_COUNT;
    RETURN jsonb_build_object('private_value', values_gone, 'document_content', contents_gone,
                              'archived_history', histories_gone, 'notice', addresses_gone);
END $$;
REVOKE ALL ON FUNCTION erase_case(TEXT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_case(TEXT) TO mutasi_app;
"""

GROWING = (
    "reconciliation", "incident", "incident_event", "personal_access", "erasure", "erasure_step", "legal_hold",
)  # fmt: skip
"""Tables that only grow, for the owner of the schema too."""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(ARCHIVE)
    op.execute(ERASE)
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
