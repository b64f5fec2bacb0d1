"""`duban deadline -`: many deadlines, one a line, for other systems and for large checks."""

import gc
import json
import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice

from daemon.cli.counting import Counters

CHUNK = 2_000
"""Lines answered in one go; more than that are shared among the machine's processors."""


_MARK = "\ufeff"
"""Of the byte order, which some editors and spreadsheets put before a text."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds for every line that does not say otherwise."""

    roll: str = "none"
    exclude: str = "0"
    region: str | None = None


def answer_lines(lines: Iterable[str], counters: Counters, usual: Usual) -> Iterator[str]:
    """One JSON object a line, in order and in runs of lines; a wrong line is answered by what is wrong with it."""
    ahead = iter(lines)
    chunks = _chunks(chain([next(ahead, "\n").removeprefix(_MARK)], ahead))
    first, second = next(chunks, []), next(chunks, [])
    if second:
        yield from _share_out(chain([first, second], chunks), counters, usual)
    else:
        yield _answer_chunk(first, counters, usual)


def _chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    ahead = iter(lines)
    while chunk := list(islice(ahead, CHUNK)):
        yield chunk


def _share_out(chunks: Iterable[list[str]], counters: Counters, usual: Usual) -> Iterator[str]:
    """Answer chunks in several processes, a few ahead, in order."""
    workers = os.cpu_count() or 1
    waiting: deque[Future[str]] = deque()
    fork = multiprocessing.get_context("fork")  # the compiled calendars come along
    with ProcessPoolExecutor(workers, mp_context=fork, initializer=_inherit, initargs=(counters, usual)) as pool:
        for chunk in chunks:
            waiting.append(pool.submit(_answer_inherited, chunk))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_inherited: list[tuple[Counters, Usual]] = []
"""In a worker: what the process had that it was forked from."""


def _inherit(counters: Counters, usual: Usual) -> None:
    gc.disable()  # answers hold no cycles, and looking for some would take a tenth of the time
    _inherited.append((counters, usual))


def _answer_inherited(lines: list[str]) -> str:
    return _answer_chunk(lines, *_inherited[0])


def _answer_chunk(lines: Iterable[str], counters: Counters, usual: Usual) -> str:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    return "".join([f"{encode(_answer(line.split(), counters, usual))}\n" for line in lines if not line.isspace()])


def _answer(words: list[str], counters: Counters, usual: Usual) -> dict[str, object]:
    if len(words) < 2:
        return {"error": f"{' '.join(words)!r}: expected START LIMIT [roll=R] [exclude=N] [region=R]"}
    try:
        own = dict(_option(word) for word in words[2:])
        counter = counters.of(own.get("region", usual.region))
        return counter.row(words[0], words[1], own.get("roll", usual.roll), own.get("exclude", usual.exclude))
    except ValueError as error:
        return {"error": str(error)}


def _option(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    if name not in {"roll", "exclude", "region"} or not value:
        raise ValueError(f"{word!r}: expected roll=R, exclude=N or region=R")
    return name, value
