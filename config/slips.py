"""Slips: names that may be anything, that nothing else uses, and that are nearly one which something does.

Nothing is wrong with such a name by itself; but if it was meant to be the other, nothing would ever say so.
"""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from config.loader import Config
from obligations.grades import ACCIDENT, MEASURES
from obligations.organizations import RELATIONS, USUAL_POSTS, Organization
from obligations.policies import Policy
from obligations.rules import EventAnchor, Obligation, OrganizationAnchor
from obligations.selectors import lacked_posts, mentioned_fields

Users = Mapping[str, list[str]]
"""Names, each with the duties that use it."""


@dataclass(frozen=True, slots=True)
class Words:
    """What duties and ladders look at in a roster; other words there may be slips.

    Args:
        posts: those that a duty or a ladder names, and those that it means where it names none.
        lacked: those of which duties ask that nobody holds them.
    """

    traits: frozenset[str]
    dates: frozenset[str]
    posts: frozenset[str]
    lacked: frozenset[str]

    @classmethod
    def of(cls, config: Config) -> "Words":
        """The words of a config."""
        duties = config.obligations.values()
        traits = (value for each in duties for value in mentioned_fields(each.applies_to).get("traits", ()))
        dates = (each.anchor.date for each in duties if isinstance(each.anchor, OrganizationAnchor))
        assigned = (each.assignee for each in duties if each.assignee is not None)
        told = (post for policy in config.policies.values() for post in _told(policy))
        lacked = (post for each in duties for post in lacked_posts(each.applies_to))
        posts = USUAL_POSTS.union(assigned, told)
        return cls(frozenset(map(str, traits)), frozenset(dates), posts, frozenset(lacked))

    def misspelt(self, organization: Organization) -> Iterator[str]:
        """Words of an organization that nothing looks at and that are nearly one that something does."""
        yield from _nearly("no duty looks at the trait", organization.traits, self.traits)
        yield from _nearly("no duty counts from the date", _dates(organization), self.dates)
        held = organization.posts
        posts = (post for post in held if post not in self.lacked)
        yield from _nearly("no duty or ladder names the post", posts, self.posts, but_for=held)


def misspelt_in_duties(config: Config) -> Iterator[str]:
    """Names in duties that nothing else uses and that are nearly one that something does.

    Of two names that are nearly the same, that which fewer duties use, or which comes later, is taken for the slip.
    """
    kinds: dict[str, list[str]] = {}
    fields: dict[str, dict[str, list[str]]] = {}
    for duty in config.obligations.values():
        if isinstance(duty.anchor, EventAnchor):
            kinds.setdefault(duty.anchor.event, []).append(duty.id)
            for field in _fields(duty, duty.anchor):
                fields.setdefault(duty.anchor.event, {}).setdefault(field, []).append(duty.id)
    for duty_id, kind, near in _slips(kinds):
        yield f"{duty_id} waits for an event {kind!r}; did you mean {near!r}?"
    for kind, used in fields.items():
        for duty_id, field, near in _slips(used, (*MEASURES, "grade") if kind == ACCIDENT else ()):
            yield f"{duty_id} looks at the field {field!r} of the event {kind}; did you mean {near!r}?"
    yield from _lacked_by_all(config)


def _fields(duty: Obligation, anchor: EventAnchor) -> set[str]:
    """The fields of the event that a duty looks at."""
    named = (anchor.date, duty.until, duty.named_by)
    return {*mentioned_fields(anchor.where), *(each for each in named if each is not None)}


def _lacked_by_all(config: Config) -> Iterator[str]:
    """Posts of which a duty asks that nobody holds them, and that nobody could hold."""
    words = Words.of(config)
    known = words.posts.union(*(each.posts for each in config.organizations.values())) if words.lacked else frozenset()
    for duty in config.obligations.values():
        for post in sorted(lacked_posts(duty.applies_to) - known):
            if near := _nearest(post, known):
                yield f"{duty.id} asks who lacks the post {post!r}, and nobody holds one; did you mean {near!r}?"


def _told(policy: Policy) -> Iterator[str]:
    """The posts that a ladder names."""
    approving = (step.approval for step in policy.steps if step.approval is not None)
    repeated = policy.repeat.tell if policy.repeat is not None else ()
    for tell in (*(tell for step in policy.steps for tell in step.tell), *approving, *repeated):
        relation, _, post = tell.partition(".")
        if post or relation not in {*RELATIONS, "assignee"}:
            yield post or tell


def _dates(organization: Organization) -> Iterable[str]:
    return *organization.dates, *organization.person_dates


def _nearly(said: str, words: Iterable[str], known: frozenset[str], but_for: Collection[str] = ()) -> Iterator[str]:
    for word in words:
        near = None if word in known else _nearest(word, known)
        if near is not None and near not in but_for:
            yield f"{said} {word!r}; did you mean {near!r}?"


def _slips(users: Users, sure: Iterable[str] = ()) -> Iterator[tuple[str, str, str]]:
    """Each slip: the duty, the name, and what was meant.

    Args:
        sure: names that are none, whoever uses them.
    """
    known = frozenset(sure)
    for name in sorted(users, key=lambda each: -len(users[each])):
        near = None if name in known else _nearest(name, known)
        if near is None:
            known |= {name}
        else:
            yield from ((duty, name, near) for duty in users[name])


@lru_cache(maxsize=1000)
def _nearest(word: str, known: frozenset[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word, sorted(known), 1, 0.8)), None)
