"""Malformed YAML: what the parser says of it, in words for whoever wrote the file."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from config.lookalikes import misused

_BEGINS = "a value cannot begin with {sign!r}; put it into quotes"
_BACKSLASH = 'a backslash within " needs another one before it, or use single quotes'
_OPENED = {
    "while scanning a quoted scalar": "the quotation mark that opens here is not closed",
    "while scanning an alias": _BEGINS,
    "while scanning an anchor": _BEGINS,
    "while scanning a tag": _BEGINS,
    "while parsing a tag": _BEGINS,
    "while parsing a node": _BEGINS,
    "while scanning a block scalar": "after {sign!r} a text begins on the next line; put a value that begins with it "
    "into quotes",
    "while scanning a directive": "a line cannot begin with {sign!r}; put the value into quotes",
    "while scanning a simple key": "expected `field: value`, with a colon and a space; text that goes on from the line "
    "above is indented more than its field",
}
"""What the parser was reading, and what is wrong where that began."""
_STOPPED = {
    "found character that cannot start any token": _BEGINS,
    "found unknown escape character": _BACKSLASH,
    "did not find expected hexdecimal number": _BACKSLASH,
    "found invalid Unicode character escape code": _BACKSLASH,
    "found unexpected ':'": "expected a space after the colon, or quotes around a text with a colon",
    "block sequence entries are not allowed in this context": "a list begins on a line of its own; put a value that "
    "begins with `- ` into quotes",
    "mapping keys are not allowed in this context": "a value cannot begin with `? `; put it into quotes",
    "did not find expected <document start>": "does not belong to what stands above; begin all entries of a file in "
    "one column, and put text with brackets or quotation marks into quotes",
}
"""What the parser did not understand, and what is wrong where it stopped."""
_FLOWS = {"while parsing a flow sequence": ("[", "]"), "while parsing a flow mapping": ("{", "}")}
_ABOVE = {
    "while parsing a block collection": "entries begin with `- ` in column {column}, their fields more to the right",
    "while parsing a block mapping": "fields begin in column {column}",
}
_NEAR = 500
"""Characters before and after a place in which a look-alike may be to blame."""
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?=[ \r\n])", re.MULTILINE)
_ENDS_QUOTED = re.compile(r"([\"'])[ \t]*$")


class _Stop(NamedTuple):
    """Where the parser stopped. A place is the number of characters before it."""

    text: str
    context: str
    problem: str
    begun: int
    """Where what it was reading began."""
    at: int

    @property
    def sign(self) -> str:
        """The character that it did not expect."""
        return self.text[self.at : self.at + 1]

    @property
    def line_start(self) -> int:
        return self.text.rfind("\n", 0, self.at) + 1

    @property
    def line_before(self) -> str:
        """The line's text before that character."""
        return self.text[self.line_start : self.at]


def left_by_git(text: str) -> Iterator[tuple[int, str]]:
    """What to say of versions that git could not join, after the number of characters before each."""
    marks = [*_CONFLICT.finditer(text)]
    for found in [each for each in marks if each[0].startswith("<")] or marks[:1]:
        words = f"git could not join two versions ({found[0]}); keep one of them and delete the marks"
        yield found.start(), f"malformed YAML: {words}"


def malformed(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    """How many characters stand before the place of a parser's error, and what is wrong there."""
    marks = [mark.index for mark in (error.context_mark, error.problem_mark) if mark is not None]
    stop = _Stop(text, error.context or "", error.problem or "", *(marks if len(marks) == 2 else 2 * (marks or [0])))
    at, words = _lookalike(stop) or _flow(stop) or _opened(stop) or (stop.at, _stopped(stop))
    return at, f"malformed YAML: {words}"


def _lookalike(stop: _Stop) -> tuple[int, str] | None:
    """A sign that looks like YAML's, where something began, where the parser stopped, or on the line above that."""
    begun = stop.text.rfind("\n", 0, stop.begun) + 1
    above = stop.text.rfind("\n", 0, max(stop.line_start - 1, 0)) + 1
    ends = stop.text.find("\n", stop.begun)
    return _misused_near(stop.text, stop.begun, begun, ends if ends >= 0 else stop.at) or _misused_near(
        stop.text, stop.at, above, stop.at
    )


def _misused_near(text: str, at: int, start: int, end: int) -> tuple[int, str] | None:
    return misused(text, max(start, at - _NEAR), min(end, at + _NEAR))


def _flow(stop: _Stop) -> tuple[int, str] | None:
    """What is wrong within brackets or braces: something on the same line, or they are never closed."""
    if stop.context not in _FLOWS:
        return None
    opening, closing = _FLOWS[stop.context]
    if "\n" in stop.text[stop.begun : stop.at] or stop.at == len(stop.text):
        return stop.begun, f"the {opening} that opens here is not closed"
    if stop.sign in "]}":
        return stop.at, f"expected {closing} here; the brackets do not match"
    return stop.at, f"expected a comma or {closing} here; does a text with a colon or quotation marks lack its quotes?"


def _opened(stop: _Stop) -> tuple[int, str] | None:
    if stop.sign == "\t" or stop.context not in _OPENED:
        return None
    return stop.begun, _OPENED[stop.context].format(sign=stop.text[stop.begun : stop.begun + 1])


def _stopped(stop: _Stop) -> str:
    if stop.sign == "\t":
        return "a tab cannot indent; use spaces"
    match stop.problem:
        case "mapping values are not allowed in this context":
            return _colon(stop)
        case "did not find expected node content":
            return _no_value(stop)
        case "did not find expected key" | "did not find expected '-' indicator":
            return _misfit(stop)
        case problem:
            return _STOPPED.get(problem, f"cannot be understood ({problem})").format(sign=stop.sign)


def _colon(stop: _Stop) -> str:
    if ":" in stop.line_before:
        return "a second colon on this line; put text with a colon and a space into quotes"
    return (
        "a colon is not expected here; is this line indented more than the fields above, or is the line above without "
        "its `: `, a colon and a space?"
    )


def _no_value(stop: _Stop) -> str:
    if stop.context == "while parsing a block node":
        return f"{stop.sign!r} closes nothing; delete it" if stop.sign in "]}" else _BEGINS.format(sign=stop.sign)
    if stop.sign == "-":
        return "a list within brackets has commas and no dashes, as [a, b]"
    return "expected a value here; is there a comma too many, or is a [ or { above not closed?"


def _misfit(stop: _Stop) -> str:
    """What cannot follow the fields or entries above."""
    quoted = _ENDS_QUOTED.search(stop.line_before)
    if quoted is not None and stop.line_before.count(quoted[1]) % 2:
        return "the quotation mark before this ends a text that began further up; is one above not closed?"
    if quoted is not None:
        return "text stands after the closing quotation mark; put all of the text between the quotation marks"
    if stop.sign and stop.sign in "]}":
        return f"{stop.sign!r} closes nothing; delete it"
    if stop.sign == ":":
        return "the name of a field is missing before this colon"
    if stop.line_before.strip():
        return "does not belong here; put text with brackets or quotation marks into quotes"
    column = stop.begun - stop.text.rfind("\n", 0, stop.begun)
    return f"the indentation fits nothing above: {_ABOVE[stop.context].format(column=column)}"
