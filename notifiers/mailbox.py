"""Mailboxes: a name and exactly one email address (RFC 5322, 3.4; RFC 6531 for addresses beyond ASCII)."""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache

from notifiers.one_line import one_line

# Quoted local parts and address literals are legal and never a civil servant's; refusing them leaves nothing to escape.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)


class AddressError(ValueError):
    """The text is not one email address."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name (may be empty) and an address whose domain is in ASCII form (IDNA)."""

    name: str
    address: str

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
    local, _, domain = address.strip().rpartition("@")
    domain = _in_ascii(domain)
    lengths_fit = len(local.encode(errors="replace")) <= 64 and len(domain) <= 253
    if not (lengths_fit and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise AddressError(f"not an email address: {one_line(address, 80)!r}")
    return f"{local}@{domain}"


@lru_cache(maxsize=1024)
def _in_ascii(domain: str) -> str:
    """A domain as DNS has it (IDNA); nothing for what is none."""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def parse_mailbox(text: str) -> Mailbox:
    """Read `名称 <address>` or a bare address, as the configuration writes a sender.

    Raises:
        AddressError: it holds no address, or more than one.
    """
    name, address = parseaddr(text)
    return mailbox(name, address)
