"""The situation: the config with the facts that the store knows, ready for decisions."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache, partial, reduce

from sqlalchemy import Connection

from config.assembling import NOT_YET_RECORDED
from config.loader import Config
from daemon.derivations import may_move, task_grounds
from daemon.store import facts, history
from notifiers.channel import Rate, parse_rate
from notifiers.derivations import derivation_words
from notifiers.mailbox import parse_mailbox
from obligations.city import City
from obligations.events import Event
from obligations.history import History
from obligations.ladders import SpeakingTime
from obligations.organizations import AddressKind, Post, QuietHours
from obligations.planning import EVERYTHING, Scope, planned_tasks
from obligations.policies import Policy, Speaking, SpeakingDays, Stage
from obligations.recipients import Directory
from obligations.tasks import PlannedTask, Task, Terms
from obligations.triggers import Triggers, triggers_of

_YEARS = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")
_OFFICE_HOURS = Speaking(SpeakingDays.WORKING)
LAST_YEAR = 2090
"""The last year whose tasks are looked for; the calendar reaches a little further."""


@dataclass(frozen=True)
class Situation:
    """What decisions are made on, apart from the task and the moment."""

    config: Config

    @cached_property
    def channels(self) -> dict[str, AddressKind]:
        """The configured channels, each with the kind of address it sends to."""
        return self.config.channels

    @cached_property
    def directory(self) -> Directory:
        """Finds the holders of posts."""
        return Directory(self.config.organizations, self.channels, personal=self.personal_channels)

    @cached_property
    def _speaking(self) -> dict[Speaking, SpeakingTime]:
        return {}

    def speaking(self, speaking: Speaking) -> SpeakingTime:
        """When notices may go out."""
        found = self._speaking.get(speaking)
        if found is None:
            city = self.config.city()
            hours = speaking.hours or city.office_hours
            found = self._speaking[speaking] = SpeakingTime(hours, city.zone, city.calendar, speaking.days)
        return found

    @cached_property
    def quiet(self) -> dict[str, QuietHours]:
        """The quiet hours of those who have any, by each of their addresses."""
        return {
            address: post.quiet
            for organization in self.config.organizations.values()
            for post in organization.posts.values()
            if post.quiet is not None
            for address in (post.email, post.mobile, post.wecom)
            if address
        }

    @cached_property
    def spread(self) -> dict[str, timedelta]:
        """Over how long the messages of the channels that have such a span are spread after an opening."""
        minutes = {name: getattr(each, "spread", 0) for name, each in self.config.settings.channels.items()}
        return {name: timedelta(minutes=each) for name, each in minutes.items() if each}

    def budget(self, channel: str) -> tuple[Rate, ...]:
        """How many messages one person may get on a channel; nothing for as many as there are."""
        texts = getattr(self.config.settings.channels.get(channel), "budget", ())
        return tuple(map(parse_rate, texts))

    @cached_property
    def personal_channels(self) -> tuple[str, ...]:
        """The channels that reach one person alone, in the order of duban.yaml: a robot speaks to a whole group."""
        return self.config.personal_channels

    @cached_property
    def receipted(self) -> frozenset[str]:
        """The channels whose providers say what became of messages: they push it, or are asked."""
        settings = self.config.settings
        pushing = {"aliyun", "tencent", "mas"} if settings.receipts is not None else set()
        return settings.pulled.union(name for name, each in settings.channels.items() if each.kind in pushing)

    def channels_of(self, post: Post, stage: Stage, named: Sequence[str]) -> tuple[str, ...]:
        """The channels by which a holder is told at a stage: those he prefers, in place of those that the step names.

        From 督办 on it is the authority who chooses, and what he prefers comes beside. Who has an address on none of
        them is told by the first other channel that reaches him.
        """
        people = self.directory
        prefers = [name for name in post.prefers if people.has_address(post, (name,))] if post.prefers else []
        if prefers:
            return tuple(dict.fromkeys(prefers if stage.gravity < Stage.SUPERVISE.gravity else [*named, *prefers]))
        another = None if people.has_address(post, named) else people.another_channel(post)
        return (another,) if another is not None else tuple(named)

    def knows(self, task: Task) -> bool:
        """Whether the config in force has all that the task hangs on.

        A command may have stored tasks of a config that the daemon is about to take over.
        """
        config, plan = self.config, task.plan
        terms = plan.terms
        return (
            terms.obligation in config.obligations
            and terms.policy in config.policies
            and plan.subject in config.organizations
            and plan.bearer in config.organizations
        )

    def policy(self, task: Task) -> Policy:
        """The ladder of a task."""
        return self.config.policies[task.plan.terms.policy]

    def days_of(self, task: Task) -> Speaking:
        """When notices about a task may go out; in office hours where its ladder is no longer in force."""
        return self._days.get(task.plan.terms.policy, _OFFICE_HOURS)

    def days_of_all(self, tasks: Iterable[Task]) -> Speaking:
        """When one message about tasks, the gravest first, may go out: when all of their ladders may speak."""
        first, *others = dict.fromkeys(map(self.days_of, tasks))
        return reduce(lambda so_far, each: so_far.within(each, self.config.city().office_hours), others, first)

    @cached_property
    def _days(self) -> dict[str, Speaking]:
        return {policy.id: policy.speaking for policy in self.config.policies.values()}

    def speaking_of(self, task: Task) -> SpeakingTime:
        """When notices about a task may go out."""
        return self.speaking(self._days[task.plan.terms.policy])

    @cached_property
    def message_domain(self) -> str:
        """What stands behind the @ of Message-IDs: the domain, in ASCII, of the first sender that is configured."""
        for channel in self.config.settings.channels.values():
            if sender := getattr(channel, "sender", ""):
                return parse_mailbox(sender).domain
        return "duban.invalid"

    def derivation(self, plan: PlannedTask) -> tuple[str, ...]:
        """How a task's due day was counted, line by line, in the configured language."""
        return self._derivation(plan.terms)

    @cached_property
    def _derivation(self) -> Callable[[Terms], tuple[str, ...]]:
        """Kept, because it is the same for every organization that has a duty in the same window."""
        config, settings = self.config, self.config.settings  # not the situation, which would hold itself

        @lru_cache(maxsize=4096)
        def derivation(terms: Terms) -> tuple[str, ...]:
            return derivation_words(task_grounds(config, terms), settings.language, settings.timezone)

        return derivation

    def may_move(self, plan: PlannedTask) -> bool:
        """Whether a holiday notice that is still awaited may move a task's due day."""
        return plan.provisional and self._may_move(plan.terms)

    @cached_property
    def _may_move(self) -> Callable[[Terms], bool]:
        return lru_cache(maxsize=4096)(partial(may_move, self.config))  # kept as derivations are

    @cached_property
    def triggers(self) -> Triggers:
        """Which duties wait for what."""
        return triggers_of(self.config.obligations.values())

    def city(self, connection: Connection | None, scope: Scope = EVERYTHING, now: datetime | None = None) -> City:
        """The city with what has happened to the subjects in the scope, so far as tasks follow from it.

        Args:
            now: as of `events`.
        """
        return self.config.city(self.history(connection, scope, now))

    def history(self, connection: Connection | None, scope: Scope = EVERYTHING, now: datetime | None = None) -> History:
        """What has happened to the subjects in the scope; where nothing is stored yet, the events that are in files.

        Args:
            now: as of `events`.
        """
        if connection is None:
            return History(events=self.events(None, now=now))
        zone, triggers, subjects = self.config.settings.timezone, self.triggers, scope.subjects
        return History(
            events=self.events(connection, subjects, now),
            extensions=facts.extensions(connection),
            closings=history.closings(connection, triggers.tasks.keys(), subjects, zone),
            reached=history.reached(connection, triggers.stages.keys(), subjects),
            matched=history.matches(connection, triggers.roster, subjects),
        )

    def events(
        self, connection: Connection | None, organizations: frozenset[str] | None = None, now: datetime | None = None
    ) -> list[Event]:
        """The events at some organizations (None is all): those in the store, and those in files not taken over yet.

        Args:
            now: when those not taken over would be, so that one that does not say when it happened is known from then.
        """
        mine = self._events_in_files
        chosen = mine.keys() if organizations is None else mine.keys() & organizations
        by_id = {event.id: self._heard_of(event, now) for each in chosen for event in mine[each]}
        if connection is not None:
            by_id |= {each.id: each for each in facts.standing_events(connection, organizations)}
        return [by_id[key] for key in sorted(by_id)]

    def _heard_of(self, event: Event, now: datetime | None) -> Event:
        says_when = event.known_at(self.config.settings.timezone) > NOT_YET_RECORDED
        return event if says_when or now is None else replace(event, recorded_at=now)

    @cached_property
    def _events_in_files(self) -> dict[str, list[Event]]:
        """The events that stand in files, by organization."""
        found: dict[str, list[Event]] = {}
        for event in self.config.events.values():
            found.setdefault(event.organization, []).append(event)
        return found

    def planned(self, task: str, connection: Connection | None, now: datetime) -> PlannedTask | None:
        """A task as the rules say it should be, whether or not it is in the store yet; None if there is none."""
        obligation, _, rest = task.partition("/")
        subject, _, key = rest.partition("/")
        scope = Scope(frozenset({obligation}), frozenset({subject}))
        year = max([self.config.settings.start.year, *(int(found) for found in _YEARS.findall(key))])
        until = date(min(year + 1, LAST_YEAR), 12, 31)
        plans = planned_tasks(self.city(connection, scope, now), until, scope)
        return next((plan for plan in plans if plan.id == task), None)

    def local(self, moment: datetime) -> datetime:
        """An instant in the city's time zone."""
        return moment.astimezone(self.config.settings.timezone)
