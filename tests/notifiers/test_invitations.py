"""The calendar part of an email, read back by a library that knows calendars."""

import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from notifiers.invitations import Invitation, invitation_of, write_calendar
from notifiers.mail import compose_mail
from notifiers.mailbox import mailbox, parse_mailbox
from obligations.changes import Change
from tests.notifiers.letters import NOW, SENDER, due_later, letter, view

DUE = Invitation(
    "ent-09a/ent-binhai-chem/2026-H2", 0, date(2026, 12, 31), None, "应急预案演练", "李敏：\n请办理；谢谢, 好。"
)


def entry(invitation: Invitation = DUE, name: str = "李敏") -> Any:
    raw = write_calendar(invitation, parse_mailbox(SENDER), mailbox(name, "li@example.com"), NOW)
    assert raw.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_a_due_day_is_a_whole_day_that_does_not_look_busy() -> None:
    event = entry()
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 31), date(2027, 1, 1))
    assert (event["TRANSP"], event["STATUS"], event["SEQUENCE"]) == ("TRANSPARENT", "CONFIRMED", 0)
    assert (event["SUMMARY"], event["DESCRIPTION"]) == (DUE.title, DUE.text)


def test_a_limit_in_hours_is_the_hour_before_it_ends() -> None:
    ends = datetime(2026, 9, 18, 8, 20, tzinfo=UTC)
    event = entry(Invitation("t", 0, date(2026, 9, 18), ends, "报告事故", ""))
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (ends - timedelta(hours=1), ends)


def test_nobody_is_asked_for_an_answer() -> None:
    attendee = entry()["ATTENDEE"]
    assert str(attendee) == "mailto:li@example.com"
    assert (attendee.params["CN"], attendee.params["RSVP"]) == ("李敏", "FALSE")


def test_the_entry_stays_the_same_while_its_day_moves_and_goes_when_it_is_withdrawn() -> None:
    later = Invitation(DUE.task, 2, date(2027, 1, 8), None, DUE.title, DUE.text)
    gone = Invitation(DUE.task, 3, date(2027, 1, 8), None, DUE.title, DUE.text, cancelled=True)
    assert entry()["UID"] == entry(later)["UID"] == entry(gone)["UID"]
    assert entry(gone)["STATUS"] == "CANCELLED"


def test_two_readers_of_one_duty_have_entries_of_their_own() -> None:
    other = write_calendar(DUE, parse_mailbox(SENDER), mailbox("王", "wang@example.com"), NOW)
    assert entry()["UID"] not in other.decode()


def test_each_change_of_the_day_raises_the_sequence_and_a_cancellation_comes_last() -> None:
    found = [invitation_of([due_later(**each)], "t", "") for each in (
        {"revision": 0}, {"revision": 1, "change": Change.MOVED}, {"revision": 1, "change": Change.WITHDRAWN},
        {"revision": 2, "change": Change.RESTORED})]  # fmt: skip
    assert [(each.sequence, each.cancelled) for each in found if each] == [
        (0, False),
        (2, False),
        (3, True),
        (4, False),
    ]


@pytest.mark.parametrize(
    "views",
    [
        [due_later(), due_later()],
        [due_later(own=False)],
        [due_later(approval=True)],
        [due_later(change=Change.REPORTED)],
    ],
    ids=["a digest", "a duty of others", "a request for approval", "a report to confirm"],
)
def test_what_puts_nothing_into_a_calendar(views: list[Any]) -> None:
    assert invitation_of(views, "t", "") is None


TEXTS = st.text(max_size=300) | st.sampled_from(
    ["a\r\nATTENDEE:mailto:x@y", 'a";X=b', "END:VEVENT", "=?utf-8?q?x?=", "；,\\n"]
)


@given(title=TEXTS, text=TEXTS, name=TEXTS)
def test_no_text_adds_a_line_or_a_person_to_a_calendar(title: str, text: str, name: str) -> None:
    event = entry(Invitation("t", 0, date(2026, 12, 31), None, title, text), name)
    assert sorted(event.keys()) == sorted(entry().keys())
    assert not isinstance(event["ATTENDEE"], list)


def parts(mail: Message) -> list[EmailMessage]:
    return [part for part in mail.walk() if isinstance(part, EmailMessage) and not part.is_multipart()]


@pytest.mark.parametrize("change", [None, Change.WITHDRAWN])
def test_the_part_of_the_mail_says_the_method_that_the_calendar_says(change: Change | None) -> None:
    message = letter(invitation=invitation_of([view(change=change)], "应急预案演练", "请办理"))
    mail = message_from_bytes(compose_mail(message, SENDER), policy=policy.default)
    assert mail.get_content_type() == "multipart/alternative"
    *_, calendar = parts(mail)
    assert calendar.get_content_type() == "text/calendar"
    said = re.search(r"METHOD:(\w+)", str(calendar.get_content()))
    assert said is not None
    assert calendar["Content-Type"].params["method"] == said[1] == ("CANCEL" if change else "REQUEST")
