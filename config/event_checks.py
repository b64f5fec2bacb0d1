"""Event checks: what is wrong with an event, whether it stands in a file or is being recorded."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime

from config.documents import Loc, did_you_mean
from config.reach import outside
from config.wording import Missing
from obligations.events import Event
from obligations.grades import ACCIDENT, MEASURES, Grade, grade_of, is_measured
from obligations.rules import EventAnchor, Obligation, TaskAnchor
from obligations.selectors import Value, mentioned_fields
from obligations.working_days import WorkingCalendar

Found = Iterator[tuple[Loc, str]]
_NEARLY = 0.85
"""How like a known name another one is that was surely meant to be it, from 0 to 1."""


def check_event(
    event: Event,
    organizations: Collection[str],
    obligations: Mapping[str, Obligation],
    calendar: WorkingCalendar,
) -> Iterator[tuple[Loc, str]]:
    """Everything that is wrong with an event: the place of the field, and the message; each once.

    Several duties may look at one field; the first that finds a fault in it is named.
    """
    seen: set[tuple[Loc, str]] = set()
    for loc, message in (*_faults(event, organizations, obligations), *_check_days(event, obligations, calendar)):
        fault = loc, message.partition(";")[0]
        if fault not in seen:
            seen.add(fault)
            yield loc, message


def _faults(event: Event, organizations: Collection[str], obligations: Mapping[str, Obligation]) -> Found:
    if event.organization not in organizations:
        yield ("organization",), no_organization(event.organization, organizations)
    anchors = [(each, each.anchor) for each in obligations.values() if isinstance(each.anchor, EventAnchor)]
    kinds = {anchor.event for _, anchor in anchors}
    if event.kind not in kinds:
        yield ("kind",), nobody_waits_for(event.kind, kinds)
    dates = {anchor.date for _, anchor in anchors if anchor.event == event.kind}
    if event.kind in kinds and all(event.fields.get(name) is None for name in dates):
        yield (), f"the event has no date to count from; write {' or '.join(f'`{name}:`' for name in sorted(dates))}"
    if event.kind == ACCIDENT:
        yield from _check_grade(event)
    yield from _check_spelling(event, obligations)
    for obligation, anchor in anchors:
        if anchor.event == event.kind:
            yield from _check_looked_at(event, obligation, anchor)
            if anchor.where.matches(event):
                yield from _check_started(event, obligation, anchor, organizations)
                for follower in _followers(obligation.id, obligations):
                    yield from _check_named(event, follower, organizations)


def _followers(first: str, obligations: Mapping[str, Obligation]) -> list[Obligation]:
    """The duties that wait, directly or not, until this one is done."""
    found: dict[str, Obligation] = {}
    ahead = [first]
    while ahead:
        current = ahead.pop()
        for each in obligations.values():
            if isinstance(each.anchor, TaskAnchor) and current in each.anchor.obligations and each.id not in found:
                found[each.id] = each
                ahead.append(each.id)
    return list(found.values())


def _check_spelling(event: Event, obligations: Mapping[str, Obligation]) -> Found:
    """An event may have any fields; one whose name is nearly that of a field that a duty looks at is a slip."""
    known = _looked_at(event.kind, obligations)
    for name in event.fields.keys() - known:
        near = difflib.get_close_matches(name, known - event.fields.keys(), n=1, cutoff=_NEARLY)
        if near:
            yield (name,), f"no duty looks at {name!r}; did you mean {near[0]!r}?"


def _looked_at(kind: str, obligations: Mapping[str, Obligation]) -> set[str]:
    """The fields of an event of this kind that duties look at."""
    found = {*MEASURES, "grade"} if kind == ACCIDENT else set()
    for each in obligations.values():
        if isinstance(each.anchor, EventAnchor) and each.anchor.event == kind:
            found |= {each.anchor.date, *mentioned_fields(each.anchor.where)}
            for duty in (each, *_followers(each.id, obligations)):
                found |= {each for each in (duty.named_by, duty.until) if each is not None}
    return found


def _check_days(event: Event, obligations: Mapping[str, Obligation], calendar: WorkingCalendar) -> Found:
    """Days that duties count from, or on which it became known, and from which nothing can be counted."""
    known = _looked_at(event.kind, obligations)
    for name, value in event.fields.items():
        if not isinstance(value, date):
            continue
        fault = outside(value, calendar)
        if fault is not None and (name in known or (name.endswith("_at") and _is_beyond_belief(value, calendar))):
            yield (name,), f"{name}: {fault}"


def _is_beyond_belief(value: date, calendar: WorkingCalendar) -> bool:
    """Whether nothing can have happened then; what became known then would never be."""
    return value.year > calendar.last.year or value.year == date.min.year


def _check_grade(event: Event) -> Found:
    """What an accident is graded by must be numbers; a grade that is stated must be one, and fit them."""
    for name in MEASURES:
        value = event.fields.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            yield (
                (name,),
                f"{name}: expected a number, 0 or more, found {_written(value)}; it grades the accident",
            )
    stated = event.fields.get("grade")
    if stated is None:
        return
    grades = [grade.value for grade in Grade]
    computed = grade_of(event.fields).value
    if stated not in grades:
        yield ("grade",), f"grade: {_written(stated)} is no grade; known: {', '.join(grades)}"
    elif is_measured(event.fields) and stated != computed:
        yield ("grade",), f"grade: {', '.join(MEASURES)} make the accident {computed}; correct them, or drop `grade`"


def _check_looked_at(event: Event, obligation: Obligation, anchor: EventAnchor) -> Found:
    """Values that can never meet a duty's condition, because they are of another sort."""
    graded = MEASURES if event.kind == ACCIDENT else {}
    for field, wanted in mentioned_fields(anchor.where).items():
        value = event.fields.get(field) if field not in graded else None  # `_check_grade` looks at the measures
        is_flag = isinstance(value, bool)
        if value is None:
            continue
        if not wanted and (is_flag or not isinstance(value, int | float)):
            yield (field,), f"{field}: expected a number, found {_written(value)}; {obligation.id} looks at it"
        elif wanted and all(isinstance(each, bool) for each in wanted) and not is_flag:
            yield (field,), f"{field}: expected true or false, found {_written(value)}; {obligation.id} looks at it"


