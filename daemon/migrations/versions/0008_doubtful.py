"""Which messages may have left already, however their last attempt ended."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.add_column("deliveries", sa.Column("doubtful", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE deliveries SET doubtful = true WHERE state IN ('sending', 'unknown')")
