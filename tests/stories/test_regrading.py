"""An accident is regraded: its tasks appear, move, go and come back, and who was told of one is told so once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from daemon.recording import Statement
from notifiers.channel import Message, Outcome, Permanent, Temporary
from notifiers.memory import MemoryChannel
from obligations.limits import parse_limit
from obligations.organizations import AddressKind
from obligations.selectors import Value
from obligations.states import TaskState
from tests.stories.conftest import Begin
from tests.stories.mortal import MortalLife
from tests.stories.town import town, version_after, with_duty

DUTIES = ("reg-15a", "off-24a", "off-28a")
MEETING, TALK, WARNING = (f"{duty}/ent/acc-1" for duty in DUTIES)
AT = datetime(2026, 9, 18, 6, 20, tzinfo=UTC)  # a Friday, 14:20
AFTERNOON: Mapping[str, Value] = {"occurred_at": AT, "deaths": 2, "liability": True}
FIRST_DAY = ["09-18 14:20 remind start reg.duty", "09-18 14:20 remind start reg.principal"]


def with_accident(begin: Begin, fields: Mapping[str, Value] = AFTERNOON, at: str = "2026-09-18T14:20") -> MortalLife:
    life = begin(town(*DUTIES), "2026-09-18T08:00")
    life.go_to(at)
    return record(life, fields)


def record(life: MortalLife, fields: Mapping[str, Value]) -> MortalLife:
    life.record(lambda recorder: recorder.add_event("acc-1", "accident", "ent", fields))
    return life


def amend(life: MortalLife, **fields: Value) -> MortalLife:
    life.record(lambda recorder: recorder.amend_event("acc-1", fields))
    return life


def told_of_changes(life: MortalLife, task: str) -> list[str]:
    words = ("moved", "withdrawn", "restored")
    return [line for line in life.diary(task) if line.split()[3].startswith(words)]


def test_a_third_death_makes_it_a_larger_accident_and_the_talk_with_the_district_appears(begin: Begin) -> None:
    life = with_accident(begin)
    assert life.standing() == {MEETING: "2026-09-25", WARNING: "2026-10-09"}
    life.go_to("2026-09-20T20:00")
    amend(life, deaths=3)
    assert life.standing() == {MEETING: "2026-09-25", TALK: "2026-10-22", WARNING: "2026-10-09"}
    life.go_to("2026-09-30T23:00")
    assert life.diary(MEETING)[:2] == FIRST_DAY
    assert told_of_changes(life, MEETING) == []
    assert life.diary(TALK) == ["09-22 09:00 remind -30d off.duty"]


def test_with_nobody_dead_the_tasks_go_those_who_were_told_are_told_so_once_and_nobody_else_is(begin: Begin) -> None:
    life = with_accident(begin)
    life.go_to("2026-09-20T20:00")
    amend(life, deaths=3).go_to("2026-09-21T10:00")
    amend(life, deaths=0).go_to("2026-10-31T23:00")
    assert life.state(MEETING) is life.state(TALK) is TaskState.WITHDRAWN
    assert life.diary(MEETING) == [
        *FIRST_DAY,
        "09-21 10:00 remind withdrawn-0 reg.duty",
        "09-21 10:00 remind withdrawn-0 reg.principal",
    ]
    assert life.diary(TALK) == []  # the talk had not been spoken of yet
    assert told_of_changes(life, WARNING) == []
    assert life.state(WARNING) is TaskState.OPEN


def test_why_it_was_withdrawn_stands_in_the_message(begin: Begin) -> None:
    life = with_accident(begin)
    life.go_to("2026-09-21T10:00")
    amend(life, deaths=0).go_to("2026-09-21T10:30")
    letters = life.channels["email"].sent[-2:]
    assert {letter.address for letter in letters} == {"miao@example.com", "chu@example.com"}
    assert all("撤销原因：所依据的事件信息已更正或者撤回。" in letter.text for letter in letters)


def test_another_day_of_the_accident_moves_its_tasks_and_tells_those_who_were_told_of_the_former(begin: Begin) -> None:
    life = with_accident(begin)
    life.go_to("2026-09-21T10:00")
    amend(life, occurred_at=datetime(2026, 9, 17, 6, 20, tzinfo=UTC)).go_to("2026-09-23T12:00")
    assert life.standing() == {MEETING: "2026-09-24", WARNING: "2026-10-08"}
    assert life.diary(MEETING) == [
        *FIRST_DAY,
        "09-21 10:00 remind -3wd reg.duty",  # for the new day its moment was an hour ago
        "09-21 10:00 remind moved-1 reg.duty",
        "09-21 10:00 remind moved-1 reg.principal",
        "09-23 09:00 remind -1wd reg.duty",
        "09-23 09:00 remind -1wd reg.principal",
    ]


def test_what_is_amended_back_before_the_message_leaves_has_never_been(begin: Begin) -> None:
    life = with_accident(begin)
    life.go_to("2026-09-18T20:00")
    amend(life, deaths=0).go_to("2026-09-19T20:00")
    assert life.state(MEETING) is TaskState.WITHDRAWN
    amend(life, deaths=2).go_to("2026-09-21T12:00")
    assert life.state(MEETING) is TaskState.OPEN
    assert told_of_changes(life, MEETING) == []


def test_what_comes_back_after_it_was_told_is_told_as_restored_and_what_goes_again_as_withdrawn_again(
    begin: Begin,
) -> None:
    life = with_accident(begin)
    life.go_to("2026-09-21T10:00")
    amend(life, deaths=0).go_to("2026-09-21T11:00")
    amend(life, deaths=1).go_to("2026-09-21T12:00")
    amend(life, deaths=0).go_to("2026-10-31T12:00")
    assert told_of_changes(life, MEETING) == [
        "09-21 10:00 remind withdrawn-0 reg.duty",
        "09-21 10:00 remind withdrawn-0 reg.principal",
        "09-21 11:00 remind restored-1 reg.duty",
        "09-21 11:00 remind restored-1 reg.principal",
        "09-21 12:00 remind withdrawn-1 reg.duty",
        "09-21 12:00 remind withdrawn-1 reg.principal",
    ]


def test_what_is_withdrawn_back_and_withdrawn_in_one_night_is_told_as_withdrawn_once(begin: Begin) -> None:
    life = with_accident(begin)
    for evening, deaths in (("20:00", 0), ("20:10", 1), ("20:20", 0)):
        life.go_to(f"2026-09-18T{evening}")
        amend(life, deaths=deaths)
    life.go_to("2026-09-22T12:00")
    assert [line.split()[-1] for line in told_of_changes(life, MEETING)] == ["reg.duty", "reg.principal"]


def test_a_withdrawal_that_was_told_and_a_return_that_was_not_need_no_second_withdrawal(begin: Begin) -> None:
    life = with_accident(begin)
    life.go_to("2026-09-18T16:00")
    amend(life, deaths=0).go_to("2026-09-18T20:00")
    amend(life, deaths=1).go_to("2026-09-18T20:10")
    amend(life, deaths=0).go_to("2026-09-22T12:00")
    assert told_of_changes(life, MEETING) == [
        "09-18 16:00 remind withdrawn-0 reg.duty",
        "09-18 16:00 remind withdrawn-0 reg.principal",
    ]


def test_a_return_that_moves_the_day_after_an_untold_withdrawal_is_told_as_a_move(begin: Begin) -> None:
    life = with_accident(begin)
    life.go_to("2026-09-18T20:00")
    amend(life, deaths=0).go_to("2026-09-18T20:10")
    amend(life, deaths=1, occurred_at=datetime(2026, 9, 17, 6, 20, tzinfo=UTC)).go_to("2026-09-20T08:59")
    assert told_of_changes(life, MEETING) == []  # this Sunday is worked, so it is told then
    life.go_to("2026-09-21T12:00")
    assert {line.split()[3] for line in told_of_changes(life, MEETING)} == {"moved-1"}


def while_the_mail_is_down(begin: Begin) -> MortalLife:
    """The first word about the talk has been decided, and its first attempt has failed."""
    life = begin(town("off-24a"), "2026-09-18T08:00")
    down = MemoryChannel("email", AddressKind.EMAIL, [Temporary("the relay is down")])
    life.channels = {**life.channels, "email": down}
    life.die()
    return record(life, {**AFTERNOON, "deaths": 3}).go_to("2026-09-22T09:00")


def test_a_first_word_that_had_not_left_when_the_task_went_and_came_back_is_said_after_all(begin: Begin) -> None:
    life = while_the_mail_is_down(begin)
    amend(amend(life, deaths=0), deaths=3).go_to("2026-09-23T12:00")
    assert [line.split(maxsplit=2)[2] for line in life.diary(TALK)] == ["remind -30d off.duty"]


def test_a_first_word_that_had_not_left_when_the_day_moved_is_said_of_the_new_day_alone(begin: Begin) -> None:
    life = while_the_mail_is_down(begin)
    amend(life, occurred_at=datetime(2026, 9, 17, 6, 20, tzinfo=UTC)).go_to("2026-09-23T12:00")
    assert [line.split(maxsplit=2)[2] for line in life.diary(TALK)] == ["remind -30d off.duty"]
    assert "10月21日" in life.channels["email"].sent[-1].text


def test_a_first_word_that_had_not_left_when_the_task_went_is_never_said_nor_is_its_going(begin: Begin) -> None:
    life = while_the_mail_is_down(begin)
    amend(life, deaths=0).go_to("2026-10-31T12:00")
    assert life.told() == []


def test_what_opens_only_months_later_now_is_told_as_a_move_and_as_a_withdrawal_if_it_goes(begin: Begin) -> None:
    yearly = with_duty(town("reg-15a"), "reg-15a", limit=parse_limit("1y"), opens=parse_limit("10m"))
    life = begin(yearly, "2026-09-18T08:00")
    life.go_to("2026-09-18T14:20")
    record(life, {**AFTERNOON, "occurred_at": date(2025, 11, 10)}).go_to("2026-09-21T10:00")
    said = life.diary(MEETING)
    amend(life, occurred_at=date(2026, 2, 10)).go_to("2026-09-22T12:00")  # opens on 10 December
    assert (life.state(MEETING), life.due(MEETING)) == (TaskState.OPEN, "2027-02-10")
    amend(life, deaths=0).go_to("2026-12-31T12:00")
    assert life.state(MEETING) is TaskState.WITHDRAWN
    assert life.diary(MEETING) == [
        *said,
        "09-21 10:00 remind moved-1 reg.duty",
        "09-21 10:00 remind moved-1 reg.principal",
        "09-22 12:00 remind withdrawn-1 reg.duty",
        "09-22 12:00 remind withdrawn-1 reg.principal",
    ]


def test_a_task_that_is_anothers_now_is_taken_from_the_former_and_begins_anew_with_the_present_bearer(
    begin: Begin,
) -> None:
    life = begin(with_duty(town("reg-15a"), "reg-15a", bearer="event.investigator"), "2026-09-18T08:00")
    life.go_to("2026-09-18T14:20")
    record(life, {**AFTERNOON, "investigator": "reg"}).go_to("2026-09-21T10:00")
    amend(life, investigator="off").go_to("2026-09-21T11:00")
    assert life.diary(MEETING) == [
        *FIRST_DAY,
        "09-21 10:00 remind reassigned-1 reg.duty",
        "09-21 10:00 remind reassigned-1 reg.principal",
        "09-21 10:00 remind start off.duty",
        "09-21 10:00 remind start off.principal",
    ]
    assert "贵单位无须办理" in life.channels["email"].sent[-3].text + life.channels["email"].sent[-4].text
    amend(life, occurred_at=datetime(2026, 9, 17, 6, 20, tzinfo=UTC)).go_to("2026-09-21T12:00")
    amend(life, deaths=0).go_to("2026-09-21T13:00")
    later = life.diary(MEETING)[6:]
    assert {line.split()[-1] for line in later} == {"off.duty", "off.principal"}
    assert {line.split()[3] for line in later} >= {"moved-2", "withdrawn-2"}


def investigated(begin: Begin) -> MortalLife:
    """The regulator has reported the meeting, which the county's government has to confirm."""
    config = with_duty(town("reg-15a"), "reg-15a", bearer="event.investigator", verify="government")
    life = begin(config, "2026-09-18T08:00").go_to("2026-09-18T14:20")
    return record(life, {**AFTERNOON, "investigator": "reg"}).go_to("2026-09-21T09:30").done(MEETING)