def _check_started(
    event: Event, obligation: Obligation, anchor: EventAnchor, organizations: Collection[str]
) -> Iterator[tuple[Loc, str]]:
    """Whether a duty that the event starts can be dated and borne; one whose date is yet to come starts later."""
    value = event.fields.get(anchor.date)
    if value is None:
        return
    if not isinstance(value, date):
        how = "write it as 2026-09-18 or 2026-09-18T14:20:00+08:00"
        yield (anchor.date,), f"{anchor.date}: {_written(value)} is not a day or moment; {how}"
    elif obligation.limit is not None and obligation.limit.is_exact and not isinstance(value, datetime):
        runs = f"{obligation.id} runs for {obligation.limit}"
        yield (anchor.date,), f"{anchor.date}: {runs}; write the time of day too, as 2026-09-18T14:20:00+08:00"
    yield from _check_named(event, obligation, organizations)


def _check_named(event: Event, obligation: Obligation, organizations: Collection[str]) -> Found:
    """The fields of an event that a duty takes its bearer and its due day from."""
    until = obligation.until or ""
    stated = event.fields.get(until)
    if stated is not None and not isinstance(stated, date):
        yield (until,), f"{until}: {_written(stated)} is not a day; {obligation.id} is due on it"
    field = obligation.named_by
    if field is not None:
        value, named = event.fields.get(field), event.named(field)
        if value is None:
            yield (), f"the field {field!r} is missing; it names who bears {obligation.id}"
        elif named is None:
            yield (field,), f"{field}: expected the id of an organization, found {_written(value)}"
        elif named not in organizations:
            yield (field,), no_organization(named, organizations)


def _written(value: Value) -> str:
    return repr(value) if isinstance(value, str) else "a list" if isinstance(value, list) else repr(str(value))


def nobody_waits_for(kind: str, kinds: Collection[str]) -> str:
    """What a message says of a kind of event that starts nothing."""
    hint = did_you_mean(kind, kinds, at_most=30)
    return Missing(f"no obligation waits for an event of kind {kind!r}{hint}", "obligations")


def no_organization(identifier: str, organizations: Collection[str]) -> str:
    """What a message says of an id that no organization has."""
    hint = did_you_mean(identifier, organizations)
    return Missing(f"there is no organization {identifier!r}{hint}", "organizations")
