"""Rehearsal: templates of the operator are tried on every kind of message before they come into force."""

import sys
from pathlib import Path
from types import FrameType

import pytest

from notifiers.loading import NAMES
from notifiers.rendering import Renderer, UnusableTemplateError
from obligations.changes import NOTHING_TO_DO, Change
from obligations.policies import Stage
from tests.cli.shell import lay_out
from tests.notifiers.letters import NOW, view

SHIPPED = Path(sys.modules[Renderer.__module__].__file__ or "").parent / "templates"


def faults(folder: Path, files: dict[str, str], language: str = "zh_CN") -> list[str]:
    """What is wrong with the templates of a folder, with their places in it."""
    lay_out(folder, files)
    try:
        Renderer(language, folder)
    except UnusableTemplateError as error:
        return [str(fault).replace(f"{folder}/", "") for fault in error.faults]
    return []


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_copies_of_the_shipped_templates_are_without_fault_for_all_messages_and_for_each_stage(
    tmp_path: Path, language: str
) -> None:
    shipped = {name: (SHIPPED / language / name).read_text(encoding="utf-8") for name in NAMES}
    own = {f"{stage.value}.{name}": text for stage in (Stage.LETTER, Stage.LIST) for name, text in shipped.items()}
    assert faults(tmp_path, shipped | own, language) == []


@pytest.mark.parametrize(
    "condition",
    [
        *(f"n.stage == '{word}'" for word in ("提醒", "催办", "督办", "函告", "约谈", "挂牌督办", "抄报")),
        *(f"n.tag == '{word}'" for word in ("期限调整", "撤销", "恢复", "待核查", "待批")),
        "count == 30", "count == 30 and n.own", "count == 30 and not n.own", "not n.own", "n.provisional",
        "n.withdrawn and n.own", "n.reported and not n.own", "not n.contact", "not n.instruction", "not n.derivation",
        "n.notes | length > 3", "withdrawn == count", "n.window",
    ],
)  # fmt: skip
def test_a_fault_that_only_some_messages_meet_is_found(tmp_path: Path, condition: str) -> None:
    template = f"{{% set n = first %}}\n\n{{% if {condition} %}}{{{{ n.titel }}}}{{% endif %}}"
    assert faults(tmp_path, {"sms.txt": template}) == ["sms.txt:3:1: there is no field 'titel'; did you mean 'title'?"]


def test_all_faults_of_all_files_are_shown_at_once(tmp_path: Path) -> None:
    files = {"email.html": "{{ nothing }}", "email.txt": "\n{% if %}", "emial.html": "", "sms.txt": "\n\n{{ 1 // 0 }}"}
    assert faults(tmp_path, files) == [
        "email.txt:2:1: Expected an expression, got 'end of statement block'",
        "emial.html:1:1: is not read; did you mean 'email.html'?",
        "email.html:1:1: 'nothing' is undefined",
        "sms.txt:3:1: integer division or modulo by zero",
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("emial.html", "did you mean 'email.html'?"),
        ("Subject.txt", "did you mean 'subject.txt'?"),
        ("supervize.email.html", "did you mean 'supervise.email.html'?"),
        ("letter_sms.txt", "did you mean 'letter.sms.txt'?"),
        ("README", "known: subject.txt, email.txt, email.html, sms.txt, "),
        ("zh_CN/email.html", "known: "),
    ],
)
def test_a_file_that_no_message_uses_is_a_fault_with_the_name_that_may_be_meant(
    tmp_path: Path, name: str, hint: str
) -> None:
    (fault,) = faults(tmp_path, {name: ""})
    assert fault.startswith(f"{name.partition('/')[0]}:1:1: is not read; {hint}")


def test_what_editors_leave_behind_is_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, {"email.txt~": "{{", ".email.html.swp": "{{", "#sms.txt#": "{{", "sms.txt.bak": "{{"}) == []


def test_a_part_is_included_and_its_faults_have_its_own_place(tmp_path: Path) -> None:
    assert faults(tmp_path, {"_sign.txt": "\n{{ first.titel }}", "sms.txt": "{% include '_sign.txt' %}"}) == [
        "_sign.txt:2:1: there is no field 'titel'; did you mean 'title'?"
    ]
    assert faults(tmp_path, {"_sign.txt": "{{ first.title }}"}) == []
    assert faults(tmp_path, {"sms.txt": "{% include '_sing.txt' %}"}) == [
        "sms.txt:1:1: includes '_sing.txt', and there is no such file"
    ]


