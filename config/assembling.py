"""Assembling: valid entries of files turned into the domain's objects."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from config.anchor_schema import AnchorEntry
from config.documents import Fault, Loc, did_you_mean, fault_at, mark_of
from config.documents import Mapping as YamlMapping
from config.fields import typed
from config.policy_schema import PolicyEntry, RepeatEntry, StepEntry
from config.schema import EventEntry, ObligationEntry, OrganizationEntry, PostEntry
from config.selecting import of_events, of_organizations, parse_selector
from config.shipped import is_shipped
from obligations.events import Event, id_in
from obligations.limits import Limit
from obligations.organizations import RELATIONS, AddressKind, Organization, Post
from obligations.policies import Policy, Repeat, Step
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
from obligations.selectors import Value
from obligations.windows import parse_every

USUAL_DATE = "occurred_at"
"""The date that events are counted by where the anchor names none."""
NOT_YET_RECORDED = datetime.fromtimestamp(0, UTC)
"""`recorded_at` of an event that stands in a file; the store says when this installation first heard of it."""


def organization(entry: OrganizationEntry) -> Organization:
    """An organization with its posts and relations."""
    relations = {name: getattr(entry, name) for name in RELATIONS if getattr(entry, name) is not None}
    posts = {key: _post(each) for key, each in entry.posts.items()}
    dates = {name: day for name, day in entry.dates.items() if isinstance(day, date)}
    person_dates = {name: each for name, each in entry.dates.items() if isinstance(each, dict)}
    return Organization(
        entry.id, entry.kind, entry.name, posts, relations, tuple(entry.traits), entry.region, entry.industry,
        entry.headcount, entry.since, dates, person_dates,
    )  # fmt: skip


def _post(entry: PostEntry) -> Post:
    prefers = tuple(entry.prefers) or None
    return Post(entry.name, entry.email, entry.mobile, entry.deputy, entry.away, entry.wecom, prefers, entry.quiet)


def obligation(entry: ObligationEntry, raw: YamlMapping) -> Obligation:
    """A duty with its selectors and its clock."""
    return Obligation(
        id=entry.id, clause=entry.clause, basis=entry.basis, title=entry.title, instruction=entry.instruction,
        evidence=entry.evidence, applies_to=parse_selector(raw.get("applies_to"), of_organizations),
        bearer=entry.bearer, assignee=entry.assignee, policy=entry.policy,
        every=parse_every(entry.every, entry.cycle_start) if entry.every else None,
        times=entry.times, pace=entry.pace, anchor=_anchor(entry.anchor, raw) if entry.anchor else None,
        limit=entry.limit, until=entry.until, opens=entry.opens, by=entry.by, roll=entry.roll, verify=entry.verify,
    )  # fmt: skip


def _anchor(entry: AnchorEntry, raw: YamlMapping) -> Anchor:
    if entry.organization is not None:
        return OrganizationAnchor(entry.organization)
    if entry.holiday is not None:
        return HolidayAnchor(tuple(entry.holiday))
    if entry.task is not None:
        return TaskAnchor(tuple(entry.task))
    if entry.stage is not None:
        return StageAnchor(entry.stage)
    if entry.roster is not None:
        return RosterAnchor()
    return _event_anchor(entry, raw)


def _event_anchor(entry: AnchorEntry, raw: YamlMapping) -> Anchor:
    anchor = raw["anchor"]
    where = anchor.get("where") if isinstance(anchor, YamlMapping) else None
    return EventAnchor(
        entry.event or "",
        entry.date or USUAL_DATE,
        parse_selector(where or {}, of_events),
        entry.count or 1,
        entry.in_,
    )


def policy(entry: PolicyEntry, raw: YamlMapping, channels: Mapping[str, AddressKind]) -> tuple[Policy, list[Fault]]:
    """A ladder; the channels that a step names but that are not configured give way to those that are."""
    faults: list[Fault] = []
    steps: dict[str, Step] = {}
    for index, each in enumerate(entry.steps):
        step = _step(each, channels)
        if step.name in steps:
            message = f"two steps are named {step.name!r}; give one of them an `id` of its own"
            faults.append(fault_at(raw, ("steps", index), message, raw.mark))
        steps[step.name] = step
    repeat = _repeat(entry.repeat, channels) if entry.repeat else None
    hours = entry.hours.hours if entry.hours else None
    return Policy(entry.id, tuple(steps.values()), repeat, entry.days, hours), faults


def unknown_channels(raw: YamlMapping, channels: Mapping[str, AddressKind]) -> Iterator[Fault]:
    """The channels that a ladder of the city's own names in vain; a shipped one names what many cities have."""
    for loc, name in named_in_rungs(raw, "channels"):
        if name not in channels and channels and not is_shipped(mark_of(raw, loc)):
            yield fault_at(raw, loc, no_channel(name, channels), raw.mark)