def refuse(life: MortalLife) -> MortalLife:
    return life.record(lambda recorder: recorder.reject(MEETING, Statement("郑卫东", "不实")))


def test_a_task_that_became_anothers_while_its_report_waited_is_taken_from_the_former_when_it_is_refused(
    begin: Begin,
) -> None:
    life = investigated(begin).go_to("2026-09-21T10:00")
    said = life.diary(MEETING)
    amend(life, investigator="off").go_to("2026-09-21T11:00")
    assert life.diary(MEETING) == said
    refuse(life).go_to("2026-09-21T12:00")
    assert life.diary(MEETING)[len(said) :] == [
        "09-21 11:00 remind reassigned-1 reg.duty",
        "09-21 11:00 remind reassigned-1 reg.principal",
        "09-21 11:00 remind start off.duty",
        "09-21 11:00 remind start off.principal",
    ]
    life.go_to("2026-09-21T13:00").done(MEETING).go_to("2026-09-21T14:00")
    said = life.diary(MEETING)
    assert refuse(life).go_to("2026-09-21T15:00").diary(MEETING) == said  # it is still the same organization's


def test_a_task_that_became_anothers_and_was_given_back_while_its_report_waited_goes_on_when_it_is_refused(
    begin: Begin,
) -> None:
    life = investigated(begin).go_to("2026-09-21T10:00")
    said = life.diary(MEETING)
    amend(life, investigator="off").go_to("2026-09-21T11:00")
    amend(life, investigator="reg").go_to("2026-09-21T12:00")
    assert refuse(life).go_to("2026-09-21T16:00").diary(MEETING) == said


