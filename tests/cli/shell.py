"""Running `duban` as a user does: arguments in; status, output and errors out."""

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.loader import load
from daemon.channels import open_channels
from daemon.cli import main
from daemon.simulation import Simulation
from daemon.store.database import open_database

CONSOLE_SCRIPT = Path(sys.executable).with_name("duban")

TOWN = {
    "duban.yaml": """\
start: 2024-01-01
catalogues: [work-safety]
channels:
  email: {kind: maildir, directory: mail, sender: 市安委办 <duban@example.com>}
  sms: {kind: maildir, directory: mail, address: mobile, sender: 市安委办 <sms@example.com>}
""",
    "organizations/town.yaml": """\
- id: off-city
  kind: office
  name: 市安委办
  government: gov-city
  posts:
    principal: {name: 张三, email: zhang@example.com, mobile: "13800000001"}
    duty: {name: 李四, email: lisi@example.com, mobile: "13800000002"}
- id: gov-city
  kind: government
  name: 市人民政府
  office: off-city
  posts:
    duty: {name: 赵六, email: zhao@example.com, mobile: "13800000003"}
- id: reg-emergency
  kind: regulator
  name: 市应急管理局
  government: gov-city
  office: off-city
  posts:
    duty: {name: 孙八, email: sun@example.com, mobile: "13800000004"}
- id: ent-chem
  kind: enterprise
  name: 滨海化工有限公司
  traits: [high_risk]
  regulator: reg-emergency
  government: gov-city
  office: off-city
  dates: {licence_expires: 2024-09-30}
  posts:
    principal: {name: 周九, email: zhou@example.com, mobile: "13800000005"}
    safety_officer: {name: 吴十, email: wu@example.com, mobile: "13800000006", deputy: principal}
""",
    "obligations/own.yaml": """\
- id: city-renew
  clause: 本市一号文
  title: 申请换发许可证
  applies_to: {kind: enterprise}
  anchor: {organization: licence_expires}
  limit: -3m
  verify: regulator
- id: city-letter
  title: 报送整改方案
  applies_to: {kind: enterprise}
  anchor: {event: order, date: ordered_on}
  limit: 5wd
  policy: letters
""",
    "policies/own.yaml": """\
- id: letters
  steps:
    - {at: start, stage: remind, tell: [assignee]}
    - {at: +1wd, stage: letter, tell: [principal, government], approval: office}
""",
    "events/own.yaml": """\
- id: acc-2024-001
  kind: accident
  organization: ent-chem
  occurred_at: 2024-02-08T14:20:00+08:00
  deaths: 1
  liability: true
- id: order-7
  kind: order
  organization: ent-chem
  ordered_on: 2024-03-01
""",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> Any:
        """The data of `--json`."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The data of `--jsonl`."""
        return [json.loads(line) for line in self.out.splitlines()]


class Duban:
    """The console script's function, in this process; an exception that escapes it fails the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str | Path, stdin: str = "") -> Answer:
        self._capsys.readouterr()
        self._monkeypatch.setattr(sys, "argv", ["duban", *map(str, arguments)])
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
        root = logging.getLogger()
        level, handlers = root.level, list(root.handlers)
        with pytest.raises(SystemExit) as ended:
            main()
        root.level, root.handlers = level, handlers  # `duban run` logs more than other commands of this process are to
        out, err = self._capsys.readouterr()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return Answer(code or 0, out, err)

    def done(self, *arguments: str | Path, stdin: str = "") -> Answer:
        """Run a command that must succeed, without a word on standard error."""
        answer = self(*arguments, stdin=stdin)
        assert (answer.status, answer.err) == (0, "")
        return answer


def run_script(*arguments: str | Path, directory: Path, stdin: str = "", **environment: str) -> Answer:
    """Run the installed console script in a process of its own."""
    ended = subprocess.run(
        [CONSOLE_SCRIPT, *map(str, arguments)],
        cwd=directory,
        env={**os.environ, **environment},
        input=stdin.encode(),
        capture_output=True,
        check=False,
        timeout=120,
    )
    return Answer(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def hang_up_on(*arguments: str | Path, directory: Path) -> None:
    """Run the installed console script for a reader who is gone before it says anything."""
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as out:
        subprocess.run(
            [CONSOLE_SCRIPT, *map(str, arguments)], cwd=directory, stdout=out, stderr=subprocess.DEVNULL,
            check=False, timeout=120,
        )  # fmt: skip


def lay_out(directory: Path, files: Mapping[str, str]) -> Path:
    """Files in a directory."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def live_a_quarter(town: Path) -> Path:
    """Let a town live through the first quarter of 2024, with the engine's own store and messages."""
    config = load(town)
    with closing(open_database(config)) as database:
        database.migrate()
        asyncio.run(Simulation(config, database, open_channels(config)).run(date(2024, 1, 1), date(2024, 3, 31)))
    return town
