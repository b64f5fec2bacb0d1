"""Recording: what people say of tasks and events becomes facts, and the tasks follow, in one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from config.documents import did_you_mean
from config.event_checks import check_event
from config.fields import wrong_id
from config.reach import outside
from daemon import left_out
from daemon.announcing import ask_to_verify, take_back, tell_of_change
from daemon.errors import UserError
from daemon.foresight import is_forced, too_much
from daemon.former_bearers import former_bearer
from daemon.former_deadlines import deadline_words
from daemon.hearing import hearing_of
from daemon.outbox import release
from daemon.reconciling import opening_later, reconcile_if_stale, reconcile_now, start_by_closing, start_by_stages
from daemon.situation import Situation
from daemon.store import deliveries, facts, ledger, notices, tasks
from daemon.store.facts import Fact, FactKind, Source
from daemon.store.ledger import Entry
from daemon.store.notices import StoredNotice
from daemon.store.tasks import StoredTask
from obligations.deadlines import local_day, local_moment
from obligations.decisions import Reason, next_moment, request_of
from obligations.events import Event
from obligations.planning import Scope
from obligations.recipients import Holder
from obligations.reconciling import Changes
from obligations.selectors import Value
from obligations.states import (
    TASK_TRANSITIONS,
    NoticeAction,
    NoticeState,
    TaskAction,
    TaskState,
    TransitionError,
    advance,
)
from obligations.tasks import PlannedTask, Task


class RecordingError(UserError):
    """The fact cannot be recorded; the message says why and what can."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Who said it, and with what words and evidence."""

    by: str = ""
    note: str = ""
    evidence: str = ""
    is_named: bool = True
    """Whether somebody was named, rather than just a user of the machine, whom several people may share."""


NOBODY = Statement()
_IN_FILES = "stands in events/*.yaml; change it there"


