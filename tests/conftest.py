"""What holds for every test."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from hypothesis import HealthCheck, settings

from daemon.store.database import Database
from daemon.store.tables import metadata
from tests import postfix as mail_servers
from tests.postfix import Postfix
from tests.postgres import PostgresServer
from tests.stories.telling import NEW_DATABASE

settings.register_profile("duban", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("duban")  # how fast a machine is makes no test fail; speed is measured in benchmarks/


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, started when a test first asks for it."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def postfix() -> Iterator[Postfix]:
    """A real mail server, started when a test first asks for it; such tests are skipped where there is none."""
    if why := mail_servers.missing():
        pytest.skip(why)
    with Postfix() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lives are kept in SQLite, and once more in PostgreSQL."""
    if request.param == "sqlite":
        yield
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with ExitStack() as stack:

        def open_fresh() -> Database:
            database = stack.enter_context(closing(Database(stack.enter_context(server.database()))))
            with database.write() as connection:
                metadata.create_all(connection)
            return database

        former = NEW_DATABASE.set(open_fresh)
        stack.callback(NEW_DATABASE.reset, former)
        yield


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database on the server."""
    with postgres.database() as url:
        yield url
