"""The outbox: notices become messages, one for each person and channel."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from daemon.leaving import leaves_at
from daemon.situation import Situation
from daemon.standing_in import go_on
from daemon.store import ledger, notices, returned
from daemon.store.enqueueing import Outgoing, enqueue
from daemon.store.ledger import Entry, encoded, quoted
from daemon.store.notices import StoredNotice
from daemon.store.tasks import StoredTask
from obligations.decisions import Notice, Reason
from obligations.recipients import Holder
from obligations.states import NoticeAction, NoticeState

CAME_BACK, VACANT = "nothing reaches any address of the reader", "nobody holds the post any more"
logger = logging.getLogger(__name__)


def write_notices(
    connection: Connection, situation: Situation, written: Sequence[tuple[StoredTask, Notice]], now: datetime
) -> None:
    """Store notices, put those to be sent into the outbox, and write all into the ledger.

    What can go nowhere, because nothing reaches any address of its reader, goes to whoever stands in for him.
    """
    bad = returned.addresses(connection)
    while written:
        rows = notices.add(connection, written, now)
        outgoing, stuck = list[Outgoing](), dict[int, str]()
        for row, (stored, notice) in zip(rows, written, strict=True):
            if notice.state is NoticeState.PENDING and notice.holder is not None:
                ways = list(_ways(situation, row, stored, notice, notice.holder, bad, now))
                outgoing += ways
                if not ways:
                    stuck[row] = _why_not(situation, notice.holder, bad)
        enqueue(connection, outgoing, situation.message_domain, now)
        ledger.append(connection, now, [_entry(notice) for _, notice in written])
        lost = [(notice, stuck[notice.row]) for notice in notices.by_rows(connection, list(stuck))]
        written = send_otherwise(connection, situation, lost, now)


def send_otherwise(
    connection: Connection, situation: Situation, lost: Iterable[tuple[StoredNotice, str]], now: datetime
) -> list[tuple[StoredTask, Notice]]:
    """Let pending notices, which reached nobody so far, go on another way; gives those to be written in their place.

    Where several of one step fall to the same stand-in, he is told once.

    Args:
        lost: each with what became of it so far.
    """
    instead: dict[tuple[int, int, str], tuple[StoredTask, Notice]] = {}
    for notice, why in lost:
        given_up, more = go_on(connection, situation, notice, why, now)
        for stored, each in more:
            instead.setdefault((stored.row, stored.task.revision, each.key), (stored, each))
        if given_up is not None:
            notices.move(connection, notice, NoticeAction.GIVE_UP, given_up)
            logger.error("notice to %s (%s) did not reach him: %s", notice.holder, notice.step, given_up)
    return list(instead.values())


def release(
    connection: Connection, situation: Situation, stored: StoredTask, notice: StoredNotice, now: datetime
) -> None:
    """Put a notice that was approved into the outbox."""
    holder = Holder.of(situation.config.organizations.get(notice.organization or ""), notice.post)
    approved = Notice(
        stored.task.id, notice.step, notice.stage, notice.tell, holder, notice.channels, NoticeState.PENDING,
        Reason.APPROVED, urgent=notice.urgent,
    )  # fmt: skip
    bad = returned.addresses(connection)
    about = stored.at(notice.revision)
    outgoing = list(_ways(situation, notice.row, about, approved, holder, bad, now)) if holder is not None else []
    enqueue(connection, outgoing, situation.message_domain, now)
    why = _why_not(situation, holder, bad) if holder is not None else VACANT
    stuck = [] if outgoing else [(each, why) for each in notices.by_rows(connection, [notice.row])]
    write_notices(connection, situation, send_otherwise(connection, situation, stuck, now), now)


def _why_not(situation: Situation, holder: Holder, bad: Mapping[str, str]) -> str:
    """Why no channel carries anything to a holder: what the other side said about the first of his addresses."""
    addresses = (holder.post.address(kind) for kind in situation.channels.values())
    said = next((bad[address] for address in addresses if address and address in bad), "")
    return f"{CAME_BACK}: {said}" if said else CAME_BACK


def _ways(
    situation: Situation,
    row: int,
    stored: StoredTask,
    notice: Notice,
    holder: Holder,
    bad: Collection[str],
    now: datetime,
) -> Iterator[Outgoing]:
    """One message on each channel on which the holder has an address that something may reach."""
    post, speaking, kinds = holder.post, situation.days_of(stored.task), situation.channels
    for channel in situation.channels_of(post, notice.stage, notice.channels):
        address = post.address(kinds[channel]) if channel in kinds else None  # a new one is there after a restart
        if address and address not in bad:
            at = now if notice.urgent else leaves_at(situation, channel, address, speaking, now)
            key = f"{notice.key}/{stored.task.revision}"
            yield Outgoing(channel, address, post.name, key, notice.urgent, speaking, at, row)


def _entry(notice: Notice) -> Entry:
    holder = notice.holder
    via = holder.via._value_ if holder else None  # as `value`, and quicker
    shared = _shared(notice.step, notice.stage._value_, via, notice.state._value_, notice.reason._value_)
    who = f'"holder":{quoted(holder.key)},"name":{quoted(holder.post.name)}' if holder else '"holder":null,"name":null'
    return Entry("notice", notice.task, f"{{{who},{shared}")


@lru_cache(maxsize=1024)
def _shared(step: str, stage: str, via: str | None, state: str, reason: str) -> str:
    """What the entries of all notices of a step say alike: the rest of a JSON object."""
    alike = {"step": step, "stage": stage, "via": via, "state": state, "reason": reason}
    return encoded(alike).removeprefix("{")
