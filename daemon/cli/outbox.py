"""`duban outbox`: what waits to be sent, what failed, and sending it once more."""

import click
from sqlalchemy import Connection

from daemon.cli.context import Workplace
from daemon.cli.output import Form, forms, show
from daemon.cli.recording import BY, recording, statement
from daemon.masking import masked
from daemon.situation import Situation
from daemon.store import deliveries
from obligations.states import DeliveryState

STUCK = (DeliveryState.FAILED, DeliveryState.DEAD, DeliveryState.UNKNOWN, DeliveryState.SENDING, DeliveryState.PENDING)
LARGEST = 2**63 - 1
"""Of the numbers by which a database knows its rows."""
COLUMNS = ("id", "state", "channel", "name", "address", "attempts", "next_attempt_at", "notices", "reason")


@click.group("outbox", invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Those that arrived or were cancelled too.")
@forms
@click.pass_context
def outbox(context: click.Context, everything: bool, form: Form) -> None:
    """List the messages that have not arrived: waiting, failed, given up. Addresses are masked in the table."""
    if context.invoked_subcommand is not None:
        return
    workplace: Workplace = context.obj
    situation = workplace.situation()
    states = tuple(DeliveryState) if everything else STUCK
    with workplace.stored(situation.config) as connection:
        found = _rows(connection, situation, states)
    if form is Form.TABLE:
        found = [{**row, "address": masked(str(row["address"]))} for row in found]
    show(found, form, COLUMNS, empty="nothing waits and nothing failed")


def _rows(connection: Connection, situation: Situation, states: tuple[DeliveryState, ...]) -> list[dict[str, object]]:
    return [
        {
            "id": each.row,
            "state": each.state,
            "channel": each.channel,
            "name": each.name,
            "address": each.address,
            "urgent": each.urgent,
            "attempts": each.attempts,
            "created_at": situation.local(each.created_at),
            "next_attempt_at": situation.local(again) if again is not None else None,
            "notices": notices,
            "reason": reason,
            "message_id": each.message_id,
        }
        for each, again, reason, notices in deliveries.in_states(connection, states)
    ]


@outbox.command("retry")
@click.argument("identifier", metavar="ID", type=click.IntRange(1, LARGEST))
@BY
@click.pass_obj
def retry(workplace: Workplace, identifier: int, by: str | None) -> None:
    """Send a message that failed or was given up once more, under the same Message-ID.

    What is no longer to be said by then is left out, as ever.
    """
    with recording(workplace, workplace.situation()) as recorder:
        recorder.retry(identifier, statement(by))
    click.echo(f"message {identifier} is sent again at the next wake-up")


COMMANDS = (outbox,)
