"""Views: what a reader is shown of a notice, looked up in config and store at the moment of sending."""

import json
from datetime import date, datetime

from sqlalchemy import Connection

from daemon.announcing import known_titles
from daemon.former_deadlines import former_deadlines
from daemon.situation import Situation
from daemon.store import ledger, notices
from daemon.store.notices import StoredNotice
from notifiers.posts import post_words
from notifiers.views import NoticeView
from obligations.changes import NOTHING_TO_DO, Change, change_in
from obligations.decisions import notice_key
from obligations.ladders import paced_by
from obligations.recipients import Via
from obligations.reconciling import Ground
from obligations.states import NoticeState
from obligations.tasks import Task


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
        title=obligation.title if obligation else known_titles(connection).get(plan.obligation, plan.obligation),
        instruction=obligation.instruction if obligation else "",
        clause=obligation.clause if obligation else "",
        basis=obligation.basis_where(stated=plan.stated).value if obligation else "",
        subject=_name(situation, plan.subject),
        bearer=_name(situation, plan.bearer),
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
