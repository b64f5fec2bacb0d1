"""How fast what waits in the outbox is sent, beside the mail client alone with messages built beforehand.

Every enterprise has one monthly duty to be reminded of, by email. Measured is the whole way of each message from the
outbox: claimed, looked at once more, put into words, built, sent, recorded. The mail client alone sends one of these
messages again and again over as many connections to the same server, which takes everything at once, in the same run.
Alertmanager (of Debian, if it is installed) is given as many alerts, each a mail of its own, with its stock template.

    .venv/bin/python -m benchmarks.dispatch
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import repeat
from pathlib import Path

from aiohttp import ClientSession, TCPConnector
from aiosmtplib import SMTP

from benchmarks import alertmanager, morning
from benchmarks.measuring import QUICK, Figures, Row, best, main, measured
from benchmarks.morning import MORNING, PLANNED
from benchmarks.sink import gateway, sink
from config.loader import load
from daemon.channels import open_channels
from daemon.clock import VirtualClock
from daemon.engine import Engine
from daemon.memory import settle
from daemon.store.database import open_database
from notifiers.channel import Channel, Message
from notifiers.mail import compose_mail
from notifiers.smtp_session import SmtpSession

CONNECTIONS = 32
SENDER = "市安委办 <duban@example.com>"
BUDGET = ", budget: [2/minute, 5/hour, 10/day]"
NOTICES = 4
"""How many duties a message of several speaks of."""
DELAY = 0.02
"""Seconds that a relay takes to store a message."""


def rows() -> Iterator[Row]:
    """The figures of the table."""
    count = 2_000 if QUICK else 20_000
    with sink() as port:
        ours, sparing, digests, bare, peer = best(
            lambda: send(count, smtp(port)),
            lambda: send(count, smtp(port, BUDGET)),
            lambda: send(count // NOTICES, smtp(port), duties=NOTICES),
            lambda: measured("benchmarks.dispatch", "mail-client", port, count),
            lambda: alertmanager.measure(port, count),
        )
    yield Row(f"send {count:,} emails, {CONNECTIONS} connections", ours["rate"], bare["rate"], "messages/s", least=0.8)
    yield Row("  with a budget for each reader", sparing["rate"], bare["rate"], "messages/s", least=0.8)
    yield Row(f"  notices in messages of {NOTICES}", NOTICES * digests["rate"], bare["rate"], "notices/s", least=0.8)
    if peer:
        yield Row("  beside Alertmanager", ours["rate"], peer["rate"], "messages/s", least=3)
        yield Row("  CPU of a message, beside Alertmanager", ours["cpu"], peer["cpu"], "ms", most=0.2)
    yield Row("  first email after setting out", ours["first"], None, "s", most=0.25)
    with sink(DELAY) as port:
        slow, sessions = best(
            lambda: send(count, smtp(port)), lambda: measured("benchmarks.dispatch", "sessions", port, count)
        )
    yield Row("send to a relay that takes 20 ms", slow["rate"], CONNECTIONS / DELAY, "messages/s", least=0.85)
    yield Row("  its connections alone, one message", sessions["rate"], CONNECTIONS / DELAY, "messages/s")
    with gateway() as port:
        sms = (f"{{sms: {{kind: http-sms, url: 'http://127.0.0.1:{port}/', success: {{code: '0'}}, "
               f"connections: {CONNECTIONS}}}}}")  # fmt: skip
        texts, http = best(
            lambda: send(count, sms, "sms"), lambda: measured("benchmarks.dispatch", "http-client", port, count)
        )
    yield Row(f"send {count:,} SMS over HTTP", texts["rate"], http["rate"], "messages/s", least=0.6)


def smtp(port: int, more: str = "") -> str:
    """The channels of duban.yaml: mail to a port here."""
    return (
        f"{{email: {{kind: smtp, host: 127.0.0.1, port: {port}, tls: none, sender: {SENDER}, "
        f"connections: {CONNECTIONS}{more}}}}}"
    )


def send(count: int, channels: str, channel: str = "email", duties: int = 1) -> Figures:
    """What the daemon's engine reaches; every reader is told of so many duties in one message."""
    with tempfile.TemporaryDirectory() as scratch:
        morning.write(Path(scratch), count, channels, channel, duties)
        return measured("benchmarks.dispatch", "engine", scratch, channel)


