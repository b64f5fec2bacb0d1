"""What benchmarks share: figures with their aims, and measurements that each have a process of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

Figures = dict[str, float]
Measure = Callable[..., Figures]

QUICK = os.environ.get("QUICK", "") not in {"", "0"}
"""Whether small sizes will do, for daily use: the figures are rough then, and the aims are for the full size."""


class Row(NamedTuple):
    """One figure beside that of a peer, or of the bare work that bounds it.

    Args:
        peer: in the same unit, from the same run; None where the figure is looked at by itself.
        least, most: what `ours / peer` (or `ours`) should be.
    """

    what: str
    ours: float
    peer: float | None
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def ratio(self) -> float:
        """What the aim is about."""
        return self.ours / self.peer if self.peer is not None else self.ours

    @property
    def is_reached(self) -> bool:
        """Whether the aim is reached; true where there is none."""
        return (self.least is None or self.ratio >= self.least) and (self.most is None or self.ratio <= self.most)


def show(rows: Iterable[Row]) -> int:
    """Print a table as it comes; 1 if an aim is missed."""
    print(f"{'':52}{'ours':>12}{'peer':>12} {'unit':11}{'ratio':>9}   aim")
    missed = 0
    for row in rows:
        missed += not row.is_reached
        peer = "" if row.peer is None else f"{row.peer:,.4g}" if row.peer < 100 else f"{row.peer:,.0f}"
        ours = f"{row.ours:,.4g}" if row.ours < 100 else f"{row.ours:,.0f}"
        ratio = "" if row.peer is None else f"{row.ratio:.3f}"
        print(f"{row.what:52}{ours:>12}{peer:>12} {row.unit:11}{ratio:>9}   {aim(row)}", flush=True)
    return int(missed > 0)


def aim(row: Row) -> str:
    """The aim in words."""
    if row.least is None and row.most is None:
        return ""
    bound = f"≥ {row.least:g}" if row.least is not None else f"≤ {row.most:g}"
    return f"{bound} {'✓' if row.is_reached else '✗'}"


def measured(module: str, what: str, *arguments: object) -> Figures:
    """Figures of one of a module's `MEASURES`, taken in a process of its own."""
    command = [sys.executable, "-m", module, what, *map(str, arguments)]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(found.stdout.splitlines()[-1])
    return figures


def best(*measures: Callable[[], Figures], rounds: int = 3) -> list[Figures]:
    """The figures of several measurements, which are taken in turn; of each those with the highest `rate`.

    What else the machine does only slows a measurement down, and one that is taken beside its peer often meets the same
    conditions at least once. With small sizes once must do.
    """
    found = [[measure() for measure in measures] for _ in range(1 if QUICK else rounds)]
    return [max(each, key=lambda figures: figures.get("rate", 0.0)) for each in zip(*found, strict=True)]


def main(rows: Callable[[], Iterable[Row]], measures: Mapping[str, Measure]) -> int:
    """A benchmark as a command: the table, or one measurement for the process that draws the table."""
    if len(sys.argv) > 1 and sys.argv[1] in measures:
        print(json.dumps(measures[sys.argv[1]](*sys.argv[2:])))
        return 0
    return show(rows())


def megabytes(what: str = "VmRSS", process: int | str = "self") -> float:
    """The memory of a process, or with `VmHWM` the most that it ever had."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{what}:")) / 1e3
