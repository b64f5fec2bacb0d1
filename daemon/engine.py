"""The engine: reconcile, tick and dispatch over one store. Service, simulation and tests run this same one."""

from collections.abc import Mapping
from datetime import datetime

from config.loader import Config
from daemon import reconciling, ticking
from daemon.clock import Clock
from daemon.dispatching import Dispatcher
from daemon.following import Turn
from daemon.situation import Situation
from daemon.store import deliveries, tasks
from daemon.store.database import Database
from notifiers.channel import Channel
from obligations.deadlines import end_of_day


class Engine:
    """Everything that happens at one wake-up."""

    def __init__(
        self, config: Config, database: Database, channels: Mapping[str, Channel], clock: Clock, owner: str = "here"
    ) -> None:
        self.config = config
        self.database = database
        self.situation = Situation(config)
        self.turn = Turn(config.version)
        self.dispatcher = Dispatcher(database, self.situation, channels, clock, owner)
        self.undecided: dict[str, str] = {}
        """Tasks that a fault of ours kept from being decided, each with the fault."""
        self._clock = clock

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._clock.now()

    def adopt(self, config: Config) -> None:
        """Go on with another config: tasks follow at the next decision."""
        self.config = config
        self.situation = Situation(config)
        self.turn = Turn(config.version)
        self.dispatcher.adopt(self.situation)

    async def wake(self) -> None:
        """Do all that is due now: tasks in line with the rules, notices decided, messages sent."""
        self.decide(self._clock.now())
        await self.dispatcher.dispatch()

    def decide(self, now: datetime, *, follow: bool = True) -> int:
        """Reconcile if anything changed, then decide what is due; gives how many tasks were decided.

        Args:
            follow: whether tasks may follow the config; not while its files are being edited.
        """
        with self.database.read() as connection:
            stale = reconciling.is_stale(connection, self.situation, now)
            ours = self.turn.has_come(reconciling.followed(connection), now)
        if stale and follow and ours:
            with self.database.write() as connection:
                if self.turn.has_come(reconciling.followed(connection), now):  # as it is now that nobody else writes
                    reconciling.reconcile_if_stale(connection, self.situation, now)
        return ticking.tick(self.database, self.situation, now, self.undecided)

    def next_wake(self, now: datetime) -> datetime:
        """The next instant (UTC) at which there is something to do; at the latest the next midnight."""
        with self.database.read() as connection:
            moments = [tasks.next_moment(connection), deliveries.next_moment(connection)]
        midnight = end_of_day(self.situation.local(now).date(), self.config.settings.timezone)
        return min([midnight, *(moment for moment in moments if moment is not None)])
