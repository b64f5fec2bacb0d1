"""Characters that do not belong into a file that people read and write.

They cannot be seen, or make text look other than it is: an id with one in it equals no other, and what was read at a
glance is not what the program reads. None is let through, so everything later may trust the text.
"""

import re
from collections.abc import Iterator

_ADVICE = {
    "\x00": "a null byte stands here; is the file UTF-16, or no text at all? save it as text in UTF-8",
    "\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f": "a control character ({}) stands here; delete it",
    "\x85\u2028\u2029": "a line break that most editors do not show ({}) stands here; delete it, or begin a line here",
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069": "a character that turns the direction of writing ({}) stands here, "
    "so that text looks other than it is; delete it",
    "\ufeff": "a byte order mark ({}) stands in the middle, as when files are joined; delete it",
    "\ufffd": "a character was lost here when the file was converted ({} stands in its place); write the word again",
    "\xad\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufff9-\ufffb\U000e0000-\U000e007f": (
        "an invisible character ({}) stands here; delete it"
    ),
    "\ud800-\udfff\ufffe\uffff": "what is no character ({}) stands here; delete it",
}
"""Ranges of characters, and what a message says of one."""
_UNWANTED = re.compile(f"[{''.join(_ADVICE)}]")
_UNCOMMON = re.compile("[^\n -~\u3000-\u9fff\uff01-\uff5e]")
"""Most files hold nothing of it, and it is found out more quickly."""
_KINDS = [(re.compile(f"[{characters}]"), advice) for characters, advice in _ADVICE.items()]
_OLD_LINE_END = re.compile("\r(?!\n)")


def unwanted(text: str) -> Iterator[tuple[int, str]]:
    """How many characters stand before each unwanted one, and what to say of it; one old line end stands for all."""
    if _UNCOMMON.search(text) is None:
        return
    for found in _UNWANTED.finditer(text):
        yield found.start(), _advice(found[0])
    old = _OLD_LINE_END.search(text) if text.count("\r") != text.count("\r\n") else None
    if old is not None:
        yield (
            old.start(),
            "a line ends here as on an old Mac (CR alone), which many editors hide; save with line ends LF",
        )


def seems_clean(text: str) -> bool:
    """Whether nothing unwanted stands in the cells of a table, put together; quick where all of it can be printed.

    What cannot be is most often the break of a line in a cell, or a full-width blank, which may stand there.
    """
    return (text.isprintable() and "\ufffd" not in text) or _UNWANTED.search(text) is None


def unwanted_in_cell(text: str) -> str | None:
    """What to say of the first unwanted character in the cell of a table; a line may end in it in any way."""
    found = None if text.isprintable() and "\ufffd" not in text else _UNWANTED.search(text)
    return None if found is None else _advice(found[0])


def _advice(character: str) -> str:
    words = next(words for characters, words in _KINDS if characters.match(character))
    return words.format(f"U+{ord(character):04X}")
