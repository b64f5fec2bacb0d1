"""`duban doctor` and `duban bounce`, as an administrator and a mail server use them."""

import asyncio
import json
import re
import socket
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from config.loader import load
from daemon.doctor import advice
from daemon.simulation import Simulation, memory_channels
from daemon.store.database import open_database
from notifiers.bounces import ReturnAddress
from notifiers.channel import Outcome, Stopped, Temporary
from tests.cli.shell import TOWN, Duban, lay_out
from tests.daemon.peers import MailServer
from tests.notifiers.test_bounces import REPORT

SECRET = "bounce-secret"
ADDRESS = "duban-bounce@example.gov.cn"


def smtp(port: int, more: str = "") -> str:
    return f"{{kind: smtp, host: 127.0.0.1, port: {port}, tls: none, sender: duban@example.gov.cn{more}}}"


def town(directory: Path, channels: str, more: str = "") -> Path:
    settings = f"start: 2024-01-01\nchannels: {channels}\n{more}"
    return lay_out(directory, {**TOWN, "duban.yaml": settings})


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_doctor_finds_a_mail_server_and_says_how_far_it_came(duban: Duban, tmp_path: Path) -> None:
    with MailServer() as server:
        directory = town(tmp_path, f"{{email: {smtp(server.port)}}}", "admin: {email: a@example.com}\n")
        found = duban("--config", directory, "doctor", "--json")
        assert server.accepted == []
    rows = {row["what"]: row for row in json.loads(found.out)}
    assert rows["channel email"]["state"] == "ok"
    assert rows["channel email"]["found"] == "smtp: not encrypted, without login"
    assert {"calendar", "templates", "database", "disk", "admin", "clock"} <= rows.keys()
    assert rows["admin"]["state"] == "ok"


def test_the_doctor_says_what_to_do_about_each_fault_and_ends_with_status_1(duban: Duban, tmp_path: Path) -> None:
    channels = (
        f"{{email: {smtp(free_port())}, "
        'sms: {kind: mas, url: "https://no-such-host.invalid", enterprise: x, account: x, secret: {env: HOME}, '
        "sign_code: x}, wecom: {kind: wecom-app, corp_id: x, agent_id: 1, secret: {env: DUBAN_NO_SUCH_VARIABLE}}}"
    )
    found = duban("--config", town(tmp_path, channels), "doctor")
    assert found.status == 1
    assert "fault   channel email: smtp: " in found.out
    assert "→ are host and port right" in found.out
    assert "'no-such-host.invalid' cannot be resolved" in found.out
    assert "the environment variable DUBAN_NO_SUCH_VARIABLE is not set" in found.out
    assert "warning admin" in found.out


def test_a_sender_with_a_chinese_domain_sends_and_message_ids_have_its_ascii_form(duban: Duban, tmp_path: Path) -> None:
    sender = "市安委办 <duban@应急局.政务.cn>"
    with MailServer() as server:
        mail = smtp(server.port).replace("duban@example.gov.cn", sender)
        directory = town(tmp_path, f"{{email: {mail}, trial: {{kind: maildir, sender: {sender}}}}}")
        duban.done("--config", directory, "check")
        duban.done("--config", directory, "send-test", "email", "wang@example.com")
        [(_, message_id)] = server.accepted
    assert message_id.endswith("@xn--dgtz7cn8a.xn--zfr164b.cn>")
    duban.done("--config", directory, "send-test", "trial", "wang@example.com")
    [file] = (tmp_path / "mail" / "new").iterdir()
    assert file.read_bytes().isascii()


@pytest.mark.parametrize("command", ["check", "doctor", "run", "send-test email wang@example.com"])
def test_a_sender_that_no_server_takes_is_a_fault_at_its_place(duban: Duban, tmp_path: Path, command: str) -> None:
    mail = smtp(25).replace("duban@example.gov.cn", "duban@exa_mple.cn")
    directory = town(tmp_path, f"{{email: {mail}}}")
    found = duban("--config", directory, *command.split())
    assert found.status == 1
    assert found.err.startswith(f"{directory / 'duban.yaml'}:2:")
    assert "sender: 'duban@exa_mple.cn' is not possible; write 市安委办 <duban@example.gov.cn>" in found.err


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Stopped("login: 535 wrong password"), "credentials"),
        (Temporary("certificate verify failed: certificate has expired (_ssl.c:1006)"), "renew"),
        (
            Temporary("certificate verify failed: Hostname mismatch, certificate is not valid for 'x'"),
            "as the certificate",
        ),
        (Temporary("certificate verify failed: self-signed certificate (_ssl.c:1006)"), "authority"),
        (Temporary("SMTP STARTTLS extension not supported by server"), "no encryption"),
        (Temporary("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)"), "implicit"),
        (Temporary("cannot connect: Cannot connect to host x:9 ssl:default [Connect call failed]"), "firewall"),
        (Temporary("no answer in time"), "firewall"),
    ],
)
def test_the_doctors_advice_fits_the_fault(outcome: Outcome, word: str) -> None:
    assert word in advice(outcome)


