"""Composing mail: what is written re-parses to exactly what was meant, whatever the fields hold."""

from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.mail import compose_mail, parse_notice_keys
from notifiers.mailbox import AddressError
from tests.notifiers.letters import SENDER, letter

HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "X-Duban-Notice", "Auto-Submitted", "X-Auto-Response-Suppress",
    "MIME-Version", "Content-Type",
]  # fmt: skip

HOSTILE = {
    "a line feed and a header": "x\nBcc: evil@example.com",
    "a carriage return and a header": "x\rBcc: evil@example.com",
    "a whole line break and a header": "x\r\nBcc: evil@example.com",
    "an empty line and a body": "x\r\n\r\n<script>alert(1)</script>",
    "a folded line break": "x\r\n Bcc: evil@example.com",
    "an encoded word with a line feed (CVE-2024-6923)": "=?utf-8?q?x=0ABcc:_evil?=",
    "the same in base64": "=?utf-8?b?eApCY2M6IGV2aWxAZXhhbXBsZS5jb20=?=",
    "an encoded word cut in two": "=?utf-8?q?x?= =?utf-8?q?=0ABcc:_evil?=",
    "an encoded word that does not end": "=?utf-8?q?x=0A",
    "a comma and a second address": "张三 <a@example.com>, evil@example.com",
    "a semicolon and a second address": "张三; evil@example.com",
    "angle brackets": "张三> <evil@example.com",
    "quotation marks": '"张三" "evil@example.com',
    "a backslash at the end": "张三\\",
    "parentheses": "张三 (evil@example.com)",
    "a group": "group: evil@example.com;",
    "a mark that turns the writing direction": "\u202emoc.elpmaxe@live\u202c",
    "an invisible space": "evil\u200b@example.com",
    "a NUL": "x\x00Bcc: evil@example.com",
    "a vertical tab": "x\x0bBcc: evil@example.com",
    "a form feed": "x\x0cBcc: evil@example.com",
    "the next-line character": "x\x85Bcc: evil@example.com",
    "the line separator": "x\u2028Bcc: evil@example.com",
    "an escape sequence": "\x1b[31mred",
    "half a character": "x\ud800y",
    "five thousand characters": "督" * 5000,
    "five thousand ASCII characters": "x" * 5000,
    "only spaces": "  \t ",
    "nothing": "",
    "a boundary": "--_\r\n--_--",
    "an emoji on each seam": "😀" * 60,
}


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_subject_name_body_or_key_adds_no_header_and_no_recipient(hostile: str) -> None:
    page = hostile.encode(errors="replace")
    raw = compose_mail(letter(subject=hostile, name=hostile, text=hostile, html=page, notices=(hostile, "b")), SENDER)
    mail = parsed(raw)
    assert mail.keys() == HEADERS
    assert [each.addr_spec for each in mail["To"].addresses] == ["li@example.com"]
    assert len(list(mail.iter_parts())) == 2
    assert not any(line.lower().startswith(b"bcc") for line in raw.splitlines())
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert not mail.defects


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_address_is_refused(hostile: str) -> None:
    with pytest.raises(AddressError):
        compose_mail(letter(address=hostile), SENDER)
    with pytest.raises(AddressError):
        compose_mail(letter(address=f"{hostile}, evil@example.com"), SENDER)


@pytest.mark.parametrize(
    "hostile", ["<a@b>\r\nBcc: x", "a@b", "<a b@c>", "<a@b> <c@d>", "<督@b>", "<1@督 督>", "<1@..督>", ""]
)
def test_a_malformed_message_id_is_refused(hostile: str) -> None:
    with pytest.raises(ValueError, match="not a Message-ID"):
        compose_mail(letter(message_id=hostile), SENDER)
    with pytest.raises(ValueError, match="not a Message-ID"):
        compose_mail(letter(thread=hostile), SENDER)


def test_the_domain_of_a_message_id_from_a_row_of_a_former_version_takes_its_ascii_form() -> None:
    mail = parsed(compose_mail(letter(message_id="<1a@例子.中国>", thread="<1b@例子.中国>"), SENDER))
    assert (mail["Message-ID"], mail["References"]) == ("<1a@xn--fsqu00a.xn--fiqs8s>", "<1b@xn--fsqu00a.xn--fiqs8s>")


