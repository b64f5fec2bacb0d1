"""`duban outbox` and `duban ledger` in a town that has had a fatal accident while no channel took anything."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

import pytest

from config.loader import load
from daemon.clock import SystemClock
from daemon.engine import Engine
from daemon.ledger_heads import heads_file, write_head
from daemon.store import ledger
from daemon.store.database import Database, open_database
from notifiers.channel import Outcome, Permanent
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from tests.cli.shell import Duban
from tests.stories.telling import Life, life_from

ACCIDENT = "2024-02-08T14:20"
TASK = "reg-15a/ent-chem/acc-2024-001"
REFUSAL = Permanent("550 no such user")

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def database(town: Path) -> Database:
    """The store of the town after the minute of the accident: mail refused for good, SMS refused too."""
    found = open_database(load(town))
    found.migrate()
    live(town, found, [REFUSAL] * 100)
    return found


def live(town: Path, database: Database, answers: list[Outcome]) -> Life:
    config = load(town)
    channels = {
        "email": MemoryChannel("email", AddressKind.EMAIL, answers),
        "sms": MemoryChannel("sms", AddressKind.MOBILE, list(answers)),
    }
    life = life_from(config, ACCIDENT)
    return Life(config, life.clock, database, channels).go_to(ACCIDENT)


def test_the_outbox_lists_what_was_refused_with_the_reason(duban: Duban, town: Path) -> None:
    rows = duban.done("--config", town, "outbox", "--json").rows
    mine = [row for row in rows if row["address"] == "sun@example.com"]
    assert {(row["state"], row["reason"], row["attempts"]) for row in mine} == {("failed", "550 no such user", 1)}


def test_the_table_of_the_outbox_has_states_by_their_words(duban: Duban, town: Path) -> None:
    shown = duban.done("--config", town, "outbox").out
    assert " failed " in shown
    assert "DeliveryState" not in shown


def test_the_table_of_the_outbox_masks_addresses(duban: Duban, town: Path) -> None:
    shown = duban.done("--config", town, "outbox").out
    assert "s***@example.com" in shown
    assert "sun@example.com" not in shown


def test_a_refused_message_can_be_sent_again_under_its_message_id_to_the_corrected_address(
    duban: Duban, town: Path, database: Database
) -> None:
    rows = duban.done("--config", town, "outbox", "--json").rows
    row = next(row for row in rows if row["address"] == "sun@example.com" and row["urgent"])
    roster = town / "organizations" / "town.yaml"
    roster.write_text(roster.read_text(encoding="utf-8").replace("sun@", "sunba@"), encoding="utf-8")
    duban.done("--config", town, "outbox", "retry", str(row["id"]), "--by", "管理员")
    channels = {name: MemoryChannel(name, kind) for name, kind in load(town).channels.items()}
    asyncio.run(Engine(load(town), database, channels, SystemClock()).dispatcher.dispatch())
    sent = [message.message_id for message in channels["email"].sent if message.address == "sunba@example.com"]
    assert sent == [row["message_id"]]
    after = duban.done("--config", town, "outbox", "--all", "--json").rows
    assert [each["state"] for each in after if each["id"] == row["id"]] == ["accepted"]
    with database.read() as connection:
        states = connection.exec_driver_sql("SELECT DISTINCT state FROM notices WHERE holder = 'reg-emergency.duty'")
        assert "sent" in {state for (state,) in states}


def test_a_message_that_waits_or_does_not_exist_cannot_be_sent_again(duban: Duban, town: Path) -> None:
    rows = duban.done("--config", town, "outbox", "--json").rows
    duban.done("--config", town, "outbox", "retry", str(rows[0]["id"]))
    again = duban("--config", town, "outbox", "retry", str(rows[0]["id"]))
    assert again.status == 1
    assert "cannot resend what is pending" in again.err
    nobody = duban("--config", town, "outbox", "retry", "4711")
    assert (nobody.status, nobody.err) == (1, "duban: there is no message 4711; `duban outbox` lists them\n")


def test_the_ledger_keeps_who_asked_for_a_message_once_more(duban: Duban, town: Path, database: Database) -> None:
    first, second, *_ = (str(row["id"]) for row in duban.done("--config", town, "outbox", "--json").rows)
    duban.done("--config", town, "outbox", "retry", first)
    duban.done("--config", town, "outbox", "retry", second, "--by", "管理员")
    with database.read() as connection:
        said = [json.loads(ledger.about(connection, f"delivery {row}")[-1].body)["by"] for row in (first, second)]
    assert said == [getuser(), "管理员"]


def test_a_ledger_that_nobody_touched_is_whole(duban: Duban, town: Path, database: Database) -> None:
    keep_head(database)
    said = duban.done("--config", town, "ledger", "verify").out.splitlines()
    assert said[0].startswith("the ledger is whole: ")
    assert said[1] == f"it has every head that {database.path}.heads keeps"


def test_a_ledger_without_heads_is_said_to_be_whole_with_a_reservation(
    duban: Duban, town: Path, database: Database
) -> None:
    assert database.exists
    assert "nobody could tell if its last rows were cut off" in duban.done("--config", town, "ledger", "verify").out


def keep_head(database: Database) -> None:
    assert database.path is not None
    path = heads_file(database, database.path.parent)
    assert path is not None
    with database.read() as connection:
        write_head(connection, path, datetime(2024, 2, 8, 8, tzinfo=UTC))


def edit(database: Database) -> None:
    run(database, "UPDATE ledger SET body = replace(body, '}', ',\"by\":\"nobody\"}') WHERE seq = 5")


def delete(database: Database) -> None:
    run(database, "DELETE FROM ledger WHERE seq = 5")


def reorder(database: Database) -> None:
    run(database, "UPDATE ledger SET seq = -1 WHERE seq = 5")
    run(database, "UPDATE ledger SET seq = 5 WHERE seq = 6")
    run(database, "UPDATE ledger SET seq = 6 WHERE seq = -1")


def truncate(database: Database) -> None:
    run(database, "DELETE FROM ledger WHERE seq > 6")


def decay(database: Database) -> None:
    run(database, "UPDATE ledger SET body = CAST(x'7bff7d' AS TEXT) WHERE seq = 5")


def run(database: Database, sql: str) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(sql)


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (edit, "row 5 was changed after it was written"),
        (delete, "row 5 is missing"),
        (reorder, "row 5 does not follow the row before it"),
        (decay, "row 5 cannot be read: "),
        (truncate, "is gone: the ledger was cut off"),
    ],
)
def test_a_ledger_that_somebody_touched_is_found_out(
    tamper: Callable[[Database], None], words: str, duban: Duban, town: Path, database: Database
) -> None:
    keep_head(database)
    tamper(database)
    answer = duban("--config", town, "ledger", "verify")
    assert (answer.status, answer.out) == (1, "")
    assert words in answer.err


def test_a_ledger_that_was_written_anew_is_found_out_by_a_kept_copy_of_its_heads(
    duban: Duban, town: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_text(f"2024-02-08T08:00:00+00:00 3 {'0' * 64}\n", encoding="ascii")
    answer = duban("--config", town, "ledger", "verify", "--heads", kept)
    assert answer.status == 1
    assert answer.err == "row 3 is another than it was at 2024-02-08T08:00:00+00:00: the ledger was rewritten\n"


def test_a_file_of_heads_that_is_none_is_refused_with_its_line(duban: Duban, town: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("yesterday 3\n", encoding="ascii")
    answer = duban("--config", town, "ledger", "verify", "--heads", kept)
    assert (answer.status, answer.err) == (1, f"duban: {kept}:1:1: 'yesterday 3' is no head of a ledger\n")


def test_the_ledger_tells_the_story_of_a_task(duban: Duban, town: Path) -> None:
    kinds = [row["kind"] for row in duban.done("--config", town, "ledger", "show", TASK, "--json").rows]
    assert kinds[:2] == ["task added", "notice"]
    assert "delivery" in kinds
    assert "550 no such user" in duban.done("--config", town, "ledger", "show", TASK).out


def test_a_task_that_the_ledger_does_not_know_is_refused(duban: Duban, town: Path) -> None:
    answer = duban("--config", town, "ledger", "show", "reg-15a/ent-chem/acc-1")
    assert answer.status == 1
    assert "nothing about 'reg-15a/ent-chem/acc-1'" in answer.err
