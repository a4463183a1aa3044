"""The register, the ledger and the read model in their first shape."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE command (
    id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    at timestamptz NOT NULL,
    request_id TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX command_case ON command (case_id);

CREATE TABLE competence (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    person_id TEXT NOT NULL,
    competence TEXT NOT NULL,
    level INTEGER NOT NULL,
    assessed_on DATE NOT NULL,
    source TEXT NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX competence_current ON competence (person_id, competence) WHERE superseded_at IS NULL;

CREATE TABLE condition (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    person_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    reference TEXT NOT NULL,
    source TEXT NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX condition_person ON condition (person_id) WHERE superseded_at IS NULL;

CREATE TABLE docket (
    case_id TEXT NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    origin TEXT NOT NULL,
    person_id TEXT NOT NULL,
    employee_name TEXT,
    employee_nip TEXT,
    from_position TEXT,
    from_unit TEXT,
    from_agency TEXT,
    to_position TEXT NOT NULL,
    to_unit TEXT NOT NULL,
    to_agency TEXT NOT NULL,
    stage TEXT NOT NULL,
    status TEXT NOT NULL,
    outcome TEXT,
    reached_approval BOOLEAN NOT NULL,
    opened_at timestamptz NOT NULL,
    due_at timestamptz,
    effective_on DATE,
    decree_number TEXT,
    policy TEXT NOT NULL,
    seq INTEGER NOT NULL,
    version INTEGER NOT NULL,
    head BYTEA NOT NULL,
    state JSONB NOT NULL,
    search TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', number || ' ' || coalesce(employee_name, '') || ' ' || coalesce(decree_number, ''))) STORED,
    PRIMARY KEY (case_id)
);
CREATE INDEX docket_due ON docket (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX docket_from_agency ON docket (from_agency, opened_at, case_id);
CREATE INDEX docket_nip ON docket (employee_nip);
CREATE UNIQUE INDEX docket_number ON docket (number);
CREATE INDEX docket_opened ON docket (opened_at, case_id);
CREATE INDEX docket_person ON docket (person_id);
CREATE INDEX docket_search ON docket USING gin (search);
CREATE INDEX docket_stage ON docket (stage, opened_at, case_id);
CREATE INDEX docket_status ON docket (status, opened_at, case_id);
CREATE INDEX docket_to_agency ON docket (to_agency, opened_at, case_id);
CREATE UNIQUE INDEX one_open_case_per_person ON docket (person_id) WHERE stage NOT IN ('review', 'closed');

CREATE TABLE employee (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    person_id TEXT NOT NULL,
    status TEXT NOT NULL,
    grade TEXT NOT NULL,
    grade_since DATE NOT NULL,
    appointed_on DATE NOT NULL,
    education TEXT NOT NULL,
    education_field TEXT NOT NULL,
    birth_date DATE NOT NULL,
    sex TEXT NOT NULL,
    domicile_district TEXT NOT NULL,
    spouse_id TEXT,
    email TEXT,
    phone TEXT,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX employee_current ON employee (person_id) WHERE superseded_at IS NULL;
CREATE INDEX employee_spouse ON employee (spouse_id) WHERE superseded_at IS NULL AND spouse_id IS NOT NULL;

CREATE TABLE holiday (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    day DATE NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX holiday_current ON holiday (day) WHERE superseded_at IS NULL;

CREATE TABLE import_run (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    digest TEXT NOT NULL,
    changed JSONB NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE ledger (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    case_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    at timestamptz NOT NULL,
    actor TEXT NOT NULL,
    office TEXT,
    capacity TEXT,
    command_id TEXT NOT NULL,
    update_id TEXT,
    run_id TEXT,
    policy TEXT NOT NULL,
    body BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT ledger_case_seq UNIQUE (case_id, seq),
    CONSTRAINT ledger_hash UNIQUE (hash)
);
CREATE INDEX ledger_actor ON ledger (actor, at);
CREATE INDEX ledger_command ON ledger (command_id);

CREATE TABLE notice (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    key TEXT NOT NULL,
    case_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    person_id TEXT NOT NULL,
    template TEXT NOT NULL,
    params JSONB NOT NULL,
    address TEXT,
    state TEXT NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    fault TEXT,
    created_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    give_up_at timestamptz NOT NULL,
    sent_at timestamptz,
    read_at timestamptz,
    PRIMARY KEY (id),
    UNIQUE (key)
);
CREATE INDEX notice_case ON notice (case_id, id);
CREATE INDEX notice_person ON notice (person_id, id);
CREATE INDEX notice_unsent ON notice (case_id, not_before) WHERE state IN ('queued', 'failed');

CREATE TABLE occupancy (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    seat_id BIGINT,
    position_code TEXT NOT NULL,
    person_id TEXT NOT NULL,
    person_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    during DATERANGE NOT NULL,
    case_id TEXT,
    source TEXT NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX occupancy_case ON occupancy (case_id) WHERE superseded_at IS NULL AND case_id IS NOT NULL;
CREATE INDEX occupancy_person ON occupancy (person_id) WHERE superseded_at IS NULL;
CREATE INDEX occupancy_position ON occupancy (position_code) WHERE superseded_at IS NULL;
CREATE INDEX occupancy_seat ON occupancy (seat_id) WHERE superseded_at IS NULL;

CREATE TABLE office (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    office TEXT NOT NULL,
    unit_code TEXT,
    person_id TEXT NOT NULL,
    holder_name TEXT NOT NULL,
    capacity TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    instrument TEXT NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX office_current ON office (office, unit_code) WHERE superseded_at IS NULL;
CREATE INDEX office_person ON office (person_id) WHERE superseded_at IS NULL;

CREATE TABLE participant (
    case_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    PRIMARY KEY (case_id, person_id)
);

CREATE TABLE person (
    no BIGINT GENERATED ALWAYS AS IDENTITY,
    id TEXT NOT NULL,
    nip TEXT,
    name TEXT NOT NULL,
    language TEXT DEFAULT 'id' NOT NULL,
    PRIMARY KEY (no),
    UNIQUE (id),
    UNIQUE (nip)
);
CREATE UNIQUE INDEX person_without_nip ON person (name) WHERE nip IS NULL;

CREATE TABLE policy (
    hash TEXT NOT NULL,
    code TEXT NOT NULL,
    version TEXT NOT NULL,
    effective_from DATE NOT NULL,
    text TEXT NOT NULL,
    published_at timestamptz DEFAULT now() NOT NULL,
    PRIMARY KEY (hash)
);
CREATE INDEX policy_effective ON policy (effective_from, published_at);

CREATE TABLE position (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    unit_code TEXT NOT NULL,
    kind TEXT NOT NULL,
    tier TEXT,
    echelon TEXT,
    job_class INTEGER NOT NULL,
    required INTEGER NOT NULL,
    min_grade TEXT NOT NULL,
    max_grade TEXT NOT NULL,
    education_min TEXT NOT NULL,
    education_fields TEXT[] NOT NULL,
    competences JSONB NOT NULL,
    abk_year INTEGER NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX position_current ON position (code) WHERE superseded_at IS NULL;
CREATE INDEX position_title ON position (title) WHERE superseded_at IS NULL;
CREATE INDEX position_unit ON position (unit_code) WHERE superseded_at IS NULL;

CREATE TABLE private_value (
    case_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    path TEXT NOT NULL,
    salt BYTEA NOT NULL,
    value JSONB NOT NULL,
    PRIMARY KEY (case_id, seq, path)
);

CREATE TABLE rating (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    person_id TEXT NOT NULL,
    year INTEGER NOT NULL,
    rating TEXT NOT NULL,
    work_result TEXT,
    behaviour TEXT,
    rater_id TEXT,
    source TEXT NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX rating_current ON rating (person_id, year) WHERE superseded_at IS NULL;

CREATE TABLE rating_year (
    year INTEGER NOT NULL,
    published_by TEXT NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    PRIMARY KEY (year)
);

CREATE TABLE refused_attempt (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    case_id TEXT,
    act TEXT NOT NULL,
    actor TEXT NOT NULL,
    code TEXT NOT NULL,
    params JSONB NOT NULL,
    command_id TEXT,
    request_id TEXT,
    at timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX refused_attempt_case ON refused_attempt (case_id, id);

CREATE TABLE restricted_window (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    ground TEXT NOT NULL,
    scope TEXT[] NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX restricted_window_current ON restricted_window (valid_from) WHERE superseded_at IS NULL;

CREATE TABLE seat (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    position_code TEXT NOT NULL,
    no INTEGER NOT NULL,
    abolished_on DATE,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX seat_of_position ON seat (position_code, no);

CREATE TABLE talent (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    person_id TEXT NOT NULL,
    year INTEGER NOT NULL,
    performance_axis TEXT NOT NULL,
    potential_axis TEXT NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX talent_current ON talent (person_id, year) WHERE superseded_at IS NULL;

CREATE TABLE task (
    case_id TEXT NOT NULL,
    no INTEGER NOT NULL,
    acts TEXT[] NOT NULL,
    office TEXT,
    unit TEXT,
    person_id TEXT,
    barred TEXT[] NOT NULL,
    status TEXT NOT NULL,
    since timestamptz NOT NULL,
    due_at timestamptz,
    PRIMARY KEY (case_id, no)
);
CREATE INDEX task_office ON task (office, unit, due_at) WHERE office IS NOT NULL;
CREATE INDEX task_person ON task (person_id, due_at) WHERE person_id IS NOT NULL;

CREATE TABLE unit (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    parent_code TEXT,
    kind TEXT NOT NULL,
    district TEXT NOT NULL,
    service_critical BOOLEAN NOT NULL,
    agency_code TEXT NOT NULL,
    ancestors TEXT[] NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX unit_current ON unit (code) WHERE superseded_at IS NULL;
"""