def engine(place: str, name: str) -> Figures:
    """Send all that is due on one channel."""
    config = load(Path(place))
    settle()  # as the daemon does
    with closing(open_database(config)) as database:
        database.migrate()
        clock, channel = VirtualClock(PLANNED), First(open_channels(config)[name])
        here = Engine(config, database, {name: channel}, clock)
        here.decide(PLANNED)
        clock.set(MORNING)
        here.decide(MORNING)
        begun, busy = time.perf_counter(), os.times()
        sent = asyncio.run(dispatch(here, channel))
        seconds, spent = time.perf_counter() - begun, os.times()
        cpu = (spent.user + spent.system - busy.user - busy.system) / sent * 1e3
        return {"rate": sent / seconds, "cpu": cpu, "first": channel.first - begun}


async def dispatch(here: Engine, channel: Channel) -> int:
    sent = await here.dispatcher.dispatch()
    await channel.close()
    return sent


class First:
    """A channel that notes when its first message was taken."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.first = 0.0
        self.name, self.address = channel.name, channel.address
        self.connections, self.rate, self.close = channel.connections, channel.rate, channel.close

    async def send(self, message: Message) -> object:
        outcome = await self._channel.send(message)
        self.first = self.first or time.perf_counter()
        return outcome


def mail_client(port: str, count: str) -> Figures:
    """The mail client alone."""
    content, each = built(), int(count) // CONNECTIONS

    async def work() -> None:
        client = await connected(port)
        for number in range(each):
            await client.mail("duban@example.com")
            await client.rcpt(f"officer{number}@example.com")
            await client.data(content)
        await client.quit()

    return asyncio.run(timed([work() for _ in range(CONNECTIONS)], each * CONNECTIONS))


def sessions(port: str, count: str) -> Figures:
    """The daemon's own connections alone: nothing is claimed, put into words or written down."""
    content, each = built(), int(count) // CONNECTIONS

    async def work() -> None:
        client = await connected(port)
        await client.ehlo()
        session, until = SmtpSession(client, pipelining=True, utf8=True), asyncio.get_running_loop().time() + 600
        for number in range(each):
            assert await session.address("duban@example.com", f"officer{number}@example.com", until) is None
            assert (await session.hand_over(content, until)).code == 250
        await session.quit(until)

    return asyncio.run(timed([work() for _ in range(CONNECTIONS)], each * CONNECTIONS))


def built() -> bytes:
    """A message as the daemon sends them."""
    message = Message(
        "<a@example.com>",
        "li@example.com",
        "李敏",
        "提醒",
        "内" * 300,
        ("容" * 2_400).encode(),
        ("a/b/c",),
        None,
        MORNING,
    )
    return compose_mail(message, SENDER)


async def connected(port: str) -> SMTP:
    """The mail client, connected."""
    client = SMTP(hostname="127.0.0.1", port=int(port), use_tls=False, start_tls=False)
    await client.connect()
    return client


def http_client(port: str, count: str) -> Figures:
    """The HTTP client alone; like ours it uses no connection twice."""

    async def post(session: ClientSession, some: int) -> None:
        for _ in repeat(None, some):
            body = {"mobile": "13800000001", "text": "提" * 60}
            async with session.post(f"http://127.0.0.1:{port}/", json=body) as answer:
                assert (await answer.json())["code"] == "0"

    async def work() -> Figures:
        async with ClientSession(connector=TCPConnector(force_close=True)) as session:
            each = int(count) // CONNECTIONS
            return await timed([post(session, each) for _ in range(CONNECTIONS)], each * CONNECTIONS)

    return asyncio.run(work())


async def timed(work: list, count: int) -> Figures:
    begun = time.perf_counter()
    await asyncio.gather(*work)
    return {"rate": count / (time.perf_counter() - begun)}


if __name__ == "__main__":
    measures = {"engine": engine, "mail-client": mail_client, "sessions": sessions, "http-client": http_client}
    sys.exit(main(rows, measures))
