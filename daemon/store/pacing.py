"""Pacing: what a channel, or a person on it, has taken lately, over all nodes, so that neither is given too much."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    String,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    type_coerce,
    update,
    values,
)
from sqlalchemy.sql.dml import ReturningInsert

from daemon.steadiness import CLOCKS_DIFFER
from daemon.store.bulk import AskingAbout, Bulk, Keys
from daemon.store.tables import instant, micros, sendings
from notifiers.channel import Rate

_TAKEN = select(func.coalesce(func.sum(sendings.c.messages), 0)).where(
    sendings.c.channel == bindparam("of"),
    sendings.c.address == "",
    sendings.c.at > bindparam("since"),
    sendings.c.at <= bindparam("until"),
)
_FORGET = delete(sendings).where(
    sendings.c.channel == bindparam("of"), sendings.c.address == "", sendings.c.at <= bindparam("since")
)
_NOBODY = " "
"""An address that no row has; the empty one is that of what a channel has taken."""
_BY_PERSON = AskingAbout(
    lambda addresses: (
        select(sendings.c.address, type_coerce(sendings.c.at, BigInteger))
        .where(
            sendings.c.channel == bindparam("of"),
            sendings.c.address.in_(addresses),
            sendings.c.at > bindparam("since"),
            sendings.c.at <= bindparam("until"),
        )
        .order_by(sendings.c.at)
    ),
    nobody=_NOBODY,
)
_FORGET_PERSONS = AskingAbout(
    lambda addresses: (
        delete(sendings)
        .where(
            sendings.c.channel == bindparam("of"),
            sendings.c.address.in_(addresses),
            sendings.c.at <= bindparam("since"),
        )
        .returning(sendings.c.id)
    ),
    nobody=_NOBODY,
)


def _counting(addresses: Keys[str]) -> ReturningInsert[Any]:
    given = values(column("address", String), name="given").data([(each,) for each in addresses]).cte("given")
    counted = select(
        bindparam("of", type_=String), bindparam("moment", type_=BigInteger), literal_column("1"), given.c.address
    ).where(given.c.address != _NOBODY)
    written = insert(sendings).from_select(["channel", "at", "messages", "address"], counted)
    return written.returning(sendings.c.address, sendings.c.id)


_COUNT = AskingAbout(_counting, nobody=_NOBODY)
_MOVE = Bulk(
    update(sendings)
    .where(sendings.c.id == bindparam("row"), sendings.c.address != literal_column("''"))
    .values(at=bindparam("moment")),
    ["moment", "row"],
)


def taken(connection: Connection, channel: str, span: timedelta, now: datetime) -> int:
    """How many messages a channel has taken in the time that ends now."""
    lately = {"of": channel, "since": now - span, "until": now + CLOCKS_DIFFER}
    count: int = connection.execute(_TAKEN, lately).scalar_one()
    return count


def take(connection: Connection, channel: str, messages: int, span: timedelta, now: datetime) -> None:
    """Remember that a channel takes messages now; what is older than the span is forgotten."""
    connection.execute(_FORGET, {"of": channel, "since": now - span})
    connection.execute(insert(sendings).values(channel=channel, at=now, messages=messages, address=""))


class Budgets:
    """How many messages each of some persons may still get on a channel.

    Args:
        budget: each limit holds by itself.
    """

    def __init__(
        self, connection: Connection, channel: str, addresses: Collection[str], budget: Sequence[Rate], now: datetime
    ) -> None:
        self._connection = connection
        self._channel = channel
        self._budget = budget
        self._now = now
        self._longest = max(rate.span for rate in budget)
        self._got: dict[str, list[datetime]] = {}
        self._taken: list[str] = []
        asked, lately = sorted(addresses), {"of": channel, "since": micros(now - self._longest)}
        _FORGET_PERSONS.execute(connection, asked, lately)
        lately["until"] = micros(now + CLOCKS_DIFFER)
        for address, at in _BY_PERSON.execute(connection, asked, lately):
            self._got.setdefault(address, []).append(instant(at))

    def take(self, address: str, *, anyway: bool = False) -> datetime | None:
        """Count a message to a person; if he has had too many, the instant (UTC) from which he may get it instead.

        Args:
            anyway: it goes all the same, and counts.
        """
        waits = max(self._waits(address), default=self._now)
        if waits > self._now and not anyway:
            return waits
        self._got.setdefault(address, []).append(self._now)
        self._taken.append(address)
        return None

    def write(self) -> list[int]:
        """Remember what was taken; gives the numbers of these counts, in order.

        They count from now on; once a message has left, `counts_at` says when, and `give_back` that it did not leave.
        """
        taken, self._taken = self._taken, []
        numbers: dict[str, list[int]] = {}
        for address, number in _COUNT.execute(
            self._connection, taken, {"of": self._channel, "moment": micros(self._now)}
        ):
            numbers.setdefault(address, []).append(number)
        return [numbers[each].pop() for each in taken]

    def _waits(self, address: str) -> Iterator[datetime]:
        """For each limit that is used up, when it has room again."""
        got = self._got.get(address, [])
        for rate in self._budget:
            lately = [at for at in got if at > self._now - rate.span]
            if len(lately) >= rate.messages:
                yield lately[-rate.messages] + rate.span


def counts_at(connection: Connection, moments: Iterable[tuple[int, datetime]]) -> None:
    """Let messages to people, by the numbers of their counts, count at instants: those at which they left, or now while
    they may leave any moment."""
    _MOVE.execute(connection, [(micros(at), number) for number, at in moments])


def give_back(connection: Connection, numbers: Collection[int]) -> None:
    """Count messages to people no more: they did not leave."""
    connection.execute(delete(sendings).where(sendings.c.id.in_(numbers), sendings.c.address != ""))


def forget(connection: Connection) -> None:
    """Begin anew: the clock was set, and the moments that are remembered were of the old one."""
    connection.execute(delete(sendings))
