"""A duty that another organization confirms: reported, refused, reported again, confirmed."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.loader import load
from daemon.explaining import explain_task
from daemon.recording import Statement
from daemon.store import tasks
from notifiers.channel import Message, Outcome, Temporary
from notifiers.memory import MemoryChannel
from obligations.limits import parse_limit
from obligations.organizations import AddressKind
from obligations.states import TaskState
from tests.stories.telling import Life, life_from

pytestmark = pytest.mark.usefixtures("either_database")
FILES = {
    "duban.yaml": "start: 2026-01-01\ncatalogues: []\nchannels:\n  email: {kind: memory}\n",
    "organizations/town.yaml": """\
- {id: reg, kind: regulator, name: 应急管理局, posts: {duty: {name: 苗立华, email: miao@example.com}}}
- id: ent
  kind: enterprise
  name: 滨海化工有限公司
  regulator: reg
  posts:
    principal: {name: 王建国, email: wang@example.com}
    safety_officer: {name: 李敏, email: li@example.com}
""",
    "obligations/own.yaml": """\
- {id: rectify, title: 落实限期改正决定, applies_to: {kind: enterprise}, every: month, policy: own, verify: regulator}
- {id: review, title: 回头看检查, applies_to: {kind: enterprise}, bearer: regulator, policy: own,
   anchor: {task: rectify}, limit: 10wd}
""",
    "policies/own.yaml": """\
- id: own
  steps:
    - {at: -7wd, stage: remind, tell: [assignee]}
    - {at: +1wd, stage: urge, tell: [assignee, principal]}
