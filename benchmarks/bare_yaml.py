"""The quickest way to have YAML with its places: the events of PyYAML's C parser, and a small builder over them.

It gives plain objects, the line and column of every value beside them, and stops at what is nested too deep or is too
large; that is what a reader of a roster needs at least. It looks at no word, and says of nothing what is wrong.
"""

from collections.abc import Callable
from typing import Any

from yaml import CSafeLoader, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

DEEPEST, MOST = 30, 500


class TooMuchError(Exception):
    """The text is not read further."""


class SmallBuilder:
    """Builds the one document of a text."""

    def __init__(self, text: str) -> None:
        self._next: Callable[[], Any] = CSafeLoader(text).get_event
        self.places: dict[int, list[tuple[int, int]]] = {}
        """Of each container, by its identity: line and column of its values."""

    def build(self) -> object:
        """The document's data."""
        self._next()  # the stream begins
        self._next()  # the document begins
        return self._value(self._next(), 0)

    def _value(self, event: Any, depth: int) -> object:
        if event.__class__ is ScalarEvent:
            return event.value
        if depth == DEEPEST:
            raise TooMuchError
        return (self._mapping if event.__class__ is MappingStartEvent else self._sequence)(depth + 1)

    def _mapping(self, depth: int) -> dict[str, object]:
        next_event, value, places = self._next, self._value, list[tuple[int, int]]()
        found: dict[str, object] = {}
        while (key := next_event()).__class__ is not MappingEndEvent:
            event = next_event()
            mark = event.start_mark
            places.append((mark.line, mark.column))
            found[key.value] = value(event, depth)
            if len(found) > MOST:
                raise TooMuchError
        self.places[id(found)] = places
        return found

    def _sequence(self, depth: int) -> list[object]:
        next_event, value, places = self._next, self._value, list[tuple[int, int]]()
        found: list[object] = []
        while (event := next_event()).__class__ is not SequenceEndEvent:
            mark = event.start_mark
            places.append((mark.line, mark.column))
            found.append(value(event, depth))
        self.places[id(found)] = places
        return found
