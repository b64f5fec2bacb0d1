"""Tasks hang on the ids that stand in the files; where and how the files say it changes nothing."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.loader import Config, load
from daemon.situation import Situation
from daemon.store import proving
from daemon.store.tasks import find
from obligations.history import History
from obligations.planning import planned_tasks
from obligations.states import TaskState
from obligations.tasks import PlannedTask
from tests.stories.telling import ACCIDENT, CITY, Life, life_from

Edit = Callable[[Path], None]
MEETING = "reg-15a/ent-binhai-chem/acc-2026-001"


def rename_files(directory: Path) -> None:
    for number, file in enumerate(sorted(directory.glob("*/*.yaml"), reverse=True)):
        file.rename(file.with_name(f"{number}.yaml"))


def put_all_into_one_file(directory: Path) -> None:
    for kind in ("organizations", "events"):
        files = sorted((directory / kind).glob("*.yaml"))
        text = "\n".join(file.read_text(encoding="utf-8") for file in files)
        for file in files:
            file.unlink()
        (directory / kind / "all.yaml").write_text(text, encoding="utf-8")


def rewrite(directory: Path, change: Callable[[list[dict[str, Any]]], object], **style: Any) -> None:
    for file in directory.glob("*/*.yaml"):
        entries = change(yaml.safe_load(file.read_text(encoding="utf-8")))
        file.write_text(yaml.safe_dump(entries, allow_unicode=True, **style), encoding="utf-8")


def reorder(directory: Path) -> None:
    rewrite(directory, lambda entries: [dict(reversed(each.items())) for each in reversed(entries)], sort_keys=False)


def reformat(directory: Path) -> None:
    rewrite(directory, list, default_flow_style=False, indent=6, sort_keys=True)


def change_id_of_the_firm(directory: Path) -> None:
    for file in directory.glob("*/*.yaml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("ent-binhai-chem", "ent-binhai-chemicals"), encoding="utf-8")


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[Edit], Config]:
    """The small city after an edit of its files."""

    def edit(how: Edit) -> Config:
        shutil.copytree(CITY, tmp_path / "city")
        how(tmp_path / "city")
        return load(tmp_path / "city")

    return edit


def planned(config: Config) -> dict[str, PlannedTask]:
    city = Situation(config).config.city(History(list(config.events.values())))
    return {each.id: each for each in planned_tasks(city, date(2026, 12, 31))}


def entries(life: Life, *kinds: str) -> set[tuple[str, str]]:
    """What the ledger has of these kinds, each with what it is about."""
    with life.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT kind, about FROM ledger").all()
        assert list(proving.verify(connection)) == []
    return {(kind, about) for kind, about in rows if kind in kinds}


@pytest.mark.parametrize("how", [rename_files, put_all_into_one_file, reorder, reformat])
def test_files_renamed_joined_reordered_or_reformatted_plan_the_same_tasks(
    edited: Callable[[Edit], Config], how: Edit
) -> None:
    assert planned(edited(how)) == planned(load(CITY))


def test_another_id_plans_other_tasks(edited: Callable[[Edit], Config]) -> None:
    before, after = planned(load(CITY)), planned(edited(change_id_of_the_firm))
    assert {key.replace("ent-binhai-chem/", "ent-binhai-chemicals/") for key in before} == set(after)
    assert {key.split("/")[1] for key in before.keys() - after.keys()} == {"ent-binhai-chem"}


def under_the_duties_of_an_accident(config: Config) -> Config:
    return replace(config, obligations={key: config.obligations[key] for key in ACCIDENT})


def test_a_city_that_lives_on_with_rewritten_files_says_nothing_of_it(edited: Callable[[Edit], Config]) -> None:
    life = life_from(under_the_duties_of_an_accident(load(CITY)), "2026-09-18T00:00").go_to("2026-09-19T12:00")
    said = life.told()
    life.engine.adopt(under_the_duties_of_an_accident(edited(reorder)))
    life.go_to("2026-09-20T08:00")
    assert life.told() == said
    assert entries(life, "task moved", "task changed", "task withdrawn", "task restored") == set()


def test_a_changed_id_retires_the_tasks_of_the_old_one_and_says_so(edited: Callable[[Edit], Config]) -> None:
    life = life_from(under_the_duties_of_an_accident(load(CITY)), "2026-09-18T00:00").go_to("2026-09-19T12:00")
    life.engine.adopt(under_the_duties_of_an_accident(edited(change_id_of_the_firm)))
    life.go_to("2026-09-20T12:00")  # a Sunday that is worked
    with life.database.read() as connection:
        found = find(connection, MEETING)
    assert found is not None
    assert found.task.state is TaskState.WITHDRAWN
    renamed = MEETING.replace("ent-binhai-chem", "ent-binhai-chemicals")
    assert {("task withdrawn", MEETING), ("task added", renamed)} <= entries(life, "task withdrawn", "task added")
    assert any("withdrawn" in line for line in life.diary(MEETING))
    assert any("start" in line for line in life.diary(renamed))
