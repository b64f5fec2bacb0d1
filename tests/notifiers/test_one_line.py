"""One line: what is shown is what is stored, on one line."""

import pytest

from notifiers.one_line import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("督办 通知", "督办 通知"),
        ("a\r\nb\tc\u2028d", "a b c d"),
        ("  a \u3000 b  ", "a b"),
        ("a\x00\x07b\x1b[1m", "ab[1m"),
        ("\u202ea\u200bb\ufeff", "ab"),
        ("a\ud800b", "ab"),
    ],
)
def test_line_breaks_become_spaces_and_what_cannot_be_seen_goes(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_long_text_ends_in_an_ellipsis() -> None:
    assert one_line("督" * 11, 10) == "督" * 9 + "…"
