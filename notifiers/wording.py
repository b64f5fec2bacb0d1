"""Words for people that are not in a template, language by language. The templates stand in `templates/LANGUAGE`."""

from collections.abc import Mapping
from dataclasses import dataclass

from obligations.changes import Change
from obligations.policies import Stage
from obligations.recipients import Via
from obligations.reconciling import Ground

STAGE_COLOURS: Mapping[Stage, str] = {
    Stage.REMIND: "#1d5fa6",
    Stage.URGE: "#8f5600",
    Stage.SUPERVISE: "#c2410c",
    Stage.LETTER: "#b3261e",
    Stage.SUMMON: "#9d174d",
    Stage.LIST: "#7a1212",
    Stage.REPORT: "#4a2470",
}
"""From blue through amber to red and beyond; white text on each has a contrast of 5 : 1 or more (WCAG 2.1 AA)."""


@dataclass(frozen=True, slots=True)
class StageWords:
    """What is said at one stage.

    Args:
        word: its name.
        heading: of a message about one notice.
        own: the opening towards the organization that bears the task; `ask_own` is its short form.
        others: the opening towards those who see to it; `ask_others` is its short form.
    """

    word: str
    heading: str
    own: str
    others: str
    ask_own: str
    ask_others: str


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What is said of a change that is no step of a ladder; `ask` is the short form of the opening."""

    tag: str
    heading: str
    opening: str
    ask: str


@dataclass(frozen=True, slots=True, eq=False)  # so that it can be looked up by: there is one of each language
class Wording:
    """One language. Fields in braces are those of `str.format`."""

    stages: Mapping[Stage, StageWords]
    via: Mapping[Via, str]
    bases: Mapping[str, str]
    weekdays: tuple[str, ...]
    windows: Mapping[str, str]
    """Regular expression of a window's key to words."""
    half_years: Mapping[str, str]
    quarters: Mapping[str, str]
    day: str
    day_with_weekday: str
    day_of_year: str
    moment: str
    overdue: str
    overdue_no_working_day: str
    due_today: str
    days_left: str
    no_working_day_left: str
    phrase: str
    phrase_today: str
    changes: Mapping[Change, ChangeWords]
    moved_note: str
    grounds: Mapping[Ground, str]
    approval_tag: str
    approval_heading: str
    approval_opening: str
    approval_ask: str
    provisional_note: str
    periods: Mapping[str, str]
    """Regular expression of a window's key to what the current one is called."""
    period: str
    quota: str
    quota_left: str
    times_note: str
    pace_note: str
    stand_in_note: str