def named_in_rungs(raw: YamlMapping, field: str) -> Iterator[tuple[Loc, str]]:
    """The words in a list of every step and of the repeat, each with its place, whether or not the rest is right."""
    steps = raw.get("steps")
    rungs: list[tuple[Loc, object]] = [(("repeat",), raw.get("repeat"))]
    rungs += [(("steps", index), step) for index, step in enumerate(steps if isinstance(steps, list) else ())]
    for loc, rung in rungs:
        words = rung.get(field) if isinstance(rung, YamlMapping) else None
        for index, word in enumerate(words if isinstance(words, list) else ()):
            if isinstance(word, str):
                yield (*loc, field, index), word


def no_channel(name: str, channels: Mapping[str, AddressKind]) -> str:
    """What is said of a channel that is not configured."""
    return f"there is no channel {name!r} in duban.yaml{did_you_mean(name, channels)}"


def _name(at: Limit | None) -> str:
    """What a step is called by its moment: `start`, `-7wd`, `0d`, `+1h`."""
    if at is None:
        return "start"
    return f"{at.amount:+d}{at.unit.value}" if at.amount else str(at)


def _step(entry: StepEntry, channels: Mapping[str, AddressKind]) -> Step:
    told, by = tuple(entry.tell), configured(entry.channels, channels)
    return Step(entry.id or _name(entry.at), entry.at, entry.stage, told, by, entry.urgent, entry.approval)


def _repeat(entry: RepeatEntry, channels: Mapping[str, AddressKind]) -> Repeat:
    return Repeat(entry.every, entry.stage, tuple(entry.tell), configured(entry.channels, channels))


def configured(named: Sequence[str], channels: Mapping[str, AddressKind]) -> tuple[str, ...]:
    """The named channels that exist, once each; where none does, the first configured, so that nothing is silent."""
    return tuple(dict.fromkeys(name for name in named if name in channels)) or tuple(channels)[:1]


def event(entry: EventEntry, naming: Collection[str]) -> Event:
    """An event with its own fields typed; what is wrong with one is found by `field_faults`.

    Args:
        naming: as `naming_fields` gives it.
    """
    fields = {name: _value(name, value, naming) for name, value in (entry.model_extra or {}).items()}
    return Event(entry.id, entry.kind, entry.organization, fields, NOT_YET_RECORDED)


def _value(name: str, value: object, naming: Collection[str]) -> Value:
    """What a field says; beside a fault a stand-in, so that the field does not count as missing."""
    try:
        return field_of_event(name, value, naming)
    except ValueError:
        return NOT_YET_RECORDED


def naming_fields(obligations: Iterable[Obligation]) -> frozenset[str]:
    """The fields of events that name who bears a duty."""
    return frozenset(each.named_by for each in obligations if each.named_by is not None)


def field_of_event(name: str, value: object, naming: Collection[str]) -> Value:
    """What a field of an event means; an id stays as it is written where it would be another as a number: 1.10.

    Raises:
        ValueError: it looks like a day and is none, or has parts of its own.
    """
    meant = typed(value)
    return value if name in naming and isinstance(value, str) and id_in(meant) != value else meant


def field_faults(raw: YamlMapping) -> Iterator[tuple[Loc, str]]:
    """What is wrong with the fields that an event has beside those of every event."""
    for name, value in raw.items():
        if name not in EventEntry.model_fields:
            try:
                typed(value)
            except ValueError as error:
                yield (name,), f"{name}: {error}"
