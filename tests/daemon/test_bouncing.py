"""Mail that comes back: its address is used no more, and what it said goes on another way."""

from dataclasses import replace

import pytest

from config.channels import SmtpSettings
from daemon.bouncing import Returned, take_back
from daemon.channels import return_address
from daemon.store import returned
from daemon.store.deliveries import find_by_digest
from daemon.store.notices import by_rows, held
from notifiers.bounces import Bounce
from notifiers.channel import Message, Permanent
from obligations.states import DeliveryState, NoticeState
from tests.daemon.test_one_voice import AT, Refusing, city, first_step, living, regulator, rows, told, with_post
from tests.stories.telling import Life, life_from, sample_city

pytestmark = pytest.mark.usefixtures("either_database")
GONE = Bounce((), for_good=True, reason="5.1.1 no such user", bad_address=True)
FULL = Bounce((), for_good=True, reason="5.2.2 mailbox full")


@pytest.fixture
def life(either_database: None) -> Life:  # noqa: ARG001 - where it is kept
    return living(first_step(city(), "email")).go_to(AT)


def letter(life: Life) -> Message:
    address = regulator(life.config).email
    return next(message for message in life.channels["email"].sent if message.address == address)


def comes_back(life: Life, message: Message, bounce: Bounce = GONE) -> Returned | None:
    digest = message.message_id.strip("<>").partition("@")[0]
    with life.database.write() as connection:
        return take_back(connection, life.engine.situation, digest, bounce, life.clock.now())


def test_a_message_that_came_back_has_failed_and_its_notice_goes_by_another_channel(life: Life) -> None:
    assert regulator(life.config).mobile not in told(life, "sms")
    found = comes_back(life, letter(life))
    assert found is not None
    assert found.is_news
    life.wake()
    assert regulator(life.config).mobile in told(life, "sms")
    assert rows(life, "SELECT channel, state FROM deliveries ORDER BY id")[:1] == [("email", "failed")]
    assert rows(life, "SELECT channel, state FROM deliveries ORDER BY id")[-1:] == [("sms", "accepted")]
    assert rows(life, "SELECT state FROM notices WHERE holder = 'reg-emergency.duty' AND step = 'start'") == [("sent",)]


def test_a_message_comes_back_once(life: Life) -> None:
    comes_back(life, letter(life))
    again = comes_back(life, letter(life))
    assert again is not None
    assert not again.is_news


def test_nobody_knows_of_a_message_that_was_never_sent(life: Life) -> None:
    assert comes_back(life, replace(letter(life), message_id="<0000@x>")) is None


def test_nothing_more_is_sent_to_the_address_until_somebody_says_that_it_is_right(life: Life) -> None:
    reader = regulator(life.config)
    comes_back(life, letter(life))
    before = len([each for each in life.channels["email"].sent if each.address == reader.email])
    life.go_to("2026-09-26T18:00")
    assert len([each for each in life.channels["email"].sent if each.address == reader.email]) == before
    assert reader.mobile in told(life, "sms")
    with life.database.write() as connection:
        assert returned.forget(connection, str(reader.email))
    life.go_to("2026-10-20T18:00")
    assert len([each for each in life.channels["email"].sent if each.address == reader.email]) > before


def test_what_came_back_without_blaming_the_address_goes_another_way_and_marks_nothing(life: Life) -> None:
    reader = regulator(life.config)
    comes_back(life, letter(life), FULL)
    life.wake()
    assert reader.mobile in told(life, "sms")
    assert rows(life, "SELECT state FROM deliveries ORDER BY id LIMIT 1") == [("failed",)]
    ((body,),) = rows(life, "SELECT body FROM ledger WHERE kind = 'receipt'")
    assert FULL.reason in str(body)
    with life.database.read() as connection:
        assert returned.addresses(connection) == {}
    before = len([each for each in life.channels["email"].sent if each.address == reader.email])
    life.go_to("2026-10-20T18:00")
    assert len([each for each in life.channels["email"].sent if each.address == reader.email]) > before


def test_a_corrected_address_is_used_at_once(life: Life) -> None:
    comes_back(life, letter(life))
    life.engine.adopt(with_post(life.config, "reg-emergency", "duty", email="new@example.com"))
    life.go_to("2026-09-26T18:00")
    assert "new@example.com" in told(life, "email")