ZH_CN = Wording(
    stages={
        Stage.REMIND: StageWords(
            "提醒",
            "安全生产任务提醒",
            "您好！下列安全生产任务请您统筹安排，在截止日期前完成。",
            "您好！下列安全生产任务请您予以关注，并提醒责任单位按时完成。",
            "请按时办结",
            "请提醒责任单位按时办结",
        ),
        Stage.URGE: StageWords(
            "催办",
            "安全生产任务催办通知",
            "下列安全生产任务尚未登记办结，请抓紧办理；已经办结的，请及时登记。",
            "下列安全生产任务，责任单位尚未登记办结，请督促其抓紧办理。",
            "请抓紧办理",
            "请督促责任单位抓紧办理",
        ),
        Stage.SUPERVISE: StageWords(
            "督办",
            "安全生产任务督办通知",
            "下列安全生产任务至今未办结，现予督办。请主要负责人亲自研究，明确责任人和完成时间，立即组织落实。",
            "下列安全生产任务至今未办结，现予督办。请贵单位履行职责，责成责任单位立即落实，并跟踪办理结果。",
            "请立即组织落实",
            "请责成责任单位立即落实",
        ),
        Stage.LETTER: StageWords(
            "函告",
            "关于督促履行安全生产职责的函",
            "贵单位下列安全生产任务至今仍未办结，现予函告。请高度重视，即行整改，并将办理情况书面函复。",
            "下列安全生产任务至今仍未办结，现予函告。请贵单位按照职责督促责任单位即行整改，并将督促情况书面函复。",
            "请即行整改并书面函复",
            "请督促责任单位整改并函复",
        ),
        Stage.SUMMON: StageWords(
            "约谈",
            "安全生产约谈通知",
            "因下列安全生产任务至今未办结，拟对贵单位主要负责人进行约谈。请准备书面情况说明，约谈时间、地点另行通知。",
            "因下列安全生产任务至今未办结，拟对责任单位主要负责人进行约谈。请贵单位按照职责做好有关准备。",
            "请准备书面情况说明",
            "请按职责做好约谈准备",
        ),
        Stage.LIST: StageWords(
            "挂牌督办",
            "安全生产挂牌督办通知",
            "因下列安全生产任务至今未办结，现予挂牌督办。请贵单位制定整改方案，明确措施、责任人和时限，整改完成后申请核销。",
            "因下列安全生产任务至今未办结，现对责任单位予以挂牌督办。请贵单位跟踪督导，整改到位后按程序核销。",
            "请制定方案限期整改",
            "请跟踪督导整改到位",
        ),
        Stage.REPORT: StageWords(
            "抄报",
            "安全生产履职情况抄报",
            "贵单位下列安全生产任务至今未办结，拟按程序抄报有关情况。请立即整改，并书面说明原因。",
            "下列安全生产任务至今未办结，拟按程序抄报有关情况。请贵单位按照职责督促整改，并做好抄报准备。",
            "请立即整改并说明原因",
            "请督促整改并做好抄报准备",
        ),
    },
    via={
        Via.NAMED: "本岗位",
        Via.DEPUTY: "由副岗代收",
        Via.PRINCIPAL: "由主要负责人代收",
        Via.SUPERVISOR: "由上级单位代收",
    },
    bases={"policy": "文件规定", "law": "法律法规规定", "local": "本市自行规定"},
    weekdays=("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    windows={
        r"(?P<year>\d{4})-0?(?P<month>\d{1,2})": "{year}年{month}月",
        r"(?P<year>\d{4})-Q(?P<quarter>[1-4])": "{year}年{quarter}",
        r"(?P<year>\d{4})-H(?P<half>[12])": "{year}年{half}",
        r"(?P<year>\d{4})": "{year}年",
        r"(?P<first>\d{4})-(?P<last>\d{4})": "{first}年至{last}年",
    },
    half_years={"1": "上半年", "2": "下半年"},
    quarters={"1": "第一季度", "2": "第二季度", "3": "第三季度", "4": "第四季度"},
    day="{0.year}年{0.month}月{0.day}日",
    day_with_weekday="{0.year}年{0.month}月{0.day}日（{1}）",
    day_of_year="{0.month}月{0.day}日",
    moment="{0}{1:%H:%M}",
    overdue="逾期{0}个工作日",
    overdue_no_working_day="已逾期",
    due_today="今日到期",
    days_left="还有{0}个工作日",
    no_working_day_left="还有{0}天，其间无工作日",
    phrase="{0}到期，{1}",
    phrase_today="今日（{0}）到期",
    changes={
        Change.MOVED: ChangeWords(
            "期限调整",
            "安全生产任务期限调整通知",
            "下列安全生产任务的截止日期已经调整，请以调整后的日期为准。",
            "请以调整后的日期为准",
        ),
        Change.WITHDRAWN: ChangeWords(
            "撤销",
            "安全生产任务撤销通知",
            "下列安全生产任务已经撤销，此前发出的通知不再执行，无须办理。",
            "无须再办理",
        ),
        Change.RESTORED: ChangeWords(
            "恢复",
            "安全生产任务恢复通知",
            "下列安全生产任务此前撤销，现予恢复，请按本通知载明的截止日期办理。",
            "请按期办理",
        ),
        Change.REPORTED: ChangeWords(
            "待核查",
            "安全生产任务核查通知",
            "责任单位报告下列安全生产任务已经完成，请贵单位核查；属实的予以确认，不属实的退回重办。",
            "请核查确认或者退回",
        ),
    },
    moved_note="截止日期原为{0}，现调整为{1}。",
    grounds={
        Ground.OBLIGATION_GONE: "撤销原因：本市已不再执行该项规定。",
        Ground.SUBJECT_GONE: "撤销原因：涉及单位已不在名录中。",
        Ground.NO_LONGER_APPLIES: "撤销原因：单位情况已变化，该项规定不再适用。",
        Ground.EVENT_CHANGED: "撤销原因：所依据的事件信息已更正或者撤回。",
        Ground.START_CHANGED: "撤销原因：起算期限的日期或者事项已变化。",
    },
    approval_tag="待批",
    approval_heading="安全生产通知审批",
    approval_opening="下列事项拟发出“{0}”通知，须经您审批。请核实情况后提出意见；未经批准，通知不予发出。",
    approval_ask="请核实情况后审批",
    provisional_note="次年放假安排尚未公布，日期待定；公布后如有变动，另行通知。",
    periods={
        r"\d{4}-\d{2}": "本月",
        r"\d{4}-Q[1-4]": "本季度",
        r"\d{4}-H[12]": "本半年",
        r"\d{4}": "本年度",
    },
    period="本周期",
    quota="{0}尚差{1}次，{2}",
    quota_left="剩{0}个工作日",
    times_note="应完成{0}次，{1}。",
    pace_note="按均衡进度，{0}前应完成{1}次，目前已完成{2}次。",
    stand_in_note="本通知原应送达{0}，因暂时无法通知，由您代为接收，请转告并组织办理。",
)

LANGUAGES: Mapping[str, Wording] = {"zh_CN": ZH_CN}
