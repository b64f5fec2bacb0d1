"""Indexes that find little among much: the events at an organization, what was extended, notices that stand out."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    extended = sa.text("kind = 'extended'")
    op.create_index("ix_events_organization", "events", ["organization"])
    op.drop_index("ix_notices_state", "notices")
    for state in ("held", "undeliverable"):
        one = sa.text(f"state = '{state}'")
        op.create_index(f"ix_notices_{state}", "notices", ["id"], sqlite_where=one, postgresql_where=one)
    op.create_index("ix_facts_extended", "facts", ["task"], sqlite_where=extended, postgresql_where=extended)