""",
}
TASK = "rectify/ent/2026-03"


@pytest.fixture
def life(tmp_path: Path) -> Life:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return life_from(load(tmp_path), "2026-03-02T08:00").go_to("2026-03-24T12:00")


def test_who_has_to_confirm_is_told_when_a_task_is_reported(life: Life) -> None:
    life.done(TASK).go_to("2026-03-24T13:00")
    assert life.diary(TASK)[-1] == "03-24 12:00 remind reported-1 reg.duty"
    (letter,) = [each for each in life.channels["email"].sent if each.address == "miao@example.com"]
    assert letter.subject == "【待核查】落实限期改正决定 · 滨海化工有限公司"
    assert "请贵单位核查" in letter.text
    assert "还有" not in letter.text


def test_the_ladder_is_silent_while_the_report_waits(life: Life) -> None:
    life.done(TASK).go_to("2026-04-20T12:00")
    assert not [line for line in life.diary(TASK) if "urge" in line]


def test_a_second_report_after_a_refusal_is_told_again(life: Life) -> None:
    life.done(TASK).go_to("2026-03-24T13:00").record(
        lambda recorder: recorder.reject(TASK, Statement("苗立华", "不实"))
    )
    life.go_to("2026-03-25T12:00").done(TASK).go_to("2026-03-25T13:00")
    assert [line for line in life.diary(TASK) if "reported" in line] == [
        "03-24 12:00 remind reported-1 reg.duty",
        "03-25 12:00 remind reported-2 reg.duty",
    ]


def test_a_report_that_is_refused_before_its_message_leaves_is_not_told(life: Life) -> None:
    life.go_to("2026-03-24T20:00").done(TASK).record(
        lambda recorder: recorder.reject(TASK, Statement("苗立华", "不实"))
    )
    life.go_to("2026-03-25T12:00")
    assert not [line for line in life.diary(TASK) if "reported" in line]


def asked(life: Life) -> list[str]:
    return [line for line in life.diary(TASK) if "reported" in line]


def test_who_has_to_confirm_is_asked_every_five_working_days_until_he_answers_and_nobody_is_urged(life: Life) -> None:
    before = life.diary(TASK)
    life.done(TASK).go_to("2026-04-09T12:00")
    assert life.diary(TASK) == [
        *before,
        "03-24 12:00 remind reported-1 reg.duty",
        "03-31 09:00 remind reported-2 reg.duty",
        "04-08 09:00 remind reported-3 reg.duty",  # 4 to 6 April are a holiday
    ]
    life.record(lambda recorder: recorder.verify(TASK)).go_to("2026-06-30T12:00")
    assert len(asked(life)) == 3


def test_explain_says_when_who_has_to_confirm_is_asked_again(life: Life) -> None:
    life.done(TASK).go_to("2026-03-27T12:00")
    with life.database.read() as connection:
        lines = explain_task(life.engine.situation, connection, TASK, "en", life.clock.now()) or []
    assert lines[-2:] == [
        "what comes next, until it is verified or rejected",
        "  2026-03-31 09:00  asked again: regulator",
    ]


def test_after_a_refusal_the_five_working_days_begin_with_the_next_report(life: Life) -> None:
    reject(life.done(TASK).go_to("2026-03-26T12:00")).go_to("2026-04-02T12:00")
    assert len(asked(life)) == 1
    life.done(TASK).go_to("2026-04-10T12:00")
    assert asked(life)[1:] == ["04-02 12:00 remind reported-2 reg.duty", "04-10 09:00 remind reported-3 reg.duty"]


def test_an_answer_is_not_asked_for_again_while_the_first_request_has_not_left(life: Life) -> None:
    life.done(TASK).sleep_until("2026-04-20T12:00")
    assert asked(life) == ["04-20 12:00 remind reported-1 reg.duty"]
    life.sleep_until("2026-05-20T12:00")
    assert asked(life)[1:] == ["05-20 12:00 remind reported-2 reg.duty"]


def test_an_edit_does_not_put_off_when_an_answer_is_asked_for_again(life: Life) -> None:
    life.done(TASK).go_to("2026-03-27T12:00")
    duties = life.config.obligations
    sooner = {**duties, "rectify": replace(duties["rectify"], by=parse_limit("-1d"))}
    life.engine.adopt(replace(life.config, obligations=sooner, version="sooner"))
    assert asked(life.go_to("2026-03-31T12:00"))[1:] == ["03-31 09:00 remind reported-2 reg.duty"]


def test_a_report_of_an_earlier_version_is_asked_about_again_from_the_next_month_on(life: Life) -> None:
    life.done(TASK).go_to("2026-03-24T13:00")
    with life.database.write() as connection:
        reported = tasks.find(connection, TASK)
        assert reported is not None
        tasks.climb(connection, [tasks.Climbed(reported.row, reported.task.fired, None)])
    assert asked(life.go_to("2026-04-10T12:00"))[1:] == ["04-09 09:00 remind reported-2 reg.duty"]


def test_nobody_is_asked_again_once_the_duty_names_nobody_who_confirms(life: Life) -> None:
    life.done(TASK).go_to("2026-03-27T12:00")
    duties = life.config.obligations
    nobody = {**duties, "rectify": replace(duties["rectify"], verify=None)}
    life.engine.adopt(replace(life.config, obligations=nobody, version="nobody"))
    assert len(asked(life.go_to("2026-05-29T12:00"))) == 1


def test_what_follows_a_confirmed_task_starts_on_the_day_of_the_confirmation(life: Life) -> None:
    life.done(TASK, "2026-03-20").go_to("2026-03-27T12:00").record(lambda recorder: recorder.verify(TASK))
    life.go_to("2026-04-01T12:00")
    assert life.diary("review/ent/2026-03") == ["04-01 09:00 remind -7wd reg.duty"]  # due on 13 April


class Greylisting(MemoryChannel):
    """A mail server that puts off what is for one address, until it is told otherwise."""

    def __init__(self, address: str) -> None:
        super().__init__("email", AddressKind.EMAIL)
        self.puts_off: str | None = address

    async def send(self, message: Message) -> Outcome:
        return Temporary("greylisted") if message.address == self.puts_off else await super().send(message)


def reject(life: Life) -> Life:
    return life.record(lambda recorder: recorder.reject(TASK, Statement("苗立华", "不实")))


def test_a_day_that_moved_while_the_report_waited_is_told_when_it_is_refused(life: Life) -> None:
    life.done(TASK).go_to("2026-03-25T12:00")
    config = life.config
    sooner = {**config.obligations, "rectify": replace(config.obligations["rectify"], by=parse_limit("-1d"))}
    life.engine.adopt(replace(config, obligations=sooner, version="sooner"))
    life.go_to("2026-03-26T12:00")
    assert not [line for line in life.diary(TASK) if "moved" in line]
    reject(life).go_to("2026-03-26T13:00")
    assert [line for line in life.diary(TASK) if "moved" in line] == [
        "03-26 12:00 remind moved-2 ent.safety_officer",
        "03-26 12:00 remind moved-2 reg.duty",
    ]


def test_a_refusal_that_changes_no_day_is_told_to_nobody_who_heard_the_last_step(life: Life) -> None:
    said = life.done(TASK).go_to("2026-03-25T12:00").diary(TASK)
    assert reject(life).go_to("2026-03-26T13:00").diary(TASK) == said


def test_who_missed_a_step_because_a_report_came_before_his_message_left_is_told_it_after_the_refusal(
    life: Life,
) -> None:
    server = Greylisting("wang@example.com")
    life = Life(life.config, life.clock, life.database, {"email": server}).go_to("2026-04-01T09:30")
    urged = "04-01 09:00 urge +1wd ent.safety_officer"
    assert life.diary(TASK)[-1] == urged
    reject(life.done(TASK).go_to("2026-04-01T09:40"))
    life.go_to("2026-04-01T09:50")
    life.done(TASK)  # once more, and still before his message left
    life.go_to("2026-04-01T10:00")
    server.puts_off = None
    reject(life).go_to("2026-04-03T12:00")
    said = [line for line in life.diary(TASK) if "+1wd" in line]
    assert said[0] == urged
    assert [line.split(maxsplit=2)[2] for line in said[1:]] == ["urge +1wd ent.principal"]


def switched(life: Life, *, on: bool) -> Life:
    """The duty is taken out of the rules, or put back."""
    duties = {key: each for key, each in life.config.obligations.items() if on or key != "rectify"}
    life.engine.adopt(replace(life.config, obligations=duties, version=f"rectify is {on}"))
    return life


def test_what_was_reported_when_its_duty_went_waits_to_be_confirmed_again_when_it_comes_back(life: Life) -> None:
    switched(life.done(TASK).go_to("2026-03-25T12:00"), on=False).go_to("2026-03-26T12:00")
    switched(life, on=True).go_to("2026-04-10T12:00")
    with life.database.read() as connection:
        found = tasks.find(connection, TASK)
    assert found is not None
    assert (found.task.state, found.task.completions) == (TaskState.REPORTED, 1)
    assert life.diary(TASK)[1:] == [
        "03-24 12:00 remind reported-1 reg.duty",
        "03-25 12:00 remind withdrawn-0 ent.safety_officer",
        "03-25 12:00 remind withdrawn-0 reg.duty",
        "03-26 12:00 remind reported-2 reg.duty",
        "04-02 09:00 remind reported-3 reg.duty",
        "04-10 09:00 remind reported-4 reg.duty",
    ]
    reject(life).go_to("2026-04-10T13:00")
    assert [line for line in life.diary(TASK)[7:] if "restored" in line] == [
        "04-10 12:00 remind restored-2 ent.safety_officer"
    ]
    life.done(TASK).record(lambda recorder: recorder.verify(TASK))


def test_who_did_not_hear_that_what_he_has_to_confirm_had_gone_for_an_evening_is_not_asked_again(life: Life) -> None:
    life.done(TASK).go_to("2026-03-24T20:00")
    switched(life, on=False).go_to("2026-03-24T20:10")
    switched(life, on=True).go_to("2026-03-25T12:00")
    assert life.diary(TASK)[1:] == ["03-24 12:00 remind reported-1 reg.duty"]
    assert asked(life.go_to("2026-04-01T12:00"))[1:] == ["03-31 09:00 remind reported-2 reg.duty"]
