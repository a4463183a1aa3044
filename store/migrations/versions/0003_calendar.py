"""The calendar as data: orders that override a day, and which years are published.

Revision ID: 0003
"""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
CREATE TABLE calendar_override (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    day DATE NOT NULL,
    working BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    reference TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX calendar_override_current ON calendar_override (day) WHERE superseded_at IS NULL;

CREATE TABLE calendar_year (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    year INTEGER NOT NULL,
    published BOOLEAN NOT NULL,
    reference TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX calendar_year_current ON calendar_year (year) WHERE superseded_at IS NULL;
"""

YEARS = """
INSERT INTO calendar_year (year, published, reference, recorded_by)
SELECT CAST(extract(year FROM day) AS int), NOT bool_or(name LIKE '%(perkiraan)'), 'holidays.csv', 'import'
FROM holiday WHERE superseded_at IS NULL GROUP BY 1;
"""
"""Until now a year counted as published when none of its holidays was marked as an estimate."""

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON calendar_override, calendar_year TO mutasi_app;
"""


def upgrade() -> None:
    for script in (TABLES, YEARS, GRANTS):
        op.execute(script)
