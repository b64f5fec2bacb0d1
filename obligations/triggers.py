"""Triggers: which duties wait for what, so that when something happens only those are looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from obligations.policies import Stage
from obligations.rules import EventAnchor, Obligation, RosterAnchor, StageAnchor, TaskAnchor

Ids = frozenset[str]
NONE: Ids = frozenset()
KeyT = TypeVar("KeyT")


@dataclass(frozen=True, slots=True)
class Triggers:
    """The ids of the obligations that wait for an event, for another task to be closed, for a stage, for the roster."""

    events: Mapping[str, Ids] = field(default_factory=dict)
    tasks: Mapping[str, Ids] = field(default_factory=dict)
    stages: Mapping[Stage, Ids] = field(default_factory=dict)
    roster: Ids = NONE

    def by_event(self, kind: str) -> Ids:
        """What an event of this kind may start or change: the duties that wait for it, and those that follow them.

        A stage that was reached because of it may have started something, too.
        """
        return self._with_followers(self.events.get(kind, NONE).union(*self.stages.values()))

    def by_closing(self, obligation: str) -> Ids:
        """What starts when a task of this obligation is closed."""
        return self.tasks.get(obligation, NONE)

    def by_stage(self, stage: Stage) -> Ids:
        """What starts when a task reaches this stage."""
        return self.stages.get(stage, NONE)

    def _with_followers(self, first: Ids) -> Ids:
        found, ahead = set(first), list(first)
        while ahead:
            following = self.tasks.get(ahead.pop(), NONE) - found
            found |= following
            ahead += following
        return frozenset(found)


def triggers_of(obligations: Iterable[Obligation]) -> Triggers:
    """Sort obligations by what they wait for."""
    events: dict[str, set[str]] = {}
    tasks: dict[str, set[str]] = {}
    stages: dict[Stage, set[str]] = {}
    roster: set[str] = set()
    for each in obligations:
        match each.anchor:
            case EventAnchor(kind):
                events.setdefault(kind, set()).add(each.id)
            case TaskAnchor(followed):
                for obligation in followed:
                    tasks.setdefault(obligation, set()).add(each.id)
            case StageAnchor(stage):
                stages.setdefault(stage, set()).add(each.id)
            case RosterAnchor():
                roster.add(each.id)
            case _:
                pass
    return Triggers(_frozen(events), _frozen(tasks), _frozen(stages), frozenset(roster))


def _frozen(groups: Mapping[KeyT, set[str]]) -> Mapping[KeyT, Ids]:
    return {key: frozenset(ids) for key, ids in groups.items()}
