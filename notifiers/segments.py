"""How long an SMS is, as providers count and charge it."""

from math import ceil


def length(text: str) -> int:
    """Characters, as an SMS counts them: UTF-16 code units, so that an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def segments(text: str) -> int:
    """How many SMS a text is, its 【signature】 included: one up to 70 characters, else one for each 67 begun."""
    count = length(text)
    return 1 if count <= 70 else ceil(count / 67)
