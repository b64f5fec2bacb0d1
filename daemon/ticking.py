"""The tick: what is due now is decided and written down, in one transaction a batch."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from daemon.outbox import write_notices
from daemon.situation import Situation
from daemon.store import tasks
from daemon.store.database import Database
from daemon.store.tasks import StoredTask
from obligations.decisions import Notice, decide

BATCH = 500
"""Tasks decided in one transaction."""


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
        decision = decide(task, situation.policy(task), situation.speaking_of(task), situation.directory, now)
        after = StoredTask(stored.row, replace(task, fired=decision.fired), decision.next_at)
        climbed.append(after)
        written += [(after, notice) for notice in decision.notices]
    tasks.climb(connection, climbed)
    write_notices(connection, situation, written, now)
