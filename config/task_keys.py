"""Task keys: what the last part of a duty's task ids can be, as its entry stands in a file.

Two duties that can give the same keys cannot both start a third, whose tasks are called by the key of what was done.
`obligations.starting` and `obligations.windows` say what the keys are.
"""

from collections.abc import Iterator, Mapping

from obligations.windows import WindowError, parse_every

KeyKind = tuple[object, ...]
Entry = Mapping[str, object]


def kinds_of_keys(duty: Entry, duties: Mapping[str, Entry]) -> frozenset[KeyKind]:
    """The kinds of keys that a duty gives; kinds that differ have no key in common.

    Args:
        duties: all that are in force, by id; one that follows others has the keys of those.
    """
    return frozenset(_kinds(duty, duties, set()))


def _kinds(duty: Entry, duties: Mapping[str, Entry], seen: set[str]) -> Iterator[KeyKind]:
    anchor = duty.get("anchor")
    if isinstance(duty.get("every"), str):
        yield from _windows(str(duty["every"]), str(duty.get("cycle_start", 2000)))
    elif isinstance(anchor, Mapping):
        for form, value in anchor.items():
            names = [str(each) for each in value] if isinstance(value, list) else [str(value)]
            match form:
                case "event" | "holiday":
                    yield from ((form, each) for each in names)
                case "organization" | "roster":
                    yield ("day",)
                case "stage":
                    yield (form,)
                case "task":
                    yield from _followed(names, duties, seen)


def _windows(every: str, cycle_start: str) -> Iterator[KeyKind]:
    try:
        months = parse_every(every).months
    except WindowError:  # a fault of the schema's
        return
    years = months // 12
    yield ("window", months, int(cycle_start) % years if years > 1 and cycle_start.isdecimal() else 0)


def _followed(names: list[str], duties: Mapping[str, Entry], seen: set[str]) -> Iterator[KeyKind]:
    for name in names:
        if name in duties and name not in seen:
            seen.add(name)
            yield from _kinds(duties[name], duties, seen)