def test_a_message_is_found_though_the_senders_domain_has_changed(life: Life) -> None:
    digest = letter(life).message_id.strip("<>").partition("@")[0]
    with life.database.read() as connection:
        found = find_by_digest(connection, digest, "another.example")
    assert found is not None
    assert found.state is DeliveryState.ACCEPTED


def test_what_came_back_is_in_the_ledger(life: Life) -> None:
    comes_back(life, letter(life))
    ((body,),) = rows(life, "SELECT body FROM ledger WHERE kind = 'returned'")
    assert "5.1.1 no such user" in str(body)


def test_what_is_approved_for_a_reader_whom_no_mail_reaches_goes_another_way() -> None:
    config = sample_city()
    one = replace(config, obligations={"reg-15a": config.obligations["reg-15a"]})
    life = life_from(one, AT).go_to("2026-10-20T18:00")
    with life.database.read() as connection:
        waiting = held(connection)
    assert waiting
    with life.database.write() as connection:
        for _, notice in waiting:
            post = life.config.organizations[str(notice.organization)].posts[str(notice.post)]
            for address in (post.email, post.mobile):
                returned.mark(connection, str(address), "gone", life.clock.now())
    task, notice = waiting[0]
    life.record(lambda recorder: recorder.approve(task, notice.step))
    with life.database.read() as connection:
        (after,) = by_rows(connection, [notice.row])
    assert after.state is NoticeState.UNDELIVERABLE
    assert after.reason.startswith(("a stand-in is told (", "every channel refused it for good"))


NOBODY = Permanent("naming the recipient: 550 5.1.1 no such user", bad_address=True)


def refusing(what: Permanent, *, also_sms: bool = False) -> tuple[Life, Refusing]:
    """A life in which a mail server, and the gateway of SMS, refuse the first reader."""
    config = first_step(city(), "email")
    deaf = [str(regulator(config).email), *([str(regulator(config).mobile)] if also_sms else [])]
    mail, sms = Refusing("email", deaf, refusal=what), Refusing("sms", deaf, refusal=what)
    return living(config, email=mail, sms=sms).go_to(AT), mail


def test_an_address_that_the_server_refuses_for_good_is_marked_and_asked_no_more_until_it_is_said_to_be_right() -> None:
    life, mail = refusing(NOBODY)
    reader = regulator(life.config)
    assert reader.mobile in told(life, "sms")
    with life.database.read() as connection:
        assert returned.addresses(connection) == {reader.email: NOBODY.reason}
    life.go_to("2026-09-26T18:00")
    assert len(mail.attempts_at(str(reader.email))) == 1
    with life.database.write() as connection:
        assert returned.forget(connection, str(reader.email))
    mail.refused = []
    life.go_to("2026-10-20T18:00")
    assert reader.email in told(life, "email")


def test_a_message_that_is_refused_without_blaming_the_address_marks_nothing() -> None:
    life, mail = refusing(Permanent("handing over the message: 554 5.7.1 spam"))
    life.go_to("2026-09-26T18:00")
    with life.database.read() as connection:
        assert returned.addresses(connection) == {}
    assert len(mail.attempts_at(str(regulator(life.config).email))) > 1


def test_what_the_server_said_is_on_record_and_stands_where_a_later_notice_goes_to_a_stand_in() -> None:
    life, _ = refusing(NOBODY, also_sms=True)
    ((body,),) = rows(life, "SELECT body FROM ledger WHERE kind = 'returned' ORDER BY seq LIMIT 1")
    assert NOBODY.reason in str(body)
    life.go_to("2026-10-20T18:00")
    reasons = [str(reason) for (reason,) in rows(life, "SELECT reason FROM notices WHERE state = 'undeliverable'")]
    assert any(f": nothing reaches any address of the reader: {NOBODY.reason}" in reason for reason in reasons)


def test_a_return_address_has_its_chinese_domain_in_the_form_that_every_server_carries() -> None:
    bounces = {"address": "duban-bounce@应急局.政务.cn", "secret": {"env": "PATH"}}
    settings = {"kind": "smtp", "host": "localhost", "sender": "a@example.com", "bounces": bounces}
    ours = return_address(SmtpSettings.model_validate(settings))
    assert ours is not None
    to = ours.of("<0123456789abcdef0123456789abcdef@example.com>")
    assert to.endswith("@xn--dgtz7cn8a.xn--zfr164b.cn")
    assert ours.digest_in(to) == "0123456789abcdef0123456789abcdef"
