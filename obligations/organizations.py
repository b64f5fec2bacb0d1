"""Organizations and the posts in them: who bears duties, and who is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

from obligations.selectors import Value


class Kind(Enum):
    """The four kinds of organization that the policy lays duties on."""

    ENTERPRISE = "enterprise"
    REGULATOR = "regulator"
    GOVERNMENT = "government"
    OFFICE = "office"


RELATIONS = ("regulator", "office", "government")
"""The relations that an organization may have to others, the supervising one first."""


USUAL_POSTS = frozenset({"principal", "safety_officer", "duty"})
"""The posts that are meant where a duty or a ladder names none."""


class AddressKind(Enum):
    """Which of a person's addresses a channel sends to."""

    EMAIL = "email"
    MOBILE = "mobile"
    WECOM = "wecom"
    """The id of a member of the city's WeCom (企业微信)."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which the holder of a post is away, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of every day, in the city's time zone, from one time up to another, which may be on the next day."""

    first: time
    last: time

    def __str__(self) -> str:
        return f"{self.first:%H:%M}-{self.last:%H:%M}"

    def holds(self, moment: time) -> bool:
        """Whether a time of day lies in them."""
        if self.first <= self.last:
            return self.first <= moment < self.last
        return moment >= self.first or moment < self.last


class Post(NamedTuple):
    """A role in an organization and the person who holds it."""

    name: str
    email: str | None = None
    mobile: str | None = None
    deputy: str | None = None
    """The post in the same organization that stands in."""
    away: Absence | None = None
    wecom: str | None = None
    prefers: tuple[str, ...] | None = None
    """The channels by which the holder wants to be told; None for those that a step names."""
    quiet: "QuietHours | None" = None
    """The hours of a day in which the holder is not to be disturbed."""

    def is_away(self, day: date | None) -> bool:
        """Whether the holder is away on a day; on no day in particular nobody is."""
        return self.away is not None and day is not None and self.away.first <= day <= self.away.last

    def address(self, kind: AddressKind) -> str | None:
        """The holder's address of one kind, if there is one."""
        if kind is AddressKind.EMAIL:
            return self.email
        return self.mobile if kind is AddressKind.MOBILE else self.wecom


_NONE: Mapping[str, Any] = MappingProxyType({})


class Organization(NamedTuple):
    """An enterprise, regulator, government or safety-committee office."""

    id: str
    kind: Kind
    name: str
    posts: Mapping[str, Post]
    relations: Mapping[str, str] = _NONE
    """Relation (`regulator`, `government`, `office`) to organization id."""
    traits: tuple[str, ...] = ()
    region: str | None = None
    industry: str | None = None
    headcount: int | None = None
    since: date | None = None
    """The first day on which it has duties: what is about it is neither due nor open before that."""
    dates: Mapping[str, date] = _NONE
    """Days of the organization itself, by name."""
    person_dates: Mapping[str, Mapping[str, date]] = _NONE
    """Days that each of several persons has, by name, then person, such as the expiry of certificates.

    A name is here or in `dates`, never in both.
    """

    def fact(self, name: str) -> Value:
        """The value of a field, for selectors."""
        match name:
            case "kind":
                return self.kind.value
            case "traits":
                return self.traits
            case "id" | "name" | "region" | "industry" | "headcount" | "since":
                value: Value = getattr(self, name)
                return value
            case _:
                return self.relations.get(name) or self.dates.get(name)

    def holds(self, post: str) -> bool:
        """Whether somebody holds the post."""
        return post in self.posts

    def default_assignee(self) -> str:
        """The post that does what nobody else is named for."""
        usual = "safety_officer" if self.kind is Kind.ENTERPRISE else "duty"
        return usual if usual in self.posts else "principal"

    def default_duty(self) -> str:
        """The post that answers for the organization towards others: `duty`, else the principal."""
        return "duty" if "duty" in self.posts else "principal"


SELECTABLE = ("id", "kind", "name", "region", "industry", "headcount", "traits", "since", *RELATIONS)
"""The fields of an organization that a selector may look at, beside its own dates."""
