"""Real peers for the daemon: an SMTP server and an HTTP gateway on this machine, and the daemon as a process."""

import asyncio
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Container, Coroutine
from contextlib import closing
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Self, TypeVar

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

T = TypeVar("T")


class LoopThread:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def run(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def stop(self) -> None:
        self.run(self._cancel_the_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _cancel_the_rest(self) -> None:
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


@dataclass
class MailServer:
    """An SMTP server that takes a while for each message and remembers what it accepted.

    Args:
        breaks_off: the numbers of the messages, counted from 1, that it accepts without a word, and hangs up.
        refuses: whether it tells everybody to come back later.
    """

    delay: float = 0.0
    breaks_off: Container[int] = ()
    refuses: bool = False
    hung_up: int = 0
    accepted: list[tuple[str, str]] = field(default_factory=list)
    """Recipient and Message-ID of each message, in order."""
    notices: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]  # noqa: ARG002 - aiosmtpd's
    ) -> str:  # fmt: skip
        if self.refuses:
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 go on"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content)
        self.accepted.append((envelope.rcpt_tos[0], str(message["Message-ID"])))
        number = len(self.accepted)
        self.notices += str(message["X-Duban-Notice"]).replace("\r\n", "").replace(" ", "").split(",")
        await asyncio.sleep(self.delay)
        if number in self.breaks_off:
            assert server.transport is not None
            server.transport.close()
            self.hung_up += 1
        return "250 taken"

    def __enter__(self) -> Self:
        self._loop = LoopThread()
        self._server = self._loop.run(self._start())
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def _start(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0)

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._close())
        self._loop.stop()

    async def _close(self) -> None:
        self._server.close()


@dataclass
class SmsGateway:
    """An HTTP gateway that takes a while for each request and remembers what it accepted."""

    delay: float = 0.0
    accepted: list[tuple[str, str]] = field(default_factory=list)

    async def _take(self, request: web.Request) -> web.Response:
        body = json.loads(await request.text())
        self.accepted.append((body["mobile"], body["id"]))
        await asyncio.sleep(self.delay)
        return web.json_response({"code": "0"})

    def __enter__(self) -> Self:
        self._loop = LoopThread()
        self.port = self._loop.run(self._start())
        return self

    async def _start(self) -> int:
        application = web.Application()
        application.router.add_post("/send", self._take)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port: int = self._runner.addresses[0][1]
        return port

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._runner.cleanup())
        self._loop.stop()


class Daemon:
    """`duban run` on one config directory."""

    def __init__(self, directory: Path, name: str = "daemon", clock: Path | None = None) -> None:
        """Start it.

        Args:
            clock: the file by which `set_clock` sets the wall clock that it lives under.
        """
        executable = [Path(sys.executable).parent / "duban"]
        self._program = executable if clock is None else [sys.executable, "-m", "tests.daemon.set_clock", clock]
        self._directory = directory
        self._log = directory / f"{name}.log"
        self._start()

    def _start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._program, "--config", self._directory, "run"],
                stderr=log,
                stdout=log,
                env={**os.environ, "TZ": "UTC"},
            )

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def restart(self) -> None:
        self._start()

    def stop(self) -> int:
        """SIGTERM; gives the exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(40)

    def limit(self, what: int, soft: int) -> int:
        """Set a limit of the process while it runs; gives the former one."""
        former, hard = resource.prlimit(self._process.pid, what)
        resource.prlimit(self._process.pid, what, (soft, hard))
        return former

    def runs(self) -> bool:
        return self._process.poll() is None

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.kill()


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait until something holds; a machine under load gets its time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.02)


def repeated(accepted: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """What was accepted more than once, and how often more."""
    return {each: count - 1 for each, count in Counter(accepted).items() if count > 1}


def waiting(directory: Path) -> int:
    """How many deliveries are still to be tried."""
    with closing(sqlite3.connect(directory / "duban.db")) as database:
        return int(database.execute("SELECT count(*) FROM deliveries WHERE next_attempt_at IS NOT NULL").fetchone()[0])
