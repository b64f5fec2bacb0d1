"""Many rows at once say the same in either database, whatever stands in them."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Boolean, Column, MetaData, String, Table, Text, bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from daemon.store.bulk import AskingAbout, Bulk, adding
from daemon.store.database import Database
from daemon.store.errors import is_away
from tests.postgres import PostgresServer

WORDS = Table(
    "words", MetaData(), Column("id", BigInteger, primary_key=True), Column("word", Text, nullable=False),
    Column("said", String(10)), Column("at", BigInteger), Column("urgent", Boolean),
)  # fmt: skip
ADD = adding(WORDS)
CHANGE = Bulk(
    update(WORDS)
    .where(WORDS.c.id == bindparam("row"), WORDS.c.word == bindparam("was"))
    .values(word=bindparam("becomes"), at=bindparam("when")),
    ["becomes", "when", "row", "was"],
)
NAMED = AskingAbout(lambda numbers: select(WORDS.c.word).where(WORDS.c.id.in_(numbers)), nobody=0)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.sampled_from(
    ["", "NULL", "null", "{", "}", '"', "\\", "{a,b}", "%s", "'; --", "a,b", "提醒", "\u202e", "😀"]
)
numbers = st.integers(-(2**63), 2**63 - 1)
rows = st.lists(
    st.tuples(st.integers(1, 40), texts, st.none() | texts.map(lambda text: text[:10]), st.none() | numbers,
              st.none() | st.booleans()),
    unique_by=lambda row: row[0],
)  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('bulk') / 'words.db'}"
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            url = stack.enter_context(server.database())
        opened = stack.enter_context(closing(Database(url)))
        with opened.write() as connection:
            WORDS.create(connection)
        yield opened


def kept(database: Database) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(select(WORDS).order_by(WORDS.c.id))]


@given(written=rows, becomes=st.lists(st.tuples(texts, st.none() | numbers), min_size=40, max_size=40))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_are_kept_as_they_were_given_and_changed_one_by_one(
    database: Database, written: list[tuple[Any, ...]], becomes: list[tuple[str, int | None]]
) -> None:
    with database.write() as connection:
        connection.execute(delete(WORDS))
        ADD.execute(connection, written)
    assert kept(database) == sorted(written)
    changes = [
        (word, at, row, was if row % 3 else f"{was}!")
        for (word, at), (row, was, *_) in zip(becomes, written, strict=False)
    ]
    with database.write() as connection:
        CHANGE.execute(connection, changes)
    expected = {row[0]: row for row in written}
    for word, at, row, _ in changes:
        if row % 3:  # the others were something else before
            expected[row] = (row, word, expected[row][2], at, expected[row][4])
    assert kept(database) == [expected[row] for row in sorted(expected)]


def test_what_breaks_a_rule_of_the_table_writes_nothing(database: Database) -> None:
    with database.write() as connection:
        connection.execute(delete(WORDS))
    with pytest.raises(IntegrityError, match=r"(?i)null"), database.write() as connection:
        ADD.execute(connection, [(1, "a", None, None, None), (2, None, None, None, None)])
    assert kept(database) == []


@pytest.mark.parametrize("reads", [True, False])
def test_a_connection_that_the_server_ended_is_an_error_that_is_waited_for_and_the_next_transaction_has_another(
    postgres: PostgresServer, reads: bool
) -> None:
    with postgres.database() as url, closing(Database(url)) as opened, closing(Database(url)) as other:
        with opened.write() as connection:
            WORDS.create(connection)
        with pytest.raises(OperationalError) as caught:
            ask_after_it_was_ended(opened, other, reads=reads)
        assert is_away(caught.value)
        assert caught.value.connection_invalidated
        with opened.write() as connection:
            ADD.execute(connection, [(1, "a", None, None, None)])
            assert NAMED.execute(connection, [1, 2]) == [("a",)]


def ask_after_it_was_ended(opened: Database, other: Database, *, reads: bool) -> None:
    with opened.write() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with other.read() as elsewhere:
            elsewhere.exec_driver_sql(f"SELECT pg_terminate_backend({backend})")
        if reads:
            NAMED.execute(connection, [1])
        else:
            ADD.execute(connection, [(1, "b", None, None, None)])
