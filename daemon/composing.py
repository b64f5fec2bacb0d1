"""Composing: the notices of one delivery become one message that states the present situation."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from daemon.occasions import occasion
from daemon.situation import Situation
from daemon.store import deliveries, notices, tasks
from daemon.store.deliveries import StoredDelivery
from daemon.store.notices import StoredNotice
from daemon.store.tasks import StoredTask
from daemon.templates import open_renderer
from daemon.views import notice_view
from notifiers.channel import Message
from notifiers.invitations import invitation_of
from notifiers.rendering import Content, NoticeView
from obligations.changes import Change, change_in
from obligations.decisions import notice_key
from obligations.organizations import AddressKind
from obligations.policies import Stage
from obligations.states import NoticeState, TaskState

logger = logging.getLogger(__name__)

_STATE_TOLD = {Change.WITHDRAWN: TaskState.WITHDRAWN, Change.REPORTED: TaskState.REPORTED}
"""What a task must be for a notice of a change to be true; every other notice speaks of an open task."""
_SPEAKABLE = frozenset({NoticeState.PENDING, NoticeState.SENT})
"""States of a notice that a message may still carry: it may have gone out on another channel already."""


class Letter(NamedTuple):
    """A message ready to go (None if nothing is left to say), and what became of the notices put into it."""

    message: Message | None
    carried: tuple[StoredNotice, ...]
    dropped: tuple[StoredNotice, ...]
    """Notices that wait no more to be said: their task is no longer open."""
    keys: tuple[str, ...]
    waits: bool = False
    """Whether it speaks of a task whose duty is not in the config in force (yet)."""
    fault: str | None = None
    """Why it cannot be put into words."""

    @property
    def gravest(self) -> Stage:
        """The gravest stage that it speaks of; that of a reminder where it says nothing."""
        return max((each.stage for each in self.carried), key=lambda stage: stage.gravity, default=Stage.REMIND)


class Draft(NamedTuple):
    """What a delivery has to say, as its tasks are now; see `Letter`.

    Args:
        delivery: with the days and hours in which its ladders may speak now: they may have been edited while it waited.
        thread: the Message-ID of the first message about the gravest of them to this address.
        fault: why it cannot be said.
        told: `task/step` of every notice that was put into it; also of those no longer said.
    """

    delivery: StoredDelivery
    carried: tuple[StoredNotice, ...]
    dropped: tuple[StoredNotice, ...]
    keys: tuple[str, ...]
    views: tuple[NoticeView, ...] = ()
    thread: str | None = None
    waits: bool = False
    fault: str | None = None
    told: tuple[str, ...] = ()


class Composer:
    """Composes messages in the configured language.

    Raises:
        TemplatesError: a template of the config directory fails.
    """

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._renderer = open_renderer(situation.config)

    def look(self, connection: Connection, batch: Sequence[StoredDelivery], now: datetime) -> list[Draft]:
        """Look at the tasks of deliveries of one channel once more; what is no longer open is left out.

        One that cannot be read, by a fault of ours, holds up no other.
        """
        if not batch:
            return []
        found = notices.of_deliveries(connection, [delivery.row for delivery in batch])
        about = tasks.by_rows(connection, [notice.task_row for each in found.values() for notice in each])
        first = deliveries.first_messages(connection, batch[0].channel, about.keys())
        return [self._draft(connection, delivery, found[delivery.row], about, first, now) for delivery in batch]

    def _draft(
        self,
        connection: Connection,
        delivery: StoredDelivery,
        found: Sequence[StoredNotice],
        about: Mapping[int, StoredTask],
        first: Mapping[tuple[int, str], str],
        now: datetime,
    ) -> Draft:
        speakable = [each for each in found if each.state in _SPEAKABLE and _is_true(each, about[each.task_row])]
        told_of = (about[each.task_row].task for each in speakable)
        if any(task.state is not TaskState.WITHDRAWN and not self._situation.knows(task) for task in told_of):
            return Draft(delivery, (), (), (), waits=True)
        carried = tuple(speakable)
        dropped = tuple(each for each in found if each.state is NoticeState.PENDING and each not in carried)
        keys = tuple(notice_key(about[each.task_row].task.id, each.step, each.holder) for each in carried or dropped)
        if not carried:
            return Draft(delivery, (), dropped, keys)
        by_gravity = sorted(carried, key=lambda each: each.stage.gravity, reverse=True)
        thread = first.get((by_gravity[0].task_row, delivery.address))
        days = self._situation.days_of_all(about[each.task_row].task for each in by_gravity)
        delivery = delivery._replace(days=days)
        try:
            views = [notice_view(self._situation, connection, each, about[each.task_row].task, now) for each in carried]
        except SQLAlchemyError:
            raise
        except Exception as error:
            logger.exception("delivery %d cannot be put into words", delivery.row)
            return Draft(delivery, carried, dropped, keys, fault=str(error))
        told = tuple([f"{about[each.task_row].task.id}/{each.step}" for each in found])
        return Draft(delivery, carried, dropped, keys, tuple(views), thread, told=told)

    def write(self, draft: Draft, address: AddressKind, now: datetime) -> Letter:
        """Put a draft into words; one that cannot be, by a fault of a template, holds up no other."""
        delivery, fault = draft.delivery, draft.fault
        if not draft.views:
            reason = f"it cannot be put into words: {fault}" if fault is not None else None
            return Letter(None, draft.carried, draft.dropped, draft.keys, draft.waits, reason)
        try:
            content = self._render(draft.views, delivery, address, now)
        except Exception as error:
            logger.exception("delivery %d cannot be put into words", delivery.row)
            return Letter(None, draft.carried, draft.dropped, draft.keys, fault=f"it cannot be put into words: {error}")
        is_email, first = address is AddressKind.EMAIL, draft.views[0]
        message = Message(
            message_id=delivery.message_id,
            address=delivery.address,
            name=delivery.name,
            subject=content.subject,
            text=content.text,
            html=content.html,
            notices=draft.keys,
            thread=draft.thread if draft.thread != delivery.message_id else None,
            composed_at=delivery.created_at,
            stage=content.stage,
            facts=content.facts,
            attempt=delivery.attempts,
            occasion="" if is_email else occasion(delivery.channel, draft.told, delivery.created_at),
            invitation=invitation_of(draft.views, _entry_title(first), _entry_text(first)) if is_email else None,
        )
        return Letter(message, draft.carried, draft.dropped, draft.keys)

    def _render(
        self, views: Sequence[NoticeView], delivery: StoredDelivery, address: AddressKind, now: datetime
    ) -> Content:
        render = self._renderer.render_email if address is AddressKind.EMAIL else self._renderer.render_sms
        return render(views, delivery.name, self._situation.local(now))


def _entry_title(view: NoticeView) -> str:
    """What an entry of a calendar is called: the duty, and whom it is about."""
    return f"{view.title} · {view.subject}"


def _entry_text(view: NoticeView) -> str:
    """What stands in an entry of a calendar: what to do, by which rule, under which number, and whom to call."""
    return "\n".join(filter(None, (view.instruction, view.clause, view.task, view.contact)))


def _is_true(notice: StoredNotice, about: StoredTask) -> bool:
    """Whether what a notice says still holds: that its task is to be done, unless it tells of another state."""
    change = change_in(notice.step)
    return about.task.state is (_STATE_TOLD.get(change, TaskState.OPEN) if change else TaskState.OPEN)
