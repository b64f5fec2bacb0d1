"""Mailboxes: a name and exactly one email address (RFC 5322, 3.4; RFC 6531 for addresses beyond ASCII)."""

from dataclasses import dataclass
from functools import lru_cache

from notifiers.one_line import one_line
from obligations.addresses import name_and_address, routed


class AddressError(ValueError):
    """The text is not one email address."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name (may be empty) and an address whose domain is in ASCII form (IDNA)."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands behind the @, in ASCII."""
        return self.address.rpartition("@")[2]

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server with SMTPUTF8 (RFC 6531) can carry the address."""
        return not self.address.isascii()


def mailbox(name: str, address: str) -> Mailbox:
    """The mailbox of one person.

    Raises:
        AddressError: `address` is not exactly one address.
    """
    return Mailbox(one_line(name, 80), _address(address))


@lru_cache(maxsize=1024)  # a message asks several times for the same
def _address(address: str) -> str:
    found = routed(address.strip())
    if found is None:
        raise AddressError(f"not an email address: {one_line(address, 80)!r}")
    return found


def parse_mailbox(text: str) -> Mailbox:
    """Read `名称 <address>` or a bare address, as the configuration writes a sender.

    Raises:
        AddressError: it holds no address, or more than one.
    """
    return mailbox(*name_and_address(text))
