"""Notice files: found in directories, read, checked; a file of a shipped id overrides it field by field."""

from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path

from config.documents import Fault, Mapping, read_document
from config.leftovers import is_left_behind
from config.notice_checks import PlacedNotice, check_notice, check_together
from config.notices import CalendarNotice
from config.validation import validate_data


def shipped_calendar_directory() -> Path:
    """The directory of the notices that are shipped: the State Council's from 2004 on, and sample regions."""
    return Path(str(resources.files("config"))) / "calendars"


def load_notices(directories: Sequence[Path]) -> tuple[list[CalendarNotice], list[Fault]]:
    """Read every calendar file in the directories and below.

    Args:
        directories: later ones override earlier ones: a file with the id of an earlier directory's replaces that
            notice's fields one by one, but for its year. A directory that does not exist holds nothing.

    Returns:
        The notices without a fault, in the order in which they take effect, and every fault of every file.
    """
    entries: dict[str, Mapping] = {}
    faults: list[Fault] = []
    for directory in directories:
        found, more = _read_directory(directory)
        faults += more
        for key, data in found.items():
            if key in entries:
                faults += _of_another_year(entries[key], data)
            entries[key] = entries[key].overridden_by(data) if key in entries else data
    placed, more = _check(entries.values())
    return sorted((each.notice for each in placed), key=lambda notice: notice.rank), sorted({*faults, *more})


def _of_another_year(overridden: Mapping, own: Mapping) -> list[Fault]:
    """A copy that kept its id would take away the notice that it was copied from, and its holidays with it."""
    meant, year = overridden.get("year"), own.get("year")
    if not isinstance(meant, str) or not isinstance(year, str) or year == meant:
        return []
    hint = f"give the notice for {year} an id of its own, as cn-{year}"
    return [Fault(*own.value_at("year"), f"year: {overridden['id']!r} is the shipped notice for {meant}; {hint}")]


def _read_directory(directory: Path) -> tuple[dict[str, Mapping], list[Fault]]:
    entries: dict[str, Mapping] = {}
    faults: list[Fault] = []
    for path in notice_files(directory):
        data, more = _read(path)
        faults += more
        if data is None:
            continue
        key = str(data["id"])
        if key in entries:
            first = entries[key].key_at("id")
            mark = data.value_at("id")
            faults.append(Fault(*mark, f"the id {key!r} is taken by {first.path}:{first.line}; ids are unique"))
        else:
            entries[key] = data
    return entries, faults


def notice_files(directory: Path) -> Iterator[Path]:
    """What stands in a directory of notices and below, whether or not it is one."""
    for path in sorted(directory.rglob("*")):
        if not path.is_dir() and not any(map(is_left_behind, path.relative_to(directory).parts)):
            yield path


def _read(path: Path) -> tuple[Mapping | None, list[Fault]]:
    if path.suffix not in {".yaml", ".yml"}:
        return None, [Fault(str(path), 1, 1, "is not read; calendars are kept in .yaml files")]
    document, faults = read_document(path)
    if document is None:
        return None, faults
    if not isinstance(document.data, Mapping) or not isinstance(document.data.get("id"), str):
        faults.append(document.fault((), "expected one notice with an id (id: cn-2027)"))
        return None, faults
    return document.data, faults


def _check(entries: Iterable[Mapping]) -> tuple[list[PlacedNotice], list[Fault]]:
    placed: list[PlacedNotice] = []
    faults: list[Fault] = []
    for data in entries:
        notice, more = validate_data(CalendarNotice, data, data)
        if notice is not None:
            placed.append(PlacedNotice(notice, data))
            more = check_notice(placed[-1])
        faults += more
    return placed, faults + check_together(placed)