def reassigned_in_the_evening(begin: Begin) -> MortalLife:
    """Those of the former bearer are to hear of it in the morning; those of the present one hear at once."""
    config = with_duty(town("reg-15a"), "reg-15a", bearer="event.investigator", verify="government")
    life = begin(config, "2026-09-18T08:00").go_to("2026-09-18T14:20")
    record(life, {**AFTERNOON, "investigator": "reg"}).go_to("2026-09-18T20:00")
    return amend(life, investigator="off").go_to("2026-09-18T20:10")


def move_its_day(life: MortalLife) -> None:
    amend(life, occurred_at=datetime(2026, 9, 17, 6, 20, tzinfo=UTC))


def report_and_refuse(life: MortalLife) -> None:
    refuse(life.done(MEETING))


@pytest.mark.parametrize(
    "change", [move_its_day, report_and_refuse], ids=["its day moves", "it is reported and refused"]
)
def test_who_waits_to_hear_that_a_task_is_anothers_hears_that_and_nothing_else_though_it_changes_again(
    begin: Begin, change: Callable[[MortalLife], None]
) -> None:
    life = reassigned_in_the_evening(begin)
    change(life)
    life.go_to("2026-09-20T12:00")  # a Sunday that is worked
    assert [line for line in life.diary(MEETING) if line.endswith((" reg.duty", " reg.principal"))] == [
        *FIRST_DAY,
        "09-20 09:00 remind reassigned-2 reg.duty",
        "09-20 09:00 remind reassigned-2 reg.principal",
    ]


