"""Selectors as they stand in files, turned into the domain's; every fault with its place."""

from collections.abc import Callable, Iterator

from config.documents import Fault, Loc, Mapping, Mark, fault_at, mark_of
from config.fields import typed
from obligations.selectors import All, Any, AnyOf, Between, Lacks, Not, Scalar, Selector

Report = Callable[[Loc, str], None]


def parse_selector(data: object, default: Mark) -> tuple[Selector, list[Fault]]:
    """Read a selector: fields with conditions, `all:`, `any:`, `not:`, `lacks:`. All of a mapping's parts must hold.

    A condition is a value, a list (any of), `{min:, max:}` or `{lacks: POST}`.
    """
    faults: list[Fault] = []

    def report(loc: Loc, message: str) -> None:
        faults.append(fault_at(data, loc, message, mark_of(data, ()) or default))

    return _selector(data, (), report), faults


def _selector(data: object, loc: Loc, report: Report) -> Selector:
    if not isinstance(data, dict):
        report(loc, "expected conditions such as {kind: enterprise}")
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
        return _lacks(value["lacks"], loc, report) if "lacks" in value else _between(key, value, loc, report)
    values = value if isinstance(value, list) else [value]
    if not values:
        report(loc, f"{key}: an empty list matches nothing; name at least one value")
    return AnyOf(key, frozenset(_scalar(each, loc, report) for each in values))


def _parts(value: object, loc: Loc, report: Report) -> Iterator[Selector]:
    if not isinstance(value, list) or not value:
        report(loc, f"{loc[-1]}: expected a list of conditions")
        return
    for index, part in enumerate(value):
        yield _selector(part, (*loc, index), report)


def _lacks(value: object, loc: Loc, report: Report) -> Selector:
    if not isinstance(value, str):
        report(loc, "lacks: expected the name of a post")
    return Lacks(str(value))


def _between(key: str, value: Mapping, loc: Loc, report: Report) -> Selector:
    bounds: dict[str, float | None] = {"min": None, "max": None}
    for name, bound in value.items():
        if name not in bounds:
            report((*loc, name), f"{key}: {name!r} is no condition; known: min, max, lacks")
            continue
        number = typed(bound)
        if isinstance(number, bool) or not isinstance(number, int | float):
            report((*loc, name), f"{name}: {bound!r} is not a number")
        else:
            bounds[name] = number
    if not value:
        report(loc, f"{key}: expected a value, a list, or {{min: …, max: …}}")
    return Between(key, bounds["min"], bounds["max"])


def _scalar(value: object, loc: Loc, report: Report) -> Scalar:
    try:
        found = typed(value)
    except ValueError as error:
        report(loc, str(error))
        return ""
    if found is None or not isinstance(found, str | bool | int | float):
        report(loc, f"{loc[-1]}: expected a value, found {'nothing' if value is None else value!r}")
        return ""
    return found
