"""What each person was sent lately, for budgets; addresses from which mail came back; receipts that are awaited."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.add_column("sendings", sa.Column("address", sa.String(), server_default="", nullable=False))
    op.drop_index("ix_sendings_channel_at", "sendings")
    op.create_index("ix_sendings_channel_address_at", "sendings", ["channel", "address", "at"])
    op.create_table(
        "returned",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_returned")),
    )
    op.create_table(
        "awaited",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_awaited_delivery_id_deliveries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awaited")),
    )
    op.create_index("ix_awaited_channel_reference", "awaited", ["channel", "reference"])
    op.create_index("ix_awaited_delivery_id", "awaited", ["delivery_id"])
    op.create_index("ix_awaited_at", "awaited", ["at"])
