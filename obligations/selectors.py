"""Selectors: which organizations a duty applies to, and which events start one. Nothing is evaluated as code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

Scalar = str | bool | int | float | date
Value = Scalar | Sequence[str] | None


class Facts(Protocol):
    """What a selector looks at: an organization or an event."""

    def fact(self, name: str) -> Value:
        """The value of a field; None where there is none."""
        ...

    def holds(self, post: str) -> bool:
        """Whether somebody holds a post."""
        ...


class Selector(Protocol):
    """A condition on facts."""

    def matches(self, facts: Facts) -> bool:
        """Whether the facts meet the condition."""
        ...


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The field has one of these values; a field that is a list has at least one of them."""

    field: str
    values: frozenset[Scalar]

    def matches(self, facts: Facts) -> bool:
        """Whether the facts meet the condition."""
        value = facts.fact(self.field)
        if value is None:
            return False
        if isinstance(value, Scalar):
            return value in self.values
        return not self.values.isdisjoint(value)


@dataclass(frozen=True, slots=True)
class Between:
    """The field is a number from `least` to `most`, both included; None is no bound."""

    field: str
    least: float | None
    most: float | None

    def matches(self, facts: Facts) -> bool:
        """Whether the facts meet the condition."""
        value = facts.fact(self.field)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class Lacks:
    """Nobody holds the post."""

    post: str

    def matches(self, facts: Facts) -> bool:
        """Whether the facts meet the condition."""
        return not facts.holds(self.post)


@dataclass(frozen=True, slots=True)
class All:
    """Every part matches; no parts match everything."""

    parts: tuple[Selector, ...] = ()

    def matches(self, facts: Facts) -> bool:
        """Whether the facts meet the condition."""
        return all(part.matches(facts) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part matches."""

    parts: tuple[Selector, ...]

    def matches(self, facts: Facts) -> bool:
        """Whether the facts meet the condition."""
        return any(part.matches(facts) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not match."""

    part: Selector

    def matches(self, facts: Facts) -> bool:
        """Whether the facts meet the condition."""
        return not self.part.matches(facts)


EVERYTHING: Selector = All()


def lacked_posts(selector: Selector) -> frozenset[str]:
    """The posts of which a selector asks whether nobody holds them."""
    match selector:
        case Lacks(post):
            return frozenset({post})
        case All(parts) | Any(parts):
            return frozenset[str]().union(*map(lacked_posts, parts))
        case Not(part):
            return lacked_posts(part)
        case _:
            return frozenset()


def mentioned_fields(selector: Selector) -> Mapping[str, frozenset[Scalar]]:
    """The fields a selector looks at with the values it looks for, so that misspelt ones can be reported."""
    match selector:
        case AnyOf(field, values):
            return {field: values}
        case Between(field):
            return {field: frozenset()}
        case All(parts) | Any(parts):
            found: dict[str, frozenset[Scalar]] = {}
            for part in parts:
                for field, values in mentioned_fields(part).items():
                    found[field] = found.get(field, frozenset()) | values
            return found
        case Not(part):
            return mentioned_fields(part)
        case _:
            return {}
