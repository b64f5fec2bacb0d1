"""Rendering: notices for one person become the words of one message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from notifiers.languages import LANGUAGES
from notifiers.loading import UnusableTemplateError, load_templates
from notifiers.one_line import one_line, shortened
from notifiers.presenting import gravest_first, present_all, speaking_stage
from notifiers.rehearsal import rehearse
from notifiers.views import NoticeView

__all__ = ["Content", "NoticeView", "Renderer", "UnusableTemplateError"]

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
        overrides: a folder whose `subject.txt`, `email.txt`, `email.html` or `sms.txt` replace those shipped; a stage
            before the name (`supervise.sms.txt`) replaces them where the gravest notice speaks at that stage.

    Raises:
        UnusableTemplateError: the language is unknown, or templates of the folder fail, of which each is tried on
            every kind of message.
    """

    def __init__(self, language: str = "zh_CN", overrides: Path | None = None) -> None:
        if language not in LANGUAGES:
            raise UnusableTemplateError(f"no wording in {language!r}; there is {', '.join(LANGUAGES)}")
        self._words = LANGUAGES[language]
        self._templates = load_templates(language, overrides)
        if overrides is not None:
            faults = (*self._templates.faults, *rehearse(self._templates, language, overrides))
            if faults:
                raise UnusableTemplateError("\n".join(map(str, faults)), faults)

    def render_email(self, views: Sequence[NoticeView], name: str, now_local: datetime) -> Content:
        """An email about one notice, or a digest of several (at least one), the gravest first.

        Args:
            name: of the person addressed.
            now_local: aware, in the city's time zone.
        """
        ordered = sorted(views, key=gravest_first)
        stage, facts = speaking_stage(ordered[0]), present_all(ordered, name, self._words, now_local)
        subject = one_line(self._templates.of("subject.txt", stage).render(facts), 120)
        facts["headline"] = subject
        text, html = (self._templates.of(each, stage).render(facts) for each in ("email.txt", "email.html"))
        return Content(subject, text, html, ordered[0].stage.value)

    def render_sms(self, views: Sequence[NoticeView], name: str, now_local: datetime) -> Content:
        """One SMS of at most 130 characters: the notice, or how many there are and the gravest."""
        ordered = sorted(views, key=gravest_first)
        template = self._templates.of("sms.txt", speaking_stage(ordered[0]))
        facts = present_all(ordered, name, self._words, now_local)
        text = shortened(one_line(template.render(facts)), _SMS_LENGTH)
        return Content("", text, stage=ordered[0].stage.value, facts=_for_channels(facts))


def _for_channels(facts: Mapping[str, Any]) -> dict[str, str]:
    """Plain words only: of the gravest notice, and how many there are."""
    first = {name: value for name, value in facts["first"].items() if isinstance(value, str)}
    counts = {name: str(facts[name]) for name in ("count", "overdue", "withdrawn")}
    return {**first, **counts, "name": facts["name"], "today": facts["today"]}
