"""Shipped data: where the catalogues, ladders and starting files of this package lie."""

import re
from datetime import date
from importlib import resources
from pathlib import Path

from config.places import Mark


def shipped_directory(name: str) -> Path:
    """A directory of data that is shipped with this package."""
    return Path(str(resources.files("config"))) / name


def shipped_catalogues() -> list[str]:
    """The ids of the shipped catalogues."""
    return sorted(path.stem for path in shipped_directory("catalogues").glob("*.yaml"))


def is_shipped(mark: Mark | None) -> bool:
    """Whether a place lies in a shipped file."""
    places = (shipped_directory("catalogues"), shipped_directory("policies"))
    return mark is not None and any(Path(mark.path).is_relative_to(place) for place in places)


def starting_on(day: date, settings: str) -> str:
    """The text of a shipped duban.yaml, to begin on a day; its comments stay.

    Raises:
        ValueError: it does not say once when it begins.
    """
    text, count = re.subn(r"^start: \S+", f"start: {day}", settings, flags=re.MULTILINE)
    if count != 1:
        raise ValueError(f"the shipped duban.yaml has {count} lines with `start:`; one is expected")
    return text
