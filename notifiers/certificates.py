"""Until when the certificate of a server is good, as its clients see it."""

import asyncio
import ssl
from datetime import UTC, datetime

from aiosmtplib import SMTP, SMTPException

_SECONDS = 10.0


async def mail_certificate_ends(host: str, port: int, *, starttls: bool) -> datetime | None:
    """The instant (UTC) at which a mail server's certificate ends; None where no trusted session comes about.

    Args:
        starttls: whether the session begins in plain text.
    """
    client = SMTP(
        hostname=host, port=port, timeout=_SECONDS, use_tls=not starttls, start_tls=starttls,
        tls_context=ssl.create_default_context(),
    )  # fmt: skip
    try:
        await client.connect()
        certificate = client.get_transport_info("peercert")
        await client.quit()
    except (SMTPException, OSError):
        client.close()
        return None
    return _end(certificate)


async def web_certificate_ends(host: str, port: int) -> datetime | None:
    """The instant (UTC) at which a web server's certificate ends; None where no trusted connection comes about."""
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
    except (OSError, ValueError):  # ValueError: the host is not one
        return None
    certificate = writer.get_extra_info("peercert")
    writer.transport.abort()
    return _end(certificate)


def _end(certificate: object) -> datetime | None:
    until = certificate.get("notAfter") if isinstance(certificate, dict) else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC) if isinstance(until, str) else None