def test_who_waits_to_hear_that_a_task_is_anothers_hears_that_it_is_withdrawn_if_it_is(begin: Begin) -> None:
    life = reassigned_in_the_evening(begin)
    amend(life, deaths=0).go_to("2026-09-20T12:00")
    assert [line for line in life.diary(MEETING) if line.endswith((" reg.duty", " reg.principal"))] == [
        *FIRST_DAY,
        "09-20 09:00 remind withdrawn-1 reg.duty",
        "09-20 09:00 remind withdrawn-1 reg.principal",
    ]


def test_who_had_not_heard_yet_that_a_task_was_his_does_not_hear_that_it_is_anothers(begin: Begin) -> None:
    config = with_duty(town("reg-15a"), "reg-15a", bearer="event.investigator")
    life = begin(config, "2026-09-18T08:00").go_to("2026-09-18T14:20")
    down = MemoryChannel("email", AddressKind.EMAIL, [Temporary("the relay is down")] * 2)
    life.channels = {**life.channels, "email": down}
    life.die()
    record(life, {**AFTERNOON, "investigator": "reg"}).wake()
    amend(life, investigator="off").go_to("2026-09-18T18:00")
    assert life.diary(MEETING) == [
        "09-18 14:20 remind start off.duty",
        "09-18 14:20 remind start off.principal",
    ]


