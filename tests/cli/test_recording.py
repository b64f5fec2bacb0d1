"""`duban done`, `verify`, `reject`, `extend`, `waive`, `approve`, `event`, `status`: facts about tasks."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.loader import load
from daemon.store import facts
from daemon.store.database import open_database
from obligations.events import Event
from tests.cli.shell import Duban, hang_up_on, lay_out, live_a_quarter
from tests.stories.telling import life_from

NOW = datetime(2024, 5, 6, tzinfo=UTC)
JANUARY = "ent-01a/ent-chem/2024-01"
MEETING = "reg-15a/ent-chem/acc-2024-001"
LESSON = "off-28a/ent-chem/acc-2024-001"
RENEWAL = "city-renew/ent-chem/2024-09-30"
LETTER = "city-letter/ent-chem/order-7"
STATUS_KEYS = {
    "lamps", "tasks", "deliveries", "overdue", "behind_pace", "awaiting_approval", "awaiting_verification",
    "reached_nobody", "left_out", "came_back", "archived",
}  # fmt: skip


@pytest.fixture
def lived(town: Path) -> Path:
    """The town after the first quarter of 2024, with the engine's own store and messages."""
    return live_a_quarter(town)


def state(duban: Duban, town: Path, task: str) -> str:
    return duban.done("--config", town, "explain", task).out.splitlines()[0]


def status(duban: Duban, town: Path) -> dict[str, Any]:
    [found] = duban.done("--config", town, "status", "--json").rows
    assert isinstance(found, dict)
    return found


def waiting(duban: Duban, town: Path, task: str) -> list[tuple[str, str]]:
    """Step and holder of the notices about a task that wait for approval."""
    rows = status(duban, town)["awaiting_approval"]
    return sorted((row["step"], row["holder"]) for row in rows if row["task"] == task)


def test_a_task_that_is_done_in_time_is_closed(duban: Duban, town: Path) -> None:
    assert duban.done("--config", town, "done", JANUARY, "--on", "2024-01-31").out == f"{JANUARY}: closed\n"
    assert state(duban, town, JANUARY) == f"{JANUARY}  [closed]"


def test_a_task_that_is_done_late_is_closed_and_says_so(duban: Duban, town: Path) -> None:
    assert duban.done("--config", town, "done", JANUARY, "--on", "2024-02-01").out == f"{JANUARY}: closed late\n"


CALL = "city-call/ent-chem/order-9"
IN_AN_HOUR = """\
- {id: city-call, title: 一小时内报告, applies_to: {kind: enterprise}, anchor: {event: order, date: ordered_at},
   limit: 1h, policy: hours, verify: regulator}
"""


@pytest.fixture
def called(town: Path) -> Path:
    """The town in which something was due by 15:20 on 1 March 2024."""
    order = "- {id: order-9, kind: order, organization: ent-chem, ordered_at: 2024-03-01T14:20}\n"
    return lay_out(town, {"obligations/call.yaml": IN_AN_HOUR, "events/call.yaml": order})


@pytest.mark.parametrize(
    ("on", "late"),
    [
        ("2024-03-01T15:20", ""),
        ("2024-03-01T15:21", " late"),
        ("2024-03-01T07:21:00Z", " late"),
        ("2024-03-01", ""),
        ("2024-03-02", " late"),
    ],
)
def test_what_was_due_at_a_moment_is_late_by_the_moment_that_is_said(
    on: str, late: str, duban: Duban, called: Path
) -> None:
    assert duban.done("--config", called, "done", CALL, "--on", on).out == f"{CALL}: reported{late}\n"
    rows = duban.done("--config", called, "ledger", "show", CALL, "--json").rows
    [entry] = [row for row in rows if row["kind"] == "done"]
    assert entry["body"].get("late", False) is bool(late)
    assert duban.done("--config", called, "verify", CALL).out == f"{CALL}: closed{late}\n"


@pytest.mark.parametrize(("recorded", "late"), [("2024-03-01T15:20", False), ("2024-03-01T15:21", True)])
def test_what_is_recorded_as_done_now_counts_by_this_moment(recorded: str, late: bool, called: Path) -> None:
    life, found = life_from(load(called), "2024-03-01T14:30").go_to(recorded), list[bool]()
    life.record(lambda recorder: found.append(recorder.is_late(recorder.done(CALL))))
    assert found == [late]


