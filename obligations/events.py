"""Events: accidents, closed cases, orders. The facts that start tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from obligations.deadlines import local_moment
from obligations.grades import ACCIDENT, grade_of
from obligations.selectors import Value


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or is to happen, to one organization.

    Args:
        fields: whatever the kind of event has: dates and moments, counts, yes or no, ids of organizations.
        recorded_at: when this installation first heard of it (UTC).
    """

    id: str
    kind: str
    organization: str
    fields: Mapping[str, Value]
    recorded_at: datetime

    def fact(self, name: str) -> Value:
        """The value of a field, for selectors; `grade` of an accident is computed where no authority has stated it."""
        if name == "organization":
            return self.organization
        if name == "grade" and self.kind == ACCIDENT and self.fields.get(name) is None:
            return grade_of(self.fields).value
        return self.fields.get(name)

    def holds(self, post: str) -> bool:  # noqa: ARG002 - an event has no posts; the protocol asks
        """Nobody holds a post in an event."""
        return False

    def named(self, name: str) -> str | None:
        """The id of an organization in one field; None if the field holds none."""
        return id_in(self.fields.get(name))

    def all_named(self) -> set[str]:
        """Whatever any field may name."""
        return {found for found in map(id_in, self.fields.values()) if found is not None}

    def moment(self, name: str) -> date | datetime | None:
        """The day or aware moment in one field; None if the field holds none."""
        value = self.fields.get(name)
        return value if isinstance(value, date) else None

    def known_at(self, zone: ZoneInfo) -> datetime:
        """When the event became known (UTC): as `known_at` says, else when it was recorded.

        An event that is recorded ahead of its time, as in a simulation, is not known before it happened. Fields that
        end in `_at` say when something happened, so the first of them is the earliest moment.
        """
        stated = self.moment("known_at")
        if stated is not None:
            return local_moment(stated, zone)
        happened = [
            local_moment(value, zone)
            for name, value in self.fields.items()
            if name.endswith("_at") and isinstance(value, date)
        ]
        return max([self.recorded_at, *([min(happened)] if happened else [])])


def id_in(value: Value) -> str | None:
    """The id that a value is; one of nothing but digits, or of digits and a dot, may have been read as a number."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
