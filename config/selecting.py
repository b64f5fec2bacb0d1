"""Selectors as they stand in files, turned into the domain's; every fault with its place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from config.documents import Loc, Mapping, found_there
from config.fields import typed
from obligations.organizations import RELATIONS
from obligations.selectors import All, Any, AnyOf, Between, Lacks, Not, Scalar, Selector, Value

Meaning = Callable[[str, str], Value]
"""What the text beside a field means there, so that it equals what was read of the organization or the event."""

TEXTS = frozenset({"id", "kind", "name", "region", "industry", "traits", *RELATIONS})
"""The fields of organizations that hold text as it stands, were it all digits; the others are numbers and days."""


def of_organizations(field: str, text: str) -> Value:
    """What `applies_to` looks for; the roster keeps `region: 330205` as text."""
    return text if field in TEXTS else typed(text)


def of_events(field: str, text: str) -> Value:
    """What `where` looks for; an event's own fields are typed as they are read, and the organization is an id."""
    return text if field == "organization" else typed(text)


def parse_selector(data: object, meaning: Meaning) -> Selector:
    """Read a selector: fields with conditions, `all:`, `any:`, `not:`, `lacks:`. All of a mapping's parts must hold.

    A condition is a value, a list (any of), `{min:, max:}` or `{lacks: POST}`. Where it is none of these, what comes
    out is a stand-in beside the faults that `selector_faults` gives.

    Args:
        meaning: `of_organizations` or `of_events`, whichever it selects.
    """
    return _selector(data, (), _Reading(meaning, lambda _, __: None))


def selector_faults(data: object, loc: Loc, meaning: Meaning) -> Iterator[tuple[Loc, str]]:
    """What is wrong with the selector that stands at `loc`; data that are no fields at all are the schema's fault."""
    faults: list[tuple[Loc, str]] = []
    if isinstance(data, Mapping):
        _selector(data, loc, _Reading(meaning, lambda place, message: faults.append((place, message))))
    yield from faults


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a selector is read, and who is told what is wrong with it."""

    meaning: Meaning
    report: Callable[[Loc, str], None]


@dataclass(frozen=True, slots=True)
class Mention:
    """A field that a selector looks at, and the values it looks for, each with its place."""

    loc: Loc
    field: str
    values: tuple[tuple[Loc, object], ...]


def mentions(data: object, loc: Loc = ()) -> Iterator[Mention]:
    """The fields that a selector looks at, whether or not it is right otherwise."""
    if not isinstance(data, Mapping):
        return
    for key, value in data.items():
        here = (*loc, key)
        if key in {"all", "any"}:
            for index, part in enumerate(value if isinstance(value, list) else ()):
                yield from mentions(part, (*here, index))
        elif key == "not":
            yield from mentions(value, here)
        elif isinstance(value, list):
            yield Mention(here, key, tuple(((*here, index), each) for index, each in enumerate(value)))
        elif not isinstance(value, Mapping):
            yield Mention(here, key, () if key == "lacks" else ((here, value),))
        elif "lacks" not in value:
            yield Mention(here, key, ())


def _selector(data: object, loc: Loc, reading: _Reading) -> Selector:
    if not isinstance(data, dict):
        reading.report(loc, f"expected conditions such as {{kind: enterprise}}, found {found_there(data)}")
        return All()
    return All(tuple(_condition(key, value, (*loc, key), reading) for key, value in data.items()))


def _condition(key: str, value: object, loc: Loc, reading: _Reading) -> Selector:
    match key:
        case "all":
            return All(tuple(_parts(value, loc, reading)))
        case "any":
            return Any(tuple(_parts(value, loc, reading)))
        case "not":
            return Not(_selector(value, loc, reading))
        case "lacks":
            return _lacks(value, loc, reading)
    if isinstance(value, Mapping):
        return _lacking(key, value, loc, reading) if "lacks" in value else _between(key, value, loc, reading)
    values = value if isinstance(value, list) else [value]
    if not values:
        reading.report(loc, f"{key}: an empty list matches nothing; name at least one value")
    many = isinstance(value, list)
    return AnyOf(
        key, frozenset(_scalar(key, each, (*loc, index) if many else loc, reading) for index, each in enumerate(values))
    )


def _parts(value: object, loc: Loc, reading: _Reading) -> Iterator[Selector]:
    if not isinstance(value, list) or not value:
        example = f"{loc[-1]}: [{{traits: high_risk}}, {{traits: key}}]"
        reading.report(loc, f"{loc[-1]}: expected a list of conditions, as {example}")
        return
    for index, part in enumerate(value):
        yield _selector(part, (*loc, index), reading)


def _lacking(key: str, value: Mapping, loc: Loc, reading: _Reading) -> Selector:
    for name in value:
        if name != "lacks":
            reading.report((*loc, name), f"{key}: {name!r} does not go with `lacks`; write a condition of its own")
    return _lacks(value["lacks"], (*loc, "lacks"), reading)


def _lacks(value: object, loc: Loc, reading: _Reading) -> Selector:
    if not isinstance(value, str):
        reading.report(loc, f"lacks: expected the name of a post, found {found_there(value)}")
    return Lacks(str(value))


def _between(key: str, value: Mapping, loc: Loc, reading: _Reading) -> Selector:
    bounds: dict[str, float | None] = {"min": None, "max": None}
    for name, bound in value.items():
        if name not in bounds:
            reading.report((*loc, name), f"{key}: {name!r} is no condition; known: min, max, lacks")
        else:
            bounds[name] = _number(name, bound, (*loc, name), reading)
    least, most = bounds["min"], bounds["max"]
    if not value:
        reading.report(loc, f"{key}: expected a value, a list, or {{min: …, max: …}}")
    elif least is not None and most is not None and least > most:
        reading.report((*loc, "max"), f"max: {most:g} is less than min, so nothing matches")
    return Between(key, least, most)


def _number(name: str, bound: object, loc: Loc, reading: _Reading) -> float | None:
    try:
        number = typed(bound)
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, int | float):
        reading.report(loc, f"{name}: expected a number, found {found_there(bound)}")
        return None
    return number


def _scalar(key: str, value: object, loc: Loc, reading: _Reading) -> Scalar:
    try:
        found = reading.meaning(key, value) if isinstance(value, str) else None
    except ValueError as error:
        reading.report(loc, f"{key}: {error}")
        return ""
    if not isinstance(found, Scalar):
        reading.report(loc, f"{key}: expected a value, found {found_there(value)}")
        return ""
    return found