def test_what_is_said_last_counts_after_a_refusal(duban: Duban, called: Path) -> None:
    duban.done("--config", called, "done", CALL, "--on", "2024-03-01T15:21")
    duban.done("--config", called, "reject", CALL, "--reason", "未附快报")
    assert duban.done("--config", called, "done", CALL, "--on", "2024-03-01").out == f"{CALL}: reported\n"
    assert duban.done("--config", called, "verify", CALL).out == f"{CALL}: closed\n"


def test_a_moment_that_lies_ahead_is_refused_and_one_that_is_none_is_wrong_use(duban: Duban, called: Path) -> None:
    ahead = duban("--config", called, "done", CALL, "--on", "2089-03-01T15:20")
    assert (ahead.status, ahead.out) == (1, "")
    assert ahead.err.startswith("duban: 2089-03-01T15:20 lies ahead; it is 20")
    none = duban("--config", called, "done", CALL, "--on", "2024-03-01T25:00")
    assert none.status == 2
    assert "2024-03-01T25:00" in none.err


def test_who_said_it_and_with_what_words_is_kept(duban: Duban, town: Path, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"")
    said = ["--by", "李敏", "--note", "查出三处隐患", "--evidence", str(photo)]
    duban.done("--config", town, "done", JANUARY, "--on", "2024-01-20", *said)
    story = duban.done("--config", town, "explain", JANUARY).out
    assert "李敏" in story
    assert "查出三处隐患" in story


def test_a_task_is_done_once(duban: Duban, town: Path) -> None:
    duban.done("--config", town, "done", JANUARY, "--on", "2024-01-20")
    again = duban("--config", town, "done", JANUARY, "--on", "2024-01-20")
    assert (again.status, again.out) == (1, "")
    assert again.err.startswith(f"duban: {JANUARY}: cannot close what is closed")


def test_a_task_that_must_be_done_twice_says_what_is_missing(duban: Duban, town: Path) -> None:
    own = town / "obligations" / "own.yaml"
    own.write_text(own.read_text(encoding="utf-8") + "- {id: ent-01a, times: 2}\n", encoding="utf-8")
    first = duban.done("--config", town, "done", JANUARY, "--on", "2024-01-10")
    second = duban.done("--config", town, "done", JANUARY, "--on", "2024-01-20")
    assert first.out == f"{JANUARY}: open, 1 more to do by 2024-01-31\n"
    assert second.out == f"{JANUARY}: closed\n"


def test_what_must_be_verified_is_reported_until_it_is(duban: Duban, town: Path) -> None:
    assert duban.done("--config", town, "done", RENEWAL, "--on", "2024-06-01").out == f"{RENEWAL}: reported\n"
    assert duban.done("--config", town, "verify", RENEWAL, "--by", "孙八").out == f"{RENEWAL}: closed\n"


def test_nobody_verifies_what_he_reported_himself(duban: Duban, town: Path) -> None:
    duban.done("--config", town, "done", RENEWAL, "--on", "2024-06-01", "--by", "周九")
    duban.done("--config", town, "reject", RENEWAL, "--reason", "材料不全")
    duban.done("--config", town, "done", RENEWAL, "--on", "2024-06-02", "--by", "吴十")
    answer = duban("--config", town, "verify", RENEWAL, "--by", " 吴十 ")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == (f"duban: {RENEWAL}: 吴十 reported it, and the one who reports is not the one who verifies\n")
    assert state(duban, town, RENEWAL) == f"{RENEWAL}  [reported]"
    assert duban.done("--config", town, "verify", RENEWAL, "--by", "周九").out == f"{RENEWAL}: closed\n"


def test_one_user_of_the_machine_may_enter_what_several_people_say(duban: Duban, town: Path) -> None:
    duban.done("--config", town, "done", RENEWAL, "--on", "2024-06-01")
    assert duban.done("--config", town, "verify", RENEWAL).out == f"{RENEWAL}: closed\n"


def test_what_is_rejected_is_open_again(duban: Duban, town: Path) -> None:
    duban.done("--config", town, "done", RENEWAL, "--on", "2024-06-01")
    assert duban.done("--config", town, "reject", RENEWAL, "--reason", "材料不全").out == (
        f"{RENEWAL}: open, 1 more to do by 2024-06-30\n"
    )
    assert "材料不全" in duban.done("--config", town, "explain", RENEWAL).out


def test_what_nobody_reported_cannot_be_verified(duban: Duban, town: Path) -> None:
    answer = duban("--config", town, "verify", RENEWAL)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith(f"duban: {RENEWAL}: cannot verify what is open")


