"""How many lines a second `duban deadline -` answers, beside what writing the same answers alone takes.

.venv/bin/python -m benchmarks.deadline_lines
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

LINES = 200_000
AIM = 50_000
LIMITS = ("10wd", "5wd", "20wd", "60d", "1w", "6m", "1y", "-3m", "15d", "10个工作日")


def main() -> int:
    text = "".join(f"{line}\n" for line in lines())
    seconds, answers = answer(text)
    floor = write_only(answers)
    rate = LINES / seconds
    print(f"{LINES:,} lines, {len(answers) / 1e6:,.0f} MB of answers with their derivations")
    print(f"duban deadline -            {rate:>10,.0f} lines/s   aim ≥ {AIM:,}")
    print(f"json alone, same answers    {LINES / floor:>10,.0f} lines/s   ratio {floor / seconds:.2f}")
    return rate < AIM


def lines() -> list[str]:
    pick = random.Random(20260918)
    first = date(2005, 1, 1)
    return [f"{first + timedelta(days=pick.randrange(7_600))} {pick.choice(LIMITS)}" for _ in range(LINES)]


def answer(text: str) -> tuple[float, str]:
    """Seconds with the program's start, the best of three runs."""
    command = [str(Path(sys.executable).parent / "duban"), "deadline", "-", "--jsonl"]
    best = float("inf")
    with tempfile.TemporaryDirectory() as scratch:
        asked, answered = Path(scratch) / "asked", Path(scratch) / "answered"
        asked.write_text(text, encoding="utf-8")
        for _ in range(3):
            begun = time.perf_counter()
            with asked.open("rb") as source, answered.open("wb") as target:
                subprocess.run(command, stdin=source, stdout=target, check=True)
            best = min(best, time.perf_counter() - begun)
        return best, answered.read_text(encoding="utf-8")


def write_only(answers: str) -> float:
    ready = [json.loads(line) for line in answers.splitlines()]
    encode = json.JSONEncoder(ensure_ascii=False).encode
    begun = time.perf_counter()
    for each in ready:
        encode(each)
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
