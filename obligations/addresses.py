"""E-mail addresses: one grammar for what files may hold and what channels send to (RFC 5322, 3.4; RFC 6531).

Quoted local parts, comments and address literals are legal and never a civil servant's; refusing them leaves nothing
to escape. The patterns are read alike by Python, by pydantic (in Rust) and by editors (in JavaScript).
"""

import re
from encodings.idna import nameprep
from functools import lru_cache

_ATOM = r'[^\x00-\x20"(),.:;<>@\[\\\]\x7f]+'
_PLAIN = r"A-Za-z0-9!#$%&'*/=?^_`{|}~-"
_ASCII_ATOM = rf"[+{_PLAIN}]+"
_LABEL = r"[^\x00-/:-@\[-`{-\x7f](?:[^\x00-,./:-@\[-`{-\x7f]*[^\x00-/:-@\[-`{-\x7f])?"
"""Letters, digits and hyphens, which stand inside only; of what is not ASCII it is IDNA that decides."""
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_ASCII_ADDRESS = rf"{_ASCII_ATOM}(?:\.{_ASCII_ATOM})*@{_DOMAIN}"
ADDRESS_PATTERN = rf"^{_ATOM}(?:\.{_ATOM})*@{_DOMAIN}$"
"""The form of an address. What it lets through that is none holds more than ASCII, or is longer than servers take."""
LONGEST_RETURN = 14
"""Characters before the @ of a return address: what says which message came back adds 50 (RFC 5321, 4.5.3.1.1)."""
RETURN_PATTERN = rf"^[{_PLAIN}](?:\.?[{_PLAIN}]){{0,{LONGEST_RETURN - 1}}}@{_DOMAIN}$"
"""A return address: every server can carry it (what stands before the @ is in ASCII), still with what is added."""
SENDER_PATTERN = rf"^(?:[^<>\r\n]*<{_ASCII_ADDRESS}>|{_ASCII_ADDRESS})$"
"""A sender: `名称 <address>`, or the address alone."""
LONGEST_LOCAL, LONGEST_DOMAIN = 64, 253
"""Octets before and after the @ (RFC 5321, 4.5.3.1)."""
LONGEST_ADDRESS = 254
"""Octets of an address in a path of SMTP (RFC 5321, 4.5.3.1.3)."""
_LONGEST = 320

_WORDS = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LOCAL = re.compile(rf"{_WORDS}(?:\.{_WORDS})*")
_IN_DNS = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)
_DOTS = re.compile("[.。．｡]")
"""What stands between the labels of a domain (RFC 3490, 3.1)."""
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def routed(address: str) -> str | None:
    """The address as servers know it, its domain in ASCII (IDNA, RFC 3490); None for what is not one address."""
    local, _, domain = address.rpartition("@")
    if len(address) > _LONGEST or not _LOCAL.fullmatch(local) or len(local.encode()) > LONGEST_LOCAL:
        return None
    found = domain_in_ascii(domain)
    return f"{local}@{found}" if found else None


@lru_cache(maxsize=1024)
def domain_in_ascii(domain: str) -> str:
    """A domain as DNS has it (IDNA, RFC 3490); nothing for what is none."""
    try:
        found = domain.encode("idna").decode("ascii")
        labels = [nameprep(label) for label in _DOTS.split(domain)]
    except UnicodeError:
        return ""
    if any(label.startswith("-") or label.endswith("-") for label in labels):  # which the codec lets through: 4.1, 3
        return ""
    return found if len(found) <= LONGEST_DOMAIN and _IN_DNS.fullmatch(found) else ""


def name_and_address(text: str) -> tuple[str, str]:
    """Take `名称 <address>` apart; an address alone has no name. Quotation marks around a name are no part of it."""
    found = _NAMED.fullmatch(text.strip())
    if found is None:
        return "", text.strip()
    name = found["name"].strip()
    if _QUOTED.fullmatch(name):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name, found["address"].strip()
