"""`duban bounce`: mail that came back, handed over by the mail server."""

import sys

import click

from config.channels import SmtpSettings
from config.loader import Config
from daemon import bouncing
from daemon.channels import return_address
from daemon.cli.context import Workplace, fail
from daemon.masking import masked
from daemon.store import returned
from notifiers.bounces import ReturnAddress, read_bounce

MOST_BYTES = 10_000_000
"""A report is small; what is larger is cut off."""


@click.command()
@click.option("--recipient", help="The address that it came to. [default: as its headers say]")
@click.option("--forget", metavar="ADDRESS", help="Send to an address again that no mail reached.")
@click.pass_obj
def bounce(workplace: Workplace, recipient: str | None, forget: str | None) -> None:
    """Read a mail that came back from standard input: its notices go on another way.

    If there is nobody at its address, the address is used no more.

    For an alias of the mail server, as `duban-bounce: "|duban --config DIR bounce"`. What is no report of a message of
    ours, or only says that it is late or its reader away, is passed over with status 0, so that the server sends
    nothing back.
    """
    config = workplace.config()
    if forget is not None:
        _forget(workplace, config, forget)
        return
    found = read_bounce(sys.stdin.buffer.read(MOST_BYTES), recipient)
    digests = {digest for each in ours(config) for address in found.recipients if (digest := each.digest_in(address))}
    if not digests:
        click.echo("passed over: it came to no return address of ours")
        return
    if not found.for_good:
        click.echo(f"passed over: it does not say that the message failed for good: {found.reason}")
        return
    situation = workplace.situation()
    for digest in digests:
        with workplace.writing(config) as connection:
            said = bouncing.take_back(connection, situation, digest, found, workplace.clock.now())
        if said is None:
            click.echo(f"passed over: there is no message {digest}")
        elif not said.is_news:
            click.echo(f"passed over: message {said.delivery.row} is {said.delivery.state.value}")
        else:
            click.echo(f"message {said.delivery.row} to {masked(said.delivery.address)} came back: {found.reason}")


def ours(config: Config) -> list[ReturnAddress]:
    """The return addresses of all channels that have one."""
    mail = (each for each in config.settings.channels.values() if isinstance(each, SmtpSettings))
    return [each for each in map(return_address, mail) if each is not None]


def _forget(workplace: Workplace, config: Config, address: str) -> None:
    with workplace.writing(config) as connection:
        if not returned.forget(connection, address):
            fail(f"no mail came back from {address!r} or was refused for it; `duban status` lists such addresses")
    click.echo(f"{address} is used again")


COMMANDS = (bounce,)
