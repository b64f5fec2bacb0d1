"""The state machines: each an enum with one sentence a state, and one transition table."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from obligations.single import Single


class TaskState(Single):
    """Where a task stands. Lamps (green, yellow, red) and lateness are derived, not stored."""

    OPEN = "open"
    """Somebody must still do it."""
    REPORTED = "reported"
    """The bearer says it is done; another organization has yet to confirm."""
    CLOSED = "closed"
    """It is done, in time or late."""
    WAIVED = "waived"
    """Somebody with the right to do so decided that it need not be done."""
    WITHDRAWN = "withdrawn"
    """It should no longer exist: its rule, organization or event has changed."""


class TaskAction(Single):
    """What can happen to a task."""

    REPORT = "report"
    CLOSE = "close"
    VERIFY = "verify"
    REJECT = "reject"
    WAIVE = "waive"
    WITHDRAW = "withdraw"
    RESTORE = "restore"


TASK_TRANSITIONS: Mapping[tuple[TaskState, TaskAction], TaskState] = {
    (TaskState.OPEN, TaskAction.REPORT): TaskState.REPORTED,
    (TaskState.OPEN, TaskAction.CLOSE): TaskState.CLOSED,
    (TaskState.REPORTED, TaskAction.VERIFY): TaskState.CLOSED,
    (TaskState.REPORTED, TaskAction.REJECT): TaskState.OPEN,
    (TaskState.OPEN, TaskAction.WAIVE): TaskState.WAIVED,
    (TaskState.REPORTED, TaskAction.WAIVE): TaskState.WAIVED,
    (TaskState.OPEN, TaskAction.WITHDRAW): TaskState.WITHDRAWN,
    (TaskState.REPORTED, TaskAction.WITHDRAW): TaskState.WITHDRAWN,
    (TaskState.WITHDRAWN, TaskAction.RESTORE): TaskState.OPEN,
}


class NoticeState(Single):
    """Where a notice stands; a reason always stands beside it."""

    PENDING = "pending"
    """It is to be sent."""
    SENT = "sent"
    """At least one delivery that carries it was accepted."""
    SUPERSEDED = "superseded"
    """It need not be said any more: a graver one says it, or the task is no longer open."""
    HELD = "held"
    """It waits for a person's approval before it goes."""
    UNDELIVERABLE = "undeliverable"
    """It could not reach whom it was for: a stand-in is told, or nobody, and then the administrator."""


class NoticeAction(Single):
    """What can happen to a notice."""

    SEND = "send"
    SUPERSEDE = "supersede"
    APPROVE = "approve"
    GIVE_UP = "give_up"
    RESEND = "resend"
    RETURN = "return"


NOTICE_TRANSITIONS: Mapping[tuple[NoticeState, NoticeAction], NoticeState] = {
    (NoticeState.PENDING, NoticeAction.SEND): NoticeState.SENT,
    (NoticeState.PENDING, NoticeAction.SUPERSEDE): NoticeState.SUPERSEDED,
    (NoticeState.PENDING, NoticeAction.GIVE_UP): NoticeState.UNDELIVERABLE,
    (NoticeState.UNDELIVERABLE, NoticeAction.RESEND): NoticeState.PENDING,
    (NoticeState.SENT, NoticeAction.RETURN): NoticeState.PENDING,  # all that carried it came back
    (NoticeState.HELD, NoticeAction.APPROVE): NoticeState.PENDING,
    (NoticeState.HELD, NoticeAction.SUPERSEDE): NoticeState.SUPERSEDED,
}


class DeliveryState(Single):
    """Where one message to one address stands."""

    PENDING = "pending"
    """It waits for its next attempt."""
    SENDING = "sending"
    """A worker holds it under a lease."""
    ACCEPTED = "accepted"
    """The next hop took it."""
    DELIVERED = "delivered"
    """A receipt says that it arrived."""
    FAILED = "failed"
    """It was refused for good, or came back."""
    UNKNOWN = "unknown"
    """It broke off where it may or may not have been taken; it is sent again with the same Message-ID."""
    DEAD = "dead"
    """Its attempts are used up."""
    CANCELLED = "cancelled"
    """Nothing in it was left to say when its turn came."""


class DeliveryAction(Single):
    """What can happen to a delivery."""

    CLAIM = "claim"
    ACCEPT = "accept"
    POSTPONE = "postpone"
    REFUSE = "refuse"
    BREAK_OFF = "break_off"
    EXHAUST = "exhaust"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    RETURN = "return"
    RESEND = "resend"


DELIVERY_TRANSITIONS: Mapping[tuple[DeliveryState, DeliveryAction], DeliveryState] = {
    (DeliveryState.PENDING, DeliveryAction.CLAIM): DeliveryState.SENDING,
    (DeliveryState.UNKNOWN, DeliveryAction.CLAIM): DeliveryState.SENDING,
    (DeliveryState.SENDING, DeliveryAction.CLAIM): DeliveryState.SENDING,  # an expired lease is taken over
    (DeliveryState.SENDING, DeliveryAction.ACCEPT): DeliveryState.ACCEPTED,
    (DeliveryState.SENDING, DeliveryAction.POSTPONE): DeliveryState.PENDING,
    (DeliveryState.SENDING, DeliveryAction.REFUSE): DeliveryState.FAILED,
    (DeliveryState.SENDING, DeliveryAction.BREAK_OFF): DeliveryState.UNKNOWN,
    (DeliveryState.SENDING, DeliveryAction.EXHAUST): DeliveryState.DEAD,
    (DeliveryState.SENDING, DeliveryAction.CANCEL): DeliveryState.CANCELLED,
    (DeliveryState.FAILED, DeliveryAction.RESEND): DeliveryState.PENDING,
    (DeliveryState.DEAD, DeliveryAction.RESEND): DeliveryState.PENDING,
    (DeliveryState.ACCEPTED, DeliveryAction.CONFIRM): DeliveryState.DELIVERED,
    (DeliveryState.ACCEPTED, DeliveryAction.RETURN): DeliveryState.FAILED,
    (DeliveryState.DELIVERED, DeliveryAction.RETURN): DeliveryState.FAILED,
}


class TransitionError(ValueError):
    """The action is not possible in this state."""


StateT = TypeVar("StateT", bound=Enum)
ActionT = TypeVar("ActionT", bound=Enum)


def advance(table: Mapping[tuple[StateT, ActionT], StateT], state: StateT, action: ActionT) -> StateT:
    """The state that `action` leads to from `state`.

    Raises:
        TransitionError: the table has no such transition; the message names the actions that are possible.
    """
    try:
        return table[state, action]
    except KeyError:
        possible = ", ".join(str(each.value) for came_from, each in table if came_from is state) or "nothing"
        raise TransitionError(f"cannot {action.value} what is {state.value}; possible: {possible}") from None
