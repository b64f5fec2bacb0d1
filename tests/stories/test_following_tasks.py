"""What is done sets the clock of what follows: a drill and its evaluation, a major hazard from order to file."""

from dataclasses import replace
from datetime import date

from daemon.recording import Statement
from notifiers.channel import Temporary
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from obligations.policies import Stage
from obligations.rules import StageAnchor
from obligations.states import TaskState
from tests.stories.conftest import Begin
from tests.stories.town import happened, town, with_duty, with_events

DRILL, EVALUATION = "ent-09a/ent/2026-H1", "ent-09c/ent/2026-H1"
HAZARD = ("reg-11b-supervise", "reg-11b-rectify", "reg-11b-accept", "reg-11b-verify", "reg-11b")
LISTED = ("off-23-rectify", "off-23")


def hazard(duty: str) -> str:
    return f"{duty}/ent/haz-1"


def test_a_drill_is_followed_by_its_evaluation_within_twenty_working_days(begin: Begin) -> None:
    life = begin(town("ent-09a", "ent-09c"), "2026-05-18T08:00").go_to("2026-05-20T10:00")
    assert EVALUATION not in life.standing()
    life.done(DRILL)
    assert life.due(EVALUATION) == "2026-06-17"
    life.go_to("2026-06-23T12:00")
    assert life.diary(EVALUATION) == [
        "05-20 10:00 remind -30d ent.safety_officer",  # thirty days before it is past already
        "06-08 09:00 remind -7wd ent.principal",
        "06-08 09:00 remind -7wd ent.safety_officer",
        "06-16 09:00 remind -1wd ent.principal",
        "06-16 09:00 remind -1wd ent.safety_officer",
        "06-18 09:00 urge +1wd ent.principal",
        "06-18 09:00 urge +1wd ent.safety_officer",
    ]


def test_an_evaluation_counts_from_the_day_of_the_drill_and_not_from_when_it_was_recorded(begin: Begin) -> None:
    life = begin(town("ent-09a", "ent-09c"), "2026-05-18T08:00").go_to("2026-05-25T10:00")
    life.done(DRILL, "2026-05-20")
    assert life.due(EVALUATION) == "2026-06-17"


def test_without_a_drill_there_is_nothing_to_evaluate(begin: Begin) -> None:
    life = begin(town("ent-09a", "ent-09c"), "2026-05-18T08:00").go_to("2026-07-20T10:00")
    life.record(lambda recorder: recorder.waive("ent-09a/ent/2026-H2", Statement(note="停产")))
    assert not [key for key in life.standing() if key.startswith("ent-09c")]


def test_a_major_hazard_is_ordered_rectified_accepted_verified_and_filed_each_after_the_other(begin: Begin) -> None:
    life = begin(town(*HAZARD), "2026-03-02T08:00").go_to("2026-03-02T10:00")
    life.record(
        lambda recorder: recorder.add_event(
            "haz-1", "major_hazard", "ent", {"found_at": date(2026, 3, 2), "verify_by": date(2026, 5, 15)}
        )
    )
    steps = [
        ("reg-11b-supervise", "2026-03-05", "2026-03-04"),  # 3wd
        ("reg-11b-rectify", "2026-04-03", "2026-04-01"),  # 30d
        ("reg-11b-accept", "2026-04-16", "2026-04-10"),  # 10wd, and 6 April is a day off
        ("reg-11b-verify", "2026-05-15", "2026-05-11"),  # as the event says
        ("reg-11b", "2026-05-18", "2026-05-18"),  # 5wd
    ]
    for duty, due, done in steps:
        assert life.standing() == {hazard(duty): due}
        life.go_to(f"{done}T12:00").done(hazard(duty))
    assert life.standing() == {}
    life.go_to("2026-07-31T12:00")
    bearers = {duty: {line.split()[4].partition(".")[0] for line in life.diary(hazard(duty))} for duty in HAZARD}
    assert bearers == {duty: {"ent" if duty == "reg-11b-rectify" else "reg"} for duty in HAZARD}
    assert not [each for each in life.told() if each.stage != "remind"]


