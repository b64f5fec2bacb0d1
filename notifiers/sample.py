"""Notices of a made-up town, to try templates on and to show messages without sending any."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from notifiers.posts import post_words
from notifiers.views import NoticeView
from obligations.changes import NOTHING_TO_DO, Change
from obligations.policies import Stage
from obligations.reconciling import Ground

SAMPLE_NOW = datetime(2026, 10, 12, 9, 0, tzinfo=timezone(timedelta(hours=8)))
"""When the samples are written, unless somebody asks for another day."""


@dataclass(frozen=True, slots=True)
class _Duty:
    title: str
    instruction: str
    clause: str
    derivation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Town:
    """People, organizations and duties that do not exist; the first of `firms` had an accident."""

    reader: str
    stand_in: str
    regulator: str
    firms: tuple[str, ...]
    contact: str
    meeting: _Duty
    drill: _Duty


_TOWNS: Mapping[str, _Town] = {
    "zh_CN": _Town(
        reader="苗立华",
        stand_in="安全生产联络员 沈玉洁",
        regulator="云湖县应急管理局",
        firms=("云湖精细化工有限公司", "云湖港务有限公司", "青岭矿业有限公司", "东塘机械制造厂", "云湖燃气有限公司"),
        contact="县安委办 0000-8000123",
        meeting=_Duty(
            "召集事故联席会议，启动联合执法",
            "会同公安、工会和行业主管部门召开联席会议，通报事故情况，明确联合执法的分工和时间安排，形成会议纪要并报县安委办。",
            "二(二)15",
            (
                "自2026年9月18日（星期五）起算，当日不计入（《民法典》第二百零一条）",
                "期限1周，自2026年9月19日（星期六）开始计算",
                "截止日期为2026年9月25日（星期五），当日24时届满（《民法典》第二百零三条）",
            ),
        ),
        drill=_Duty(
            "组织生产安全事故应急预案演练",
            "按照应急预案组织一次实战演练，覆盖当班全体人员；演练后评估效果，修订预案，并留存方案、影像和评估报告。",
            "二(一)9",
            ("应在2026年下半年内完成，该期间截至2026年12月31日（星期四），不顺延至下一期间",),
        ),
    ),
    "en": _Town(
        reader="Miao Lihua",
        stand_in="duty officer Shen Yujie",
        regulator="Yunhu County Emergency Management Bureau",
        firms=("Yunhu Fine Chemicals Ltd", "Yunhu Port Ltd", "Qingling Mining Ltd", "Dongtang Machine Works",
               "Yunhu City Gas Ltd"),
        contact="Safety Committee Office, 0000-8000123",
        meeting=_Duty(
            "Joint meeting on the accident",
            "Meet with the police, the trade union and the departments in charge of the industry; report on the "
            "accident, settle who enforces what by when, and send the minutes to the safety committee office.",
            "II(2)15",
            (
                "runs from 2026-09-18 (Fri); that day is not counted (Civil Code art. 201)",
                "counts 1 week, beginning with 2026-09-19 (Sat)",
                "due 2026-09-25 (Fri); the day ends at 24:00 (Civil Code art. 203)",
            ),
        ),
        drill=_Duty(
            "Emergency plan drill",
            "Hold one full exercise of the emergency plan with everybody on shift; assess it, amend the plan, and keep "
            "the script, the pictures and the assessment.",
            "II(1)9",
            ("must be done within the second half of 2026, which ends on 2026-12-31 (Thu); never in the next period",),
        ),
    ),
}  # fmt: skip


def sample_reader(language: str) -> str:
    """Whom the samples are addressed to."""
    return _TOWNS[language].reader


def sample_notice(language: str, stage: Stage, *, change: Change | None = None, own: bool = True) -> NoticeView:
    """A meeting after an accident: overdue, or due in six working days if it is no more than a reminder."""
    town = _TOWNS[language]
    ahead = stage is Stage.REMIND
    return NoticeView(
        key=f"reg-15a/ent-1/acc-2026-001/{stage.value}/reg-emergency.duty",
        task="reg-15a/ent-1/acc-2026-001",
        stage=stage,
        step=stage.value,
        title=town.meeting.title,
        instruction=town.meeting.instruction,
        clause=town.meeting.clause,
        basis="policy",
        subject=town.firms[0],
        bearer=town.regulator,
        post=post_words("duty", language) if change is not Change.REASSIGNED else "",
        due=date(2026, 10, 20) if ahead else date(2026, 9, 25),
        working_days_left=6 if ahead else -8,
        change=change,
        previous_due=date(2026, 9, 24) if change is Change.MOVED else None,
        because=Ground.EVENT_CHANGED if change is Change.WITHDRAWN else None,
        own=own,
        derivation=town.meeting.derivation if change not in NOTHING_TO_DO else (),
        contact=town.contact,
    )


def sample_rich_notice(language: str, stage: Stage) -> NoticeView:
    """A drill with all that may be said of a notice: times that are missing, a pace, a stand-in, a day not yet sure."""
    town = _TOWNS[language]
    return replace(
        _drill(town, language, 1),
        stage=stage,
        times=2,
        paced_by=date(2026, 9, 30),
        paced_times=1,
        missing=2,
        provisional=True,
        stands_in_for=town.stand_in,
    )


def sample_digest(language: str, stage: Stage, count: int, *, own: bool = True) -> list[NoticeView]:
    """The meeting at a stage, and reminders of drills at one firm after the other."""
    town = _TOWNS[language]
    drills = [replace(_drill(town, language, number), own=own) for number in range(1, count)]
    return [sample_notice(language, stage, own=own), *drills]


def _drill(town: _Town, language: str, number: int) -> NoticeView:
    firm = town.firms[number % len(town.firms)]
    return replace(
        sample_notice(language, Stage.REMIND),
        key=f"ent-09a/ent-{number}/2026-H2/remind/ent-{number}.safety_officer",
        task=f"ent-09a/ent-{number}/2026-H2",
        title=town.drill.title,
        instruction=town.drill.instruction,
        clause=town.drill.clause,
        subject=firm,
        bearer=firm,
        post=post_words("safety_officer", language),
        due=date(2026, 12, 31),
        working_days_left=58,
        window="2026-H2",
        derivation=town.drill.derivation,
    )
