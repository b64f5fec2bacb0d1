"""Bounces: which message came back, and whether for good."""

import base64
import quopri
from collections.abc import Callable

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


def test_a_return_address_in_a_chinese_domain_is_in_ascii_and_known_in_either_form() -> None:
    chinese = ReturnAddress("duban-bounce@市安委办.政务.cn", "secret")
    made = chinese.of(MESSAGE)
    assert made.isascii()
    assert chinese.digest_in(made) == DIGEST
    assert chinese.digest_in(f"{made.partition('@')[0]}@市安委办.政务.cn") == DIGEST


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
    assert bounce == Bounce(
        (OURS.of(MESSAGE),), for_good=True, reason="5.1.1 smtp; 550 5.1.1 no such user", bad_address=True
    )


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_report_of_anything_else_is_not(action: str) -> None:
    assert not read_bounce(report(action, "4.4.1")).for_good


@pytest.mark.parametrize(
    ("status", "diagnostic", "marks"),
    [
        ("5.1.1", "smtp; 550 5.1.1 no such user", True),
        ("5.1.10 (null MX)", "smtp; 556 5.1.10 the domain takes no mail", True),
        ("5.0.0", "smtp; 550 5.1.1 no such user", True),
        ("", "smtp; 550 5.1.2 no such domain", True),
        ("5.1.1", "", True),
        ("5.0.0", "smtp; 550 User unknown", False),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", False),
        ("5.7.1", "smtp; 554 5.7.1 blocked; see 5.1.1 in our rules", False),
        ("5.3.4", "smtp; 552 5.3.4 too large", False),
        ("4.4.7", "smtp; 450 4.1.1 not known yet", False),
        ("", "", False),
    ],
)
def test_a_report_of_failure_marks_the_address_by_the_codes_by_which_a_refusal_does(
    status: str, diagnostic: str, *, marks: bool
) -> None:
    raw = report(status=status).replace(b"smtp; 550 5.1.1 no such user", diagnostic.encode())
    bounce = read_bounce(raw)
    assert (bounce.for_good, bounce.bad_address) == (True, marks)


@pytest.mark.parametrize(
    ("text", "marks"),
    [("550 5.1.1 unknown user", True), ("(#5.7.1) no", False), ("550 5.1.1, or 5.7.1", False), ("450 4.1.1", False)],
)
def test_without_a_report_the_codes_in_the_text_mark_the_address(text: str, *, marks: bool) -> None:
    assert read_bounce(plain(text)).bad_address is marks


def test_what_is_only_late_marks_no_address() -> None:
    assert not read_bounce(report("delayed")).bad_address
    assert not read_bounce(plain("550 5.1.1 unknown user", "Auto-Submitted: auto-replied\n")).bad_address


def test_without_a_report_a_status_of_class_5_is_for_good() -> None:
    assert read_bounce(plain("host mx said: 550 5.1.1 unknown user")).for_good
    assert not read_bounce(plain("host mx said: 451 4.2.0 try later")).for_good
    assert not read_bounce(plain("我在休假，10月8日回来。")).for_good


QMAIL = """This is a permanent error; I've given up. Sorry it didn't work out.

<li@example.com>:
{ip} does not like recipient.
Remote host said: 550 5.1.1 User unknown
Giving up on {ip}.
"""
LATE = "Still being tried. host mail.example.com[{ip}] is not reachable: 4.4.1 connection timed out"


@pytest.mark.parametrize("ip", ["10.4.0.8", "10.5.1.20", "5.1.1.20", "10.30.2.2.", "192.168.5.1", "2.5.1.1"])
def test_an_ip_address_in_the_text_is_no_status(ip: str) -> None:
    assert read_bounce(plain(QMAIL.format(ip=ip))).for_good
    assert not read_bounce(plain(LATE.format(ip=ip))).for_good


@pytest.mark.parametrize(
    "text", ["no mailbox here by that name. (#5.1.1)", "Failed: 5.1.1.", "550-5.7.1:no", "\t5.2.2"]
)
def test_a_status_is_found_however_it_is_set_off(text: str) -> None:
    assert read_bounce(plain(text)).for_good


