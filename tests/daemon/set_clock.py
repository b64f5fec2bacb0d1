"""`duban` under a wall clock that a file sets: `python -m tests.daemon.set_clock FILE [ARGUMENT]...`.

The file holds by how many seconds the wall clock is set off from the machine's. For Python it is the clock of the whole
process, the scheduler's included; the time since the machine was started goes on as ever.
"""

import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from time_machine import travel

from daemon.cli import main

LOOK = 0.02


def set_off(file: Path, by: timedelta) -> None:
    """Set the clock of the process that looks at this file."""
    fresh = file.with_suffix(".fresh")
    fresh.write_text(str(by.total_seconds()), encoding="ascii")
    fresh.replace(file)


def follow(file: Path) -> None:
    """Keep the clock as far off as the file says."""
    started, running = datetime.now(UTC), time.monotonic()
    travelling, by = travel(started, tick=True).start(), timedelta(0)
    while True:
        wanted = timedelta(seconds=float(file.read_text(encoding="ascii"))) if file.exists() else timedelta(0)
        if wanted != by:
            travelling.move_to(started + timedelta(seconds=time.monotonic() - running) + wanted)
            by = wanted
        time.sleep(LOOK)


if __name__ == "__main__":
    threading.Thread(target=follow, args=(Path(sys.argv.pop(1)),), daemon=True).start()
    main()
