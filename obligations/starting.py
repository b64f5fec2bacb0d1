"""Starting: what sets the clock of a duty that does not recur, and what the tasks that follow are called.

The key of a task (the last part of its id) is the id of the event, the day of an organization's date (with the person
it belongs to, if it is one of several persons'), the festival with its year, the key of the task that started it, that
task's obligation and key where a stage did, or the day on which the roster first showed that the duty applies.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from obligations.city import City
from obligations.deadlines import local_day, local_moment, shift_day
from obligations.events import Event
from obligations.history import Closing, History, Reached
from obligations.limits import THE_DAY_ITSELF, Limit, Unit
from obligations.organizations import Organization
from obligations.rules import (
    Anchor,
    EventAnchor,
    HolidayAnchor,
    Obligation,
    OrganizationAnchor,
    RosterAnchor,
    StageAnchor,
    TaskAnchor,
)
from obligations.tasks import PlannedTask
from obligations.working_days import CalendarError

_IN_A_YEAR = {Unit.HOURS: 8_760, Unit.DAYS: 365, Unit.WORKING_DAYS: 200, Unit.WEEKS: 52, Unit.MONTHS: 12, Unit.YEARS: 1}
"""How much of each unit the shortest year has, or somewhat less."""


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a duty's clock.

    Args:
        key: the last part of the task's id.
        anchor: the day or moment the limit runs from.
        known_at: the instant (UTC) from which it is known.
        event: the event that it goes back to, if any.
    """

    key: str
    anchor: date | datetime
    known_at: datetime
    event: Event | None = None


class Past:
    """A history, sorted so that what concerns one organization is found at once."""

    def __init__(self, history: History) -> None:
        self._events: dict[tuple[str, str], list[Event]] = {}
        self._closings: dict[tuple[str, str], list[Closing]] = {}
        self._reached: dict[str, list[Reached]] = {}
        self._by_id = {event.id: event for event in history.events}
        self._matched = history.matched
        for event in history.events:
            self._events.setdefault((event.kind, event.organization), []).append(event)
        for closing in history.closings:
            self._closings.setdefault((closing.obligation, closing.subject), []).append(closing)
        for reached in history.reached:
            self._reached.setdefault(reached.subject, []).append(reached)
        self._subjects = {key[1] for key in (*self._events, *self._closings)} | self._reached.keys()

    def knows_of(self, subject: str) -> bool:
        """Whether anything is known to have happened to a subject; if not, no duty that waits for that has a start."""
        return subject in self._subjects

    def events(self, kind: str, organization: str) -> Sequence[Event]:
        """The events of one kind at one organization."""
        return self._events.get((kind, organization), ())

    def closings(self, obligation: str, subject: str) -> Sequence[Closing]:
        """The closed tasks of one obligation and subject."""
        return self._closings.get((obligation, subject), ())

    def reached(self, subject: str) -> Sequence[Reached]:
        """The stages that tasks about one subject have reached."""
        return self._reached.get(subject, ())

    def matched(self, obligation: str, organization: str) -> date | None:
        """Since when the roster shows that an obligation applies to an organization."""
        return self._matched.get((obligation, organization))

    def event(self, identifier: str | None) -> Event | None:
        """One event that stands."""
        return self._by_id.get(identifier) if identifier is not None else None

    def stands(self, identifier: str | None) -> bool:
        """Whether what goes back to this event still has its ground; what goes back to none has."""
        return identifier is None or identifier in self._by_id


def starts(obligation: Obligation, subject: Organization, city: City, past: Past, until: date) -> Iterable[Start]:
    """Every start of an anchored duty's clock for one subject; of holidays, those of tasks due a year after `until`."""
    anchor: Anchor | None = obligation.anchor
    match anchor:
        case EventAnchor():
            return _events(anchor, past.events(anchor.event, subject.id), city)
        case OrganizationAnchor(name):
            return _dates(name, subject, city)
        case HolidayAnchor():
            return _holidays(anchor, obligation.limit or THE_DAY_ITSELF, city, until)
        case TaskAnchor():
            return _closings(anchor, subject, city, past)
        case StageAnchor():
            return _stages(obligation, anchor, subject, past)
        case RosterAnchor():
            return (_match(obligation, subject, city, past),)
        case None:
            return ()


