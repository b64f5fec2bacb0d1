"""How often a message was sent without an answer that says whether it was taken."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here; of what may have left no more than one such attempt is known."""
    op.add_column("deliveries", sa.Column("ambiguous", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE deliveries SET ambiguous = 1 WHERE doubtful")
