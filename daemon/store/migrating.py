"""Migrating: the schema is brought to this version's, with Alembic."""

from collections.abc import Collection
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from daemon.store.errors import DatabaseError


def is_up_to_date(connection: Connection) -> bool:
    """Whether no migration is missing."""
    return set(_heads(connection)) == set(_script().get_heads())


def bring_up_to_date(connection: Connection) -> None:
    """Run the migrations that are missing, in the caller's transaction; nothing where none is.

    Raises:
        DatabaseError: the database was written by a later version.
    """
    config, script = _config(), _script()
    ours = {each.revision for each in script.walk_revisions()}
    at = set(_heads(connection))
    if later := at - ours:
        raise DatabaseError(f"the database is of a later version ({min(later)}); install that version of duban")
    if at != set(script.get_heads()):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "daemon:migrations")
    return config


@cache
def _script() -> ScriptDirectory:
    """The migrations; to read them takes longer than to look whether one is missing."""
    return ScriptDirectory.from_config(_config())


def _heads(connection: Connection) -> Collection[str]:
    return MigrationContext.configure(connection).get_current_heads()
