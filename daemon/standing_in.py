"""Standing in: a notice that its channels could not deliver goes another way, or to somebody else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from daemon.leaving import leaves_at
from daemon.situation import Situation
from daemon.store import deliveries, notices, returned, tasks
from daemon.store.enqueueing import Outgoing, enqueue
from daemon.store.notices import StoredNotice
from daemon.store.tasks import StoredTask
from obligations.decisions import Notice, Reason
from obligations.recipients import Holder
from obligations.states import NoticeState


def go_on(
    connection: Connection, situation: Situation, notice: StoredNotice, why: str, now: datetime
) -> tuple[str | None, list[tuple[StoredTask, Notice]]]:
    """Where a pending notice goes on: to the reader by a channel not tried yet, else to whoever stands in for him.

    Args:
        why: what became of it so far.

    Returns:
        Why it is given up, None if it waits on another channel; and the notices to be written in its place.
    """
    stored = tasks.by_rows(connection, [notice.task_row])[notice.task_row]
    if another := list(_other_ways(connection, situation, stored, notice, now))[:1]:
        enqueue(connection, another, situation.message_domain, now)
        return None, []
    told = [each for each in notices.of_task(connection, notice.task_row) if _is_of_its_step(each, notice)]
    holder = _stand_in(situation, stored, notice, told, now)
    if holder is None:
        nobody = Holder.of(situation.config.organizations.get(notice.organization or ""), notice.post) is None
        return f"{(Reason.NOBODY if nobody else Reason.NO_CHANNEL_LEFT).value}: {why}", []
    reason = f"{Reason.STAND_IN.value} ({holder.key}): {why}"
    if any(each.holder == holder.key for each in told):
        return reason, []
    instead = Notice(
        stored.task.id, notice.step, notice.stage, notice.tell, holder, notice.channels, NoticeState.PENDING,
        Reason.STAND_IN, urgent=notice.urgent,
    )  # fmt: skip
    return reason, [(stored.at(notice.revision), instead)]


def _is_of_its_step(said: StoredNotice, notice: StoredNotice) -> bool:
    """Whether it was said of the same step; a step that is said late was heard by others under a former deadline."""
    was_heard = notice.reason == Reason.LATE.value and said.state is NoticeState.SENT
    return said.step == notice.step and (said.revision == notice.revision or was_heard)


def _other_ways(
    connection: Connection, situation: Situation, stored: StoredTask, notice: StoredNotice, now: datetime
) -> Iterator[Outgoing]:
    """The notice on each channel that was not tried yet, in the order of duban.yaml."""
    holder = Holder.of(situation.config.organizations.get(notice.organization or ""), notice.post)
    if holder is None:
        return
    tried = deliveries.tried(connection, notice.row)
    bad = returned.addresses(connection)
    key = f"{stored.task.id}/{notice.step}/{notice.holder}/{notice.revision}"
    speaking = situation.days_of(stored.task)
    for channel in situation.personal_channels:
        address = holder.post.address(situation.channels[channel])
        if address and channel not in tried and address not in bad:
            at = now if notice.urgent else leaves_at(situation, channel, address, speaking, now)
            yield Outgoing(channel, address, holder.post.name, key, notice.urgent, speaking, at, notice.row)


def _stand_in(
    situation: Situation, stored: StoredTask, notice: StoredNotice, told: list[StoredNotice], now: datetime
) -> Holder | None:
    """Who is told in the reader's place: the next in the chain whom nothing has failed to reach."""
    plan, roster = stored.task.plan, situation.config.organizations
    if not {plan.bearer, plan.subject} <= roster.keys():
        return None
    failed = {each.holder for each in told if each.state is NoticeState.UNDELIVERABLE}
    directory = situation.directory.on(situation.local(now).date())
    return replace(directory, without=frozenset({*failed, notice.holder})).resolve(notice.tell, plan, notice.channels)
