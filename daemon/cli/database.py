"""`duban database`: from an SQLite file to a PostgreSQL database, when one machine is not enough."""

from contextlib import closing

import click
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from daemon.cli.context import Workplace, fail
from daemon.credentials import read_secret
from daemon.moving import move
from daemon.store.database import Database


class _PostgresUrl(click.ParamType[URL]):
    """The address of a PostgreSQL database; what is wrong with it is said without it, since it may hold a password."""

    name = "url"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> URL:
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            url = None
        if url is None or url.drivername != "postgresql+psycopg" or not url.database:
            self.fail("write postgresql+psycopg://USER@HOST/DATABASE", param, ctx)
        return url


@click.group()
def database() -> None:
    """Where tasks and the ledger are kept."""


@database.command("copy")
@click.argument("url", type=_PostgresUrl())
@click.pass_obj
def copy_database(workplace: Workplace, url: URL) -> None:
    """Copy everything from the SQLite file that duban.yaml names into the empty PostgreSQL database at URL."""
    config = workplace.config()
    if url.password is None:
        url = url.set(password=read_secret(config.settings.database_password))
    with closing(workplace.database(config)) as source:
        if source.path is None:
            fail(f"{source.name} is on a server already; from there to another, use pg_dump and pg_restore")
        if not source.exists:
            fail(f"nothing is stored yet in {config.directory}; name the database in duban.yaml, and start the daemon")
        with closing(Database(url)) as target:
            copied = move(source, target, config.directory)
            named = target.name
    click.echo(f"{sum(copied.values()):,} rows in {len(copied)} tables copied; the ledger is whole there: "
               f"{copied['ledger']:,} rows")  # fmt: skip
    click.echo(f"now write `database: {named.replace(':***@', '@')}` in duban.yaml, and start the daemon")


COMMANDS = (database,)
