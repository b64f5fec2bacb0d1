"""The Maildir channel: real messages in real files."""

import asyncio
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from notifiers.channel import Outcome, Permanent, Sent, Temporary
from notifiers.mail import compose_mail
from notifiers.mailbox import AddressError
from notifiers.maildir import MaildirChannel
from obligations.organizations import AddressKind
from tests.notifiers.letters import SENDER, letter, sms


def files(directory: Path) -> list[str]:
    return sorted(str(each.relative_to(directory)) for each in directory.rglob("*") if each.is_file())


@pytest.mark.parametrize("durable", [True, False])
def test_a_message_becomes_one_file_named_by_its_time_in_utc(tmp_path: Path, durable: bool) -> None:
    channel = MaildirChannel("email", tmp_path, SENDER, AddressKind.EMAIL, durable=durable)
    assert asyncio.run(channel.send(letter())) == Sent("20260918T062000-9e12c116d5cf7393.eml")
    assert files(tmp_path) == ["new/20260918T062000-9e12c116d5cf7393.eml"]
    assert next(tmp_path.glob("new/*")).read_bytes() == compose_mail(letter(), SENDER)


def test_the_same_message_again_replaces_its_file(tmp_path: Path) -> None:
    channel = MaildirChannel("email", tmp_path, SENDER, AddressKind.EMAIL)
    asyncio.run(channel.send(letter()))
    asyncio.run(channel.send(letter()))
    assert len(files(tmp_path)) == 1


def test_messages_of_the_same_second_stand_beside_each_other(tmp_path: Path) -> None:
    channel = MaildirChannel("email", tmp_path, SENDER, AddressKind.EMAIL)
    asyncio.run(channel.send(letter()))
    asyncio.run(channel.send(letter(message_id="<d-2@duban.example>")))
    assert len(files(tmp_path)) == 2


def test_an_sms_is_addressed_to_its_number_in_a_domain_that_cannot_exist(tmp_path: Path) -> None:
    asyncio.run(MaildirChannel("sms", tmp_path, SENDER, AddressKind.MOBILE).send(sms()))
    written = message_from_bytes(next(tmp_path.glob("new/*")).read_bytes(), policy=policy.default)
    assert written["To"].addresses[0].addr_spec == "13800000002@sms.invalid"


def test_an_sms_which_has_no_subject_is_a_mail_without_one(tmp_path: Path) -> None:
    asyncio.run(MaildirChannel("sms", tmp_path, SENDER, AddressKind.MOBILE).send(sms(subject="")))
    raw = next(tmp_path.glob("new/*")).read_bytes()
    assert message_from_bytes(raw, policy=policy.default)["Subject"] == ""
    assert b"??=" not in raw


def test_a_malformed_address_is_permanent_and_leaves_no_file(tmp_path: Path) -> None:
    channel = MaildirChannel("email", tmp_path, SENDER, AddressKind.EMAIL)
    assert isinstance(asyncio.run(channel.send(letter(address="li"))), Permanent)
    assert files(tmp_path) == []


def test_a_directory_that_cannot_be_written_is_temporary(tmp_path: Path) -> None:
    channel = MaildirChannel("email", tmp_path, SENDER, AddressKind.EMAIL)
    (tmp_path / "new").rmdir()
    outcome: Outcome = asyncio.run(channel.send(letter()))
    assert isinstance(outcome, Temporary)


def test_a_sender_without_an_address_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(AddressError):
        MaildirChannel("email", tmp_path, "市安委办", AddressKind.EMAIL)
