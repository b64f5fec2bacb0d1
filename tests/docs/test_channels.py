"""The page of channels agrees with what the codes of providers mean in the code."""

from dataclasses import fields

import pytest

from notifiers import aliyun, mas, tencent, wecom_app
from notifiers.error_classes import ErrorClasses
from notifiers.robots import PLATFORMS
from tests.docs.pages import page, sections

CODES = {
    "aliyun": aliyun.CODES,
    "tencent": tencent.CODES,
    "mas": mas.CODES,
    "wecom-app": wecom_app.CODES,
    **{kind: each.codes for kind, each in PLATFORMS.items()},
}
SECTION = sections(page("docs/channels.md"))["What an answer means"]
TABLE = {
    cells[1].strip(" `"): [cell.strip() for cell in cells[2:6]]
    for line in SECTION.splitlines()
    if len(cells := line.split("|")) == 7 and cells[1].strip(" `") in CODES
}
LEFT_OUT = ("isv.", "isp.", "FailedOperation.", "InvalidParameterValue.")
"""What stands before codes and not in the table."""


def as_shown(code: str) -> str:
    """A code as the table has it."""
    for prefix in LEFT_OUT:
        code = code.removeprefix(prefix)
    return code.replace("*", "…")


def shown(cell: str) -> set[str]:
    """The codes in a cell."""
    codes = cell.partition(";")[0].partition(": an hour")[0]
    return set(codes.split(", ")) - {""}


@pytest.mark.parametrize("kind", CODES)
def test_the_table_shows_what_each_code_of_a_provider_means(kind: str) -> None:
    classes = (set(map(as_shown, getattr(CODES[kind], each.name))) for each in fields(ErrorClasses))
    assert list(map(shown, TABLE[kind])) == list(classes)


@pytest.mark.parametrize("prefix", LEFT_OUT)
def test_the_page_says_what_it_leaves_out_before_codes(prefix: str) -> None:
    assert f"`{prefix}`" in SECTION


def test_the_page_says_how_much_a_robot_gets() -> None:
    rates = {kind: each.rate.messages for kind, each in PLATFORMS.items()}
    assert rates == {"wecom-robot": 20, "dingtalk-robot": 20, "feishu-robot": 100}
    assert "20 a minute of WeCom and DingTalk, 100 of Feishu" in SECTION
