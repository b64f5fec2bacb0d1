"""How long a great city's roster takes to load, beside what reading the bare files takes and 20 µs for each row.

.venv/bin/python -m benchmarks.loading
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks import rosters
from benchmarks.measuring import QUICK, Figures, Row, best, main, measured
from config.kept_rosters import KeptRosters
from config.loader import load
from daemon.memory import settle

COUNT = 5_000 if QUICK else 100_000
FOR_A_ROW = 20e-6
"""Seconds that finding out what is wrong with a row, and saying where, may take."""


def rows() -> Iterator[Row]:
    """The figures of the table."""
    with tempfile.TemporaryDirectory() as scratch:
        for kind in rosters.WRITERS:
            place = Path(scratch) / kind
            write(kind, place)
            ours, bare = best(
                lambda place=place: measured("benchmarks.loading", "ours", place),
                lambda place=place: measured("benchmarks.loading", "bare", place),
            )
            first, allowed = 1 / ours["rate"], 1.5 / bare["rate"] + COUNT * FOR_A_ROW
            yield Row(f"load {COUNT:,} organizations, {kind.upper()}", first, allowed, "s", most=1)
            yield Row("  again, one line changed", ours["again"], first, "s", most=0.2)


def write(kind: str, place: Path) -> None:
    roster = place / "organizations"
    roster.mkdir(parents=True)
    (place / "duban.yaml").write_text(rosters.SETTINGS, encoding="utf-8")
    (roster / "city.yaml").write_text(rosters.supervisors(), encoding="utf-8")
    rosters.WRITERS[kind](roster, islice(rosters.rows(), COUNT))


def ours(directory: str) -> Figures:
    """As the daemon loads it: at the start, and after an edit of one line elsewhere."""
    place = Path(directory)
    kept = KeptRosters()
    first = timed(place, kept)
    settle()  # as the daemon does
    city = place / "organizations" / "city.yaml"
    text = city.read_text(encoding="utf-8")
    assert "严守诚" in text
    city.write_text(text.replace("严守诚", "严守信", 1), encoding="utf-8")
    again = timed(place, kept)
    city.write_text(text, encoding="utf-8")
    return {"rate": 1 / first, "again": again}


def timed(place: Path, kept: KeptRosters) -> float:
    begun = time.perf_counter()
    found = load(place, kept).organizations
    seconds = time.perf_counter() - begun
    assert sum(each.kind.value == "enterprise" for each in found.values()) == COUNT
    return seconds


def bare(directory: str) -> Figures:
    """The quickest reader of each format: rows of text; of YAML the data and its places."""
    place = Path(directory)
    rosters.COUNT = COUNT
    return {"rate": 1 / rosters.BARE[place.name](place)}


if __name__ == "__main__":
    sys.exit(main(rows, {"ours": ours, "bare": bare}))