def test_an_extension_moves_the_due_day(duban: Duban, town: Path) -> None:
    extended = duban.done("--config", town, "extend", LESSON, "--to", "2024-03-15", "--reason", "现场封闭")
    assert extended.out == f"{LESSON}: due 2024-03-15\n"
    rows = duban.done("--config", town, "plan", "--json", "--from", "2024-03-15", "--to", "2024-03-15").rows
    assert [row["task"] for row in rows] == [LESSON]
    assert "extended to 2024-03-15 by " in duban.done("--config", town, "explain", LESSON).out


def test_a_waived_task_need_not_be_done(duban: Duban, town: Path) -> None:
    assert duban.done("--config", town, "waive", MEETING, "--reason", "并案处理").out == f"{MEETING}: waived\n"
    assert state(duban, town, MEETING) == f"{MEETING}  [waived]"
    assert MEETING not in {row["task"] for row in status(duban, town)["overdue"]}


@pytest.mark.parametrize("reason", ["", " ", "\u3000"], ids=["nothing", "a blank", "a Chinese blank"])
@pytest.mark.parametrize(
    "words",
    [["waive", MEETING], ["extend", LESSON, "--to", "2024-03-15"], ["reject", RENEWAL]],
    ids=lambda each: each[0],
)
def test_a_blank_reason_is_none(words: list[str], reason: str, duban: Duban, town: Path) -> None:
    answer = duban("--config", town, *words, "--reason", reason)
    assert (answer.status, answer.out) == (2, "")
    assert "'--reason': is blank; say why" in answer.err


def test_a_letter_waits_for_approval_and_goes_when_it_has_it(duban: Duban, lived: Path) -> None:
    assert waiting(duban, lived, LETTER) == [("+1wd", "ent-chem.principal"), ("+1wd", "gov-city.duty")]
    approved = duban.done("--config", lived, "approve", LETTER, "+1wd", "--by", "李四")
    assert approved.out == f"{LETTER}: 2 notices of +1wd may go\n"
    assert waiting(duban, lived, LETTER) == []
    assert waiting(duban, lived, MEETING) != []


def test_a_step_hours_before_the_deadline_is_approved_by_its_name(duban: Duban, lived: Path) -> None:
    answer = duban("--config", lived, "approve", LETTER, "-2h")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == f"duban: nothing of step '-2h' of {LETTER} waits for approval\n"


def test_an_event_starts_its_tasks_at_once(duban: Duban, town: Path) -> None:
    fields = ["occurred_at=2024-05-06T09:30", "deaths=2", "liability=true"]
    added = duban.done(
        "--config", town, "event", "add", "accident", "--id", "acc-9", "--organization", "ent-chem", *fields
    )
    assert added.out.splitlines() == [
        "acc-9 is recorded; tasks added: 5, moved: 0, withdrawn: 0",
        "  reg-14a/ent-chem/acc-9  due 2024-05-07",
        "  reg-15a/ent-chem/acc-9  due 2024-05-13",
        "  off-28a/ent-chem/acc-9  due 2024-05-17",
        "  reg-13x/ent-chem/acc-9  due 2024-05-17",
        "  reg-15b/ent-chem/acc-9  due 2024-05-31",
    ]


INQUIRY = """\
- {id: inquiry-1, title: 调查, applies_to: {kind: enterprise}, anchor: {event: inquiry, date: opened_at}, limit: 10wd,
   bearer: event.investigator}
"""


def test_an_event_names_who_bears_its_task_as_it_is_written(duban: Duban, town: Path) -> None:
    office = "- {id: 1.10, kind: office, name: 调查办, posts: {duty: {name: 孙八, email: sun@example.com}}}\n"
    lay_out(town, {"organizations/more.yaml": office, "obligations/inquiry.yaml": INQUIRY})
    named = ("--organization", "ent-chem", "--id", "i-1", "opened_at=2024-03-01", "investigator=1.10")
    added = duban.done("--config", town, "event", "add", "inquiry", *named)
    assert added.out.splitlines()[1:] == ["  inquiry-1/ent-chem/i-1  due 2024-03-15"]
    explained = duban.done("--config", town, "explain", "inquiry-1/ent-chem/i-1")
    assert "调查办" in explained.out


