"""A broken config, wrong use, and things that are not there: the status, the words, and nothing written."""

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from tests.cli.shell import CONSOLE_SCRIPT, TOWN, Duban, lay_out, run_script

TASK = "reg-15a/ent-chem/acc-2024-001"
COMMANDS = {
    "check": "check",
    "plan": "plan --json",
    "simulate": "simulate --from 2024-01-01 --to 2024-01-31",
    "explain": f"explain {TASK}",
    "status": "status",
    "run": "run",
    "done": f"done {TASK}",
    "verify": f"verify {TASK}",
    "reject": f"reject {TASK} --reason no",
    "extend": f"extend {TASK} --to 2024-12-31 --reason late",
    "waive": f"waive {TASK} --reason closed",
    "approve": f"approve {TASK} +5wd",
    "event add": "event add accident --organization ent-chem occurred_at=2024-03-01",
    "event amend": "event amend acc-1 deaths=1",
    "event list": "event list",
    "send-test": "send-test email wang@example.com",
    "deadline": "deadline 2026-09-18 10wd",
}


def broken(directory: Path) -> Path:
    return lay_out(
        directory,
        TOWN
        | {
            "duban.yaml": TOWN["duban.yaml"] + "langauge: en\n",
            "organizations/town.yaml": TOWN["organizations/town.yaml"].replace("kind: office", "kind: ofice"),
            "events/own.yaml": "- {id: acc-1, kind: acident, organization: ent-chme, occurred_at: 2024-02-30}\n",
        },
    )


