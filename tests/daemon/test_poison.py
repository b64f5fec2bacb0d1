"""A task or a message that the program cannot cope with is put off and told of, and keeps no other up."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from config.loader import load
from daemon.clock import VirtualClock
from daemon.service import Service
from daemon.store import ledger, tasks
from daemon.store.database import Database
from daemon.store.notices import of_task, undeliverable
from daemon.store.tables import notices
from notifiers.channel import Message, Outcome, Permanent, Sent
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from obligations.states import TaskState
from tests.cli.shell import lay_out
from tests.daemon.test_rechecking import FILES
from tests.stories.telling import NEW_DATABASE, Life, life_from

pytestmark = pytest.mark.usefixtures("either_database")
TOWN = "".join(
    f"- {{id: ent-{n}, kind: enterprise, name: 第{n}厂, regulator: reg, "
    f"posts: {{safety_officer: {{name: 安全员{n}, email: officer{n}@example.com}}}}}}\n"
    for n in range(3)
)
FIRST_STEP = "2026-01-22T09:00"


def town(directory: Path, **files: str) -> Life:
    roster = FILES["organizations/town.yaml"] + TOWN
    config = load(lay_out(directory, {**FILES, "organizations/town.yaml": roster, **files}))
    return life_from(config, "2026-01-05T08:00").go_to("2026-01-22T08:00")


def told(life: Life) -> set[str]:
    return {each.task for each in life.told()}


def spoil(life: Life, task: str) -> None:
    """A notice stands there already that the task's first step is about to write."""
    with life.database.write() as connection:
        stored = tasks.find(connection, task)
        assert stored is not None
        spoken = {"step": "-7wd", "stage": "remind", "tell": "assignee", "channels": "email", "urgent": False}
        at_once = {"state": "superseded", "reason": "?", "created_at": life.clock.now(), "revision": 0}
        holder = f"{stored.task.plan.subject}.safety_officer"
        connection.execute(insert(notices).values(task_id=stored.row, holder=holder, **spoken, **at_once))


def test_a_task_that_cannot_be_decided_is_put_off_for_an_hour_and_the_others_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    life = town(tmp_path)
    spoil(life, "inspect/ent-1/2026-01")
    with caplog.at_level(logging.CRITICAL):
        life.go_to(FIRST_STEP)
    assert told(life) == {f"inspect/{each}/2026-01" for each in ("ent", "ent-0", "ent-2")}
    assert list(life.engine.undecided) == ["inspect/ent-1/2026-01"]
    with life.database.read() as connection:
        assert [row.kind for row in ledger.about(connection, "inspect/ent-1/2026-01")][-1] == "undecided"


