"""Rendering: notices for one person become the words of one message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from notifiers.languages import LANGUAGES
from notifiers.layouts import (
    HEADLINE,
    Names,
    Pieces,
    escaped,
    filled,
    in_utf8,
    kind_of,
    make_room,
    names_in,
    pieces_of,
    place,
)
from notifiers.loading import UnusableTemplateError, load_templates
from notifiers.one_line import one_line, shortened
from notifiers.presenting import gravest_first, present_all, speaking_stage
from notifiers.rehearsal import rehearse
from notifiers.views import NoticeView

__all__ = ["Content", "NoticeView", "Renderer", "UnusableTemplateError"]

_EMAIL, _SMS = ("subject.txt", "email.txt", "email.html"), ("sms.txt",)
_SUBJECT_LENGTH, _SMS_LENGTH = 120, 130
_LAYOUTS = 256
"""How many layouts are kept, of some 20 KB each; those of one minute."""


@dataclass(frozen=True, slots=True)
class Content:
    """The words of one message; `html` (in UTF-8) is None where only plain text can go."""

    subject: str
    text: str
    html: bytes | None = None
    stage: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What a template of a channel's own may say: the phrases of the gravest notice, the reader's name and counts."""

    @property
    def page(self) -> str:
        """The page that `html` is; empty where there is none."""
        return (self.html or b"").decode()


class Renderer:
    """Renders in one language.

    Args:
        language: a key of `languages.LANGUAGES`.
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
        self._is_overridden = overrides is not None
        self._layouts: dict[tuple[object, ...], _Layout] = {}
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
        layout, names = self._layout(_EMAIL, views, name, now_local)
        subject, text = layout.texts
        names[HEADLINE] = one_line(filled(subject, names), _SUBJECT_LENGTH)
        return Content(names[HEADLINE], filled(text, names), filled(layout.page, escaped(names)), layout.stage)

    def render_sms(self, views: Sequence[NoticeView], name: str, now_local: datetime) -> Content:
        """One SMS of at most 130 characters: the notice, or how many there are and the gravest."""
        layout, names = self._layout(_SMS, views, name, now_local)
        text = shortened(one_line(filled(layout.texts[0], names)), _SMS_LENGTH)
        facts = {**layout.facts, **{each: filled(pieces, names) for each, pieces in layout.naming.items()}}
        return Content("", text, stage=layout.stage, facts=facts)

    def _layout(
        self, templates: tuple[str, ...], views: Sequence[NoticeView], name: str, now_local: datetime
    ) -> tuple["_Layout", Names]:
        """How a message looks, the names apart, and its names; those of one kind look alike."""
        ordered = sorted(views, key=gravest_first)
        names = names_in(ordered, name)
        if self._is_overridden:
            return self._lay_out(templates, ordered, name, now_local), names
        kind = (templates, *kind_of(ordered, names, now_local))
        layout = self._layouts.pop(kind, None) or self._lay_out(templates, ordered, name, now_local)
        self._layouts[kind] = layout  # what was used last stays longest
        if len(self._layouts) > _LAYOUTS:
            del self._layouts[next(iter(self._layouts))]
        return layout, names

    def _lay_out(
        self, templates: tuple[str, ...], ordered: Sequence[NoticeView], name: str, now_local: datetime
    ) -> "_Layout":
        facts = present_all(ordered, name, self._words, now_local)
        if not self._is_overridden:
            make_room(facts)
        stage, found = speaking_stage(ordered[0]), list[Pieces[str]]()
        for each in templates:
            found.append(pieces_of(self._templates.of(each, stage).render(facts)))
            if each == "subject.txt":
                subject = one_line(found[-1][0], _SUBJECT_LENGTH)
                facts[HEADLINE] = subject if self._is_overridden else place(HEADLINE)
        plain = _for_channels(facts)
        naming = {each: pieces for each, text in plain.items() if len(pieces := pieces_of(text)) > 1}
        page = in_utf8(found.pop()) if templates is _EMAIL else ()
        return _Layout(tuple(found), page, ordered[0].stage.value, plain, naming)


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the templates of a message wrote, its stage, and what a template of a channel's own may say.

    Args:
        page: of an email, in UTF-8 once for all messages of the kind, since most of it is the same; empty for an SMS.
        naming: those of the facts that names stand in.
    """

    texts: tuple[Pieces[str], ...]
    page: Pieces[bytes]
    stage: str
    facts: Mapping[str, str]
    naming: Mapping[str, Pieces[str]]


def _for_channels(facts: Mapping[str, Any]) -> dict[str, str]:
    """Plain words only: of the gravest notice, and how many there are."""
    first = {name: value for name, value in facts["first"].items() if isinstance(value, str)}
    counts = {name: str(facts[name]) for name in ("count", "overdue", "withdrawn")}
    return {**first, **counts, "name": facts["name"], "today": facts["today"]}
