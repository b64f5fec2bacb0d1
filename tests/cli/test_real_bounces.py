"""Mail that a real server took and sends back: the report of Postfix, handed to `duban bounce` as its aliases do it."""

import asyncio
import json
import re
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from config.loader import Config, load
from daemon.channels import open_channels
from daemon.masking import masked
from daemon.simulation import Simulation
from daemon.store.database import Database, open_database
from tests.cli.shell import TOWN, Duban, lay_out
from tests.postfix import DOMAIN, ELSEWHERE, OURS, Postfix

GONE = f"zhou@{ELSEWHERE}"


@pytest.fixture
def lived(tmp_path: Path, postfix: Postfix, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A town whose mail went out through Postfix; one of its readers is where nobody is."""
    monkeypatch.setenv("DUBAN_BOUNCES", "bounce-secret")
    roster = re.sub(r"\b(\w+)@example.com", rf"li+\1@{DOMAIN}", TOWN["organizations/town.yaml"])
    roster = roster.replace(f"li+zhou@{DOMAIN}", GONE)
    settings = f"""\
start: 2024-01-01
channels:
  email:
    {{kind: smtp, host: 127.0.0.1, port: {postfix.port}, tls: none, sender: "duban@{OURS}",
     bounces: {{address: "duban-bounce@{OURS}", secret: {{env: DUBAN_BOUNCES}}}}}}
"""
    directory = lay_out(tmp_path / "town", {**TOWN, "organizations/town.yaml": roster, "duban.yaml": settings})
    config = load(directory)
    with closing(open_database(config)) as database:
        database.migrate()
        asyncio.run(_live(config, database))
    return directory


async def _live(config: Config, database: Database) -> None:
    channels = open_channels(config)
    await Simulation(config, database, channels).run(date(2024, 1, 1), date(2024, 3, 1))
    for channel in channels.values():
        await channel.close()


def test_a_real_report_of_a_real_server_marks_the_message_and_its_address(
    duban: Duban, lived: Path, postfix: Postfix
) -> None:
    said = duban.done("--config", lived, "bounce", stdin=postfix.report().decode())
    assert "came back: 5.1.1 smtp; 550 5.1.1" in said.out
    assert said.out.endswith(": there is nobody of this name\n")
    (status,) = json.loads(duban.done("--config", lived, "status", "--json").out)
    assert [each["address"] for each in status["came_back"]] == [masked(GONE)]
