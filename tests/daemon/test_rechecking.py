"""Every state that a task can come to between deciding and sending, at every stage: only of open tasks is it spoken."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from config.loader import Config, load
from daemon.recording import Recorder, Statement
from daemon.store import notices, tasks
from daemon.store.tasks import StoredTask
from obligations.policies import Stage
from obligations.states import NoticeState, TaskState
from tests.cli.shell import lay_out
from tests.stories.telling import Life, life_from

TASK = "inspect/ent/2026-01"
SAID = Statement("某人", "说明")
FILES = {
    "duban.yaml": "start: 2026-01-01\ncatalogues: []\nchannels:\n  email: {kind: memory}\n",
    "organizations/town.yaml": """\
- {id: reg, kind: regulator, name: 应急管理局, posts: {duty: {name: 苗立华, email: miao@example.com}}}
- {id: ent, kind: enterprise, name: 滨海化工有限公司, regulator: reg,
   posts: {safety_officer: {name: 李敏, email: li@example.com}}}
""",
    "obligations/own.yaml": """\
- {id: inspect, title: 带队检查, applies_to: {kind: enterprise}, every: month, policy: own, verify: regulator}
""",
    "policies/own.yaml": "- id: own\n  steps:\n"
    + "".join(
        f"    - {{at: {at}wd, stage: {stage.value}, tell: [assignee]}}\n"
        for at, stage in zip((-7, +1, +5, +10, +15, +20, +25), Stage, strict=True)
    ),
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return load(lay_out(tmp_path_factory.mktemp("town"), FILES))


def switch_off(life: Life) -> None:
    config = life.engine.config
    life.engine.adopt(replace(config, obligations={}, version=f"{config.version}-without"))


def reject(recorder: Recorder) -> None:
    recorder.reject(TASK, SAID)


def verify(recorder: Recorder) -> None:
    recorder.verify(TASK, SAID)


def waive(recorder: Recorder) -> None:
    recorder.waive(TASK, SAID)


HAPPENINGS: dict[str, tuple[Callable[[Life], object], TaskState]] = {
    "nothing happens": (lambda life: life, TaskState.OPEN),
    "it is reported": (lambda life: life.done(TASK), TaskState.REPORTED),
    "it is reported and rejected": (lambda life: life.done(TASK).record(reject), TaskState.OPEN),
    "it is verified": (lambda life: life.done(TASK).record(verify), TaskState.CLOSED),
    "it is waived": (lambda life: life.record(waive), TaskState.WAIVED),
    "its duty is switched off": (switch_off, TaskState.WITHDRAWN),
}


def decided(town: Config, stage: Stage) -> Life:
    """A life in which a stage was just decided, and nothing of it was sent."""
    life = life_from(town, "2026-01-05T08:00")
    while True:
        life.engine.decide(life.clock.now())
        if stage.value in of_stages(life):
            return life
        life.wake()
        life.clock.set(life.engine.next_wake(life.clock.now()))


def of_stages(life: Life) -> dict[str, tuple[NoticeState, str]]:
    """State and reason of the notices that the task's ladder decided, by stage."""
    row = stored(life).row
    with life.database.read() as connection:
        found = notices.of_task(connection, row)
    return {each.stage.value: (each.state, each.reason) for each in found if each.step.endswith("wd")}


def stored(life: Life) -> StoredTask:
    with life.database.read() as connection:
        found = tasks.find(connection, TASK)
    assert found is not None
    return found


def test_every_state_of_a_task_is_come_to() -> None:
    assert {state for _, state in HAPPENINGS.values()} == set(TaskState)


@pytest.mark.parametrize("stage", Stage, ids=lambda stage: stage.value)
@pytest.mark.parametrize("what", HAPPENINGS)
def test_what_was_decided_leaves_only_while_its_task_is_open(town: Config, stage: Stage, what: str) -> None:
    happens, comes_to = HAPPENINGS[what]
    life = decided(town, stage)
    before = len(life.told())
    happens(life)
    life.wake()
    assert stored(life).task.state is comes_to
    leaves = comes_to is TaskState.OPEN
    assert (stage.value in {each.stage for each in life.told()[before:] if each.step.endswith("wd")}) is leaves
    state, reason = of_stages(life)[stage.value]
    assert state is (NoticeState.SENT if leaves else NoticeState.SUPERSEDED)
    assert reason
