"""Parsing: a document's data, or, where something makes it unfit for use, what can be had of it entry by entry.

The parser gives up at the first thing that it does not understand. But the entries of a file stand each for itself, so
one that is broken hides neither the others nor their faults, and a quotation mark that is not closed is looked for no
further than its own entry.
"""

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import NamedTuple

import yaml

from config.building import MOST_FAULTS, Builder, StopBuilding
from config.malformed import left_by_git, malformed
from config.places import Fault, Places, Sequence

MOST_PIECES = 50_000
"""Entries of a file that are looked at one by one; each takes a parser of its own."""

_FIRST = re.compile(r"(?:[ \t]*+(?:#.*|---[ \t]*)?\r?\n)*+( *)(?:(-)|[A-Za-z_][\w-]*:)(?=\s)")
"""The head of a file up to its first entry or field, and what the next ones begin with."""


class Parsed(NamedTuple):
    """What was read of a text."""

    data: object
    faults: list[Fault]
    is_whole: bool = True
    """Whether the data is all that stands there; if not, it is a list of some entries, or None."""
    malformed: Fault | None = None
    """Where the parser gave up."""


def parse(text: str, places: Places) -> Parsed:
    """The data of a text, and what is wrong in it."""
    whole = _attempt(text, places)
    if whole.is_whole:
        return whole
    if whole.malformed and (marks := [*islice(left_by_git(text), MOST_FAULTS)]):
        return Parsed(None, [Fault(*places.mark(before), words) for before, words in marks], is_whole=False)
    data, pieces = _piece_by_piece(text, places)
    broken = {each.malformed for each in pieces} - {None} or {whole.malformed}
    faults = {*whole.faults}.union(filter(None, broken), *(each.faults for each in pieces))
    return Parsed(data, sorted(faults)[:MOST_FAULTS], is_whole=False)


def _attempt(text: str, places: Places) -> Parsed:
    builder = Builder(text, places)
    try:
        data = builder.build()
    except StopBuilding:
        return Parsed(None, builder.faults, is_whole=False)
    except yaml.MarkedYAMLError as error:
        before, words = malformed(error, text)
        return Parsed(None, builder.faults, is_whole=False, malformed=Fault(*places.mark(before), words))
    return Parsed(data if builder.is_plain else None, builder.faults, is_whole=builder.is_plain)


def _piece_by_piece(text: str, places: Places) -> tuple[Sequence | None, list[Parsed]]:
    """The entries of a list that can be read, and each of its pieces; fields of a mapping are of no use alone."""
    data, pieces, noted = Sequence(places.mark(0)), list[Parsed](), 0
    for start, end in pairwise(_starts(text)):
        piece = _attempt(text[start:end], places.after(start))
        pieces.append(piece)
        noted += len(piece.faults) + (piece.malformed is not None)
        if noted >= MOST_FAULTS:
            break
        if isinstance(piece.data, Sequence):
            for index, each in enumerate(piece.data):
                data.put(each, piece.data.items_at[index])
    is_list = any(isinstance(piece.data, Sequence) for piece in pieces)
    return (data if is_list else None), pieces


def _starts(text: str) -> Iterator[int]:
    """Where the entries of a list begin, or the fields of a mapping, and the end; nothing if they are too many."""
    first = _FIRST.match(text)
    if first is None:
        return
    sign = "-" if first[2] else r"[A-Za-z_][\w-]*:"
    begins = re.compile(rf"^{first[1]}{sign}(?=\s)", re.MULTILINE)
    found = [each.start() for each in islice(begins.finditer(text, first.end()), MOST_PIECES)]
    if len(found) < MOST_PIECES:
        yield from (0, *found, len(text))
