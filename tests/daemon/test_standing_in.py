"""Stand-ins: what does not reach its reader goes to somebody else, once for each step; what nobody gets is told of."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

import pytest

from config.loader import load
from daemon.alarms import standing_alarms
from daemon.bouncing import take_back
from daemon.recording import Statement
from daemon.store import returned
from daemon.store.notices import of_task
from daemon.store.tasks import find
from notifiers.bounces import Bounce
from notifiers.channel import Message, Outcome, Permanent
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from tests.cli.shell import lay_out
from tests.stories.telling import Life, life_from

pytestmark = pytest.mark.usefixtures("either_database")
SAID = Statement("某人", "说明")
TASK = "drill/ent/2026-03"
SHARED = "{name: 李敏, email: li@example.com}"
FILES = {
    "duban.yaml": "start: 2026-03-01\ncatalogues: []\nchannels:\n  email: {kind: memory}\n"
    "  sms: {kind: memory, address: mobile}\n",
    "organizations/town.yaml": f"""\
- id: gov
  kind: government
  name: 县政府
  posts:
    duty: {{name: 吴敏, email: wu@example.com}}
    principal: {{name: 郑卫东, email: zheng@example.com}}
    technician: {{name: 郑卫东, email: zheng@example.com}}
- id: reg
  kind: regulator
  name: 应急局
  government: gov
  posts: {{duty: {{name: 褚平, email: chu@example.com}}}}
- id: ent
  kind: enterprise
  name: 滨海化工
  regulator: reg
  government: gov
  posts:
    principal: {{name: 王建国, email: wang@example.com}}
    safety_officer: {SHARED}
    technician: {SHARED}