class Recorder:
    """Records facts in one transaction, at one moment."""

    def __init__(self, connection: Connection, situation: Situation, now: datetime) -> None:
        """Bring the tasks in line with the config first.

        Raises:
            RecordingError: it is an edit that no daemon would take over unasked.
        """
        self._connection = connection
        self._situation = situation
        self._now = now
        why = too_much(connection, situation, now)
        if why is not None and not is_forced(connection, situation.config):
            raise RecordingError(f"nothing is recorded while the edit of {situation.config.directory} waits: {why}")
        reconcile_if_stale(connection, situation, now)
        self._looked_up_to = ledger.seq_at_end(connection)
        """The row of the ledger after which nothing was looked at yet."""

    def done(self, task: str, on: date | None = None, said: Statement = NOBODY) -> StoredTask:
        """The task was done (once, if it must be done several times).

        It closes when it was done as often as it must be, or awaits verification where the duty asks for that.

        Args:
            on: the day or the moment, a plain one in the city's time zone; None for now. A mere day leaves open when on
                it that was, and so is in time for what is due at a moment of it.
        """
        stored = self._find(task)
        plan, obligation = stored.task.plan, self._situation.config.obligations.get(stored.task.plan.obligation)
        on, at = self._when(on)
        earliest = self._earliest(plan)
        if on < earliest:
            raise RecordingError(f"{on} is too early: {task} opens on {earliest}")
        completions = stored.task.completions + 1
        if completions < plan.times:
            self._refuse_unless(stored, TaskAction.CLOSE)
            after = replace(stored.task, completions=completions)
        else:
            verify = obligation is not None and obligation.verify is not None
            action = TaskAction.REPORT if verify else TaskAction.CLOSE
            after = replace(stored.task, completions=completions, closed_on=on, state=self._advance(stored, action))
        more: dict[str, object] = {"at": at.isoformat()} if at is not None else {}
        if after.is_late(at):
            more["late"] = True
        return self._conclude(stored, after, Fact(task, FactKind.DONE, on, *_words(said), self._now), more)

    def is_late(self, stored: StoredTask) -> bool:
        """Whether a task was done late, by the moment that was said last where it is due at a moment."""
        said = [row.body for row in ledger.about(self._connection, stored.task.id) if row.kind == FactKind.DONE.value]
        at = json.loads(said[-1]).get("at") if said else None
        return stored.task.is_late(datetime.fromisoformat(at) if at is not None else None)

    def _when(self, on: date | None) -> tuple[date, datetime | None]:
        """The day on which something was done, and the instant (UTC), if that is known."""
        now = self._situation.local(self._now)
        if on is not None and not isinstance(on, datetime):
            if on > now.date():
                raise RecordingError(f"{on} lies ahead; today is {now.date()}")
            return on, None
        at = self._now if on is None else local_moment(on, self._situation.config.settings.timezone)
        if at > self._now:
            raise RecordingError(f"{self._situation.local(at):%Y-%m-%dT%H:%M} lies ahead; it is {now:%Y-%m-%dT%H:%M}")
        return self._situation.local(at).date(), at

    def _earliest(self, plan: PlannedTask) -> date:
        """The first day on which it can have been done: from the event on, even if that was recorded later."""
        obligation = self._situation.config.obligations.get(plan.obligation)
        if obligation is None or plan.anchor is None or not obligation.counts_on or obligation.opens is not None:
            return plan.opens
        return min(plan.opens, local_day(plan.anchor, self._situation.config.settings.timezone))

    def verify(self, task: str, said: Statement = NOBODY) -> StoredTask:
        """Another organization confirms that what was reported is done; never the person who reported it."""
        stored = self._find(task)
        after = replace(stored.task, state=self._advance(stored, TaskAction.VERIFY))
        reporter = next(
            (each.by for each in reversed(facts.of_task(self._connection, task)) if each.kind is FactKind.DONE), ""
        )
        if said.is_named and said.by.strip() and said.by.strip() == reporter.strip():
            raise RecordingError(f"{task}: {reporter} reported it, and the one who reports is not the one who verifies")
        return self._conclude(stored, after, Fact(task, FactKind.VERIFIED, None, *_words(said), self._now))

    def reject(self, task: str, said: Statement) -> StoredTask:
        """What was reported is not done; the task is open again, and its ladder goes on.

        A revision begins: a step that was decided and taken back when it was reported speaks anew. If the due day moved
        meanwhile, those who were told of the former one are told. If it became another organization's, the one that
        reported it is told so, and the ladder begins anew with the present one.
        """
        stored = self._find(task)
        before = stored.task
        reporter = former_bearer(self._connection, before.plan)
        after = replace(
            before, state=self._advance(stored, TaskAction.REJECT), closed_on=None,
            completions=before.completions - 1, revision=before.revision + 1,
            fired=before.fired if reporter is None else frozenset(),
        )  # fmt: skip
        told = hearing_of(self._connection, stored.row)
        open_again = self._conclude(stored, after, Fact(task, FactKind.REJECTED, None, *_words(said), self._now))
        tell_of_change(self._connection, self._situation, open_again, told, self._now, reporter)
        return open_again

    def waive(self, task: str, said: Statement) -> StoredTask:
        """The task need not be done."""
        stored = self._find(task)
        after = replace(stored.task, state=self._advance(stored, TaskAction.WAIVE))
        return self._conclude(stored, after, Fact(task, FactKind.WAIVED, None, *_words(said), self._now))

    def extend(self, task: str, to: date, said: Statement) -> StoredTask:
        """The task is due on a later day; those who were told of the former one are told."""
        stored = self._find(task)
        self._refuse_unless(stored, TaskAction.CLOSE)
        if to <= stored.task.plan.due:
            raise RecordingError(f"{to} is no extension: {task} is due on {stored.task.plan.due}")
        if (why := outside(to, self._situation.config.calendar)) is not None:
            raise RecordingError(f"{task}: {why}")
        self._keep(Fact(task, FactKind.EXTENDED, to, *_words(said), self._now), stored.task.plan)
        plan = stored.task.plan
        scope = Scope(frozenset({plan.obligation}), frozenset({plan.subject}))
        reconcile_now(self._connection, self._situation, self._now, f"extension: {said.note}", scope)
        self._refuse_if_left_out()
        return self._find(task)

    def approve(self, task: str, step: str, said: Statement = NOBODY) -> int:
        """Let the notices of a step go that wait for approval; gives how many there were."""
        stored = self._find(task)
        told = notices.of_task(self._connection, stored.row)
        waiting = [notice for notice in told if notice.step == step and notice.state is NoticeState.HELD]
        if not waiting:
            raise RecordingError(f"nothing of step {step!r} of {task} waits for approval")
        fact = Fact(task, FactKind.APPROVED, None, said.by, said.note or step, said.evidence, self._now)
        self._keep(fact, stored.task.plan)
        asking = [each for each in told if each.step == request_of(step) and each.state is NoticeState.PENDING]
        supersede = NoticeAction.SUPERSEDE, Reason.APPROVED.value
        notices.move_all(self._connection, [(notice, *supersede) for notice in asking])
        for notice in waiting:
            notices.approve(self._connection, notice, self._now)
            release(self._connection, self._situation, stored, notice, self._now)
        climbed = [(stored.task, notice.stage) for notice in waiting]
        start_by_stages(self._connection, self._situation, climbed, self._now)
        self._refuse_if_left_out()
        return len(waiting)

    def retry(self, delivery: int, said: Statement = NOBODY) -> None:
        """A message that failed or was given up is sent once more, to the address that its holder has now."""
        found = deliveries.find(self._connection, delivery)
        if found is None:
            raise RecordingError(f"there is no message {delivery}; `duban outbox` lists them")
        if found.channel not in self._situation.config.channels:
            raise RecordingError(
                f"message {delivery} was for the channel {found.channel!r}, which duban.yaml has no more"
            )
        carried = notices.of_deliveries(self._connection, [delivery])[delivery]
        address = self._present_address(carried, found.channel) or found.address
        try:
            deliveries.resend(self._connection, found, address, Reason.RESENT.value, self._now)
        except TransitionError as error:
            raise RecordingError(f"message {delivery}: {error}") from error
        for notice in carried:
            if notice.state is NoticeState.UNDELIVERABLE:
                notices.move(self._connection, notice, NoticeAction.RESEND, Reason.RESENT.value)
        body = {"message_id": found.message_id, "channel": found.channel, "address": address, "by": said.by}
        ledger.append(self._connection, self._now, [Entry("resend", f"delivery {delivery}", body)])

    def _present_address(self, carried: Sequence[StoredNotice], channel: str) -> str | None:
        """Where the holder of the first notice's post is reached now."""
        kind = self._situation.config.channels[channel]
        for notice in carried:
            holder = Holder.of(self._situation.config.organizations.get(notice.organization or ""), notice.post)
            return holder.post.address(kind) if holder is not None else None
        return None

    def add_event(self, identifier: str, kind: str, organization: str, fields: Mapping[str, Value]) -> Changes:
        """Something happened; the tasks that it starts are there at once.

        What was withdrawn, because its file has it no more, may be recorded anew.
        """
        if (wrong := wrong_id(identifier)) is not None:
            raise RecordingError(wrong)
        found = facts.find_event(self._connection, identifier)
        if found is not None and not found.withdrawn:
            where = _IN_FILES if found.source is Source.FILE else "exists already; change it with `duban event amend`"
            raise RecordingError(f"the event {identifier!r} {where}")
        event = Event(identifier, kind, organization, dict(fields), found.event.recorded_at if found else self._now)
        return self._take_event(event, "added", is_new=found is None)

    def amend_event(self, identifier: str, fields: Mapping[str, Value]) -> Changes:
        """An event is other than was said; its tasks appear, move or are withdrawn."""
        found = facts.find_event(self._connection, identifier)
        if found is None:
            known = [event.id for event in facts.standing_events(self._connection)]
            raise RecordingError(f"there is no event {identifier!r}{did_you_mean(identifier, known)}")
        if found.withdrawn:
            raise RecordingError(
                f"the event {identifier!r} was withdrawn: events/*.yaml has it no more; "
                "record it anew with `duban event add`"
            )
        if found.source is Source.FILE:
            raise RecordingError(f"the event {identifier!r} {_IN_FILES}")
        event = found.event
        return self._take_event(replace(event, fields={**event.fields, **fields}), "amended", is_new=False)

    def _take_event(self, event: Event, how: str, *, is_new: bool) -> Changes:
        config = self._situation.config
        faults = list(check_event(event, config.organizations, config.obligations, config.calendar))
        if faults:
            raise RecordingError("; ".join(message for _, message in faults))
        store = facts.add_event if is_new else facts.amend_event
        store(self._connection, event, Source.COMMAND)
        ledger.append(self._connection, self._now, [facts.event_entry(how, event)])
        scope = self._started_by(event)
        changes = reconcile_now(self._connection, self._situation, self._now, f"event {how}: {event.id}", scope)
        self._refuse_if_left_out()
        return changes

    def opening_later(self, identifier: str) -> list[PlannedTask]:
        """The tasks of an event that are kept from a later day on, since they open so far ahead."""
        found = facts.find_event(self._connection, identifier)
        if found is None:
            return []
        planned = opening_later(self._connection, self._situation, self._now, self._started_by(found.event))
        return [plan for plan in planned if plan.event == identifier]

    def _started_by(self, event: Event) -> Scope:
        return Scope(self._situation.triggers.by_event(event.kind), frozenset({event.organization}))

    def _conclude(
        self, stored: StoredTask, after: Task, fact: Fact, more: Mapping[str, object] | None = None
    ) -> StoredTask:
        situation = self._situation
        if after.state is not TaskState.OPEN:
            told = hearing_of(self._connection, stored.row)
            after = take_back(self._connection, stored._replace(task=after), told)
        moment = next_moment(after, situation.policy(after), situation.speaking_of(after))
        concluded = StoredTask(stored.row, after, moment)
        tasks.replace(self._connection, concluded)
        self._keep(fact, after.plan, more)
        if after.state is TaskState.REPORTED:
            ask_to_verify(self._connection, situation, concluded, self._now)
        if start_by_closing(self._connection, situation, after, self._now) is not None:
            self._refuse_if_left_out()
        return concluded

    def _refuse_if_left_out(self) -> None:
        """Refuse what would give a task that cannot be counted; nothing of it is recorded then."""
        found = left_out.said_since(self._connection, self._looked_up_to)
        self._looked_up_to = ledger.seq_at_end(self._connection)  # what is said next is not to blame for these
        faults = [f"{task}: {why}" for task, why in sorted(found.items())]
        if faults:
            raise RecordingError("; ".join(faults))

    def _keep(self, fact: Fact, plan: PlannedTask, more: Mapping[str, object] | None = None) -> None:
        """Keep a fact; the ledger says too when the task was due as it was said, and what `more` there is to say."""
        facts.record(self._connection, fact)
        said = {"on": str(fact.on_day or ""), "by": fact.by, "note": fact.note, "evidence": fact.evidence}
        body = {**said, **deadline_words(plan.terms), **(more or {})}
        ledger.append(self._connection, self._now, [Entry(fact.kind.value, fact.task, body)])

    def _find(self, task: str) -> StoredTask:
        stored = tasks.find(self._connection, task)
        if stored is None:
            plan = self._situation.planned(task, self._connection, self._now)
            if plan is not None:
                raise RecordingError(f"{task} opens on {plan.opens}; it can be recorded from then on")
            hint = did_you_mean(task, tasks.ids_like(self._connection, task))
            raise RecordingError(f"there is no task {task!r}{hint or '; `duban plan` lists them'}")
        return stored

    def _refuse_unless(self, stored: StoredTask, action: TaskAction) -> None:
        self._advance(stored, action)

    def _advance(self, stored: StoredTask, action: TaskAction) -> TaskState:
        try:
            return advance(TASK_TRANSITIONS, stored.task.state, action)
        except TransitionError as error:
            raise RecordingError(f"{stored.task.id}: {error}") from error


def _words(said: Statement) -> tuple[str, str, str]:
    return said.by, said.note, said.evidence
