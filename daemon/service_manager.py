"""The service manager: what systemd is told of the daemon (sd_notify)."""

import os
import socket
from contextlib import suppress


def tell_systemd(state: str) -> None:
    """Tell the service manager where we are, as `READY=1`; nothing where there is none."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
