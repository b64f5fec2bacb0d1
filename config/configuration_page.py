"""The page of all that can be configured: `python -m config.configuration_page > docs/configuration.md`."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from config import (
    anchor_schema,
    channels,
    notices,
    office_hours,
    policy_schema,
    schema,
    secret_places,
    settings,
    sms_templates,
)
from config.editors.meanings import ENUMS
from config.fields import (
    CLOSING_PATTERN,
    FIELD_PATTERN,
    ID_PATTERN,
    MOBILE_PATTERN,
    RATE_PATTERN,
    TIME_PATTERN,
    TRAIT_PATTERN,
)
from config.flow import flow
from config.table_mappings import TableMapping
from obligations.addresses import ADDRESS_PATTERN, RETURN_PATTERN, SENDER_PATTERN


@dataclass(frozen=True, slots=True)
class Part:
    """One section: a model, and what its table does not say."""

    title: str
    model: type[BaseModel]
    text: str


_INTRODUCTION = """\
# Configuration

Everything that can stand in a config directory. `python -m config.configuration_page > docs/configuration.md` writes
this page from the schema that `duban check` and editors go by; each example is loaded by a test.

```text
duban.yaml                 the settings
organizations/*.yaml       the roster; also .csv and .xlsx, see rosters.md
obligations/*.yaml         your own duties, and changes to shipped ones, see catalogue.md
policies/*.yaml            your own ladders, and changes to shipped ones
events/*.yaml              what happened; `duban event add` records the same
calendars/*.yaml           holiday notices that are not shipped yet
templates/                 your own wording of messages, in place of the shipped templates of the same name
.schemas/                  for editors; `duban schema --write` writes it anew
```

Files of one kind may be many; their names mean nothing, nor does the order of entries. A text that begins with a sign
which YAML reads otherwise, or that holds `: ` or ` #`, needs quotes. Anchors (`&`, `*`), tags (`!`) and several
documents in one file are refused.

## Templates

A file in `templates/` replaces the shipped template of the same name: `subject.txt`, `email.txt`, `email.html` or
`sms.txt`. With a stage before its name (`supervise.email.html`, `letter.sms.txt`) it does so only where the gravest
notice of the message speaks at that stage; what tells of a change (moved, withdrawn, restored, reassigned, to be
verified) or asks for approval keeps the general one. Files that begin with `_` are parts which others include. The
shipped ones, in `notifiers/templates/LANGUAGE`, show what a template may use; fields that do not exist are faults.

`duban check` renders each of them for every stage, every change, approvals and digests, and refuses one that fails,
that takes more than 50,000 steps for one message, or that writes more than 1,000,000 characters. `duban preview` shows
what a message looks like. A template with a fault never comes into force.

## Editors

`duban init` writes the schemas into `.schemas` and a first line into each file, by which the YAML language server
(Visual Studio Code with the YAML extension, Neovim, Emacs, Helix, …) completes fields, explains them and shows faults
as you type. In a file of your own the line is, say, `# yaml-language-server: $schema=../.schemas/organizations.json`.
"""
_CONDITIONS = """\
## Conditions

`applies_to` looks at organizations, `where` at events. Every field that is named must fit:

| written | means |
|---|---|
| `{kind: enterprise}` | it is this |
| `{kind: [regulator, government]}` | it is one of these |
| `{traits: [high_risk, crowded_place]}` | it has one of these among its traits |
| `{headcount: {min: 100}}`, `{deaths: {min: 1, max: 2}}` | it is a number within these bounds, both included |
| `{lacks: safety_officer}` | nobody holds this post |
| `{any: [{headcount: {min: 100}}, {traits: high_risk}]}` | one of these holds |
| `{all: [{traits: high_risk}, {traits: key}]}` | all of these hold, where one field is named twice |
| `{not: {traits: crowded_place}}` | these do not all hold |

Numbers, days, and yes or no are compared as such, in `headcount`, `since`, an organization's dates and the fields of
events. What else an organization has is text, also where it is all digits, as `{region: 330205}`.

## Time limits

