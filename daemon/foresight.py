"""Foresight: what a config would change among the stored tasks, and who would hear of it; lived through in a copy."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from config.loader import Config
from daemon import ticking
from daemon.reconciling import is_stale, preview, reconcile_if_stale
from daemon.situation import Situation
from daemon.store import facts, notices, tables, tasks
from daemon.store.copying import copy_rows
from daemon.store.database import Database
from daemon.store.notices import StoredNotice
from daemon.store.tasks import StoredTask
from notifiers import alarms as words
from obligations.planning import EVERYTHING, Scope
from obligations.reconciling import Changes, merged

_NOTHING = Changes((), (), (), ())
_FORCED = "forced config"
MOST = 5
"""A daemon refuses by itself what would withdraw more than one in so many open tasks."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """What would come of a config at its first wake-up, and as soon as its ladders may speak."""

    changes: Changes
    told: tuple[tuple[StoredTask, StoredNotice], ...]
    """The notices that would be decided about tasks that change, and about those that speak at once only because their
    ladder, or its hours, was edited; each with its task."""
    standing: int
    """How many tasks are open or await verification now."""


def drastic(withdrawn: int, standing: int, language: str = "en") -> str | None:
    """Why a daemon does not take something over by itself: more likely it is a slip than meant; None if it does.

    Args:
        withdrawn: how many of the open tasks it would withdraw.
        standing: how many there are.
        language: of the answer.
    """
    return words.drastic(language, withdrawn, standing) if withdrawn * MOST > standing else None


def too_much(
    connection: Connection, situation: Situation, now: datetime, scope: Scope = EVERYTHING, language: str = "en"
) -> str | None:
    """Why the tasks may not follow a config unasked: it would withdraw too many of them; None if they may.

    Args:
        scope: the tasks that may be other than they are once they follow it.
        language: of the answer; commands speak English.
    """
    if not is_stale(connection, situation, now):  # as after a restart: the tasks follow it already
        return None
    withdrawn = sum(len(each.withdrawn) for each in preview(connection, situation, now, scope))
    return drastic(withdrawn, tasks.count_standing(connection), language) if withdrawn else None


def force(connection: Connection, config: Config) -> None:
    """Let a config be taken over though it withdraws more than is taken over unasked."""
    facts.remember(connection, _FORCED, config.version)


def is_forced(connection: Connection, config: Config) -> bool:
    """Whether somebody said that it is meant."""
    return facts.recall(connection, _FORCED) == config.version


def foresee(database: Database, situation: Situation, now: datetime) -> Foresight:
    """Take a config over in a copy of the database, and see what happens there."""
    with tempfile.TemporaryDirectory() as scratch, closing(_copy(database, Path(scratch) / "copy.db")) as copy:
        with copy.read() as connection:
            standing, before = tasks.count_standing(connection), notices.last_row(connection)
            due_anyway = tasks.all_due(connection, now)
        found: list[Changes] = []
        with copy.write() as connection:
            reconcile_if_stale(connection, situation, now, found.append)
        changes = merged(found)
        with copy.read() as connection:
            touched = _changed(changes) | (tasks.all_due(connection, now) - due_anyway)
        for moment in sorted({now, *_openings(situation, now)}):
            ticking.tick(copy, situation, moment)
        with copy.read() as connection:
            written = [notice for task, notice in notices.after_row(connection, before) if task in touched]
            about = tasks.by_rows(connection, {notice.task_row for notice in written})
    return Foresight(changes, tuple((about[notice.task_row], notice) for notice in written), standing)


def _openings(situation: Situation, now: datetime) -> Iterator[datetime]:
    """From when on each ladder may speak: an edit in the evening is heard of in the morning."""
    for policy in situation.config.policies.values():
        yield situation.speaking(policy.speaking).next_from(now)


def _copy(database: Database, file: Path) -> Database:
    """A copy in a file, on this version's schema; of what a server keeps, all but the ledger, which is long."""
    copy = Database(f"sqlite:///{file}", durable=False)
    if not database.is_shared:
        database.copy_to(file)
        copy.migrate()
        return copy
    for each in (database, copy):
        each.migrate()
    with database.read() as source, copy.write() as target:
        copy_rows(source, target, without={tables.ledger})
    return copy


def _changed(changes: Changes) -> set[str]:
    """The ids of the tasks that are changed."""
    moves = (*changes.moved, *changes.restored)
    plans = (*changes.added, *(move.plan for move in moves))
    return {plan.id for plan in plans} | {task.id for task in changes.withdrawn}
