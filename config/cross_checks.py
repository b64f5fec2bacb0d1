"""Cross-checks: names in one file that must exist in another."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from config.documents import Fault, Loc, did_you_mean, fault_at
from config.documents import Mapping as YamlMapping
from obligations.events import Event
from obligations.organizations import RELATIONS, SELECTABLE, Organization
from obligations.policies import Policy
from obligations.rules import EventAnchor, Obligation, OrganizationAnchor
from obligations.selectors import mentioned_fields


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that is valid by itself, and where each entry stands (kind, id → raw)."""

    organizations: Mapping[str, Organization]
    obligations: Mapping[str, Obligation]
    policies: Mapping[str, Policy]
    events: Mapping[str, Event]
    raw: Mapping[tuple[str, str], YamlMapping]
    shipped: frozenset[tuple[str, str]]
    every_organization: frozenset[str]
    """The ids of all organizations, of those with faults too."""

    def fault(self, kind: str, identifier: str, loc: Loc, message: str) -> Fault:
        """A fault at a place of one entry."""
        raw = self.raw[kind, identifier]
        return fault_at(raw, loc, message, raw.mark)

    def posts(self) -> frozenset[str]:
        """Every post that somebody holds somewhere."""
        return frozenset(post for each in self.organizations.values() for post in each.posts)

    def dates(self) -> frozenset[str]:
        """Every date that some organization has."""
        return frozenset(name for each in self.organizations.values() for name in each.dates)


def cross_check(parts: Parts) -> Iterator[Fault]:
    """Every reference that leads nowhere."""
    for each in parts.organizations.values():
        yield from _check_organization(each, parts)
    for obligation in parts.obligations.values():
        yield from _check_obligation(obligation, parts)
    for policy in parts.policies.values():
        yield from _check_policy(policy, parts)
    for event in parts.events.values():
        yield from _check_event(event, parts)


def _check_organization(organization: Organization, parts: Parts) -> Iterator[Fault]:
    for relation, other in organization.relations.items():
        if other not in parts.every_organization:
            yield parts.fault(
                "organizations", organization.id, (relation,), _no_organization(other, parts.every_organization)
            )
    for name, post in organization.posts.items():
        if post.deputy is not None and post.deputy not in organization.posts:
            message = f"nobody holds the post {post.deputy!r} here{did_you_mean(post.deputy, organization.posts)}"
            yield parts.fault("organizations", organization.id, ("posts", name, "deputy"), message)


def _check_obligation(obligation: Obligation, parts: Parts) -> Iterator[Fault]:
    if obligation.policy not in parts.policies:
        message = f"there is no policy {obligation.policy!r}{did_you_mean(obligation.policy, parts.policies)}"
        yield parts.fault("obligations", obligation.id, ("policy",), message)
    if ("obligations", obligation.id) in parts.shipped:
        return  # what a shipped duty does not find in this city is shown as coverage, not as a fault of the admin's
    if obligation.assignee is not None and obligation.assignee not in parts.posts():
        yield parts.fault("obligations", obligation.id, ("assignee",), _no_post(obligation.assignee, parts))
    known = (*SELECTABLE, *parts.dates())
    for field in mentioned_fields(obligation.applies_to):
        if field not in known:
            message = f"organizations have no field {field!r}{did_you_mean(field, known)}"
            yield parts.fault("obligations", obligation.id, ("applies_to", field), message)
    if isinstance(obligation.anchor, OrganizationAnchor) and obligation.anchor.date not in parts.dates():
        name = obligation.anchor.date
        message = f"no organization has a date {name!r}{did_you_mean(name, parts.dates())}"
        yield parts.fault("obligations", obligation.id, ("anchor", "organization"), message)


def _check_policy(policy: Policy, parts: Parts) -> Iterator[Fault]:
    if ("policies", policy.id) in parts.shipped:
        return
    ladder: list[tuple[Loc, tuple[str, ...]]] = [
        (("steps", index), step.tell) for index, step in enumerate(policy.steps)
    ]
    if policy.repeat is not None:
        ladder.append((("repeat",), policy.repeat.tell))
    for loc, tells in ladder:
        for index, tell in enumerate(tells):
            relation, dot, post = tell.partition(".")
            if dot and relation not in RELATIONS:
                message = f"{relation!r} is no relation{did_you_mean(relation, RELATIONS)}"
                yield parts.fault("policies", policy.id, (*loc, "tell", index), message)
            elif tell != "assignee" and (dot or relation not in RELATIONS) and (post or tell) not in parts.posts():
                message = _no_post(post or tell, parts, "assignee", *RELATIONS)
                yield parts.fault("policies", policy.id, (*loc, "tell", index), message)


def _check_event(event: Event, parts: Parts) -> Iterator[Fault]:
    for loc, message in check_event(event, parts.every_organization, parts.obligations):
        yield parts.fault("events", event.id, loc, message)


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
    if dates.isdisjoint(event.fields) and event.kind in kinds:
        yield (), f"the event has no date to count from; known for {event.kind!r}: {', '.join(sorted(dates))}"
    for obligation, anchor in anchors:
        if anchor.event == event.kind and anchor.where.matches(event):
            yield from _check_started(event, obligation, anchor, organizations)


def _check_started(
    event: Event, obligation: Obligation, anchor: EventAnchor, organizations: Collection[str]
) -> Iterator[tuple[Loc, str]]:
    """Whether a duty that the event starts can be dated and borne; one whose date is yet to come starts later."""
    value = event.fields.get(anchor.date)
    if value is None:
        return
    if not isinstance(value, date):
        yield (anchor.date,), f"{anchor.date}: {value!r} is not a day or moment; {obligation.id} counts from it"
    if obligation.bearer.startswith("event."):
        field = obligation.bearer.removeprefix("event.")
        named = event.fields.get(field)
        if named is None:
            yield (), f"the field {field!r} is missing; it names who bears {obligation.id}"
        elif named not in organizations:
            yield (field,), _no_organization(str(named), organizations)


def _no_organization(identifier: str, organizations: Collection[str]) -> str:
    return f"there is no organization {identifier!r}{did_you_mean(identifier, organizations)}"


def _no_post(post: str, parts: Parts, *also: str) -> str:
    return f"nobody holds a post {post!r} in any organization{did_you_mean(post, (*parts.posts(), *also))}"
