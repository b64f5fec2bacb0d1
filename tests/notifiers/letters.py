"""Messages and notices for tests: ordinary ones, of which each test changes what it is about."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from notifiers.channel import Message
from notifiers.views import NoticeView
from obligations.policies import Stage

CITY = timezone(timedelta(hours=8))
NOW = datetime(2026, 10, 12, 8, 30, tzinfo=CITY)
SENDER = "市安委办 <duban@example.gov.cn>"


def letter(**changes: Any) -> Message:
    """An email to 李敏 about one notice."""
    ordinary = Message(
        message_id="<d-1@duban.example>",
        address="li@example.com",
        name="李敏",
        subject="【督办】事故联席会议 逾期5个工作日 · 滨海化工有限公司",
        text="正文\n第二行",
        html="<p>正文</p>".encode(),
        notices=("reg-15a/ent-binhai-chem/acc-2026-001/supervise/reg-emergency.principal",),
        thread=None,
        composed_at=datetime(2026, 9, 18, 14, 20, tzinfo=CITY),
    )
    return replace(ordinary, **changes)


def sms(**changes: Any) -> Message:
    """The same as an SMS."""
    return letter(**({"address": "13800000002", "html": None} | changes))


def view(**changes: Any) -> NoticeView:
    """A notice of supervision, five working days overdue."""
    ordinary = NoticeView(
        key="reg-15a/ent-binhai-chem/acc-2026-001/supervise/reg-emergency.principal",
        task="reg-15a/ent-binhai-chem/acc-2026-001",
        stage=Stage.SUPERVISE,
        step="supervise",
        title="召开事故联席会议",
        instruction="会同有关部门召开联席会议，形成会议纪要。",
        clause="二(二)15",
        basis="policy",
        subject="滨海化工有限公司",
        bearer="滨海县应急管理局",
        post="主要负责人",
        due=date(2026, 9, 25),
        working_days_left=-5,
        derivation=("自2026年9月18日起算，当日不计入",),
        contact="市安委办 0515-80001234",
    )
    return replace(ordinary, **changes)


def due_later(**changes: Any) -> NoticeView:
    """A reminder for the end of the year."""
    return view(
        **(
            {
                "task": "ent-09a/ent-binhai-chem/2026-H2",
                "stage": Stage.REMIND,
                "step": "remind",
                "title": "应急预案演练",
                "bearer": "滨海化工有限公司",
                "due": date(2026, 12, 31),
                "working_days_left": 56,
                "window": "2026-H2",
            }
            | changes
        )
    )