def faults_of(directory: Path) -> str:
    return (
        f"{directory}/duban.yaml:6:1: unknown field 'langauge'; did you mean 'language'?\n"
        f"{directory}/events/own.yaml:1:21: no obligation waits for an event of kind 'acident'; "
        "did you mean 'accident'?\n"
        f"{directory}/events/own.yaml:1:44: there is no organization 'ent-chme'; did you mean 'ent-chem'?\n"
        f"{directory}/events/own.yaml:1:67: occurred_at: '2024-02-30' is no day of the calendar "
        "(day is out of range for month)\n"
        f"{directory}/organizations/town.yaml:2:9: kind: 'ofice' is not possible; did you mean 'office'?\n"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_a_broken_config_is_refused_by(name: str, duban: Duban, tmp_path: Path) -> None:
    town = broken(tmp_path / "broken")
    before = sorted(path.name for path in town.iterdir())
    answer = duban("--config", town, *COMMANDS[name].split())
    assert (answer.status, answer.out, answer.err) == (1, "", faults_of(town))
    assert sorted(path.name for path in town.iterdir()) == before


def test_the_installed_script_refuses_a_broken_config_in_the_same_words(tmp_path: Path) -> None:
    town = broken(tmp_path / "broken")
    answer = run_script("--config", "broken", "check", directory=tmp_path)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == faults_of(town).replace(f"{town}/", "broken/")


def test_the_installed_script_writes_chinese_on_a_machine_without_a_language(tmp_path: Path) -> None:
    lay_out(tmp_path, TOWN)
    answer = run_script("check", directory=tmp_path, LC_ALL="C")
    assert (answer.status, answer.err) == (0, "")
    assert "主要负责人带队检查安全生产" in answer.out


def test_data_survive_a_machine_that_knows_no_chinese(tmp_path: Path) -> None:
    lay_out(tmp_path, TOWN)
    span = ["--from", "2024-02-15", "--to", "2024-02-15"]
    table = run_script("plan", *span, directory=tmp_path, PYTHONIOENCODING="latin-1")
    data = run_script("plan", *span, "--json", directory=tmp_path, PYTHONIOENCODING="latin-1")
    assert (table.status, table.err) == (0, "")
    assert TASK in table.out
    assert data.rows[0]["title"] == "召集事故联席会议，启动联合执法"


WRONG_USE = {
    "no command at all that exists": "chek",
    "an unknown option": "check --verbose",
    "an option of the wrong place": "check --config .",
    "a deadline without a limit": "deadline 2026-09-18",
    "a plan of no day": "plan --from 2026-02-30",
    "a plan that ends before it begins": "plan --from 2026-02-01 --to 2026-01-01",
    "a simulation without an end": "simulate --from 2026-01-01",
    "a task without its name": "done",
    "a waiver without a reason": f"waive {TASK}",
    "a rejection without a reason": f"reject {TASK}",
    "an extension without a day": f"extend {TASK} --reason late",
    "an extension without a reason": f"extend {TASK} --to 2024-12-31",
    "a day that does not exist": f"done {TASK} --on 2026-02-30",
    "an event without an organization": "event add accident occurred_at=2024-03-01",
    "an event with half a field": "event add accident --organization ent-chem occurred_at",
    "an event on a day that does not exist": "event add accident --organization ent-chem occurred_at=2024-02-30",
    "an event whose kind is said twice": "event add accident --organization ent-chem occurred_at=2024-03-01 kind=hire",
    "an amendment to another organization": "event amend acc-2024-001 organization=reg-emergency",
    "an amendment to another id": "event amend acc-2024-001 --id acc-2",
    "an amendment of nothing": "event amend acc-2024-001",
    "an unknown schema": "schema everything",
    "half a test message": "send-test email",
    "a message of a number beyond all": "outbox retry 99999999999999999999999",
}


@pytest.mark.parametrize("name", WRONG_USE)
def test_wrong_use_has_a_status_of_its_own(name: str, duban: Duban, town: Path) -> None:
    answer = duban("--config", town, *WRONG_USE[name].split())
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("Usage: ")
    assert "\nError: " in answer.err


NOT_THERE = {
    "a plan of an unknown organization": (
        "plan --organization ent-chme",
        "there is no organization 'ent-chme'",
    ),
    "an explanation of an unknown task": (
        "explain ent-01a/ent-chem/2026-13",
        "there is no task 'ent-01a/ent-chem/2026-13'; `duban plan` lists them",
    ),
    "a status before anything is stored": (
        "status",
        "nothing is stored yet in {0}; `duban run` starts the daemon",
    ),
    "an event of an unknown kind": (
        "event add acident --organization ent-chem occurred_at=2024-03-01",
        "no obligation waits for an event of kind 'acident'; did you mean 'accident'?",
    ),
    "an event of an unknown organization": (
        "event add accident --organization ent-chme occurred_at=2024-03-01",
        "there is no organization 'ent-chme'; did you mean 'ent-chem'?",
    ),
    "an event without a date": (
        "event add accident --organization ent-chem deaths=1",
        "the event has no date to count from; write `occurred_at:`",
    ),
    "an event with an id that it could not have in a file": (
        "event add accident --id a/b --organization ent-chem occurred_at=2024-03-01",
        "the id 'a/b' is not possible; write letters, digits, dots, hyphens and underscores, as in ent-binhai-chem",
    ),
    "an event with an endless id": (
        f"event add accident --id {'x' * 81} --organization ent-chem occurred_at=2024-03-01",
        "the id has 81 characters; at most 80 are possible",
    ),
    "an event that has happened already": (
        "event add accident --id acc-2024-001 --organization ent-chem occurred_at=2024-03-01",
        "the event 'acc-2024-001' stands in events/*.yaml; change it there",
    ),
    "an amendment of an unknown event": (
        "event amend acc-2024-002 deaths=1",
        "there is no event 'acc-2024-002'; did you mean 'acc-2024-001'?",
    ),
    "an amendment of an event that stands in a file": (
        "event amend acc-2024-001 deaths=0",
        "the event 'acc-2024-001' stands in events/*.yaml; change it there",
    ),
    "an unknown channel": (
        "send-test emial wang@example.com",
        "there is no channel 'emial'; configured: email, sms",
    ),
    "evidence that is not there": (
        f"done {TASK} --evidence nowhere.pdf",
        "there is no evidence file 'nowhere.pdf'",
    ),
    "a day that lies ahead": ("done ent-01a/ent-chem/2024-01 --on 2090-01-01", "2090-01-01 lies ahead; today is "),
    "a day before the task opens": (
        "done ent-01a/ent-chem/2024-02 --on 2024-01-31",
        "2024-01-31 is too early: ent-01a/ent-chem/2024-02 opens on 2024-02-01",
    ),
    "an extension that is none": (
        "extend ent-01a/ent-chem/2024-02 --to 2024-02-29 --reason late",
        "2024-02-29 is no extension: ent-01a/ent-chem/2024-02 is due on 2024-02-29",
    ),
    "an approval of what waits for none": (
        "approve ent-01a/ent-chem/2024-02 +10wd",
        "nothing of step '+10wd' of ent-01a/ent-chem/2024-02 waits for approval",
    ),
    "a mailbox without mail": ("mail nowhere", "no messages in nowhere"),
    "a file that is no message": ("mail /etc/passwd", "/etc/passwd is no message"),
}


BEYOND = "lies outside the calendar, which covers 2004-01-01 to 2099-12-31"
LATE = """
- {id: city-late, title: 复查, applies_to: {kind: enterprise}, anchor: {event: order, date: ordered_on}, limit: 50y}
"""
ORDER = "event add order --organization ent-chem"
OUTSIDE = {
    f"{ORDER} --id late ordered_on=2126-12-20": f"ordered_on: 2126-12-20 {BEYOND}",
    f"{ORDER} --id late ordered_on=2060-12-20": f"city-late/ent-chem/late: 2110-12-20 {BEYOND}",
    "event amend order-8 ordered_on=2126-12-20": f"ordered_on: 2126-12-20 {BEYOND}",
    "extend city-letter/ent-chem/order-8 --to 2150-01-01 --reason x": (
        f"city-letter/ent-chem/order-8: 2150-01-01 {BEYOND}"
    ),
    "extend city-letter/ent-chem/order-8 --to 9999-12-31 --reason x": (
        f"city-letter/ent-chem/order-8: 9999-12-31 {BEYOND}"
    ),
    "plan --to 2100-06-30": f"2100-06-30 {BEYOND}",
    "plan --from 9999-06-01": f"9999-06-01 {BEYOND}",
    "plan --to 9999-12-31 --organization ent-chem": f"9999-12-31 {BEYOND}",
    "simulate --from 2024-01-01 --to 2100-06-30": f"2100-06-30 {BEYOND}",
    "simulate --from 2003-12-31 --to 2024-06-30": f"2003-12-31 {BEYOND}",
}


@pytest.mark.parametrize("words", OUTSIDE)
def test_what_lies_outside_the_calendar_is_refused_and_nothing_of_it_is_recorded(
    words: str, duban: Duban, town: Path
) -> None:
    lay_out(town, {"obligations/own.yaml": TOWN["obligations/own.yaml"] + LATE})
    duban.done("--config", town, *f"{ORDER} --id order-8 ordered_on=2024-12-20".split())
    answer = duban("--config", town, *words.split())
    assert (answer.status, answer.out, answer.err) == (1, "", f"duban: {OUTSIDE[words]}\n")
    listed = {event["id"]: event["ordered_on"] for event in duban.done("--config", town, "event", "list", "--json").rows
              if event["kind"] == "order"}  # fmt: skip
    assert listed == {"order-7": "2024-03-01", "order-8": "2024-12-20"}
    assert "2150" not in duban.done("--config", town, "ledger", "show", "city-letter/ent-chem/order-8").out


@pytest.mark.parametrize("name", NOT_THERE)
def test_what_cannot_be_done_is_said_in_one_line(name: str, duban: Duban, town: Path) -> None:
    words, message = NOT_THERE[name]
    answer = duban("--config", town, *words.split())
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith(f"duban: {message.replace('{0}', str(town))}")
    assert answer.err.count("\n") == 1


def test_a_task_that_is_misspelt_is_guessed(duban: Duban, town: Path) -> None:
    answer = duban("--config", town, "done", "reg-15a/ent-chem/acc-2024-01")
    assert answer.status == 1
    assert answer.err == f"duban: there is no task 'reg-15a/ent-chem/acc-2024-01'; did you mean {TASK!r}?\n"


@pytest.mark.parametrize(
    "words",
    [["done", TASK, "--note", b"\xff"], ["done", TASK, "--evidence", b"ev\xff.pdf"], ["explain", b"\xff"],
     ["bounce", "--forget", b"\xff"], ["event", "add", "accident", b"--name=\xff"]],
)  # fmt: skip
def test_an_argument_that_is_no_text_is_wrong_use(words: list[str | bytes], duban: Duban, town: Path) -> None:
    answer = duban("--config", town, *map(os.fsdecode, words))
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("duban: the argument ")
    assert answer.err.endswith(" is no text in UTF-8; name files and people in UTF-8\n")
    assert "\\xff" in answer.err


def test_a_user_without_a_name_must_say_who_he_is(duban: Duban, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(number: int) -> None:
        raise KeyError(number)

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    answer = duban("--config", town, "done", TASK)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == f"duban: user {os.getuid()} has no name on this machine; say who with --by\n"
    assert duban.done("--config", town, "done", TASK, "--by", "李敏").out.startswith(f"{TASK}: closed")


def test_a_secret_that_is_not_there_is_named(duban: Duban, town: Path) -> None:
    settings = """\
start: 2024-01-01
channels:
  email: {kind: smtp, host: 127.0.0.1, sender: a@example.com, username: duban, password: {env: NO_SUCH_SECRET}}
  sms: {kind: maildir, address: mobile}
"""
    lay_out(town, {"duban.yaml": settings})
    answer = duban("--config", town, "send-test", "email", "wang@example.com")
    assert (answer.status, answer.out) == (1, "")
    assert "NO_SUCH_SECRET" in answer.err
    assert answer.err.count("\n") == 1


UNUSABLE = {
    "a directory": ("sqlite:///organizations", "unable to open database file; it must be a file in a directory that "),
    "no database": ("sqlite:///duban.yaml", "file is not a database; it is no database of SQLite; name another file "),
    "in no directory": ("sqlite:///nowhere/duban.db", "; it must be a file in a directory that exists, and that"),
}
NEED_DATABASE = ("status", "plan", "outbox", "ledger verify", "event list", f"explain {TASK}", "diff", "reload", "run",
                 f"done {TASK}", "event add accident --organization ent-chem occurred_at=2024-03-01")  # fmt: skip


@pytest.mark.parametrize("command", NEED_DATABASE)
@pytest.mark.parametrize("name", UNUSABLE)
def test_a_database_that_cannot_be_used_is_said_in_one_line(name: str, command: str, duban: Duban, town: Path) -> None:
    url, why = UNUSABLE[name]
    settings = town / "duban.yaml"
    settings.write_text(f"{settings.read_text(encoding='utf-8')}database: {url}\n", encoding="utf-8")
    answer = duban("--config", town, *command.split())
    if name == "in no directory" and answer.status == 0:
        assert command.startswith(("plan", "event", "explain"))  # which need nothing stored
        return
    assert answer.status == 1
    assert answer.err.count("\n") == 1
    assert why in answer.err or "nothing is stored yet" in answer.err


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("init {town}/duban.yaml", "{town}/duban.yaml: File exists"),
        ("init {town}/duban.yaml/x", "{town}/duban.yaml/x: Not a directory"),
        ("init /proc/x", "/proc/x: No such file or directory"),
        ("--config nowhere schema --write", "nowhere/.schemas: No such file or directory"),
        ("--config {town} preview remind --html nowhere/x", "nowhere/x: No such file or directory"),
        ("--config {town} import new.yaml --as " + "x" * 300, "{town}/organizations/" + "x" * 300 + ".yaml: File name"),
    ],
)
def test_a_path_that_cannot_be_used_is_said_in_one_line(command: str, message: str, duban: Duban, town: Path) -> None:
    Path("new.yaml").write_text("[]\n", encoding="utf-8")
    answer = duban(*command.replace("{town}", str(town)).split())
    assert answer.status == 1
    assert answer.err.startswith(f"duban: {message.replace('{town}', str(town))}")
    assert answer.err.count("\n") == 1


def test_output_that_cannot_be_written_is_said_in_one_line(town: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run([CONSOLE_SCRIPT, "--config", town, "check", "--json"], stdout=full,
                               stderr=subprocess.PIPE, check=False, timeout=120)  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.decode() == "duban: the output cannot be written: No space left on device\n"
