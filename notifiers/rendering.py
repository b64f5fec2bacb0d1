"""Rendering: notices for one person become the words of one message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Template, TemplateError

from notifiers.loading import UnusableTemplateError, load_templates
from notifiers.one_line import one_line, shortened
from notifiers.presenting import day_words, gravest_first, is_overdue, is_withdrawn, present
from notifiers.sample import SAMPLE, SAMPLE_NOW
from notifiers.views import NoticeView
from notifiers.wording import LANGUAGES

__all__ = ["Content", "NoticeView", "Renderer", "UnusableTemplateError"]

_IN_FULL = 12
"""Notices of a digest told in full; those after them get one line, so that no mail program clips the message."""
_SMS_LENGTH = 130


@dataclass(frozen=True, slots=True)
class Content:
    """The words of one message; `html` is None where only plain text can go."""

    subject: str
    text: str
    html: str | None = None
    stage: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What a template of a channel's own may say: the phrases of the gravest notice, the reader's name and counts."""


class Renderer:
    """Renders in one language.

    Args:
        language: a key of `wording.LANGUAGES`.
        overrides: a folder whose `subject.txt`, `email.txt`, `email.html` or `sms.txt` replace those shipped.

    Raises:
        UnusableTemplateError: the language is unknown, or a template fails; each is tried once on a sample notice.
    """

    def __init__(self, language: str = "zh_CN", overrides: Path | None = None) -> None:
        if language not in LANGUAGES:
            raise UnusableTemplateError(f"no wording in {language!r}; there is {', '.join(LANGUAGES)}")
        self._words = LANGUAGES[language]
        self._templates = load_templates(language, overrides)
        if overrides is not None:
            self._try_out()

    def render_email(self, views: Sequence[NoticeView], name: str, now_local: datetime) -> Content:
        """An email about one notice, or a digest of several (at least one), the gravest first.

        Args:
            name: of the person addressed.
            now_local: aware, in the city's time zone.
        """
        facts = self._facts(views, name, now_local)
        subject = one_line(self._templates.subject.render(facts), 120)
        facts["headline"] = subject
        text, html = self._templates.text.render(facts), self._templates.html.render(facts)
        return Content(subject, text, html, _stage(views))

    def render_sms(self, views: Sequence[NoticeView], name: str, now_local: datetime) -> Content:
        """One SMS of at most 130 characters: the notice, or how many there are and the gravest."""
        facts = self._facts(views, name, now_local)
        text = shortened(one_line(self._templates.sms.render(facts)), _SMS_LENGTH)
        return Content("", text, stage=_stage(views), facts=_for_channels(facts))

    def _facts(self, views: Sequence[NoticeView], name: str, now_local: datetime) -> dict[str, Any]:
        ordered = sorted(views, key=gravest_first)
        phrases = [present(view, self._words, now_local) for view in ordered]
        return {
            "name": one_line(name, 40),
            "count": len(phrases),
            "own": sum(view.own for view in ordered),
            "withdrawn": sum(is_withdrawn(view) for view in ordered),
            "overdue": sum(is_overdue(view, now_local) for view in ordered),
            "first": phrases[0],
            "notices": phrases[:_IN_FULL],
            "briefly": phrases[_IN_FULL:],
            "contacts": list(dict.fromkeys(each["contact"] for each in phrases if each["contact"])),
            "today": day_words(now_local.date(), self._words),
            "time": f"{now_local:%H:%M}",
        }

    def _try_out(self) -> None:
        """A template that fails does so here, where the old one is still in force, and not before a deadline."""
        for views in ([SAMPLE], [SAMPLE] * (_IN_FULL + 1)):
            facts = self._facts(views, SAMPLE.bearer, SAMPLE_NOW) | {"headline": ""}
            for each in (self._templates.subject, self._templates.text, self._templates.html, self._templates.sms):
                _try(each, facts)


def _stage(views: Sequence[NoticeView]) -> str:
    """The gravest stage among what is to be done."""
    return str(min(views, key=gravest_first).stage.value)


def _for_channels(facts: Mapping[str, Any]) -> dict[str, str]:
    """Plain words only: of the gravest notice, and how many there are."""
    first = {name: value for name, value in facts["first"].items() if isinstance(value, str)}
    counts = {name: str(facts[name]) for name in ("count", "overdue", "withdrawn")}
    return {**first, **counts, "name": facts["name"], "today": facts["today"]}


def _try(template: Template, facts: dict[str, Any]) -> None:
    try:
        template.render(facts)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as fault:
        raise UnusableTemplateError(f"{template.filename}:{_line(template, fault)}: {fault}") from fault


def _line(template: Template, fault: Exception) -> int:
    """The template's line on which rendering stopped: jinja2 rewrites the traceback to say it."""
    trace, line = fault.__traceback__, 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == template.filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
