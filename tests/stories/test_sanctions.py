"""The last rung of a ladder is reached, and the office has to report the matter: 抄报, with a clock of its own."""

from datetime import date

from daemon.recording import Statement
from obligations.states import TaskState
from tests.stories.conftest import Begin
from tests.stories.mortal import MortalLife
from tests.stories.town import happened, town, with_events

HAZARD, DISCLOSURE = "off-23-rectify/ent/haz-1", "off-29/ent/off-23-rectify.haz-1"
LISTED = happened("haz-1", "hazard_listed", listed_at=date(2026, 3, 2), rectify_by=date(2026, 4, 30))
RUNGS = {
    "+5wd": "2026-05-11",
    "+10wd": "2026-05-18",
    "+15wd": "2026-05-25",
    "+20wd": "2026-06-01",
}
"""The rungs that the office approves, and when each asks: 30 April is the due day, 1 to 5 May and 9 May are unlike."""


def neglected(begin: Begin, until: str) -> MortalLife:
    config = with_events(town("off-23-rectify", "off-29"), LISTED)
    return begin(config, "2026-04-30T08:00").go_to(until)


def approve(life: MortalLife, step: str) -> MortalLife:
    life.record(lambda recorder: recorder.approve(HAZARD, step))
    return life


def test_an_approval_is_asked_for_at_each_grave_rung_and_nobody_else_hears_of_it_before(begin: Begin) -> None:
    life = neglected(begin, "2026-06-01T12:00")
    asked = {line.split()[3]: line.split()[0] for line in life.diary(HAZARD) if "approval" in line}
    assert asked == {f"{step}.approval": day[5:] for step, day in RUNGS.items()}
    assert {line.split()[-1] for line in life.diary(HAZARD) if "approval" in line} == {"off.duty"}
    assert not [line for line in life.diary(HAZARD) if line.split()[3] in RUNGS]


def test_a_report_that_nobody_has_approved_is_no_report(begin: Begin) -> None:
    life = neglected(begin, "2026-06-10T12:00")
    assert life.state(DISCLOSURE) is None


def test_the_approved_report_starts_the_disclosure_which_is_due_ten_working_days_after_it_was_approved(
    begin: Begin,
) -> None:
    life = approve(neglected(begin, "2026-06-04T12:00"), "+20wd")
    assert life.standing() == {HAZARD: "2026-04-30", DISCLOSURE: "2026-06-18"}
    life.go_to("2026-06-05T12:00")
    assert life.diary(DISCLOSURE) == ["06-04 12:00 remind -30d off.duty"]
    assert [line for line in life.diary(HAZARD) if " +20wd " in line] == [
        "06-04 12:00 report +20wd ent.principal",
        "06-04 12:00 report +20wd gov.principal",
        "06-04 12:00 report +20wd off.principal",
        "06-04 12:00 report +20wd reg.principal",
    ]


def test_what_has_to_be_disclosed_is_named_with_its_number_and_the_day_on_which_it_was_due_then(begin: Begin) -> None:
    life = approve(neglected(begin, "2026-06-04T12:00"), "+20wd").go_to("2026-06-05T12:00")
    life.record(lambda recorder: recorder.extend(HAZARD, date(2026, 7, 31), Statement("冯远", "设备未到")))
    life.go_to("2026-06-18T12:00")
    letters = [each for each in life.channels["email"].sent if any(DISCLOSURE in about for about in each.notices)]
    assert len(letters) > 1
    for letter in letters:
        assert "所涉事项：整改挂牌督办的隐患（2026年4月30日到期，任务编号 off-23-rectify/ent/haz-1）" in letter.text


def test_what_is_done_after_the_report_still_has_to_be_disclosed(begin: Begin) -> None:
    life = approve(neglected(begin, "2026-06-04T12:00"), "+20wd").go_to("2026-06-05T12:00")
    life.done(HAZARD).record(lambda recorder: recorder.verify(HAZARD)).go_to("2026-06-12T12:00")
    assert (life.state(HAZARD), life.state(DISCLOSURE)) == (TaskState.CLOSED, TaskState.OPEN)
    life.done(DISCLOSURE)
    said = life.told()
    assert life.go_to("2026-08-31T12:00").told() == said


def test_what_was_listed_by_mistake_need_not_be_disclosed_either_and_who_was_told_is_told_so(begin: Begin) -> None:
    life = approve(neglected(begin, "2026-06-04T12:00"), "+20wd").go_to("2026-06-05T12:00")
    life.adopt(town("off-23-rectify", "off-29")).go_to("2026-06-30T12:00")
    assert life.state(HAZARD) is life.state(DISCLOSURE) is TaskState.WITHDRAWN
    assert life.diary(DISCLOSURE) == [
        "06-04 12:00 remind -30d off.duty",
        "06-05 12:00 remind withdrawn-0 off.duty",
    ]


def test_a_disclosure_that_is_neglected_itself_is_reported_to_the_government_and_starts_no_further_one(
    begin: Begin,
) -> None:
    life = approve(neglected(begin, "2026-06-04T12:00"), "+20wd").go_to("2026-07-31T12:00")
    assert [key for key in life.standing() if key.startswith("off-29")] == [DISCLOSURE]
    assert "gov.duty" in {line.split()[-1] for line in life.diary(DISCLOSURE)}
