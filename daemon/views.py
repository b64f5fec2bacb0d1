"""Views: what a reader is shown of a notice, looked up in config and store at the moment of sending."""

import json
from datetime import date, datetime

from sqlalchemy import Connection

from daemon.derivations import task_grounds
from daemon.situation import Situation
from daemon.store import ledger
from daemon.store.notices import StoredNotice
from notifiers.derivations import derivation_words
from notifiers.posts import post_words
from notifiers.views import NoticeView
from obligations.recipients import Via
from obligations.tasks import Task


def notice_view(
    situation: Situation, connection: Connection, notice: StoredNotice, task: Task, now: datetime
) -> NoticeView:
    """One notice as its reader sees it."""
    config, plan = situation.config, task.plan
    obligation = config.obligations[plan.obligation]
    today = situation.local(now).date()
    moved = notice.step.startswith("moved-")
    return NoticeView(
        key=f"{task.id}/{notice.step}/{notice.holder}",
        task=task.id,
        stage=notice.stage,
        step=notice.step,
        title=obligation.title,
        instruction=obligation.instruction,
        clause=obligation.clause,
        basis=obligation.basis.value,
        subject=config.organizations[plan.subject].name,
        bearer=config.organizations[plan.bearer].name,
        post=_post(situation, notice.post),
        due=plan.due,
        due_time=situation.local(plan.ends_at).time() if plan.exact else None,
        window=plan.window,
        working_days_left=config.calendar.count(today, plan.due),
        provisional=plan.provisional,
        moved=moved,
        previous_due=_previous_due(connection, task) if moved else None,
        approval=notice.step.endswith(".approval"),
        own=notice.organization == plan.bearer,
        missing=task.missing,
        times=plan.times,
        derivation=derivation_words(task_grounds(config, plan), config.settings.language, config.settings.timezone),
        contact=config.settings.contact,
        stands_in_for=_stands_in_for(situation, notice, task),
    )


def _post(situation: Situation, post: str | None) -> str:
    return post_words(post or "", situation.config.settings.language)


def _previous_due(connection: Connection, task: Task) -> date | None:
    """The day before the last move; the ledger keeps old and new."""
    for row in reversed(ledger.about(connection, task.id)):
        if row.kind == "task moved":
            return date.fromisoformat(json.loads(row.body)["from"])
    return None


def _stands_in_for(situation: Situation, notice: StoredNotice, task: Task) -> str:
    """The post (and the name, if anybody holds it) that a stand-in was chosen for."""
    if notice.via is None or notice.via == Via.NAMED.value:
        return ""
    organization, post = situation.directory.target(notice.tell, task.plan)
    holder = organization.posts.get(post) if organization else None
    return f"{_post(situation, post)} {holder.name if holder else ''}".strip()
