"""History in the store: what has happened, as far as tasks follow from it."""

from collections.abc import Collection, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, delete, func, select, true
from sqlalchemy import insert as insert_into

from daemon.store.facts import FactKind
from daemon.store.tables import facts, notices, roster_matches, tasks
from obligations.deadlines import local_day
from obligations.history import Closing, Reached
from obligations.policies import Stage
from obligations.states import NoticeState, TaskState

_SPOKEN = [NoticeState.PENDING.value, NoticeState.SENT.value, NoticeState.UNDELIVERABLE.value]
"""States of a notice whose step was taken: what waits for approval or was overtaken was not."""

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
    query = (
        select(
            tasks.c.task, tasks.c.obligation, tasks.c.subject, tasks.c.event, notices.c.stage,
            func.min(notices.c.created_at),
        )
        .join(notices, notices.c.task_id == tasks.c.id)
        .where(notices.c.stage.in_([stage.value for stage in stages]), notices.c.state.in_(_SPOKEN))
        .where(notices.c.step.not_like("%.approval"), _about(subjects))
        .group_by(tasks.c.id, notices.c.stage)
        .order_by(tasks.c.id)
    )  # fmt: skip
    return [
        Reached(obligation, subject, task.rpartition("/")[2], event, Stage(stage), at)
        for task, obligation, subject, event, stage, at in connection.execute(query)
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
