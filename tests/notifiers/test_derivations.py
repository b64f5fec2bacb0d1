"""Derivations in words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from notifiers.derivations import derivation_words
from obligations.derivations import Ground, Rule
from obligations.limits import parse_limit

CHINA = ZoneInfo("Asia/Shanghai")
FRIDAY, MOMENT = date(2026, 9, 18), datetime(2026, 9, 18, 6, 20, tzinfo=UTC)
VALUES: dict[Rule, tuple[object, ...]] = {
    Rule.ANCHOR_MOMENT: (MOMENT, parse_limit("2h")),
    Rule.COUNT: (parse_limit("10wd"), FRIDAY),
    Rule.EXCLUDED: (parse_limit("5d"),),
    Rule.WEEKENDS: (4,),
    Rule.HOLIDAY: (FRIDAY, "国庆节", "国办发明电〔2025〕7号"),
    Rule.MAKE_UP: (FRIDAY, "国庆节", "国办发明电〔2025〕7号"),
    Rule.NOT_WORKED: (FRIDAY, date(2026, 9, 21)),
    Rule.ROLLED_ON: (FRIDAY, date(2026, 9, 21)),
    Rule.ROLLED_BACK: (FRIDAY, date(2026, 9, 17)),
    Rule.WINDOW: ("2026-H2", date(2026, 12, 31)),
    Rule.ENDS_MOMENT: (datetime(2026, 9, 18, 8, 20, tzinfo=UTC),),
    Rule.PROVISIONAL: ("cn-2026", date(2026, 12, 25)),
    Rule.STANDS: ("cn-2026", date(2026, 12, 25)),
    Rule.FINAL: ("cn-2026", date(2026, 12, 25)),
}


def said(rule: Rule, language: str) -> str:
    (line,) = derivation_words([Ground(rule, VALUES.get(rule, (FRIDAY,)))], language, CHINA)
    return line


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_ground_can_be_said_in_both_languages_with_all_its_values(language: str) -> None:
    sentences = [said(rule, language) for rule in Rule]
    assert len(set(sentences)) == len(Rule)
    assert not any("{" in sentence for sentence in sentences)


def test_days_are_said_with_their_weekday() -> None:
    assert "2026-09-18 (Fri)" in said(Rule.ENDS_DAY, "en")
    assert "2026年9月18日（星期五）" in said(Rule.ENDS_DAY, "zh_CN")


def test_moments_are_said_in_the_citys_own_time() -> None:
    assert "2026-09-18 (Fri) 14:20" in said(Rule.ANCHOR_MOMENT, "en")
    assert "2026年9月18日（星期五） 16:20" in said(Rule.ENDS_MOMENT, "zh_CN")


def test_a_window_is_said_as_people_call_it() -> None:
    assert said(Rule.WINDOW, "zh_CN").startswith("应在2026年下半年内完成")


def test_a_limit_that_counts_back_says_so() -> None:
    back = Ground(Rule.COUNT, (parse_limit("-3m"), FRIDAY))
    assert derivation_words([back], "en", CHINA)[0].startswith("counts 3 months back")
    hours = Ground(Rule.ANCHOR_MOMENT, (MOMENT, parse_limit("-2h")))
    assert derivation_words([hours], "en", CHINA)[0].startswith("runs 2 hours back from 2026-09-18 (Fri) 14:20, ")
    assert derivation_words([hours], "zh_CN", CHINA)[0].startswith("期限倒推2小时，自2026年9月18日（星期五） 14:20起")
    assert derivation_words([back], "zh_CN", CHINA)[0].startswith("期限倒推3个月")


@pytest.mark.parametrize(
    ("ground", "sentence"),
    [
        (Ground(Rule.WEEKENDS, (1,)), "1 ordinary weekend day not counted"),
        (Ground(Rule.WEEKENDS, (2,)), "2 ordinary weekend days not counted"),
        (Ground(Rule.EXCLUDED, (parse_limit("1d"),)), "1 day not counted, "),
        (Ground(Rule.EXCLUDED, (parse_limit("2wd"),)), "2 working days not counted, "),
        (Ground(Rule.COUNT, (parse_limit("1wd"), FRIDAY)), "counts 1 working day, "),
        (Ground(Rule.COUNT, (parse_limit("2wd"), FRIDAY)), "counts 2 working days, "),
        (Ground(Rule.ANCHOR_MOMENT, (MOMENT, parse_limit("1h"))), "runs 1 hour from "),
        (Ground(Rule.WINDOW, ("2026-H2", FRIDAY)), "must be done within the second half of 2026, "),
    ],
)
def test_english_counts_one_and_many(ground: Ground, sentence: str) -> None:
    assert derivation_words([ground], "en", CHINA)[0].startswith(sentence)
