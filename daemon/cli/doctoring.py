"""`duban doctor`: is everything there that the daemon depends on?"""

import sys

import click

from daemon.cli.context import Workplace
from daemon.cli.output import Form, forms, show
from daemon.doctor import Finding, State, examine


@click.command()
@forms
@click.pass_obj
def doctor(workplace: Workplace, form: Form) -> None:
    """Look at calendar, templates, database, disk, backups, clock and every channel's server; nothing is sent.

    Says what to do about each fault, and ends with status 1 if there is any.
    """
    config = workplace.config()
    found = []
    for finding in examine(config, workplace.clock):
        found.append(finding)
        if form is Form.TABLE:
            _tell(finding)
    if form is not Form.TABLE:
        rows = [{"what": each.what, "state": each.state, "found": each.found, "advice": each.advice} for each in found]
        show(rows, form, ())
    if any(each.state is State.FAULT for each in found):
        sys.exit(1)


def _tell(finding: Finding) -> None:
    click.echo(f"{finding.state.value:<8}{finding.what}: {finding.found}")
    if finding.advice:
        click.echo(f"{'':8}→ {finding.advice}")


COMMANDS = (doctor,)
