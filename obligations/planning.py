"""Planning: the tasks that should exist, as a pure function of a city."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from obligations.city import City
from obligations.deadlines import (
    Deadline,
    compute_deadline,
    compute_window_deadline,
    end_of_day,
    local_day,
    local_moment,
    shift_day,
)
from obligations.events import Event
from obligations.history import History
from obligations.limits import THE_DAY_ITSELF
from obligations.matching import Matcher
from obligations.organizations import Organization
from obligations.rules import HolidayAnchor, Obligation, Pace
from obligations.selectors import Value
from obligations.starting import Past, Start, starts
from obligations.tasks import PlannedTask, Terms


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
    return Planner(city, until, scope.rules(city)).tasks(scope.roster(city), city.history)


class Planner:
    """Plans the tasks of some obligations for one organization after another.

    What is the same for all of them (windows, their due days and opening moments) is worked out once.
    """

    def __init__(self, city: City, until: date, obligations: Iterable[Obligation]) -> None:
        self._city = city
        self._until = until
        self._matcher = Matcher(obligations)
        self._recurring: dict[tuple[str, date | None], list[tuple[str, Terms]]] = {}

    def tasks(self, subjects: Iterable[Organization], history: History) -> Iterator[PlannedTask]:
        """The tasks about some organizations.

        Args:
            history: what has happened to them.
        """
        city, past, extensions = self._city, Past(history), history.extensions
        for subject in subjects:
            first = city.start if subject.since is None else max(city.start, subject.since)
            for obligation in self._matcher.duties_of(subject):
                beginning = f"{obligation.id}/{subject.id}/"
                for bearer, started in self._of_duty(obligation, subject, past):
                    assignee = assignee_of(obligation, bearer)
                    for key, terms in started:
                        task = beginning + key
                        if task in extensions:
                            terms = _extended(terms, extensions[task], city)  # noqa: PLW2901 - of this task alone
                        if terms.due >= first:
                            yield PlannedTask(task, subject.id, bearer.id, assignee, terms)

    def _of_duty(
        self, obligation: Obligation, subject: Organization, past: Past
    ) -> Iterator[tuple[Organization, Sequence[tuple[str, Terms]]]]:
        """The bearers of a duty about one organization, each with the keys and terms of its tasks."""
        city = self._city
        if obligation.anchor is None:
            bearer = bearer_of(obligation, subject, None, city)
            if bearer is not None:
                yield bearer, self._windows(obligation, subject.since)
            return
        for start in starts(obligation, subject, city, past, self._until):
            bearer = bearer_of(obligation, subject, start.event, city)
            if bearer is not None and obligation.limit is not None:
                yield bearer, [(start.key, _started(obligation, city, start, subject.since))]

    def _windows(self, obligation: Obligation, since: date | None) -> list[tuple[str, Terms]]:
        """The windows of a recurring duty from a day on: each its key and terms."""
        found = self._recurring.get((obligation.id, since))
        if found is None:
            found = list(_recurring(obligation, since, self._until, self._city))
            self._recurring[obligation.id, since] = found
        return found


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


def _recurring(obligation: Obligation, since: date | None, until: date, city: City) -> Iterator[tuple[str, Terms]]:
    if obligation.every is None:
        return
    for window in obligation.every.windows(max(city.start, since or city.start), until):
        deadline = compute_window_deadline(window, obligation.by, city.calendar, obligation.roll)
        opens = max(window.first, since or window.first)
        if deadline.due < opens:
            continue  # the organization came after the city's own earlier day had passed; the next window is its first
        span = _Span(opens, deadline.due, local_moment(opens, city.zone), provisional=deadline.provisional)
        yield window.key, _terms(obligation, city, span, window=window.key)


def _started(obligation: Obligation, city: City, start: Start, since: date | None) -> Terms:
    event, limit, anchor = start.event, obligation.limit or THE_DAY_ITSELF, start.anchor
    stated = event.moment(obligation.until) if event and obligation.until else None
    if stated is not None:
        anchor, limit = stated, THE_DAY_ITSELF
    if limit.is_exact and not isinstance(anchor, datetime):
        anchor = end_of_day(
            anchor, city.zone
        )  # hours run from a moment; the day alone is known, and it has ended by then
    deadline = compute_deadline(anchor, limit, city.calendar, city.zone, roll=obligation.roll)
    opens_at = _opening(obligation, city, start)
    if since is not None:
        opens_at = max(opens_at, local_moment(since, city.zone))
    moves = isinstance(obligation.anchor, HolidayAnchor) and city.calendar.is_provisional(deadline.day_zero)
    span = _Span(local_day(opens_at, city.zone), deadline.due, opens_at, deadline, deadline.provisional or moves)
    terms = _terms(obligation, city, span, anchor=anchor, event=event.id if event else None)
    return replace(terms, stated=True) if stated is not None else terms


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
class _Span:
    """The two ends of a task, before any extension."""

    opens: date
    due: date
    opens_at: datetime
    deadline: Deadline | None = None
    provisional: bool = False
    """Whether it depends on days that no holiday notice has fixed yet, beside its due day."""


def _terms(
    obligation: Obligation,
    city: City,
    span: _Span,
    *,
    window: str | None = None,
    event: str | None = None,
    anchor: date | datetime | None = None,
) -> Terms:
    due, deadline = span.due, span.deadline
    exact = deadline is not None and deadline.limit.is_exact
    return Terms(
        obligation=obligation.id,
        policy=obligation.policy,
        window=window,
        event=event,
        anchor=anchor,
        opens_at=span.opens_at,
        opens=span.opens,
        due=due,
        ends_at=deadline.ends_at if exact and deadline else end_of_day(due, city.zone),
        last_working_day=city.calendar.on_or_before(due),
        provisional=city.calendar.is_provisional(due) or span.provisional,
        times=obligation.times,
        calendar_version=city.calendar.version,
        exact=exact,
        paced=obligation.pace is Pace.EVEN and obligation.times > 1,
    )


def _extended(terms: Terms, due: date, city: City) -> Terms:
    """The terms of a task that was extended to a day."""
    return replace(
        terms,
        due=due,
        ends_at=end_of_day(due, city.zone),
        last_working_day=city.calendar.on_or_before(due),
        provisional=city.calendar.is_provisional(due),
        exact=False,
    )
