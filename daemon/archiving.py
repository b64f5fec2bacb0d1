"""Archiving: what belongs to tasks that ended years ago goes out of the database into a file of its own.

What stays, and why that is enough:

- The tasks' own rows and what people said of them (`facts`) stay, and are copied into the file. They are a twentieth of
  all that is kept, and they are what planning and reading ask of an ended task: whether it is there (else it would be
  planned anew), when it was closed or confirmed (what follows it), to which day it was extended.
- Of its notices, planning asks one thing: when its ladder first reached each stage, since duties start by that. So
  much of them stays (`archived_stages`). All else (who was told, which message answers to which, which deadlines it had
  before) is only asked of tasks that are open, or may be so again.
- Therefore only tasks are taken whose state none leaves: closed and waived. A withdrawn task stands again when its
  organization or event comes back, and then it counts who was told what.
- Of their rows of the ledger, runs stay, by which its chain goes on (`daemon.store.proving`).

A year may be archived when another whole year lies between it and this one. Nothing that the daemon does by itself
reaches back so far: messages are given up after days, receipts are awaited for a week, bounces come within days. And
until then people look back: a year is reported on, and objected to, in the year after it. Whether anything of a task
still waits is looked at besides, task by task.

Everything happens in small transactions, each of which is whole by itself: what it is about is read, written into the
file, committed there and read back, then taken out of the database and noted in the ledger, and committed here. Nobody
else writes in between. So at every moment each row is here or, on the disk, there; killed at the worst one it is in
both, and is written over there when archiving begins anew.
"""

import json
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from daemon.ledger_heads import state_directory
from daemon.store import archive_file, archives, facts, ledger
from daemon.store.archive_file import ArchiveFile, Seal
from daemon.store.archives import Archive
from daemon.store.database import Database
from daemon.store.errors import ArchiveError
from daemon.store.ledger import Entry, row_hash
from daemon.store.proving import ROWS_ARCHIVED, digest_of_runs
from daemon.store.tables import ledger as ledger_table
from obligations.deadlines import local_moment

PAUSE = 0.15
"""Seconds between two transactions; whoever waits to write has looked again by then."""
COMPLETE = "archive complete"
"""The kind of the entry that ends an archiving."""


def refuse_if_recent(year: int, today: date) -> None:
    """Refuse a year of which something may still be needed.

    Raises:
        ArchiveError: it is this year, the one before, or lies ahead.
    """
    last = today.year - 2
    if year > last:
        raise ArchiveError(
            f"{year} is too recent: messages, receipts and objections of it may still come; {last} is the last year "
            "that can be archived now"
        )


def default_file(database: Database, directory: Path, year: int) -> Path:
    """Where the archive of a year is written: beside the database, or where what a node keeps is.

    Args:
        directory: the config directory.
    """
    place = database.path.parent if database.path is not None else state_directory(directory)
    return place / f"duban-archive-{year}.db"


def breathe() -> None:
    """Let others write."""
    time.sleep(PAUSE)


