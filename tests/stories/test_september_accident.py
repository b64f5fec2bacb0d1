"""A fatal liability accident on Friday 18 September 2026 at 14:20; the regulator has one week for the joint meeting."""

from datetime import date

from daemon.recording import Statement
from daemon.store.tasks import find
from tests.stories.telling import ACCIDENT, Life, life_from, sample_city, stages

JOINT_MEETING = "reg-15a/ent-binhai-chem/acc-2026-001"
WARNING_MEETING = "off-28a/ent-binhai-chem/acc-2026-001"


def live_until(moment: str) -> Life:
    return life_from(sample_city(*ACCIDENT), "2026-09-01T00:00").go_to(moment)


def test_the_regulator_is_told_at_once_then_before_the_last_working_day_and_then_up_the_ladder() -> None:
    life = live_until("2026-10-13T23:00")
    assert life.diary(JOINT_MEETING) == [
        "09-18 14:20 remind start reg-emergency.duty",
        "09-18 14:20 remind start reg-emergency.principal",
        "09-22 09:00 remind -3wd reg-emergency.duty",
        "09-24 09:00 remind -1wd reg-emergency.duty",
        "09-24 09:00 remind -1wd reg-emergency.principal",
        "09-28 09:00 urge +1wd reg-emergency.duty",
        "09-28 09:00 urge +1wd reg-emergency.principal",
        "09-30 09:00 supervise +3wd off-city.duty",
        "09-30 09:00 supervise +3wd reg-emergency.principal",
        "10-09 09:00 letter +5wd.approval off-city.duty",
    ]


def test_urgent_steps_go_by_sms_too_and_quiet_ones_do_not() -> None:
    life = live_until("2026-09-25T23:00")
    assert [line.split()[3] for line in life.diary(JOINT_MEETING, "sms")] == ["start", "start", "-1wd", "-1wd"]


def test_nothing_is_said_on_the_mid_autumn_and_national_holidays() -> None:
    life = live_until("2026-10-31T23:00")
    days = {line.split()[0] for line in life.diary(JOINT_MEETING)}
    off = {"09-25", "09-26", "09-27", *(f"10-{day:02}" for day in range(1, 8))}
    assert not days & off
    assert "10-15" in days  # it goes on: the tenth working day after the due day, the make-up Saturday counted


def test_once_the_meeting_was_held_there_is_silence() -> None:
    life = live_until("2026-10-13T23:00")
    said = life.diary(JOINT_MEETING)
    life.done(JOINT_MEETING).go_to("2027-01-31T23:00")
    assert life.diary(JOINT_MEETING) == said


def test_the_letter_waits_for_the_office_and_goes_when_the_office_approves() -> None:
    life = live_until("2026-10-09T12:00")
    assert "letter" not in stages(line for line in life.diary(JOINT_MEETING) if ".approval" not in line)
    life.record(lambda recorder: recorder.approve(JOINT_MEETING, "+5wd")).go_to("2026-10-09T13:00")
    assert life.diary(JOINT_MEETING)[-2:] == [
        "10-09 12:00 letter +5wd gov-city.duty",
        "10-09 12:00 letter +5wd reg-emergency.principal",
    ]


def test_two_duties_of_one_accident_come_as_one_message_to_each_person() -> None:
    life = live_until("2026-09-18T23:00")
    keys = [message.notices for message in life.channels["email"].sent if message.address and message.notices]
    about_accident = [each for each in keys if any("acc-2026-001" in key for key in each)]
    assert sorted(len(each) for each in about_accident) == [2, 2]


def test_an_extension_moves_the_ladder_and_tells_those_who_were_told_of_the_former_day() -> None:
    life = live_until("2026-09-22T12:00")
    life.record(
        lambda recorder: recorder.extend(JOINT_MEETING, date(2026, 10, 15), Statement(by="沈玉洁", note="审批同意"))
    )
    life.go_to("2026-10-16T23:00")
    after = [line for line in life.diary(JOINT_MEETING) if line > "09-22 12"]
    assert after == [
        "09-22 12:00 remind moved-1 reg-emergency.duty",
        "09-22 12:00 remind moved-1 reg-emergency.principal",
        "10-12 09:00 remind -3wd reg-emergency.duty",
        "10-14 09:00 remind -1wd reg-emergency.duty",
        "10-14 09:00 remind -1wd reg-emergency.principal",
        "10-16 09:00 urge +1wd reg-emergency.duty",
        "10-16 09:00 urge +1wd reg-emergency.principal",
    ]


def test_the_warning_meeting_is_due_on_the_tenth_working_day_across_two_holidays() -> None:
    life = live_until("2026-09-18T23:00")
    with life.database.read() as connection:
        found = find(connection, WARNING_MEETING)
    assert found is not None
    assert found.task.plan.due == date(2026, 10, 9)
