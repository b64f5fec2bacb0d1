"""Planning: the tasks that should exist, as a pure function of a city."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from obligations.city import City
from obligations.deadlines import Deadline, compute_deadline, end_of_day, local_day, local_moment, shift_day
from obligations.events import Event
from obligations.limits import THE_DAY_ITSELF
from obligations.matching import Matcher
from obligations.organizations import Organization
from obligations.rules import Obligation, Pace
from obligations.selectors import Value
from obligations.starting import Past, Start, starts
from obligations.tasks import PlannedTask
from obligations.windows import Window


@dataclass(frozen=True, slots=True)
class Scope:
    """Which tasks are looked at: those of some obligations, about some subjects; None is all."""

    obligations: frozenset[str] | None = None
    subjects: frozenset[str] | None = None

    def rules(self, city: City) -> list[Obligation]:
        """The obligations in the scope, in the city's order."""
        everything = city.obligations.values()
        return [each for each in everything if self.obligations is None or each.id in self.obligations]

    def roster(self, city: City) -> Iterator[Organization]:
        """The subjects in the scope."""
        if self.subjects is None:
            return iter(city.organizations.values())
        return (city.organizations[each] for each in sorted(self.subjects) if each in city.organizations)


EVERYTHING = Scope()


def planned_tasks(city: City, until: date, scope: Scope = EVERYTHING) -> Iterator[PlannedTask]:
    """All tasks that should exist, of windows that begin by `until` and of every event and date, in no set order."""
    past = Past(city)
    matcher = Matcher(scope.rules(city))
    for subject in scope.roster(city):
        for obligation in matcher.duties_of(subject):
            if obligation.anchor is None:
                yield from _recurring(obligation, subject, city, until)
            else:
                for start in starts(obligation, subject, city, past, until):
                    yield from _started(obligation, subject, city, start)


def planned_for(organization: str, city: City, until: date) -> Iterator[PlannedTask]:
    """The tasks that one organization is the subject of or bears; the others are not planned for that."""
    related = (each.id for each in city.organizations.values() if organization in each.relations.values())
    named = (each.organization for each in city.history.events if organization in each.fields.values())
    others = frozenset((*related, *named)) - {organization}
    borne_by_others = frozenset(each.id for each in city.obligations.values() if each.bearer != "self")
    yield from planned_tasks(city, until, Scope(subjects=frozenset({organization})))
    for task in planned_tasks(city, until, Scope(borne_by_others, others)):
        if task.bearer == organization:
            yield task


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
        key = _Key(window.key, window=window)
        yield from _task(obligation, subject, bearer, city, key, _Span(opens, due, local_moment(opens, city.zone)))


def _started(obligation: Obligation, subject: Organization, city: City, start: Start) -> Iterator[PlannedTask]:
    bearer = bearer_of(obligation, subject, start.event, city)
    if obligation.limit is None or bearer is None:
        return
    stated = start.event.moment(obligation.until) if start.event and obligation.until else None
    anchor, limit = (start.anchor, obligation.limit) if stated is None else (stated, THE_DAY_ITSELF)
    if limit.is_exact and not isinstance(anchor, datetime):
        anchor = end_of_day(
            anchor, city.zone
        )  # hours run from a moment; the day alone is known, and it has ended by then
    deadline = compute_deadline(anchor, limit, city.calendar, city.zone, roll=obligation.roll)
    opens_at = _opening(obligation, city, start)
    span = _Span(local_day(opens_at, city.zone), deadline.due, opens_at, deadline)
    key = _Key(start.key, event=start.event, anchor=anchor, stated=stated is not None)
    yield from _task(obligation, subject, bearer, city, key, span)


def _opening(obligation: Obligation, city: City, start: Start) -> datetime:
    """When a dated task opens: when it is known, but not before its clock starts or before `opens` has passed.

    A duty that is due on or before its date is open as soon as the date is known.
    """
    if obligation.opens is not None:
        day = shift_day(local_day(start.anchor, city.zone), obligation.opens, city.calendar)
        return max(start.known_at, local_moment(day, city.zone))
    counts_on = obligation.limit is not None and obligation.limit.amount > 0
    return max(start.known_at, local_moment(start.anchor, city.zone)) if counts_on else start.known_at


@dataclass(frozen=True, slots=True)
class _Key:
    """What tells one task of an obligation and subject from another."""

    text: str
    window: Window | None = None
    event: Event | None = None
    anchor: date | datetime | None = None
    stated: bool = False


@dataclass(frozen=True, slots=True)
class _Span:
    """The two ends of a task, before any extension."""

    opens: date
    due: date
    opens_at: datetime
    deadline: Deadline | None = None


def _task(
    obligation: Obligation, subject: Organization, bearer: Organization, city: City, key: _Key, span: _Span
) -> Iterator[PlannedTask]:
    task_id = f"{obligation.id}/{subject.id}/{key.text}"
    extended = city.history.extensions.get(task_id)
    due, deadline = extended or span.due, span.deadline
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
        opens_at=span.opens_at,
        opens=span.opens,
        due=due,
        ends_at=deadline.ends_at if exact and deadline else end_of_day(due, city.zone),
        last_working_day=city.calendar.on_or_before(due),
        provisional=city.calendar.is_provisional(due) or bool(deadline and not extended and deadline.provisional),
        times=obligation.times,
        calendar_version=city.calendar.version,
        exact=exact,
        stated=key.stated,
        paced=obligation.pace is Pace.EVEN and obligation.times > 1,
    )
