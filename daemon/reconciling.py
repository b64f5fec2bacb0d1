"""Reconciling the store: the tasks become what rules and facts say, and whoever was told of a change is told so.

New year, roster edit, rule edit, newly published holidays, an event amended, an extension, a task closed: all take
this one path, each over no more tasks than it can touch.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from daemon import left_out
from daemon.announcing import ask_to_verify, remember_titles, take_back, tell_of_change
from daemon.former_deadlines import deadline_words, former_deadlines
from daemon.hearing import hearing_of
from daemon.situation import Situation
from daemon.store import facts, history, ledger, notices, tasks
from daemon.store.facts import FactKind
from daemon.store.history import Match
from daemon.store.ledger import Entry, encoded, quoted
from daemon.store.tasks import StoredTask
from obligations import edits
from obligations.changes import Change, change_in
from obligations.decisions import next_moment, rearmed, recounted
from obligations.history import History
from obligations.ladders import is_repeat
from obligations.matching import Matcher
from obligations.planning import EVERYTHING, Planner, Scope
from obligations.policies import Stage
from obligations.reconciling import STANDING, Changes, Ground, Move, ground_of_withdrawal, merged, reconcile
from obligations.states import TASK_TRANSITIONS, TaskAction, TaskState, advance
from obligations.tasks import PlannedTask, Task

_MARK = "reconciled"

logger = logging.getLogger(__name__)


def horizon(today: date) -> date:
    """How far ahead tasks are kept in the store: to the end of next month."""
    after_next = (today.replace(day=1) + timedelta(days=63)).replace(day=1)
    return after_next - timedelta(days=1)


def is_stale(connection: Connection, situation: Situation, now: datetime) -> bool:
    """Whether the config, the calendar or the horizon is another than when the tasks were reconciled last."""
    return facts.recall(connection, _MARK) != _mark(situation, now)


def followed(connection: Connection) -> str | None:
    """The version of the config that the tasks follow; None before they were first reconciled."""
    mark = facts.recall(connection, _MARK)
    return mark.partition(" ")[0] if mark is not None else None


def reconcile_if_stale(
    connection: Connection, situation: Situation, now: datetime, tell: Callable[[Changes], None] = lambda _: None
) -> bool:
    """Reconcile everything in one transaction if anything that tasks follow from has changed; whether it had.

    Args:
        tell: is given what changes, piece by piece.
    """
    if not is_stale(connection, situation, now):
        return False
    begin(connection, situation, now)
    planner = planner_of(situation, now)
    for piece in pieces(connection, situation):
        tell(reconcile_piece(connection, situation, planner, piece, now))
    end(connection, situation, now)
    return True


PIECE = 400
"""Organizations whose tasks are reconciled at once: some ten thousand tasks."""


def pieces(connection: Connection, situation: Situation, scope: Scope = EVERYTHING) -> Iterator[Scope]:
    """The subjects in a scope, a few at a time: those in the roster, then those that only tasks know any more."""
    if scope.subjects is None:
        gone = tasks.subjects(connection) - situation.config.organizations.keys()
        subjects = [*situation.config.organizations, *sorted(gone)]
    else:
        subjects = sorted(scope.subjects)
    for start in range(0, len(subjects), PIECE):
        yield Scope(scope.obligations, frozenset(subjects[start : start + PIECE]))


def begin(connection: Connection, situation: Situation, now: datetime) -> None:
    """Take over what files say has happened, before tasks are reconciled.

    Until `end` the tasks follow no config wholly: if it is broken off, all are looked at whichever is in force then.
    """
    _take_events(connection, situation, now)
    _take_matches(connection, situation, now)
    facts.remember(connection, _MARK, f"{situation.config.version} unfinished")


def end(connection: Connection, situation: Situation, now: datetime) -> None:
    """Note that all tasks follow the config now."""
    facts.remember(connection, _MARK, _mark(situation, now))
    left_out.forget_gone(connection, situation.config)
    remember_titles(connection, situation)


def _mark(situation: Situation, now: datetime) -> str:
    config = situation.config
    return f"{config.version} {config.calendar.version} {horizon(situation.local(now).date())}"


def reach(connection: Connection, before: Situation | None, after: Situation, now: datetime) -> Scope:
    """The tasks that may have to follow the step from one config to the next; all, unless they follow the first now."""
    if before is None or is_stale(connection, before, now):
        return EVERYTHING
    happened = History(events=after.events(connection))
    scope = edits.reach(before.config.city(), after.config.city(happened))
    old, new = before.config.events, after.config.events
    amended = {each for each in old.keys() | new.keys() if old.get(each) != new.get(each)}
    where = {events[each].organization for events in (old, new) for each in amended & events.keys()}
    where |= {each.organization for each in happened.events if each.id in amended}  # as a command may have said before
    return scope if scope.subjects is None else Scope(subjects=scope.subjects | where)


def preview(
    connection: Connection, situation: Situation, now: datetime, scope: Scope = EVERYTHING
) -> Iterator[Changes]:
    """What reconciling would change, piece by piece, so that it need not all be held; nothing is written."""
    planner = planner_of(situation, now)
    for piece in pieces(connection, situation, scope):
        yield _compare(tasks.in_scope(connection, piece), connection, situation, planner, piece, now)


def reconcile_now(
    connection: Connection, situation: Situation, now: datetime, because: str = "", scope: Scope = EVERYTHING
) -> Changes:
    """Bring the tasks in the scope in line with rules and facts, in the caller's transaction.

    Args:
        because: the paper or fact that changes them, for the ledger.
    """
    planner = planner_of(situation, now, scope)
    return merged(
        [
            reconcile_piece(connection, situation, planner, piece, now, because)
            for piece in pieces(connection, situation, scope)
        ]
    )


def planner_of(situation: Situation, now: datetime, scope: Scope = EVERYTHING) -> Planner:
    """Plans the tasks in a scope up to the horizon."""
    city = situation.config.city()
    return Planner(city, horizon(situation.local(now).date()), scope.rules(city))


def reconcile_piece(
    connection: Connection, situation: Situation, planner: Planner, scope: Scope, now: datetime, because: str = ""
) -> Changes:
    """Bring the tasks of a few subjects in line."""
    existing = tasks.in_scope(connection, scope)
    changes = _compare(existing, connection, situation, planner, scope, now)
    left_out.take_over(connection, scope, planner.left_out, now)
    _add(connection, situation, changes.added)
    for move in (*changes.moved, *changes.restored):
        _follow(connection, situation, existing[move.plan.id], move, now)
    city = situation.config.city()
    grounds = {task.id: ground_of_withdrawal(task.plan, city) for task in changes.withdrawn}
    for task in changes.withdrawn:
        _withdraw(connection, situation, existing[task.id], now)
    ledger.append(connection, now, list(_entries(changes, grounds, situation, because)))
    if changes.withdrawn:
        _report(changes.withdrawn, grounds)
    followed = {each.plan.id for each in changes.moved} | {each.id for each in changes.withdrawn}
    unmoved = [each for key, each in existing.items() if key not in followed]
    tasks.climb(connection, _retimed(situation, [_recounted(connection, situation, each, now) for each in unmoved]))
    return changes


def _recounted(connection: Connection, situation: Situation, stored: StoredTask, now: datetime) -> StoredTask:
    """A task whose repeats an edited ladder counts otherwise: they are counted anew, in a revision of their own.

    Where the clock was set back, what was told lies ahead too, and must not be told again.
    """
    task = stored.task
    repeats = task.state is TaskState.OPEN and any(map(is_repeat, task.fired))
    if not repeats or task.plan.policy not in situation.config.policies:
        return stored
    policy, speaking = situation.policy(task), situation.speaking_of(task)
    if recounted(task, policy, speaking, now) == task.fired or notices.last_written(connection, stored.row) > now:
        return stored
    task = take_back(connection, stored, hearing_of(connection, stored.row), Change.MOVED)
    fired = recounted(task, policy, speaking, now)
    after = stored._replace(task=replace(task, revision=task.revision + 1, fired=fired))
    tasks.replace(connection, after)
    versions = {"config": situation.config.version, "calendar": situation.config.calendar.version}
    ledger.append(connection, now, [Entry("task recounted", task.id, {**deadline_words(task.plan.terms), **versions})])
    return after


def _retimed(situation: Situation, unmoved: Iterable[StoredTask]) -> Iterator[StoredTask]:
    """The open tasks whose next step has another moment: their ladder was edited, or the hours in which it speaks.

    What is past by now is caught up at the next tick. The moment of all that stand alike is worked out once.
    """
    policies = situation.config.policies
    moments: dict[tuple[int, frozenset[str], int], datetime | None] = {}
    for stored in unmoved:
        task = stored.task
        terms = task.plan.terms
        if task.state is not TaskState.OPEN or terms.policy not in policies:
            continue
        alike = id(terms), task.fired, task.completions
        if alike not in moments:
            moments[alike] = _next(situation, task)
        if moments[alike] != stored.next_step_at:
            yield stored._replace(next_step_at=moments[alike])


def _report(withdrawn: Iterable[Task], grounds: Mapping[str, Ground]) -> None:
    for (obligation, ground), count in Counter((each.plan.obligation, grounds[each.id]) for each in withdrawn).items():
        logger.info("%d open tasks of %s are withdrawn: %s", count, obligation, ground.value)


def start_by_stages(
    connection: Connection, situation: Situation, climbed: Iterable[tuple[Task, Stage]], now: datetime
) -> None:
    """Start what waits for the stages that tasks have just reached."""
    reached = [(task, stage) for task, stage in climbed if situation.triggers.by_stage(stage)]
    if reached:
        waiting = frozenset().union(*(situation.triggers.by_stage(stage) for _, stage in reached))
        subjects = frozenset(task.plan.subject for task, _ in reached)
        reconcile_now(connection, situation, now, "a stage was reached", Scope(waiting, subjects))


def start_by_closing(connection: Connection, situation: Situation, task: Task, now: datetime) -> Changes | None:
    """Start what waits for a task to be closed."""
    waiting = situation.triggers.by_closing(task.plan.obligation)
    if task.state is not TaskState.CLOSED or not waiting:
        return None
    scope = Scope(waiting, frozenset({task.plan.subject}))
    return reconcile_now(connection, situation, now, f"{task.id} was closed", scope)


def _compare(
    existing: Mapping[str, StoredTask],
    connection: Connection,
    situation: Situation,
    planner: Planner,
    scope: Scope,
    now: datetime,
) -> Changes:
    """What is to change; a task that cannot be counted any more stays as it is."""
    until = horizon(situation.local(now).date())
    planned = planner.tasks(scope.roster(situation.config.city()), situation.history(connection, scope))
    expected = [plan for plan in planned if plan.terms.opens <= until or _stands(existing.get(plan.id))]
    beyond = {plan.id for plan in expected if plan.terms.opens > until}
    looked_at = {key: each.task for key, each in existing.items() if _in_reach(each.task, until) or key in beyond}
    for task in planner.left_out:
        looked_at.pop(task, None)
    return reconcile(expected, looked_at)


def _stands(stored: StoredTask | None) -> bool:
    """Whether a task is there that rules and facts can still change: it may open beyond the horizon now."""
    return stored is not None and stored.task.state in STANDING


def _in_reach(task: Task, until: date) -> bool:
    """Whether the task should not exist if it is not planned: of windows and holidays those beyond the horizon are not.

    A clock that went back may leave such tasks; they stay as they are.
    """
    return task.plan.opens <= until or task.plan.event is not None


def _take_events(connection: Connection, situation: Situation, now: datetime) -> None:
    changed = facts.take_from_files(connection, situation.config.events.values(), now)
    ledger.append(connection, now, [facts.event_entry(how, event) for how, event in changed])


def _take_matches(connection: Connection, situation: Situation, now: datetime) -> None:
    """Note which standing duties the roster shows; what it shows at the very first look counts from `start`."""
    config, before = situation.config, history.matches(connection)
    today = situation.local(now).date()
    since = config.settings.start if facts.recall(connection, _MARK) is None else today
    standing = Matcher(each for each in config.obligations.values() if each.id in situation.triggers.roster)
    found: dict[Match, date] = {}
    for organization in config.organizations.values() if situation.triggers.roster else ():
        for obligation in standing.duties_of(organization):
            match = obligation.id, organization.id
            found[match] = before.get(match) or max(since, organization.since or since)
    history.set_matches(connection, before, found)


def _add(connection: Connection, situation: Situation, plans: Iterable[PlannedTask]) -> None:
    tasks.add(connection, plans, lambda plan: _next(situation, Task(plan)))


def _follow(connection: Connection, situation: Situation, stored: StoredTask, move: Move, now: datetime) -> None:
    """Let a task follow its changed plan; it is done if its rule asks no more of it than has been done."""
    after = _moved(connection, situation, stored, move, now)
    if after.task.state is TaskState.OPEN and not after.task.missing:
        _finish(connection, situation, after, now)


def _finish(connection: Connection, situation: Situation, stored: StoredTask, now: datetime) -> None:
    """Close a task, or let it wait to be confirmed, as of the day on which it was done last."""
    obligation = situation.config.obligations[stored.task.plan.obligation]
    action = TaskAction.CLOSE if obligation.verify is None else TaskAction.REPORT
    last = _days_done(connection, stored.task.id)[-1]
    task = replace(stored.task, state=advance(TASK_TRANSITIONS, stored.task.state, action), closed_on=last)
    task = take_back(connection, stored._replace(task=task), hearing_of(connection, stored.row))
    finished = StoredTask(stored.row, task, None)
    tasks.replace(connection, finished)
    body = {"on": str(task.closed_on), "done": task.completions, "times": task.plan.times}
    ledger.append(connection, now, [Entry(f"task {task.state.value}", task.id, body)])
    if task.state is TaskState.REPORTED:
        ask_to_verify(connection, situation, finished, now)
    start_by_closing(connection, situation, task, now)


def _days_done(connection: Connection, task: str) -> list[date | None]:
    """The days on which a task was done, in the order in which that was said; what was refused does not count."""
    days: list[date | None] = []
    for fact in facts.of_task(connection, task):
        if fact.kind is FactKind.DONE:
            days.append(fact.on_day)
        elif fact.kind is FactKind.REJECTED:
            days.pop()
    return days


def _moved(connection: Connection, situation: Situation, stored: StoredTask, move: Move, now: datetime) -> StoredTask:
    """A task under its changed plan; one that was withdrawn is open again, or reported if it was."""
    task = move.task.with_plan(move.plan)
    restored = task.state is TaskState.WITHDRAWN
    if not (restored or move.moves_deadline or move.reassigns):
        after = StoredTask(stored.row, task, _next(situation, task))
        tasks.replace(connection, after)
        return after
    told = hearing_of(connection, stored.row)
    if restored:
        task = replace(task, state=_restored(task))
    if restored or task.state is TaskState.OPEN:  # what was reported waits to be confirmed, whatever its deadline
        change = Change.RESTORED if restored else Change.REASSIGNED if move.reassigns else Change.MOVED
        task = take_back(connection, StoredTask(stored.row, task, None), told, change)
    if move.reassigns:  # its ladder begins anew with the one who has to do it now
        task = replace(task, revision=task.revision + 1, fired=frozenset())
    else:
        said = told.of_deadline(former_deadlines(connection, task.id), move.plan)
        task = _rearmed(situation, replace(task, fired=task.fired | said), now)
    after = StoredTask(stored.row, task, _next(situation, task))
    tasks.replace(connection, after)
    former_bearer = move.task.plan.bearer if move.reassigns else None
    tell_of_change(connection, situation, after, told, now, former_bearer)
    asked = any(change_in(last.step) is Change.REPORTED for last in told.last().values())
    if restored and task.state is TaskState.REPORTED and not asked:
        ask_to_verify(connection, situation, after, now)
    return after


def _restored(task: Task) -> TaskState:
    """Open again; or reported again, if it was when it was withdrawn: then it has a day on which it was done."""
    state = advance(TASK_TRANSITIONS, task.state, TaskAction.RESTORE)
    return advance(TASK_TRANSITIONS, state, TaskAction.REPORT) if task.closed_on is not None else state


def _rearmed(situation: Situation, task: Task, now: datetime) -> Task:
    """The task under its new deadline: the steps that lie ahead of it speak again."""
    behind = rearmed(task, situation.policy(task), situation.speaking_of(task), now)
    return replace(task, revision=task.revision + 1, fired=behind)


def _withdraw(connection: Connection, situation: Situation, stored: StoredTask, now: datetime) -> None:
    told = hearing_of(connection, stored.row)
    task = take_back(connection, stored, told, Change.WITHDRAWN)
    after = StoredTask(
        stored.row, replace(task, state=advance(TASK_TRANSITIONS, task.state, TaskAction.WITHDRAW)), None
    )
    tasks.replace(connection, after)
    tell_of_change(connection, situation, after, told, now)


def _next(situation: Situation, task: Task) -> datetime | None:
    return next_moment(task, situation.policy(task), situation.speaking_of(task))


def _entries(changes: Changes, grounds: Mapping[str, Ground], situation: Situation, because: str) -> Iterator[Entry]:
    versions = {"config": situation.config.version, "calendar": situation.config.calendar.version}
    if because:
        versions["because"] = because
    alike: dict[int, str] = {}  # what is said of all tasks on the same terms, put into words once
    for name, _, bearer, _, terms in changes.added:
        shared = alike.get(id(terms))
        if shared is None:
            shared = alike[id(terms)] = encoded({**deadline_words(terms), **versions}).removeprefix("{")
        yield Entry("task added", name, f'{{"bearer":{quoted(bearer)},{shared}')
    for move in changes.moved:
        kind = "task reassigned" if move.reassigns else "task moved" if move.moves_deadline else "task changed"
        body = {"from": str(move.task.plan.due), **deadline_words(move.plan.terms), **versions}
        if move.reassigns:
            body |= {"bearer": move.plan.bearer, "from_bearer": move.task.plan.bearer}
        yield Entry(kind, move.plan.id, body)
    for task in changes.withdrawn:
        yield Entry(
            "task withdrawn", task.id, {"due": str(task.plan.due), "ground": grounds[task.id].value, **versions}
        )
    for move in changes.restored:
        yield Entry("task restored", move.plan.id, {**deadline_words(move.plan.terms), **versions})
