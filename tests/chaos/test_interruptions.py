"""A town whose daemon is down now and then tells the same as one that never is, but for what is said together.

Both live through the same months under the same ladder, with the same accidents and completions, all of them made up.
Interruptions fall between any two wake-ups, and some while messages are decided and not yet sent.
"""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from config.loader import Config, load
from daemon.recording import RecordingError
from daemon.store.tasks import standing
from obligations.policies import Stage
from tests.cli.shell import lay_out
from tests.stories.telling import Life, life_from

FILES = {
    "duban.yaml": "start: 2026-01-01\ncatalogues: []\nchannels:\n  email: {kind: memory}\n",
    "organizations/town.yaml": """\
- id: reg
  kind: regulator
  name: 应急管理局
  posts:
    principal: {name: 严守诚, email: yan@example.com}
    duty: {name: 苗立华, email: miao@example.com}
- id: ent
  kind: enterprise
  name: 滨海化工有限公司
  regulator: reg
  posts:
    principal: {name: 王建国, email: wang@example.com}
    safety_officer: {name: 李敏, email: li@example.com}
""",
    "obligations/own.yaml": """\
- {id: inspect, title: 带队检查, applies_to: {kind: enterprise}, every: month, policy: own}
- {id: study, title: 专题研究, applies_to: {kind: enterprise}, every: quarter, times: 2, pace: even, policy: own}
- {id: review, title: 回头看检查, applies_to: {kind: enterprise}, bearer: regulator, policy: own,
   anchor: {task: inspect}, limit: 5wd}
- {id: report, title: 报告事故情况, applies_to: {kind: enterprise}, policy: own,
   anchor: {event: accident, date: occurred_at}, limit: 3wd}
""",
}
USUAL = """\
- id: own
  steps:
    - {at: -7wd, stage: remind, tell: [assignee]}
    - {at: -1wd, stage: remind, tell: [assignee]}
    - {at: +1wd, stage: urge, tell: [assignee, principal]}
    - {at: +5wd, stage: supervise, tell: [principal, regulator]}
"""
FIRST, HOURS = "2026-01-01T00:00", 120 * 24
LONGEST = 20 * 24
END = timedelta(hours=HOURS + LONGEST + 96)
"""When both lives have been awake for some days again."""
TASKS = [f"inspect/ent/2026-{month:02}" for month in range(1, 6)] + ["study/ent/2026-Q1", "study/ent/2026-Q2"]
TASKS += [f"review/ent/inspect.2026-{month:02}" for month in range(1, 5)]
TASKS += [f"report/ent/acc-{number}" for number in range(3)]
STAGES = [stage.value for stage in Stage]


@dataclass(frozen=True)
class Outage:
    """The daemon dies at an hour of the time, maybe when it has decided and not yet sent, and comes back later."""

    at: int
    hours: int
    dies_sending: bool


@dataclass(frozen=True)
class Accident:
    """It becomes known at an hour of the time."""

    number: int


@st.composite
def ladders(draw: st.DrawFn) -> str:
    """Any ladder: steps in any order of gravity, to anybody, on working days or on all."""
    offsets = draw(st.lists(st.integers(-20, 15), min_size=1, max_size=6, unique=True))
    steps = [_step(draw, f"{offset:+}{draw(st.sampled_from(['d', 'wd']))}") for offset in sorted(offsets)]
    if draw(st.booleans()):
        steps.insert(0, _step(draw, "start"))
    return f"- id: own\n  days: {draw(st.sampled_from(['working', 'all']))}\n  steps:\n" + "".join(steps)


def _step(draw: st.DrawFn, at: str) -> str:
    stage, told = draw(st.sampled_from(STAGES)), st.sampled_from(["assignee", "principal", "regulator"])
    tell = ", ".join(draw(st.lists(told, min_size=1, max_size=3, unique=True)))
    urgent = ", urgent: true" if draw(st.integers(0, 3)) == 3 else ""
    return f"    - {{at: {at}, stage: {stage}, tell: [{tell}]{urgent}}}\n"


ACCIDENTS = st.dictionaries(st.integers(0, 2).map(Accident), st.integers(1, HOURS))
OUTAGES = st.lists(st.builds(Outage, st.integers(1, HOURS), st.integers(1, LONGEST), st.booleans()), max_size=5)
COMPLETIONS = st.lists(st.tuples(st.integers(1, HOURS), st.sampled_from(TASKS)), max_size=8)


