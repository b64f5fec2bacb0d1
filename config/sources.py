"""Sources: the files of a config directory and the shipped ones, gathered into entries by kind."""

import difflib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from config.documents import Document, Fault, Mapping, did_you_mean, fault_at, read_document
from config.documents import Sequence as YamlSequence
from config.kept_rosters import KeptRosters
from config.leftovers import is_left_behind
from config.notice_files import notice_files
from config.notices import FIRST_YEAR
from config.rosters import Roster
from config.settings import Settings
from config.shipped import shipped_catalogues, shipped_directory
from config.table_mappings import ENDING, mapping_of
from config.tables import ENDINGS
from config.validation import validate

KINDS = ("organizations", "obligations", "policies", "events")
_DIRECTORIES = (*KINDS, "calendars", "templates")


def _stand_in() -> Settings:
    """Settings of which nothing is a fault."""
    return Settings.model_construct(start=date(FIRST_YEAR, 1, 1), catalogues=shipped_catalogues(), channels={})


@dataclass(slots=True)
class Sources:
    """What stands in the files: the settings, and raw entries by kind and id, in the order of the files.

    Entries of shipped files come first; an entry of the same id in the config directory overrides them field by field.
    """

    directory: Path
    settings: Settings = field(default_factory=_stand_in)
    """What duban.yaml says; beside a fault a stand-in, so that the faults of the other files are found too."""
    settings_at: Document | None = None
    entries: dict[str, dict[str, Mapping]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    shipped: set[tuple[str, str]] = field(default_factory=set)
    """Kind and id of the entries that the config directory does not touch."""
    unread: set[str] = field(default_factory=set)
    """Kinds of which a file could not be read, or not all of it, so that what stands there is not known."""
    faults: list[Fault] = field(default_factory=list)
    tables: list[Path] = field(default_factory=list)
    """Rosters in CSV and XLSX, which are read afterwards, row by row."""
    rosters: list[Roster] = field(default_factory=list)
    """Organizations that are not in `entries`: of files in YAML that have not changed, and then of tables."""
    read: dict[Path, bytes] = field(default_factory=dict)
    """What stands in the files in YAML whose organizations are in `entries`."""
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    """Of all that was read."""

    @property
    def version(self) -> str:
        """Names the state of the files that were read up to now."""
        return self.digest.hexdigest()[:12]

    def taken(self, identifier: str, kind: str = "organizations") -> str | None:
        """Where an id stands, as file:line; None if it is free."""
        if identifier in self.entries[kind]:
            first = self.entries[kind][identifier].key_at("id")
            return f"{first.path}:{first.line}"
        for each in self.rosters if kind == "organizations" else ():
            if identifier in each.lines:
                return f"{each.path}:{each.lines[identifier]}"
        return None


def gather(directory: Path, kept: KeptRosters) -> Sources:
    """Read every file of a config directory and the shipped files it asks for; not the tables, and not what is kept."""
    sources = Sources(directory)
    _read_settings(sources)
    for kind, path in _shipped_files(sources):
        _take(sources, kind, path, shipped=True)
    for kind in KINDS:
        for path in _own_files(directory, kind):
            _take_own(sources, kind, path, kept)
    sources.faults += [*_twins(sources.tables), *_misspelt_directories(directory)]
    return sources


def _take_own(sources: Sources, kind: str, path: Path, kept: KeptRosters) -> None:
    if kind == "organizations" and path.suffix.lower() in ENDINGS:
        sources.tables.append(path)
    elif path.suffix not in {".yaml", ".yml"}:
        files = ".yaml, .csv or .xlsx files" if kind == "organizations" else ".yaml files"
        sources.faults.append(Fault(str(path), 1, 1, f"is not read; {kind} are kept in {files}"))
    elif kind == "organizations" and path.stem.endswith(ENDING):
        sources.faults += _missing_table(path)
    elif kind == "organizations" and (roster := kept.file(path, sources.taken, sources.digest.update)) is not None:
        sources.rosters.append(roster)
    else:
        _take(sources, kind, path, shipped=False)


def _missing_table(mapping: Path) -> Iterator[Fault]:
    name = mapping.stem.removesuffix(ENDING)
    if mapping.suffix != ".yaml":
        yield Fault(str(mapping), 1, 1, f"is not read; a mapping file ends in {ENDING}.yaml")
    elif not any(mapping_of(each) == mapping for each in mapping.parent.iterdir() if each.suffix.lower() in ENDINGS):
        yield Fault(str(mapping), 1, 1, f"says how {name}.csv or {name}.xlsx is read, and neither is there")


def _twins(tables: Sequence[Path]) -> Iterator[Fault]:
    """Tables that differ only in how their names end: most likely one was saved as the other."""
    first: dict[str, Path] = {}
    for path in tables:
        twin = first.setdefault(path.stem, path)
        if twin is not path:
            yield Fault(str(path), 1, 1, f"stands beside {twin.name}, the same roster by its name; keep one of them")


def _own_files(directory: Path, kind: str) -> Iterator[Path]:
    return (path for path in sorted((directory / kind).glob("*")) if not is_left_behind(path.name))


def missing_roster(directory: Path, faults: Sequence[Fault]) -> Fault | None:
    """What is said where no organization was found, unless `faults` say why."""
    roster, advice = directory / "organizations", "put the roster into organizations/*.yaml, .csv or .xlsx"
    if not roster.is_dir():
        return Fault(str(roster), 1, 1, f"is missing; {advice}")
    if any(each.path.startswith(str(roster)) for each in faults):
        return None
    return Fault(str(roster), 1, 1, f"no organization stands here; {advice}")


def _misspelt_directories(directory: Path) -> Iterator[Fault]:
    """Directories that are surely meant to be read; others may lie here as they like."""
    for path in sorted(directory.glob("*/")):
        near = difflib.get_close_matches(path.name, _DIRECTORIES, n=1, cutoff=0.85)
        if near and not path.name.startswith(tuple(_DIRECTORIES)):
            yield Fault(str(path), 1, 1, f"is not read; did you mean {near[0]!r}?")


def _read_settings(sources: Sources) -> None:
    path = sources.directory / "duban.yaml"
    if not path.exists():
        sources.faults.append(Fault(str(path), 1, 1, "is missing; `duban init DIR` writes one to start from"))
        return
    document, faults = read_document(path)
    sources.faults += faults
    if document is None:
        return
    sources.digest.update(document.raw)
    sources.settings_at = document
    settings, faults = validate(Settings, document)
    sources.settings = settings or sources.settings
    sources.faults += faults


def _shipped_files(sources: Sources) -> Iterator[tuple[str, Path]]:
    known = shipped_catalogues()
    for index, name in enumerate(sources.settings.catalogues):
        if name in known:
            yield "obligations", shipped_directory("catalogues") / f"{name}.yaml"
        elif sources.settings_at is not None:
            message = f"no catalogue {name!r} is shipped{did_you_mean(name, known)}"
            sources.faults.append(sources.settings_at.fault(("catalogues", index), message))
    for path in sorted(shipped_directory("policies").glob("*.yaml")):
        yield "policies", path


def _take(sources: Sources, kind: str, path: Path, *, shipped: bool) -> None:
    document, faults = read_document(path)
    sources.faults += faults
    if document is None or not document.is_whole:
        sources.unread.add(kind)
    if document is None or document.data is None:
        return
    sources.digest.update(document.raw)
    if kind == "organizations":
        sources.read[path] = document.raw
    if not isinstance(document.data, YamlSequence):
        sources.faults.append(document.fault((), f"expected a list of {kind} (- id: …)"))
        return
    for index, raw in enumerate(document.data):
        if isinstance(raw, Mapping) and isinstance(raw.get("id"), str):
            _take_entry(sources, kind, raw, shipped=shipped)
        else:
            sources.faults.append(Fault(*document.data.items_at[index], "expected an entry with an id (- id: …)"))


def _take_entry(sources: Sources, kind: str, raw: Mapping, *, shipped: bool) -> None:
    identifier = str(raw["id"])
    known = sources.entries[kind]
    if shipped:
        known[identifier] = raw
        sources.shipped.add((kind, identifier))
    elif (kind, identifier) in sources.shipped:
        sources.shipped.remove((kind, identifier))
        known[identifier] = known[identifier].overridden_by(raw)
    elif (first := sources.taken(identifier, kind)) is not None:
        message = f"the id {identifier!r} is taken by {first}; ids are unique"
        sources.faults.append(fault_at(raw, ("id",), message, raw.mark))
    else:
        known[identifier] = raw


def files_of(directory: Path) -> Sequence[Path]:
    """The files of a config directory that make up its config."""
    return sorted(path for path in {*come_upon(directory)} if path.is_file())


def come_upon(directory: Path) -> Iterator[Path]:
    """All that a reader of a config directory looks at, whether or not it can be read, or should stand there."""
    yield directory / "duban.yaml"
    yield from directory.glob("*/")
    for kind in KINDS:
        yield from _own_files(directory, kind)
    yield from notice_files(directory / "calendars")