def half_told(begin: Begin, late: str = "miao@example.com") -> tuple[MortalLife, "PuttingOff"]:
    """Of the two who are told first, one has heard; the mail of the other is put off."""
    life = begin(town("reg-15a"), "2026-09-18T08:00")
    life.go_to("2026-09-18T14:20")
    server = PuttingOff(late)
    life.channels = {**life.channels, "email": server}
    life.die()
    record(life, AFTERNOON).go_to("2026-09-18T14:30")
    assert life.diary(MEETING) == [FIRST_DAY[0 if late == "miao@example.com" else 1]]
    return life, server


class PuttingOff(MemoryChannel):
    """A mail server that puts off what is for one address on its first attempts."""

    def __init__(self, address: str) -> None:
        super().__init__("email", AddressKind.EMAIL)
        self._address, self.left = address, 100
        self.answer: Outcome = Temporary("greylisted")

    async def send(self, message: Message) -> Outcome:
        if message.address == self._address and self.left > 0:
            self.left -= 1
            return self.answer
        return await super().send(message)


def test_who_had_not_heard_what_others_had_when_the_task_went_is_told_it_when_it_comes_back(begin: Begin) -> None:
    life, server = half_told(begin)
    amend(life, deaths=0).go_to("2026-09-18T14:40")
    server.left = 0
    amend(life, deaths=2).go_to("2026-09-18T23:00")
    assert [line.split(maxsplit=2)[2] for line in life.diary(MEETING)] == [
        "remind start reg.duty",
        "remind withdrawn-0 reg.duty",
        "remind restored-1 reg.duty",
        "remind start reg.principal",
    ]


def test_a_stand_in_who_had_heard_a_step_is_not_told_it_again_for_whom_he_stands(begin: Begin) -> None:
    life, _ = half_told(begin, late="chu@example.com")
    regulator = life.config.organizations["reg"]
    principal = {"principal": regulator.posts["principal"]}
    vacated = {**life.config.organizations, "reg": regulator._replace(posts=principal)}
    life.adopt(replace(life.config, organizations=vacated, version=version_after(life.config, "vacated")))
    life.go_to("2026-09-18T14:40")
    amend(life, occurred_at=datetime(2026, 9, 17, 6, 20, tzinfo=UTC)).go_to("2026-09-18T23:00")
    assert [line.split(maxsplit=2)[2] for line in life.diary(MEETING)] == [
        "remind start reg.principal",
        "remind moved-1 reg.principal",
    ]


