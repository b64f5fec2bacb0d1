"""The config changes while the daemon runs."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from config.loader import Config
from daemon.recording import Recorder, Statement
from daemon.situation import Situation
from daemon.store.tasks import find
from notifiers.channel import Temporary
from notifiers.memory import MemoryChannel
from obligations.limits import parse_limit
from obligations.organizations import AddressKind
from obligations.policies import OfficeHours, Policy, Repeat, Stage, Step
from obligations.selectors import Value
from obligations.states import TaskState
from tests.obligations.building import step
from tests.stories.telling import ACCIDENT, Life, life_from, sample_city
from tests.stories.town import town, with_duty, with_ladder

pytestmark = pytest.mark.usefixtures("either_database")
DRILL = "ent-09a/ent-binhai-chem/2026-H2"
MEETINGS = "ent-08c/ent/2026"
SECOND: dict[str, Value] = {"occurred_at": date(2026, 9, 18), "deaths": 0, "liability": False}


def without(config: Config, obligation: str) -> Config:
    kept = {key: each for key, each in config.obligations.items() if key != obligation}
    return replace(config, obligations=kept, version=f"{config.version}-without-{obligation}")


def state(life: Life, task: str) -> TaskState:
    with life.database.read() as connection:
        stored = find(connection, task)
    assert stored is not None
    return stored.task.state


def test_a_duty_that_is_removed_withdraws_its_tasks_tells_so_once_and_they_speak_no_more() -> None:
    life = life_from(sample_city("ent-09a", "ent-09b"), "2026-11-20T00:00").go_to("2026-12-02T12:00")
    said = life.diary(DRILL)
    life.engine.adopt(without(life.config, "ent-09a"))
    life.go_to("2027-01-20T12:00")
    assert state(life, DRILL) is TaskState.WITHDRAWN
    assert life.diary(DRILL) == [*said, "12-02 12:00 remind withdrawn-0 ent-binhai-chem.safety_officer"]


@pytest.mark.parametrize(("verify", "becomes"), [(None, TaskState.CLOSED), ("regulator", TaskState.REPORTED)])
def test_what_has_been_done_as_often_as_an_edit_asks_is_done(verify: str | None, becomes: TaskState) -> None:
    thrice = with_duty(town("ent-08c"), "ent-08c", times=3, verify=verify)
    life = life_from(thrice, "2026-11-20T08:00").go_to("2026-11-25T12:00").done(MEETINGS, "2026-11-23").done(MEETINGS)
    said = life.diary(MEETINGS)
    life.engine.adopt(with_duty(thrice, "ent-08c", times=2))
    life.go_to("2027-02-01T12:00")
    assert state(life, MEETINGS) is becomes
    told = [line for line in life.diary(MEETINGS) if line not in said]
    assert told[:1] == (["11-25 12:00 remind reported-1 reg.duty"] if verify else [])
    assert all(" reported-" in line for line in told)
    with life.database.read() as connection:
        stored = find(connection, MEETINGS)
    assert stored is not None
    assert stored.task.closed_on == date(2026, 11, 25)


def test_what_was_refused_is_no_day_on_which_it_was_done() -> None:
    twice = with_duty(town("ent-08c"), "ent-08c", times=2, verify="regulator")
    life = life_from(twice, "2026-11-20T08:00").go_to("2026-11-25T12:00").done(MEETINGS, "2026-11-23").done(MEETINGS)
    life.record(lambda recorder: recorder.reject(MEETINGS, Statement("苗立华", "不实"))).go_to("2026-11-25T13:00")
    life.engine.adopt(with_duty(twice, "ent-08c", times=1))
    life.go_to("2026-11-26T12:00")
    assert state(life, MEETINGS) is TaskState.REPORTED
    with life.database.read() as connection:
        stored = find(connection, MEETINGS)
    assert stored is not None
    assert stored.task.closed_on == date(2026, 11, 23)


def test_what_waits_for_a_duty_starts_when_an_edit_asks_no_more_of_it() -> None:
    twice = with_duty(town("ent-09a", "ent-09c"), "ent-09a", times=2)
    life = life_from(twice, "2026-11-20T08:00").go_to("2026-11-25T12:00").done("ent-09a/ent/2026-H2")
    life.engine.adopt(with_duty(twice, "ent-09a", times=1))
    life.go_to("2026-11-26T12:00")
    assert state(life, "ent-09c/ent/2026-H2") is TaskState.OPEN


def test_a_duty_that_comes_back_restores_its_tasks_tells_so_and_repeats_nothing() -> None:
    whole = sample_city("ent-09a", "ent-09b")
    life = life_from(whole, "2026-11-20T00:00").go_to("2026-12-02T12:00")
    said = life.diary(DRILL)
    life.engine.adopt(without(whole, "ent-09a"))
    life.go_to("2026-12-03T12:00")
    life.engine.adopt(whole)
    life.go_to("2026-12-04T12:00")
    assert state(life, DRILL) is TaskState.OPEN
    assert life.diary(DRILL) == [
        *said,
        "12-02 12:00 remind withdrawn-0 ent-binhai-chem.safety_officer",
        "12-03 12:00 remind restored-1 ent-binhai-chem.safety_officer",
    ]


def test_a_task_of_a_config_that_the_daemon_has_not_taken_over_yet_waits_and_is_not_lost() -> None:
    whole = sample_city(*ACCIDENT)
    life = life_from(without(whole, "off-28a"), "2026-09-21T10:00").go_to("2026-09-21T10:10")
    with life.database.write() as connection:  # a command that has read the edited files already
        recorder = Recorder(connection, Situation(whole), life.clock.now())
        recorder.add_event("acc-2", "accident", "ent-binhai-chem", SECOND)
    life.engine.decide(life.clock.now(), follow=False)
    assert life.diary("off-28a/ent-binhai-chem/acc-2") == []
    life.engine.adopt(whole)
    life.go_to("2026-09-21T10:30")
    assert len(life.diary("off-28a/ent-binhai-chem/acc-2")) == 2


def test_a_duty_that_comes_back_with_another_day_tells_those_who_were_told_of_the_former() -> None:
    whole = sample_city("ent-09a", "ent-09b")
    life = life_from(whole, "2026-11-20T00:00").go_to("2026-12-02T12:00")
    told_before = {line.split()[4] for line in life.diary(DRILL)}
    life.engine.adopt(without(whole, "ent-09a"))
    life.go_to("2026-12-03T12:00")
    earlier = replace(whole.obligations["ent-09a"], by=parse_limit("-10d"))
    life.engine.adopt(replace(whole, obligations=dict(whole.obligations) | {"ent-09a": earlier}, version="earlier"))
    life.go_to("2026-12-03T13:00")
    restored = [line for line in life.diary(DRILL) if "restored-1" in line]
    assert {line.split()[4] for line in restored} == told_before != set()


# --- an edited ladder


def ladder_of(life: Life, *steps: Step, repeat: Repeat | None = None) -> Policy:
    """The ladder of the drill under other steps."""
    return replace(life.config.policies["standard"], steps=steps, repeat=repeat)


REMINDER, URGING = step("-7wd", Stage.REMIND, "assignee"), step("+1wd", Stage.URGE, "assignee", "principal")
DRILLING = "ent-09a/ent/2026-H1"


def drill(*steps: Step, at: str) -> Life:
    """A town that knows of one drill, due at the end of June, at a moment."""
    life = life_from(town("ent-09a"), "2026-05-01T08:00")
    life.engine.adopt(with_ladder(life.config, ladder_of(life, *steps)))
    return life.go_to(at)


def test_a_rung_that_is_added_to_a_ladder_speaks_of_tasks_that_are_there_at_its_own_moment() -> None:
    life = drill(REMINDER, URGING, at="2026-06-01T12:00")
    sooner = step("-15wd", Stage.REMIND, "principal")
    life.engine.adopt(with_ladder(life.config, ladder_of(life, sooner, REMINDER, URGING)))
    life.go_to("2026-06-19T12:00")
    assert life.diary(DRILLING) == [
        "06-08 09:00 remind -15wd ent.principal",
        "06-18 09:00 remind -7wd ent.safety_officer",
    ]


def test_rungs_that_are_added_to_a_ladder_that_had_ended_speak() -> None:
    life = drill(REMINDER, URGING, at="2026-07-02T12:00")
    said = life.diary(DRILLING)
    graver = step("+5wd", Stage.SUPERVISE, "regulator")
    repeat = Repeat(parse_limit("5wd"), Stage.URGE, ("assignee",), ("email",))
    life.engine.adopt(with_ladder(life.config, ladder_of(life, REMINDER, URGING, graver, repeat=repeat)))
    life.go_to("2026-07-14T12:00")
    assert life.diary(DRILLING) == [
        *said,
        "07-07 09:00 supervise +5wd reg.duty",
        "07-14 09:00 urge repeat-1 ent.safety_officer",
    ]


WEEKLY, FORTNIGHTLY = (Repeat(parse_limit(every), Stage.URGE, ("assignee",), ("email",)) for every in ("5wd", "10wd"))


def edited_repeats(before: Repeat, *after: Step, repeat: Repeat) -> tuple[Life, list[str]]:
    """A drill that was urged until late August, and then is under another ladder; what was said before."""
    life = drill(REMINDER, URGING, at="2026-06-20T12:00")
    life.engine.adopt(with_ladder(life.config, ladder_of(life, REMINDER, URGING, repeat=before)))
    said = life.go_to("2026-08-27T12:00").diary(DRILLING)
    life.engine.adopt(with_ladder(life.config, ladder_of(life, REMINDER, URGING, *after, repeat=repeat)))
    return life.go_to("2026-09-30T12:00"), said


def test_a_task_that_is_to_be_urged_more_rarely_is_urged_on() -> None:
    life, said = edited_repeats(WEEKLY, repeat=FORTNIGHTLY)
    assert said[-1] == "08-26 09:00 urge repeat-8 ent.safety_officer"
    assert life.diary(DRILLING)[len(said) :] == [
        "09-09 09:00 urge repeat-5 ent.safety_officer",
        "09-22 09:00 urge repeat-6 ent.safety_officer",  # Sunday the 20th is worked
    ]


def test_a_task_that_is_to_be_urged_more_often_is_urged_once_for_what_is_past() -> None:
    life, said = edited_repeats(FORTNIGHTLY, repeat=WEEKLY)
    following = life.diary(DRILLING)[len(said) :]
    assert following[0].startswith("08-27 12:00 urge repeat-8")
    assert following[1].startswith("09-02 09:00 urge repeat-9")


def test_a_step_that_is_added_after_the_others_does_not_end_the_repeats() -> None:
    graver = step("+20wd", Stage.SUPERVISE, "regulator")
    life, said = edited_repeats(WEEKLY, graver, repeat=WEEKLY)
    following = life.diary(DRILLING)[len(said) :]
    assert following[0] == "08-27 12:00 supervise +20wd reg.duty"
    assert "09-01 09:00 urge repeat-5 ent.safety_officer" in following


def test_what_waits_to_be_said_is_said_though_an_edited_ladder_counts_its_repeats_anew() -> None:
    life = drill(REMINDER, URGING, at="2026-06-20T12:00")
    life.engine.adopt(with_ladder(life.config, ladder_of(life, REMINDER, URGING, repeat=WEEKLY)))
    said = life.go_to("2026-08-27T20:00").diary(DRILLING)
    life.record(lambda recorder: recorder.extend(DRILLING, date(2026, 7, 1), Statement("苗立华", "暴雨")))
    life.engine.adopt(with_ladder(life.config, ladder_of(life, REMINDER, URGING, repeat=FORTNIGHTLY)))
    life.go_to("2026-08-28T12:00")
    assert life.diary(DRILLING)[len(said) :] == [
        "08-28 09:00 remind moved-1 ent.principal",
        "08-28 09:00 remind moved-1 ent.safety_officer",
    ]


def test_repeats_that_lie_ahead_because_the_clock_was_set_back_are_not_said_again() -> None:
    life = drill(REMINDER, URGING, at="2026-06-20T12:00")
    life.engine.adopt(with_ladder(life.config, ladder_of(life, REMINDER, URGING, repeat=WEEKLY)))
    said = life.go_to("2026-08-27T12:00").diary(DRILLING)
    life.clock.set(life.moment("2026-08-05T12:00"))
    life.engine.adopt(with_duty(life.engine.config, "ent-09a", title="演练"))
    life.go_to("2026-08-27T12:00")
    assert life.diary(DRILLING) == said


def test_a_rung_that_is_added_after_its_moment_is_caught_up_at_once() -> None:
    life = drill(REMINDER, at="2026-07-02T12:00")
    life.engine.adopt(with_ladder(life.config, ladder_of(life, REMINDER, URGING)))
    life.go_to("2026-07-02T13:00")
    assert life.diary(DRILLING)[1:] == [
        "07-02 12:00 urge +1wd ent.principal",
        "07-02 12:00 urge +1wd ent.safety_officer",
    ]


def test_other_office_hours_move_what_is_still_to_be_said() -> None:
    life = drill(REMINDER, at="2026-06-01T12:00")
    hours = OfficeHours(time(10), time(16))
    life.engine.adopt(with_ladder(life.config, replace(ladder_of(life, REMINDER), hours=hours)))
    life.go_to("2026-06-19T12:00")
    assert life.diary(DRILLING) == ["06-18 10:00 remind -7wd ent.safety_officer"]


ALL_DAY = OfficeHours(time(0), None)


@pytest.mark.parametrize(
    ("edit", "leaves"),
    [
        ({}, "06-18 19:00"),
        ({"standard": None}, "06-22 09:00"),  # after the Dragon Boat Festival; both are in one message
        ({"other": None}, "06-22 09:00"),
        ({"standard": OfficeHours(time(8), time(20)), "other": OfficeHours(time(19, 30), None)}, "06-18 19:30"),
        ({"standard": OfficeHours(time(8), time(12)), "other": OfficeHours(time(20), None)}, "06-22 08:00"),
    ],
    ids=["no edit", "one ladder", "the other", "both, with hours in common", "both, without"],
)
def test_a_message_that_waits_keeps_to_the_hours_that_its_ladders_have_now(
    edit: Mapping[str, OfficeHours | None], leaves: str
) -> None:
    config = town("ent-09a")
    drills = {key: replace(config.obligations["ent-09a"], id=key, policy=key) for key in ("standard", "other")}
    config = replace(config, obligations=drills)
    for name in drills:
        ladder = replace(config.policies["standard"], id=name, steps=(REMINDER,), repeat=None, hours=ALL_DAY)
        config = with_ladder(config, ladder)
    begun = life_from(config, "2026-06-01T08:00")
    busy = MemoryChannel("email", AddressKind.EMAIL, [Temporary("busy", timedelta(hours=19))])
    life = Life(config, begun.clock, begun.database, {**begun.channels, "email": busy}).go_to("2026-06-18T12:00")
    assert len(busy.attempts) == 1
    for name, hours in edit.items():
        config = with_ladder(config, replace(config.policies[name], hours=hours))
    life.engine.adopt(config)
    life.go_to("2026-06-23T12:00")
    said = [life.diary(f"{key}/ent/2026-H1") for key in drills]
    assert said == [[f"{leaves} remind -7wd ent.safety_officer"]] * 2