def waits(obligation: Obligation) -> bool:
    """Whether an obligation has no start before something has happened to its subject."""
    return isinstance(obligation.anchor, EventAnchor | TaskAnchor | StageAnchor)


def _events(anchor: EventAnchor, events: Sequence[Event], city: City) -> Iterable[Start]:
    if not events:  # as of most duties and organizations
        return ()
    found = [
        (moment, event)
        for event in events
        if (moment := event.moment(anchor.date)) is not None and anchor.where.matches(event)
    ]
    if anchor.span is not None:
        found = _completing(anchor, found, city)
    return [Start(event.id, moment, event.known_at(city.zone), event) for moment, event in found]


Dated = tuple[date | datetime, Event]


def _completing(anchor: EventAnchor, found: list[Dated], city: City) -> list[Dated]:
    """The events that bring the number within the span to exactly so many as the anchor counts.

    An event lies within the span of a later one if the limit that runs from it has not ended on the later one's day.
    """
    if anchor.span is None:
        return found
    ordered = sorted(found, key=lambda each: (local_moment(each[0], city.zone), each[1].id))
    ends = [_end_of_span(local_day(moment, city.zone), anchor.span, city) for moment, _ in ordered]
    days = [local_day(moment, city.zone) for moment, _ in ordered]
    return [
        each
        for index, each in enumerate(ordered)
        if sum(end >= days[index] for end in ends[: index + 1]) == anchor.count
    ]


def _end_of_span(day: date, span: Limit, city: City) -> date:
    """The last day of a span; one that the calendar does not reach lasts as long as anything can be counted."""
    try:
        return shift_day(day, span, city.calendar)
    except CalendarError:
        return date.max


def _dates(name: str, subject: Organization, city: City) -> Iterator[Start]:
    known = local_moment(city.start, city.zone)
    day = subject.dates.get(name)
    if day is not None:
        yield Start(day.isoformat(), day, known)
    for person, of_person in subject.person_dates.get(name, {}).items():
        yield Start(f"{of_person.isoformat()}.{person}", of_person, known)


def _holidays(anchor: HolidayAnchor, limit: Limit, city: City, until: date) -> Iterator[Start]:
    """The festivals whose tasks may be due from the city's start on: a limit may lead from one year into another."""
    known = local_moment(city.start, city.zone)
    years = 1 + abs(limit.amount) // _IN_A_YEAR[limit.unit]
    begin, end = city.start.year, until.year + 1
    for year in range(begin - years, end + 1) if limit.amount > 0 else range(begin, end + years):
        for festival in anchor.festivals:
            first = city.calendar.festivals.get((festival, year))
            if first is not None:
                yield Start(f"{festival.value}-{year}", first, known)


def _closings(anchor: TaskAnchor, subject: Organization, city: City, past: Past) -> Iterator[Start]:
    for obligation in anchor.obligations:
        for closing in past.closings(obligation, subject.id):
            if past.stands(closing.event):
                known = local_moment(closing.on, city.zone)
                yield Start(closing.key, closing.on, known, past.event(closing.event))


def _stages(obligation: Obligation, anchor: StageAnchor, subject: Organization, past: Past) -> Iterator[Start]:
    """A duty is not started by its own tasks; otherwise a missed report would ask for a report without end."""
    for reached in past.reached(subject.id):
        if reached.stage is anchor.stage and reached.obligation != obligation.id and past.stands(reached.event):
            key = f"{reached.obligation}.{reached.key}"
            yield Start(key, reached.at, reached.at, past.event(reached.event))


def perhaps_behind(task: PlannedTask) -> Iterator[str]:
    """The ids that the task may have whose stage started this one: an obligation's own id may have dots too."""
    words = task.key.split(".")
    for cut in range(1, len(words)):
        yield f"{'.'.join(words[:cut])}/{task.subject}/{'.'.join(words[cut:])}"


def _match(obligation: Obligation, subject: Organization, city: City, past: Past) -> Start:
    day = past.matched(obligation.id, subject.id) or city.start
    if subject.since is not None:
        day = max(day, subject.since)
    return Start(day.isoformat(), day, local_moment(day, city.zone))
