"""`duban deadline`: one date, with the derivation."""

import sys

import click

from daemon.cli.context import Workplace, fail
from daemon.cli.counting import Counters, days_of, roll_of
from daemon.cli.counting_back import CountingBack
from daemon.cli.deadline_lines import Usual, answer_lines
from daemon.cli.output import Form, forms, show


@click.command(cls=CountingBack, context_settings={"ignore_unknown_options": True})
@click.argument("start")
@click.argument("limit", required=False)
@click.option("--roll", default="none", help="none, next or previous: where a last day that is not worked goes.")
@click.option("--exclude", default="0", metavar="N", help="Days that do not count, as of technical appraisal.")
@click.option("--region", help="A region with holidays of its own.")
@click.option("--lang", "language", type=click.Choice(["en", "zh"]), default="en", help="Of the derivation.")
@forms
@click.pass_obj
def deadline(  # noqa: PLR0913, PLR0917 - click hands over one argument an option
    workplace: Workplace, start: str, limit: str | None, roll: str, exclude: str, region: str | None, language: str,
    form: Form,
) -> None:  # fmt: skip
    """Count LIMIT from START: `duban deadline 2026-09-18 10wd`.

    With - for START, read `START LIMIT [roll=R] [exclude=N] [region=R]` a line from standard input; the options then
    hold for each line that does not say otherwise.
    """
    counters = Counters(workplace, language)
    if start == "-":
        _answer_input(counters, roll, exclude, region)
        return
    if limit is None:
        raise click.UsageError("LIMIT is missing: write, say, `duban deadline 2026-09-18 10wd`")
    try:
        row = counters.of(region).row(start, limit, roll, exclude)
    except ValueError as error:
        fail(str(error))
    if form is Form.TABLE:
        _tell(row)
    else:
        show([row], form, ())


def _answer_input(counters: Counters, roll: str, exclude: str, region: str | None) -> None:
    try:  # what is wrong with all lines is said once
        roll_of(roll)
        days_of(exclude)
        counters.of(region)
    except ValueError as error:
        fail(str(error))
    for text in answer_lines(sys.stdin, counters, Usual(roll, exclude, region)):
        sys.stdout.write(text)


def _tell(row: dict[str, object]) -> None:
    end = row["ends_at"] if str(row["limit"]).endswith("h") else row["due"]
    click.echo(f"{end}{' (provisional)' if row['provisional'] else ''}")
    lines = row["derivation"]
    if isinstance(lines, tuple):
        for line in lines:
            click.echo(f"  {line}")


COMMANDS = (deadline,)
