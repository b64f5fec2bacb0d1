"""How long reading YAML takes, and how much memory, beside what else PyYAML offers.

A roster of 10,000 enterprises in YAML is read by Duban's reader (which remembers every line and column), by CSafeLoader
(which remembers none) and by compose (which remembers them as nodes). Each runs in a process of its own, in turn, and
the best of three is shown. The exit status is 1 if ours is not the quickest, or takes half the memory of compose.

    .venv/bin/python -m benchmarks.yaml_reading
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml

from config.documents import read_document

COUNT = 10_000
A_FILE = 3_500
"""Organizations in one file, which may have 2 MB."""
ROUNDS = 3
ENTRY = """\
- id: ent-{0:06}
  kind: enterprise
  name: 滨海第{0}化工有限公司
  region: 滨海县
  industry: hazardous_chemicals
  headcount: {1}
  traits: [high_risk, key]
  regulator: reg-emergency
  government: gov-binhai
  office: off-binhai
  dates: {{safety_license_expires: 2027-05-31}}
  posts:
    principal: {{name: 王建国, email: wang{0}@example.com, mobile: "138{0:08}"}}
    safety_officer: {{name: 李敏, email: li{0}@example.com, mobile: "139{0:08}", deputy: principal}}
"""


class Cost(NamedTuple):
    seconds: float
    megabytes: float


def main(*arguments: str) -> int:
    if arguments:
        print(json.dumps(measure(*arguments)))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        for start in range(0, COUNT, A_FILE):
            text = "".join(ENTRY.format(number, number % 900) for number in range(start, min(start + A_FILE, COUNT)))
            (directory / f"{start:06}.yaml").write_text(text, encoding="utf-8")
        size = sum(path.stat().st_size for path in directory.iterdir()) / 1e6
        rounds = [{name: run(name, directory) for name in READERS} for _ in range(ROUNDS)]
    best = {name: min(each[name] for each in rounds) for name in READERS}
    print(f"{COUNT:,} organizations in {size:.1f} MB of YAML")
    print(f"{'':14}{'s':>8}{'ratio':>8}{'MB':>8}{'ratio':>8}")
    for name, cost in best.items():
        seconds, memory = cost.seconds / best["ours"].seconds, cost.megabytes / best["ours"].megabytes
        print(f"{name:14}{cost.seconds:>8.2f}{seconds:>7.1f}×{cost.megabytes:>8.0f}{memory:>7.1f}×")
    quickest = min(best.values()) == best["ours"]
    return 0 if quickest and best["ours"].megabytes * 2 < best["compose"].megabytes else 1


def run(name: str, directory: Path) -> Cost:
    command = [sys.executable, "-m", "benchmarks.yaml_reading", name, str(directory)]
    return Cost(**json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def measure(name: str, directory: str) -> dict[str, float]:
    """In a process of its own: seconds, and by how much the memory grew."""
    paths = sorted(Path(directory).iterdir())
    read = READERS[name]
    before = resident()
    begun = time.perf_counter()
    kept = [read(path) for path in paths]
    seconds = time.perf_counter() - begun
    assert len(kept) == len(paths)
    return {"seconds": seconds, "megabytes": resident() - before}


def resident() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1e3


def ours(path: Path) -> object:
    document, faults = read_document(path)
    assert document is not None
    assert not faults
    return document.data


def c_safe_loader(path: Path) -> object:
    return yaml.load(path.read_bytes(), yaml.CSafeLoader)


def compose(path: Path) -> object:
    return yaml.compose(path.read_bytes(), yaml.CSafeLoader)


READERS = {"ours": ours, "CSafeLoader": c_safe_loader, "compose": compose}

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
