"""Building: a document's data from the events of PyYAML's C parser.

The stock loaders forget lines, accept duplicate keys, follow tags and aliases, go as deep as a file says, and guess
types (`2026-13-01` crashes them, `no` becomes False). Here every scalar is text and the schema says what it means. What
runs for every event is written for speed; what runs for a fault stands apart.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from yaml import (
    AliasEvent,
    CSafeLoader,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from config.characters import unwanted
from config.lookalikes import in_name
from config.places import Fault, Mapping, Places, Sequence
from config.wording import found_there

DEEPEST_NESTING = 30
MOST_FIELDS = 500
"""Of one mapping; with more it is a list that was written as a mapping."""
LONGEST_NAME = 200
"""Characters of a field's name."""
MOST_FAULTS = 100
"""Of one file; nobody reads more of them."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_Event = Any
"""An event of the parser: it is asked for its class, because `isinstance` takes several times as long."""


class StopBuilding(Exception):  # noqa: N818 # not an error: what is wrong stands in the builder's faults
    """The file is not read further."""


class Builder:
    """Builds one document: stops where reading on is not safe, notes whatever else is wrong."""

    def __init__(self, text: str, places: Places) -> None:
        self.faults: list[Fault] = []
        self.is_plain = True
        """Whether every value is what stands there, not an anchor's, an alias' or a tag's."""
        self._next: Callable[[], _Event] = CSafeLoader(text).get_event
        self._places = places
        self._words: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._depth = 0

    def build(self) -> object:
        """The data of the document, None if it is empty.

        Raises:
            StopBuilding: a fault was noted after which nothing more is read.
            yaml.MarkedYAMLError: the parser does not understand the text.
        """
        self._next()  # the stream begins
        if self._next().__class__ is StreamEndEvent:
            return None
        data = self._value(self._next())
        self._next()  # the document ends
        after = self._next()
        if after.__class__ is not StreamEndEvent:
            self._stop(after, "holds a second document; write one document a file")
        return data

    def _value(self, event: _Event) -> object:
        if event.anchor is not None or event.tag is not None:
            self._note_what_is_not_plain(event)
        if event.__class__ is ScalarEvent:
            return self._words.get(event.value) or self._new_word(event)
        return None if event.__class__ is AliasEvent else self._collection(event)

    def _collection(self, event: _Event) -> object:
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            self._stop(event, f"is nested more than {DEEPEST_NESTING} levels deep")
        found = self._mapping(event) if event.__class__ is MappingStartEvent else self._sequence(event)
        self._depth -= 1
        return found

    def _mapping(self, start: _Event) -> Mapping:
        next_event, name, value = self._next, self._name, self._value
        found = Mapping.__new__(Mapping)
        places = [start.start_mark.index]
        while (key_event := next_event()).__class__ is not MappingEndEvent:
            key = name(key_event)
            event = next_event()
            content = value(event)
            if key is not None and key not in found:
                found[key] = content
                places.append(key_event.start_mark.index)
                places.append(event.start_mark.index)
                if len(found) > MOST_FIELDS:
                    self._stop(start, f"has more than {MOST_FIELDS} fields; write a list (- id: …)")
            elif key is not None:
                self._note_twice(key, key_event, places[1 + 2 * list(found).index(key)])
        self._places.keep(found, places)
        return found

    def _sequence(self, start: _Event) -> Sequence:
        next_event, value = self._next, self._value
        found = Sequence.__new__(Sequence)
        places = [start.start_mark.index]
        while (event := next_event()).__class__ is not SequenceEndEvent:
            places.append(event.start_mark.index)
            found.append(value(event))
        self._places.keep(found, places)
        return found

    def _name(self, event: _Event) -> str | None:
        """What a field is called; None beside a fault."""
        if event.__class__ is ScalarEvent and event.anchor is None and event.tag is None:
            return self._names.get(event.value) or self._new_name(event)
        return self._new_name(event)

    def _new_word(self, event: _Event) -> str | None:
        """A scalar not met before: text, or nothing."""
        word: str = event.value
        if word in _NULLS:
            return None if event.implicit[0] else word
        if not word.isprintable():
            for _, advice in unwanted(word):  # written as an escape
                self._note(event, advice)
        self._words[word] = word
        return word

    def _new_name(self, event: _Event) -> str | None:
        """A key not met before, if a field can be called so."""
        key = self._value(event)
        if not isinstance(key, str):
            self._note(event, f"the name of a field must be a word, not {found_there(key)}; put other text into quotes")
        elif key == "<<":
            self._note(event, "merge keys (<<) are not allowed; write the fields out")
        elif len(key) > LONGEST_NAME or not key.isprintable() or in_name(key):
            instead = in_name(key) or "write one short word"
            self._note(event, f"{found_there(key)} cannot be the name of a field; {instead}")
        else:
            return self._names.setdefault(key, key) if key not in _NULLS else key
        return None

    def _note_twice(self, key: object, event: _Event, first: int) -> None:
        line = self._places.mark(first).line
        self._note(event, f"{found_there(key)} is set twice; first in line {line}")

    def _note_what_is_not_plain(self, event: _Event) -> None:
        self.is_plain = False
        if event.anchor is not None:
            self._note(event, "anchors and aliases (& and *) are not allowed; write the value out")
        else:
            tag = found_there(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._note(event, f"tags ({tag}) are not allowed; write the plain value")

    def _note(self, event: _Event, message: str) -> None:
        self.faults.append(Fault(*self._places.mark(event.start_mark.index), message))
        if len(self.faults) == MOST_FAULTS:
            raise StopBuilding

    def _stop(self, event: _Event, message: str) -> NoReturn:
        self._note(event, message)
        raise StopBuilding
