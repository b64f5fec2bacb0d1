"""Importing a file of organizations: compared and checked as it would stand in the config, then put there at once."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from config.documents import Fault
from config.leftovers import is_left_behind
from config.loader import Examination, examine
from config.roster_changes import RosterChanges, roster_changes
from config.table_mappings import ENDING, mapping_of
from config.tables import ENDINGS
from daemon.errors import UserError

_YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Import:
    """A file that is about to be taken over, and where it goes."""

    file: Path
    target: Path
    mapping: Path | None
    """The mapping file that is taken over with it; None if there is none, or the one at the target stays."""
    directory: Path
    """The config directory."""

    @property
    def is_table(self) -> bool:
        """Whether it is read with a mapping file, if there is one."""
        return _is_table(self.target)

    @property
    def replaced(self) -> list[Path]:
        """What the file takes the place of: its former version, and tables of the same name and another ending."""
        same = [self.target.with_suffix(ending) for ending in ENDINGS] if self.is_table else []
        return [path for path in dict.fromkeys([self.target, *same]) if path.exists()]

    @property
    def files(self) -> dict[Path, Path]:
        """What is put where: the mapping file first, so that the table never stands without it."""
        mapping = {mapping_of(self.target): self.mapping} if self.mapping else {}
        return mapping | {self.target: self.file}


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come of an import."""

    rows: int
    changes: RosterChanges
    faults: tuple[Fault, ...]
    """Of the whole config with the file in its place, each in the file that the administrator knows."""


def plan_import(directory: Path, file: Path, mapping: Path | None, name: str | None) -> Import:
    """Say where a file goes, and with which mapping file.

    Raises:
        UserError: it is no file of organizations, or cannot be called so.
    """
    for path in (file, *([mapping] if mapping else [])):
        if not path.is_file():
            raise UserError(f"there is no file {path}")
    target = directory / "organizations" / _name(file, name)
    if target.exists() and target.samefile(file):
        raise UserError(f"{file} stands in the config already; `duban check` looks at it")
    if mapping is not None and not _is_table(file):
        raise UserError(f"a mapping file goes with a table, and {file} is none")
    beside = mapping_of(file)
    if mapping is None and _is_table(file) and beside.is_file():
        mapping = beside
    return Import(file, target, mapping, directory)


def _name(file: Path, name: str | None) -> str:
    """The name in organizations/, with the ending of the file."""
    if file.suffix.lower() not in {*ENDINGS, *_YAML}:
        raise UserError(f"{file} is no roster; organizations are kept in .yaml, .csv or .xlsx files")
    found = name or file.name
    if Path(found).suffix.lower() not in {*ENDINGS, *_YAML}:
        found += file.suffix
    if Path(found).suffix.lower() != file.suffix.lower():
        raise UserError(f"{file} cannot be called {found}; its ending is {file.suffix}")
    if Path(found).name != found or is_left_behind(found):
        raise UserError(f"a file in organizations/ cannot be called {found!r}; choose another name with --as")
    if Path(found).stem.endswith(ENDING):
        raise UserError(f"{found} is the name of a mapping file; name its table, and the mapping file with --mapping")
    return found


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS


@contextmanager
def staged(what: Import) -> Iterator[Path]:
    """The config as it would be, laid out in a directory of its own: the new files copied, all others linked."""
    with tempfile.TemporaryDirectory() as scratch:
        stage = Path(scratch).resolve()
        for path in _entries(what.directory):
            if path not in {*what.replaced, *what.files}:
                place = _in(stage, what, path)
                place.parent.mkdir(exist_ok=True)
                place.symlink_to(path.resolve())
        for target, source in what.files.items():
            place = _in(stage, what, target)
            place.parent.mkdir(exist_ok=True)
            shutil.copyfile(source, place)
        yield stage


def _entries(directory: Path) -> Iterator[Path]:
    """What stands in the config directory, and in its directory of organizations."""
    for path in directory.iterdir() if directory.is_dir() else ():
        if path.name == "organizations" and path.is_dir():
            yield from path.iterdir()
        else:
            yield path


def _in(stage: Path, what: Import, path: Path) -> Path:
    return stage / path.relative_to(what.directory)


def preview(what: Import, stage: Path) -> Preview:
    """Compare the file with what it takes the place of, and check the whole config."""
    examined = examine(stage)
    after = examined.file(_in(stage, what, what.target))
    former = next(iter(what.replaced), what.target)
    before = examine(what.directory).file(former)
    return Preview(after.rows, roster_changes(before, after), tuple(_renamed(examined, what, stage)))


def _renamed(examined: Examination, what: Import, stage: Path) -> Iterator[Fault]:
    """The faults, with the names of files that the administrator knows."""
    known = {str(_in(stage, what, target)): str(source) for target, source in what.files.items()}
    known[f"{stage}/"] = str(what.directory / "_")[:-1]  # nothing, where that is the current directory
    for fault in examined.faults:
        path, message = fault.path, fault.message
        for copy, original in known.items():
            path, message = path.replace(copy, original), message.replace(copy, original)
        yield replace(fault, path=path, message=message)


def take_over(what: Import, stage: Path) -> list[Path]:
    """Put the files that were looked at into the config, each at once; what they take the place of is removed.

    Returns:
        The former tables that were removed.

    Raises:
        UserError: the config directory cannot be written.
    """
    gone = [path for path in what.replaced if path != what.target]
    try:
        for target in what.files:
            target.parent.mkdir(exist_ok=True)
            _put(_in(stage, what, target), target)
        for path in gone:
            path.unlink()
    except OSError as error:
        raise UserError(f"{what.target.parent} cannot be written: {error.strerror}") from error
    return gone


def _put(source: Path, target: Path) -> None:
    """A reader finds the former file or the new one, never a part; after a power cut, too."""
    unfinished = target.with_name(f".{target.name}.new")
    with source.open("rb") as read, unfinished.open("wb") as written:
        shutil.copyfileobj(read, written)
        written.flush()
        os.fsync(written.fileno())
    if target.exists():
        shutil.copymode(target, unfinished)
    unfinished.replace(target)
