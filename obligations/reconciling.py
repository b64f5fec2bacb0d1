"""Reconciling: the tasks that should exist against those that do, into additions, moves and withdrawals."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import chain

from obligations.city import City
from obligations.rules import EventAnchor
from obligations.states import TaskState
from obligations.tasks import PlannedTask, Task

STANDING = frozenset({TaskState.OPEN, TaskState.REPORTED})
"""The states of a task that rules and facts can still change."""


class Ground(Enum):
    """Why a task should no longer exist."""

    OBLIGATION_GONE = "its obligation is no longer in force"
    SUBJECT_GONE = "the organization is no longer in the roster"
    NO_LONGER_APPLIES = "the obligation no longer applies to the organization"
    EVENT_CHANGED = "the event was amended or withdrawn"
    START_CHANGED = "what set its clock has changed"


@dataclass(frozen=True, slots=True)
class Move:
    """A task whose plan has changed."""

    task: Task
    plan: PlannedTask

    @property
    def moves_deadline(self) -> bool:
        """Whether its due day or moment changed, rather than only its bearer, post, policy or opening."""
        return self.task.plan.ends_at != self.plan.ends_at

    @property
    def reassigns(self) -> bool:
        """Whether another organization has to do it now; what was reported stays with the one that reported it."""
        return self.task.plan.bearer != self.plan.bearer and self.task.closed_on is None


@dataclass(frozen=True, slots=True)
class Changes:
    """What must happen so that the tasks are as they should be. Applying them twice changes nothing more."""

    added: tuple[PlannedTask, ...]
    moved: tuple[Move, ...]
    withdrawn: tuple[Task, ...]
    restored: tuple[Move, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.moved or self.withdrawn or self.restored)


def reconcile(expected: Iterable[PlannedTask], existing: Mapping[str, Task]) -> Changes:
    """Compare by id. Tasks that are closed or waived stay as they are; what happened, happened."""
    if not existing:
        return Changes(tuple(expected), (), (), ())
    added: list[PlannedTask] = []
    moved: list[Move] = []
    restored: list[Move] = []
    seen: set[str] = set()
    for plan in expected:
        seen.add(plan.id)
        task = existing.get(plan.id)
        if task is None:
            added.append(plan)
        elif task.state is TaskState.WITHDRAWN:
            restored.append(Move(task, plan))
        elif task.state in STANDING and task.plan != plan:
            moved.append(Move(task, plan))
    withdrawn = [task for task in existing.values() if task.id not in seen and task.state in STANDING]
    return Changes(tuple(added), tuple(moved), tuple(withdrawn), tuple(restored))


def merged(changes: Iterable[Changes]) -> Changes:
    """Several changes as one."""
    every = list(changes)
    return Changes(
        added=tuple(chain.from_iterable(each.added for each in every)),
        moved=tuple(chain.from_iterable(each.moved for each in every)),
        withdrawn=tuple(chain.from_iterable(each.withdrawn for each in every)),
        restored=tuple(chain.from_iterable(each.restored for each in every)),
    )


def ground_of_withdrawal(task: PlannedTask, city: City) -> Ground:
    """Why a task that is not among those that should exist is not."""
    obligation, subject = city.obligations.get(task.obligation), city.organizations.get(task.subject)
    if obligation is None:
        return Ground.OBLIGATION_GONE
    if subject is None:
        return Ground.SUBJECT_GONE
    too_early = subject.since is not None and task.due < subject.since
    if too_early or not obligation.applies_to.matches(subject):
        return Ground.NO_LONGER_APPLIES
    if isinstance(obligation.anchor, EventAnchor):
        return Ground.EVENT_CHANGED
    return Ground.START_CHANGED
