"""A channel is taken out of duban.yaml while messages wait for it: what they say goes another way."""

from pathlib import Path

import pytest

from config.loader import load
from notifiers.channel import Stopped
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from tests.cli.shell import lay_out
from tests.daemon.test_standing_in import FILES, TASK, WITH_MOBILE, notices
from tests.stories.telling import Life, life_from

pytestmark = pytest.mark.usefixtures("either_database")
STEP = "- id: own\n  steps:\n    - {{at: -7wd, stage: remind, tell: [assignee], channels: [{channel}]}}\n"


def test_what_waits_for_a_channel_that_is_no_more_goes_another_way(tmp_path: Path) -> None:
    files = {**FILES, "organizations/town.yaml": WITH_MOBILE, "policies/own.yaml": STEP.format(channel="sms")}
    before = life_from(load(lay_out(tmp_path, files)), "2026-03-02T08:00")
    empty = MemoryChannel("sms", AddressKind.MOBILE, [Stopped("no balance")] * 50)
    before = Life(before.config, before.clock, before.database, {"sms": empty}).go_to("2026-03-20T10:00")
    assert before.engine.next_wake(before.clock.now()) < before.moment("2026-03-20T12:00")
    without = FILES["duban.yaml"].replace("  sms: {kind: memory, address: mobile}\n", "")
    edited = {"duban.yaml": without, "policies/own.yaml": STEP.format(channel="email")}
    life = Life(load(lay_out(tmp_path, edited)), before.clock, before.database).go_to("2026-03-20T12:00")
    assert [line.split(maxsplit=2)[2] for line in life.diary(TASK)] == ["remind -7wd ent.safety_officer"]
    assert notices(life) == [("ent.safety_officer", "sent", "the channel accepted it")]
    assert life.engine.next_wake(life.clock.now()) > life.clock.now()
    with life.database.read() as connection:
        [reason] = connection.exec_driver_sql("SELECT reason FROM deliveries WHERE channel = 'sms'").scalars()
    assert reason == "duban.yaml has no such channel any more"
