"""History in the store: what has happened, as far as tasks follow from it."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, true, union_all
from sqlalchemy import insert as insert_into

from daemon.store.facts import FactKind
from daemon.store.tables import archived_stages, delivery_notices, facts, notices, roster_matches, tasks
from obligations.deadlines import local_day
from obligations.history import Closing, Reached
from obligations.policies import Stage
from obligations.states import NoticeState, TaskState

_SPOKEN = [NoticeState.PENDING.value, NoticeState.SENT.value, NoticeState.UNDELIVERABLE.value]
_WAS_TO_LEAVE = select(delivery_notices.c.notice_id).where(delivery_notices.c.notice_id == notices.c.id).exists()
_TAKEN = notices.c.state.in_(_SPOKEN) | ((notices.c.state == NoticeState.SUPERSEDED.value) & _WAS_TO_LEAVE)
"""Whether the step of a notice was taken, whatever became of the notice after that: one that was put into a message may
be taken back before it left. What waited for approval in vain, or gave way to a graver one, was put into none."""

FIRST_REACHED: Select[Any] = (
    select(notices.c.task_id, notices.c.stage, func.min(notices.c.created_at).label("at"))
    .where(_TAKEN, notices.c.step.not_like("%.approval"))
    .group_by(notices.c.task_id, notices.c.stage)
)
"""The stages that ladders have reached, each with its task's row and the first moment; archived tasks apart."""

Match = tuple[str, str]
"""An obligation and an organization."""


def closings(
    connection: Connection, obligations: Collection[str], subjects: Collection[str] | None, zone: ZoneInfo
) -> list[Closing]:
    """The closed tasks of some obligations and subjects; one that had to be confirmed was closed on the day of that."""
    if not obligations:
        return []
    confirmed = (
        select(func.max(facts.c.recorded_at))
        .where(facts.c.task == tasks.c.task, facts.c.kind == FactKind.VERIFIED.value)
        .scalar_subquery()
    )
    query = (
        select(tasks.c.task, tasks.c.obligation, tasks.c.subject, tasks.c.event, tasks.c.closed_on, confirmed)
        .where(tasks.c.obligation.in_(obligations), tasks.c.state == TaskState.CLOSED.value, _about(subjects))
        .order_by(tasks.c.id)
    )
    return [
        Closing(obligation, subject, task.rpartition("/")[2], event, local_day(at, zone) if at is not None else on)
        for task, obligation, subject, event, on, at in connection.execute(query)
    ]


def reached(connection: Connection, stages: Collection[Stage], subjects: Collection[str] | None) -> list[Reached]:
    """The first moment at which the ladder of each task about some subjects reached each of some stages."""
    if not stages:
        return []
    words = [stage.value for stage in stages]
    whose = (tasks.c.id, tasks.c.task, tasks.c.obligation, tasks.c.subject, tasks.c.event)
    told = FIRST_REACHED.with_only_columns(*whose, *FIRST_REACHED.selected_columns[1:]).group_by(tasks.c.id)
    told = told.join(tasks, tasks.c.id == notices.c.task_id).where(notices.c.stage.in_(words), _about(subjects))
    once = (
        select(*whose, archived_stages.c.stage, archived_stages.c.at)
        .join(tasks, tasks.c.id == archived_stages.c.task_id)
        .where(archived_stages.c.stage.in_(words), _about(subjects))
    )
    query = union_all(told, once).order_by("id")
    return [
        Reached(obligation, subject, task.rpartition("/")[2], event, Stage(stage), at)
        for _, task, obligation, subject, event, stage, at in connection.execute(query)
    ]


def _about(subjects: Collection[str] | None) -> ColumnElement[bool]:
    return true() if subjects is None else tasks.c.subject.in_(subjects)


def matches(
    connection: Connection, obligations: Collection[str] | None = None, organizations: Collection[str] | None = None
) -> dict[Match, date]:
    """Since when the roster shows that an obligation applies to an organization; None is all of them."""
    query = select(roster_matches)
    if obligations is not None:
        query = query.where(roster_matches.c.obligation.in_(obligations))
    if organizations is not None:
        query = query.where(roster_matches.c.organization.in_(organizations))
    return {(obligation, organization): since for obligation, organization, since in connection.execute(query)}


def set_matches(connection: Connection, before: Mapping[Match, date], now: Mapping[Match, date]) -> None:
    """Make the stored matches those of `now`; `before` is what is stored."""
    for obligation, organization in before.keys() - now.keys():
        of = (roster_matches.c.obligation == obligation) & (roster_matches.c.organization == organization)
        connection.execute(delete(roster_matches).where(of))
    added = [
        {"obligation": obligation, "organization": organization, "since": now[obligation, organization]}
        for obligation, organization in sorted(now.keys() - before.keys())
    ]
    if added:
        connection.execute(insert_into(roster_matches), added)
