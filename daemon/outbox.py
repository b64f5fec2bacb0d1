"""The outbox: notices become messages, one for each person and channel."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from daemon.situation import Situation
from daemon.store import deliveries, ledger, notices
from daemon.store.deliveries import Outgoing
from daemon.store.ledger import Entry, encoded, quoted
from daemon.store.notices import StoredNotice
from daemon.store.tasks import StoredTask
from obligations.decisions import Notice, Reason
from obligations.policies import Speaking, Stage
from obligations.recipients import Holder, Via
from obligations.states import NoticeState


def write_notices(
    connection: Connection, situation: Situation, written: Sequence[tuple[StoredTask, Notice]], now: datetime
) -> None:
    """Store notices, put those to be sent into the outbox, and write all into the ledger."""
    rows = notices.add(connection, written, now)
    outgoing: list[Outgoing] = []
    for row, (stored, notice) in zip(rows, written, strict=True):
        if notice.state is NoticeState.PENDING and notice.holder is not None:
            key = f"{notice.key}/{stored.task.revision}"
            days = situation.days_of(stored.task)
            outgoing += _messages(situation, row, key, notice.holder, notice.channels, days, now, urgent=notice.urgent)
    deliveries.enqueue(connection, outgoing, situation.message_domain, now)
    ledger.append(connection, now, [_entry(notice) for _, notice in written])


def release(
    connection: Connection, situation: Situation, stored: StoredTask, notice: StoredNotice, now: datetime
) -> None:
    """Put a notice that was approved into the outbox."""
    holder = Holder.of(situation.config.organizations.get(notice.organization or ""), notice.post)
    if holder is None:
        return
    key = f"{stored.task.id}/{notice.step}/{notice.holder}/{notice.revision}"
    days = situation.days_of(stored.task)
    outgoing = _messages(situation, notice.row, key, holder, notice.channels, days, now, urgent=notice.urgent)
    deliveries.enqueue(connection, list(outgoing), situation.message_domain, now)


def _messages(  # noqa: PLR0913 - the parts of a message
    situation: Situation,
    row: int,
    key: str,
    holder: Holder,
    channels: Iterable[str],
    days: Speaking,
    now: datetime,
    *,
    urgent: bool,
) -> Iterable[Outgoing]:
    """One message on each channel on which the holder has an address."""
    not_before = now if urgent else situation.speaking(days).next_from(now)
    for channel in channels:
        address = holder.post.address(situation.config.channels[channel])
        if address:
            yield Outgoing(channel, address, holder.post.name, key, urgent, days, not_before, row)


def _entry(notice: Notice) -> Entry:
    holder = notice.holder
    shared = _shared(notice.step, notice.stage, holder.via if holder else None, notice.state, notice.reason)
    who = f'"holder":{quoted(holder.key)},"name":{quoted(holder.post.name)}' if holder else '"holder":null,"name":null'
    return Entry("notice", notice.task, f"{{{who},{shared}")


@lru_cache(maxsize=1024)
def _shared(step: str, stage: Stage, via: Via | None, state: NoticeState, reason: Reason) -> str:
    """What the entries of all notices of a step say alike: the rest of a JSON object."""
    alike = {
        "step": step, "stage": stage.value, "via": via.value if via else None, "state": state.value,
        "reason": reason.value,
    }  # fmt: skip
    return encoded(alike).removeprefix("{")
