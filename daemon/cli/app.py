"""The command group, and how errors that a user can cause are shown."""

import logging
import sys
from io import TextIOWrapper
from pathlib import Path

import click

from daemon.cli import calendars, deadlines, planning, recording, running, setting_up
from daemon.cli.context import Workplace
from daemon.credentials import SecretError
from daemon.recording import RecordingError
from daemon.simulation import CompletionsError
from daemon.store.errors import DatabaseError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="The config directory. [default: $DUBAN_CONFIG, else the current one, else /etc/duban]",
)
@click.version_option(package_name="duban")
@click.pass_context
def duban(context: click.Context, directory: Path | None) -> None:
    """Keep a city's work-safety promises: due days, reminders, escalation, proof."""
    context.obj = Workplace(directory)


for module in (setting_up, deadlines, calendars, planning, recording, running):
    for command in module.COMMANDS:
        duban.add_command(command)


def main() -> None:
    """The console script."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # without Chinese: codes, which JSON reads
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    try:
        duban()
    except CompletionsError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        sys.exit(1)
    except (RecordingError, DatabaseError, SecretError) as error:
        click.echo(f"duban: {error}", err=True)
        sys.exit(1)
