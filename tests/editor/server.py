"""The YAML language server that editors use, spoken to over its standard streams (LSP, JSON-RPC 2.0)."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

PATIENCE = 60
"""Seconds without a word after which the server counts as dead."""
_SETTINGS = {"yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}}
_ERROR, _WARNING = 1, 2

Message = dict[str, Any]


class Diagnostic(NamedTuple):
    """What the server finds wrong; lines and columns count from 1, as ours do."""

    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an open file; line and column count from 1."""

    path: Path
    line: int
    column: int

    @property
    def parameters(self) -> Message:
        """The place in the protocol's terms."""
        return {
            "textDocument": {"uri": self.path.as_uri()},
            "position": {"line": self.line - 1, "character": self.column - 1},
        }


class LanguageServer:
    """A running server; leave it with `with`."""

    def __init__(self, program: Path, workspace: Path) -> None:
        self._process = subprocess.Popen(
            ["node", str(program), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=workspace
        )
        self._workspace = workspace
        self._arrived: Queue[Message | None] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._sent = 0
        self._versions: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._reader.start()
        capabilities = {
            "textDocument": {
                "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
                "hover": {"contentFormat": ["markdown"]},
                "publishDiagnostics": {"versionSupport": True},
            }
        }
        root = self._workspace.as_uri()
        self.request("initialize", {"processId": None, "rootUri": root, "capabilities": capabilities})
        self._notify("initialized", {})
        self._notify("workspace/didChangeConfiguration", {"settings": _SETTINGS})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def check(self, path: Path, text: str) -> list[Diagnostic]:
        """Open a file with this text, or change its text, and wait for what the server says of it."""
        uri = path.as_uri()
        version = self._versions[uri] = self._versions.get(uri, 0) + 1
        if version == 1:
            document = {"uri": uri, "languageId": "yaml", "version": version, "text": text}
            self._notify("textDocument/didOpen", {"textDocument": document})
        else:
            change = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]}
            self._notify("textDocument/didChange", change)
        for message in self._messages():
            found = message.get("params", {})
            if message.get("method") == "textDocument/publishDiagnostics" and found["uri"] == uri:
                return [_diagnostic(each) for each in found["diagnostics"]]
        raise AssertionError("the server ended")

    def completions(self, cursor: Cursor) -> dict[str, str]:
        """The words that are offered at a place, each with what is said of it."""
        items = self.request("textDocument/completion", cursor.parameters)["items"]
        return {item["label"]: _text(item.get("documentation") or "") for item in items}

    def hover(self, cursor: Cursor) -> str:
        """What is shown of the word at a place, in Markdown."""
        shown = self.request("textDocument/hover", cursor.parameters)
        return str(shown["contents"]["value"]) if shown else ""

    def request(self, method: str, parameters: Message) -> Any:
        """Ask and wait for the answer."""
        self._sent += 1
        number = self._sent
        self._send({"id": number, "method": method, "params": parameters})
        for message in self._messages():
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]
        raise AssertionError("the server ended")

    def _notify(self, method: str, parameters: Message) -> None:
        self._send({"method": method, "params": parameters})

    def _messages(self) -> Iterator[Message]:
        """What arrives, one by one; what the server asks of an editor is answered with nothing."""
        while (message := self._next()) is not None:
            if "id" in message and "method" in message:
                self._send({"id": message["id"], "result": None})
            else:
                yield message

    def _next(self) -> Message | None:
        try:
            return self._arrived.get(timeout=PATIENCE)
        except Empty as error:
            raise AssertionError("the server says nothing") from error

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while (length := _length(self._process.stdout)) is not None:
            self._arrived.put(json.loads(self._process.stdout.read(length)))
        self._arrived.put(None)


def _length(stream: IO[bytes]) -> int | None:
    """The length of the next message, out of its header; None at the end."""
    length = None
    while (line := stream.readline()) not in {b"\r\n", b""}:
        name, _, value = line.decode().partition(":")
        if name.lower() == "content-length":
            length = int(value)
    return length


def _diagnostic(found: Message) -> Diagnostic:
    start = found["range"]["start"]
    return Diagnostic(start["line"] + 1, start["character"] + 1, found["message"])


def _text(documentation: str | Message) -> str:
    return documentation if isinstance(documentation, str) else str(documentation["value"])
