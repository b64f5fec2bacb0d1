"""Sources: the files of a config directory and the shipped ones, gathered into entries by kind."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from config.documents import Document, Fault, Mapping, Mark, did_you_mean, fault_at, read_document
from config.documents import Sequence as YamlSequence
from config.settings import Settings
from config.validation import validate

KINDS = ("organizations", "obligations", "policies", "events")


@dataclass(slots=True)
class Sources:
    """What stands in the files: the settings, and raw entries by kind and id, in the order of the files.

    Entries of shipped files come first; an entry of the same id in the config directory overrides them field by field.
    """

    directory: Path
    settings: Settings | None = None
    settings_at: Document | None = None
    entries: dict[str, dict[str, Mapping]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    shipped: set[tuple[str, str]] = field(default_factory=set)
    """Kind and id of the entries that the config directory does not touch."""
    faults: list[Fault] = field(default_factory=list)
    version: str = ""


def shipped_directory(name: str) -> Path:
    """A directory of data that is shipped with this package."""
    return Path(str(resources.files("config"))) / name


def shipped_catalogues() -> list[str]:
    """The ids of the shipped catalogues."""
    return sorted(path.stem for path in shipped_directory("catalogues").glob("*.yaml"))


def gather(directory: Path) -> Sources:
    """Read every file of a config directory and the shipped files it asks for."""
    sources = Sources(directory)
    digest = hashlib.sha256()
    _read_settings(sources, digest)
    for kind, path in _shipped_files(sources):
        _take(sources, kind, path, digest, shipped=True)
    for kind in KINDS:
        if kind == "organizations" and not (directory / kind).is_dir():
            sources.faults.append(
                Fault(str(directory / kind), 1, 1, "is missing; put the roster into organizations/*.yaml")
            )
        for path in sorted((directory / kind).glob("*")):
            if path.suffix in {".yaml", ".yml"}:
                _take(sources, kind, path, digest, shipped=False)
            elif not path.name.startswith("."):
                sources.faults.append(Fault(str(path), 1, 1, f"is not read; {kind} are kept in .yaml files"))
    sources.version = digest.hexdigest()[:12]
    return sources


def _read_settings(sources: Sources, digest: "hashlib._Hash") -> None:
    path = sources.directory / "duban.yaml"
    document, faults = read_document(path)
    sources.faults += faults
    if document is None:
        return
    digest.update(path.read_bytes())
    sources.settings_at = document
    sources.settings, faults = validate(Settings, document)
    sources.faults += faults


def _shipped_files(sources: Sources) -> Iterator[tuple[str, Path]]:
    if sources.settings is None or sources.settings_at is None:
        return
    known = shipped_catalogues()
    for index, name in enumerate(sources.settings.catalogues):
        if name in known:
            yield "obligations", shipped_directory("catalogues") / f"{name}.yaml"
        else:
            message = f"no catalogue {name!r} is shipped{did_you_mean(name, known)}"
            sources.faults.append(sources.settings_at.fault(("catalogues", index), message))
    for path in sorted(shipped_directory("policies").glob("*.yaml")):
        yield "policies", path


def _take(sources: Sources, kind: str, path: Path, digest: "hashlib._Hash", *, shipped: bool) -> None:
    document, faults = read_document(path)
    sources.faults += faults
    if document is None or document.data is None:
        return
    digest.update(path.read_bytes())
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
