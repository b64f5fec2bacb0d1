"""Selectors as they stand in files, turned into the domain's; every fault with its place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from config.documents import Loc, Mapping, found_there
from config.fields import typed
from obligations.selectors import All, Any, AnyOf, Between, Lacks, Not, Scalar, Selector, type_of_scalar

Report = Callable[[Loc, str], None]


def parse_selector(data: object) -> Selector:
    """Read a selector: fields with conditions, `all:`, `any:`, `not:`, `lacks:`. All of a mapping's parts must hold.

    A condition is a value, a list (any of), `{min:, max:}` or `{lacks: POST}`. Where it is none of these, what comes
    out is a stand-in beside the faults that `selector_faults` gives.
    """
    return _selector(data, (), lambda _, __: None)


def selector_faults(data: object, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """What is wrong with the selector that stands at `loc`; data that are no fields at all are the schema's fault."""
    faults: list[tuple[Loc, str]] = []
    if isinstance(data, Mapping):
        _selector(data, loc, lambda place, message: faults.append((place, message)))
    yield from faults


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


def _selector(data: object, loc: Loc, report: Report) -> Selector:
    if not isinstance(data, dict):
        report(loc, f"expected conditions such as {{kind: enterprise}}, found {found_there(data)}")
        return All()
    return All(tuple(_condition(key, value, (*loc, key), report) for key, value in data.items()))


def _condition(key: str, value: object, loc: Loc, report: Report) -> Selector:
    match key:
        case "all":
            return All(tuple(_parts(value, loc, report)))
        case "any":
            return Any(tuple(_parts(value, loc, report)))
        case "not":
            return Not(_selector(value, loc, report))
        case "lacks":
            return _lacks(value, loc, report)
    if isinstance(value, Mapping):
        return _lacking(key, value, loc, report) if "lacks" in value else _between(key, value, loc, report)
    values = value if isinstance(value, list) else [value]
    if not values:
        report(loc, f"{key}: an empty list matches nothing; name at least one value")
    many = isinstance(value, list)
    return AnyOf(
        key, frozenset(_scalar(key, each, (*loc, index) if many else loc, report) for index, each in enumerate(values))
    )


def _parts(value: object, loc: Loc, report: Report) -> Iterator[Selector]:
    if not isinstance(value, list) or not value:
        example = f"{loc[-1]}: [{{traits: high_risk}}, {{traits: key}}]"
        report(loc, f"{loc[-1]}: expected a list of conditions, as {example}")
        return
    for index, part in enumerate(value):
        yield _selector(part, (*loc, index), report)


def _lacking(key: str, value: Mapping, loc: Loc, report: Report) -> Selector:
    for name in value:
        if name != "lacks":
            report((*loc, name), f"{key}: {name!r} does not go with `lacks`; write a condition of its own")
    return _lacks(value["lacks"], (*loc, "lacks"), report)


def _lacks(value: object, loc: Loc, report: Report) -> Selector:
    if not isinstance(value, str):
        report(loc, f"lacks: expected the name of a post, found {found_there(value)}")
    return Lacks(str(value))


def _between(key: str, value: Mapping, loc: Loc, report: Report) -> Selector:
    bounds: dict[str, float | None] = {"min": None, "max": None}
    for name, bound in value.items():
        if name not in bounds:
            report((*loc, name), f"{key}: {name!r} is no condition; known: min, max, lacks")
        else:
            bounds[name] = _number(name, bound, (*loc, name), report)
    least, most = bounds["min"], bounds["max"]
    if not value:
        report(loc, f"{key}: expected a value, a list, or {{min: …, max: …}}")
    elif least is not None and most is not None and least > most:
        report((*loc, "max"), f"max: {most:g} is less than min, so nothing matches")
    return Between(key, least, most)


def _number(name: str, bound: object, loc: Loc, report: Report) -> float | None:
    try:
        number = typed(bound)
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, int | float):
        report(loc, f"{name}: expected a number, found {found_there(bound)}")
        return None
    return number


def _scalar(key: str, value: object, loc: Loc, report: Report) -> Scalar:
    try:
        found = typed(value) if isinstance(value, str) else None
    except ValueError as error:
        report(loc, f"{key}: {error}")
        return ""
    if not isinstance(found, type_of_scalar):
        report(loc, f"{key}: expected a value, found {found_there(value)}")
        return ""
    return found