def test_what_follows_a_late_link_starts_late_and_is_not_late_itself(begin: Begin) -> None:
    life = begin(town(*HAZARD), "2026-03-02T08:00").go_to("2026-03-02T10:00")
    life.record(lambda recorder: recorder.add_event("haz-1", "major_hazard", "ent", {"found_at": date(2026, 3, 2)}))
    life.go_to("2026-03-20T12:00").done(hazard("reg-11b-supervise"))
    assert life.due(hazard("reg-11b-rectify")) == "2026-04-19"
    life.go_to("2026-03-20T13:00")
    assert life.diary(hazard("reg-11b-rectify")) == [
        "03-20 12:00 remind start ent.principal",
        "03-20 12:00 remind start ent.safety_officer",
    ]


def test_a_hazard_that_was_none_takes_back_what_is_left_of_its_chain_and_leaves_what_was_done(begin: Begin) -> None:
    config = town(*HAZARD)
    life = begin(with_events(config, happened("haz-1", "major_hazard", found_at=date(2026, 3, 2))), "2026-03-02T08:00")
    life.go_to("2026-03-04T12:00").done(hazard("reg-11b-supervise")).go_to("2026-03-05T12:00")
    life.adopt(config).go_to("2026-03-06T12:00")
    assert life.state(hazard("reg-11b-supervise")) is TaskState.CLOSED
    assert life.state(hazard("reg-11b-rectify")) is TaskState.WITHDRAWN
    assert life.diary(hazard("reg-11b-rectify")) == [
        "03-04 12:00 remind start ent.principal",
        "03-04 12:00 remind start ent.safety_officer",
        "03-05 12:00 remind withdrawn-0 ent.principal",
        "03-05 12:00 remind withdrawn-0 ent.safety_officer",
    ]


def test_a_listed_hazard_stays_with_the_enterprise_until_the_office_has_confirmed_it(begin: Begin) -> None:
    life = begin(town(*LISTED), "2026-03-02T08:00").go_to("2026-03-02T10:00")
    listed = {"listed_at": date(2026, 3, 2), "rectify_by": date(2026, 4, 30)}
    life.record(lambda recorder: recorder.add_event("haz-1", "hazard_listed", "ent", listed))
    assert life.standing() == {hazard("off-23-rectify"): "2026-04-30", hazard("off-23"): "2026-04-30"}
    life.go_to("2026-04-20T12:00").done(hazard("off-23-rectify")).go_to("2026-04-20T13:00")
    assert life.diary(hazard("off-23-rectify"))[-1] == "04-20 12:00 remind reported-1 off.duty"
    assert life.state(hazard("off-23-rectify")) is TaskState.REPORTED
    life.record(lambda recorder: recorder.reject(hazard("off-23-rectify"), Statement("冯远", "现场仍有泄漏")))
    life.go_to("2026-05-06T12:00")
    assert (
        life.diary(hazard("off-23-rectify"))[-1] == "05-06 09:00 urge +1wd ent.principal"
    )  # 1 to 5 May is the festival
    life.done(hazard("off-23-rectify")).go_to("2026-05-07T12:00")
    life.record(lambda recorder: recorder.verify(hazard("off-23-rectify"))).done(hazard("off-23"))
    said = life.told()
    assert life.go_to("2026-07-31T12:00").told() == said


def test_what_a_stage_started_stands_although_the_task_is_done_before_the_message_of_that_stage_left(
    begin: Begin,
) -> None:
    config = with_duty(town("ent-09a", "off-29"), "off-29", anchor=StageAnchor(Stage.URGE))
    life = begin(config, "2026-06-29T08:00").go_to("2026-06-30T12:00")
    down = MemoryChannel("email", AddressKind.EMAIL, [Temporary("the relay is down")] * 2)
    life.channels = {**life.channels, "email": down}
    life.die()
    started = "off-29/ent/ent-09a.2026-H1"
    life.go_to("2026-07-01T09:00").done(DRILL).go_to("2026-07-02T12:00")
    assert not [line for line in life.diary(DRILL) if "urge" in line]
    said = life.diary(started)
    assert said
    life.adopt(replace(config, version="read-anew")).go_to("2026-07-02T13:00")
    assert life.state(started) is TaskState.OPEN
    assert life.diary(started) == said
