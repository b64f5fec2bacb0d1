"""Writing the sample city: its settings, roster and events, and then what was done under the duties that they give."""

from collections.abc import Iterator
from pathlib import Path

from config.loader import load
from config.sample_city.completions import completions_file
from config.sample_city.entries import Entry, organizations_file
from config.sample_city.firms import firms
from config.sample_city.happenings import HAPPENINGS, events_file
from config.sample_city.people import Numbers
from config.sample_city.places import TERRITORIES, governments, offices, regulators

_SETTINGS = """\
# The sample city: 滨江市 with six territories, 500 organizations. City, organizations, people and addresses are all
# invented; `python -m config.sample_city config/sample` made them, and writes them anew.
# `duban check` reads this directory and reports every fault with file, line and column.

language: zh_CN                      # of the notices and the board: zh_CN | en
timezone: Asia/Shanghai              # a due day ends at midnight here
start: 2026-01-01                    # nothing due before this day is raised
database: sqlite:///duban.db         # relative to this directory
catalogues: [work-safety, national-law]   # the shipped obligations; obligations/*.yaml may change them or add more

# Notices go out within these hours, on working days, unless a step of the policy says `urgent: true`.
office_hours: {from: "09:00", to: "17:30"}

# Both channels write files into mail/, so that nothing leaves this machine. A real city writes, for example,
#   email: {kind: smtp, host: mail.binjiang.example, port: 465, tls: implicit, username: duban,
#           password: {credential: smtp-password}, sender: 市安委办 <duban@binjiang.example>}
channels:
  email: {kind: maildir, directory: mail, sender: 市安委办 <duban@binjiang.example>}
  sms:   {kind: maildir, directory: mail, address: mobile, sender: 市安委办 <sms@binjiang.example>}

# Who is told when the daemon cannot do its work: a notice that nobody can receive, a broken edit of this directory.
admin: {name: 系统管理员 周立恒, email: admin@binjiang.example}
"""
_OFFICES = """\
Work-safety committee offices (安委办): one of the city, one of each county or district.
They bear the duties of general supervision, and hear of it when an enterprise of their territory stays overdue.

Outside the enterprises each organization has two posts: `principal`, who answers for it, and `duty`, the desk that is
told first. A deputy is another post of the same organization: it is told when the holder cannot be reached; without
one, the principal is.
"""
_GOVERNMENTS = """\
Governments (属地): the city and its six territories. `government` is the one above;
`office` is the safety-committee office that supervises it.
"""
_REGULATORS = """\
Industry regulators (行业监管部门), all of the city. An enterprise names its one regulator in `regulator`; the comment
above each says which industries of this sample it supervises. `safety_section`: its 三定 name one.
"""
_FIRMS = """\
Enterprises of {}, {}.
Only id, kind and name are required. Ids never change: task ids are made of them. docs/catalogue.md says which traits
and dates the shipped duties look at. Whoever has the same address in two posts gets one message for both.
"""


def write_city(directory: Path) -> None:
    """Write every file of the sample city into a directory."""
    for name, text in _files():
        _write(directory / name, text)
    _write(directory / "completions.csv", completions_file(load(directory)))


def _files() -> Iterator[tuple[str, str]]:
    yield "duban.yaml", _SETTINGS
    officials = Numbers("139")
    for name, heading, entries in (
        ("offices", _OFFICES, offices(officials)),
        ("governments", _GOVERNMENTS, governments(officials)),
        ("regulators", _REGULATORS, regulators(officials)),
    ):
        yield f"organizations/{name}.yaml", organizations_file(heading, entries)
    found = list(firms(Numbers("138")))
    for territory in TERRITORIES.values():
        here: list[Entry] = [each for each in found if each.government == territory.government_id]
        heading = _FIRMS.format(territory.name, territory.is_like)
        yield f"organizations/enterprises-{territory.slug}.yaml", organizations_file(heading, here)
    yield from ((f"events/{year}.yaml", events_file(year)) for year in HAPPENINGS)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
