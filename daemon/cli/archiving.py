"""`duban archive`: old years go out of the database into files of their own."""

from contextlib import closing
from pathlib import Path

import click

from daemon.archiving import Archiving, default_file, refuse_if_recent
from daemon.cli.context import Workplace, fail_unstored


@click.command()
@click.argument("year", type=click.IntRange(1970, 9999))
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.pass_obj
def archive(workplace: Workplace, year: int, file: Path | None) -> None:
    """Take what belongs to the tasks that ended in YEAR or earlier out of the database, while the daemon runs.

    FILE is an SQLite file, or a directory; default: duban-archive-YEAR.db beside the database. Broken off, the same
    command goes on with it.
    """
    config = workplace.config()
    zone = config.settings.timezone
    refuse_if_recent(year, workplace.clock.now().astimezone(zone).date())
    with closing(workplace.database(config)) as database:
        if not database.exists:
            fail_unstored(config)
        database.migrate()
        default = default_file(database, config.directory, year)
        path = default if file is None else file / default.name if file.is_dir() else file
        found = Archiving(database, path, year, zone, workplace.clock.now).run()
    if found is None:
        click.echo(f"no task ended in {year} or earlier that is not archived; nothing is written")
        return
    click.echo(
        f"{path}: {path.stat().st_size:,} bytes, {found.tasks:,} tasks, {found.notices:,} notices, "
        f"{found.deliveries:,} messages, {found.rows:,} rows of the ledger, read back before they were taken out"
    )


COMMANDS = (archive,)
