"""A task or a message that the program cannot cope with is put off and told of, and keeps no other up."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import insert

from config.loader import load
from daemon.store import ledger, tasks
from daemon.store.tables import notices
from tests.cli.shell import lay_out
from tests.daemon.test_rechecking import FILES
from tests.stories.telling import Life, life_from

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
