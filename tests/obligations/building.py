"""Builders: a small city on the shipped calendar, its tasks and ladders, and a way to live through time with them.

What a test does not care about is filled in, so that what it says is what it is about.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from config.calendars import compile_calendar
from obligations.city import City
from obligations.deadlines import end_of_day, local_day, local_moment
from obligations.decisions import Notice, decide, next_moment
from obligations.events import Event
from obligations.history import Closing, History, Reached
from obligations.ladders import Rung, SpeakingTime, ladder
from obligations.limits import Limit, Unit, parse_limit
from obligations.organizations import AddressKind, Kind, Organization, Post
from obligations.planning import planned_tasks
from obligations.policies import OfficeHours, Policy, Repeat, SpeakingDays, Stage, Step
from obligations.recipients import Directory
from obligations.rules import Basis, Obligation
from obligations.selectors import AnyOf, Value
from obligations.tasks import PlannedTask, Task, Terms
from obligations.windows import parse_every
from tests.calendars.verified_table import shipped_notices

CALENDAR = compile_calendar(shipped_notices())
"""The shipped calendar; 2026 is its last published year."""
SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE_HOURS = OfficeHours(time(9), time(17, 30))
CHANNELS = {"email": AddressKind.EMAIL, "sms": AddressKind.MOBILE}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

unhurried = settings(deadline=None)
"""For properties: a busy machine is no reason to fail."""
lengthy = settings(deadline=None, max_examples=40)
"""For properties that live through months at each example."""

Said = tuple[datetime, Notice]
"""A notice and the instant at which it was decided."""


def day(text: str) -> date:
    """A day, as `2026-06-30`."""
    return date.fromisoformat(text)


def moment(text: str) -> datetime:
    """An instant, as `2026-06-30T09:00` in Shanghai."""
    return local_moment(datetime.fromisoformat(text), SHANGHAI)


def limit(text: str) -> Limit:
    """A limit, as `10wd`."""
    return parse_limit(text)


def shanghai(instant: datetime) -> datetime:
    """An instant as clocks in Shanghai show it."""
    return instant.astimezone(SHANGHAI)


# --- organizations -------------------------------------------------------------------------------------------------


def post(name: str = "王建国", *, email: bool = True, mobile: bool = True, deputy: str | None = None) -> Post:
    """A post whose holder can be reached by email and SMS, unless the test says otherwise."""
    return Post(name, "wang@example.com" if email else None, "13800000001" if mobile else None, deputy)


def unreachable(deputy: str | None = None) -> Post:
    """A post whose holder has no address."""
    return post("李敏", email=False, mobile=False, deputy=deputy)


def organization(
    key: str,
    kind: Kind = Kind.ENTERPRISE,
    posts: Mapping[str, Post] | Sequence[str] = ("principal", "safety_officer"),
    **changes: Any,
) -> Organization:
    """An organization; posts that are only named are held by people who can be reached."""
    held = posts if isinstance(posts, Mapping) else {each: post() for each in posts}
    return Organization(key, kind, key, held)._replace(**changes)


def small_city(*changed: Organization) -> dict[str, Organization]:
    """An enterprise `ent`, its regulator `reg`, the committee's office `off`, the government `gov` above them."""
    standard = (
        organization("ent", relations={"regulator": "reg", "office": "off", "government": "gov"}),
        organization("reg", Kind.REGULATOR, ("principal", "duty"), relations={"office": "off", "government": "gov"}),
        organization("off", Kind.OFFICE, ("principal", "duty"), relations={"government": "gov"}),
        organization("gov", Kind.GOVERNMENT, ("principal", "duty")),
    )
    return {each.id: each for each in (*standard, *changed)}


def directory(*changed: Organization) -> Directory:
    """Who holds which post in the small city."""
    return Directory(small_city(*changed), CHANNELS)


# --- rules, facts, cities ------------------------------------------------------------------------------------------

ENTERPRISES = AnyOf("kind", frozenset({"enterprise"}))


def obligation(key: str = "ent-01", **changes: Any) -> Obligation:
    """A duty of every enterprise, monthly unless it has an anchor."""
    every = (
        None if "anchor" in changes else parse_every(changes.pop("every", "month"), changes.pop("cycle_start", 2000))
    )
    for name in ("limit", "opens", "by"):
        if name in changes:
            changes[name] = limit(changes[name])
    standard = Obligation(
        key, "一(一)1", Basis.POLICY, "检查", "", "", ENTERPRISES, "self", None, "standard", every=every
    )
    return replace(standard, **changes)


def event(key: str = "acc-1", kind: str = "accident", at: str = "ent", recorded: str = "", **fields: Value) -> Event:
    """An event; recorded at `recorded`, else before everything else that happens."""
    return Event(key, kind, at, fields, moment(recorded or "2000-01-01T00:00"))


