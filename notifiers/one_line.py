"""Text from rosters and rules made safe for headers, messages and SMS: one line that reads as it is stored."""

import re

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters
    "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # invisible ones, and those that turn the direction
    "\ud800-\udfff]"  # halves of characters, which UTF-8 cannot carry
)
_SPACES = re.compile(r"\s+")


def one_line(text: str, limit: int = 1000) -> str:
    """The text without line breaks or invisible characters, runs of spaces made one, cut to `limit` characters."""
    if not text.isprintable() or "  " in text or text != text.strip(" "):  # of other spaces none is printable
        text = _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()
    return shortened(text, limit)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters; an ellipsis shows that something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