""",
    "obligations/own.yaml": "- {id: drill, title: 演练, applies_to: {kind: enterprise}, every: month, policy: own}\n",
    "policies/own.yaml": "- id: own\n  steps:\n    - {at: -7wd, stage: remind, tell: [assignee, technician]}\n",
}
EVENING_BEFORE, DAY = "2026-03-19T18:00", "2026-03-20T18:00"
"""Around the first step of March."""


class Refusing(MemoryChannel):
    """Refuses some addresses for good."""

    def __init__(self, refused: Collection[str], *, bad_address: bool = False) -> None:
        super().__init__("email", AddressKind.EMAIL, connections=5)
        self.refused = refused
        self.refusal = Permanent("550 no such user", bad_address)

    async def send(self, message: Message) -> Outcome:
        if message.address not in self.refused:
            return await super().send(message)
        self.attempts.append(message)
        return self.refusal


def living(directory: Path, mail: MemoryChannel | None = None, files: Mapping[str, str] = FILES) -> Life:
    life = life_from(load(lay_out(directory, {**FILES, **files})), "2026-03-02T08:00")
    sms = MemoryChannel("sms", AddressKind.MOBILE)
    return Life(life.config, life.clock, life.database, {"email": mail or Refusing([]), "sms": sms})


def notices(life: Life, step: str = "-7wd") -> list[tuple[str, str, str]]:
    """Holder, state and reason of the notices of a step, in the order in which they were written."""
    with life.database.read() as connection:
        task = find(connection, TASK)
        assert task is not None
        told = of_task(connection, task.row)
    return [(each.holder, each.state.value, each.reason) for each in told if each.step == step]


def standing_in(holder: str, why: str) -> tuple[str, str, str]:
    return holder, "undeliverable", f"a stand-in is told (ent.principal): {why}"


@pytest.mark.parametrize("bad_address", [False, True])
def test_where_two_of_a_step_cannot_be_reached_and_have_one_stand_in_he_is_told_once(
    tmp_path: Path, *, bad_address: bool
) -> None:
    mail = Refusing(["li@example.com"], bad_address=bad_address)
    life = living(tmp_path, mail).go_to(DAY)
    assert [message.address for message in mail.attempts] == ["li@example.com", "wang@example.com"]
    assert notices(life) == [
        standing_in("ent.safety_officer", "550 no such user"),
        standing_in("ent.technician", "550 no such user"),
        ("ent.principal", "sent", "the channel accepted it"),
    ]


def test_it_is_so_too_where_their_address_is_known_to_be_bad_when_the_step_speaks(tmp_path: Path) -> None:
    life = living(tmp_path).go_to(EVENING_BEFORE)
    with life.database.write() as connection:
        returned.mark(connection, "li@example.com", "550", life.clock.now())
    life.go_to(DAY)
    assert life.engine.undecided == {}
    assert life.diary(TASK) == ["03-20 09:00 remind -7wd ent.principal"]
    assert [state for _, state, _ in notices(life)] == ["undeliverable", "undeliverable", "sent"]


VACATED = FILES["organizations/town.yaml"].replace("    principal: {name: 王建国, email: wang@example.com}\n", "")
HELD = "- id: own\n  steps:\n    - {at: -7wd, stage: remind, tell: [principal], approval: government}\n"


def edit(life: Life, roster: str) -> None:
    life.engine.adopt(load(lay_out(life.config.directory, {"organizations/town.yaml": roster})))


def approve(life: Life) -> Life:
    return life.record(lambda recorder: recorder.approve(TASK, "-7wd", SAID))


def test_what_is_approved_after_its_readers_post_was_vacated_goes_to_whoever_stands_in(tmp_path: Path) -> None:
    life = living(tmp_path, files={"policies/own.yaml": HELD}).go_to("2026-03-20T10:00")
    edit(life, VACATED)
    approve(life.go_to("2026-03-20T11:00")).go_to(DAY)
    assert notices(life) == [
        ("ent.principal", "undeliverable", "a stand-in is told (reg.duty): nobody holds the post any more"),
        ("reg.duty", "sent", "the channel accepted it"),
    ]


def test_where_nobody_stands_in_either_it_is_given_up_and_the_administrator_is_told(tmp_path: Path) -> None:
    life = living(tmp_path, files={"policies/own.yaml": HELD}).go_to("2026-03-20T10:00")
    alone = VACATED.replace("  regulator: reg\n  government: gov\n  posts", "  posts")
    edit(life, alone)
    approve(life.go_to("2026-03-20T11:00")).go_to(DAY)
    assert [state for _, state, _ in notices(life)] == ["undeliverable"]
    assert notices(life)[0][2].startswith("nobody in the chain of stand-ins can be reached")
    with life.database.read() as connection:
        keys = [each.key for each in standing_alarms(connection, life.engine.situation, life.clock.now())]
    assert keys == ["reached-nobody-1"]


def test_whoever_stands_in_for_a_vacated_post_is_told_once_that_the_task_moved(tmp_path: Path) -> None:
    life = living(tmp_path).go_to(DAY)
    without = FILES["organizations/town.yaml"].replace(f"    safety_officer: {SHARED}\n    technician: {SHARED}\n", "")
    edit(life, without)
    life.go_to("2026-03-23T10:00").record(lambda recorder: recorder.extend(TASK, date(2026, 4, 30), SAID))
    assert life.go_to("2026-03-24T10:00").diary(TASK)[2:] == ["03-23 10:00 remind moved-1 ent.principal"]


def test_where_nobody_is_left_whom_a_move_could_be_told_that_is_on_record(tmp_path: Path) -> None:
    life = living(tmp_path).go_to(DAY)
    town = FILES["organizations/town.yaml"].partition("- id: ent\n")[0]
    edit(life, f"{town}- {{id: ent, kind: enterprise, name: 滨海化工}}\n")
    life.go_to("2026-03-23T10:00").record(lambda recorder: recorder.extend(TASK, date(2026, 4, 30), SAID))
    assert {state for _, state, _ in notices(life, "moved-1")} == {"undeliverable"}


class Slow(Refusing):
    """Answers only when everything else has."""

    async def send(self, message: Message) -> Outcome:
        await asyncio.sleep(0.05)
        return await super().send(message)


BOTH = "- id: own\n  steps:\n    - {at: -7wd, stage: remind, tell: [assignee], channels: [sms, email]}\n"
WITH_MOBILE = FILES["organizations/town.yaml"].replace(
    f"safety_officer: {SHARED}", 'safety_officer: {name: 李敏, email: li@example.com, mobile: "13800000017"}'
)


def test_nobody_stands_in_for_a_reader_whom_another_channel_reached_meanwhile(tmp_path: Path) -> None:
    files = {"policies/own.yaml": BOTH, "organizations/town.yaml": WITH_MOBILE}
    life = living(tmp_path, Slow(["li@example.com"]), files=files).go_to(DAY)
    assert life.diary(TASK, "sms") == ["03-20 09:00 remind -7wd ent.safety_officer"]
    assert notices(life) == [("ent.safety_officer", "sent", "the channel accepted it")]


BY_MAIL = BOTH.replace("[sms, email]", "[email]")
BY_MOBILE_ONLY = FILES["organizations/town.yaml"].replace(
    f"safety_officer: {SHARED}", 'safety_officer: {name: 李敏, mobile: "13800000017"}'
)


def test_who_has_no_address_on_the_channels_of_a_step_is_told_on_another_and_nobody_stands_in(tmp_path: Path) -> None:
    files = {"policies/own.yaml": BY_MAIL, "organizations/town.yaml": BY_MOBILE_ONLY}
    life = living(tmp_path, files=files).go_to(DAY)
    assert life.diary(TASK, "sms") == ["03-20 09:00 remind -7wd ent.safety_officer"]
    assert life.diary(TASK) == []
    assert notices(life) == [("ent.safety_officer", "sent", "the channel accepted it")]


def test_whoever_is_told_on_another_channel_is_left_alone_in_his_quiet_hours(tmp_path: Path) -> None:
    quiet = BY_MOBILE_ONLY.replace('mobile: "13800000017"', 'mobile: "13800000017", quiet: "08:00-11:30"')
    life = living(tmp_path, files={"policies/own.yaml": BY_MAIL, "organizations/town.yaml": quiet}).go_to(DAY)
    assert life.diary(TASK, "sms") == ["03-20 11:30 remind -7wd ent.safety_officer"]


def test_where_the_other_channel_refuses_him_a_stand_in_is_told(tmp_path: Path) -> None:
    files = {"policies/own.yaml": BY_MAIL, "organizations/town.yaml": BY_MOBILE_ONLY}
    life = living(tmp_path, files=files)
    refusing = MemoryChannel("sms", AddressKind.MOBILE, [Permanent("no such number")])
    life = Life(life.config, life.clock, life.database, {**life.channels, "sms": refusing}).go_to(DAY)
    assert notices(life) == [
        standing_in("ent.safety_officer", "no such number"),
        ("ent.principal", "sent", "the channel accepted it"),
    ]


def come_back(life: Life, message: Message) -> None:
    digest = message.message_id.strip("<>").partition("@")[0]
    with life.database.write() as connection:
        take_back(connection, life.engine.situation, digest, Bounce((), True, "5.1.1"), life.clock.now())


def letters(life: Life, step: str) -> list[Message]:
    return [each for each in life.channels["email"].sent if any(f"/{step}/" in key for key in each.notices)]


@pytest.mark.parametrize("newest_first", [False, True])
def test_mail_about_a_former_deadline_that_comes_back_late_is_told_to_nobody_else(
    tmp_path: Path, *, newest_first: bool
) -> None:
    life = living(tmp_path).go_to(DAY)
    life.record(lambda recorder: recorder.extend(TASK, date(2026, 4, 30), SAID)).go_to("2026-04-30T10:00")
    both = letters(life, "-7wd")
    for message in reversed(both) if newest_first else both:
        come_back(life, message)
    life.go_to("2026-04-30T12:00")
    assert len(both) == 2
    assert life.diary(TASK)[-1] == "04-30 10:00 remind -7wd ent.principal"
    assert [state for _, state, _ in notices(life)] == ["superseded"] * 2 + ["undeliverable"] * 2 + ["sent"]


def test_mail_that_comes_back_after_a_report_was_rejected_is_told_to_a_stand_in(tmp_path: Path) -> None:
    verified = FILES["obligations/own.yaml"].replace("policy: own", "policy: own, verify: regulator")
    life = living(tmp_path, files={"obligations/own.yaml": verified}).go_to(DAY)
    life.done(TASK).record(lambda recorder: recorder.reject(TASK, SAID)).go_to("2026-03-23T10:00")
    come_back(life, letters(life, "-7wd")[0])
    life.go_to("2026-03-23T12:00")
    assert life.diary(TASK)[-1] == "03-23 10:00 remind -7wd ent.principal"


def test_who_approves_before_the_request_for_it_has_left_is_not_asked(tmp_path: Path) -> None:
    mail = Refusing([])
    life = living(tmp_path, mail, files={"policies/own.yaml": HELD}).go_to(EVENING_BEFORE)
    life.clock.set(life.moment("2026-03-20T09:00"))
    life.engine.decide(life.clock.now())
    approve(life).go_to(DAY)
    assert life.diary(TASK) == ["03-20 09:00 remind -7wd ent.principal"]
    assert notices(life, "-7wd.approval") == [("gov.duty", "superseded", "it was approved")]
