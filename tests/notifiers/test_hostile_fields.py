"""Hostile fields: whatever stands in a roster or a rule, a message keeps its headers, its tags and its one reader."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from html.parser import HTMLParser
from itertools import cycle, product
from typing import Any

import pytest

from notifiers.languages import LANGUAGES
from notifiers.mail import compose_mail
from notifiers.rendering import Content, Renderer
from notifiers.views import NoticeView
from obligations.policies import Stage
from tests.notifiers.letters import NOW, SENDER, letter, view
from tests.notifiers.test_mail import HEADERS, HOSTILE

BREAKS = ("\n", "\r", "\r\n", "\n\n", "\r\n\r\n", "\r\n ", "\n\t", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85",
          "\u2028", "\u2029", "\x00", "=0A", "=0D=0A", "%0d%0a", "&#10;", "\\n", "\ud800\n", "\u200b\n")  # fmt: skip
AFTER_A_BREAK = ("Bcc: evil@example.com", "Content-Type: text/html", "--boundary", ".", "From evil")
PIECES = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "' onmouseover='x",
    "</td></tr></table><h1>x", "<!--", "-->", "<![endif]-->", "<!--[if mso]>", "]]>", "<?php ?>",
    "<style>*{display:none}", "</style>", "</title><script>",
    "<a href=javascript:x>x</a>", "<base href=//evil>", "<meta http-equiv=refresh>",
    "&lt;script&gt;", "&#60;script&#62;", "\\u003cscript\\u003e", "\uff1cscript\uff1e", "<\x00script>", "<scr\x00ipt>",
    "<scr\u200bipt>x</scr\u200bipt>", "`<b>`", "<br/>",
    "{{ 7 * 7 }}", "{{7*7}}", "{% for a in b %}", "{# x", "{{ ''.__class__ }}", "${7*7}", "#{7*7}", "%s%n", "{0}",
    "{0.__class__}", "{name}", "{}",
    "=cmd|' /C calc'!A0", "+cmd|x", "-2+3", "@SUM(1)", "\t=1+1", "=HYPERLINK(\"http://evil\")",
    "=?utf-8?q?x=0ABcc:_evil?=", "=?utf-8?b?eApCY2M6IGV2aWw=?=", "=?utf-8?q?x?= =?utf-8?q?=0A?=", "=?", "?=",
    "=?utf-8?q?", "a <evil@example.com>", "evil@example.com, b@example.com",
    "x;evil@example.com", "group: evil@example.com;",
    "\"", "\\", "\\\"", "'", "(", ")", "<", ">", "&", ",", ";", ":",
    "\u202egnp.exe", "\u2066x\u2069", "\u061c", "\u200f", "\ufeff", "\u00ad", "\x1b[31m", "\x07", "\x7f", "\x9b1m",
    "\ud800", "\udfff", "\udfff\ud800", "😀" * 200, "👨\u200d👩\u200d👧", "e\u0301" * 500,
    "\u0301" * 500, "督" * 5000, "x" * 5000, "x " * 2500, "<" * 5000, "&" * 5000,
    " " * 5000, "\u3000" * 50, "", " ", "\t", "〇", "【】", "咨询：",
)  # fmt: skip
PAYLOADS = (*HOSTILE.values(), *(f"x{end}{more}" for end, more in product(BREAKS, AFTER_A_BREAK)), *PIECES)
FIELDS = (
    "title",
    "instruction",
    "clause",
    "subject",
    "bearer",
    "post",
    "contact",
    "stands_in_for",
    "task",
    "window",
    "name",
)
RENDERERS = {language: Renderer(language) for language in LANGUAGES}


class Tags(HTMLParser):
    """The tags of a page with their attributes and values, its comments and declarations; not its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, *attrs))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)

    def handle_comment(self, data: str) -> None:
        self.found.append(data)

    def handle_decl(self, decl: str) -> None:
        self.found.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.found.append(data)

    def handle_pi(self, data: str) -> None:
        self.found.append(data)


def ordinary(**fields: Any) -> NoticeView:
    return view(**({"stands_in_for": "安全员 李敏", "window": "2026-H2"} | fields))


def rendered(language: str, field: str, text: str) -> tuple[Content, str, str]:
    """An email and an SMS with this text in one field, and the name they are addressed to."""
    name = text if field == "name" else "王建国"
    fields = {} if field == "name" else {field: text}
    views = [ordinary(**fields)]
    renderer = RENDERERS[language]
    return renderer.render_email(views, name, NOW), renderer.render_sms(views, name, NOW).text, name


def parsed(content: Content, name: str, field_text: str) -> EmailMessage:
    raw = compose_mail(
        letter(subject=content.subject, text=content.text, html=content.html, name=name, notices=(field_text, "b")),
        SENDER,
    )
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return message_from_bytes(raw, policy=policy.default)


def test_there_are_more_than_two_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) > 200


@pytest.mark.parametrize("field", FIELDS)
def test_no_payload_in_a_field_adds_a_header_a_recipient_or_a_tag(field: str) -> None:
    harmless = [rendered("zh_CN", field, text)[0] for text in ("x", "")]
    tags = [Tags(content.page).found for content in harmless]
    lines = [content.text.count("\n") for content in harmless]
    for payload in PAYLOADS:
        content, sms, name = rendered("zh_CN", field, payload)
        mail = parsed(content, name, payload)
        assert mail.keys() == HEADERS, repr(payload)
        assert [each.addr_spec for each in mail["To"].addresses] == ["li@example.com"], repr(payload)
        assert not mail.defects
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        page = mail.get_body(("html",))
        assert page is not None
        assert Tags(page.get_content()).found in tags, repr(payload)
        assert content.text.count("\n") in lines, repr(payload)
        assert len(content.subject.splitlines()) == len(sms.splitlines()) == 1, repr(payload)
        assert len(sms) <= 130, repr(payload)


@cache
def everywhere(language: str, text: str, stage: Stage) -> Content:
    """A digest with the text in every field; the last of its notices gets one line."""
    fields = dict.fromkeys(FIELDS, text)
    name = fields.pop("name")
    return RENDERERS[language].render_email([ordinary(stage=stage, **fields)] * 13, name, NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_payload_in_every_field_of_a_digest_does_no_more(language: str) -> None:
    for payload, stage in zip(PAYLOADS, cycle(Stage), strict=False):
        hostile, harmless = (everywhere(language, text, stage) for text in (f"x{payload}", "x"))
        assert Tags(hostile.page).found == Tags(harmless.page).found, repr(payload)
        assert hostile.text.count("\n") == harmless.text.count("\n"), repr(payload)
        assert len(hostile.subject.splitlines()) == 1, repr(payload)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_unseen_reaches_the_reader(language: str) -> None:
    unseen = ("\x00", "\x07", "\x1b", "\x7f", "\x9b", "\u200b", "\u202e", "\u2066", "\ufeff", "\ud800", "\u2028")
    for field, payload in product(FIELDS, unseen):
        content, sms, _ = rendered(language, field, f"a{payload}b")
        for part in (content.subject, content.text, content.page, sms):
            assert payload not in part


@pytest.mark.parametrize("payload", ["{{ 7 * 7 }}", "{{7*7}}", "${7*7}", "#{7*7}", "{0}", "{% for a in b %}"])
def test_a_field_is_shown_as_it_is_written_and_computes_nothing(payload: str) -> None:
    for field in FIELDS:
        content, _, _ = rendered("zh_CN", field, payload)
        assert payload in content.text, field
        assert "49" not in content.text.replace("0515-80001234", "")
