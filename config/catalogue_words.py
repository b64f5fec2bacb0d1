"""Catalogue words: a duty's subject, bearer and clock, and a ladder's rungs, as an English reader is told of them."""

from collections.abc import Iterable

from obligations.limits import Limit, Unit
from obligations.rules import (
    EventAnchor,
    HolidayAnchor,
    Obligation,
    OrganizationAnchor,
    Pace,
    RosterAnchor,
    StageAnchor,
    TaskAnchor,
)
from obligations.selectors import All, Any, AnyOf, Between, Lacks, Not, Scalar, Selector
from obligations.windows import Every

_UNITS = {
    Unit.HOURS: "hour",
    Unit.DAYS: "day",
    Unit.WORKING_DAYS: "working day",
    Unit.WEEKS: "week",
    Unit.MONTHS: "month",
    Unit.YEARS: "year",
}
_ORDINALS = {2: "2nd", 3: "3rd"}


def subject_words(selector: Selector) -> str:
    """Whom a duty is about, as `enterprises, key or high_risk`."""
    return ", ".join(map(_condition, selector.parts)) if isinstance(selector, All) else _condition(selector)


def _condition(selector: Selector) -> str:
    match selector:
        case All((part,)):
            return _condition(part)
        case All(parts):
            return " and ".join(map(_inner, parts))
        case Any(parts):
            return _or(map(_inner, parts))
        case Not(part):
            return f"not {_inner(part)}"
        case Lacks(post):
            return f"without a `{post}`"
        case AnyOf("kind", values):
            return _or(f"{value}s" for value in _sorted(values))
        case AnyOf("traits", values):
            return _or(map(_code, _sorted(values)))
        case AnyOf(field, values):
            return f"`{field}` {_or(map(_code, _sorted(values)))}"
        case Between(field, least, most):
            return f"`{field}` {_bounds(least, most)}"
        case _:
            raise TypeError(f"no words for {selector!r}")


def _inner(selector: Selector) -> str:
    """A condition within another, in brackets where it has parts of its own."""
    words = _condition(selector)
    return f"({words})" if " or " in words or " and " in words else words


def bearer_words(obligation: Obligation) -> str:
    """Who bears it, by which post if not the usual one, and who confirms."""
    words = "itself" if obligation.bearer == "self" else f"its {obligation.bearer}"
    if obligation.bearer.startswith("event."):
        words = f"`{obligation.bearer.removeprefix('event.')}` of the event"
    if obligation.assignee is not None:
        words += f" (`{obligation.assignee}`)"
    return words + (f"; the bearer's {obligation.verify} confirms" if obligation.verify else "")


def clock_words(obligation: Obligation) -> str:
    """When it is due."""
    if obligation.every is not None:
        return _period(obligation, obligation.every)
    limit, anchor = obligation.limit, obligation.anchor
    if limit is None or anchor is None:
        raise TypeError(f"{obligation.id} has neither a period nor an anchor with a limit")
    words = _from(limit, _anchor_words(obligation))
    if obligation.until is not None:
        words = f"`{obligation.until}` of the event, else {words}"
    if isinstance(anchor, EventAnchor) and anchor.where != All():
        words += f"; where {subject_words(anchor.where)}"
    if obligation.opens is not None:
        words += f"; opens {limit_words(obligation.opens)} {'before' if obligation.opens.amount < 0 else 'after'}"
    return words


def limit_words(limit: Limit) -> str:
    """How long, without direction, as `10 working days`."""
    amount = abs(limit.amount)
    return f"{amount} {_UNITS[limit.unit]}{'' if amount == 1 else 's'}"


def step_words(at: Limit | None) -> str:
    """When a step speaks, as `5 working days after`."""
    if at is None:
        return "when it opens"
    if at.amount == 0:
        return "at the deadline" if at.is_exact else "on the due day"
    return f"{limit_words(at)} {'before' if at.amount < 0 else 'after'}"


def _period(obligation: Obligation, every: Every) -> str:
    words = f"every {every.text.replace('_', '-')}"
    if obligation.times > 1:
        words = f"{obligation.times} times {words}" + (", evenly spread" if obligation.pace is Pace.EVEN else "")
    if every.months > 12:
        words += f", in cycles from {every.cycle_start}"
    if obligation.by is not None:
        words += f", by {limit_words(obligation.by)} before its end"
    return words


def _anchor_words(obligation: Obligation) -> str:
    match obligation.anchor:
        case EventAnchor(event, date, count=1):
            return f"`{date}` of `{event}`"
        case EventAnchor(event, _, count=count, span=Limit() as span):
            return f"the {_ORDINALS.get(count, f'{count}th')} `{event}` within {limit_words(span)}"
        case OrganizationAnchor(name):
            return f"`{name}` of the roster"
        case HolidayAnchor(festivals):
            return _or(f"`{each.value}`" for each in festivals)
        case TaskAnchor(obligations):
            return f"the closing of {_or(obligations)}"
        case StageAnchor(stage):
            return f"the day on which a ladder reaches `{stage.value}`"
        case RosterAnchor():
            return "the day on which the roster shows it"
        case _:
            raise TypeError(f"no words for {obligation.anchor!r}")


def _from(limit: Limit, anchor: str) -> str:
    if limit.amount == 0:
        return f"on {anchor}"
    return f"{limit_words(limit)} {'before' if limit.amount < 0 else 'from'} {anchor}"


def _bounds(least: float | None, most: float | None) -> str:
    if least is None or most is None:
        return f"≥ {least:g}" if least is not None else f"≤ {most:g}"
    return f"{least:g} to {most:g}"


def _sorted(values: Iterable[Scalar]) -> list[str]:
    return sorted(str(value).lower() if isinstance(value, bool) else str(value) for value in values)


def _code(word: str) -> str:
    return f"`{word}`"


def _or(words: Iterable[str]) -> str:
    *before, last = words
    return f"{', '.join(before)} or {last}" if before else last
