"""Hearing: what each post-holder has heard of a task, what still waits to be said, and what he never got to hear."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from daemon.former_deadlines import FormerDeadline
from daemon.store import notices
from daemon.store.notices import StoredNotice
from obligations.changes import change_in
from obligations.decisions import Reason
from obligations.states import NoticeState
from obligations.tasks import PlannedTask

_WAITING = frozenset({NoticeState.PENDING, NoticeState.HELD})
_SPOKEN = frozenset({NoticeState.SENT, NoticeState.UNDELIVERABLE})
_LOST = frozenset({NoticeState.PENDING, NoticeState.SUPERSEDED})


class Hearing(NamedTuple):
    """Every notice about one task so far, in the order in which they were written.

    Args:
        heard: the rows of those that reached their readers, or may have: a message with them is under way or in doubt.
    """

    notices: Sequence[StoredNotice]
    heard: frozenset[int]

    def waiting(self) -> list[StoredNotice]:
        """What waits to be sent or approved."""
        return [each for each in self.notices if each.state in _WAITING]

    def unspoken(self) -> set[str]:
        """The steps that wait and have reached nobody; one that is said late to somebody had reached others."""
        waiting = {(each.revision, each.step) for each in self.waiting() if each.reason != Reason.LATE.value}
        spoken = {(each.revision, each.step) for each in self.notices if self._spoke(each)}
        return {step for _, step in waiting - spoken}

    def last(self) -> dict[str, StoredNotice]:
        """The last notice that each holder heard."""
        return {each.holder: each for each in self.notices if each.row in self.heard}

    def has_heard(self, holder: str, step: str) -> bool:
        """Whether a holder heard a step, under this deadline or a former one."""
        return any((each.holder, each.step) == (holder, step) for each in self.notices if each.row in self.heard)

    def unheard(self, fired: frozenset[str]) -> dict[str, StoredNotice]:
        """What each holder missed of the steps behind the task, because it changed before his message had left; the
        gravest, unless he has heard as grave a one since."""
        latest = {(each.holder, each.step): each for each in self.notices if each.step in fired}
        missed = [each for each in latest.values() if self._was_lost(each) and not self._heard_as_grave(each)]
        return {each.holder: each for each in sorted(missed, key=lambda each: (each.stage.gravity, each.row))}

    def of_deadline(self, former: Sequence[FormerDeadline], plan: PlannedTask) -> frozenset[str]:
        """The steps that were spoken when the task was due as it is under `plan`, before it moved away and back."""
        return frozenset(
            each.step
            for each in self.notices
            if (self._spoke(each) or each.reason == Reason.GRAVER.value)
            and each.revision < len(former)
            and not former[each.revision].differs_from(plan)
        )

    def _spoke(self, notice: StoredNotice) -> bool:
        return notice.state in _SPOKEN or notice.row in self.heard

    def _was_lost(self, notice: StoredNotice) -> bool:
        return notice.state in _LOST and notice.row not in self.heard and notice.reason != Reason.GRAVER.value

    def _heard_as_grave(self, lost: StoredNotice) -> bool:
        return any(
            each.row > lost.row and each.row in self.heard and each.stage.gravity >= lost.stage.gravity
            for each in self.notices
            if each.holder == lost.holder and change_in(each.step) is None
        )


def hearing_of(connection: Connection, task_row: int) -> Hearing:
    """What has been heard of a task so far."""
    said = notices.of_task(connection, task_row)
    heard = {each.row for each in said if each.state is NoticeState.SENT}
    if any(each.state in _LOST and each.reason != Reason.GRAVER.value for each in said):
        heard |= notices.perhaps_heard(connection, task_row)
    return Hearing(said, frozenset(heard))
