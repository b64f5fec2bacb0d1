from pathlib import Path

import pytest

from tests.cli.shell import TOWN, Duban, lay_out


@pytest.fixture
def duban(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Duban:
    """The command line, in a working directory without a config."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.delenv("DUBAN_CONFIG", raising=False)
    return Duban(monkeypatch, capsys)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The config directory of a small town."""
    return lay_out(tmp_path / "town", TOWN)
