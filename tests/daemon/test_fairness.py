"""The lock that threads take in turns."""

import threading
from contextlib import suppress

from daemon.store.fairness import FairLock


def test_whoever_waits_gets_the_lock_before_the_holder_gets_it_again() -> None:
    lock, order = FairLock(), list[str]()
    waiting = threading.Event()

    def once() -> None:
        waiting.set()
        with lock:
            order.append("waiter")

    with lock:
        other = threading.Thread(target=once)
        other.start()
        waiting.wait()
        while not lock._waiting:
            pass
    with lock:
        order.append("holder")
    other.join()
    assert order == ["waiter", "holder"]


def test_no_two_threads_hold_the_lock_at_once_and_an_error_lets_it_go() -> None:
    lock, inside, most = FairLock(), 0, 0

    def work() -> None:
        nonlocal inside, most
        for number in range(300):
            with suppress(ZeroDivisionError), lock:
                inside += 1
                most = max(most, inside)
                inside -= 1
                number % (number % 7)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    assert (inside, most) == (0, 1)
