"""From when on a provider is asked what became of a message, where it pushes no receipts."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.add_column("awaited", sa.Column("ask_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_awaited_channel_ask_at", "awaited", ["channel", "ask_at"])
