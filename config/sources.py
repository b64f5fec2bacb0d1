"""Sources: the files of a config directory and the shipped ones, gathered into entries by kind."""

import difflib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path

from config.documents import Document, Fault, Mapping, Mark, did_you_mean, fault_at, read_document
from config.documents import Sequence as YamlSequence
from config.settings import Settings
from config.validation import validate

KINDS = ("organizations", "obligations", "policies", "events")
_DIRECTORIES = (*KINDS, "calendars", "templates")
_BACKUPS = (".bak", ".orig", ".rej", ".swp", "~")


@dataclass(slots=True)
class Sources:
    """What stands in the files: the settings, and raw entries by kind and id, in the order of the files.

    Entries of shipped files come first; an entry of the same id in the config directory overrides them field by field.
    """

    directory: Path
    settings: Settings | None = None
    """What duban.yaml says; beside a fault a stand-in, so that the faults of the other files are found too."""
    settings_at: Document | None = None
    entries: dict[str, dict[str, Mapping]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    shipped: set[tuple[str, str]] = field(default_factory=set)
    """Kind and id of the entries that the config directory does not touch."""
    unread: set[str] = field(default_factory=set)
    """Kinds of which a file could not be read, so that what stands in it is not known."""
    faults: list[Fault] = field(default_factory=list)
    version: str = ""


def shipped_directory(name: str) -> Path:
    """A directory of data that is shipped with this package."""
    return Path(str(resources.files("config"))) / name


def shipped_catalogues() -> list[str]:
    """The ids of the shipped catalogues."""
    return sorted(path.stem for path in shipped_directory("catalogues").glob("*.yaml"))


def is_shipped(mark: Mark | None) -> bool:
    """Whether a place lies in a shipped file."""
    places = (shipped_directory("catalogues"), shipped_directory("policies"))
    return mark is not None and any(Path(mark.path).is_relative_to(place) for place in places)


def gather(directory: Path) -> Sources:
    """Read every file of a config directory and the shipped files it asks for."""
    sources = Sources(directory)
    digest = hashlib.sha256()
    _read_settings(sources, digest)
    for kind, path in _shipped_files(sources):
        _take(sources, kind, path, digest, shipped=True)
    for kind in KINDS:
        for path in _own_files(directory, kind):
            if path.suffix in {".yaml", ".yml"}:
                _take(sources, kind, path, digest, shipped=False)
            else:
                sources.faults.append(Fault(str(path), 1, 1, f"is not read; {kind} are kept in .yaml files"))
    sources.faults += [*_missing_roster(sources), *_misspelt_directories(directory)]
    sources.version = digest.hexdigest()[:12]
    return sources


def _own_files(directory: Path, kind: str) -> Iterator[Path]:
    """The files of one kind, without what editors leave behind."""
    for path in sorted((directory / kind).glob("*")):
        if not path.name.startswith((".", "#")) and not path.name.endswith(_BACKUPS):
            yield path


def _missing_roster(sources: Sources) -> Iterator[Fault]:
    roster = sources.directory / "organizations"
    if not roster.is_dir():
        yield Fault(str(roster), 1, 1, "is missing; put the roster into organizations/*.yaml")
    elif not sources.entries["organizations"] and not any(each.path.startswith(str(roster)) for each in sources.faults):
        yield Fault(str(roster), 1, 1, "no organization stands here; put the roster into organizations/*.yaml")


def _misspelt_directories(directory: Path) -> Iterator[Fault]:
    """Directories that are surely meant to be read; others may lie here as they like."""
    for path in sorted(directory.glob("*/")):
        near = difflib.get_close_matches(path.name, _DIRECTORIES, n=1, cutoff=0.85)
        if near and not path.name.startswith(tuple(_DIRECTORIES)):
            yield Fault(str(path), 1, 1, f"is not read; did you mean {near[0]!r}?")


def _read_settings(sources: Sources, digest: "hashlib._Hash") -> None:
    path = sources.directory / "duban.yaml"
    sources.settings = Settings.model_construct(start=date.max, catalogues=shipped_catalogues(), channels={})
    if not path.exists():
        sources.faults.append(Fault(str(path), 1, 1, "is missing; `duban init DIR` writes one to start from"))
        return
    document, faults = read_document(path)
    sources.faults += faults
    if document is None:
        return
    digest.update(document.raw)
    sources.settings_at = document
    settings, faults = validate(Settings, document)
    sources.settings = settings or sources.settings
    sources.faults += faults


def _shipped_files(sources: Sources) -> Iterator[tuple[str, Path]]:
    if sources.settings is None:
        return
    known = shipped_catalogues()
    for index, name in enumerate(sources.settings.catalogues):
        if name in known:
            yield "obligations", shipped_directory("catalogues") / f"{name}.yaml"
        elif sources.settings_at is not None:
            message = f"no catalogue {name!r} is shipped{did_you_mean(name, known)}"
            sources.faults.append(sources.settings_at.fault(("catalogues", index), message))
    for path in sorted(shipped_directory("policies").glob("*.yaml")):
        yield "policies", path


def _take(sources: Sources, kind: str, path: Path, digest: "hashlib._Hash", *, shipped: bool) -> None:
    document, faults = read_document(path)
    sources.faults += faults
    if document is None:
        sources.unread.add(kind)
    if document is None or document.data is None:
        return
    digest.update(document.raw)
    if not isinstance(document.data, YamlSequence):
        sources.faults.append(document.fault((), f"expected a list of {kind} (- id: …)"))
        return
    for index, raw in enumerate(document.data):
        _take_entry(sources, kind, raw, document.data.items_at[index], shipped=shipped)


def _take_entry(sources: Sources, kind: str, raw: object, mark: Mark, *, shipped: bool) -> None:
    identifier = raw.get("id") if isinstance(raw, Mapping) else None
    if not isinstance(raw, Mapping) or not isinstance(identifier, str):
        sources.faults.append(Fault(*mark, "expected an entry with an id (- id: …)"))
        return
    known = sources.entries[kind]
    if shipped:
        known[identifier] = raw
        sources.shipped.add((kind, identifier))
    elif (kind, identifier) in sources.shipped:
        sources.shipped.remove((kind, identifier))
        known[identifier] = known[identifier].overridden_by(raw)
    elif identifier in known:
        first = known[identifier].keys_at["id"]
        message = f"the id {identifier!r} is taken by {first.path}:{first.line}; ids are unique"
        sources.faults.append(fault_at(raw, ("id",), message, mark))
    else:
        known[identifier] = raw


def files_of(directory: Path) -> Sequence[Path]:
    """The files of a config directory that make up its config."""
    found = [
        directory / "duban.yaml",
        *(path for kind in (*KINDS, "calendars") for path in (directory / kind).glob("*")),
    ]
    return sorted(path for path in found if path.is_file())
