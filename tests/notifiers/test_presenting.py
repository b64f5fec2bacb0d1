"""Presenting: dates, windows and what is left, in the words of the reader."""

from datetime import date, datetime, time
from typing import Any

import pytest

from notifiers.presenting import present, window_words
from notifiers.wording import STAGE_COLOURS
from notifiers.wording_zh import ZH_CN
from obligations.changes import Change
from obligations.policies import Stage
from tests.notifiers.letters import CITY, NOW, view


def phrases(**changes: Any) -> dict[str, Any]:
    return dict(present(view(**changes), ZH_CN, NOW))


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("2026-01", "2026年1月"),
        ("2026-12", "2026年12月"),
        ("2026-Q3", "2026年第三季度"),
        ("2026-H1", "2026年上半年"),
        ("2026", "2026年"),
        ("2025-2027", "2025年至2027年"),
        ("spring_festival-2027", "spring_festival-2027"),
    ],
)
def test_a_window_is_named_as_people_name_it(key: str, words: str) -> None:
    assert window_words(key, ZH_CN) == words


def test_a_due_day_is_written_with_its_weekday_and_short_without_this_year() -> None:
    shown = phrases(due=date(2026, 9, 25))
    assert (shown["due"], shown["due_day"]) == ("2026年9月25日（星期五）", "9月25日")


def test_a_due_day_of_another_year_keeps_its_year() -> None:
    assert phrases(due=date(2027, 1, 5), working_days_left=58)["due_day"] == "2027年1月5日"


def test_an_overdue_task_says_for_how_many_working_days() -> None:
    shown = phrases(due=date(2026, 9, 25), working_days_left=-5)
    assert (shown["left"], shown["phrase"], shown["overdue"]) == ("逾期5个工作日", "9月25日到期，逾期5个工作日", True)


def test_a_task_overdue_since_the_weekend_is_overdue_without_a_number() -> None:
    assert phrases(due=date(2026, 10, 11), working_days_left=0)["left"] == "已逾期"


def test_a_task_due_today_says_so_and_is_not_overdue() -> None:
    shown = phrases(due=NOW.date(), working_days_left=0)
    assert (shown["left"], shown["phrase"], shown["overdue"]) == ("今日到期", "今日（10月12日）到期", False)


def test_a_task_due_later_says_how_many_working_days_are_left() -> None:
    assert phrases(due=date(2026, 10, 15), working_days_left=3)["left"] == "还有3个工作日"


def test_a_task_due_after_a_holiday_says_that_no_working_day_is_left() -> None:
    assert phrases(due=date(2026, 10, 14), working_days_left=0)["left"] == "还有2天，其间无工作日"


def test_a_limit_in_hours_shows_its_moment_and_is_overdue_after_it() -> None:
    early = present(view(due=NOW.date(), due_time=time(9, 0), working_days_left=0), ZH_CN, NOW)
    late = present(
        view(due=NOW.date(), due_time=time(9, 0), working_days_left=0), ZH_CN, datetime(2026, 10, 12, 9, 0, tzinfo=CITY)
    )
    assert (early["due"], early["phrase"]) == ("2026年10月12日（星期一）09:00", "今日（10月12日09:00）到期")
    assert (early["overdue"], late["overdue"]) == (False, True)


def test_what_the_reader_must_know_beside_the_due_day_is_noted() -> None:
    shown = phrases(
        due=date(2026, 10, 20),
        working_days_left=6,
        provisional=True,
        change=Change.MOVED,
        previous_due=date(2026, 9, 24),
        times=3,
        missing=2,
        stands_in_for="安全员 李敏",
    )
    assert shown["notes"] == [
        "有关放假安排尚未公布，日期待定；公布后如有变动，另行通知。",
        "截止日期原为2026年9月24日（星期四），现调整为2026年10月20日（星期二）。",
        "应完成3次，本周期尚差2次，剩6个工作日。",
        "本通知原应送达安全员 李敏，因暂时无法通知，由您代为接收，请转告并组织办理。",
    ]


def test_what_is_overdue_is_not_called_uncertain_any_more() -> None:
    assert phrases(provisional=True)["notes"] == []


def test_an_ordinary_notice_has_no_notes() -> None:
    assert phrases()["notes"] == []


@pytest.mark.parametrize("stage", Stage)
def test_each_stage_has_its_own_words_and_a_colour_on_which_white_can_be_read(stage: Stage) -> None:
    own, others = phrases(stage=stage, own=True), phrases(stage=stage, own=False)
    assert own["opening"] != others["opening"]
    assert own["ask"] != others["ask"]
    assert contrast_with_white(STAGE_COLOURS[stage]) >= 5


def contrast_with_white(colour: str) -> float:
    """WCAG 2.1, 1.4.3."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_a_request_for_approval_names_the_notice_that_waits() -> None:
    shown = phrases(stage=Stage.LETTER, approval=True)
    assert shown["tag"] == "待批"
    assert "“函告”" in shown["opening"]


def test_text_from_the_roster_is_shown_on_one_line() -> None:
    assert phrases(subject="滨海\r\n化工\u202e")["subject"] == "滨海 化工"
