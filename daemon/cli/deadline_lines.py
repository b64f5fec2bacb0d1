"""`duban deadline -`: many deadlines, one a line, for other systems and for large checks."""

import gc
import json
import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice

from daemon.cli.counting import Counters

CHUNK = 2_000
"""Lines answered in one go; more than that are shared among the machine's processors."""


def answer_lines(lines: Iterable[str], counters: Counters) -> Iterator[str]:
    """One JSON object a line, in order and in runs of lines; a wrong line is answered by what is wrong with it."""
    chunks = _chunks(lines)
    first, second = next(chunks, []), next(chunks, [])
    if second:
        yield from _share_out(chain([first, second], chunks), counters)
    else:
        yield _answer_chunk(first, counters)


def _chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    ahead = iter(lines)
    while chunk := list(islice(ahead, CHUNK)):
        yield chunk


def _share_out(chunks: Iterable[list[str]], counters: Counters) -> Iterator[str]:
    """Answer chunks in several processes, a few ahead, in order."""
    workers = os.cpu_count() or 1
    waiting: deque[Future[str]] = deque()
    fork = multiprocessing.get_context("fork")  # the compiled calendars come along
    with ProcessPoolExecutor(workers, mp_context=fork, initializer=_inherit, initargs=(counters,)) as pool:
        for chunk in chunks:
            waiting.append(pool.submit(_answer_inherited, chunk))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_inherited: list[Counters] = []
"""In a worker: the counters of the process that it was forked from."""


def _inherit(counters: Counters) -> None:
    gc.disable()  # answers hold no cycles, and looking for some would take a tenth of the time
    _inherited.append(counters)


def _answer_inherited(lines: list[str]) -> str:
    return _answer_chunk(lines, _inherited[0])


def _answer_chunk(lines: Iterable[str], counters: Counters) -> str:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    return "".join([f"{encode(_answer(line.split(), counters))}\n" for line in lines if not line.isspace()])


def _answer(words: list[str], counters: Counters) -> dict[str, object]:
    if len(words) < 2:
        return {"error": f"{' '.join(words)!r}: expected START LIMIT [roll=R] [exclude=N] [region=R]"}
    try:
        options = dict(_option(word) for word in words[2:])
        return counters.of(options.pop("region", None)).row(words[0], words[1], **options)
    except ValueError as error:
        return {"error": str(error)}


def _option(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    if name not in {"roll", "exclude", "region"} or not value:
        raise ValueError(f"{word!r}: expected roll=R, exclude=N or region=R")
    return name, value
