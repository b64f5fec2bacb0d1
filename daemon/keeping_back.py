"""Keeping back: why a message that was claimed does not leave now."""

from datetime import datetime

from daemon.composing import Letter
from daemon.leaving import forbidden, leaves_at
from daemon.outcomes import Verdict, put_off
from daemon.situation import Situation
from daemon.store.deliveries import StoredDelivery
from daemon.ticking import LOOK_AGAIN
from obligations.decisions import Reason
from obligations.states import DeliveryAction
from obligations.working_days import CalendarError


def kept_back(
    situation: Situation, channel: str, delivery: StoredDelivery, letter: Letter, now: datetime
) -> Verdict | None:
    """What becomes of a message that may not leave now, or has nothing to say any more; None if it may leave."""
    try:
        if not delivery.urgent and (why := forbidden(situation, delivery.address, delivery.days, now)):
            return put_off(why, leaves_at(situation, channel, delivery.address, delivery.days, now))
    except CalendarError as error:  # the clock is wrong by decades
        return put_off(f"nobody knows whether it may leave: {error}", now + LOOK_AGAIN)
    if letter.waits:
        return put_off("waits for the config of its duty", now + LOOK_AGAIN)
    if letter.fault is None and letter.message is None:
        return Verdict(DeliveryAction.CANCEL, Reason.NO_LONGER_OPEN.value)
    return None