@lru_cache(4)
def town(ladder: str) -> Config:
    with tempfile.TemporaryDirectory() as directory:
        return load(lay_out(Path(directory), {**FILES, "policies/own.yaml": ladder}))


Happening = tuple[int, "str | Accident | Outage"]
"""At which hour something is done, happens, or the daemon dies."""


def live(ladder: str, happenings: Sequence[Happening]) -> Life:
    """Live from FIRST to END; people record what they did whether or not the daemon runs."""
    life = life_from(town(ladder), FIRST)
    begin, down_until = life.clock.now(), 0
    for hour, what in sorted(happenings, key=lambda each: each[0]):
        if hour > down_until:
            come_back(life, begin + timedelta(hours=down_until))
            awake(life, begin + timedelta(hours=hour))
        life.clock.set(begin + timedelta(hours=hour))
        match what:
            case Outage():
                if what.dies_sending and hour > down_until:
                    life.engine.decide(life.clock.now())
                down_until = max(down_until, hour + what.hours)
            case Accident():
                there_is(life, what)
            case str():
                complete(life, what)
    come_back(life, begin + timedelta(hours=down_until))
    awake(life, begin + END)
    return life


def come_back(life: Life, moment: datetime) -> None:
    """After an outage everybody gets one message, and one more if something urgent is among it."""
    life.clock.set(max(life.clock.now(), moment))
    sent = life.channels["email"].sent
    before = len(sent)
    life.wake()
    each = Counter(message.address for message in sent[before:])
    assert max(each.values(), default=0) <= 2, "a replay"


def awake(life: Life, until: datetime) -> None:
    life.go_to(f"{until.astimezone(life.config.settings.timezone):%Y-%m-%dT%H:%M}")


def there_is(life: Life, accident: Accident) -> None:
    fields = {"occurred_at": life.now.date()}
    life.record(lambda recorder: recorder.add_event(f"acc-{accident.number}", "accident", "ent", fields))


def complete(life: Life, task: str) -> None:
    """What does not exist or is closed cannot be done."""
    try:
        life.done(task)
    except RecordingError:
        return


def on_record(life: Life) -> dict[tuple[str, str, str], str]:
    """Task, step and post-holder of every notice, and its state."""
    with life.database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT task, step, holder, notices.state FROM notices JOIN tasks ON tasks.id = task_id"
        ).all()
    found = {(task, step, holder): state for task, step, holder, state in rows}
    assert len(found) == len(rows), "a step is on record twice"
    return found


def open_tasks(life: Life) -> set[str]:
    with life.database.read() as connection:
        return {each.task.id for each in standing(connection)}


def gravest(life: Life) -> dict[tuple[str, str], str]:
    """The gravest stage at which each post-holder was told of each task that is still open."""
    found: dict[tuple[str, str], str] = {}
    still_open = open_tasks(life)
    for each in life.told():
        key = each.task, f"{each.organization}.{each.post}"
        if each.task in still_open and not each.step.startswith("pace"):
            found[key] = max(found.get(key, "remind"), each.stage, key=STAGES.index)
    return found


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])  # to shrink takes minutes
@given(ladder=st.just(USUAL) | ladders(), completions=COMPLETIONS, accidents=ACCIDENTS, outages=OUTAGES)
def test_whatever_the_interruptions_nothing_is_told_twice_and_all_is_accounted_for(
    ladder: str, completions: list[tuple[int, str]], accidents: dict[Accident, int], outages: list[Outage]
) -> None:
    happenings: list[Happening] = [*completions, *((hour, accident) for accident, hour in accidents.items())]
    whole = live(ladder, happenings)
    broken = live(ladder, [*happenings, *((each.at, each) for each in outages)])
    lived, found = on_record(whole), on_record(broken)
    still_open = open_tasks(broken)
    assert set(found.values()) <= {"sent", "superseded"}
    assert max(Counter((each.task, each.step, each.post) for each in broken.told()).values(), default=1) == 1
    assert found.keys() <= lived.keys(), "something was told that was not to be told"
    assert {key for key in lived if key[0] in still_open and not key[1].startswith("pace")} <= found.keys()
    assert open_tasks(whole) == still_open
    assert gravest(whole) == gravest(broken)