def test_the_doctor_finds_a_database_that_cannot_be_used(duban: Duban, tmp_path: Path) -> None:
    directory = town(tmp_path, "{email: {kind: maildir}}")
    (directory / "duban.db").write_text("this is no database" * 100, encoding="ascii")
    found = duban("--config", directory, "doctor")
    assert found.status == 1
    assert "fault   database: file is not a database" in found.out


def test_a_database_in_a_directory_that_is_not_there_is_a_fault_of_the_doctors_and_of_the_daemons(
    duban: Duban, tmp_path: Path
) -> None:
    directory = town(tmp_path, "{email: {kind: maildir}}", "database: sqlite:///nowhere/duban.db\n")
    place = directory / "nowhere"
    found = duban("--config", directory, "doctor")
    assert f"fault   database: the directory {place} is not there\n        → make it" in found.out
    run = duban("--config", directory, "run")
    assert run.status == 1
    assert run.err == (
        f"duban: {place / 'duban.db'} cannot be used: No such file or directory; "
        "it must be a file in a directory that exists, and that the user of the command may write\n"
    )


def test_the_doctor_finds_directories_that_cannot_be_made_and_leaves_none_behind(duban: Duban, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    channels = "{email: {kind: maildir, directory: file/mail}}"
    spoilt = town(tmp_path, channels, "backup: {directory: file/backups}\n")
    found = duban("--config", spoilt, "doctor").out
    assert f"fault   channel email: maildir: {tmp_path}/file/mail" in found
    assert f"fault   backup: no file can be made in {tmp_path}/file/backups: Not a directory" in found
    assert "cannot be resolved" not in found
    sound = duban("--config", town(tmp_path, "{email: {kind: maildir}}", "backup: {directory: a/b}\n"), "doctor").out
    assert f"ok      backup: can be written in {tmp_path}/a/b" in sound
    assert not (tmp_path / "a").exists()


@pytest.fixture
def lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A town whose mail went out, with return addresses."""
    monkeypatch.setenv("DUBAN_BOUNCES", SECRET)
    bounces = f", bounces: {{address: {ADDRESS}, secret: {{env: DUBAN_BOUNCES}}}}"
    directory = town(tmp_path, f"{{email: {smtp(25, bounces)}}}")
    config = load(directory)
    with closing(open_database(config)) as database:
        database.migrate()
        life = Simulation(config, database, memory_channels(config))
        asyncio.run(life.run(date(2024, 1, 1), date(2024, 2, 28)))
    return directory


def a_message(directory: Path) -> tuple[int, str, str]:
    with closing(open_database(load(directory))) as database, database.read() as connection:
        row, message_id, address = connection.exec_driver_sql(
            "SELECT id, message_id, address FROM deliveries WHERE state = 'accepted' LIMIT 1"
        ).one()
    return row, message_id, address


def report(message_id: str, secret: str = SECRET, action: str = "failed") -> str:
    to = ReturnAddress(ADDRESS, secret).of(message_id)
    return REPORT.format(to=to, action=action, status="5.1.1")


def test_a_report_marks_the_message_and_its_address(duban: Duban, lived: Path) -> None:
    row, message_id, address = a_message(lived)
    said = duban.done("--config", lived, "bounce", stdin=report(message_id))
    assert said.out.startswith(f"message {row} to ")
    assert said.out.endswith("came back: 5.1.1 smtp; 550 5.1.1 no such user\n")
    assert address not in said.out
    shown = json.loads(duban.done("--config", lived, "status", "--json").out)[0]["came_back"]
    assert [each["reason"] for each in shown] == ["5.1.1 smtp; 550 5.1.1 no such user"]
    duban.done("--config", lived, "bounce", "--forget", address)
    assert json.loads(duban.done("--config", lived, "status", "--json").out)[0]["came_back"] == []


@pytest.mark.parametrize(
    ("secret", "action", "says"),
    [("forged", "failed", "no return address of ours"), (SECRET, "delayed", "does not say that the message failed")],
)
def test_what_is_no_report_of_ours_is_passed_over_with_status_0(
    duban: Duban, lived: Path, secret: str, action: str, says: str
) -> None:
    _, message_id, _ = a_message(lived)
    said = duban.done("--config", lived, "bounce", stdin=report(message_id, secret, action))
    assert says in said.out
    shown = json.loads(duban.done("--config", lived, "status", "--json").out)[0]["came_back"]
    assert shown == []


@pytest.mark.parametrize("to", ['<"', '"李" <', "all: x@y;"])
def test_a_mail_with_a_malformed_header_is_passed_over_with_status_0(duban: Duban, lived: Path, to: str) -> None:
    said = duban.done("--config", lived, "bounce", stdin=REPORT.format(to=to, action="failed", status="5.1.1"))
    assert said.out == "passed over: it came to no return address of ours\n"


def test_an_address_that_nothing_came_back_from_cannot_be_forgotten(duban: Duban, lived: Path) -> None:
    found = duban("--config", lived, "bounce", "--forget", "x@example.com")
    assert (found.status, "no mail came back from 'x@example.com'" in found.err) == (1, True)


ALIYUN = """{sms: {kind: aliyun, access_key: x, secret: {env: S}, signature: a, templates: {
  default: {code: SMS_1, parameters: {what: "{{ short_title }}", due: "{{ due_day }}"}},
  digest: {code: SMS_2, parameters: {n: "{{ %s }}"}}}}}"""


def test_check_shows_how_long_sms_are(duban: Duban, tmp_path: Path) -> None:
    mas = (
        '{sms: {kind: mas, url: "http://x", enterprise: x, account: y, secret: {env: S}, sign_code: x, '
        "signature: 市安委办}}"
    )
    shown = duban.done("--config", town(tmp_path, mas), "check").out
    assert re.search(r"^SMS of sms: up to some \d+ characters, [23] segments \(at \w+\)$", shown, re.MULTILINE)
    rows = json.loads(duban.done("--config", tmp_path, "check", "--json").out)[0]["sms"]
    assert [each["stage"] for each in rows] == ["remind", "urge", "supervise", "letter", "summon", "list", "report"]
    assert all(each["text"].startswith("【市安委办】") and len(each["text"]) == each["characters"] for each in rows)


def test_check_shows_what_goes_into_registered_templates(duban: Duban, tmp_path: Path) -> None:
    shown = duban.done("--config", town(tmp_path, ALIYUN % "count"), "check").out
    assert "SMS of sms: SMS_1: what=" in shown


CHANNELS = """
  sms: {kind: aliyun, access_key: x, secret: {env: S}, signature: a, templates: {
    default: {code: SMS_1, parameters: {what: ▸"{{ shrt_title }}", due: "{{ due_day }}"}},
    digest: {code: SMS_2, parameters: {n: "{{ count }}",
      m: ▸"{{ cuont }}"}},
    urge: {code: SMS_3, parameters: {n: ▸"{{ name | shout }}"}}}}
  other: {kind: tencent, secret_id: x, secret: {env: S}, app_id: "1", signature: a, templates: {
    default: {code: "1", parameters: ["{{ name }}", ▸"{{ count // 0 }}"]}}}
  gateway: {kind: http, url: "http://x", body: ▸"{{ phone | tojson }}"}
"""
FILLED_IN = (
    "what: cannot be filled in: there is no field 'shrt_title'; did you mean 'short_title'?",
    "m: cannot be filled in: there is no field 'cuont'; did you mean 'count'?",
    "n: cannot be filled in: No filter named 'shout'.",
    "parameters, item 2: cannot be filled in: unsupported operand type(s) for //: 'str' and 'int'",
    "body: cannot be filled in: there is no field 'phone'; known: message_id, mobile, name, text",
)


@pytest.mark.parametrize("command", ["check", "run"])
def test_what_cannot_be_filled_in_is_a_fault_at_its_own_place(duban: Duban, tmp_path: Path, command: str) -> None:
    directory = town(tmp_path, CHANNELS.replace("▸", ""))
    before = f"start: 2024-01-01\nchannels: {CHANNELS}".split("▸")[:-1]
    places = [("".join(before[: end + 1])) for end in range(len(before))]
    marks = [(text.count("\n") + 1, len(text) - text.rfind("\n")) for text in places]
    found = duban("--config", directory, command)
    assert found.status == 1
    assert found.err.splitlines() == [
        f"{directory / 'duban.yaml'}:{line}:{column}: {said}"
        for (line, column), said in zip(marks, FILLED_IN, strict=True)
    ]