SEATS = """
ALTER TABLE occupancy ADD CONSTRAINT seat_has_one_occupant
    EXCLUDE USING gist (int8range(seat_id, seat_id, '[]') WITH &&, during WITH &&)
    WHERE (seat_id IS NOT NULL AND superseded_at IS NULL) DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE occupancy ADD CONSTRAINT person_has_one_post
    EXCLUDE USING gist (int8range(person_no, person_no, '[]') WITH &&, during WITH &&)
    WHERE (kind = 'incumbent' AND superseded_at IS NULL) DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE occupancy ADD CONSTRAINT occupancy_kind CHECK (kind IN ('incumbent', 'hold'));
ALTER TABLE occupancy ADD CONSTRAINT hold_names_its_case CHECK (kind <> 'hold' OR case_id IS NOT NULL);
CREATE SEQUENCE case_number;
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""

ROLES = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mutasi_app') THEN
        CREATE ROLE mutasi_app LOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT USAGE ON SCHEMA public TO mutasi_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO mutasi_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO mutasi_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM mutasi_app;
"""

WITNESSES = ("ledger", "command", "refused_attempt", "policy")
"""Tables that only grow, for the owner of the schema too."""


def upgrade() -> None:
    for script in (TABLES, SEATS, APPEND_ONLY, ROLES):
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
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM mutasi_app")
    # Personal content may be erased by law, by a role of its own; it is never altered.
    op.execute(
        "CREATE TRIGGER private_value_never_altered BEFORE UPDATE ON private_value "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON private_value FROM mutasi_app")
