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
    fresh = {task: why for task, why in mine.items() if task not in before}
    ledger.append(connection, now, [Entry("task left out", task, {"why": why}) for task, why in fresh.items()])
    _remember(connection, before, {**mine, **{task: why for task, why in before.items() if not _is_in(task, scope)}})


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
