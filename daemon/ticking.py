"""The tick: what is due now is decided and written down, in one transaction a batch."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from daemon.outbox import write_notices
from daemon.situation import Situation
from daemon.store import tasks
from daemon.store.database import Database
from daemon.store.tasks import StoredTask
from obligations.decisions import decide

BATCH = 500
"""Tasks decided in one transaction."""


def tick(database: Database, situation: Situation, now: datetime) -> int:
    """Decide every task whose moment has come; gives how many there were."""
    decided = 0
    while True:
        with database.write() as connection:
            batch = tasks.due(connection, now, BATCH)
            for stored in batch:
                _decide(connection, situation, stored, now)
        decided += len(batch)
        if len(batch) < BATCH:
            return decided


def _decide(connection: Connection, situation: Situation, stored: StoredTask, now: datetime) -> None:
    task = stored.task
    decision = decide(task, situation.policy(task), situation.speaking_of(task), situation.directory, now)
    after = StoredTask(stored.row, replace(task, fired=decision.fired), decision.next_at)
    tasks.replace(connection, after)
    write_notices(connection, situation, after, decision.notices, now)