def city(
    *obligations: Obligation,
    organizations: Iterable[Organization] = (),
    events: Sequence[Event] = (),
    start: str = "2026-01-01",
    extensions: Mapping[str, str] | None = None,
    closings: Sequence[Closing] = (),
    reached: Sequence[Reached] = (),
    matched: Mapping[tuple[str, str], str] | None = None,
) -> City:
    """The small city under some obligations; `organizations` are added to it or stand for those of the same id."""
    return City(
        SHANGHAI,
        day(start),
        OFFICE_HOURS,
        CALENDAR,
        small_city(*organizations),
        {each.id: each for each in obligations},
        {"standard": STANDARD},
        CHANNELS,
        History(
            events=events,
            extensions={task: day(due) for task, due in (extensions or {}).items()},
            closings=closings,
            reached=reached,
            matched={pair: day(since) for pair, since in (matched or {}).items()},
        ),
    )


def planned(of: City, until: str = "2026-12-31") -> dict[str, PlannedTask]:
    """The tasks that should exist, by id."""
    tasks = list(planned_tasks(of, day(until)))
    by_id = {each.id: each for each in tasks}
    assert len(by_id) == len(tasks), "two tasks of one id"
    return by_id


# --- tasks ---------------------------------------------------------------------------------------------------------


def plan(
    due: str | date = "2026-06-30",
    opens: str | date | datetime | None = None,
    key: str = "ent-01/ent/x",
    **changes: Any,
) -> PlannedTask:
    """A planned task of `ent` that opens sixty days before it is due, unless the test says otherwise."""
    last = day(due) if isinstance(due, str) else due
    if isinstance(opens, str):
        opens = datetime.fromisoformat(opens)
    opens_at = local_moment(last - timedelta(days=60) if opens is None else opens, SHANGHAI)
    terms = Terms(
        obligation=key.partition("/")[0],
        policy="standard",
        window=None,
        event=None,
        anchor=None,
        opens_at=opens_at,
        opens=local_day(opens_at, SHANGHAI),
        due=last,
        ends_at=end_of_day(last, SHANGHAI),
        last_working_day=CALENDAR.on_or_before(last),
        provisional=CALENDAR.is_provisional(last),
        times=1,
        calendar_version=CALENDAR.version,
    )
    whom = {name: changes.pop(name) for name in ("id", "subject", "bearer", "assignee") if name in changes}
    task = PlannedTask(key, "ent", "ent", "safety_officer", replace(terms, **changes))
    return task._replace(**whom)


def plan_in_hours(opens: str, ends: str, **changes: Any) -> PlannedTask:
    """A planned task that is due at a moment."""
    ends_at = moment(ends)
    return plan(local_day(ends_at, SHANGHAI), opens, ends_at=ends_at, exact=True, **changes)


# --- ladders -------------------------------------------------------------------------------------------------------


def step(at: str, stage: Stage = Stage.REMIND, *tell: str, **changes: Any) -> Step:
    """A rung that tells the assignee by email, named as the configuration names it."""
    counted = None if at == "start" else limit(at)
    return replace(Step(at, counted, stage, tell or ("assignee",), ("email",)), **changes)


def policy(*steps: Step, every: str | None = None, days: SpeakingDays = SpeakingDays.WORKING) -> Policy:
    """A ladder; with `every`, it goes on urging assignee and principal."""
    repeat = Repeat(limit(every), Stage.URGE, ("assignee", "principal"), ("email",)) if every else None
    return Policy("standard", steps, repeat, days)


STANDARD = policy(
    step("-30d", Stage.REMIND, "assignee"),
    step("-7wd", Stage.REMIND, "assignee", "principal"),
    step("-1wd", Stage.REMIND, "assignee", "principal"),
    step("+1wd", Stage.URGE, "assignee", "principal"),
    step("+5wd", Stage.SUPERVISE, "principal", "regulator"),
    step("+10wd", Stage.LETTER, "principal", "government", approval="office"),
    every="5wd",
)
"""The ladder of the shipped policy `standard`."""
URGENT = policy(
    step("start", Stage.REMIND, "assignee", "principal", urgent=True),
    step("-3wd", Stage.REMIND, "assignee"),
    step("-1wd", Stage.REMIND, "assignee", "principal"),
    step("+1wd", Stage.URGE, "assignee", "principal"),
    step("+3wd", Stage.SUPERVISE, "principal", "office"),
    step("+5wd", Stage.LETTER, "principal", "government", approval="office"),
    step("+10wd", Stage.SUMMON, "principal", "office", "office.principal", approval="office"),
    step("+15wd", Stage.REPORT, "principal", "office.principal", approval="office"),
    every="3wd",
)
"""The ladder of the shipped policy `urgent`."""


