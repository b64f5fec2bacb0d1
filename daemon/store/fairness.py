"""A lock that is given to whoever has waited longest."""

from collections import deque
from threading import Lock
from types import TracebackType


class FairLock:
    """Threads of one process take turns.

    SQLite gives its write lock to whoever happens to ask at the right moment: a tick with many tasks, which asks again
    as soon as it has committed, would keep the senders waiting until it is through.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._is_held = False
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()  # until whoever holds it hands it on

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False
