"""Opening an SMTP session: the greeting, and the login (RFC 4954)."""

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPServerDisconnected,
)

WRONG_CREDENTIALS = 535
_NOT_SO = (500, 501, 502, 503, 504, 534, 538)
"""Replies by which a server takes no login by this method, and may by another."""
_DIGEST = "cram-md5"
_METHODS = ("plain", "login", _DIGEST)


async def greet(client: SMTP) -> None:
    """Say EHLO, or HELO where the server does not know that, unless it was said already.

    Raises:
        SMTPHeloError: the server refuses, or closes the session (421).
    """
    if not client.is_ehlo_or_helo_needed:
        return
    try:
        await client.ehlo()
    except SMTPHeloError as refused:
        try:
            await client.helo()
        except SMTPServerDisconnected:  # it has said why before
            raise refused from None


async def log_in(client: SMTP, username: str, password: str) -> None:
    """Log in by the first method that the server takes; a wrong password is tried once.

    A server that cannot check a digest answers as if the password were wrong, so that another method is tried then.

    Raises:
        SMTPAuthenticationError: the server refuses, with what it says of the credentials if it says anything of them.
        SMTPException: the server offers no login, none that we know, or is gone.
    """
    refusals: list[SMTPAuthenticationError] = []
    for method in _offered(client):
        try:
            await _by(client, method, username, password)
        except SMTPAuthenticationError as refused:
            refusals.append(refused)
            if refused.code not in _NOT_SO and method != _DIGEST:
                break
        except SMTPServerDisconnected:
            if not refusals:
                raise
            break
        else:
            return
    raise next((each for each in refusals if each.code == WRONG_CREDENTIALS), refusals[0])


def _offered(client: SMTP) -> list[str]:
    """The methods that the server offers and we know: the digest first where others could overhear a password."""
    offered = client.supported_auth_methods
    found = [method for method in _METHODS if method in offered]
    is_encrypted = client.get_transport_info("sslcontext") is not None
    if not found:
        hint = "" if is_encrypted else "; it may over an encrypted connection"
        raise SMTPException(f"the server offers no login that is known here (AUTH){hint}")
    return found if is_encrypted else sorted(found, key=lambda method: method != _DIGEST)


async def _by(client: SMTP, method: str, username: str, password: str) -> None:
    match method:
        case "plain":
            await client.auth_plain(username, password)
        case "login":
            await client.auth_login(username, password)
        case _:
            await client.auth_crammd5(username, password)