EIGHT_DEEP = "".join(f"{{% for a{n} in first.instruction %}}" for n in range(8)) + "{{ a0 }}" + "{% endfor %}" * 8
TOO_MUCH = {
    "loops within loops": (EIGHT_DEEP, "takes more than 50,000 steps"),
    "loops that write nothing": (EIGHT_DEEP.replace("{{ a0 }}", ""), "takes more than 50,000 steps"),
    "a macro that calls itself twice": (
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
        "takes more than 50,000 steps",
    ),
    "a macro that never ends": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion"),
    "text that doubles forty times": (
        "{% set n = first.title %}" + "{% set n = n ~ n %}" * 40 + "{{ n | length }}",
        "holds a text of more than 1,000,000 characters",
    ),
    "much text in few steps": (
        "{% set n = first.title %}" + "{% set n = n ~ n %}" * 14 + "{{ n }}" * 9,
        "writes more than 1,000,000 characters",
    ),
    "much text put together in a macro": (
        "{% set n = first.title %}" + "{% set n = n ~ n %}" * 14
        + "{% macro m() %}{% for a in n %}{{ n }}{% endfor %}{% endmacro %}{{ m() | length }}",
        "holds a text of more than 1,000,000 characters",
    ),
    "a filter that puts much for little": (
        "{{ first.instruction" + " | replace('', first.instruction)" * 9 + " }}", "may not make so much text",
    ),
    "a filter that joins characters by texts": (
        "{{ first.instruction" + " | join(first.instruction)" * 9 + " }}", "may not make so much text",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "why"), TOO_MUCH.values(), ids=TOO_MUCH.keys())
@pytest.mark.parametrize("name", ["sms.txt", "report.email.html"])
def test_a_template_that_does_or_writes_too_much_is_refused(tmp_path: Path, name: str, source: str, why: str) -> None:
    (fault,) = faults(tmp_path, {name: f"\n\n{source}"})
    assert fault.startswith(f"{name}:3:1: ")
    assert why in fault


def test_whoever_traces_goes_on_after_a_rehearsal(tmp_path: Path) -> None:
    former = sys.gettrace()

    def tracing(frame: FrameType, event: str, argument: object) -> None:
        """Nothing."""

    sys.settrace(tracing)
    try:
        faults(tmp_path, {"sms.txt": EIGHT_DEEP})
        found = sys.gettrace()
    finally:
        sys.settrace(former)
    assert found is tracing


def test_a_stage_has_its_own_template_where_the_gravest_notice_speaks_at_it(tmp_path: Path) -> None:
    lay_out(tmp_path, {"sms.txt": "general", "supervise.sms.txt": "supervision", "letter.subject.txt": "letter"})
    renderer = Renderer(overrides=tmp_path)

    def said(**changes: object) -> str:
        return renderer.render_sms([view(stage=Stage.REMIND), view(**changes)], "王建国", NOW).text

    assert said(stage=Stage.SUPERVISE) == "supervision"
    assert said(stage=Stage.URGE) == said(stage=Stage.LETTER) == "general"
    assert said(stage=Stage.SUPERVISE, approval=True) == "general"
    assert {said(stage=Stage.SUPERVISE, change=change) for change in Change if change not in NOTHING_TO_DO} == {
        "general"
    }
    letter = renderer.render_email([view(stage=Stage.LETTER)], "王建国", NOW)
    assert letter.subject == "letter"
    assert letter.text == Renderer().render_email([view(stage=Stage.LETTER)], "王建国", NOW).text


def test_a_template_of_a_stage_is_escaped_in_html_and_only_there(tmp_path: Path) -> None:
    lay_out(tmp_path, {"letter.email.html": "{{ name }}", "letter.email.txt": "{{ name }}"})
    content = Renderer(overrides=tmp_path).render_email([view(stage=Stage.LETTER)], "<b>", NOW)
    assert (content.text, content.page) == ("<b>", "&lt;b&gt;")
