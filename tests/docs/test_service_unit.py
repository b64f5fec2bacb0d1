"""The service unit is one that systemd accepts without a word."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from daemon.service import DRAIN, HEARTBEAT
from daemon.store.sqlite import BUSY_TIMEOUT
from tests.docs.pages import ROOT, blocks, page

UNIT = (ROOT / "systemd" / "duban.service").read_text(encoding="utf-8")
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def setting(name: str) -> str:
    found = re.findall(rf"(?m)^{name}=(.*)$", UNIT)
    assert len(found) == 1, f"{name} stands {len(found)} times in the unit"
    return str(found[0])


def verified(directory: Path, unit: str) -> str:
    """What systemd says of a unit whose program exists."""
    path = directory / "duban.service"
    path.write_text(re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={shutil.which('true')}", unit), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False)
    return f"{done.stdout}{done.stderr}{done.returncode or ''}"


@needs_systemd
def test_systemd_accepts_the_unit_without_a_word(tmp_path: Path) -> None:
    assert verified(tmp_path, UNIT) == ""


@needs_systemd
def test_a_unit_with_a_misspelled_key_is_not_accepted(tmp_path: Path) -> None:
    assert "ProtectHoem" in verified(tmp_path, UNIT.replace("ProtectHome=", "ProtectHoem="))


@needs_systemd
def test_what_the_unit_leaves_exposed_is_little(tmp_path: Path) -> None:
    path = tmp_path / "duban.service"
    path.write_text(UNIT, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_a_daemon_that_waits_for_a_locked_database_is_not_taken_for_a_dead_one() -> None:
    assert int(setting("WatchdogSec")) >= 3 * BUSY_TIMEOUT + HEARTBEAT.total_seconds()


def test_stopping_may_take_as_long_as_the_daemon_drains() -> None:
    assert int(setting("TimeoutStopSec")) > DRAIN


def test_the_user_of_the_unit_is_the_one_that_sysusers_makes() -> None:
    line = (ROOT / "systemd" / "duban.sysusers").read_text(encoding="utf-8").splitlines()[-1]
    assert line.split()[:2] == ["u", setting("User")]


def test_the_database_of_the_service_lies_in_its_state_directory() -> None:
    expected = f"sqlite:////var/lib/{setting('StateDirectory')}/duban.db"
    assert f"database: {expected}" in page("docs/service.md")
    assert expected in UNIT


def test_what_the_page_has_the_service_write_lies_in_its_state_directory() -> None:
    settings = next(iter(blocks(page("docs/service.md"), "yaml")))
    written = re.findall(r"(?:directory: |sqlite:///)([^,}\s]+)", settings)
    assert len(written) == 3, "a database, copies of it, and a maildir"
    assert all(path.startswith(f"/var/lib/{setting('StateDirectory')}/") for path in written)