@given(subject=st.text(), name=st.text(), text=st.text(), keys=st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_no_text_at_all_adds_a_header_or_loses_a_key(subject: str, name: str, text: str, keys: list[str]) -> None:
    mail = parsed(compose_mail(letter(subject=subject, name=name, text=text, notices=tuple(keys)), SENDER))
    assert mail.keys() == HEADERS
    assert len(mail["To"].addresses) == 1
    assert parse_notice_keys(mail["X-Duban-Notice"]) == tuple(keys)


def test_the_same_message_is_the_same_bytes() -> None:
    assert compose_mail(letter(), SENDER) == compose_mail(letter(), SENDER)


def test_it_re_parses_as_what_the_standard_library_would_have_built() -> None:
    message = letter(thread="<d-0@duban.example>", notices=("a/b/c", "d/e/f"))
    ours, theirs = parsed(compose_mail(message, SENDER)), parsed(standard_library_mail().as_bytes(policy=policy.SMTP))
    for header in set(theirs.keys()) - {"Content-Type"}:
        assert str(ours[header]) == str(theirs[header]), header
    for mine, other in zip(ours.iter_parts(), theirs.iter_parts(), strict=True):
        assert mine.get_content_type() == other.get_content_type()
        assert mine.get_content().splitlines() == other.get_content().splitlines()


def standard_library_mail() -> EmailMessage:
    message, mail = letter(), EmailMessage(policy=policy.SMTP)
    mail["From"] = Address("市安委办", addr_spec="duban@example.gov.cn")
    mail["To"] = Address(message.name, addr_spec=message.address)
    mail["Subject"] = message.subject
    mail["Date"] = message.composed_at
    mail["Message-ID"] = message.message_id
    mail["In-Reply-To"] = "<d-0@duban.example>"
    mail["References"] = "<d-0@duban.example>"
    mail["X-Duban-Notice"] = "a/b/c,d/e/f"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(message.text)
    mail.add_alternative((message.html or b"").decode(), subtype="html")
    return mail


def test_notice_keys_stand_as_they_are_separated_by_commas() -> None:
    raw = compose_mail(letter(notices=("reg-15a/ent-1/acc-1/urge/reg.principal", "b/c/2026-H1/s/o.p")), SENDER)
    assert b"\r\nX-Duban-Notice: reg-15a/ent-1/acc-1/urge/reg.principal,b/c/2026-H1/s/o.p\r\n" in raw


def test_many_notice_keys_are_folded_and_come_back_as_they_were() -> None:
    keys = tuple(f"ent-01a/ent-{number:05}/2026-01/remind-30d/ent-{number:05}.principal" for number in range(500))
    raw = compose_mail(letter(notices=keys), SENDER)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert parse_notice_keys(parsed(raw)["X-Duban-Notice"]) == keys


def test_a_message_without_notices_has_no_header_for_them() -> None:
    assert "X-Duban-Notice" not in parsed(compose_mail(letter(notices=()), SENDER))


def test_the_first_message_about_a_task_refers_to_none() -> None:
    mail = parsed(compose_mail(letter(thread=letter().message_id), SENDER))
    assert "In-Reply-To" not in mail
    assert "References" not in mail


def test_a_message_without_html_is_plain_text() -> None:
    mail = parsed(compose_mail(letter(html=None), SENDER))
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content() == "正文\r\n第二行\r\n"


def test_every_header_line_is_ascii_and_no_longer_than_the_standard_advises() -> None:
    head = compose_mail(letter(subject="安全生产" * 30, name="王" * 60), SENDER).split(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(len(line) for line in head.split(b"\r\n")) <= 90


def test_a_chinese_local_part_makes_the_to_line_utf8() -> None:
    raw = compose_mail(letter(address="李敏@例子.中国"), SENDER)
    assert "<李敏@xn--fsqu00a.xn--fiqs8s>".encode() in raw
