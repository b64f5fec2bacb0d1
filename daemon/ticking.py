"""The tick: what is due now is decided and written down, in one transaction a batch."""

import logging
from collections.abc import MutableMapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from daemon.announcing import ask_to_verify
from daemon.outbox import write_notices
from daemon.reconciling import start_by_stages
from daemon.situation import Situation
from daemon.store import ledger, tasks
from daemon.store.database import Database
from daemon.store.errors import is_away
from daemon.store.ledger import Entry
from daemon.store.tasks import Climbed, StoredTask
from obligations.decisions import Notice, decide
from obligations.states import TaskState
from obligations.working_days import CalendarError

BATCH = 1_000
"""Tasks decided in one transaction."""
PUT_OFF = timedelta(hours=1)
"""When to try again what a fault of ours kept from being decided."""
LOOK_AGAIN = timedelta(minutes=1)
"""When to look again at a task whose duty is not in the config in force (yet)."""

logger = logging.getLogger(__name__)


def tick(
    database: Database, situation: Situation, now: datetime, undecided: MutableMapping[str, str] | None = None
) -> int:
    """Decide every task whose moment has come; gives how many there were. An idle tick takes no write lock.

    Args:
        undecided: tasks that a fault of ours kept from being decided, each with the fault; it is kept up to date.
    """
    undecided = {} if undecided is None else undecided
    moment = database.glance(tasks.NEXT_MOMENT)
    if moment is None or moment > now:
        return 0
    decided, more = 0, True
    while more:
        batch = _tick_once(database, situation, now, undecided)
        decided += len(batch)
        more = len(batch) == BATCH
    return decided


def _tick_once(
    database: Database, situation: Situation, now: datetime, undecided: MutableMapping[str, str]
) -> list[StoredTask]:
    batch: list[StoredTask] = []
    try:
        with database.write() as connection:
            batch = tasks.due(connection, now, BATCH)
            _decide(connection, situation, batch, now)
    except Exception as error:
        if not batch or is_away(error):  # then no task is at fault
            raise
        logger.warning("%d tasks are decided one by one: %s", len(batch), error)
        for stored in batch:
            _decide_alone(database, situation, stored, now, undecided)
    else:
        for stored in batch:
            undecided.pop(stored.task.id, None)
    return batch


def _decide_alone(
    database: Database, situation: Situation, stored: StoredTask, now: datetime, undecided: MutableMapping[str, str]
) -> None:
    """Decide one task; if that fails it is put off, so that it keeps no other from being decided."""
    try:
        with database.write() as connection:
            _decide(connection, situation, _still_due(connection, stored, now), now)
    except Exception as error:
        if is_away(error):
            raise
        logger.exception("%s cannot be decided, tried again in %s", stored.task.id, PUT_OFF)
        why = undecided[stored.task.id] = f"{type(error).__name__}: {error}".partition("\n")[0]
        with database.write() as connection:
            for each in _still_due(connection, stored, now):
                tasks.climb(connection, [Climbed(each.row, each.task.fired, now + PUT_OFF)])
                ledger.append(connection, now, [Entry("undecided", each.task.id, {"why": why})])
    else:
        undecided.pop(stored.task.id, None)


def _still_due(connection: Connection, stored: StoredTask, now: datetime) -> list[StoredTask]:
    """The task as it is by now, unless another node or a command has seen to it since it was read."""
    found = tasks.by_rows(connection, [stored.row]).values()
    return [each for each in found if each.next_step_at is not None and each.next_step_at <= now]


def _decide(connection: Connection, situation: Situation, batch: list[StoredTask], now: datetime) -> None:
    climbed: list[Climbed] = []
    written: list[tuple[StoredTask, Notice]] = []
    unanswered: list[StoredTask] = []
    directory = situation.directory.on(situation.local(now).date())
    for stored in batch:
        task = stored.task
        if not situation.knows(task):
            climbed.append(Climbed(stored.row, task.fired, now + LOOK_AGAIN))
            continue
        if task.state is TaskState.REPORTED:
            unanswered.append(stored)
            continue
        try:
            decision = decide(task, situation.policy(task), situation.speaking_of(task), directory, now)
        except CalendarError as error:
            logger.error("%s cannot be decided, looked at again tomorrow: %s", task.id, error)  # noqa: TRY400 - told whole
            climbed.append(Climbed(stored.row, task.fired, now + timedelta(days=1)))
            continue
        climbed.append(Climbed(stored.row, decision.fired, decision.next_at))
        written += [(stored, notice) for notice in decision.notices]
    tasks.climb(connection, climbed)
    write_notices(connection, situation, written, now)
    for stored in unanswered:
        ask_to_verify(connection, situation, stored, now)
    start_by_stages(connection, situation, [(stored.task, notice.stage) for stored, notice in written], now)
