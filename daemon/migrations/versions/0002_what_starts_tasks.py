"""What starts tasks: due days that events state, inner due days, and since when the roster shows that a duty applies."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.add_column("tasks", sa.Column("stated", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("tasks", sa.Column("paced", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_tasks_subject_obligation", "tasks", ["subject", "obligation"])
    op.create_table(
        "roster_matches",
        sa.Column("obligation", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("obligation", "organization", name=op.f("pk_roster_matches")),
    )
