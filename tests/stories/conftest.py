"""Every story that asks for `begin` is told three times: by one process, and by processes that keep dying."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.loader import Config
from tests.stories.mortal import Death, MortalLife
from tests.stories.mortal import begin as begin_life

Begin = Callable[[Config, str], MortalLife]


@pytest.fixture(params=Death, ids=lambda death: death.value)
def begin(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Begin]:
    """Begins a life of some config at a local moment."""
    lives: list[MortalLife] = []

    def of(config: Config, moment: str) -> MortalLife:
        lives.append(begin_life(config, moment, tmp_path / f"{len(lives)}.db", request.param))
        return lives[-1]

    yield of
    for life in lives:
        life.end()
