"""The loader: a config directory becomes a `Config`, or every fault in it at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config import assembling
from config.calendars import compile_calendar, load_notices, shipped_calendar_directory
from config.cross_checks import Parts, cross_check
from config.documents import Fault, did_you_mean
from config.documents import Mapping as YamlMapping
from config.notices import CalendarNotice
from config.schema import EventEntry, ObligationEntry, OrganizationEntry, PolicyEntry
from config.settings import Settings
from config.sources import Sources, gather
from config.validation import ModelT, validate_data
from obligations.city import City, OfficeHours
from obligations.events import Event
from obligations.history import NOTHING_YET, History
from obligations.organizations import AddressKind, Organization
from obligations.policies import Policy
from obligations.rules import Obligation
from obligations.working_days import CalendarError, WorkingCalendar


class ConfigError(Exception):
    """A config directory with faults in it; nothing of it is used."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(sorted(set(faults)))


@dataclass(frozen=True, slots=True)
class Config:
    """A config directory without a fault."""

    directory: Path
    version: str
    """Names this state of the files; it stands in the ledger."""
    settings: Settings
    calendar: WorkingCalendar
    calendar_notices: Sequence[CalendarNotice]
    organizations: Mapping[str, Organization]
    obligations: Mapping[str, Obligation]
    policies: Mapping[str, Policy]
    events: Mapping[str, Event]
    """The events that stand in files; others are recorded by command."""

    @property
    def channels(self) -> dict[str, AddressKind]:
        """The configured channels, each with the kind of address it sends to."""
        return {name: channel.address for name, channel in self.settings.channels.items()}

    def city(self, history: History = NOTHING_YET) -> City:
        """The city that these files describe, with what has happened in it so far."""
        hours = self.settings.office_hours
        return City(
            zone=self.settings.timezone,
            start=self.settings.start,
            office_hours=OfficeHours(hours.from_, hours.to),
            calendar=self.calendar,
            organizations=self.organizations,
            obligations=self.obligations,
            policies=self.policies,
            channels=self.channels,
            history=history,
        )


def load(directory: Path) -> Config:
    """Read a config directory.

    Raises:
        ConfigError: with every fault of every file.
    """
    sources = gather(directory)
    faults = list(sources.faults)
    notices, more = load_notices([shipped_calendar_directory(), directory / "calendars"])
    faults += more
    if sources.settings is None:
        raise ConfigError(faults)
    calendar, more = _calendar(sources, notices)
    faults += more
    parts, more = _assemble(sources, {name: each.address for name, each in sources.settings.channels.items()})
    faults += more
    faults += cross_check(parts)
    if faults:
        raise ConfigError(faults)
    return Config(
        directory=directory,
        version=sources.version,
        settings=sources.settings,
        calendar=calendar,
        calendar_notices=notices,
        organizations=parts.organizations,
        obligations=parts.obligations,
        policies=parts.policies,
        events=parts.events,
    )


def _calendar(sources: Sources, notices: Sequence[CalendarNotice]) -> tuple[WorkingCalendar, list[Fault]]:
    """The calendar that the settings ask for; the national one beside a fault."""
    if sources.settings is None or sources.settings_at is None:
        return compile_calendar(notices), []
    wanted = sources.settings.calendar
    regions = {name for each in notices if each.region is not None for name in (each.region, each.id)}
    if wanted.region is not None and wanted.region not in regions:
        message = f"no calendar notice is for the region {wanted.region!r}{did_you_mean(wanted.region, regions)}"
        return compile_calendar(notices), [sources.settings_at.fault(("calendar", "region"), message)]
    try:
        return compile_calendar(notices, wanted.region, wanted.workalendar), []
    except CalendarError as error:
        return compile_calendar(notices), [sources.settings_at.fault(("calendar", "workalendar"), str(error))]


def _assemble(sources: Sources, channels: Mapping[str, AddressKind]) -> tuple[Parts, list[Fault]]:
    faults: list[Fault] = []
    raw = {(kind, key): entry for kind, entries in sources.entries.items() for key, entry in entries.items()}
    organizations = {
        key: assembling.organization(entry)
        for key, (entry, _) in _valid(OrganizationEntry, sources.entries["organizations"], faults).items()
    }
    obligations: dict[str, Obligation] = {}
    for key, (duty, at) in _valid(ObligationEntry, sources.entries["obligations"], faults).items():
        if duty.enabled:
            obligations[key], more = assembling.obligation(duty, at)
            faults += more
    policies: dict[str, Policy] = {}
    for key, (ladder, at) in _valid(PolicyEntry, sources.entries["policies"], faults).items():
        policies[key], more = assembling.policy(ladder, at, channels)
        faults += more
    events: dict[str, Event] = {}
    for key, (event, at) in _valid(EventEntry, sources.entries["events"], faults).items():
        events[key], more = assembling.event(event, at)
        faults += more
    every = frozenset(sources.entries["organizations"])
    shipped, unread = frozenset(sources.shipped), frozenset(sources.unread)
    return Parts(organizations, obligations, policies, events, raw, shipped, every, unread), faults


def _valid(
    model: type[ModelT], entries: Mapping[str, YamlMapping], faults: list[Fault]
) -> dict[str, tuple[ModelT, YamlMapping]]:
    """The entries that hold by themselves; the faults of the others are added to `faults`."""
    found: dict[str, tuple[ModelT, YamlMapping]] = {}
    for key, raw in entries.items():
        entry, more = validate_data(model, raw, raw.mark)
        faults += more
        if entry is not None:
            found[key] = (entry, raw)
    return found
