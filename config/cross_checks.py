"""Cross-checks: names in one file that must exist in another.

They look at entries as they stand in the files, so that those with faults of their own are checked, too.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations

from config.assembling import field_faults, named_in_rungs
from config.documents import Fault, Loc, did_you_mean, mark_of
from config.documents import Mapping as YamlMapping
from config.event_checks import Found, check_event, no_organization, nobody_waits_for
from config.fields import FLAGS
from config.reach import Reach
from config.rosters import Roster
from config.selecting import Mention, mentions, of_events, of_organizations, selector_faults
from config.shipped import is_shipped
from config.task_keys import kinds_of_keys
from config.wording import Missing
from obligations.events import Event
from obligations.grades import Grade
from obligations.organizations import RELATIONS, SELECTABLE, Kind, Organization
from obligations.policies import Policy, Stage
from obligations.rules import Obligation


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that is valid by itself, and where each entry stands (kind, id → raw), of those with faults too."""

    organizations: Mapping[str, Organization]
    obligations: Mapping[str, Obligation]
    policies: Mapping[str, Policy]
    events: Mapping[str, Event]
    reach: Reach
    raw: Mapping[tuple[str, str], YamlMapping]
    shipped: frozenset[tuple[str, str]]
    every_organization: frozenset[str]
    """The ids of all organizations, of those with faults too."""
    rosters: Sequence[Roster] = ()
    """Tables, whose organizations are not in `raw`."""
    unread: frozenset[str] = frozenset()
    """Kinds of which a file could not be read, so that a name may be missing only because of that."""

    def entries(self, kind: str) -> Iterator[YamlMapping]:
        """The entries of one kind, as they stand in the files."""
        return (raw for (each, _), raw in self.raw.items() if each == kind)


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that exist."""

    organizations: Collection[str]
    supervisors: AbstractSet[str]
    """The organizations that are no enterprises, as far as that is known."""
    posts: Collection[str]
    dates: Collection[str]
    policies: Collection[str]
    event_kinds: Collection[str]
    """What obligations wait for, those with faults too."""
    obligations: Mapping[str, YamlMapping]
    """The obligations that are not switched off."""
    stages: Collection[str]
    """The stages that any ladder reaches."""

    @classmethod
    def of(cls, parts: Parts) -> "_Names":
        roster = list(parts.entries("organizations"))
        duties = {
            str(each["id"]): each
            for each in parts.entries("obligations")
            if FLAGS.get(str(each.get("enabled"))) is not False
        }
        return cls(
            organizations=parts.every_organization,
            supervisors=_supervisors(parts),
            posts={post for each in roster for post in _fields(each.get("posts"))}.union(
                *(each.posts for each in parts.rosters)
            ),
            dates={name for each in roster for name in _fields(each.get("dates"))}.union(
                *(each.dates for each in parts.rosters)
            ),
            policies={identifier for kind, identifier in parts.raw if kind == "policies"},
            event_kinds={str(_fields(each.get("anchor")).get("event", "")) for each in duties.values()} - {""},
            obligations=duties,
            stages={stage for raw in parts.entries("policies") for stage in _stages(raw)},
        )


def _supervisors(parts: Parts) -> set[str]:
    enterprise = Kind.ENTERPRISE
    found = {str(each["id"]) for each in parts.entries("organizations") if each.get("kind") != enterprise.value}
    for roster in parts.rosters:
        spoilt = {str(entry.get("id")) for _, entry in roster.spoilt if entry.get("kind") == enterprise.value}
        found |= roster.lines.keys() - roster.organizations.keys() - spoilt
        found |= {key for key, each in roster.organizations.items() if each.kind is not enterprise}
    return found


def cross_check(parts: Parts) -> Iterator[Fault]:
    """Every reference that leads nowhere; those of tables are noted in their rosters.

    What a shipped duty does not find in this city is shown as coverage, not as a fault of the administrator's.
    """
    names = _Names.of(parts)
    for (kind, identifier), raw in parts.raw.items():
        if (kind, identifier) not in parts.shipped:
            for loc, message in _check(kind, identifier, raw, parts, names):
                mark = mark_of(raw, loc) or raw.mark
                if not is_shipped(mark):
                    yield Fault(*mark, message + _doubt(message, parts.unread))
    for roster in parts.rosters:
        _check_roster(roster, names, parts.unread)
        _check_days(roster, parts.reach)


def _doubt(message: str, unread: frozenset[str]) -> str:
    """What is added to a message while a file cannot be read in which the missing name may be."""
    may_be = isinstance(message, Missing) and message.kind in unread
    return "; perhaps it is in the file that could not be read" if may_be else ""


def _check(kind: str, identifier: str, raw: YamlMapping, parts: Parts, names: _Names) -> Found:
    match kind:
        case "organizations":
            return _check_organization(raw, parts.organizations.get(identifier), parts, names)
        case "obligations":
            return _check_obligation(raw, parts.obligations.get(identifier), parts, names)
        case "policies":
            return _check_policy(raw, names)
        case _:
            return _check_event(raw, parts.events.get(identifier), parts, names)


def _check_roster(roster: Roster, names: _Names, unread: frozenset[str]) -> None:
    """Note in a roster which of its organizations name something that is nowhere."""
    for line, relations, deputies in _doubtful_references(roster, names):
        for (name,), message in _check_relations(relations, names):
            relation = str(name)
            said = message.removeprefix(f"{relation}: ") + _doubt(message, unread)
            roster.spoil_relation(line, relation, str(relations[relation]), said)
        for loc, message in _check_deputies(deputies):
            if roster.has_room():
                roster.spoil(line, loc, message)


def _check_days(roster: Roster, reach: Reach) -> None:
    """Note in a roster which days lie where nothing can be counted."""
    if reach.covers(roster.organizations.values(), roster.dates):  # as ever
        return
    for key, each in roster.organizations.items():
        for loc, message in reach.of_organization(each):
            if roster.has_room():
                roster.spoil(roster.lines[key], loc, message)


def _doubtful_references(
    roster: Roster, names: _Names
) -> Iterator[tuple[int, Mapping[str, object], Mapping[str, object]]]:
    """Line, relations, and the deputy of each post, of every row that could be read and may name what is nowhere."""
    sound: set[int] = set()  # of a hundred thousand rows most say what others say, and share it
    for key, each in roster.organizations.items():
        if id(each.relations) not in sound and not any(_check_relations(each.relations, names)):
            sound.add(id(each.relations))
        if id(each.relations) not in sound or not _stands_by_itself(each):
            yield roster.lines[key], each.relations, {name: post.deputy for name, post in each.posts.items()}
    for line, entry in roster.spoilt:
        yield line, {relation: entry.get(relation) for relation in RELATIONS}, _deputies(entry)


def _is_sound(organization: Organization, names: _Names) -> bool:
    """Whether nothing that it names is missing; the places of its names are looked for only if not."""
    return names.supervisors >= set(organization.relations.values()) and _stands_by_itself(organization)


def _stands_by_itself(organization: Organization) -> bool:
    """Whether every deputy holds another post there."""
    posts = organization.posts
    for name, post in posts.items():
        deputy = post.deputy
        if deputy is not None and (deputy == name or deputy not in posts):
            return False
    return True


def _check_organization(raw: YamlMapping, organization: Organization | None, parts: Parts, names: _Names) -> Found:
    if organization is None or not _is_sound(organization, names):
        yield from _check_relations({relation: raw.get(relation) for relation in RELATIONS}, names)
        yield from _check_deputies(_deputies(raw))
    if organization is not None:
        for loc, message in parts.reach.of_organization(organization):
            yield loc, f"{loc[-1]}: {message}"


def _check_relations(relations: Mapping[str, object], names: _Names) -> Found:
    for relation, other in relations.items():
        if not isinstance(other, str) or other in names.supervisors:
            continue
        if other not in names.organizations:
            yield (relation,), no_organization(other, names.supervisors)
        else:
            yield (relation,), f"{relation}: {other!r} is an enterprise; name who supervises this organization"


def _deputies(entry: Mapping[str, object]) -> dict[str, object]:
    """The deputy that each post names, if any."""
    return {name: _fields(post).get("deputy") for name, post in _fields(entry.get("posts")).items()}


def _check_deputies(deputies: Mapping[str, object]) -> Found:
    for name, deputy in deputies.items():
        if isinstance(deputy, str) and deputy not in deputies:
            yield ("posts", name, "deputy"), f"nobody holds the post {deputy!r} here{did_you_mean(deputy, deputies)}"
        elif deputy == name:
            yield ("posts", name, "deputy"), f"the {name} cannot be the deputy of the {name}; name another post"


def _check_obligation(raw: YamlMapping, duty: Obligation | None, parts: Parts, names: _Names) -> Found:
    policy, assignee, where = raw.get("policy"), raw.get("assignee"), _fields(raw.get("anchor")).get("where")
    yield from selector_faults(raw.get("applies_to"), ("applies_to",), of_organizations)
    yield from selector_faults(where, ("anchor", "where"), of_events)
    if isinstance(policy, str) and policy not in names.policies:
        hint = did_you_mean(policy, names.policies)
        yield ("policy",), Missing(f"there is no policy {policy!r}{hint}", "policies")
    if isinstance(assignee, str) and assignee not in names.posts:
        yield ("assignee",), _no_post(assignee, names.posts)
    for mention in mentions(raw.get("applies_to"), ("applies_to",)):
        yield from _check_mention(mention, names)
    for mention in mentions(where, ("anchor", "where")):
        yield from _check_grades(mention)
    dated = _fields(raw.get("anchor")).get("organization")
    if isinstance(dated, str) and dated not in names.dates:
        hint = did_you_mean(dated, names.dates) or "; write `dates: {NAME: 2027-05-31}` into the roster"
        yield ("anchor", "organization"), Missing(f"no organization has a date {dated!r}{hint}", "organizations")
    yield from _check_start(raw, names)
    if duty is not None:
        yield from parts.reach.of_duty(duty)


def _check_grades(mention: Mention) -> Found:
    grades = [each.value for each in Grade]
    for loc, value in mention.values:
        if mention.field == "grade" and value not in grades:
            yield loc, f"grade: {value!r} is no grade of accidents{did_you_mean(str(value), grades)}"


def _check_start(raw: YamlMapping, names: _Names) -> Found:
    """What a duty waits for that other duties or ladders bring about."""
    anchor = _fields(raw.get("anchor"))
    stage = anchor.get("stage")
    if isinstance(stage, str) and stage in {each.value for each in Stage} and stage not in names.stages:
        hint = did_you_mean(stage, names.stages)
        yield ("anchor", "stage"), Missing(f"no ladder reaches {stage!r}{hint}", "policies")
    followed = [(loc, name) for loc, name in _followed(anchor) if isinstance(name, str)]
    for loc, name in followed:
        if name not in names.obligations:
            hint = did_you_mean(name, names.obligations)
            yield loc, Missing(f"there is no obligation {name!r} in force{hint}", "obligations")
        elif name == raw.get("id") or _leads_back(str(raw.get("id")), name, names):
            yield loc, f"{name!r} itself waits for {raw.get('id')!r}, so neither would ever start"
    duties = names.obligations
    keys = [kinds_of_keys(duties[name], duties) for name in sorted({name for _, name in followed}) if name in duties]
    if any(one & other for one, other in combinations(keys, 2)):
        yield ("anchor", "task"), "some of these duties give tasks of one key; write an entry of its own for each"


def _followed(anchor: Mapping[str, object]) -> Iterator[tuple[Loc, object]]:
    task = anchor.get("task")
    if isinstance(task, list):
        yield from ((("anchor", "task", index), each) for index, each in enumerate(task))
    elif task is not None:
        yield ("anchor", "task"), task


def _leads_back(start: str, name: str, names: _Names) -> bool:
    """Whether the duties that `name` waits for, directly or not, include `start`."""
    seen: set[object] = set()
    ahead: list[object] = [name]
    while ahead:
        current = ahead.pop()
        if current == start:
            return True
        if isinstance(current, str) and current in names.obligations and current not in seen:
            seen.add(current)
            ahead += [each for _, each in _followed(_fields(names.obligations[current].get("anchor")))]
    return False


def _stages(raw: YamlMapping) -> Iterator[str]:
    steps = raw.get("steps")
    for rung in (*(steps if isinstance(steps, list) else ()), raw.get("repeat")):
        stage = _fields(rung).get("stage")
        if isinstance(stage, str):
            yield stage


def _check_mention(mention: Mention, names: _Names) -> Found:
    known = {"kind": [kind.value for kind in Kind]} | dict.fromkeys(("id", *RELATIONS), names.organizations)
    if mention.field not in {*SELECTABLE, *names.dates, "lacks"}:
        hint = did_you_mean(mention.field, (*SELECTABLE, *names.dates), at_most=20)
        yield mention.loc, Missing(f"organizations have no field {mention.field!r}{hint}", "organizations")
    for loc, value in mention.values:
        if isinstance(value, str) and mention.field in known and value not in known[mention.field]:
            there = did_you_mean(value, known[mention.field])
            said = f"{mention.field}: no organization can match {value!r}{there}"
            yield loc, said if mention.field == "kind" else Missing(said, "organizations")


def _check_policy(raw: YamlMapping, names: _Names) -> Found:
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


def _check_event(raw: YamlMapping, event: Event | None, parts: Parts, names: _Names) -> Found:
    wrong = dict(field_faults(raw))
    yield from wrong.items()
    if event is None:
        yield from _check_event_names(raw, names)
        return
    for loc, message in check_event(event, parts.every_organization, parts.obligations, parts.reach.calendar):
        if loc not in wrong and (loc != ("kind",) or event.kind not in names.event_kinds):
            yield loc, message


def _check_event_names(raw: YamlMapping, names: _Names) -> Found:
    """The names of an event that has other faults."""
    kind, organization = raw.get("kind"), raw.get("organization")
    if isinstance(kind, str) and kind not in names.event_kinds:
        yield ("kind",), nobody_waits_for(kind, names.event_kinds)
    if isinstance(organization, str) and organization not in names.organizations:
        yield ("organization",), no_organization(organization, names.organizations)


def _fields(value: object) -> Mapping[str, object]:
    """The fields of what should have some; whatever else stands there is a fault of the schema's."""
    return value if isinstance(value, dict) else {}


def _no_post(post: str, known: Collection[str]) -> str:
    return Missing(f"nobody holds a post {post!r} in any organization{did_you_mean(post, known)}", "organizations")
