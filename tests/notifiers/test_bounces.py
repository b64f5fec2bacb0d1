"""Bounces: which message came back, and whether for good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.bounces import Bounce, ReturnAddress, read_bounce

OURS = ReturnAddress("duban-bounce@example.gov.cn", "secret")
MESSAGE = "<0123456789abcdef0123456789abcdef@duban.example>"
DIGEST = "0123456789abcdef0123456789abcdef"
REPORT = """\
From: MAILER-DAEMON@mx.example.com
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

Your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; li@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: <other@x>
--b--
"""
PLAIN = "From: postmaster@old.example.com\nTo: {to}\nSubject: {subject}\n{more}Content-Type: text/plain\n\n{text}\n"


def report(action: str = "failed", status: str = "5.1.1") -> bytes:
    return REPORT.format(to=OURS.of(MESSAGE), action=action, status=status).encode()


def plain(text: str, more: str = "") -> bytes:
    return PLAIN.format(to=OURS.of(MESSAGE), subject="Returned mail", text=text, more=more).encode()


def test_a_return_address_says_which_message_it_belongs_to() -> None:
    assert OURS.digest_in(OURS.of(MESSAGE)) == DIGEST
    assert OURS.digest_in(OURS.of(MESSAGE).upper()) == DIGEST


def test_a_return_address_fits_into_a_local_part() -> None:
    assert len(OURS.of(MESSAGE).partition("@")[0]) <= 64


@pytest.mark.parametrize(
    "address",
    [
        f"duban-bounce+{DIGEST}-0000000000000000@example.gov.cn",
        OURS.of(MESSAGE).replace("example.gov.cn", "example.com"),
        OURS.of(MESSAGE).replace("0123", "1123"),
        ReturnAddress(OURS.address, "another").of(MESSAGE),
        "duban-bounce@example.gov.cn",
        "",
    ],
)
def test_a_made_up_return_address_belongs_to_no_message(address: str) -> None:
    assert OURS.digest_in(address) is None


def test_a_report_of_failure_is_for_good_and_says_why() -> None:
    bounce = read_bounce(report())
    assert bounce == Bounce((OURS.of(MESSAGE),), for_good=True, reason="5.1.1 smtp; 550 5.1.1 no such user")


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_report_of_anything_else_is_not(action: str) -> None:
    assert not read_bounce(report(action, "4.4.1")).for_good


def test_without_a_report_a_status_of_class_5_is_for_good() -> None:
    assert read_bounce(plain("host mx said: 550 5.1.1 unknown user")).for_good
    assert not read_bounce(plain("host mx said: 451 4.2.0 try later")).for_good
    assert not read_bounce(plain("我在休假，10月8日回来。")).for_good


def test_an_automatic_reply_is_never_for_good() -> None:
    assert not read_bounce(plain("I left; see RFC 5.1.1", "Auto-Submitted: auto-replied\n")).for_good


def test_the_server_may_say_whom_it_was_for() -> None:
    assert read_bounce(report(), "someone@example.gov.cn").recipients == ("someone@example.gov.cn",)


@given(st.binary(max_size=2000))
def test_nothing_that_comes_breaks_the_reader(raw: bytes) -> None:
    read_bounce(raw)
    read_bounce(report().replace(b"Status:", raw))
