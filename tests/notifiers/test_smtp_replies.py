"""What a mail server's refusals mean: for the message, and for the address that it was for."""

import pytest

from notifiers.channel import Outcome, Permanent, Stopped, Temporary
from notifiers.smtp_replies import refusal
from notifiers.smtp_session import Phase


@pytest.mark.parametrize(
    ("code", "text", "expected", "marks"),
    [
        (550, "5.1.1 <a@b.cn>: User unknown in virtual mailbox table", Permanent, True),
        (550, "5.1.1", Permanent, True),
        (550, "5.1.1 the mailbox does not exist\n5.1.1 try its name", Permanent, True),
        (553, "5.1.2 there is no such domain", Permanent, True),
        (501, "5.1.3 bad address syntax", Permanent, True),
        (550, "5.1.4 two people have this name", Permanent, True),
        (551, "5.1.6 moved away", Permanent, True),
        (556, "5.1.10 the domain takes no mail", Permanent, True),
        (550, "5.1.0 Sender address rejected", Permanent, False),
        (553, "5.1.7 bad sender", Permanent, False),
        (550, "5.1.8 the sender's domain does not exist", Permanent, False),
        (550, "5.1.11 of a later standard", Permanent, False),
        (550, "5.2.1 the mailbox takes no mail now", Permanent, False),
        (552, "5.2.2 mailbox full", Permanent, False),
        (552, "5.3.4 too large", Permanent, False),
        (550, "5.7.1 refused for policy", Permanent, False),
        (554, "5.7.1 blocked; see 5.1.1 in our rules", Permanent, False),
        (550, "mailbox unavailable", Permanent, False),
        (550, "", Permanent, False),
        (450, "4.1.1 not known yet", Temporary, False),
        (450, "5.1.1 a code of the wrong class", Temporary, False),
        (530, "5.1.1 log in first", Stopped, False),
    ],
)
def test_only_a_recipient_refused_by_a_code_that_speaks_of_addresses_marks_the_address(
    code: int, text: str, expected: type[Outcome], marks: bool
) -> None:
    outcome = refusal(Phase.RECIPIENT, code, text)
    assert isinstance(outcome, expected)
    assert getattr(outcome, "bad_address", False) is marks


@pytest.mark.parametrize("phase", [Phase.OPENING, Phase.CONTENT])
def test_what_is_refused_before_or_after_the_recipient_marks_no_address(phase: Phase) -> None:
    assert not getattr(refusal(phase, 550, "5.1.1 nobody"), "bad_address", False)
