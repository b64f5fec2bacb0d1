"""An SMTP server that takes everything at once, in a process of its own: what a sender is measured against."""

import asyncio
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

_END = b"\r\n.\r\n"
_REPLIES = {b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250 SMTPUTF8", b"DATA": b"354 go on", b"QUIT": b"221 bye"}


class Sink(asyncio.Protocol):
    """One connection. A message is taken after `delay` seconds, as by a relay that stores it; all else at once."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._rest = b""
        self._in_message = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say(b"220 sink")

    def data_received(self, data: bytes) -> None:
        self._rest += data
        replies = bytearray()
        while (reply := self._take()) is not None:
            replies += reply + b"\r\n" if reply else b""
        if replies:
            self._transport.write(replies)  # as real servers do: what was asked together is answered together

    def _take(self) -> bytes | None:
        """The reply to the next command or message; None if there is no whole one yet."""
        end = _END if self._in_message else b"\r\n"
        found = self._rest.find(end)
        if found < 0:
            return None
        line, self._rest = self._rest[:found], self._rest[found + len(end) :]
        if self._in_message and self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._say, b"250 ok")
        verb = b"." if self._in_message else line[:4].upper()
        late = verb == b"." and self._delay
        self._in_message = verb == b"DATA"
        return b"" if late else _REPLIES.get(verb, b"250 ok")

    def _say(self, reply: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(reply + b"\r\n")


async def _serve(listening: socket.socket, delay: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Sink(delay), sock=listening)
    await server.serve_forever()


def _run(ready: Connection, delay: float) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio forgets it for such a socket
    ready.send(listening.getsockname()[1])
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(listening, delay))


@contextmanager
def sink(delay: float = 0.0) -> Iterator[int]:
    """The port of a running sink."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_run, args=(there, delay), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()
