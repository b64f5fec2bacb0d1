"""Archives at hand: files that were named, or that are still where they were written, opened to be read."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from daemon.archiving import last_seal
from daemon.store import archive_file, archives, proving
from daemon.store.archives import Archive
from daemon.store.errors import ArchiveError


class Place(NamedTuple):
    """Where an archived task's past is.

    Args:
        file: where the file is, or was when it was written.
        connection: to the file; None if it is not there.
    """

    file: Path
    connection: Connection | None


@contextmanager
def archive_of_task(connection: Connection, task: str, named: Path | None = None) -> Iterator[Place | None]:
    """Where a task's past is; None if it is not archived.

    Args:
        named: the file, where the database does not know its place.

    Raises:
        ArchiveError: the file cannot be read, or is another.
    """
    archive = archives.of_task(connection, task)
    if archive is None:
        yield None
        return
    file = named or archive.file
    if named is None and not file.is_file():
        yield Place(file, None)
        return
    with archive_file.reading(file) as there:
        if archive_file.token_of(there) != archive.token:
            raise ArchiveError(f"{file} is another archive; {task} went into {archive.file}")
        yield Place(file, there)


@contextmanager
def archives_at_hand(connection: Connection, files: Sequence[Path]) -> Iterator[dict[int, Connection]]:
    """Connections to some files, by the number of each archive.

    Raises:
        ArchiveError: a file cannot be read, or is no archive of this database.
    """
    with ExitStack() as stack:
        opened: dict[int, Connection] = {}
        for file in files:
            there = stack.enter_context(archive_file.reading(file))
            opened[_archive_in(connection, there, file).id] = there
        yield opened


def changed_archives(connection: Connection, files: Sequence[Path]) -> Iterator[str]:
    """The files in which something is other than the ledger says, in words."""
    for file in files:
        with archive_file.reading(file) as there:
            archive = _archive_in(connection, there, file)
        sealed = last_seal(connection, archive)
        if sealed is not None and sealed != archive_file.seal(file):
            yield f"{file} was changed after it was complete"


def unfinished_archives(connection: Connection) -> Iterator[Archive]:
    """The archives whose writing was broken off."""
    return (each for each in archives.listed(connection) if last_seal(connection, each) is None)


def not_looked_at(connection: Connection, at_hand: Sequence[int]) -> Iterator[tuple[int, Path]]:
    """How many rows of the ledger are in each archive that is not at hand."""
    rows = proving.archived(connection)
    for each in archives.listed(connection):
        if each.id in rows and each.id not in at_hand:
            yield rows[each.id], each.file


def _archive_in(connection: Connection, there: Connection, file: Path) -> Archive:
    found = archives.find(connection, archive_file.token_of(there))
    if found is None:
        raise ArchiveError(f"{file} is the archive of another database")
    return found