@dataclass(frozen=True, slots=True)
class Archiving:
    """Takes the tasks that ended by the end of a year out into a file.

    Args:
        zone: where years begin and end.
        now: the present moment, in UTC.
        between: is called between two transactions.
        tasks: how many are taken in one transaction.
        rows: of the ledger, how many are looked at in one transaction.
    """

    database: Database
    file: Path
    year: int
    zone: ZoneInfo
    now: Callable[[], datetime]
    between: Callable[[], None] = breathe
    tasks: int = 100
    rows: int = 2_500

    def run(self) -> Archive | None:
        """Archive everything; what was broken off goes on. None if there is nothing, and the file is not begun.

        Raises:
            ArchiveError: the file is another, is gone, or cannot be written; or the ledger is broken.
        """
        if not self.file.exists() and not self._may_create():
            return None
        with archive_file.reading(self.file) as there:
            token, is_empty = archive_file.token_of(there), archives.is_empty(there)
        with self.database.write() as connection:
            archive = self._begin(connection, token, is_empty=is_empty)
        if archive is not None:
            with closing(ArchiveFile(self.file)) as file:
                self._take(lambda connection, last: self._take_tasks(connection, archive, file, last))
                self._take(lambda connection, last: self._take_rows(connection, archive, file, last))
            self._complete(archive)
        with self.database.read() as connection:
            return archives.find(connection, token)

    def _may_create(self) -> bool:
        """Make the file, if anything is to go into it."""
        with self.database.read() as connection:
            lost = [each for each in archives.listed(connection) if each.file == self.file.absolute() and each.tasks]
            found = archives.ended_before(connection, self._end_of_year(), 0, 1)
        if lost:
            raise ArchiveError(
                f"{self.file} is gone, into which {lost[0].tasks:,} tasks went; put it back, or name another file"
            )
        if found:
            archive_file.create(self.file)
        return bool(found)

    def _begin(self, connection: Connection, token: str, *, is_empty: bool) -> Archive | None:
        """Note in the ledger that the file is being written; None if it is complete, and nothing more goes into it."""
        known = archives.find(connection, token)
        if known is None and not is_empty:
            raise ArchiveError(
                f"{self.file} is the archive of another database, or of this one before it was restored; name another"
            )
        archive = archives.begin(connection, token, self.year, self.file.absolute())
        more = archives.ended_before(connection, self._end_of_year(), 0, 1)
        if not more and last_seal(connection, archive) is not None:
            return None
        ledger.append(connection, self.now(), [self._entry(archive, "archiving begun")])
        return archive

    def _end_of_year(self) -> datetime:
        return local_moment(date(self.year + 1, 1, 1), self.zone)

    def _take(self, take_some: Callable[[Connection, int], int | None]) -> None:
        """Go on, one transaction after the other, until there is nothing more."""
        last: int | None = 0
        while last is not None:
            with self.database.write() as connection:
                last = take_some(connection, last)
            if last is not None:
                self.between()

    def _take_tasks(self, connection: Connection, archive: Archive, file: ArchiveFile, after: int) -> int | None:
        """Take a few tasks out; gives the row of the last one, None if there are no more."""
        rows = [row for row, _ in archives.ended_before(connection, self._end_of_year(), after, self.tasks)]
        if not rows:
            return None
        parts = archives.belongings(connection, rows)
        file.put(parts, {"titles": facts.recall(connection, "titles") or "{}"})
        taken = archives.take_out(connection, archive, parts)
        ledger.append(connection, self.now(), [self._entry(archive, "tasks archived", **taken)])
        return rows[-1] if len(rows) == self.tasks else None

    def _take_rows(self, connection: Connection, archive: Archive, file: ArchiveFile, after: int) -> int | None:
        """Take a few rows of the ledger out; gives the last one that was looked at, None if there are no more."""
        looked_at = archives.window(connection, after, self.rows)
        if not looked_at:
            return None
        subjects = {row.about for row in looked_at}
        gone = archives.about_archived(connection, archive, subjects)
        with file.database.read() as there:
            gone |= archives.about_gone(connection, there, subjects)
        rows = [row for row in looked_at if row.about in gone]
        if rows:
            _refuse_if_broken(rows)
            numbers = [row.seq for row in rows]
            file.put([archives.part(connection, ledger_table.c.seq, numbers)])
            runs = list(archives.runs_of(rows, archive, _next_row(connection)))
            archives.take_out_rows(connection, archive, runs, numbers)
            said = {"rows": len(rows), "runs": digest_of_runs(runs)}
            ledger.append(connection, self.now(), [self._entry(archive, ROWS_ARCHIVED, **said)])
        return int(looked_at[-1].seq) if len(looked_at) == self.rows else None

    def _complete(self, archive: Archive) -> None:
        """Say in the ledger what is in the file now, if that was not said yet."""
        sealed = archive_file.seal(self.file)
        with self.database.write() as connection:
            if sealed != last_seal(connection, archive):
                ledger.append(connection, self.now(), [self._entry(archive, COMPLETE, **sealed._asdict())])

    def _entry(self, archive: Archive, kind: str, **said: object) -> Entry:
        return Entry(kind, _about(archive), {"year": archive.year, "file": self.file.name, **said})


def last_seal(connection: Connection, archive: Archive) -> Seal | None:
    """What the ledger says is in a complete archive; None if it is not complete."""
    said = ledger.about(connection, _about(archive))
    if not said or said[-1].kind != COMPLETE:
        return None
    body = json.loads(said[-1].body)
    return Seal(body["rows"], body["sha256"], body["contents"])


def _about(archive: Archive) -> str:
    return f"archive {archive.id}"


def _next_row(connection: Connection) -> int:
    """The number that the next row of the ledger will have."""
    last = ledger.end(connection)
    return last[0] + 1 if last is not None else 1


def _refuse_if_broken(rows: Iterable[Row[Any]]) -> None:
    for row in rows:
        if row.hash != row_hash(row.previous, row.seq, row.at, row.kind, row.about, row.body):
            raise ArchiveError(
                f"row {row.seq} of the ledger was changed after it was written; neither it nor what follows is "
                "archived (`duban ledger verify` looks through the whole)"
            )
