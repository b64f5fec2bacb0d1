"""Finding the history of a few organizations: indexes on the events at one, and on what was extended."""

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
    op.create_index("ix_facts_extended", "facts", ["task"], sqlite_where=extended, postgresql_where=extended)
