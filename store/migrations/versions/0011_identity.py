"""Accounts, sessions, tokens of services, and what happened to them."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE account (
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'service')),
    name TEXT NOT NULL,
    person_id TEXT REFERENCES person (id),
    created_at timestamptz NOT NULL,
    disabled_at timestamptz,
    password_hash TEXT,
    enrolment_hash TEXT,
    enrolment_until timestamptz,
    totp_key_id TEXT,
    totp_sealed BYTEA,
    totp_confirmed_at timestamptz,
    totp_last_step BIGINT DEFAULT 0 NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name),
    UNIQUE (person_id),
    CHECK ((kind = 'person') = (person_id IS NOT NULL)),
    CHECK (kind = 'person' OR (password_hash IS NULL AND enrolment_hash IS NULL AND totp_sealed IS NULL))
);

CREATE TABLE recovery_code (
    hash TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (id),
    used_at timestamptz,
    PRIMARY KEY (hash)
);
CREATE INDEX recovery_code_account ON recovery_code (account_id);

CREATE TABLE session (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL CHECK (kind IN ('page', 'api')),
    secret_hash TEXT NOT NULL,
    secret_until timestamptz NOT NULL,
    authn TEXT NOT NULL,
    client TEXT NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_why TEXT,
    PRIMARY KEY (id),
    UNIQUE (secret_hash)
);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE refresh_token (
    hash TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    issued_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (hash)
);
CREATE INDEX refresh_token_session ON refresh_token (session_id);

CREATE TABLE service_token (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (id),
    secret_hash TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    used_at timestamptz,
    PRIMARY KEY (id),
    UNIQUE (secret_hash)
);
CREATE INDEX service_token_account ON service_token (account_id);

CREATE TABLE provider_flow (
    state_hash TEXT NOT NULL,
    browser_hash TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    return_to TEXT NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (state_hash)
);

CREATE TABLE identity_event (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    what TEXT NOT NULL,
    account_id TEXT,
    detail TEXT,
    name_mark TEXT,
    address_mark TEXT,
    request_id TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX identity_event_account ON identity_event (account_id, id);
CREATE INDEX identity_event_name ON identity_event (name_mark, at);
CREATE INDEX identity_event_address ON identity_event (address_mark, at);
"""

RIGHTS = """
GRANT SELECT, INSERT, UPDATE ON account, service_token TO mutasi_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_code, session, refresh_token, provider_flow TO mutasi_app;
GRANT SELECT, INSERT ON identity_event TO mutasi_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO mutasi_app;
REVOKE DELETE, TRUNCATE ON account, service_token FROM mutasi_app;
REVOKE UPDATE, DELETE, TRUNCATE ON identity_event FROM mutasi_app;
CREATE TRIGGER identity_event_append_only BEFORE UPDATE OR DELETE ON identity_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER identity_event_never_truncated BEFORE TRUNCATE ON identity_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(RIGHTS)
