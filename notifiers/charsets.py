"""What others send us, as text: in the charset that they declare, or in the one that it shows."""

import codecs
from contextlib import suppress

_UTF_8, _GB18030 = codecs.getincrementaldecoder("utf-8-sig"), codecs.getincrementaldecoder("gb18030")
"""Of a text whose end was cut off they read the rest."""


def decoded(body: bytes, charset: str | None) -> str:
    """The text of what the other side says, without a byte order mark.

    Many gateways and mail servers in China speak GBK, and not all of them say so: what is not in the charset that it
    declares (None if it declares none), and not UTF-8, is read as GB18030, which includes GBK and GB 2312.
    """
    with suppress(LookupError, ValueError):
        if charset is not None:
            return body.decode(charset).removeprefix("\ufeff")
    try:
        return _UTF_8().decode(body)
    except UnicodeDecodeError:
        return _GB18030("replace").decode(body)
