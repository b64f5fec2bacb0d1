"""Who may log in to a mail server in tests: a peer that Postfix asks in Dovecot's protocol of authentication."""

import socketserver
import threading
from base64 import b64decode
from typing import Self

USERNAME, PASSWORD = "duban", "秘密 with spaces"
"""Who may, and by what."""
_GREETING = "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t{0:032x}\nDONE\n"


class _Asked(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say(_GREETING.format(1))
        for line in self.rfile:
            match line.decode().rstrip("\n").split("\t"):
                case ["AUTH", number, _, *options]:
                    given = next((each[5:] for each in options if each.startswith("resp=")), "")
                    _, username, password = b64decode(given).decode().split("\0")
                    right = (username, password) == (USERNAME, PASSWORD)
                    self._say(f"{'OK' if right else 'FAIL'}\t{number}\tuser={username}\n")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class Passwords:
    """Answers on a port here, as long as it is entered."""

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Asked)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
