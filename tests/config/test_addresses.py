"""Addresses in files: a channel can send to, or from, each that is accepted, and no ordinary one is refused."""

import asyncio
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from config.fields import Email, ReturnEmail, Sender
from notifiers.channel import Temporary
from notifiers.mail import compose_mail
from notifiers.mailbox import parse_mailbox
from notifiers.smtp import SmtpChannel, Tls
from obligations.addresses import routed
from tests.config.tables import HEADER, MORE_CSV, MORE_XLSX, TEA, as_csv, as_xlsx
from tests.config.town import FIRM, faults, lay_out
from tests.notifiers.letters import SENDER, letter
from tests.notifiers.smtp_peers import free_port

BAD = (
    "zhang..san@example.gov.cn", "zhang.@example.gov.cn", ".zhang@example.gov.cn", "zhang@example.gov.cn.",
    "zhang@.example.gov.cn", "zhang@exa_mple.gov.cn", "zhang@-example.gov.cn", "zhang@example-.gov.cn",
    "(张)zhang@example.gov.cn", "（张）zhang@example.gov.cn", "张三@例子..cn", "张三@例子。。cn", "-@-",
    "zhang@li@example.cn", "zhang@[127.0.0.1]", "zhang:li@example.gov.cn", "zhang\\li@example.gov.cn",
    "z" * 65 + "@example.gov.cn", "张" * 22 + "@example.gov.cn", "zhang@" + "e" * 64 + ".gov.cn",
    "zhang@" + "政" * 60 + ".cn", "zhang@-应急局.cn", "zhang@应急局-.cn", "zhang@－应急局。cn",
)  # fmt: skip
GOOD = (
    "zhang@example.gov.cn", "zhang.san@example.gov.cn", "ZHANG_SAN@EXAMPLE.GOV.CN", "zhang-san+duban@example.cn",
    "10086@139.com", "-@example.cn", "o'neil@example.com", "a@b", "duban@localhost", "zhang@应急局.政务.cn",
    "zhang@例子。中国", "张三@例子.中国", "zhang@xn--fsqu00a.xn--fiqs8s", "z" * 64 + "@example.gov.cn",
    "zhang@" + "e" * 63 + ".gov.cn",
)  # fmt: skip
ODD = st.text(st.sampled_from("ab1.-_@<>\"' ,;:()[]\\+张例。．·（\u202e\u200b\x00\n\x7f\xa0İß"), max_size=14)
NEAR = st.one_of(
    st.text(max_size=20), ODD, st.builds("{}@{}".format, ODD, ODD), st.builds("{}@{}.cn".format, ODD, st.text()),
    st.builds("{}@{}".format, st.text(max_size=90), st.just("example.cn")), st.sampled_from((*BAD, *GOOD)),
)  # fmt: skip


class Entry(BaseModel):
    email: Email | None = None
    returns: ReturnEmail | None = None
    sender: Sender | None = None


def is_accepted(field: str, text: str) -> bool:
    try:
        Entry.model_validate({field: text})
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("address", BAD)
def test_an_address_that_no_mail_reaches_is_a_fault_at_its_place_in_every_kind_of_file(
    address: str, tmp_path: Path
) -> None:
    post = "  posts:\n    principal: {name: 白露, email: "
    rows = [[*HEADER.split(","), "principal.name", "principal.email"], [*TEA.split(","), "白露", address]]
    files: dict[str, tuple[str | bytes, int, int, str]] = {
        "organizations/more.yaml": (f'{FIRM}{post}"{address}"}}\n'.replace("\\", "\\\\"), 5, 34, ""),
        MORE_CSV: (as_csv(rows), 2, 5, "principal."),
        MORE_XLSX: (as_xlsx(rows), 2, 5, "principal."),
    }
    for number, (name, (content, line, column, where)) in enumerate(files.items()):
        found = faults(lay_out(tmp_path / str(number), {name: content}))
        assert [fault[:3] for fault in found] == [(name, line, column)]
        assert f"{where}email: '{address[:20]}".replace("\\", "\\\\") in found[0][3]
        assert "write an e-mail address, as wang@example.com" in found[0][3]


@pytest.mark.parametrize("address", GOOD)
def test_an_ordinary_address_is_accepted_in_a_roster(address: str) -> None:
    assert is_accepted("email", address)


@given(address=st.emails())
def test_no_address_of_the_standard_is_refused(address: str) -> None:
    assert is_accepted("email", address)
    assert is_accepted("sender", f"市安委办 <{address}>")


@given(text=NEAR)
@example("zhang@" + "e" * 63 + "." + "e" * 63 + "." + "e" * 63 + "." + "e" * 61)
@example("zhang@-应急局.cn")
@example("zhang@应急局-.cn")
def test_what_a_roster_may_hold_is_what_a_channel_can_send_to(text: str) -> None:
    assert is_accepted("email", text) == (routed(text) is not None and len(text) <= 254)
    if is_accepted("email", text):
        mail = message_from_bytes(compose_mail(letter(address=text), SENDER), policy=policy.default)
        assert [each.domain for each in mail["To"].addresses] == [(routed(text) or "").rpartition("@")[2]]
    if is_accepted("returns", text):
        local, _, domain = (routed(text) or "").rpartition("@")
        assert (local + domain).isascii()
        assert len(local) <= 64 - 50


@given(name=st.text(max_size=20), address=NEAR)
@example("安委办, 市", "a@example.gov.cn")
@example('"安委办, 市"', "duban@应急局.政务.cn")
@example("a\\", "a@b")
def test_a_channel_can_send_from_every_sender_that_duban_yaml_may_hold(name: str, address: str) -> None:
    for sender in (address, f"{name} <{address}>"):
        if is_accepted("sender", sender):
            channel = SmtpChannel("email", host="127.0.0.1", port=1, tls=Tls.NONE, sender=sender)
            mail = message_from_bytes(compose_mail(letter(), channel.sender), policy=policy.default)
            assert [each.addr_spec for each in mail["From"].addresses] == [routed(address)]
            assert not mail.defects


@pytest.mark.parametrize("written", ["安委办, 市 <a@example.gov.cn>", '"安委办, 市" <a@example.gov.cn>'])
def test_a_senders_name_may_hold_a_comma(written: str) -> None:
    assert is_accepted("sender", written)
    assert parse_mailbox(written).name == "安委办, 市"
    mail = message_from_bytes(compose_mail(letter(), written), policy=policy.default)
    assert [(each.display_name, each.addr_spec) for each in mail["From"].addresses] == [
        ("安委办, 市", "a@example.gov.cn")
    ]


def test_what_a_roster_may_hold_is_not_refused_before_the_server_is_asked() -> None:
    async def sent() -> None:
        channel = SmtpChannel("email", host="127.0.0.1", port=free_port(), tls=Tls.NONE, sender=SENDER)
        for address in GOOD:
            assert isinstance(await channel.send(letter(address=address)), Temporary)  # nobody listens there

    asyncio.run(sent())