A whole number and a unit: `2h` hours, `7d` days, `10wd` working days, `1w` weeks, `6m` months, `1y` years, or in
Chinese `10个工作日`, `6个月`. The day that a limit runs from is not counted; a negative one runs back. Working days are
those of the State Council's holiday notices.
"""
PARTS = (
    Part("duban.yaml", settings.Settings, "The settings of the installation. The daemon reads them when it starts."),
    Part("channels: smtp", channels.SmtpSettings, "E-mail through a server of your own."),
    Part("bounces", channels.BounceSettings, "The return address that says which message came back."),
    Part("channels: aliyun", channels.AliyunSettings, "SMS through Aliyun (短信服务): registered templates only."),
    Part("channels: tencent", channels.TencentSettings, "SMS through Tencent Cloud: registered templates only."),
    Part("channels: mas", channels.MasSettings, "SMS through China Mobile's 云MAS: free text or registered templates."),
    Part("channels: http", channels.HttpSmsSettings, "SMS through any gateway that takes an HTTP request."),
    Part("templates with names", sms_templates.NamedTemplate, "A registered template whose variables have names."),
    Part("templates in order", sms_templates.OrderedTemplate, "A registered template whose variables are numbered."),
    Part("channels: robots", channels.RobotSettings, """\
A robot in a group of WeCom, DingTalk or Feishu: it mentions the person, and everybody in the group reads it."""),
    Part("channels: wecom-app", channels.WecomAppSettings, "Messages to members through an application of WeCom."),
    Part("channels: webhook", channels.WebhookSettings, """\
Messages as signed JSON, for a platform of the city's own; [channels.md](channels.md) says how it checks them."""),
    Part("channels: maildir", channels.MaildirSettings, "Messages as files in a maildir: for trying things out."),
    Part("channels: memory", channels.MemorySettings, "Messages kept in memory: for simulations."),
    Part("secrets", secret_places.Secret, "Where a secret is kept. One of the two; the secret itself is refused."),
    Part("office_hours", office_hours.OfficeHoursSettings, "The hours in which notices may go out."),
    Part("receipts", settings.ReceiptsSettings, "Where providers of SMS push what became of messages."),
    Part("admin", settings.AdminSettings, "Whom the daemon tells when it cannot do its work."),
    Part("board", settings.BoardSettings, "Where a board is to listen. Accepted, but this version serves none."),
    Part("backup", settings.BackupSettings, "A copy of the SQLite database each night, proved as `duban backup` does."),
    Part("calendar", settings.CalendarSettings, "Another calendar than mainland China's national one."),
    Part("organizations", schema.OrganizationEntry, """\
A list; one entry for each organization. An event, a date or a holiday from before `since` sets the clock of its duties
as ever: what was due before `since` is not raised, and the rest opens on that day."""),
    Part("posts", schema.PostEntry, "A role in an organization, and the person who holds it."),
    Part("obligations", schema.ObligationEntry, """\
A list; one entry for each duty. A duty has either `every` (it recurs) or `anchor` with `limit` (something starts it).
An entry with the id of a shipped duty changes the fields that it names and leaves the others."""),
    Part("anchors", anchor_schema.AnchorEntry, "What sets the clock of a duty that does not recur; one of its forms."),
    Part("policies", policy_schema.PolicyEntry, "A list; one entry for each ladder of notices."),
    Part("steps", policy_schema.StepEntry, "One rung of a ladder."),
    Part("repeat", policy_schema.RepeatEntry, "What follows the last rung, until the task is done."),
    Part("events", schema.EventEntry, """\
A list; one entry for each event. Beside these fields an event has those that the duties waiting for it look at:
[catalogue.md](catalogue.md) lists them. A day is `2026-09-18`, a moment `2026-09-18T14:20:00+08:00`."""),
    Part("calendars", notices.CalendarNotice, "A holiday notice, one in each file."),
    Part("holidays", notices.Holiday, "One festival of a notice."),
    Part("mapping files", TableMapping, """\
How a table that people keep for themselves is read; `binhai.mapping.yaml` stands beside `binhai.csv` or `binhai.xlsx`.
[rosters.md](rosters.md) has a whole example."""),
)  # fmt: skip
"""The sections, in the order of the page."""
_TITLES = {part.model.__name__: part.title for part in PARTS}

_FORMATS = {
    "date": "a day",
    "first-day": "a day",
    "day-or-each": "a day, or a day for each person",
    "days": "a day or a span of days",
    "absence": "the first and the last day",
    "limit": "a time limit",
    "limit-in-days": "a time limit",
    "limit-back": "a time limit",
    "span": "a time limit",
    "step-at": "`start` or a time limit",
    "period": "`month`, `quarter`, `half_year`, `year`, or so many years",
    "zone": "a time zone",
    "conditions": "[conditions](#conditions)",
    "conditions-on-organizations": "[conditions](#conditions)",
    "column": "a field of organizations",
    "path": "a path",
}
_PATTERNS = {
    ID_PATTERN: "an id",
    ADDRESS_PATTERN: "an e-mail address",
    RETURN_PATTERN: "an e-mail address",
    MOBILE_PATTERN: "a mobile number",
    SENDER_PATTERN: "a name with an e-mail address",
    FIELD_PATTERN: "a field",
    RATE_PATTERN: "a number of messages in a time",
    TRAIT_PATTERN: "a word",
    TIME_PATTERN: "a time of day",
    CLOSING_PATTERN: "a time of day",
}
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "object": "names with values",
}

