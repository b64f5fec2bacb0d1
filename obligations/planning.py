"""Planning: the tasks that should exist, as a pure function of a city."""

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from obligations.city import City
from obligations.deadlines import (
    UNCOUNTABLE,
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
from obligations.starting import Past, Start, starts, waits
from obligations.tasks import PlannedTask, Terms
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


Found = tuple[str, Terms]
"""The key and the terms of a task."""


def planned_tasks(
    city: City, until: date, scope: Scope = EVERYTHING, left_out: MutableMapping[str, str] | None = None
) -> Iterator[PlannedTask]:
    """All tasks that should exist, of windows that begin by `until` and of every event and date, in no set order.

    Args:
        left_out: is given the tasks that cannot be counted, as of `Planner.left_out`.
    """
    return Planner(city, until, scope.rules(city), left_out).tasks(scope.roster(city), city.history)


class Planner:
    """Plans the tasks of some obligations for one organization after another.

    What is the same for all of them (windows, their due days and opening moments) is worked out once. A task whose days
    lie where nothing can be counted is left out, and keeps no other from being planned.
    """

    def __init__(
        self,
        city: City,
        until: date,
        obligations: Iterable[Obligation],
        left_out: MutableMapping[str, str] | None = None,
    ) -> None:
        self._city = city
        self._until = min(until, city.calendar.last)
        rules = tuple(obligations)
        self._of_all = Matcher(rules)
        self._of_quiet = Matcher(each for each in rules if not waits(each))
        self._recurring: dict[tuple[str, date | None], _Windows] = {}
        self.left_out: MutableMapping[str, str] = {} if left_out is None else left_out
        """The tasks that could not be counted up to now, each with why."""

    def tasks(self, subjects: Iterable[Organization], history: History) -> Iterator[PlannedTask]:
        """The tasks about some organizations.

        Args:
            history: what has happened to them.
        """
        city, past, extensions = self._city, Past(history), history.extensions
        for subject in subjects:
            first = city.start if subject.since is None else max(city.start, subject.since)
            matcher = self._of_all if past.knows_of(subject.id) else self._of_quiet  # half as many, of most subjects
            for obligation in matcher.duties_of(subject):
                beginning = f"{obligation.id}/{subject.id}/"
                for bearer, started in self._of_duty(obligation, subject, past):
                    assignee = assignee_of(obligation, bearer)
                    for key, terms in started:
                        task = beginning + key
                        if task in extensions:
                            extended = self._extended(task, terms, extensions[task])
                            if extended is None:
                                continue
                            terms = extended  # noqa: PLW2901 - of this task alone
                        if terms.due >= first:
                            yield PlannedTask(task, subject.id, bearer.id, assignee, terms)

    def _of_duty(
        self, obligation: Obligation, subject: Organization, past: Past
    ) -> Iterator[tuple[Organization, Sequence[Found]]]:
        """The bearers of a duty about one organization, each with the keys and terms of its tasks."""
        city = self._city
        if obligation.anchor is None:
            bearer = bearer_of(obligation, subject, None, city)
            if bearer is not None:
                yield bearer, self._windows(obligation, subject)
            return
        for start in starts(obligation, subject, city, past, self._until):
            bearer = bearer_of(obligation, subject, start.event, city)
            if bearer is not None and obligation.limit is not None:
                yield bearer, self._started(obligation, subject, start)

    def _windows(self, obligation: Obligation, subject: Organization) -> Sequence[Found]:
        """The windows of a recurring duty from a day on: each its key and terms."""
        since = subject.since
        found = self._recurring.get((obligation.id, since))
        if found is None:
            found = self._recurring[obligation.id, since] = _recurring(obligation, since, self._until, self._city)
        for key, why in found.left_out.items():
            self.left_out[f"{obligation.id}/{subject.id}/{key}"] = why
        return found.planned

    def _started(self, obligation: Obligation, subject: Organization, start: Start) -> Sequence[Found]:
        try:
            return [(start.key, _started(obligation, self._city, start, subject.since))]
        except UNCOUNTABLE as error:
            if not _ends_before_all(obligation, self._city, start):
                self.left_out[f"{obligation.id}/{subject.id}/{start.key}"] = str(error)
            return ()

    def _extended(self, task: str, terms: Terms, due: date) -> Terms | None:
        try:
            return _extended(terms, due, self._city)
        except UNCOUNTABLE as error:
            self.left_out[task] = str(error)
            return None


def planned_for(
    organization: str, city: City, until: date, left_out: MutableMapping[str, str] | None = None
) -> Iterator[PlannedTask]:
    """The tasks that one organization is the subject of or bears; the others are not planned for that.

    Args:
        left_out: as of `planned_tasks`.
    """
    related = (each.id for each in city.organizations.values() if organization in each.relations.values())
    named = (each.organization for each in city.history.events if organization in each.all_named())
    others = frozenset((*related, *named)) - {organization}
    borne_by_others = frozenset(each.id for each in city.obligations.values() if each.bearer != "self")
    yield from planned_tasks(city, until, Scope(subjects=frozenset({organization})), left_out)
    for task in planned_tasks(city, until, Scope(borne_by_others, others)):
        if task.bearer == organization:
            yield task


def bearer_of(obligation: Obligation, subject: Organization, event: Event | None, city: City) -> Organization | None:
    """Who must do it: the subject itself, one of its relations, or the organization that a field of the event names."""
    if obligation.bearer == "self":
        return subject
    field = obligation.named_by
    named = subject.relations.get(obligation.bearer) if event is None or field is None else event.named(field)
    return city.organizations.get(named) if named is not None else None


def assignee_of(obligation: Obligation, bearer: Organization) -> str:
    """The bearer's post that does it."""
    return obligation.assignee or bearer.default_assignee()


@dataclass(frozen=True, slots=True)
class _Windows:
    """The windows of a duty from a day on, and why those that cannot be counted are left out, by their keys."""

    planned: list[Found]
    left_out: dict[str, str]


def _recurring(obligation: Obligation, since: date | None, until: date, city: City) -> _Windows:
    found = _Windows([], {})
    begin = max(city.start, since or city.start)
    if obligation.every is None or begin > until:
        return found
    for window in obligation.every.windows(begin, until):
        try:
            terms = _of_window(obligation, window, since, city)
        except UNCOUNTABLE as error:
            found.left_out[window.key] = str(error)
            continue
        if terms is not None:
            found.planned.append((window.key, terms))
    return found


def _of_window(obligation: Obligation, window: Window, since: date | None, city: City) -> Terms | None:
    deadline = compute_window_deadline(window, obligation.by, city.calendar, obligation.roll)
    opens = max(window.first, since or window.first)
    if deadline.due < opens:
        return None  # the organization came after the city's own earlier day had passed; the next window is its first
    span = _Span(opens, deadline.due, local_moment(opens, city.zone), provisional=deadline.provisional)
    return _terms(obligation, city, span, window=window.key)


def _ends_before_all(obligation: Obligation, city: City, start: Start) -> bool:
    """Whether what cannot be counted was due before the calendar begins: nothing so early is raised."""
    counts_back = obligation.limit is not None and obligation.limit.amount < 0 and obligation.until is None
    return counts_back and local_day(start.anchor, city.zone) <= city.calendar.last


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
    return max(start.known_at, local_moment(start.anchor, city.zone)) if obligation.counts_on else start.known_at


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
    """The terms of a task that was extended to a day; its own, where these end no earlier by now."""
    ends_at = end_of_day(due, city.zone)
    if ends_at <= terms.ends_at:
        return terms
    return replace(
        terms,
        due=due,
        ends_at=ends_at,
        last_working_day=city.calendar.on_or_before(due),
        provisional=city.calendar.is_provisional(due),
        exact=False,
    )
