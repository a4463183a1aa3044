"""Posts held before and posts preferred; open cases are found by the posts they touch."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE post_history (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    person_id TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    tier TEXT,
    unit TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    source TEXT NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX post_history_person ON post_history (person_id) WHERE superseded_at IS NULL;

CREATE TABLE stated_preference (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    person_id TEXT NOT NULL,
    positions TEXT[] NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX stated_preference_current ON stated_preference (person_id) WHERE superseded_at IS NULL;

CREATE INDEX docket_open_target ON docket (to_position) WHERE stage NOT IN ('review', 'closed');
CREATE INDEX docket_open_origin ON docket (from_position) WHERE stage NOT IN ('review', 'closed');

GRANT SELECT, INSERT, UPDATE ON post_history, stated_preference TO mutasi_app;
"""


def upgrade() -> None:
    op.execute(TABLES)
