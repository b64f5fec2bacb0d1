"""Heads of the ledger, kept in a file outside the database, so that a ledger whose end was cut off is found out.

A chain of hashes shows every row that was changed, taken out or put elsewhere, but not that its last rows are gone. So
the daemon adds a line with the last row's number and hash to `<database>.heads`, once a day and when it stops; for a
PostgreSQL database each node does, in the service's state directory or else in the config directory. Whoever
keeps copies of this file elsewhere can show later that nothing before was rewritten.
"""

import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from daemon.store import ledger, proving
from daemon.store.database import Database

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the ledger at an instant (UTC): the last row's number and hash."""

    at: datetime
    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.seq} {self.hash}"


class HeadsError(ValueError):
    """A line of the file of heads is none."""


def heads_file(database: Database, directory: Path) -> Path | None:
    """Where the heads of a database's ledger are kept; None for one in memory.

    Args:
        directory: the config directory.
    """
    if database.is_shared:
        return state_directory(directory) / "duban.heads"
    return Path(f"{database.path}.heads") if database.path is not None else None


def state_directory(directory: Path) -> Path:
    """Where a node of a shared database keeps what is its own: the service's state directory, else the config's."""
    return Path(os.environ.get("STATE_DIRECTORY") or directory)


def write_head(connection: Connection, path: Path, now: datetime) -> None:
    """Add the present head to the file; nothing while the ledger is empty."""
    end = ledger.end(connection)
    if end is not None:
        with path.open("a", encoding="ascii") as file:
            file.write(f"{Head(now, *end)}\n")


class DailyHeads:
    """Writes the head on the first wake-up of each day and when the daemon stops."""

    def __init__(self, database: Database, directory: Path) -> None:
        self._path = heads_file(database, directory)
        self._written_on: date | None = None

    def write(self, connection: Connection, now: datetime, today: date, *, last: bool = False) -> None:
        """Write the head, if it is the day's first or the daemon's last."""
        if self._path is None or (not last and self._written_on == today):
            return
        self._written_on = today
        try:
            write_head(connection, self._path, now)
        except OSError as error:
            logger.error("the ledger's head is not kept: %s", error)  # noqa: TRY400 - told whole


def read_heads(path: Path) -> list[Head]:
    """The heads in a file, in order.

    Raises:
        HeadsError: a line is no head; the message names it.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="ascii", errors="replace").splitlines(), start=1):
        words = line.split()
        try:
            at, seq, digest = words
            found.append(Head(datetime.fromisoformat(at), int(seq), digest))
        except ValueError as error:
            raise HeadsError(f"{path}:{number}:1: {line!r} is no head of a ledger") from error
    return found


def missing_heads(connection: Connection, heads: list[Head], at_hand: Iterable[Connection] = ()) -> Iterator[str]:
    """Every head that the ledger no longer has, in words; those among archived rows are passed over.

    Args:
        at_hand: archives whose rows are looked at too.
    """
    numbers = [head.seq for head in heads]
    hashes = ledger.hashes(connection, numbers)
    for file in at_hand:
        hashes |= ledger.hashes(file, numbers)
    for head in heads:
        found = hashes.get(head.seq)
        if found is None and (run := proving.run_with(connection, head.seq)) is not None:
            if run.last != head.seq:
                continue
            found = run.hash
        if found is None:
            yield f"row {head.seq}, the last one at {head.at.isoformat()}, is gone: the ledger was cut off"
        elif found != head.hash:
            yield f"row {head.seq} is another than it was at {head.at.isoformat()}: the ledger was rewritten"
