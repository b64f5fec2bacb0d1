"""Proving the ledger: the whole chain is looked through, from the first row to the last, archived ones among them.

Archived rows are not in the database. What is left of them there are runs (`archived_rows`): the numbers of the first
and the last row, the hash that the first one names as its predecessor's, and the hash of the last. So the chain goes on
over a run as over a row. That nobody made up a run to hide rows behind it is shown by the ledger itself: the entry that
was written in the transaction that took the rows out keeps their number and a hash over their runs. Where the file is
at hand its rows take the place of the runs, and the chain is proved row by row.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from heapq import merge
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from daemon.store.damage import Unreadable, rows_in_order
from daemon.store.ledger import BEGINNING, row_hash
from daemon.store.tables import archived_rows, ledger

ROWS_ARCHIVED = "ledger archived"
"""The kind of the entries that say that rows of the ledger were taken out into a file."""


class Run(NamedTuple):
    """Consecutive rows of the ledger that are in a file.

    Args:
        seq: the number of the first.
        previous: what the first names as the hash of the row before it.
        hash: of the last.
        archive: the number of the file.
        entry: the row of the ledger that says that they were taken out.
    """

    seq: int
    last: int
    previous: str
    hash: str
    archive: int
    entry: int


def verify(connection: Connection, at_hand: Mapping[int, Connection] | None = None) -> Iterator[str]:
    """Every place where the chain is broken, in words; nothing if it holds.

    Args:
        at_hand: the archives whose files are there, by number; the rows of others are passed over.
    """
    files = at_hand or {}
    chain = _Chain(files)
    links = [_runs(connection), _rows(connection), *map(_rows, files.values())]
    for link in merge(*links, key=lambda link: link.seq):
        yield from chain.over(link) if isinstance(link, Run) else chain.on(link)
        if chain.is_cut:
            return
    yield from chain.end()


def digest_of_runs(runs: Iterable[Run]) -> str:
    """What an entry keeps of the runs that it took out."""
    digest = hashlib.sha256()
    for run in runs:
        digest.update(_words(run))
    return digest.hexdigest()


def archived(connection: Connection) -> dict[int, int]:
    """How many rows of the ledger each archive has, by its number."""
    rows = func.sum(archived_rows.c.last - archived_rows.c.first + 1)
    counts = connection.execute(select(archived_rows.c.archive, rows).group_by(archived_rows.c.archive))
    return {archive: int(count) for archive, count in counts}


def run_with(connection: Connection, seq: int) -> Run | None:
    """The run in which an archived row is."""
    before = select(archived_rows).where(archived_rows.c.first <= seq)
    row = connection.execute(before.order_by(archived_rows.c.first.desc()).limit(1)).one_or_none()
    return Run(*row) if row is not None and seq <= row.last else None


class _Taken:
    """What an entry should say of the runs that it took out, as far as they were met."""

    def __init__(self) -> None:
        self.rows, self.runs, self.first = 0, hashlib.sha256(), 0

    def add(self, run: Run) -> None:
        self.first = self.first or run.seq
        self.rows += run.last - run.seq + 1
        self.runs.update(_words(run))


class _Chain:
    """Goes along the chain."""

    def __init__(self, at_hand: Collection[int]) -> None:
        self._at_hand = at_hand
        self._previous: str | None = BEGINNING
        """The hash of the row before; None if that cannot be read."""
        self._expected = 1
        self._last: Any = None
        self._taken: dict[int, _Taken] = {}
        self.is_cut = False
        """Whether nothing more can be read."""

    def on(self, row: Any) -> Iterator[str]:  # noqa: ANN401 - a row of the ledger
        """To the next row."""
        if isinstance(row, Unreadable):
            yield f"row {row.seq}{' and what follows it' if row.ends else ''} cannot be read: {row.why}"
            self._last, self._previous, self._expected, self.is_cut = None, None, row.seq + 1, row.ends
            return
        if self._last is not None and row.seq == self._last.seq:  # taken out of the database a moment later, or never
            if tuple(row) != tuple(self._last):
                yield f"row {row.seq} stands in an archive otherwise than in the ledger"
            return
        self._last = row
        yield from self._step(row.seq, row.previous)
        if not _is_sound(row) or row.hash != row_hash(row.previous, row.seq, row.at, row.kind, row.about, row.body):
            yield f"row {row.seq} was changed after it was written"
        elif row.kind == ROWS_ARCHIVED:
            yield from self._compare(row.seq, _object(row.body))
        self._previous, self._expected = row.hash, row.seq + 1

    def over(self, run: Run) -> Iterator[str]:
        """Over rows that are in a file; if it is at hand, they come by themselves."""
        self._taken.setdefault(run.entry, _Taken()).add(run)
        if run.archive not in self._at_hand:
            yield from self._step(run.seq, run.previous)
            self._previous, self._expected = run.hash, run.last + 1

    def end(self) -> Iterator[str]:
        """What should have come by now."""
        for taken in self._taken.values():
            yield f"row {taken.first} and others are said to be archived, but the ledger does not say so"

    def _step(self, seq: int, previous: str) -> Iterator[str]:
        if seq != self._expected:
            yield f"row {self._expected} is missing" if seq > self._expected else f"row {seq} is there twice"
        if self._previous is not None and previous != self._previous:
            yield f"row {seq} does not follow the row before it"

    def _compare(self, entry: int, said: Mapping[str, Any]) -> Iterator[str]:
        taken = self._taken.pop(entry, _Taken())
        if (taken.rows, taken.runs.hexdigest()) != (said.get("rows"), said.get("runs")):
            yield f"other rows are archived than row {entry} says"


def _object(body: str) -> Mapping[str, Any]:
    """What an entry says; nothing if it is none of ours."""
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _words(run: Run) -> bytes:
    return f"{run.seq} {run.last} {run.previous} {run.hash}\n".encode()


def _is_sound(row: Any) -> bool:  # noqa: ANN401 - a row of the ledger
    """Whether each value is of the sort that was written."""
    words = (row.previous, row.kind, row.about, row.body)
    return isinstance(row.at, datetime) and all(isinstance(each, str) for each in words)


def _rows(connection: Connection) -> Iterator[Any]:
    return rows_in_order(connection, ledger)


def _runs(connection: Connection) -> Iterator[Run | Unreadable]:
    for row in rows_in_order(connection, archived_rows):
        if isinstance(row, Unreadable):
            yield row._replace(why=f"what is left of it since it was archived: {row.why}")
        elif all(isinstance(each, int) for each in (row.last, row.archive, row.entry)):
            yield Run(*row)
        else:
            yield Unreadable(row.first, "what is left of it since it was archived is of another sort")