def speaking(days: SpeakingDays = SpeakingDays.WORKING, hours: OfficeHours = OFFICE_HOURS) -> SpeakingTime:
    """When notices may go out: in office hours on working days, unless the test says otherwise."""
    return SpeakingTime(hours, SHANGHAI, CALENDAR, days)


def moments(task: PlannedTask, ladder_of: Policy, count: int = 20) -> dict[str, str]:
    """Local moments of the first rungs by step, to the minute."""
    return {each.step.name: f"{shanghai(each.moment):%Y-%m-%dT%H:%M}" for each in first_rungs(task, ladder_of, count)}


def first_rungs(task: PlannedTask, ladder_of: Policy, count: int = 20) -> list[Rung]:
    """The first rungs, in order."""
    rungs = ladder(task.terms, ladder_of, speaking(ladder_of.days))
    return [rung for rung, _ in zip(rungs, range(count), strict=False)]


# --- living through time -------------------------------------------------------------------------------------------

DIRECTORY = directory()


def live(
    task: Task,
    ladder_of: Policy,
    until: datetime,
    *,
    also_at: Iterable[datetime] = (),
    asleep: tuple[datetime, datetime] | None = None,
    people: Directory = DIRECTORY,
) -> Iterator[Said]:
    """What is said of a task up to `until` by who wakes when `next_at` says so.

    Args:
        also_at: further moments at which to wake.
        asleep: an outage, from its first instant to the one at which it is over.
    """
    times = speaking(ladder_of.days)
    further = sorted(also_at, reverse=True)
    next_at = next_moment(task, ladder_of, times)
    while next_at is not None or further:
        now = min(each for each in (next_at, *further[-1:]) if each is not None)
        if asleep is not None and asleep[0] <= now < asleep[1]:
            now = asleep[1]
        if now > until:
            return
        while further and further[-1] <= now:
            further.pop()
        decision = decide(task, ladder_of, times, people, now)
        assert decision.next_at is None or decision.next_at > now, "it would be woken again at once"
        task, next_at = replace(task, fired=decision.fired), decision.next_at
        yield from ((now, notice) for notice in decision.notices)


# --- strategies ----------------------------------------------------------------------------------------------------

due_days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
"""Days around which every paper is known, and a year for which none is."""
instants = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
TELLS = ("assignee", "principal", "regulator", "office", "government", "office.principal")


@st.composite
def plans(draw: st.DrawFn) -> PlannedTask:
    """Tasks that open up to 400 days before they are due, at any minute."""
    due = draw(due_days)
    opening = datetime.combine(due, time(), SHANGHAI) - timedelta(minutes=draw(st.integers(-1440, 400 * 1440)))
    return plan(due, opening)


@st.composite
def steps(draw: st.DrawFn, *, urgent: st.SearchStrategy[bool] = st.booleans()) -> Step:  # noqa: B008 - immutable
    """Rungs of any kind: at the start, or so many days, working days or weeks from the due day."""
    units = {Unit.DAYS: 60, Unit.WORKING_DAYS: 30, Unit.WEEKS: 8}
    unit = draw(st.sampled_from(sorted(units, key=lambda each: each.value)))
    at = draw(st.none() | st.integers(-units[unit], units[unit]).map(lambda amount: Limit(amount, unit)))
    tell = draw(st.lists(st.sampled_from(TELLS), min_size=1, max_size=3, unique=True))
    approval = draw(st.sampled_from((None, None, None, "office")))
    stage = draw(st.sampled_from(Stage))
    return Step(str(at or "start"), at, stage, tuple(tell), ("email",), draw(urgent), approval)


@st.composite
def policies(
    draw: st.DrawFn,
    *,
    urgent: st.SearchStrategy[bool] = st.booleans(),  # noqa: B008 - immutable
) -> Policy:
    """Ladders of up to six rungs, with or without repeats, on working days or on all."""
    rungs = draw(st.lists(steps(urgent=urgent), min_size=1, max_size=6, unique_by=_name))
    every = draw(st.sampled_from((None, "5wd", "3d", "1w", "1m")))
    return policy(*rungs, every=every, days=draw(st.sampled_from(SpeakingDays)))


def _name(rung: Step) -> str:
    return rung.name


def anybody(kinds: Callable[[], Post] = unreachable) -> st.SearchStrategy[dict[str, Post]]:
    """Posts of an organization, each vacant, held by somebody who can be reached, or by somebody who cannot."""
    holders = st.sampled_from((post(), post(deputy="duty"), kinds(), unreachable("duty"), unreachable("principal")))
    return st.dictionaries(st.sampled_from(("principal", "duty", "safety_officer")), holders)
