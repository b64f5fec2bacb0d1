"""Reconciling the store: the tasks become what rules and facts say, and whoever was told of a change is told so.

New year, roster edit, rule edit, newly published holidays, an event amended, an extension, a task closed: all take
this one path, each over no more tasks than it can touch.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from daemon import left_out
from daemon.announcing import remember_titles
from daemon.changing import follow, next_of, recount, retimed, withdraw
from daemon.former_deadlines import deadline_words
from daemon.situation import Situation
from daemon.store import facts, history, ledger, tasks
from daemon.store.history import Match
from daemon.store.ledger import Entry, encoded, quoted
from daemon.store.tasks import Climbed, StoredTask
from obligations import edits
from obligations.history import History
from obligations.matching import Matcher
from obligations.planning import EVERYTHING, Planner, Scope
from obligations.policies import Stage
from obligations.reconciling import STANDING, Changes, Ground, Move, ground_of_withdrawal, merged, reconcile
from obligations.states import TaskState
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


def opening_later(connection: Connection, situation: Situation, now: datetime, scope: Scope) -> list[PlannedTask]:
    """The tasks in a scope that are not in the store yet, or withdrawn there, since they open beyond the horizon."""
    until = horizon(situation.local(now).date())
    planned = planner_of(situation, now, scope).tasks(
        scope.roster(situation.config.city()), situation.history(connection, scope)
    )
    later = {plan.id: plan for plan in planned if plan.terms.opens > until}
    existing = tasks.in_scope(connection, scope) if later else {}
    stored = {key for key, each in existing.items() if each.task.state is not TaskState.WITHDRAWN}
    return [plan for key, plan in later.items() if key not in stored]


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
        after = follow(connection, situation, existing[move.plan.id], move, now)
        start_by_closing(connection, situation, after, now)  # where an edit asks no more than has been done
    city = situation.config.city()
    grounds = {task.id: ground_of_withdrawal(task.plan, city) for task in changes.withdrawn}
    for task in changes.withdrawn:
        withdraw(connection, situation, existing[task.id], now)
    ledger.append(connection, now, list(_entries(changes, grounds, situation, because)))
    if changes.withdrawn:
        _report(changes.withdrawn, grounds)
    followed = {each.plan.id for each in changes.moved} | {each.id for each in changes.withdrawn}
    unmoved = [each for key, each in existing.items() if key not in followed]
    anew = retimed(situation, [recount(connection, situation, each, now) for each in unmoved], now)
    tasks.climb(connection, [Climbed(each.row, each.task.fired, each.next_step_at) for each in anew])
    return changes


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
    tasks.add(connection, plans, lambda plan: next_of(situation, Task(plan)))


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
        yield Entry(kind, move.plan.id, body | _bearers(move))
    for task in changes.withdrawn:
        yield Entry(
            "task withdrawn", task.id, {"due": str(task.plan.due), "ground": grounds[task.id].value, **versions}
        )
    for move in changes.restored:
        body = {**deadline_words(move.plan.terms), **versions}
        yield Entry("task restored", move.plan.id, body | _bearers(move))


def _bearers(move: Move) -> dict[str, str]:
    """Whose a task is now and whose it was, if another has to do it; also while its report waits to be confirmed."""
    before, now = move.task.plan.bearer, move.plan.bearer
    return {"bearer": now, "from_bearer": before} if before != now else {}
