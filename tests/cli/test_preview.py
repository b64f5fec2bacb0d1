"""`duban preview`: a message without sending it, through what renders those that are sent."""

from datetime import datetime
from pathlib import Path

import pytest

from daemon.clock import VirtualClock
from notifiers.languages import LANGUAGES
from notifiers.wording import STAGE_COLOURS
from notifiers.wording_en import EN
from notifiers.wording_zh import ZH_CN
from obligations.changes import Change
from obligations.policies import Stage
from tests.cli.shell import TOWN, Duban, lay_out


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stage", Stage)
def test_an_email_of_each_stage_is_shown_without_any_config(duban: Duban, stage: Stage, language: str) -> None:
    words = LANGUAGES[language].stages[stage]
    shown = duban.done("preview", stage.value, "--language", language).out
    subject, empty, *text = shown.splitlines()
    assert words.word in subject
    assert empty == ""
    assert words.own in text
    assert words.others in duban.done("preview", stage.value, "--language", language, "--others").out.splitlines()


def test_a_stage_may_be_named_in_chinese(duban: Duban) -> None:
    for stage in Stage:
        assert duban.done("preview", ZH_CN.stages[stage].word).out == duban.done("preview", stage.value).out


@pytest.mark.parametrize("day", ["2026-09-16", "2026-11-28", "2026-10-04", "2026-10-10", "2026-02-22"])
def test_a_late_stage_is_overdue_and_a_reminder_is_not_on_working_days_and_others(
    duban: Duban, monkeypatch: pytest.MonkeyPatch, day: str
) -> None:
    now = datetime.fromisoformat(f"{day}T09:00+08:00")
    monkeypatch.setattr("daemon.cli.context.SystemClock", lambda: VirtualClock(now))
    assert "逾期5个工作日" in duban.done("preview", "supervise").out
    assert "逾期" not in duban.done("preview", "remind").out


def test_a_preview_says_how_its_due_day_was_counted_on_the_calendar(duban: Duban) -> None:
    shown = duban.done("preview", "remind", "--language", "en").out
    due = shown.partition("Due: ")[2].partition(" (")[0]
    assert "counts 1 week, beginning with " in shown
    assert "(Civil Code art. 203)" in shown
    assert due.split(", ")[0] in EN.weekdays


def test_a_digest_holds_as_many_notices_as_asked_for(duban: Duban) -> None:
    shown = duban.done("preview", "letter", "--digest", "14").out
    assert shown.startswith("【函告】召集事故联席会议，启动联合执法等14项安全生产任务：")
    assert "\n12.【提醒】" in shown
    assert "另有2项：" in shown


@pytest.mark.parametrize("change", Change)
def test_a_change_is_shown_in_place_of_the_stage(duban: Duban, change: Change) -> None:
    shown = duban.done("preview", "letter", "--change", change.value).out
    assert shown.startswith(f"【{ZH_CN.changes[change].tag}】")
    assert ZH_CN.changes[change].opening in shown
    assert "函告" not in shown


def test_the_page_is_written_to_a_file_beside_the_text(duban: Duban, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    shown = duban.done("preview", "list", "--html", page)
    assert shown.out == duban.done("preview", "list").out
    assert STAGE_COLOURS[Stage.LIST] in page.read_text(encoding="utf-8")


def test_the_page_alone_goes_to_standard_output(duban: Duban, tmp_path: Path) -> None:
    duban.done("preview", "list", "--html", tmp_path / "page.html")
    assert duban.done("preview", "list", "--html", "-").out == (tmp_path / "page.html").read_text(encoding="utf-8")


def test_an_sms_is_shown_with_its_length_and_how_many_segments_it_takes(duban: Duban) -> None:
    answer = duban("preview", "urge", "--channel", "sms")
    text = answer.out.removesuffix("\n")
    assert (answer.status, answer.err) == (0, f"{len(text)} characters, {-(-len(text) // 67)} segments\n")
    assert len(text) > 70


@pytest.mark.parametrize(("length", "told"), [(70, "70 characters, 1 segment"), (71, "71 characters, 2 segments"),
                                              (130, "130 characters, 2 segments")])  # fmt: skip
def test_seventy_characters_are_one_segment(duban: Duban, town: Path, length: int, told: str) -> None:
    lay_out(town, {"templates/sms.txt": "督" * length})
    assert duban("--config", town, "preview", "urge", "--channel", "sms").err == f"{told}\n"


def test_a_preview_uses_the_templates_the_language_and_the_contact_of_the_config(duban: Duban, town: Path) -> None:
    lay_out(town, {"duban.yaml": "language: en\ncontact: Room 12\n" + TOWN["duban.yaml"],
                   "templates/letter.sms.txt": "{{ first.tag }}! {{ first.contact }}"})  # fmt: skip
    assert duban("--config", town, "preview", "letter", "--channel", "sms").out == "Official letter! Room 12\n"
    in_chinese = duban("--config", town, "preview", "letter", "--channel", "sms", "--language", "zh_CN")
    assert in_chinese.out == "函告! Room 12\n"
    assert "Please do it without further delay" in duban.done("--config", town, "preview", "urge").out


def test_a_channel_is_named_as_it_is_configured(duban: Duban, town: Path) -> None:
    more = "  phones: {kind: memory, address: mobile}\n"
    lay_out(town, {"duban.yaml": TOWN["duban.yaml"] + more})
    assert duban("--config", town, "preview", "urge", "--channel", "phones").out.startswith("苗立华：催办——")
    answer = duban("--config", town, "preview", "urge", "--channel", "phone")
    assert (answer.status, answer.out) == (2, "")
    assert "there is no channel 'phone'; did you mean 'phones'?" in answer.err


def test_templates_with_faults_are_shown_as_faults(duban: Duban, town: Path) -> None:
    lay_out(town, {"templates/sms.txt": "\n{{ first.titel }}"})
    answer = duban("--config", town, "preview", "urge")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith(f"{town / 'templates' / 'sms.txt'}:2:1: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("supervize",), "'supervize' is no stage; did you mean 'supervise'?"),
        (("督",), "'督' is no stage; did you mean '督办'?"),
        (("urge", "--channel", "fax"), "there is no channel 'fax'; known: email, sms"),
        (("urge", "--channel", "sms", "--html", "-"), "--html shows the page of an email, and sms sends none"),
        (("urge", "--digest", "0"), "0 is not in the range"),
    ],
)
def test_wrong_use_is_told(duban: Duban, arguments: tuple[str, ...], said: str) -> None:
    answer = duban("preview", *arguments)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
