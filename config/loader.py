"""The loader: a config directory becomes a `Config`, or every fault in it at once."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config import assembling
from config.calendars import compile_calendar, load_notices, regions_of, shipped_calendar_directory
from config.channels import RobotSettings
from config.cross_checks import Parts, cross_check
from config.documents import Fault, did_you_mean
from config.documents import Mapping as YamlMapping
from config.kept_rosters import KeptFile, KeptRosters
from config.notices import CalendarNotice
from config.policy_schema import PolicyEntry
from config.preferences import unknown_preferences
from config.reach import Reach, outside
from config.schema import EventEntry, ObligationEntry, OrganizationEntry
from config.settings import Settings
from config.sources import Sources, gather, missing_roster
from config.validation import ModelT, validate_data
from obligations.city import City
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

    @property
    def personal_channels(self) -> tuple[str, ...]:
        """The channels that reach one person alone, in the order of duban.yaml: a robot speaks to a whole group."""
        return tuple(name for name, each in self.settings.channels.items() if not isinstance(each, RobotSettings))

    def city(self, history: History = NOTHING_YET) -> City:
        """The city that these files describe, with what has happened in it so far."""
        hours = self.settings.office_hours
        return City(
            zone=self.settings.timezone,
            start=self.settings.start,
            office_hours=hours.hours,
            calendar=self.calendar,
            organizations=self.organizations,
            obligations=self.obligations,
            policies=self.policies,
            channels=self.channels,
            history=history,
        )


def load(directory: Path, kept: KeptRosters | None = None) -> Config:
    """Read a config directory.

    Args:
        kept: what was read before; what has not changed of it is not read anew.

    Raises:
        ConfigError: with every fault of every file.
    """
    found = examine(directory, kept)
    if found.config is None:
        raise ConfigError(found.faults)
    return found.config


@dataclass(frozen=True, slots=True)
class Examination:
    """What stands in a config directory, with or without faults."""

    config: Config | None
    """None if there are faults."""
    parts: Parts
    faults: Sequence[Fault]

    def file(self, path: Path) -> "FileOfOrganizations":
        """What one file of organizations holds; nothing, if there is no such file."""
        for roster in self.parts.rosters:
            if roster.path == path:
                return FileOfOrganizations(roster.rows, roster.lines.keys(), roster.organizations)
        ids = {str(each["id"]) for each in self.parts.entries("organizations") if each.mark.path == str(path)}
        found = {key: each for key, each in self.parts.organizations.items() if key in ids}
        return FileOfOrganizations(len(ids), ids, found)


@dataclass(frozen=True, slots=True)
class FileOfOrganizations:
    """What one file holds."""

    rows: int
    ids: AbstractSet[str]
    """Of organizations with faults too."""
    organizations: Mapping[str, Organization]
    """Those without a fault of their own."""


def examine(directory: Path, kept: KeptRosters | None = None) -> Examination:
    """Read a config directory that may have faults; `kept` as of `load`."""
    kept = kept or KeptRosters()
    with _without_collecting():
        found = _examine(directory, kept)
        if found.faults and kept.forget_files():  # only one who reads a file knows where in it a fault is
            found = _examine(directory, kept)
        return found


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Spare the search for unreachable cycles, of which loading leaves none: it takes as long as loading itself."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _examine(directory: Path, kept: KeptRosters) -> Examination:
    sources = gather(directory, kept)
    notices, faults = load_notices([shipped_calendar_directory(), directory / "calendars"])
    calendar, more = _calendar(sources, notices)
    faults += more
    channels = {name: each.address for name, each in sources.settings.channels.items()}
    faults += _check_start(sources, calendar)
    parts, more = _assemble(sources, channels, kept, calendar)
    faults += [*sources.faults, *more, *cross_check(parts)]
    faults += [fault for roster in parts.rosters for fault in roster.faults]
    nobody = None if parts.every_organization else missing_roster(directory, faults)
    faults += [nobody] if nobody else []
    if faults:
        return Examination(None, parts, sorted(set(faults)))
    kept.keep_files(_files_read(sources, parts))
    config = Config(
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
    return Examination(config, parts, ())


def _calendar(sources: Sources, notices: Sequence[CalendarNotice]) -> tuple[WorkingCalendar, list[Fault]]:
    """The calendar that the settings ask for; the national one beside a fault."""
    if sources.settings_at is None:
        return compile_calendar(notices), []
    wanted = sources.settings.calendar
    regions = regions_of(notices)
    if wanted.region is not None and wanted.region not in regions:
        message = f"no calendar notice is for the region {wanted.region!r}{did_you_mean(wanted.region, regions)}"
        return compile_calendar(notices), [sources.settings_at.fault(("calendar", "region"), message)]
    try:
        return compile_calendar(notices, wanted.region, wanted.workalendar), []
    except CalendarError as error:
        return compile_calendar(notices), [sources.settings_at.fault(("calendar", "workalendar"), str(error))]


def _check_start(sources: Sources, calendar: WorkingCalendar) -> Iterator[Fault]:
    fault = outside(sources.settings.start, calendar)
    if fault is not None and sources.settings_at is not None:
        yield sources.settings_at.fault(("start",), f"start: {fault}")


def _assemble(
    sources: Sources, channels: Mapping[str, AddressKind], kept: KeptRosters, calendar: WorkingCalendar
) -> tuple[Parts, list[Fault]]:
    faults: list[Fault] = []
    raw = {(kind, key): entry for kind, entries in sources.entries.items() for key, entry in entries.items()}
    organizations = {
        key: assembling.organization(entry)
        for key, entry, _ in _valid(OrganizationEntry, sources.entries["organizations"], faults)
    }
    for path in sources.tables:
        _read_table(sources, path, kept)
    rosters = sources.rosters
    for roster in rosters:
        organizations |= roster.organizations
    obligations: dict[str, Obligation] = {}
    for key, duty, at in _valid(ObligationEntry, sources.entries["obligations"], faults):
        if duty.enabled:
            obligations[key] = assembling.obligation(duty, at)
    policies: dict[str, Policy] = {}
    for key, ladder, at in _valid(PolicyEntry, sources.entries["policies"], faults):
        policies[key], more = assembling.policy(ladder, at, channels)
        faults += more
    for at in sources.entries["policies"].values():
        faults += assembling.unknown_channels(at, channels)
    faults += unknown_preferences(sources.entries["organizations"].values(), rosters, channels)
    events: dict[str, Event] = {}
    naming = assembling.naming_fields(obligations.values())
    for key, event, _ in _valid(EventEntry, sources.entries["events"], faults):
        events[key] = assembling.event(event, naming)
    shipped, unread = frozenset(sources.shipped), frozenset(sources.unread)
    every = frozenset(sources.entries["organizations"]).union(*(roster.lines for roster in rosters))
    reach = Reach.of(calendar, sources.settings.start, obligations.values())
    return Parts(organizations, obligations, policies, events, reach, raw, shipped, every, rosters, unread), faults


def _read_table(sources: Sources, path: Path, kept: KeptRosters) -> None:
    """Read a roster in a table; an id that stands in a file before is taken."""
    roster = kept.table(path, sources.taken, sources.digest.update)
    sources.rosters.append(roster)
    if not roster.is_whole:
        sources.unread.add("organizations")


def _files_read(sources: Sources, parts: Parts) -> dict[Path, tuple[bytes, KeptFile]]:
    """The files in YAML that were read, and the organizations of each."""
    found: dict[str, dict[str, Organization]] = {}
    for raw in parts.entries("organizations"):
        key = str(raw["id"])
        found.setdefault(raw.mark.path, {})[key] = parts.organizations[key]
    return {path: (raw, KeptFile.of(path, found.get(str(path), {}))) for path, raw in sources.read.items()}


def _valid(
    model: type[ModelT], entries: Mapping[str, YamlMapping], faults: list[Fault]
) -> Iterator[tuple[str, ModelT, YamlMapping]]:
    """The entries that hold by themselves, one after the other; the faults of the others are added to `faults`."""
    for key, raw in entries.items():
        entry, more = validate_data(model, raw, raw)
        faults += more
        if entry is not None:
            yield key, entry, raw
