"""Servers that take everything, each in a process of its own: what senders are measured against."""

import asyncio
import multiprocessing
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection

_END = b"\r\n.\r\n"
_REPLIES = {b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250 SMTPUTF8", b"DATA": b"354 go on", b"QUIT": b"221 bye"}

Protocol = Callable[[], asyncio.Protocol]


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


class Gateway(asyncio.Protocol):
    """One connection of an SMS gateway (HTTP/1.1) that takes everything at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        self._rest += data
        head, end, body = self._rest.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        if end and len(body) >= length:
            self._rest = body[length:]
            answer = b'{"code": "0"}'
            kind = b"Content-Type: application/json\r\n"
            self._transport.write(b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (kind, len(answer), answer))


async def _serve(listening: socket.socket, protocol: Protocol) -> None:
    server = await asyncio.get_running_loop().create_server(protocol, sock=listening, backlog=4096)
    await server.serve_forever()


def _run(ready: Connection, protocol: Protocol) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio forgets it for such a socket
    ready.send(listening.getsockname()[1])
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(listening, protocol))


@contextmanager
def _running(protocol: Protocol) -> Iterator[int]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_run, args=(there, protocol), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def sink(delay: float = 0.0) -> AbstractContextManager[int]:
    """The port of a running mail server."""
    return _running(partial(Sink, delay))


def gateway() -> AbstractContextManager[int]:
    """The port of a running SMS gateway."""
    return _running(Gateway)
