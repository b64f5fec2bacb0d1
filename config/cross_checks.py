"""Cross-checks: names in one file that must exist in another.

They look at entries as they stand in the files, so that those with faults of their own are checked, too.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from config.assembling import named_in_rungs
from config.documents import Fault, Loc, did_you_mean, mark_of
from config.documents import Mapping as YamlMapping
from config.selecting import Mention, mentions
from config.sources import is_shipped
from obligations.events import Event
from obligations.organizations import RELATIONS, SELECTABLE, Kind, Organization
from obligations.policies import Policy
from obligations.rules import EventAnchor, Obligation
from obligations.selectors import Value, mentioned_fields

_Found = Iterator[tuple[Loc, str]]


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that is valid by itself, and where each entry stands (kind, id → raw), of those with faults too."""

    organizations: Mapping[str, Organization]
    obligations: Mapping[str, Obligation]
    policies: Mapping[str, Policy]
    events: Mapping[str, Event]
    raw: Mapping[tuple[str, str], YamlMapping]
    shipped: frozenset[tuple[str, str]]
    every_organization: frozenset[str]
    """The ids of all organizations, of those with faults too."""
    unread: frozenset[str] = frozenset()
    """Kinds of which a file could not be read, so that a name may be missing only because of that."""

    def entries(self, kind: str) -> Iterator[YamlMapping]:
        """The entries of one kind, as they stand in the files."""
        return (raw for (each, _), raw in self.raw.items() if each == kind)


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that exist."""

    organizations: Collection[str]
    enterprises: Collection[str]
    posts: Collection[str]
    dates: Collection[str]
    policies: Collection[str]
    event_kinds: Collection[object]
    """What obligations wait for, those with faults too."""

    @classmethod
    def of(cls, parts: Parts) -> "_Names":
        roster = list(parts.entries("organizations"))
        return cls(
            organizations=parts.every_organization,
            enterprises={str(each["id"]) for each in roster if each.get("kind") == Kind.ENTERPRISE.value},
            posts={post for each in roster for post in _fields(each.get("posts"))},
            dates={name for each in roster for name in _fields(each.get("dates"))},
            policies={identifier for kind, identifier in parts.raw if kind == "policies"},
            event_kinds={
                _fields(each.get("anchor")).get("event")
                for each in parts.entries("obligations")
                if each.get("enabled") != "false"
            },
        )


def cross_check(parts: Parts) -> Iterator[Fault]:
    """Every reference that leads nowhere.

    What a shipped duty does not find in this city is shown as coverage, not as a fault of the administrator's.
    """
    names = _Names.of(parts)
    doubt = "; perhaps it is in the file that could not be read" if parts.unread else ""
    for (kind, identifier), raw in parts.raw.items():
        if (kind, identifier) not in parts.shipped:
            for loc, message in _check(kind, identifier, raw, parts, names):
                mark = mark_of(raw, loc) or raw.mark
                if not is_shipped(mark):
                    yield Fault(*mark, message + doubt if message.startswith(_MISSING) else message)


_MISSING = ("there is no ", "nobody holds ")
"""How messages begin that say that a name is nowhere."""


def _check(kind: str, identifier: str, raw: YamlMapping, parts: Parts, names: _Names) -> _Found:
    match kind:
        case "organizations":
            return _check_organization(raw, names)
        case "obligations":
            return _check_obligation(raw, names)
        case "policies":
            return _check_policy(raw, names)
        case _:
            return _check_event(parts.events.get(identifier), parts, names)


def _check_organization(raw: YamlMapping, names: _Names) -> _Found:
    for relation in RELATIONS:
        other = raw.get(relation)
        if isinstance(other, str) and other not in names.organizations:
            yield (relation,), _no_organization(other, names.organizations)
        elif other in names.enterprises:
            yield (relation,), f"{relation}: {other!r} is an enterprise; name who supervises this organization"
    posts = _fields(raw.get("posts"))
    for name, post in posts.items():
        deputy = _fields(post).get("deputy")
        if isinstance(deputy, str) and deputy not in posts:
            yield ("posts", name, "deputy"), f"nobody holds the post {deputy!r} here{did_you_mean(deputy, posts)}"
        elif deputy == name:
            yield ("posts", name, "deputy"), f"the {name} cannot be the deputy of the {name}; name another post"


def _check_obligation(raw: YamlMapping, names: _Names) -> _Found:
    policy, assignee = raw.get("policy"), raw.get("assignee")
    if isinstance(policy, str) and policy not in names.policies:
        yield ("policy",), f"there is no policy {policy!r}{did_you_mean(policy, names.policies)}"
    if isinstance(assignee, str) and assignee not in names.posts:
        yield ("assignee",), _no_post(assignee, names.posts)
    for mention in mentions(raw.get("applies_to"), ("applies_to",)):
        yield from _check_mention(mention, names)
    dated = _fields(raw.get("anchor")).get("organization")
    if isinstance(dated, str) and dated not in names.dates:
        hint = did_you_mean(dated, names.dates) or "; write `dates: {NAME: 2027-05-31}` into the roster"
        yield ("anchor", "organization"), f"no organization has a date {dated!r}{hint}"


def _check_mention(mention: Mention, names: _Names) -> _Found:
    known = {"kind": [kind.value for kind in Kind]} | dict.fromkeys(("id", *RELATIONS), names.organizations)
    if mention.field not in {*SELECTABLE, *names.dates, "lacks"}:
        hint = did_you_mean(mention.field, (*SELECTABLE, *names.dates), at_most=20)
        yield mention.loc, f"organizations have no field {mention.field!r}{hint}"
    for loc, value in mention.values:
        if isinstance(value, str) and mention.field in known and value not in known[mention.field]:
            there = did_you_mean(value, known[mention.field])
            yield loc, f"{mention.field}: no organization can match {value!r}{there}"


def _check_policy(raw: YamlMapping, names: _Names) -> _Found:
    for loc, tell in named_in_rungs(raw, "tell"):
        yield from ((loc, message) for message in _check_tell(tell, names))


def _check_tell(tell: str, names: _Names) -> Iterator[str]:
    relation, dot, post = tell.partition(".")
    if dot and relation not in RELATIONS:
        yield f"{relation!r} is no relation{did_you_mean(relation, RELATIONS)}"
    elif dot and post not in names.posts:
        yield _no_post(post, names.posts)
    elif not dot and tell not in {"assignee", *RELATIONS, *names.posts}:
        yield _no_post(tell, ("assignee", *RELATIONS, *names.posts))


def _check_event(event: Event | None, parts: Parts, names: _Names) -> _Found:
    if event is not None:
        for loc, message in check_event(event, parts.every_organization, parts.obligations):
            if loc != ("kind",) or event.kind not in names.event_kinds:
                yield loc, message


def check_event(
    event: Event, organizations: Collection[str], obligations: Mapping[str, Obligation]
) -> Iterator[tuple[Loc, str]]:
    """What is wrong with an event, whether it stands in a file or is being recorded: field and message."""
    if event.organization not in organizations:
        yield ("organization",), _no_organization(event.organization, organizations)
    anchors = [(each, each.anchor) for each in obligations.values() if isinstance(each.anchor, EventAnchor)]
    kinds = {anchor.event for _, anchor in anchors}
    if event.kind not in kinds:
        yield ("kind",), f"no obligation waits for an event of kind {event.kind!r}{did_you_mean(event.kind, kinds)}"
    dates = {anchor.date for _, anchor in anchors if anchor.event == event.kind}
    if event.kind in kinds and all(event.fields.get(name) is None for name in dates):
        yield (), f"the event has no date to count from; write {' or '.join(f'`{name}:`' for name in sorted(dates))}"
    for obligation, anchor in anchors:
        if anchor.event == event.kind:
            yield from _check_looked_at(event, obligation, anchor)
            if anchor.where.matches(event):
                yield from _check_started(event, obligation, anchor, organizations)


def _check_looked_at(event: Event, obligation: Obligation, anchor: EventAnchor) -> _Found:
    """Values that can never meet a duty's condition, because they are of another sort."""
    for field, wanted in mentioned_fields(anchor.where).items():
        value = event.fields.get(field)
        is_flag = isinstance(value, bool)
        if value is None:
            continue
        if not wanted and (is_flag or not isinstance(value, int | float)):
            yield (field,), f"{field}: expected a number, found {_written(value)}; {obligation.id} looks at it"
        elif wanted and all(isinstance(each, bool) for each in wanted) and not is_flag:
            yield (field,), f"{field}: expected true or false, found {_written(value)}; {obligation.id} looks at it"