@pytest.mark.parametrize("answer", [Temporary("greylisted"), Permanent("550 no such user")])
def test_whoever_stands_in_for_a_reader_whom_nothing_reaches_does_not_hear_a_late_step_twice(
    begin: Begin, answer: Outcome
) -> None:
    life, server = half_told(begin, late="chu@example.com")
    amend(life, occurred_at=datetime(2026, 9, 17, 6, 20, tzinfo=UTC))
    server.answer = answer
    life.go_to("2026-09-18T23:00")
    assert [line.split(maxsplit=2)[2] for line in life.diary(MEETING)] == [
        "remind start reg.principal",
        "remind moved-1 reg.principal",
    ]


def test_who_had_not_heard_what_others_had_when_the_day_moved_twice_is_told_it_of_the_last_day(begin: Begin) -> None:
    life, server = half_told(begin)
    life.go_to("2026-09-18T20:00")
    amend(life, occurred_at=datetime(2026, 9, 17, 6, 20, tzinfo=UTC)).go_to("2026-09-18T20:10")
    amend(life, occurred_at=datetime(2026, 9, 16, 6, 20, tzinfo=UTC))
    server.left = 0
    life.go_to("2026-09-20T12:00")
    assert {line.split(maxsplit=2)[2] for line in life.diary(MEETING)[1:]} == {
        "remind moved-2 reg.duty",
        "remind start reg.principal",
        "remind -3wd reg.duty",
    }
    (late,) = [each for each in server.sent if each.notices == (f"{MEETING}/start/reg.principal",)]
    assert "9月23日" in late.text
    with life.database.read() as connection:
        why = connection.exec_driver_sql("SELECT DISTINCT reason FROM notices WHERE state = 'superseded'").scalars()
        assert set(why) == {"the task changed before this post-holder was told"}


# --- what waits for approval, and what was reported


def extended(life: MortalLife, task: str, to: str) -> MortalLife:
    life.record(lambda recorder: recorder.extend(task, date.fromisoformat(to), Statement(note="同意")))
    return life


def test_a_letter_that_waited_for_approval_when_the_day_moved_a_little_is_asked_for_again(begin: Begin) -> None:
    life = with_accident(begin)
    life.go_to("2026-10-12T12:00")
    assert [line for line in life.diary(MEETING) if "approval" in line] == ["10-09 09:00 letter +5wd.approval off.duty"]
    extended(life, MEETING, "2026-09-28").go_to("2026-10-12T13:00")
    asked = [line for line in life.diary(MEETING) if "approval" in line]
    assert asked[1:] == ["10-12 12:00 letter +5wd.approval off.duty"]  # its moment is past for the new day, too
    life.record(lambda recorder: recorder.approve(MEETING, "+5wd")).go_to("2026-10-12T14:00")
    assert [line for line in life.diary(MEETING) if " +5wd " in line] == [
        "10-12 13:00 letter +5wd gov.duty",
        "10-12 13:00 letter +5wd reg.principal",
    ]


def test_a_day_that_moves_past_the_one_that_was_granted_counts_and_is_told(begin: Begin) -> None:
    life = with_accident(begin)
    extended(life, MEETING, "2026-09-28").go_to("2026-09-21T12:00")
    amend(life, occurred_at=datetime(2026, 9, 23, 6, 20, tzinfo=UTC)).go_to("2026-09-23T12:00")
    assert life.standing()[MEETING] == "2026-09-30"
    assert [line for line in told_of_changes(life, MEETING) if line > "09-21 12"] == [
        "09-21 12:00 remind moved-2 reg.duty",
        "09-21 12:00 remind moved-2 reg.principal",
    ]


def test_who_has_to_confirm_is_told_even_if_the_day_moves_before_his_message_leaves(begin: Begin) -> None:
    life = begin(with_duty(town("reg-15a"), "reg-15a", verify="office"), "2026-09-18T08:00").go_to("2026-09-18T14:20")
    record(life, AFTERNOON).go_to("2026-09-21T20:00")
    life.done(MEETING)
    amend(life, occurred_at=datetime(2026, 9, 17, 6, tzinfo=UTC))
    life.go_to("2026-09-22T12:00")
    assert life.diary(MEETING)[2:] == ["09-22 09:00 remind reported-1 off.duty"]
