"""Calls to a line that no case left: an import freed the seat."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CHANGE = """
ALTER TABLE seat_call ALTER COLUMN case_id DROP NOT NULL, ALTER COLUMN seq DROP NOT NULL;
"""


def upgrade() -> None:
    op.execute(CHANGE)
