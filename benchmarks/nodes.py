"""How much faster two and four nodes send than one, on one PostgreSQL database.

Each node is a real daemon with two connections. A real SMTP server takes 100 ms for each of 2,000 messages, as relays
do; there is one message for each notice. Counted is the time from the first message to the last. The exit status is 1
if anybody is told twice or not at all.

    .venv/bin/python -m benchmarks.nodes
"""

import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.daemon.cities import write_accidents
from tests.daemon.peers import Daemon, MailServer, wait_for
from tests.postgres import PostgresServer

COUNT = 2_000
DELAY = 0.1
NODES = (1, 2, 4)


def main() -> int:
    with PostgresServer() as server:
        rates = {nodes: messages_a_second(server, nodes) for nodes in NODES}
    for nodes, rate in rates.items():
        print(f"{nodes} node{'s' if nodes > 1 else ' '}  {rate:7.1f} messages/s  {rate / rates[1]:5.2f} × one node")
    return 0


def messages_a_second(server: PostgresServer, nodes: int) -> float:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(server.database())
        mail = stack.enter_context(MailServer(delay=DELAY))
        write_accidents(directory, mail.port, 1, COUNT, url)
        policy = directory / "policies" / "at-once.yaml"
        policy.write_text(policy.read_text(encoding="utf-8").replace("[email, sms]", "[email]"), encoding="utf-8")
        daemons = [stack.enter_context(Daemon(directory, f"node-{number}")) for number in range(nodes)]
        wait_for(lambda: bool(mail.accepted), "the first message", 300)
        begin = time.monotonic()
        wait_for(lambda: len(mail.accepted) >= COUNT, "every message", 600)
        seconds = time.monotonic() - begin
        for daemon in daemons:
            daemon.stop()
    if len(mail.accepted) != COUNT or len({to for to, _ in mail.accepted}) != COUNT:
        sys.exit(f"{nodes} nodes: {COUNT} people, {len(mail.accepted)} messages")
    return COUNT / seconds


if __name__ == "__main__":
    sys.exit(main())
