"""Which tasks were archived, in which file, and what planning and the ledger's proof still need of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "archives",
        sa.Column("id", key, nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("tasks", key, nullable=False),
        sa.Column("notices", key, nullable=False),
        sa.Column("deliveries", key, nullable=False),
        sa.Column("rows", key, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archives")),
        sa.UniqueConstraint("token", name=op.f("uq_archives_token")),
    )
    op.create_table(
        "archived",
        sa.Column("task_id", key, nullable=False),
        sa.Column("archive", key, nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_archived_task_id_tasks")),
        sa.ForeignKeyConstraint(["archive"], ["archives.id"], name=op.f("fk_archived_archive_archives")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_archived")),
    )
    op.create_table(
        "archived_stages",
        sa.Column("task_id", key, nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_archived_stages_task_id_tasks")),
        sa.PrimaryKeyConstraint("task_id", "stage", name=op.f("pk_archived_stages")),
    )
    op.create_table(
        "archived_rows",
        sa.Column("first", key, autoincrement=False, nullable=False),
        sa.Column("last", key, nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("archive", key, nullable=False),
        sa.Column("entry", key, nullable=False),
        sa.ForeignKeyConstraint(["archive"], ["archives.id"], name=op.f("fk_archived_rows_archive_archives")),
        sa.PrimaryKeyConstraint("first", name=op.f("pk_archived_rows")),
    )