def test_an_amended_event_moves_adds_and_withdraws_its_tasks(duban: Duban, town: Path) -> None:
    add = ["event", "add", "accident", "--id", "acc-9", "--organization", "ent-chem"]
    duban.done("--config", town, *add, "occurred_at=2024-05-06", "deaths=0", "liability=true")
    worse = duban.done("--config", town, "event", "amend", "acc-9", "deaths=1").out.splitlines()
    later = duban.done("--config", town, "event", "amend", "acc-9", "occurred_at=2024-05-07").out.splitlines()
    better = duban.done("--config", town, "event", "amend", "acc-9", "liability=false").out.splitlines()
    assert worse == [
        "acc-9 is recorded; tasks added: 2, moved: 0, withdrawn: 0",
        "  reg-14a/ent-chem/acc-9  due 2024-05-07",
        "  reg-15a/ent-chem/acc-9  due 2024-05-13",
    ]
    assert later == [
        "acc-9 is recorded; tasks added: 0, moved: 5, withdrawn: 0",
        "  reg-14a/ent-chem/acc-9  due 2024-05-08, was 2024-05-07",
        "  reg-15a/ent-chem/acc-9  due 2024-05-14, was 2024-05-13",
        "  off-28a/ent-chem/acc-9  due 2024-05-20, was 2024-05-17",
        "  reg-13x/ent-chem/acc-9  due 2024-05-20, was 2024-05-17",
        "  reg-15b/ent-chem/acc-9  due 2024-06-03, was 2024-05-31",
    ]
    assert better == [
        "acc-9 is recorded; tasks added: 0, moved: 0, withdrawn: 3",
        "  reg-14a/ent-chem/acc-9  withdrawn",
        "  reg-15a/ent-chem/acc-9  withdrawn",
        "  reg-15b/ent-chem/acc-9  withdrawn",
    ]
    worse_after_all = duban.done("--config", town, "event", "amend", "acc-9", "liability=true").out.splitlines()
    assert worse_after_all == [
        "acc-9 is recorded; tasks added: 0, moved: 0, withdrawn: 0, restored: 3",
        "  reg-14a/ent-chem/acc-9  due 2024-05-08, stands again",
        "  reg-15a/ent-chem/acc-9  due 2024-05-14, stands again",
        "  reg-15b/ent-chem/acc-9  due 2024-06-03, stands again",
    ]


def test_an_event_shows_the_tasks_that_open_far_ahead_until_they_are_kept(duban: Duban, town: Path) -> None:
    closed = ["event", "add", "case_closed", "--id", "case-1", "--organization", "ent-chem", "closed_at=2089-03-01"]
    added = duban.done("--config", town, *closed, "investigator=reg-emergency").out.splitlines()
    noted = duban.done("--config", town, "event", "amend", "case-1", "note=复核").out.splitlines()
    assert added[0] == "case-1 is recorded; tasks added: 0, moved: 0, withdrawn: 0, opening later: 2"
    assert added[1:] == noted[1:] == [
        "  off-28d/ent-chem/case-1  due 2089-03-15, opens on 2089-03-01",
        "  off-28b/ent-chem/case-1  due 2090-03-01, opens on 2090-01-01",
    ]  # fmt: skip


def test_an_amendment_that_changes_no_task_says_so(duban: Duban, town: Path) -> None:
    add = ["event", "add", "accident", "--id", "acc-9", "--organization", "ent-chem", "occurred_at=2024-05-06"]
    duban.done("--config", town, *add, "deaths=0", "liability=true")
    assert duban.done("--config", town, "event", "amend", "acc-9", "site=罐区").out.splitlines() == [
        "acc-9 is recorded; tasks added: 0, moved: 0, withdrawn: 0",
        "  no task changes by it",
    ]


@pytest.mark.parametrize(
    ("words", "task"),
    [
        (["done", JANUARY, "--on", "2024-01-20"], f"{JANUARY}  [closed]"),
        (["waive", JANUARY, "--reason", "停产"], f"{JANUARY}  [waived]"),
        (
            ["event", "add", "order", "--id", "order-8", "--organization", "ent-chem", "ordered_on=2024-05-06"],
            "city-letter/ent-chem/order-8  [open]",
        ),
    ],
)
def test_what_was_said_is_recorded_though_nobody_waits_for_the_answer(
    words: list[str], task: str, duban: Duban, town: Path
) -> None:
    hang_up_on("--config", town, *words, directory=town)
    assert state(duban, town, task.partition(" ")[0]) == task


def test_an_extension_and_an_approval_are_recorded_though_nobody_waits_for_the_answer(
    duban: Duban, lived: Path
) -> None:
    hang_up_on("--config", lived, "extend", LESSON, "--to", "2090-03-15", "--reason", "现场封闭", directory=lived)
    hang_up_on("--config", lived, "approve", LETTER, "+1wd", directory=lived)
    assert "due 2090-03-15" in duban.done("--config", lived, "explain", LESSON).out
    assert waiting(duban, lived, LETTER) == []


