"""Obligations: the rules of the policy, one entry for each duty that somebody can miss."""

from dataclasses import dataclass
from enum import Enum

from obligations.deadlines import Roll
from obligations.festivals import Festival
from obligations.limits import Limit, Unit
from obligations.policies import Stage
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
    """The clock starts at a date of an event.

    Args:
        count: it starts at the event that brings the number within `span` to exactly so many.
        span: how far apart the first and the last of them may lie; None where `count` is 1.
    """

    event: str
    date: str
    where: Selector = EVERYTHING
    count: int = 1
    span: Limit | None = None


@dataclass(frozen=True, slots=True)
class OrganizationAnchor:
    """The clock is set by a date of the organization itself, such as the day a licence expires."""

    date: str


@dataclass(frozen=True, slots=True)
class HolidayAnchor:
    """The clock is set by the first day off of public holidays, every year."""

    festivals: tuple[Festival, ...]


@dataclass(frozen=True, slots=True)
class TaskAnchor:
    """The clock starts on the day on which a task of one of these obligations about the same subject is closed."""

    obligations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageAnchor:
    """The clock starts when the ladder of another task about the same subject reaches a stage."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class RosterAnchor:
    """The clock starts on the day on which the roster first shows that the duty applies."""


Anchor = EventAnchor | OrganizationAnchor | HolidayAnchor | TaskAnchor | StageAnchor | RosterAnchor


class Pace(Enum):
    """How what must be done several times in a window is spread over it."""

    FREE = "free"
    """As the bearer likes."""
    EVEN = "even"
    """By inner due days at equal distances; they remind, and only the window's end makes overdue."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One duty: whom it is about, who bears it, and what sets its clock (`every`, or `anchor` with `limit`).

    Args:
        applies_to: selects the subjects.
        bearer: `self`, a relation of the subject, or `event.FIELD` naming an organization.
        assignee: the bearer's post that does it; None is the bearer's usual one.
        times: how often within one window.
        until: the field of the event that names the due day itself; where it has none, `limit` counts.
        opens: delays the start, counted from the anchor.
        by: moves the due day of a recurring duty forward from its window's end (negative).
        pace: whether inner due days spread the `times` over the window.
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
    until: str | None = None
    opens: Limit | None = None
    by: Limit | None = None
    pace: Pace = Pace.FREE
    roll: Roll = Roll.NONE
    verify: str | None = None

    @property
    def named_by(self) -> str | None:
        """The field of an event that names who bears it; None if no event does."""
        _, dot, field = self.bearer.partition(".")
        return field if dot else None

    @property
    def counts_on(self) -> bool:
        """Whether it is due after what sets its clock, so that it cannot be open, or done, before that."""
        return self.limit is not None and self.limit.amount > 0

    def follows_working_days(self, *, stated: bool) -> bool:
        """Whether the due day of one task depends on which days are worked; of none where its event states it, unless
        that rolls."""
        counted = self.by if self.every is not None else None if stated else self.limit
        counts_them = counted is not None and counted.unit is Unit.WORKING_DAYS
        return counts_them or self.roll is not Roll.NONE or isinstance(self.anchor, HolidayAnchor)

    def basis_where(self, *, stated: bool) -> Basis:
        """Where the due day of one task comes from: where its event should state the day and does not, `limit` counts,
        which is the city's own."""
        return self.basis if stated or self.until is None else Basis.LOCAL
