"""An edit that would withdraw much of what is open may be a slip: it waits for somebody who says that it is meant."""

import signal
from pathlib import Path

import pytest

from config.loader import load
from daemon.foresight import force
from daemon.reloading import ConfigWatch
from daemon.store.tasks import count_standing
from tests.cli.shell import TOWN, lay_out
from tests.daemon.cities import write_accidents
from tests.daemon.peers import Daemon, MailServer, SmsGateway, wait_for
from tests.stories.telling import Life, life_from

ROSTER = TOWN["organizations/town.yaml"]
WITHOUT_DUTIES = ROSTER.replace("  regulator: reg-emergency\n", "  regulator: reg-emergency\n  since: 2030-01-01\n")


@pytest.fixture
def life(tmp_path: Path, either_database: None) -> Life:  # noqa: ARG001 - where it is kept
    return life_from(load(lay_out(tmp_path, TOWN)), "2024-03-01T08:00").go_to("2024-03-01T10:00")


def standing(life: Life) -> int:
    with life.database.read() as connection:
        return count_standing(connection)


def edit(life: Life, watch: ConfigWatch, roster: str) -> None:
    lay_out(life.config.directory, {"organizations/town.yaml": roster})
    watch.refresh(life.engine)
    watch.refresh(life.engine)


def test_an_edit_that_would_withdraw_more_than_a_fifth_is_not_taken_over_and_says_how_much(life: Life) -> None:
    watch, before = ConfigWatch(life.config), standing(life)
    edit(life, watch, WITHOUT_DUTIES)
    assert life.engine.config is life.config
    assert [f"of {before} open tasks, more than a fifth" in fault.message for fault in watch.faults] == [True]
    life.engine.decide(life.clock.now(), follow=watch.refresh(life.engine))
    assert standing(life) == before


def test_it_is_taken_over_when_somebody_says_that_it_is_meant(life: Life) -> None:
    watch, before = ConfigWatch(life.config), standing(life)
    edit(life, watch, WITHOUT_DUTIES)
    with life.database.write() as connection:
        force(connection, load(life.config.directory))
    life.engine.decide(life.clock.now(), follow=watch.refresh(life.engine))
    assert watch.faults == ()
    assert standing(life) < before


def test_to_be_meant_holds_for_that_edit_and_not_for_the_next(life: Life) -> None:
    watch = ConfigWatch(life.config)
    with life.database.write() as connection:
        force(connection, life.config)
    edit(life, watch, WITHOUT_DUTIES)
    assert watch.faults != ()


def test_it_is_taken_back_by_undoing_the_edit(life: Life) -> None:
    watch = ConfigWatch(life.config)
    edit(life, watch, WITHOUT_DUTIES)
    edit(life, watch, ROSTER)
    assert watch.faults == ()
    assert life.engine.config.version == life.config.version


def test_an_edit_made_while_the_daemon_was_down_waits_too(life: Life) -> None:
    before = standing(life)
    config = load(lay_out(life.config.directory, {"organizations/town.yaml": WITHOUT_DUTIES}))
    started, watch = Life(config, life.clock, life.database), ConfigWatch(config)
    assert watch.refresh(started.engine) is False
    started.engine.decide(life.clock.now(), follow=False)
    assert standing(life) == before
    with life.database.write() as connection:
        force(connection, config)
    assert watch.refresh(started.engine) is True


def test_an_edit_that_withdraws_less_is_taken_over_by_itself(life: Life) -> None:
    watch = ConfigWatch(life.config)
    edit(life, watch, ROSTER.replace("滨海化工有限公司", "滨海化工集团"))
    assert life.engine.config.organizations["ent-chem"].name == "滨海化工集团"


def test_on_sighup_an_edit_is_taken_over_at_once(tmp_path: Path) -> None:
    with MailServer() as mail, SmsGateway() as sms:
        write_accidents(tmp_path, mail.port, sms.port, 1)
        with Daemon(tmp_path) as daemon:
            wait_for(lambda: len(mail.accepted) == 1, "the first message")
            roster = tmp_path / "organizations" / "from-0.yaml"
            roster.write_text(roster.read_text(encoding="utf-8").replace("第0厂", "零号厂"), encoding="utf-8")
            daemon.signal(signal.SIGHUP)
            wait_for(lambda: "took over config" in daemon.log(), "the edit")
            assert daemon.stop() == 0


def test_an_edited_template_is_taken_over_if_it_has_no_fault_and_the_last_good_one_stays_if_it_has(
    tmp_path: Path,
) -> None:
    life = life_from(load(lay_out(tmp_path, TOWN)), "2024-01-01T08:00")
    watch = ConfigWatch(life.config)

    def edit_template(text: str) -> None:
        lay_out(tmp_path, {"templates/subject.txt": text})
        watch.refresh(life.engine)
        watch.refresh(life.engine)

    edit_template("{{ first.titel }}")
    assert [str(fault) for fault in watch.faults] == [
        f"{tmp_path / 'templates' / 'subject.txt'}:1:1: there is no field 'titel'; did you mean 'title'?"
    ]
    assert life.engine.config is life.config
    edit_template("任务：{{ first.title }}")
    assert watch.faults == ()
    life.go_to("2024-01-15T10:00")
    assert {sent.subject[:3] for sent in life.channels["email"].sent} == {"任务："}