def test_an_event_without_an_id_gets_one(duban: Duban, town: Path) -> None:
    duban.done("--config", town, "event", "add", "order", "--organization", "ent-chem", "ordered_on=2024-05-06")
    rows = duban.done("--config", town, "event", "list", "--json").rows
    [identifier] = {row["id"] for row in rows} - {"acc-2024-001", "order-7"}
    assert identifier.startswith("order-2")


def test_the_list_of_events_has_those_of_files_and_those_of_commands(duban: Duban, town: Path) -> None:
    in_files = duban.done("--config", town, "event", "list", "--json").rows
    assert [row["id"] for row in in_files] == ["acc-2024-001", "order-7"]
    assert in_files[0] | {"occurred_at": ""} == {
        "id": "acc-2024-001", "kind": "accident", "organization": "ent-chem", "occurred_at": "", "deaths": 1,
        "liability": True,
    }  # fmt: skip
    duban.done("--config", town, "event", "add", "order", "--id", "order-8", "--organization", "ent-chem",
               "ordered_on=2024-05-06")  # fmt: skip
    rows = duban.done("--config", town, "event", "list", "--json").rows
    assert [row["id"] for row in rows] == ["acc-2024-001", "order-7", "order-8"]


def test_the_list_of_events_says_of_each_what_it_is_though_a_field_was_once_called_so(duban: Duban, town: Path) -> None:
    order = Event("order-8", "order", "ent-chem", {"organization": "reg-emergency", "kind": "hire"}, NOW)
    with closing(open_database(load(town))) as database:
        database.migrate()
        with database.write() as connection:
            facts.add_event(connection, order, facts.Source.COMMAND)
    found = duban.done("--config", town, "event", "list", "--json").rows[-1]
    assert found == {"id": "order-8", "kind": "order", "organization": "ent-chem"}


def test_the_status_counts_lamps_tasks_and_what_is_overdue(duban: Duban, town: Path) -> None:
    duban.done("--config", town, "done", JANUARY, "--on", "2024-01-20")
    found = status(duban, town)
    assert set(found) == STATUS_KEYS
    overdue = {row["task"]: row for row in found["overdue"]}
    assert JANUARY not in overdue
    assert overdue[MEETING]["due"] == "2024-02-15"
    assert overdue[MEETING]["bearer"] == "reg-emergency"
    assert overdue[MEETING]["working_days_late"] > 500
    assert found["tasks"]["closed"] == 1
    assert found["lamps"]["red"] == len(overdue)


def test_people_read_the_status_as_tables(duban: Duban, lived: Path) -> None:
    out = duban.done("--config", lived, "status").out
    assert out.splitlines()[0].startswith("lamps ")
    assert "\noverdue:\n" in out
    assert "\nawaiting approval:\n" in out
    assert MEETING in out


def test_a_test_message_arrives_in_the_maildir_and_can_be_read(duban: Duban, town: Path) -> None:
    sent = duban.done("--config", town, "send-test", "email", "wang@example.com")
    [message] = (town / "mail" / "new").iterdir()
    assert message.name in sent.out
    listed = duban.done("mail", town / "mail").out
    assert "wang@example.com" in listed
    assert listed.endswith("1 of 1 messages\n")
    shown = duban.done("mail", message).out
    assert "To: wang@example.com\n" in shown
    assert "这是一条测试消息，无需处理。" in shown


def test_the_mailbox_lists_the_latest_last_and_no_more_than_asked(duban: Duban, lived: Path) -> None:
    total = len(list((lived / "mail" / "new").glob("*.eml")))
    assert total > 3
    out = duban.done("mail", lived / "mail", "--last", "3").out
    assert out.endswith(f"3 of {total} messages\n")
    names = sorted(path.name for path in (lived / "mail" / "new").glob("*.eml"))
    assert [name for name in names if name in out] == names[-3:]


def test_the_fields_of_an_event_may_be_written_as_options(duban: Duban, town: Path) -> None:
    words = ("--organization", "ent-chem", "--id", "acc-2", "--occurred-at", "2024-03-01T08:00", "--deaths=1")
    answer = duban.done("--config", town, "event", "add", "accident", *words, "--liability", "true")
    assert "off-28a/ent-chem/acc-2" in answer.out
    assert "reg-15a/ent-chem/acc-2" in answer.out


def test_a_field_without_a_value_is_wrong_use(duban: Duban, town: Path) -> None:
    answer = duban("--config", town, "event", "add", "accident", "--organization", "ent-chem", "--deaths")
    assert answer.status == 2
    assert "expected FIELD=VALUE" in answer.err
