"""The engine: reconcile, tick and dispatch over one store. Service, simulation and tests run this same one."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from config.loader import Config
from daemon import reconciling, ticking
from daemon.clock import Clock
from daemon.dispatching import Dispatcher
from daemon.following import Turn
from daemon.situation import Situation
from daemon.store import deliveries, tasks
from daemon.store.database import Database
from notifiers.channel import Channel
from notifiers.removed import RemovedChannel
from obligations.deadlines import end_of_day
from obligations.planning import Scope


class Engine:
    """Everything that happens at one wake-up."""

    def __init__(
        self, config: Config, database: Database, channels: Mapping[str, Channel], clock: Clock, owner: str = "here"
    ) -> None:
        self.config = config
        self.database = database
        self.situation = Situation(config)
        self.turn = Turn(config.version)
        self.channels = {**channels, **_removed(config, database)}
        """By name; also those that duban.yaml has no more, while messages wait for them."""
        self.dispatcher = Dispatcher(database, self.situation, self.channels, clock, owner)
        self.undecided: dict[str, str] = {}
        """Tasks that a fault of ours kept from being decided, each with the fault."""
        self._clock = clock
        self._followed: Situation | None = None
        """What the tasks followed when they were reconciled last, if that was here."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._clock.now()

    def adopt(self, config: Config) -> None:
        """Go on with another config: tasks follow at the next decision.

        Raises:
            TemplatesError, OSError: its templates cannot be read; then everything goes on under the former one.
        """
        situation = Situation(config)
        self.dispatcher.adopt(situation)  # the senders first: they alone may fail
        self.config, self.situation, self.turn = config, situation, Turn(config.version)

    async def wake(self) -> None:
        """Do all that is due now: tasks in line with the rules, notices decided, messages sent."""
        self.decide(self._clock.now())
        await self.dispatcher.dispatch()

    def decide(self, now: datetime, *, follow: bool = True) -> int:
        """Reconcile if anything changed, then decide what is due; gives how many tasks were decided.

        Args:
            follow: whether tasks may follow the config; not while its files are being edited.
        """
        self.follow(now, may=follow)
        return ticking.tick(self.database, self.situation, now, self.undecided)

    def follow(self, now: datetime, *, may: bool = True) -> None:
        """Bring the tasks in line with the config if it, the calendar or the horizon is another than it was.

        A few organizations at a time, so that others may write in between; if it is broken off it begins anew.
        """
        with self.database.read() as connection:
            stale = reconciling.is_stale(connection, self.situation, now)
            ours = self._has_turn(connection, now)
        if not (stale and may and ours):
            return
        with self.database.write() as connection:
            if not self._has_turn(connection, now):  # as it is now that nobody else writes
                return
            scope = self.reach(connection, self.situation, now)
            reconciling.begin(connection, self.situation, now)
            pieces = list(reconciling.pieces(connection, self.situation, scope))
        planner = reconciling.planner_of(self.situation, now)
        for piece in pieces:
            with self.database.write() as connection:
                reconciling.reconcile_piece(connection, self.situation, planner, piece, now)
        with self.database.write() as connection:
            reconciling.end(connection, self.situation, now)
        self._followed = self.situation

    def reach(self, connection: Connection, situation: Situation, now: datetime) -> Scope:
        """The tasks that may be other than they are once they follow a situation."""
        return reconciling.reach(connection, self._followed, situation, now)

    def _has_turn(self, connection: Connection, now: datetime) -> bool:
        return self.turn.has_come(reconciling.followed(connection), now)

    def next_wake(self, now: datetime) -> datetime:
        """The next instant (UTC) at which there is something to do; at the latest the next midnight."""
        with self.database.read() as connection:
            moments = [tasks.next_moment(connection), deliveries.next_moment(connection)]
        midnight = end_of_day(self.situation.local(now).date(), self.config.settings.timezone)
        return min([midnight, *(moment for moment in moments if moment is not None)])


def _removed(config: Config, database: Database) -> dict[str, RemovedChannel]:
    with database.read() as connection:
        waited_for = deliveries.channels_waited_for(connection)
    return {name: RemovedChannel(name) for name in sorted(waited_for - config.channels.keys())}
