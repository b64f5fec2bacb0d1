"""Layouts: messages that differ in nothing but names are put into words once, with places for the names.

A morning's reminders say the same of thousands of organizations. Our own templates print names and do nothing else with
them, which a test holds them to; an operator's may measure or cut them, and are carried out for every message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any, AnyStr

from markupsafe import escape

from notifiers.presenting import is_overdue, names_of, reader_name
from notifiers.views import NoticeView

Pieces = tuple[AnyStr, ...]
"""What a template wrote: texts, and between each two of them the place of a name."""
Names = dict[str, str]
"""What stands in each place."""

HEADLINE = "headline"
_MARK = "\x00"  # `one_line` takes such characters out of everything that a template sees
_PERSONAL = {"key", "task", "subject", "bearer"}
_alike = attrgetter(*(each.name for each in fields(NoticeView) if each.name not in _PERSONAL))


def kind_of(ordered: Sequence[NoticeView], names: Names, now_local: datetime) -> tuple[object, ...]:
    """What messages of one layout have in common: everything but the names, and which of these are empty or equal."""
    kinds = (
        (
            _alike(view), is_overdue(view, now_local), names[f"{number}.subject"] == names[f"{number}.bearer"],
            bool(names[f"{number}.subject"]), bool(names[f"{number}.bearer"]),
        )
        for number, view in enumerate(ordered)
    )  # fmt: skip
    return now_local.date(), now_local.hour, now_local.minute, bool(names["name"]), *kinds


def names_in(ordered: Sequence[NoticeView], name: str) -> Names:
    """The names of one message: of its reader, and of each notice."""
    found = {f"{number}.{what}": text for number, view in enumerate(ordered) for what, text in names_of(view).items()}
    return {**found, "name": reader_name(name)}


def make_room(facts: dict[str, Any]) -> None:
    """Put places where the names are, in what a template is given; equal names stand in the same place."""
    facts["name"] = facts["name"] and place("name")
    for number, phrases in enumerate([*facts["notices"], *facts["briefly"]]):
        subject, bearer = phrases["subject"], phrases["bearer"]
        phrases["task"] = place(f"{number}.task")
        phrases["bearer"] = bearer and place(f"{number}.{'subject' if bearer == subject else 'bearer'}")
        for each in ("subject", "short_subject"):
            phrases[each] = subject and place(f"{number}.{each}")


def place(name: str) -> str:
    """What stands for a name until it is known."""
    return f"{_MARK}{name}{_MARK}"


def pieces_of(text: str) -> Pieces[str]:
    """A text with places, taken apart."""
    return tuple(text.split(_MARK))


def in_utf8(pieces: Pieces[str]) -> Pieces[bytes]:
    """The same as it is stored and sent."""
    return tuple(each.encode(errors="replace") for each in pieces)


def filled(pieces: Pieces[AnyStr], names: Mapping[AnyStr, AnyStr]) -> AnyStr:
    """The text with every name in its place."""
    if len(pieces) == 1:
        return pieces[0]
    parts = list(pieces)
    parts[1::2] = [names[each] for each in pieces[1::2]]
    return pieces[0][:0].join(parts)


def escaped(names: Names) -> dict[bytes, bytes]:
    """The names as HTML in UTF-8 has them; letters and digits stand there as they are."""
    return {
        each.encode(): (text if text.isalnum() else str(escape(text))).encode(errors="replace")
        for each, text in names.items()
    }
