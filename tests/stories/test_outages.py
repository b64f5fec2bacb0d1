"""What happens when the daemon was down, and that a year lived is the year simulated."""

import asyncio
from collections import Counter
from datetime import timedelta

from tests.stories.telling import Life, life_from, sample_city

JOINT_MEETING = "reg-15a/ent-binhai-chem/acc-2026-001"


def test_after_an_outage_everybody_is_told_once_at_the_gravest_step_that_names_him() -> None:
    life = life_from(sample_city(), "2026-09-18T00:00").go_to("2026-09-21T12:00")
    before = len(life.channels["email"].sent)
    life.sleep_until("2026-10-08T09:30")
    messages = life.channels["email"].sent[before:]
    assert max(Counter(message.address for message in messages).values()) == 1
    assert [line for line in life.diary(JOINT_MEETING) if line >= "10-08"] == [
        "10-08 09:30 urge +1wd reg-emergency.duty",
        "10-08 09:30 supervise +3wd off-city.duty",
        "10-08 09:30 supervise +3wd reg-emergency.principal",
    ]


def test_what_comes_due_while_the_daemon_is_down_waits_for_the_next_working_morning() -> None:
    life = life_from(sample_city(), "2026-09-18T00:00").go_to("2026-09-21T12:00")
    before = len(life.told())
    life.sleep_until("2026-10-02T03:00")  # in the middle of the holiday, at night
    assert len(life.told()) == before
    life.go_to("2026-10-08T09:00")
    assert {f"{each.at:%m-%d %H:%M}" for each in life.told()[before:]} == {"10-08 01:00"}  # UTC


def test_a_step_that_was_passed_over_is_on_record_with_its_reason() -> None:
    life = life_from(sample_city(), "2026-09-18T00:00").go_to("2026-09-21T12:00").sleep_until("2026-10-08T09:30")
    with life.database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT step, reason FROM notices JOIN tasks ON tasks.id = task_id "
            "WHERE task = ? AND notices.state = 'superseded' AND holder = 'reg-emergency.principal'",
            (JOINT_MEETING,),
        ).all()
    assert {step for step, _ in rows} == {"-1wd", "+1wd"}
    assert {reason for _, reason in rows} == {"a graver step told the same post-holder at the same time"}


def test_a_lived_autumn_tells_the_same_as_a_simulated_one() -> None:
    simulated = life_from(sample_city(), "2026-09-17T00:00").go_to("2026-10-09T23:40")
    lived = life_from(sample_city(), "2026-09-17T00:00").go_to("2026-10-09T23:40", every=timedelta(minutes=20))
    assert lived.told() == simulated.told()


def test_a_restart_between_deciding_and_sending_loses_nothing() -> None:
    life = life_from(sample_city(), "2026-09-18T14:00")
    life.go_to("2026-09-18T14:10")
    life.clock.set(life.moment("2026-09-18T14:20"))
    life.engine.decide(life.clock.now())  # decided and written, and then the process dies
    again = Life(life.config, life.clock, life.database, life.channels)
    asyncio.run(again.engine.wake())
    assert len(again.diary(JOINT_MEETING)) == 2


def test_a_task_done_between_deciding_and_sending_is_not_spoken_of() -> None:
    life = life_from(sample_city(), "2026-09-18T14:00")
    life.go_to("2026-09-18T14:10")
    life.clock.set(life.moment("2026-09-18T14:20"))
    life.engine.decide(life.clock.now())
    life.done(JOINT_MEETING)
    asyncio.run(life.engine.wake())
    assert life.diary(JOINT_MEETING) == []
    assert len(life.diary("off-28a/ent-binhai-chem/acc-2026-001")) == 2
