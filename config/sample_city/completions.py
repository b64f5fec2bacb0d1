"""Who did what when: most in time and well before the due day, some at the last moment, some late, some never."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from config.loader import Config
from config.sample_city.chance import Chance
from obligations.city import City
from obligations.history import Closing, History
from obligations.planning import planned_tasks
from obligations.tasks import PlannedTask
from obligations.working_days import WorkingCalendar

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
"""The city's year."""
_EARLY, _LAST_MOMENT, _LATE, _NEVER = "early", "at the last moment", "late", "never"
_DILIGENCE = (
    (((_EARLY, 0.945), (_LAST_MOMENT, 0.04), (_LATE, 0.014), (_NEVER, 0.001)), 0.74),
    (((_EARLY, 0.84), (_LAST_MOMENT, 0.11), (_LATE, 0.045), (_NEVER, 0.005)), 0.21),
    (((_EARLY, 0.55), (_LAST_MOMENT, 0.2), (_LATE, 0.21), (_NEVER, 0.04)), 0.05),
)
"""Three sorts of organizations: what each does how often, and how many are of the sort."""
_KNOWN = {
    "reg-15a/ent-binhai-chem/acc-2026-001": date(2026, 10, 14),
    "off-28a/ent-binhai-chem/acc-2026-001": date(2026, 9, 30),
    "off-28a/ent-linjiang-construction/acc-linjiang-2026-003": date(2026, 6, 26),
}
"""The days that the demo tells of."""

Done = tuple[str, date | datetime]


def completions_file(config: Config, until: date = LAST) -> str:
    """A CSV file of what was done up to the end of a day about whatever is due by then.

    Of what is due later, that of which something should be done by then counts too. What follows on something done (a
    drill's evaluation) is done in turn. Who does what on which day depends neither on `until` nor on when the city
    starts.
    """
    done = sorted(_everything_done(config, until), key=lambda each: (_day(each[1]), each[0]))
    return "".join(["task,date\n", *(f"{task},{moment.isoformat()}\n" for task, moment in done)])


def _everything_done(config: Config, until: date) -> Iterator[Done]:
    planned: set[str] = set()
    closings: list[Closing] = []
    events = list(config.events.values())
    while True:
        city = config.city(History(events, closings=closings))
        fresh = [plan for plan in planned_tasks(city, until) if plan.id not in planned and _is_told_of(plan, until)]
        if not fresh:
            return
        for plan in fresh:
            planned.add(plan.id)
            done = list(_done(plan, city, until))
            yield from done
            if len(done) == plan.times and config.obligations[plan.obligation].verify is None:
                closings.append(_closing(plan, _day(done[-1][1])))


def _is_told_of(plan: PlannedTask, until: date) -> bool:
    return plan.due <= until or (plan.paced and plan.due <= LAST)


def _closing(plan: PlannedTask, on: date) -> Closing:
    return Closing(plan.obligation, plan.subject, plan.id.rpartition("/")[2], plan.event, on)


def _done(plan: PlannedTask, city: City, until: date) -> Iterator[Done]:
    """Each time that one task was done."""
    if plan.id in _KNOWN:
        yield plan.id, _KNOWN[plan.id]
        return
    habits = Chance(f"habits of {plan.bearer}").weighted(_DILIGENCE)
    chance = Chance(plan.id)
    how = chance.weighted(habits)
    if plan.exact:
        yield from _done_in_hours(plan, how, city, chance)
        return
    opens = max(plan.opens, FIRST)
    for number in range(plan.times):
        part = (plan.due - opens) / plan.times
        first, last = opens + number * part, opens + (number + 1) * part
        on = _when(how, first, last, city.calendar, chance)
        if on is None or on > until:
            return
        yield plan.id, on


def _done_in_hours(plan: PlannedTask, how: str, city: City, chance: Chance) -> Iterator[Done]:
    """What is due in hours is done at a moment."""
    if how != _NEVER:
        share = chance.fraction() * (0.9 if how in {_EARLY, _LAST_MOMENT} else 3)
        moment = plan.opens_at + (plan.ends_at - plan.opens_at) * share
        yield plan.id, moment.astimezone(city.zone).replace(second=0, microsecond=0) + timedelta(minutes=1)


def _when(how: str, opens: date, due: date, calendar: WorkingCalendar, chance: Chance) -> date | None:
    """A working day after the one on which the task opens."""
    days = (due - opens).days
    match how:
        case "early":
            day = opens + timedelta(days=round(days * (0.12 + 0.5 * chance.fraction())))
        case "at the last moment":
            day = due - timedelta(days=round(min(days, 9) * chance.fraction()))
        case "late":
            return calendar.on_or_after(due + timedelta(days=chance.between(1, 24)))
        case _:
            return None
    return max(calendar.on_or_before(day), calendar.on_or_after(opens + timedelta(days=1)))


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
