"""Bouncing: the notices of mail that came back for good go on another way; addresses that are at fault are marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from daemon.former_deadlines import former_deadlines
from daemon.outbox import send_otherwise, write_notices
from daemon.situation import Situation
from daemon.store import deliveries, ledger, notices, returned, tasks
from daemon.store.deliveries import StoredDelivery
from daemon.store.ledger import Entry
from daemon.store.notices import StoredNotice
from notifiers.bounces import Bounce
from obligations.decisions import Reason
from obligations.states import DELIVERY_TRANSITIONS, DeliveryAction, NoticeAction, NoticeState, TaskState


@dataclass(frozen=True, slots=True)
class Returned:
    """What a bounce came to.

    Args:
        delivery: the message that came back.
        is_news: it had not come back before.
    """

    delivery: StoredDelivery
    is_news: bool


def take_back(
    connection: Connection, situation: Situation, digest: str, bounce: Bounce, now: datetime
) -> Returned | None:
    """Write down that a message came back for good; None if there is no such message.

    Its address is marked only if it is to blame, by the same codes as where a recipient is refused at once.

    Args:
        digest: of the message, from its return address.
    """
    delivery = deliveries.find_by_digest(connection, digest, situation.message_domain)
    if delivery is None:
        return None
    if (delivery.state, DeliveryAction.RETURN) not in DELIVERY_TRANSITIONS:
        return Returned(delivery, is_news=False)
    if bounce.bad_address:
        mark_addresses(connection, [(delivery, bounce.reason)], now)
    else:
        ledger.append(connection, now, [_not_arrived(delivery, bounce.reason)])
    fail_after_all(connection, situation, delivery, f"came back: {bounce.reason}", now)
    return Returned(delivery, is_news=True)


def _not_arrived(delivery: StoredDelivery, reason: str) -> Entry:
    body = {"message_id": delivery.message_id, "channel": delivery.channel, "arrived": False, "reason": reason}
    return Entry("receipt", f"delivery {delivery.row}", body)


def mark_addresses(connection: Connection, failed: Sequence[tuple[StoredDelivery, str]], now: datetime) -> None:
    """Use the addresses of some deliveries no more, because of what the other side said about each."""
    entries: list[Entry] = []
    for delivery, reason in failed:
        body = {"message_id": delivery.message_id, "channel": delivery.channel, "address": delivery.address,
                "reason": reason}  # fmt: skip
        entries.append(Entry("returned", f"delivery {delivery.row}", body))
        returned.mark(connection, delivery.address, reason, now)
    ledger.append(connection, now, entries)


def fail_after_all(
    connection: Connection, situation: Situation, delivery: StoredDelivery, reason: str, now: datetime
) -> None:
    """A message that was accepted has not arrived: what nothing else has told goes on another way."""
    deliveries.take_step(connection, delivery, DeliveryAction.RETURN, reason)
    lost = [
        each
        for each in notices.of_deliveries(connection, [delivery.row])[delivery.row]
        if each.state is NoticeState.SENT and not notices.has_arrived(connection, each.row)
    ]
    notices.move_all(connection, [(each, NoticeAction.RETURN, Reason.CAME_BACK.value) for each in lost])
    pending = notices.by_rows(connection, [each.row for each in lost])
    outdated = [each for each in pending if _is_outdated(connection, each)]
    notices.move_all(connection, [(each, NoticeAction.SUPERSEDE, Reason.MOVED.value) for each in outdated])
    waiting = [
        (each, reason) for each in pending if each not in outdated and not notices.has_hope(connection, each.row)
    ]
    write_notices(connection, situation, send_otherwise(connection, situation, waiting, now), now)


def _is_outdated(connection: Connection, notice: StoredNotice) -> bool:
    """Whether a notice spoke of another deadline than its task has now; of that one its reader was told since."""
    task = tasks.by_rows(connection, [notice.task_row])[notice.task_row].task
    if task.state is not TaskState.OPEN or notice.revision == task.revision:
        return False
    former = former_deadlines(connection, task.id)
    return notice.revision < len(former) and former[notice.revision].differs_from(task.plan)
