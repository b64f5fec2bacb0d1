"""What the replies of a mail server mean for a message and for the address that it was for."""

import re

from aiosmtplib import SMTPResponseException

from notifiers.channel import Outcome, Permanent, Stopped, Temporary, Unknown
from notifiers.charsets import decoded
from notifiers.one_line import one_line
from notifiers.smtp_session import Phase

_NEEDS_LOGIN = (530, 534, 535, 538)  # RFC 4954, 6: our credentials are at fault, not the recipient
_ENHANCED = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")
BAD_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10"})
"""No such mailbox, no such domain, no address at all, one of several, moved away; a domain without mail (RFC 3463, 3.2,
RFC 7505). Not 5.1.0, 5.1.7 and 5.1.8, by which servers refuse the sender as late as here."""


def refusal(phase: Phase, code: int, text: str) -> Outcome:
    """What a reply other than success means (RFC 5321, 4.2.1): 4yz is temporary, 5yz permanent.

    Before the recipient is named every refusal is temporary: it is the operator who must act.
    """
    reason = one_line(f"{phase.value}: {code} {text}", 300)
    if code in _NEEDS_LOGIN:
        return Stopped(reason)
    if phase is Phase.OPENING or code // 100 == 4:
        return Temporary(reason)
    if code // 100 == 5:
        return Permanent(reason, bad_address=phase is Phase.RECIPIENT and blames_address(code, text))
    return Unknown(reason) if phase is Phase.CONTENT else Temporary(reason)


def refused_opening(fault: SMTPResponseException) -> Outcome:
    """What a refused greeting or login means; aiosmtplib keeps what is not UTF-8 as halves of characters."""
    said = fault.message.encode("utf-8", "surrogateescape")
    return refusal(Phase.OPENING, fault.code, decoded(said, None))


def failure(phase: Phase, fault: Exception) -> Outcome:
    """What a lost or silent connection means."""
    what = str(fault) or "no answer in time"
    reason = one_line(f"{phase.value}: {what}", 300)
    return Unknown(reason) if phase is Phase.CONTENT else Temporary(reason)


def blames_address(code: int, text: str) -> bool:
    """Whether a refused recipient says that nothing will ever reach this address, whoever writes whatever.

    Only an enhanced status code says so (RFC 3463): a bare 550 may be for policy, for which no address is to blame, and
    a server that lists us as a source of spam says it to everybody.
    """
    found = _ENHANCED.match(text)
    return code // 100 == 5 and found is not None and found[0] in BAD_ADDRESS
