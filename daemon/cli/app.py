"""The command group, and how errors that a user can cause are shown."""

import errno
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path

import click

from daemon.cli.accidents import in_words
from daemon.cli.context import Workplace
from daemon.errors import UserError

_PLACES = {
    "setting_up": ("init", "check", "schema"),
    "importing": ("import",),
    "deadlines": ("deadline",),
    "calendars": ("calendar",),
    "previewing": ("preview",),
    "planning": ("plan", "simulate", "explain"),
    "recording": ("done", "verify", "reject", "extend", "waive", "approve", "event"),
    "running": ("run", "status", "send-test", "demo"),
    "mailbox": ("mail",),
    "ledger": ("ledger",),
    "database": ("database",),
    "outbox": ("outbox",),
    "bouncing": ("bounce",),
    "doctoring": ("doctor",),
    "archiving": ("archive",),
    "upkeep": ("diff", "reload", "backup"),
}
"""The module of each command; it is loaded when the command is used, so that each starts as quickly as it can."""


class Commands(click.Group):
    """The commands, each loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """The names of all commands."""
        return sorted(name for names in _PLACES.values() for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """One command by its name."""
        for place, names in _PLACES.items():
            if cmd_name in names:
                found: tuple[click.Command, ...] = import_module(f"daemon.cli.{place}").COMMANDS
                return next(command for command in found if command.name == cmd_name)
        return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
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


def _refuse_what_is_no_text(arguments: Sequence[str]) -> None:
    """Bytes that are no text in the language of the terminal can neither be kept nor shown."""
    for each in arguments:
        try:
            each.encode()
        except UnicodeEncodeError:
            written = os.fsencode(each).decode(errors="backslashreplace")
            click.echo(f"duban: the argument {written} is no text in UTF-8; name files and people in UTF-8", err=True)
            sys.exit(2)


def main() -> None:
    """The console script."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # without Chinese: codes, which JSON reads
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    _refuse_what_is_no_text(sys.argv[1:])
    try:
        _answer()
    except UserError as error:
        for line in error.lines():
            click.echo(line, err=True)
        sys.exit(1)
    except Exception as error:
        if (words := in_words(error)) is None:
            raise
        click.echo(f"duban: {words}", err=True)
        sys.exit(1)


def _answer() -> None:
    try:
        duban()
    finally:
        try:
            sys.stdout.flush()
        except OSError as error:  # what is left would be written once more at the end, in vain
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if error.errno != errno.EPIPE:  # whoever read us has read enough
                raise
