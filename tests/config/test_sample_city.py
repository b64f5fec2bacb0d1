"""The sample city: 500 organizations, made up by a script, the same each time."""

from collections import Counter
from pathlib import Path

import pytest

from config.coverage import coverage
from config.loader import Config, load
from config.sample_city.writing import write_city
from config.shipped import shipped_directory
from obligations.organizations import Kind

SAMPLE = shipped_directory("sample")


@pytest.fixture(scope="module")
def city() -> Config:
    return load(SAMPLE)


def contents(directory: Path) -> dict[str, bytes]:
    files = [file for file in directory.rglob("*") if file.is_file()]
    return {str(file.relative_to(directory)): file.read_bytes() for file in files}


def test_the_script_writes_the_shipped_files_byte_for_byte(tmp_path: Path) -> None:
    write_city(tmp_path)
    assert contents(tmp_path) == contents(SAMPLE)


def test_it_is_a_whole_city(city: Config) -> None:
    kinds = Counter(each.kind for each in city.organizations.values())
    assert kinds == {Kind.ENTERPRISE: 473, Kind.GOVERNMENT: 7, Kind.OFFICE: 7, Kind.REGULATOR: 13}
    assert len({each.industry for each in city.organizations.values()} - {None}) == 27
    assert Counter(event.id.partition("-")[0] == "acc" for event in city.events.values()) == {True: 5, False: 15}


def test_most_firms_are_small_and_a_few_are_large(city: Config) -> None:
    sizes = sorted(each.headcount for each in city.organizations.values() if each.headcount is not None)
    assert len(sizes) == 473
    assert sizes[len(sizes) // 2] < 60
    assert 10 < sum(size >= 300 for size in sizes) < 50


def test_everybody_can_be_told_of_everything(city: Config) -> None:
    assert coverage(city).gaps == ()
