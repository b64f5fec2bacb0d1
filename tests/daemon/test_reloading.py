"""An edit that would withdraw much of what is open may be a slip: it waits for somebody who says that it is meant."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from errno import EMFILE
from pathlib import Path

import pytest

from config.loader import load
from daemon.alarms import broken_config
from daemon.foresight import force
from daemon.reloading import LOOKS_AGAIN, ConfigWatch, ask, signature
from daemon.store.tasks import count_standing
from daemon.templates import open_renderer
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
    assert [f"撤销{before}项未结任务中的" in fault.message for fault in watch.faults] == [True]
    told = broken_config(life.engine.situation, [str(fault) for fault in watch.faults]).text.text
    assert "超过五分之一" in told
    assert "open tasks" not in told
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


def test_once_files_with_faults_are_mended_the_log_says_that_the_config_is_sound_again(
    life: Life, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "daemon.reloading")
    watch = ConfigWatch(life.config)
    for broken in (ROSTER.replace("regulator: reg-emergency", "regulator: nobody"), "- {", WITHOUT_DUTIES):
        edit(life, watch, broken)
        assert watch.faults
    assert not [each for each in caplog.messages if "sound again" in each]
    edit(life, watch, ROSTER)
    edit(life, watch, ROSTER.replace("滨海化工有限公司", "滨海化工集团"))
    assert [each for each in caplog.messages if "sound again" in each] == [
        f"the config is sound again; {life.config.version} is in force"
    ]


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


NOTICE = """\
id: town-2025
paper: 镇政发〔2025〕1号
region: town
holidays: [{name: 镇庆, off: 2025-05-06}]
"""


def look_twice(life: Life, watch: ConfigWatch) -> tuple[str, ...]:
    """What is wrong once the files have been found the same twice."""
    watch.refresh(life.engine)
    watch.refresh(life.engine)
    return tuple(fault.message for fault in watch.faults)


@pytest.mark.parametrize("name", ["organisations", "organizations/old.yaml"])
def test_a_stray_directory_is_a_fault_until_it_is_removed(life: Life, name: str) -> None:
    watch, stray = ConfigWatch(life.config), life.config.directory / name
    stray.mkdir()
    assert len(look_twice(life, watch)) == 1
    stray.rmdir()
    assert look_twice(life, watch) == ()


def test_a_link_that_leads_nowhere_is_a_fault_until_it_is_removed(life: Life) -> None:
    watch, link = ConfigWatch(life.config), life.config.directory / "events" / "gone.yaml"
    link.parent.mkdir(exist_ok=True)
    link.symlink_to("nowhere.yaml")
    assert len(look_twice(life, watch)) == 1
    link.unlink()
    assert look_twice(life, watch) == ()


def test_who_may_read_a_file_is_part_of_its_state(life: Life) -> None:
    roster = life.config.directory / "organizations" / "town.yaml"
    before = signature(life.config.directory)
    roster.chmod(0)
    assert signature(life.config.directory) != before


def test_a_calendar_in_a_subfolder_is_taken_over(life: Life) -> None:
    watch = ConfigWatch(life.config)
    lay_out(life.config.directory, {"calendars/local/town.yaml": NOTICE})
    assert look_twice(life, watch) == ()
    assert "town" in {notice.region for notice in life.engine.config.calendar_notices}


def test_what_an_editor_writes_beside_a_file_is_no_edit(life: Life) -> None:
    before = signature(life.config.directory)
    lay_out(life.config.directory, {"organizations/.town.yaml.swp": "x", "calendars/.town.yaml.swp": "x"})
    assert {path for path, *_ in set(signature(life.config.directory)) - set(before)} <= {
        str(life.config.directory / "calendars")
    }


def twins(directory: Path, good: str, bad: str) -> Iterator[Path]:
    """Two files, a good one and a bad one, that nothing but what stands in them tells apart."""
    length = max(len(good.encode()), len(bad.encode()))
    for attempt in range(1_000):
        found = [directory / f"{name}-{attempt}" for name in ("good", "bad")]
        for path, text in zip(found, (good, bad), strict=True):
            path.write_bytes(text.encode().ljust(length, b"\n"))
        for path in found:
            os.utime(path, (0, 0))
        if len({path.stat().st_ctime_ns for path in found}) == 1:
            yield from found
            return


@pytest.fixture
def mended_unseen(life: Life, tmp_path_factory: pytest.TempPathFactory) -> ConfigWatch:
    """A watch that found faults, which were mended so that no file seems to have changed."""
    good, bad = twins(tmp_path_factory.mktemp("twins"), ROSTER, ROSTER.replace("kind: enterprise", "kind: enterprize"))
    link, watch = life.config.directory / "organizations" / "town.yaml", ConfigWatch(life.config)
    link.unlink()
    link.symlink_to(bad)
    assert len(look_twice(life, watch)) > 0
    link.unlink()
    link.symlink_to(good)
    assert len(look_twice(life, watch)) > 0
    return watch


def test_files_with_faults_are_read_again_after_a_while_though_they_seem_the_same(
    life: Life, mended_unseen: ConfigWatch
) -> None:
    life.clock.set(life.clock.now() + LOOKS_AGAIN - timedelta(seconds=1))
    assert len(look_twice(life, mended_unseen)) > 0
    life.clock.set(life.clock.now() + timedelta(seconds=1))
    assert look_twice(life, mended_unseen) == ()


def test_files_with_faults_are_read_again_when_somebody_says_so(life: Life, mended_unseen: ConfigWatch) -> None:
    mended_unseen.look_now()
    mended_unseen.refresh(life.engine)
    assert mended_unseen.faults == ()


def test_files_with_faults_are_read_again_when_a_command_asks(life: Life, mended_unseen: ConfigWatch) -> None:
    with life.database.write() as connection:
        ask(connection, life.clock.now())
    mended_unseen.refresh(life.engine)
    assert mended_unseen.faults == ()


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


def test_an_edit_whose_templates_cannot_be_opened_is_taken_over_whole_at_a_later_look(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = ConfigWatch(life.config)

    def too_many_files(*_: object) -> None:
        monkeypatch.setattr("daemon.composing.open_renderer", open_renderer)
        raise OSError(EMFILE, os.strerror(EMFILE))

    monkeypatch.setattr("daemon.composing.open_renderer", too_many_files)
    with pytest.raises(OSError, match=os.strerror(EMFILE)):
        edit(life, watch, ROSTER.replace("mobile", "mobile", 1) + "\n# edited\n")
    assert life.engine.situation.config is life.engine.config is life.config
    assert not watch.faults
    watch.refresh(life.engine)
    assert life.engine.config is not life.config
    assert life.engine.dispatcher._situation is life.engine.situation