_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:00$")

Node = Mapping[str, Any]


def page() -> str:
    """The whole page, in Markdown."""
    sections = [f"## {part.title}\n\n{part.text}\n\n{_table(part.model)}" for part in PARTS]
    return "\n\n".join([_INTRODUCTION.rstrip("\n"), *sections, _CONDITIONS.rstrip("\n")]) + "\n"


def _table(model: type[BaseModel]) -> str:
    document = model.model_json_schema()
    definitions = document.get("$defs", {})
    rows: list[Sequence[str]] = []
    words: list[str] = []
    for name, node in document["properties"].items():
        rows.append(_row(name, node, definitions, required=name in document.get("required", ())))
        words += _meanings(name, node, definitions)
    lines = [["field", "what it is", "default", "meaning", "example"], ["---"] * 5, *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return "\n\n".join([table, *words])


def _row(name: str, node: Node, definitions: Node, *, required: bool) -> Sequence[str]:
    example = next(iter(node.get("examples", ())), None)
    default = "*needed*" if required else _default(node, definitions)
    return (
        f"`{name}`",
        _type(node, definitions),
        default,
        _cell(node.get("description", "")),
        f"`{_cell(f'{name}: {flow(example)}')}`",
    )


def _default(node: Node, definitions: Node) -> str:
    default = node.get("default")
    if default in (None, "", [], {}) or isinstance(default, dict) or _reference(node, definitions) in _TITLES:
        return ""
    if isinstance(default, str) and _TIME.match(default):
        default = default.removesuffix(":00")
    return f"`{_cell(flow(default))}`"


def _type(node: Node, definitions: Node) -> str:
    """In words what stands there; models of their own are led to by a link."""
    if node.get("format") in _FORMATS:
        return _FORMATS[node["format"]]
    if "anyOf" in node or "oneOf" in node:
        kinds = [each for each in (*node.get("anyOf", ()), *node.get("oneOf", ())) if each.get("type") != "null"]
        return ", or ".join(dict.fromkeys(_type(each, definitions) for each in kinds))
    name = _reference(node, definitions)
    if name in _TITLES:
        return f"[{_TITLES[name]}](#{_anchor(_TITLES[name])})"
    found = definitions.get(name, node)
    if "enum" in found or "const" in found:
        return "one of " + ", ".join(f"`{word}`" for word in found.get("enum", [found.get("const")]))
    if found.get("pattern") in _PATTERNS:
        return _PATTERNS[found["pattern"]]
    return _compound(found, definitions)


def _compound(node: Node, definitions: Node) -> str:
    if node.get("type") == "array":
        return f"a list: {_type(node['items'], definitions)}"
    values = node.get("additionalProperties") or next(iter(node.get("patternProperties", {}).values()), None)
    if isinstance(values, dict):
        return f"names, each with {_type(values, definitions)}"
    bounds = [str(node[bound]) for bound in ("minimum", "maximum") if bound in node]
    return _TYPES[node["type"]] + (f" ({'–'.join(bounds)})" if len(bounds) == 2 else "")


def _reference(node: Node, definitions: Node) -> str:
    """The name of the model or enum that a node refers to, by itself or as the one alternative to nothing."""
    for each in (node, *node.get("anyOf", ())):
        name = str(each.get("$ref", "")).rsplit("/", 1)[-1]
        if name in definitions:
            return name
    return ""


def _meanings(name: str, node: Node, definitions: Node) -> Iterator[str]:
    """What the words mean that a field may have."""
    items = node.get("items", next((each.get("items") for each in node.get("anyOf", ()) if "items" in each), {}))
    meanings = ENUMS.get(_reference(node, definitions) or _reference(items, definitions))
    if meanings:
        yield f"`{name}`: " + "; ".join(f"`{word}` ({meaning})" for word, meaning in meanings.items()) + "."


def _anchor(title: str) -> str:
    """The name that a heading has as the target of a link."""
    return "".join(each for each in title.lower().replace(" ", "-") if each.isalnum() or each in "-_")


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def examples(model: type[BaseModel]) -> Iterable[tuple[str, Any]]:
    """Every example of a model's fields, with the field's name in files."""
    for name, field in model.model_fields.items():
        yield from ((field.alias or name, each) for each in field.examples or ())


if __name__ == "__main__":
    sys.stdout.write(page())