class Meanwhile(logging.Handler):
    """Does something once, between two transactions of the tick: when it says that it decides tasks one by one."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self.work = work

    def emit(self, record: logging.LogRecord) -> None:
        if "one by one" in record.getMessage():
            self.work()


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    handler, ticking = Meanwhile(work), logging.getLogger("daemon.ticking")
    ticking.addHandler(handler)
    try:
        yield
    finally:
        ticking.removeHandler(handler)


def test_a_task_that_was_done_before_its_turn_came_among_those_decided_one_by_one_is_told_nothing_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    life, done = town(tmp_path), "inspect/ent-2/2026-01"
    spoil(life, "inspect/ent-1/2026-01")
    with caplog.at_level(logging.CRITICAL, "sqlalchemy"), meanwhile(lambda: life.done(done)):
        life.go_to(FIRST_STEP)
    with life.database.read() as connection:
        stored = tasks.find(connection, done)
        assert stored is not None
        assert (stored.task.state, stored.task.fired) == (TaskState.REPORTED, frozenset())
        assert {each.step for each in of_task(connection, stored.row)} == {"reported-1"}


def test_it_is_decided_when_the_fault_is_gone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    life = town(tmp_path)
    spoil(life, "inspect/ent-1/2026-01")
    with caplog.at_level(logging.CRITICAL):
        life.go_to(FIRST_STEP)
    with life.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM notices WHERE reason = '?'")
    life.go_to("2026-01-22T10:00")
    assert "inspect/ent-1/2026-01" in told(life)
    assert life.engine.undecided == {}


def test_a_message_that_cannot_be_put_into_words_is_tried_again_later_and_the_others_leave(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    template = "{% if name == '安全员1' %}{{ 1 // (count - count) }}{% endif %}{{ name }}，您有{{ count }}项任务"
    life = town(tmp_path, **{"templates/subject.txt": template})
    with caplog.at_level(logging.CRITICAL):
        life.go_to(FIRST_STEP)
    assert told(life) == {f"inspect/{each}/2026-01" for each in ("ent", "ent-0", "ent-2")}
    with life.database.read() as connection:
        found = connection.exec_driver_sql("SELECT reason FROM deliveries WHERE state = 'pending'").scalars().all()
    assert found == ["it cannot be put into words: integer division or modulo by zero"]


class Refusing(MemoryChannel):
    """Refuses one address for good, and takes several messages at once."""

    def __init__(self, refused: str) -> None:
        super().__init__("email", AddressKind.EMAIL, connections=5)
        self.refused = refused

    async def send(self, message: Message) -> Outcome:
        if message.address != self.refused:
            return await super().send(message)
        self.attempts.append(message)
        return Permanent("550 no such user")


def refuse_writing(database: Database, table: str, when: str) -> None:
    """Some rows cannot be written any more, by a fault that is not the database's being away."""
    with database.write() as connection:
        if database.is_shared:
            connection.exec_driver_sql(
                "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE unique_violation; END $$ LANGUAGE plpgsql"
            )
            how = f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse()"
        else:
            how = f"WHEN {when} BEGIN SELECT RAISE(ABORT, 'refused'); END"
        connection.exec_driver_sql(f"CREATE TRIGGER spoilt BEFORE INSERT ON {table} {how}")


def test_what_cannot_be_written_down_of_one_message_lets_no_other_be_sent_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    quiet = town(tmp_path)
    mail = Refusing("officer1@example.com")
    life = Life(quiet.config, quiet.clock, quiet.database, {"email": mail})
    refuse_writing(life.database, "notices", "new.reason = 'a stand-in is told'")
    with caplog.at_level(logging.CRITICAL):
        life.go_to("2026-01-22T12:00")
    assert sorted(message.address for message in mail.attempts) == [
        "li@example.com", "officer0@example.com", "officer1@example.com", "officer2@example.com"
    ]  # fmt: skip
    with life.database.read() as connection:
        [(task, given_up)] = undeliverable(connection)
    assert task == "inspect/ent-1/2026-01"
    assert given_up.reason.startswith("a fault of the program is in its way: IntegrityError")
    assert [each.partition(": ")[0] for each in life.engine.dispatcher.faults] == ["delivery 3"]


def test_what_no_database_can_keep_of_a_providers_answer_lets_no_message_be_sent_again(tmp_path: Path) -> None:
    quiet = town(tmp_path)
    mail = MemoryChannel("email", AddressKind.EMAIL, [Sent("m-1\x00\ud83d", "r-1\x00")] * 9)
    life = Life(quiet.config, quiet.clock, quiet.database, {"email": mail})
    life.go_to("2026-01-22T12:00")
    assert len(mail.attempts) == 4
    with life.database.read() as connection:
        assert set(connection.exec_driver_sql("SELECT reference FROM deliveries").scalars()) == {"m-1"}


def test_a_fault_that_keeps_the_daemon_from_deciding_reaches_the_administrator(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = NEW_DATABASE.get()()
    service = Service(load(lay_out(tmp_path, FILES)), database, VirtualClock(datetime(2026, 1, 5, 1, tzinfo=UTC)))
    refuse_writing(database, "meta", "new.name = 'reconciled'")

    async def wake() -> None:
        await service.wake()
        assert service._ringing is not None
        await service._ringing

    with caplog.at_level(logging.CRITICAL):
        asyncio.run(wake())
    with database.read() as connection:
        rung = [row.body for row in connection.exec_driver_sql("SELECT body FROM ledger WHERE kind = 'alarm'")]
    assert len(rung) == 1
    assert "程序出错" in rung[0]