def _check_started(
    event: Event, obligation: Obligation, anchor: EventAnchor, organizations: Collection[str]
) -> Iterator[tuple[Loc, str]]:
    """Whether a duty that the event starts can be dated and borne; one whose date is yet to come starts later."""
    value = event.fields.get(anchor.date)
    if value is None:
        return
    if not isinstance(value, date):
        how = "write it as 2026-09-18 or 2026-09-18T14:20:00+08:00"
        yield (anchor.date,), f"{anchor.date}: {_written(value)} is not a day or moment; {how}"
    if obligation.bearer.startswith("event."):
        field = obligation.bearer.removeprefix("event.")
        named = event.fields.get(field)
        if named is None:
            yield (), f"the field {field!r} is missing; it names who bears {obligation.id}"
        elif not isinstance(named, str):
            yield (field,), f"{field}: expected the id of an organization, found {_written(named)}"
        elif named not in organizations:
            yield (field,), _no_organization(named, organizations)


def _written(value: Value) -> str:
    return repr(value) if isinstance(value, str) else "a list" if isinstance(value, list) else repr(str(value))


def _fields(value: object) -> Mapping[str, object]:
    """The fields of what should have some; whatever else stands there is a fault of the schema's."""
    return value if isinstance(value, YamlMapping) else {}


def _no_organization(identifier: str, organizations: Collection[str]) -> str:
    return f"there is no organization {identifier!r}{did_you_mean(identifier, organizations)}"


def _no_post(post: str, known: Collection[str]) -> str:
    return f"nobody holds a post {post!r} in any organization{did_you_mean(post, known)}"
