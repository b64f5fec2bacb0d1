"""Left out: tasks that cannot be counted, remembered until they can be, so that the administrator is told of them.

Days lie where nothing can be counted when an event is dated beyond the calendar, or a limit leads there. Loading and
commands refuse what they can see of that; what remains must keep no other task from being planned.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from config.loader import Config
from daemon.store import facts, ledger
from daemon.store.ledger import Entry
from obligations.planning import Scope

_NAME = "left out"
_KIND = "task left out"
"""What the ledger calls it."""
MOST = 100
"""So many are remembered; the ledger has all."""


def known(connection: Connection) -> dict[str, str]:
    """The tasks that are left out at present, each with why."""
    return dict(json.loads(facts.recall(connection, _NAME) or "{}"))


def take_over(connection: Connection, scope: Scope, found: Mapping[str, str], now: datetime) -> None:
    """Remember what was left out when the tasks in a scope were planned, in place of what was known of these."""
    before = known(connection)
    mine = {task: why for task, why in found.items() if _is_in(task, scope)}
    if not mine and not before:  # as ever
        return
    fresh = {task: why for task, why in mine.items() if not _was_said(connection, before, task, why)}
    ledger.append(connection, now, [Entry(_KIND, task, {"why": why}) for task, why in fresh.items()])
    rest = {task: why for task, why in before.items() if task in mine or not _is_in(task, scope)}
    _remember(connection, before, {**fresh, **rest, **mine})


def said_since(connection: Connection, seq: int) -> dict[str, str]:
    """The tasks that were left out anew since a row of the ledger, each with why."""
    return {row.about: json.loads(row.body)["why"] for row in ledger.since(connection, seq) if row.kind == _KIND}


def _was_said(connection: Connection, before: Mapping[str, str], task: str, why: str) -> bool:
    """Whether a task is left out as before; where there are more than are remembered, the ledger is asked."""
    if before.get(task) == why or len(before) < MOST:
        return before.get(task) == why
    last = ledger.about(connection, task)[-1:]
    return any(row.kind == _KIND and json.loads(row.body)["why"] == why for row in last)


def forget_gone(connection: Connection, config: Config) -> None:
    """Forget the tasks of duties and organizations that are in the config no more."""
    before = known(connection)
    _remember(connection, before, {task: why for task, why in before.items() if _exists(task, config)})


def _remember(connection: Connection, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    kept = dict(list(after.items())[:MOST])
    if kept != before:
        facts.remember(connection, _NAME, json.dumps(kept, ensure_ascii=False))


def _is_in(task: str, scope: Scope) -> bool:
    obligation, subject, _ = task.split("/", 2)
    return (scope.obligations is None or obligation in scope.obligations) and (
        scope.subjects is None or subject in scope.subjects
    )


def _exists(task: str, config: Config) -> bool:
    obligation, subject, _ = task.split("/", 2)
    return obligation in config.obligations and subject in config.organizations
