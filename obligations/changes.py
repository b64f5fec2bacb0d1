"""Changes: what happens to a task beside its ladder, and is told once to those whom it concerns."""

from enum import Enum


class Change(Enum):
    """How a task has become another than people were told."""

    MOVED = "moved"
    """It is due on another day."""
    WITHDRAWN = "withdrawn"
    """It need not be done any more."""
    RESTORED = "restored"
    """It was withdrawn and must be done after all."""
    REASSIGNED = "reassigned"
    """Another organization must do it now; the reader's need not any more."""
    REPORTED = "reported"
    """It is said to be done, and the reader's organization has to confirm that."""


NOTHING_TO_DO = frozenset({Change.WITHDRAWN, Change.REASSIGNED})
"""The changes after which the reader need do nothing any more."""
_CHANGES = {change.value: change for change in Change}


def step_of(change: Change, revision: int) -> str:
    """What the step that tells of a change is called: `moved-2`; `revision` is the task's, or counts its reports."""
    return f"{change.value}-{revision}"


def change_in(step: str) -> Change | None:
    """The change that a step of this name tells of; None for a ladder's steps."""
    return _CHANGES.get(step.rpartition("-")[0])
