"""Mailboxes: exactly one address, or a clear refusal."""

import pytest

from notifiers.mailbox import AddressError, Mailbox, mailbox, parse_mailbox


def test_a_sender_is_read_with_its_name() -> None:
    assert parse_mailbox("市安委办 <duban@example.gov.cn>") == Mailbox("市安委办", "duban@example.gov.cn")


def test_a_bare_address_has_no_name() -> None:
    assert parse_mailbox("duban@example.gov.cn") == Mailbox("", "duban@example.gov.cn")


def test_a_chinese_domain_takes_its_ascii_form() -> None:
    assert mailbox("", "li@例子.中国").address == "li@xn--fsqu00a.xn--fiqs8s"


def test_only_an_address_that_is_not_ascii_needs_a_server_with_smtputf8() -> None:
    assert mailbox("", "李敏@example.com").needs_utf8
    assert not mailbox("李敏", "li@例子.中国").needs_utf8


@pytest.mark.parametrize(
    "text",
    [
        "", "li", "@", "li@", "@example.com", "li@@example.com", "li@example..com", "li@-example.com",
        ".li@example.com", "li.@example.com", "l i@example.com", '"li"@example.com', "li@[127.0.0.1]",
        "li@exa mple.com", "a@b, c@d", "a@b>", "<a@b", "l" * 65 + "@example.com", "li@" + "e" * 64 + ".com",
        "li\u202e@example.com", "li@example.com\n.x",
    ],
)  # fmt: skip
def test_what_is_not_one_plain_address_is_refused(text: str) -> None:
    with pytest.raises(AddressError, match="not an email address"):
        mailbox("", text)
