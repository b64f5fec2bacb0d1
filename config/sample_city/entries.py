"""Entries: organizations as they are going to stand in the files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a post; without addresses, nobody can reach him."""

    name: str
    email: str | None = None
    mobile: str | None = None
    deputy: str | None = None


Dates = Mapping[str, date | Mapping[str, date]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One organization of the roster; the fields are those of the file."""

    id: str
    kind: str
    name: str
    region: str
    posts: Mapping[str, Holder]
    industry: str | None = None
    headcount: int | None = None
    traits: tuple[str, ...] = ()
    regulator: str | None = None
    government: str | None = None
    office: str | None = None
    since: date | None = None
    dates: Dates = field(default_factory=dict)
    remark: str = ""
    """What a reader of the file should know about it."""


_PLAIN = ("kind", "name", "region", "industry", "headcount", "traits", "regulator", "government", "office", "since")


def organizations_file(heading: str, entries: Iterable[Entry]) -> str:
    """A file of organizations, with what stands at its top."""
    return "\n".join([_comment(heading), *("\n".join(_lines(each)) + "\n" for each in entries)])


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.splitlines())


def _lines(entry: Entry) -> Iterator[str]:
    if entry.remark:
        yield f"# {entry.remark}"
    yield f"- id: {entry.id}"
    for name in _PLAIN:
        value = getattr(entry, name)
        if value is not None and value != ():
            yield f"  {name}: {flow(value)}"
    if entry.dates:
        yield f"  dates: {flow(entry.dates)}"
    yield "  posts:"
    width = max(map(len, entry.posts)) + 1
    for post, holder in entry.posts.items():
        yield f"    {post + ':':<{width}} {flow(_written(holder))}"


def _written(holder: Holder) -> dict[str, object]:
    fields = {"name": holder.name, "email": holder.email, "mobile": holder.mobile, "deputy": holder.deputy}
    return {name: value for name, value in fields.items() if value is not None}


def flow(value: object) -> str:
    """A value on one line of YAML; text of digits alone stands in quotes, so that it stays text."""
    match value:
        case Mapping():
            return f"{{{', '.join(f'{name}: {flow(each)}' for name, each in value.items())}}}"
        case tuple() | list():
            return f"[{', '.join(map(flow, value))}]"
        case bool():
            return "true" if value else "false"
        case str() if value.isdecimal():
            return f'"{value}"'
        case _:
            return str(value)
