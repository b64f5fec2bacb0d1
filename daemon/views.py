"""Views: what a reader is shown of a notice, looked up in config and store at the moment of sending."""

import json
from datetime import date, datetime

from sqlalchemy import Connection

from daemon.announcing import known_titles
from daemon.former_deadlines import former_deadlines
from daemon.situation import Situation
from daemon.store import ledger, notices, tasks
from daemon.store.notices import StoredNotice
from notifiers.posts import post_words
from notifiers.views import Matter, NoticeView
from obligations.changes import NOTHING_TO_DO, Change, change_in
from obligations.decisions import notice_key
from obligations.ladders import paced_by
from obligations.recipients import Via
from obligations.reconciling import Ground
from obligations.rules import StageAnchor
from obligations.starting import perhaps_behind
from obligations.states import NoticeState
from obligations.tasks import PlannedTask, Task


def notice_view(
    situation: Situation, connection: Connection, notice: StoredNotice, task: Task, now: datetime
) -> NoticeView:
    """One notice as its reader sees it."""
    config, plan = situation.config, task.plan
    obligation = config.obligations.get(plan.obligation)
    today = situation.local(now).date()
    change = change_in(notice.step)
    by = paced_by(notice.step, plan)
    return NoticeView(
        key=notice_key(task.id, notice.step, notice.holder),
        task=task.id,
        stage=notice.stage,
        step=notice.step,
        title=_title(situation, connection, plan.obligation),
        instruction=obligation.instruction if obligation else "",
        clause=obligation.clause if obligation else "",
        basis=obligation.basis_where(stated=plan.stated).value if obligation else "",
        subject=_name(situation, plan.subject),
        bearer=_name(situation, plan.bearer),
        about=_matter(situation, connection, plan),
        post=_post(situation, notice.post) if change is not Change.REASSIGNED else "",
        due=plan.due,
        due_time=situation.local(plan.ends_at).time() if plan.exact else None,
        window=plan.window,
        working_days_left=config.calendar.count(today, plan.due),
        provisional=situation.may_move(plan),
        change=change,
        previous_due=_previous_due(connection, notice, task) if change is Change.MOVED else None,
        because=_ground(connection, task) if change is Change.WITHDRAWN else None,
        approval=notice.step.endswith(".approval"),
        own=notice.organization == plan.bearer or change is Change.REASSIGNED,
        missing=task.missing,
        times=plan.times,
        paced_by=by[1] if by else None,
        paced_times=by[0] if by else 0,
        derivation=situation.derivation(plan) if obligation and change not in NOTHING_TO_DO else (),
        contact=config.settings.contact,
        stands_in_for=_stands_in_for(situation, notice, task),
        revision=task.revision,
        ends_at=plan.ends_at,
    )


def _title(situation: Situation, connection: Connection, duty: str) -> str:
    """What a duty is called; what it was called last where it is no longer in force."""
    found = situation.config.obligations.get(duty)
    return found.title if found is not None else known_titles(connection).get(duty, duty)


def _matter(situation: Situation, connection: Connection, plan: PlannedTask) -> Matter | None:
    """The overdue task whose ladder started this one, with the day on which it was due when it did."""
    obligation = situation.config.obligations.get(plan.obligation)
    if obligation is None or not isinstance(obligation.anchor, StageAnchor):
        return None
    stored = next(filter(None, (tasks.find(connection, each) for each in perhaps_behind(plan))), None)
    if stored is None:
        return None
    overdue, at = stored.task.plan, plan.anchor if isinstance(plan.anchor, datetime) else plan.opens_at
    former = [each.due for each in former_deadlines(connection, overdue.id) if each.since <= at]
    return Matter(_title(situation, connection, overdue.obligation), overdue.id, former[-1] if former else overdue.due)


def _name(situation: Situation, organization: str) -> str:
    """What an organization is called; its id where it is no longer in the roster."""
    found = situation.config.organizations.get(organization)
    return found.name if found is not None else organization


def _ground(connection: Connection, task: Task) -> Ground | None:
    """Why the task was withdrawn; the ledger says it."""
    for row in reversed(ledger.about(connection, task.id)):
        if row.kind == "task withdrawn":
            return Ground(json.loads(row.body)["ground"])
    return None


def _post(situation: Situation, post: str | None) -> str:
    return post_words(post or "", situation.config.settings.language)


def _previous_due(connection: Connection, notice: StoredNotice, task: Task) -> date | None:
    """The day that the reader was told last, or, if he was told none, the one before the move."""
    told = notices.of_task(connection, notice.task_row)
    heard = [
        each.revision
        for each in told
        if each.holder == notice.holder and each.state is NoticeState.SENT and each.row < notice.row
    ]
    former = former_deadlines(connection, task.id)
    revision = heard[-1] if heard else notice.revision - 1
    return former[revision].due if 0 <= revision < len(former) else None


def _stands_in_for(situation: Situation, notice: StoredNotice, task: Task) -> str:
    """The post (and the name, if anybody holds it) that a stand-in was chosen for."""
    plan, roster = task.plan, situation.config.organizations
    if notice.via is None or notice.via == Via.NAMED.value or not {plan.bearer, plan.subject} <= roster.keys():
        return ""
    organization, post = situation.directory.target(notice.tell, plan)
    holder = organization.posts.get(post) if organization else None
    return f"{_post(situation, post)} {holder.name if holder else ''}".strip()
