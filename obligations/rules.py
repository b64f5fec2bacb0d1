"""Obligations: the rules of the policy, one entry for each duty that somebody can miss."""

from dataclasses import dataclass
from enum import Enum

from obligations.deadlines import Roll
from obligations.limits import Limit
from obligations.selectors import EVERYTHING, Selector
from obligations.windows import Every


class Basis(Enum):
    """Where a limit comes from."""

    POLICY = "policy"
    """The city's policy states it."""
    LAW = "law"
    """National law states it."""
    LOCAL = "local"
    """The policy says "regularly" or "promptly"; the number is a default that each city sets for itself."""


@dataclass(frozen=True, slots=True)
class EventAnchor:
    """The clock starts at a date of an event."""

    event: str
    date: str
    where: Selector = EVERYTHING


@dataclass(frozen=True, slots=True)
class OrganizationAnchor:
    """The clock is set by a date of the organization itself, such as the day a licence expires."""

    date: str


Anchor = EventAnchor | OrganizationAnchor


@dataclass(frozen=True, slots=True)
class Obligation:
    """One duty: whom it is about, who bears it, and what sets its clock (`every`, or `anchor` with `limit`).

    Args:
        applies_to: selects the subjects.
        bearer: `self`, a relation of the subject, or `event.FIELD` naming an organization.
        assignee: the bearer's post that does it; None is the bearer's usual one.
        times: how often within one window.
        opens: delays the start, counted from the anchor.
        by: moves the due day of a recurring duty forward from its window's end (negative).
        verify: the relation that confirms a reported completion.
    """

    id: str
    clause: str
    basis: Basis
    title: str
    instruction: str
    evidence: str
    applies_to: Selector
    bearer: str
    assignee: str | None
    policy: str
    every: Every | None = None
    times: int = 1
    anchor: Anchor | None = None
    limit: Limit | None = None
    opens: Limit | None = None
    by: Limit | None = None
    roll: Roll = Roll.NONE
    verify: str | None = None
