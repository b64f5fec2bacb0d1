"""A ledger in which a bit has flipped, by decay or by hand: what is broken is said, whatever became of it."""

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from daemon.backups import BackupError, back_up
from daemon.store import ledger, proving
from daemon.store.database import Database
from daemon.store.ledger import Entry

NOW = datetime(2026, 9, 18, 6, 20, tzinfo=UTC)
ROWS = 4
TEXTS = ("kind", "about", "body", "previous", "hash")
USED_AGAIN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


class EnoughError(Exception):
    """Enough was read."""


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A file with a short ledger in it, and nothing beside it."""
    path = tmp_path / "duban.db"
    with closing(Database(f"sqlite:///{path}")) as database:
        database.migrate()
        with database.write() as connection:
            for number in range(ROWS):
                ledger.append(connection, NOW, [Entry("done", f"任务-{number}", {"by": "李敏", "number": number})])
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = DELETE")
    return path


def faults(path: Path) -> list[str]:
    found: list[str] = []
    with closing(Database(f"sqlite:///{path}")) as database, suppress(EnoughError), database.read() as connection:
        found += proving.verify(connection)
        raise EnoughError  # SQLite does not commit, not even reading, where a page is none
    return found


def tamper(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(sql, values)


@USED_AGAIN
@given(seq=st.integers(1, ROWS), column=st.sampled_from(TEXTS), place=st.integers(0), bit=st.integers(0, 7))
@example(seq=2, column="body", place=3, bit=7)  # no UTF-8 any more
def test_a_flipped_bit_of_a_text_is_said_with_its_row(kept: Path, seq: int, column: str, place: int, bit: int) -> None:
    with closing(sqlite3.connect(kept)) as file:
        query = f"SELECT CAST({column} AS BLOB) FROM ledger WHERE seq = ?"  # noqa: S608 - a name from above
        before = bytes(file.execute(query, (seq,)).fetchone()[0])
    after = bytearray(before)
    after[place % len(after)] ^= 1 << bit
    write = f"UPDATE ledger SET {column} = CAST(? AS TEXT) WHERE seq = ?"  # noqa: S608 - a name from above
    tamper(kept, write, bytes(after), seq)
    try:
        assert any(f"row {seq} " in each for each in faults(kept))
    finally:
        tamper(kept, write, before, seq)
    assert faults(kept) == []


@USED_AGAIN
@given(seq=st.integers(1, ROWS), bit=st.integers(0, 62))
def test_a_flipped_bit_of_a_moment_is_said_with_its_row(kept: Path, seq: int, bit: int) -> None:
    flip = "UPDATE ledger SET at = (at | ?1) - (at & ?1) WHERE seq = ?2"
    tamper(kept, flip, 1 << bit, seq)
    try:
        assert any(f"row {seq} " in each for each in faults(kept))
    finally:
        tamper(kept, flip, 1 << bit, seq)
    assert faults(kept) == []


@USED_AGAIN
@given(data=st.data())
def test_wherever_a_bit_of_its_pages_flips_the_ledger_can_be_looked_through(kept: Path, data: st.DataObject) -> None:
    with closing(sqlite3.connect(kept)) as file:
        [size] = file.execute("PRAGMA page_size").fetchone()
        [page] = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ledger'").fetchone()
    whole = kept.read_bytes()
    broken = bytearray(whole)
    broken[(page - 1) * size + data.draw(st.integers(0, size - 1))] ^= 1 << data.draw(st.integers(0, 7))
    kept.write_bytes(broken)
    try:
        faults(kept)
    finally:
        kept.write_bytes(whole)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("body = CAST(x'7bff7d' AS TEXT)", ["row 2 cannot be read: Could not decode to UTF-8 column 'body'"]),
        ("body = x'7b7d'", ["row 2 was changed after it was written"]),
        ("at = 9000000000000000000", ["row 2 cannot be read: date value out of range"]),
        ("at = 'yesterday'", ["row 2 cannot be read: unsupported type for timedelta microseconds component: str"]),
    ],
)
def test_a_value_that_cannot_be_is_said_and_the_rows_after_it_are_looked_at(
    kept: Path, change: str, said: list[str]
) -> None:
    tamper(kept, f"UPDATE ledger SET {change} WHERE seq = 2")  # noqa: S608 - from above
    tamper(kept, "UPDATE ledger SET body = '{}' WHERE seq = 4")
    assert faults(kept) == [*said, "row 4 was changed after it was written"]


def test_a_page_that_is_no_page_any_more_is_said(kept: Path) -> None:
    spoil(kept)
    assert faults(kept) == ["row 1 and what follows it cannot be read: database disk image is malformed"]


@pytest.mark.parametrize("damage", ["UPDATE ledger SET body = CAST(x'7bff7d' AS TEXT) WHERE seq = 2", ""])
def test_a_damaged_database_gives_no_backup_and_says_where_it_is_damaged(kept: Path, damage: str) -> None:
    if damage:
        tamper(kept, damage)
    else:
        spoil(kept)
    copy = kept.with_name("copy.db")
    with closing(Database(f"sqlite:///{kept}")) as database, pytest.raises(BackupError, match=r"is not whole: row \d"):
        back_up(database, copy)
    assert not copy.exists()


def spoil(path: Path) -> None:
    """Overwrite the page on which the ledger begins."""
    with closing(sqlite3.connect(path)) as file:
        [size] = file.execute("PRAGMA page_size").fetchone()
        [page] = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ledger'").fetchone()
    with path.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * 64)
