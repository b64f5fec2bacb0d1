"""Events stand in files or are recorded by command; whichever way they came, they are the same facts."""

from datetime import date
from pathlib import Path

import pytest

from config.loader import load
from daemon.recording import RecordingError
from daemon.store.facts import Source, find_event
from daemon.store.tasks import find
from obligations.states import TaskState
from tests.cli.shell import lay_out
from tests.daemon.test_rechecking import FILES
from tests.stories.telling import Life, life_from

pytestmark = pytest.mark.usefixtures("either_database")
TASK = "report/ent/acc-1"
OTHER_FIRM = (
    "- {id: other, kind: enterprise, name: 青山化工, regulator: reg, "
    "posts: {safety_officer: {name: 钱, email: qian@example.com}}}\n"
)
DUTY = (
    "- {id: report, title: 报告事故, applies_to: {kind: enterprise}, policy: own, "
    "anchor: {event: accident, date: occurred_at}, limit: 10d}\n"
)
ON_FRIDAY = date(2026, 3, 6)


def living(directory: Path) -> Life:
    roster = FILES["organizations/town.yaml"] + OTHER_FIRM
    config = load(lay_out(directory, {**FILES, "organizations/town.yaml": roster, "obligations/own.yaml": DUTY}))
    return life_from(config, "2026-03-09T08:00").go_to("2026-03-09T12:00")


def by_command(life: Life) -> Life:
    life.record(lambda recorder: recorder.add_event("acc-1", "accident", "ent", {"occurred_at": ON_FRIDAY}))
    return life.go_to("2026-03-09T13:00")


def in_file(life: Life, *, organization: str = "ent", day: str = "2026-03-06") -> Life:
    entry = f"- {{id: acc-1, kind: accident, organization: {organization}, occurred_at: {day}}}\n"
    life.engine.adopt(load(lay_out(life.config.directory, {"events/own.yaml": entry})))
    return life.go_to("2026-03-10T12:00")


def out_of_file(life: Life) -> Life:
    (life.config.directory / "events" / "own.yaml").unlink()
    life.engine.adopt(load(life.config.directory))
    return life.go_to("2026-03-11T12:00")


def stands(life: Life, task: str) -> tuple[TaskState, date]:
    with life.database.read() as connection:
        stored = find(connection, task)
    assert stored is not None
    return stored.task.state, stored.task.plan.due


def source(life: Life) -> Source:
    with life.database.read() as connection:
        found = find_event(connection, "acc-1")
    assert found is not None
    return found.source


def test_an_event_that_was_recorded_by_command_and_then_stands_in_a_file_is_of_the_file(tmp_path: Path) -> None:
    life = in_file(by_command(living(tmp_path)))
    assert source(life) is Source.FILE
    assert stands(life, TASK) == (TaskState.OPEN, date(2026, 3, 16))
    assert stands(out_of_file(life), TASK)[0] is TaskState.WITHDRAWN


def test_what_the_file_says_otherwise_counts(tmp_path: Path) -> None:
    life = in_file(by_command(living(tmp_path)), day="2026-03-07")
    assert stands(life, TASK) == (TaskState.OPEN, date(2026, 3, 17))


def test_where_the_file_has_it_happen_elsewhere_the_tasks_go_there(tmp_path: Path) -> None:
    life = in_file(by_command(living(tmp_path)), organization="other")
    assert stands(life, TASK)[0] is TaskState.WITHDRAWN
    assert stands(life, "report/other/acc-1")[0] is TaskState.OPEN


def test_an_event_that_was_taken_out_of_its_file_can_be_recorded_anew(tmp_path: Path) -> None:
    life = out_of_file(in_file(living(tmp_path)))
    with pytest.raises(RecordingError, match=r"was withdrawn: .* record it anew with `duban event add`"):
        life.record(lambda recorder: recorder.amend_event("acc-1", {"occurred_at": ON_FRIDAY}))
    by_command(life)
    assert source(life) is Source.COMMAND
    assert stands(life, TASK) == (TaskState.OPEN, date(2026, 3, 16))


def test_an_event_that_stands_in_a_file_is_not_recorded_beside_it(tmp_path: Path) -> None:
    life = in_file(living(tmp_path))
    with pytest.raises(RecordingError, match=r"stands in events/\*.yaml; change it there"):
        by_command(life)