@pytest.mark.parametrize("said", ["auto-replied", "Auto-Replied", "(vacation) auto-replied; owner-email=x@y"])
def test_an_automatic_reply_is_never_for_good(said: str) -> None:
    assert not read_bounce(plain("I left; see RFC 5.1.1", f"Auto-Submitted: {said}\n")).for_good


@pytest.mark.parametrize("action", ["Failed", "failed (permanently)", "(sorry) FAILED"])
def test_an_action_may_be_in_any_case_and_have_comments(action: str) -> None:
    assert read_bounce(report(action)).for_good


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "7bit": bytes,
    "base64": base64.encodebytes,
    "quoted-printable": lambda fields: quopri.encodestring(fields.replace(b"no such user", b"no such user".ljust(90))),
}


@pytest.mark.parametrize(
    "form", ["message/delivery-status", "message/global-delivery-status", "Message/Delivery-Status"]
)
@pytest.mark.parametrize("encoding", ENCODERS)
@pytest.mark.parametrize("line", [b"\n", b"\r\n"])
def test_a_report_may_be_encoded_and_international(form: str, encoding: str, line: bytes) -> None:
    head, fields = report().split(b"Content-Type: message/delivery-status\n\n")
    fields, tail = fields.split(b"--b\n", 1)
    kind = f"Content-Type: {form}\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    bounce = read_bounce((head + kind + ENCODERS[encoding](fields) + b"--b\n" + tail).replace(b"\n", line))
    assert bounce == Bounce(
        (OURS.of(MESSAGE),), for_good=True, reason="5.1.1 smtp; 550 5.1.1 no such user", bad_address=True
    )


@pytest.mark.parametrize("charset", ["; charset=gb2312", "; charset=nonesuch", ""])
def test_a_text_in_gbk_is_read_whether_that_is_declared_or_not(charset: str) -> None:
    raw = plain("邮件退回：用户不存在 550 5.1.1").decode().replace("text/plain", f"text/plain{charset}").encode("gbk")
    assert read_bounce(raw) == Bounce(
        (OURS.of(MESSAGE),), for_good=True, reason="邮件退回：用户不存在 550 5.1.1", bad_address=True
    )


@pytest.mark.parametrize(
    "to", ['<"', '"李" <', "undisclosed-recipients:;", "all: {0}, x@y;", '"李 <{0}', "<{0}", "=?x? <{0}>"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_malformed_header_is_looked_through_as_it_stands(to: str, encoding: str) -> None:
    raw = report().replace(f"To: {OURS.of(MESSAGE)}".encode(), f"To: {to.format(OURS.of(MESSAGE))}".encode(encoding))
    assert any(OURS.digest_in(each) for each in read_bounce(raw).recipients) is ("{0}" in to)


def test_parts_within_parts_without_end_are_not_looked_into() -> None:
    nested = b"Content-Type: message/rfc822\n\n" * 5000
    assert read_bounce(f"To: {OURS.of(MESSAGE)}\n".encode() + nested) == Bounce((OURS.of(MESSAGE),), False, "")


def test_the_server_may_say_whom_it_was_for() -> None:
    assert read_bounce(report(), "someone@example.gov.cn").recipients == ("someone@example.gov.cn",)


PIECES = [
    b"Content-Type: ", b"multipart/report", b"multipart/related", b"message/delivery-status", b"message/rfc822",
    b"text/plain", b"text/html", b'; boundary="b"', b"; charset=", b"gbk", b"idna", b"--b\n", b"--b--\n", b"To: ",
    b"X-Original-To: ", b"a@b", b"<", b">", b'"', b"=?utf-8?q?", b"?=", b"Action: failed", b"Status: 5.1.1",
    b"Content-Transfer-Encoding: ", b"base64", b"quoted-printable", b"uuencode", b"begin 666 x\n", b"*0*=",
    b"name*=utf-8''%ff", b"Auto-Submitted: ", b"Content-Disposition: ", b"\n", b"\r\n", b"\n\n", b"\xff\xe4", b"(",
    b"\\", b":", b";", b",", b" ", b"\t", b"\0",
]  # fmt: skip


@given(st.binary(max_size=2000), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
def test_nothing_that_comes_breaks_the_reader(raw: bytes, mail: bytes) -> None:
    read_bounce(raw)
    read_bounce(mail)
    read_bounce(report().replace(b"Status:", raw))
    read_bounce(report().replace(b"To:", b"To:" + raw))
