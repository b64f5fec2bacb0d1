"""The tick: what is due now is decided and written down, in one transaction a batch."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from daemon.outbox import write_notices
from daemon.reconciling import start_by_stages
from daemon.situation import Situation
from daemon.store import tasks
from daemon.store.database import Database
from daemon.store.tasks import StoredTask
from obligations.decisions import Notice, decide
from obligations.working_days import CalendarError

BATCH = 500
"""Tasks decided in one transaction."""
LOOK_AGAIN = timedelta(minutes=1)
"""When to look again at a task whose duty is not in the config in force (yet)."""

logger = logging.getLogger(__name__)


def tick(database: Database, situation: Situation, now: datetime) -> int:
    """Decide every task whose moment has come; gives how many there were. An idle tick takes no write lock."""
    decided = 0
    with database.read() as connection:
        moment = tasks.next_moment(connection)
    while moment is not None and moment <= now:
        with database.write() as connection:
            batch = tasks.due(connection, now, BATCH)
            _decide(connection, situation, batch, now)
        decided += len(batch)
        if len(batch) < BATCH:
            break
    return decided


def _decide(connection: Connection, situation: Situation, batch: list[StoredTask], now: datetime) -> None:
    climbed: list[StoredTask] = []
    written: list[tuple[StoredTask, Notice]] = []
    for stored in batch:
        task = stored.task
        if not situation.knows(task):
            climbed.append(StoredTask(stored.row, task, now + LOOK_AGAIN))
            continue
        try:
            decision = decide(task, situation.policy(task), situation.speaking_of(task), situation.directory, now)
        except CalendarError as error:
            logger.error("%s cannot be decided, looked at again tomorrow: %s", task.id, error)  # noqa: TRY400 - told whole
            climbed.append(StoredTask(stored.row, task, now + timedelta(days=1)))
            continue
        after = StoredTask(stored.row, replace(task, fired=decision.fired), decision.next_at)
        climbed.append(after)
        written += [(after, notice) for notice in decision.notices]
    tasks.climb(connection, climbed)
    write_notices(connection, situation, written, now)
    start_by_stages(connection, situation, [(stored.task, notice.stage) for stored, notice in written], now)
