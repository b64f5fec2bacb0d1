"""Derivations in words, language by language."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from notifiers.languages import LANGUAGES
from notifiers.presenting import window_words
from notifiers.wording import Count
from obligations.derivations import Ground, Rule
from obligations.limits import Limit, Unit

_ENGLISH_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CHINESE_DAYS = "一二三四五六日"

_ENGLISH: Mapping[Rule, str] = {
    Rule.ANCHOR_DAY: "runs from {0}; that day is not counted (Civil Code art. 201)",
    Rule.ANCHOR_ITSELF: "due on the anchor's own day, {0}",
    Rule.STATED: "due on the day that was set for it, {0}",
    Rule.ANCHOR_MOMENT: "runs {1} from {0}, through nights and holidays (Civil Code art. 201)",
    Rule.COUNT: "counts {0}, beginning with {1}",
    Rule.EXCLUDED: "{0} not counted, as days of technical appraisal are not (decree 493 art. 27)",
    Rule.WEEKENDS: "{0} ordinary weekend {0:day|days} not counted",
    Rule.HOLIDAY: "{0} not counted: {1} ({2})",
    Rule.MAKE_UP: "{0} counted: make-up working day for {1} ({2})",
    Rule.CORRESPONDING_DAY: "ends on the corresponding day, {0} (Civil Code art. 202)",
    Rule.MONTH_END: "no corresponding day, so the month's last, {0} (Civil Code art. 202)",
    Rule.NOT_WORKED: "{0} is not worked, and this rule does not roll; rolled it would be {1} (Civil Code art. 203)",
    Rule.ROLLED_ON: "{0} is not worked, so it rolls to the next working day, {1} (Civil Code art. 203)",
    Rule.ROLLED_BACK: "{0} is not worked, so it rolls back to the working day before, {1}",
    Rule.EXTENDED: "extended to {0}",
    Rule.WINDOW: "must be done within {0}, which ends on {1}; it does not roll into the next period",
    Rule.MOVED_FORWARD: "the city sets an earlier day within the period: {0}",
    Rule.LAST_WORKING_DAY: "the last working day before it is {0}",
    Rule.ENDS_DAY: "due {0}; the day ends at 24:00 (Civil Code art. 203)",
    Rule.ENDS_MOMENT: "due at {0}",
    Rule.PROVISIONAL: "provisional: no holiday notice fixes the days from {1} on yet (calendar {0})",
    Rule.STANDS: "the due day stands; no holiday notice says yet which days from {1} on are worked (calendar {0})",
    Rule.FINAL: "final: every day it depends on is published (calendar {0})",
}
_CHINESE: Mapping[Rule, str] = {
    Rule.ANCHOR_DAY: "自{0}起算，当日不计入（《民法典》第二百零一条）",
    Rule.ANCHOR_ITSELF: "以所依据的日期当日为限：{0}",
    Rule.STATED: "以有关文书（事项）载明的日期为限：{0}",
    Rule.ANCHOR_MOMENT: "期限{1}，自{0}起连续计算，夜间和节假日不停止计算（《民法典》第二百零一条）",
    Rule.COUNT: "期限{0}，自{1}开始计算",
    Rule.EXCLUDED: "扣除{0}，如技术鉴定所需时间（国务院令第493号第二十七条）",
    Rule.WEEKENDS: "扣除普通双休日{0}天",
    Rule.HOLIDAY: "{0}放假，不计入：{1}（{2}）",
    Rule.MAKE_UP: "{0}调休上班，计入：{1}（{2}）",
    Rule.CORRESPONDING_DAY: "期满日为对应日{0}（《民法典》第二百零二条）",
    Rule.MONTH_END: "没有对应日，以当月最后一日{0}为期满日（《民法典》第二百零二条）",
    Rule.NOT_WORKED: "{0}不是工作日，本项规定不顺延；如顺延则为{1}（参照《民法典》第二百零三条）",
    Rule.ROLLED_ON: "{0}不是工作日，顺延至下一工作日{1}（《民法典》第二百零三条）",
    Rule.ROLLED_BACK: "{0}不是工作日，提前至前一工作日{1}",
    Rule.EXTENDED: "经批准延期至{0}",
    Rule.WINDOW: "应在{0}内完成，该期间截至{1}，不顺延至下一期间",
    Rule.MOVED_FORWARD: "本市在该期间内规定了更早的日期：{0}",
    Rule.LAST_WORKING_DAY: "此前最后一个工作日为{0}",
    Rule.ENDS_DAY: "截止日期为{0}，当日24时届满（《民法典》第二百零三条）",
    Rule.ENDS_MOMENT: "截止时间为{0}",
    Rule.PROVISIONAL: "暂定：{1}起的放假安排尚未公布（日历版本{0}）",
    Rule.STANDS: "截止日期不变；{1}起的放假安排尚未公布，工作日可能调整（日历版本{0}）",
    Rule.FINAL: "确定：所涉日期的放假安排均已公布（日历版本{0}）",
}
_CHINESE_UNITS: Mapping[Unit, str] = {
    Unit.HOURS: "小时",
    Unit.DAYS: "日",
    Unit.WORKING_DAYS: "个工作日",
    Unit.WEEKS: "周",
    Unit.MONTHS: "个月",
    Unit.YEARS: "年",
}
_ENGLISH_UNITS: Mapping[Unit, str] = {
    Unit.HOURS: "hour",
    Unit.DAYS: "day",
    Unit.WORKING_DAYS: "working day",
    Unit.WEEKS: "week",
    Unit.MONTHS: "month",
    Unit.YEARS: "year",
}


def derivation_words(grounds: Iterable[Ground], language: str, zone: ZoneInfo) -> tuple[str, ...]:
    """A derivation line by line in `zh_CN` or `en`; moments are shown in `zone`."""
    chinese = language.startswith("zh")
    return tuple([(_write if ground.rule in _MANIFOLD else _recall)(ground, chinese, zone) for ground in grounds])


_MANIFOLD = frozenset({Rule.COUNT, Rule.ENDS_MOMENT, Rule.ANCHOR_MOMENT})
"""Grounds of which hardly two are the same; the sentences of the others come again and again, and are kept."""


def _write(ground: Ground, chinese: bool, zone: ZoneInfo) -> str:
    sentences, word = (_CHINESE, _chinese) if chinese else (_ENGLISH, _english)
    values = [_word(value, word, zone) for value in ground.values]
    if ground.rule is Rule.WINDOW:
        values[0] = window_words(str(values[0]), LANGUAGES["zh_CN" if chinese else "en"])
    return sentences[ground.rule].format(*values)


_recall = lru_cache(maxsize=65_536)(_write)


def _word(value: object, word: Callable[[date | Limit], str], zone: ZoneInfo) -> str | Count:
    if isinstance(value, int):
        return Count(value)
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        local = value if value.tzinfo is None else value.astimezone(zone)
        return f"{word(local.date())} {local:%H:%M}"
    return word(value) if isinstance(value, date | Limit) else str(value)


@lru_cache(maxsize=40_000)
def _english(value: date | Limit) -> str:
    if isinstance(value, Limit):
        name = _ENGLISH_UNITS[value.unit] + ("" if abs(value.amount) == 1 else "s")
        return f"{abs(value.amount)} {name}{' back' if value.amount < 0 else ''}"
    return f"{value.isoformat()} ({_ENGLISH_DAYS[value.weekday()]})"


@lru_cache(maxsize=40_000)
def _chinese(value: date | Limit) -> str:
    if isinstance(value, Limit):
        return f"{'倒推' if value.amount < 0 else ''}{abs(value.amount)}{_CHINESE_UNITS[value.unit]}"
    return f"{value.year}年{value.month}月{value.day}日（星期{_CHINESE_DAYS[value.weekday()]}）"
