"""Rendering: one message a person, in which the gravest comes first and nothing in a field can do harm."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from notifiers.rendering import Content, NoticeView, Renderer, UnusableTemplateError
from notifiers.sample import sample_digest, sample_notice, sample_rich_notice
from notifiers.views import Matter
from notifiers.wording import STAGE_COLOURS
from notifiers.wording_en import EN
from notifiers.wording_zh import ZH_CN
from obligations.changes import Change
from obligations.policies import Stage
from obligations.reconciling import Ground
from tests.notifiers.letters import NOW, due_later, view
from tests.notifiers.test_mail import HOSTILE

RENDERER = Renderer()


class Page(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def email(*views: NoticeView) -> Content:
    return RENDERER.render_email(views, "王建国", NOW)


def text_message(*views: NoticeView) -> str:
    return RENDERER.render_sms(views, "王建国", NOW).text


def both_parts(content: Content) -> Sequence[str]:
    return content.text, Page(content.page).text


def test_both_parts_say_that_a_day_to_come_may_yet_move() -> None:
    for part in both_parts(email(view(provisional=True, due=date(2026, 12, 31), working_days_left=57))):
        assert "有关放假安排尚未公布，日期待定" in part


def test_one_notice_has_stage_title_lateness_and_organization_in_its_subject() -> None:
    assert email(view()).subject == "【督办】召开事故联席会议 逾期5个工作日 · 滨海化工有限公司"


def test_a_notice_that_is_not_due_yet_has_its_due_day_in_its_subject() -> None:
    assert email(due_later()).subject == "【提醒】应急预案演练 12月31日到期，还有56个工作日 · 滨海化工有限公司"


def test_a_moved_notice_has_the_new_day_in_its_subject() -> None:
    moved = view(change=Change.MOVED, previous_due=date(2026, 9, 25), due=date(2026, 10, 30), working_days_left=14)
    assert email(moved).subject == "【期限调整】召开事故联席会议 调整至10月30日 · 滨海化工有限公司"


def test_a_request_for_approval_says_what_waits_in_its_subject() -> None:
    waiting = view(stage=Stage.LETTER, approval=True)
    assert email(waiting).subject == "【待批】函告：召开事故联席会议 · 滨海化工有限公司"


def test_a_digest_has_its_gravest_notice_and_the_number_overdue_in_its_subject() -> None:
    assert email(due_later(), view(), due_later()).subject == "【督办】召开事故联席会议等3项安全生产任务：1项逾期"


def test_a_digest_without_anything_overdue_says_what_is_due_first() -> None:
    subject = email(due_later(), due_later(due=date(2026, 10, 30), working_days_left=14)).subject
    assert subject == "【提醒】应急预案演练等2项安全生产任务：最紧要的10月30日到期，还有14个工作日"


@pytest.mark.parametrize("stage", Stage)
def test_each_stage_shows_in_word_and_colour(stage: Stage) -> None:
    content = email(view(stage=stage))
    for part in both_parts(content):
        assert ZH_CN.stages[stage].word in part
        assert ZH_CN.stages[stage].own in part
    assert STAGE_COLOURS[stage] in content.page


def test_text_and_html_both_say_who_what_when_why_and_whom_to_call() -> None:
    for part in both_parts(email(view(window="2026-H2"))):
        for said in (
            "王建国：", "滨海县应急管理局", "滨海化工有限公司", "主要负责人", "会同有关部门召开联席会议",
            "2026年下半年", "2026年9月25日（星期五）", "逾期5个工作日", "二(二)15",
            "文件规定", "自2026年9月18日起算，当日不计入",
            "办结后请向安委办登记，编号 reg-15a/ent-binhai-chem/acc-2026-001。",
            "请联系：市安委办 0515-80001234。", "2026年10月12日（星期一）",
        ):  # fmt: skip
            assert said in part


def test_fields_that_are_empty_leave_no_labels_behind() -> None:
    bare = view(instruction="", derivation=(), contact="", subject="滨海县应急管理局")
    for part in both_parts(email(bare)):
        for label in ("办理要求", "截止日期计算依据", "如有疑问", "涉及单位", "办理周期"):
            assert label not in part


DISCLOSURE = view(
    title="抄报逾期未履职情况", about=Matter("整改挂牌督办的隐患", "off-23-rectify/ent/haz.1", date(2026, 4, 30))
)


def test_a_task_about_an_overdue_one_says_which_that_is() -> None:
    for part in both_parts(email(DISCLOSURE)):
        assert "整改挂牌督办的隐患（2026年4月30日到期，任务编号 off-23-rectify/ent/haz.1）" in part
        assert "所涉事项" in part
    for part in both_parts(ENGLISH.render_email([DISCLOSURE], "Li", NOW)):
        assert "整改挂牌督办的隐患 (was due 30 April 2026, task off-23-rectify/ent/haz.1)" in part
    assert "抄报逾期未履职情况（滨海化工有限公司：整改挂牌督办的隐患），" in text_message(DISCLOSURE)
    assert "所涉事项" not in email(view()).text


@pytest.mark.parametrize(
    ("clause", "basis", "chinese", "english"),
    [
        ("二(二)15", "local", "二(二)15（本市自行规定）", "二(二)15 (set by the city itself)"),
        ("", "local", "本市自行规定", "set by the city itself"),
        ("二(二)15", "", "二(二)15", "二(二)15"),
        ("", "", None, None),
    ],
)
def test_the_basis_of_a_duty_reads_well_whatever_is_known_of_it(
    clause: str, basis: str, chinese: str | None, english: str | None
) -> None:
    duty = view(clause=clause, basis=basis)
    for renderer, label, said in ((RENDERER, "期限依据", chinese), (ENGLISH, "Basis", english)):
        content = renderer.render_email([duty], "Li", NOW)
        lines = [line.strip() for line in content.text.splitlines()]
        found = [re.sub(f"^{label}(：|: )", "", line) for line in lines if line.startswith(label)]
        cells = re.findall(rf"<td[^>]*>{label}</td><td[^>]*>(.*?)</td>", content.page)
        assert found == cells == ([said] if said else [])


def test_a_reader_who_supervises_is_asked_to_see_to_it() -> None:
    for part in both_parts(email(view(own=False))):
        assert "责成责任单位" in part
        assert "办结后请责任单位向安委办登记" in part
        assert "您的岗位" not in part


def test_a_digest_puts_the_graver_before_the_milder_and_the_longer_overdue_before_the_shorter() -> None:
    mild = due_later(title="最轻")
    late = view(title="较晚逾期", working_days_left=-2)
    later = view(title="最早逾期", working_days_left=-9)
    for part in both_parts(email(mild, late, later)):
        assert part.index("最早逾期") < part.index("较晚逾期") < part.index("最轻")


def test_a_digest_says_what_to_do_about_each_notice() -> None:
    for part in both_parts(email(view(), due_later(own=False))):
        assert "现有2项安全生产任务请您办理或者督促办理，其中1项已逾期" in part
        assert "请立即组织落实。" in part
        assert "请提醒责任单位按时办结。" in part
        assert "并注明任务编号" in part


def test_a_long_digest_names_every_task_and_is_small_enough_not_to_be_clipped() -> None:
    content = email(*[due_later(task=f"ent-09a/ent-{number}/2026-H2") for number in range(100)])
    for part in both_parts(content):
        assert "另有88项" in part
        assert all(f"ent-09a/ent-{number}/2026-H2" in part for number in range(100))
    assert len(content.html or b"") < 102_000, "Gmail clips what is longer"


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_field_changes_neither_the_page_nor_the_number_of_lines(hostile: str) -> None:
    payload = f"x{hostile}<img src=x onerror=alert(1)>\"'"[:90]
    changed = everywhere(payload), everywhere("x")
    hostile_mail, plain_mail = (RENDERER.render_email([each], each.bearer, NOW) for each in changed)
    assert Page(hostile_mail.page).tags == Page(plain_mail.page).tags
    assert hostile_mail.text.count("\n") == plain_mail.text.count("\n")
    assert len(hostile_mail.subject.splitlines()) == 1


def everywhere(text: str) -> NoticeView:
    fields: dict[str, Any] = dict.fromkeys(
        ("task", "title", "instruction", "clause", "subject", "post", "window", "contact", "stands_in_for"), text
    )
    return view(**fields, bearer=f"{text}.", derivation=(text,))


def test_a_field_is_never_taken_for_a_template() -> None:
    for part in both_parts(email(view(title="{{ 7 * 7 }}{% if %}"))):
        assert "{{ 7 * 7 }}{% if %}" in part


def test_an_sms_about_one_notice_says_what_whose_when_and_what_to_do() -> None:
    assert text_message(view()) == (
        "王建国：督办——召开事故联席会议（滨海化工有限公司），9月25日到期，逾期5个工作日，"
        "请立即组织落实。咨询：市安委办 0515-80001234"
    )


def test_an_sms_about_several_notices_says_how_many_and_the_gravest() -> None:
    assert text_message(due_later(contact=""), view(contact="")) == (
        "王建国：现有2项安全生产任务请您办理，其中1项已逾期。"
        "最紧要：督办——召开事故联席会议（滨海化工有限公司），9月25日到期，逾期5个工作日。"
    )


@pytest.mark.parametrize("count", [1, 300])
def test_an_sms_is_one_line_of_at_most_130_characters(count: int) -> None:
    longest = view(title="事" * 100, subject="滨" * 100, contact="安" * 100, stage=Stage.LIST, approval=True)
    message = RENDERER.render_sms([longest] * count, "王" * 100, NOW).text
    assert len(message) <= 130
    assert len(message.splitlines()) == 1


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UnusableTemplateError, match="no wording in 'tlh'; there is zh_CN, en"):
        Renderer("tlh")


def test_a_template_of_the_operator_replaces_the_shipped_one_alone(tmp_path: Path) -> None:
    (tmp_path / "subject.txt").write_text("{{ first.title }}！", encoding="utf-8")
    content = Renderer(overrides=tmp_path).render_email([view()], "王建国", NOW)
    assert content.subject == "召开事故联席会议！"
    assert content.text == email(view()).text


BROKEN = {
    "a tag that is not closed": ("email.txt", "第一行\n{% if count %}", r"email\.txt:2:1: "),
    "an unknown field": ("email.html", "<p>\n{{ first.titel }}", r"email\.html:2:1: .*titel"),
    "an unknown field beyond the first notices": (
        "email.txt", "{% for n in briefly %}{{ n.titel }}{% endfor %}", r"email\.txt:1:1: .*titel",
    ),
    "a forbidden product": ("sms.txt", "{{ 'x' * 900000000 }}", r"sms\.txt:1:1: "),
    "a method": ("subject.txt", "{{ first.title.upper() }}", r"subject\.txt:1:1: "),
    "an unknown filter": ("sms.txt", "{{ name | shout }}", r"sms\.txt:1:1: .*shout"),
    "a division by zero": ("sms.txt", "{{ count // 0 }}", r"sms\.txt:1:1: "),
}  # fmt: skip


@pytest.mark.parametrize(("file", "source", "fault"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_template_is_refused_at_the_start_with_its_file_and_line(
    tmp_path: Path, file: str, source: str, fault: str
) -> None:
    (tmp_path / file).write_text(source, encoding="utf-8")
    with pytest.raises(UnusableTemplateError, match=fault):
        Renderer(overrides=tmp_path)


def test_a_template_that_is_not_utf8_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "sms.txt").write_bytes("督办".encode("gbk"))
    with pytest.raises(UnusableTemplateError, match=r"sms\.txt"):
        Renderer(overrides=tmp_path)


ENGLISH = Renderer("en")
FRAME = re.compile(r"[^\x00-\x7f“”…·]")
"""What no English message holds whose facts are in ASCII."""


def english_messages(stage: Stage) -> Iterator[list[NoticeView]]:
    for own in (True, False):
        for change in (None, *Change):
            yield [sample_notice("en", stage, change=change, own=own)]
        yield [replace(sample_rich_notice("en", stage), own=own)]
        yield [replace(sample_notice("en", stage, own=own), approval=True)]
        yield sample_digest("en", stage, 30, own=own)
    for ground in Ground:
        yield [replace(sample_notice("en", stage, change=Change.WITHDRAWN), because=ground)] * 2


@pytest.mark.parametrize("stage", Stage)
def test_an_english_message_about_facts_in_ascii_holds_no_chinese_and_nothing_left_unfilled(stage: Stage) -> None:
    for views in english_messages(stage):
        content, sms = ENGLISH.render_email(views, "Miao Lihua", NOW), ENGLISH.render_sms(views, "Miao Lihua", NOW).text
        shown = Page(content.page.partition("</style>")[2]).text.replace("\xa0", " ")
        for part in (content.subject, content.text, shown, sms):
            assert FRAME.findall(part) == []
            assert not re.search(r"[{}]|None|\(\)", part)
        assert len(sms) <= 130
        assert len(sms.splitlines()) == 1


@pytest.mark.parametrize("stage", Stage)
def test_each_stage_is_said_in_english_by_its_word_its_opening_and_its_colour(stage: Stage) -> None:
    content = ENGLISH.render_email([sample_notice("en", stage)], "Miao Lihua", NOW)
    assert f"[{EN.stages[stage].word}]" in content.subject
    assert STAGE_COLOURS[stage] in content.page
    for part in both_parts(content):
        assert EN.stages[stage].own in part
        assert "Dear Miao Lihua," in part


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"working_days_left": -1}, "1 working day overdue"),
        ({"working_days_left": -2}, "2 working days overdue"),
        ({"due": date(2026, 10, 13), "working_days_left": 1}, "1 working day left"),
        ({"due": date(2026, 10, 14), "working_days_left": 2}, "2 working days left"),
        ({"due": date(2026, 10, 13), "working_days_left": 0}, "1 day left, no working day among them"),
        ({"due": NOW.date(), "working_days_left": 0, "due_time": time(16, 20)}, "Monday, 12 October 2026 at 16:20"),
        (
            {"times": 2, "window": "2026-H2", "due": date(2026, 12, 31), "working_days_left": 57},
            "Required 2 times: 1 still to do this half-year, 57 working days left.",
        ),
        (
            {"times": 2, "window": "2026-Q3", "due": date(2026, 9, 30), "working_days_left": -3},
            "Required 2 times: 1 still to do in the third quarter of 2026, 3 working days overdue.",
        ),
        ({"times": 2, "paced_by": date(2026, 9, 30), "paced_times": 1}, "1 should be done before 30 Sep; so far 1 is"),
        ({"window": "2026-03"}, "March 2026"),
        ({"window": "2026-Q2"}, "the second quarter of 2026"),
        ({"window": "2025-2027"}, "2025 to 2027"),
        ({"window": "2026-13"}, "2026-13"),
    ],
)
def test_english_counts_one_and_many_and_names_days_and_periods(changes: dict[str, Any], said: str) -> None:
    for part in both_parts(ENGLISH.render_email([view(**changes)], "Li", NOW)):
        assert said in part


def test_an_english_digest_speaks_of_one_or_many_tasks() -> None:
    two = ENGLISH.render_email([view(), view(change=Change.WITHDRAWN)], "Li", NOW)
    assert "You have 1 work-safety task to do, 1 overdue; 1 more need not be done any more." in two.text
    assert "and 1 more task: 1 overdue" in two.subject
    three = ENGLISH.render_email([view()] * 3, "Li", NOW)
    assert three.subject == "[Supervision] 召开事故联席会议 and 2 more tasks: 3 overdue"


def test_what_became_of_a_task_is_said_as_it_is() -> None:
    said = {change: text_message(view(change=change)) for change in Change}
    assert said[Change.WITHDRAWN].count("已撤销，无须再办理") == 1
    assert said[Change.REASSIGNED].count("已改由其他单位办理，无须再办理") == 1
    assert "撤销" not in said[Change.REASSIGNED]
    both = [view(change=Change.REASSIGNED), view(change=Change.REASSIGNED)]
    assert "：有2项安全生产任务无须再办理，其中：改派——" in text_message(*both)
    assert email(*both).subject.endswith("等2项安全生产任务：均无须再办理")


def test_who_sees_to_a_task_that_stands_again_is_not_asked_to_do_it() -> None:
    own, others = (email(view(change=Change.RESTORED, own=own)).text for own in (True, False))
    assert "请按本通知载明的截止日期办理" in own
    assert "请督促责任单位按本通知载明的截止日期办理" in others


def test_both_languages_have_the_same_page() -> None:
    for views in (views for stage in Stage for views in english_messages(stage)):
        chinese, english = (each.render_email(views, "Li", NOW).page for each in (RENDERER, ENGLISH))
        assert Page(chinese).tags == Page(english).tags
