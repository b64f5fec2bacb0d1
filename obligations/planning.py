"""Planning: the tasks that should exist, as a pure function of a city."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from obligations.city import City
from obligations.deadlines import Deadline, compute_deadline, end_of_day, local_day, local_moment, shift_day
from obligations.events import Event
from obligations.organizations import Organization
from obligations.rules import EventAnchor, Obligation, OrganizationAnchor
from obligations.selectors import Value
from obligations.tasks import PlannedTask
from obligations.windows import Window


def planned_tasks(city: City, until: date) -> Iterator[PlannedTask]:
    """All tasks that should exist, of windows that begin by `until` and of every event and date, in no set order."""
    events = _events_by_kind(city)
    for obligation in city.obligations.values():
        for subject in subjects(obligation, city):
            yield from _tasks_of(obligation, subject, city, until, events)


def subjects(obligation: Obligation, city: City) -> Iterator[Organization]:
    """The organizations that an obligation is about."""
    return (each for each in city.organizations.values() if obligation.applies_to.matches(each))


def bearer_of(obligation: Obligation, subject: Organization, event: Event | None, city: City) -> Organization | None:
    """Who must do it: the subject itself, one of its relations, or the organization that a field of the event names."""
    if obligation.bearer == "self":
        return subject
    field = obligation.bearer.removeprefix("event.")
    if event is None or field == obligation.bearer:
        named: Value = subject.relations.get(obligation.bearer)
    else:
        named = event.fact(field)
    return city.organizations.get(named) if isinstance(named, str) else None


def assignee_of(obligation: Obligation, bearer: Organization) -> str:
    """The bearer's post that does it."""
    return obligation.assignee or bearer.default_assignee()


def _events_by_kind(city: City) -> Mapping[tuple[str, str], list[Event]]:
    found: dict[tuple[str, str], list[Event]] = {}
    for event in city.events:
        found.setdefault((event.kind, event.organization), []).append(event)
    return found


def _tasks_of(
    obligation: Obligation,
    subject: Organization,
    city: City,
    until: date,
    events: Mapping[tuple[str, str], list[Event]],
) -> Iterator[PlannedTask]:
    match obligation.anchor:
        case None:
            yield from _recurring(obligation, subject, city, until)
        case EventAnchor(kind, field, where):
            for event in events.get((kind, subject.id), ()):
                anchor = event.moment(field)
                if anchor is not None and where.matches(event):
                    yield from _anchored(obligation, subject, city, anchor, event)
        case OrganizationAnchor(field):
            day = subject.dates.get(field)
            if day is not None:
                yield from _anchored(obligation, subject, city, day, None)


def _recurring(obligation: Obligation, subject: Organization, city: City, until: date) -> Iterator[PlannedTask]:
    bearer = bearer_of(obligation, subject, None, city)
    if obligation.every is None or bearer is None:
        return
    first = max(city.start, subject.since or city.start)
    for window in obligation.every.windows(first, until):
        due = window.last if obligation.by is None else shift_day(window.last, obligation.by, city.calendar)
        opens = max(window.first, subject.since or window.first)
        if due < opens:
            continue  # it came after the city's own earlier day had passed; the next window is its first
        yield from _task(obligation, subject, bearer, city, _Key(window=window), opens=opens, due=due)


def _anchored(
    obligation: Obligation, subject: Organization, city: City, anchor: date | datetime, event: Event | None
) -> Iterator[PlannedTask]:
    bearer = bearer_of(obligation, subject, event, city)
    if obligation.limit is None or bearer is None:
        return
    deadline = compute_deadline(anchor, obligation.limit, city.calendar, city.zone, roll=obligation.roll)
    opens_at = _opening(obligation, city, anchor, event)
    yield from _task(
        obligation,
        subject,
        bearer,
        city,
        _Key(event=event, anchor=anchor),
        opens=local_day(opens_at, city.zone),
        due=deadline.due,
        opens_at=opens_at,
        deadline=deadline,
    )


def _opening(obligation: Obligation, city: City, anchor: date | datetime, event: Event | None) -> datetime:
    """When a dated task opens: when it is known, but not before its clock starts or before `opens` has passed.

    A duty that is due on or before its date is open as soon as the date is known.
    """
    known = event.known_at(city.zone) if event else local_moment(city.start, city.zone)
    if obligation.opens is not None:
        day = shift_day(local_day(anchor, city.zone), obligation.opens, city.calendar)
        return max(known, local_moment(day, city.zone))
    counts_on = obligation.limit is not None and obligation.limit.amount > 0
    return max(known, local_moment(anchor, city.zone)) if counts_on else known


@dataclass(frozen=True, slots=True)
class _Key:
    """What tells one task of an obligation and subject from another."""

    window: Window | None = None
    event: Event | None = None
    anchor: date | datetime | None = None

    def text(self, city: City) -> str:
        if self.window is not None:
            return self.window.key
        if self.event is not None:
            return self.event.id
        return local_day(self.anchor or date.min, city.zone).isoformat()


def _task(  # noqa: PLR0913 - the parts of a task's id and its two ends
    obligation: Obligation,
    subject: Organization,
    bearer: Organization,
    city: City,
    key: _Key,
    *,
    opens: date,
    due: date,
    opens_at: datetime | None = None,
    deadline: Deadline | None = None,
) -> Iterator[PlannedTask]:
    task_id = f"{obligation.id}/{subject.id}/{key.text(city)}"
    extended = city.extensions.get(task_id)
    due = extended or due
    if due < city.start:
        return
    exact = deadline is not None and deadline.limit.is_exact and extended is None
    yield PlannedTask(
        id=task_id,
        obligation=obligation.id,
        subject=subject.id,
        bearer=bearer.id,
        assignee=assignee_of(obligation, bearer),
        policy=obligation.policy,
        window=key.window.key if key.window else None,
        event=key.event.id if key.event else None,
        anchor=key.anchor,
        opens_at=opens_at or local_moment(opens, city.zone),
        opens=opens,
        due=due,
        ends_at=deadline.ends_at if exact and deadline else end_of_day(due, city.zone),
        last_working_day=city.calendar.on_or_before(due),
        provisional=city.calendar.is_provisional(due) or bool(deadline and not extended and deadline.provisional),
        times=obligation.times,
        calendar_version=city.calendar.version,
        exact=exact,
    )
