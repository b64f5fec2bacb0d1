"""Wording: what messages about files have in common."""

import difflib
from collections.abc import Iterable
from typing import Self

LONGEST_QUOTE = 60
"""Characters of a wrong value that a message repeats."""


def found_there(value: object) -> str:
    """What stands in a file, in words for a message: nothing, a list, fields with values, or the text itself."""
    match value:
        case None:
            return "nothing"
        case dict():
            return "fields with values"
        case list():
            return "a list"
        case _:
            text = str(value)
            return repr(text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…")


def did_you_mean(word: str, known: Iterable[str], at_most: int = 12) -> str:
    """A hint to append to a message: the nearest known word, or all of them when they are few."""
    candidates = sorted(set(known))
    near = difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known: {', '.join(candidates)}" if 0 < len(candidates) <= at_most else ""


class Missing(str):
    """What a message says of a name that is nowhere; it knows in which kind of files the name would be."""

    __slots__ = ("kind",)
    kind: str

    def __new__(cls, message: str, kind: str) -> Self:
        """A message, and a kind of files, as `organizations`."""
        found = super().__new__(cls, message)
        found.kind = kind
        return found
