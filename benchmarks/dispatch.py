"""How fast what is due is decided and sent, beside the mail client alone with messages built beforehand.

So many enterprises each have something to report at once, by mail. Measured are deciding (notices a second into the
outbox) and the whole way of each message from there: claimed, looked at once more, put into words, built, sent,
recorded. The mail client sends as many messages over as many connections to the same server, which takes everything at
once, in the same run.

    .venv/bin/python -m benchmarks.dispatch [MESSAGES] [CONNECTIONS]
"""

import asyncio
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from aiosmtplib import SMTP

from benchmarks.sink import sink
from config.loader import load
from daemon.channels import open_channels
from daemon.clock import SystemClock
from daemon.engine import Engine
from daemon.store.database import open_database
from notifiers.channel import Channel
from tests.daemon.cities import write_accidents


async def alone(port: int, count: int, connections: int, content: bytes) -> float:
    """Messages a second of the mail client alone."""

    async def send(messages: int) -> None:
        client = SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
        await client.connect()
        for number in range(messages):
            await client.mail("duban@example.com")
            await client.rcpt(f"officer{number}@example.com")
            await client.data(content)
        await client.quit()

    begin = time.perf_counter()
    await asyncio.gather(*(send(count // connections) for _ in range(connections)))
    return count / (time.perf_counter() - begin)


async def ours(engine: Engine, channel: Channel, count: int) -> float:
    """Messages a second of the dispatcher."""
    begin = time.perf_counter()
    sent = await engine.dispatcher.dispatch()
    seconds = time.perf_counter() - begin
    await channel.close()
    if sent != count:
        sys.exit(f"{count} messages, {sent} sent")
    return count / seconds


def main() -> int:
    count, connections = (int(sys.argv[1]) if sys.argv[1:] else 10_000), (int(sys.argv[2]) if sys.argv[2:] else 8)
    with tempfile.TemporaryDirectory() as directory, sink() as port:
        place = Path(directory)
        write_accidents(place, port, 1, count)
        for file, old, new in (
            ("policies/at-once.yaml", "[email, sms]", "[email]"),
            ("duban.yaml", "connections: 2}\n  sms", f"connections: {connections}}}\n  sms"),
        ):
            path = place / file
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        config = load(place)
        with closing(open_database(config)) as database:
            database.migrate()
            channel = open_channels(config)["email"]
            engine = Engine(config, database, {"email": channel}, SystemClock(), "here")
            begin = time.perf_counter()
            decided = engine.decide(engine.now())
            deciding = time.perf_counter() - begin
            rate = asyncio.run(ours(engine, channel, count))
        bare = asyncio.run(alone(port, count, connections, b"x" * 76 + b"\r\n" * 60))
    print(f"decided, added included  {decided / deciding:8.0f} notices/s")
    print(f"sent                     {rate:8.0f} messages/s")
    print(f"mail client alone        {bare:8.0f} messages/s, {rate / bare:.2f} of it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
