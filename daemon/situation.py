"""The situation: the config with the facts that the store knows, ready for decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import Connection

from config.loader import Config
from daemon.store import facts
from obligations.city import City
from obligations.events import Event
from obligations.ladders import SpeakingTime
from obligations.planning import planned_tasks
from obligations.policies import Policy, SpeakingDays
from obligations.recipients import Directory
from obligations.tasks import PlannedTask, Task

LAST_YEAR = 2090
"""The last year whose tasks are looked for; the calendar reaches a little further."""


@dataclass(frozen=True)
class Situation:
    """What decisions are made on, apart from the task and the moment."""

    config: Config

    @cached_property
    def directory(self) -> Directory:
        """Finds the holders of posts."""
        return Directory(self.config.organizations, self.config.channels)

    @cached_property
    def _speaking(self) -> dict[SpeakingDays, SpeakingTime]:
        city = self.config.city()
        return {days: SpeakingTime(city.office_hours, city.zone, city.calendar, days) for days in SpeakingDays}

    def speaking(self, days: SpeakingDays) -> SpeakingTime:
        """When notices may go out."""
        return self._speaking[days]

    def knows(self, task: Task) -> bool:
        """Whether the config in force has all that the task hangs on.

        A command may have stored tasks of a config that the daemon is about to take over.
        """
        config, plan = self.config, task.plan
        return (
            plan.obligation in config.obligations
            and plan.policy in config.policies
            and plan.subject in config.organizations
            and plan.bearer in config.organizations
        )

    def policy(self, task: Task) -> Policy:
        """The ladder of a task."""
        return self.config.policies[task.plan.policy]

    def speaking_of(self, task: Task) -> SpeakingTime:
        """When notices about a task may go out."""
        return self.speaking(self.policy(task).days)

    @cached_property
    def message_domain(self) -> str:
        """What stands behind the @ of Message-IDs: the domain of the first sender that is configured."""
        for channel in self.config.settings.channels.values():
            sender = getattr(channel, "sender", "")
            if "@" in sender:
                return str(sender).rpartition("@")[2].strip("<> ")
        return "duban.invalid"

    def city(self, connection: Connection) -> City:
        """The city with its events and extensions."""
        return self.config.city(facts.standing_events(connection), facts.extensions(connection))

    def planned(self, task: str, events: Sequence[Event]) -> PlannedTask | None:
        """A task as the rules say it should be, whether or not it is in the store yet; None if there is none."""
        key = task.rpartition("/")[2]
        start = self.config.settings.start
        year = int(key[:4]) if key[:4].isdecimal() else start.year
        until = date(min(max(year, start.year) + 1, LAST_YEAR), 12, 31)
        return next((plan for plan in planned_tasks(self.config.city(events), until) if plan.id == task), None)

    def local(self, moment: datetime) -> datetime:
        """An instant in the city's time zone."""
        return moment.astimezone(self.config.settings.timezone)
