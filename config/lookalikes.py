"""Look-alikes: punctuation of Chinese input methods where YAML's own is meant.

In Chinese text they are right, and most of them stand there; so one is blamed only for what the parser did not
understand nearby, and only where punctuation of YAML would stand.
"""

import re

_SPACES = "\u3000\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
_KNOWN = {
    "：": ("colon", "`: `, a colon and a space"),
    "，": ("comma", "`, `"),
    "“”‘’「」『』＂＇": ("quotation mark", "\" or ' on both sides"),
    "【】［］〔〕": ("bracket", "[ and ]"),
    "｛｝": ("brace", "{ and }"),
    "－—–": ("dash", "`- `, a hyphen and a space"),
    "＃": ("number sign", "#"),
    _SPACES: ("space", "ordinary ones"),
}
"""The signs, what they are, and what to write instead."""
_OF_ANY_KIND = re.compile(f"[{''.join(_KNOWN)}]")
_LOOKS_AHEAD = 100
"""Characters that are looked at after a sign."""
_NAME = r"[A-Za-z_][\w.-]*[ \t]*"
_MISUSED = re.compile(
    rf"""
      (?: ^ | [{{,，] ) [ \t-]* {_NAME} (?P<colon> ： )               # kind：enterprise
    | (?P<comma> ， ) (?= [ \t]* {_NAME} [:：] )                      # {{name: 白露，email: …}}
    | (?: ^ | [:：,，\[{{] | -[ ] ) [ \t]* (?P<opening> [“”‘’「『＂＇【［〔｛] )   # name: “白露: …
    | ["'] [^"'\n“‘]* (?P<quote> [”’＂＇] ) (?= [ \t]* (?: [,}}\]] | $ ) )     # name: "白露”
    | [\[{{] [^\]}}\n【［〔｛]* (?P<closing> [】］〕｝] )              # traits: [key】
    | ^ [ \t]* (?P<dash> [－—–] ) (?= \s )                            # － id: …
    | (?: ^ | [ \t] ) (?P<hash> ＃ )                                  # ＃ from here on
    | (?: ^ [ \t]* | [-:] ) (?P<space> [{_SPACES}] )                 # 　kind: enterprise
    """,
    re.MULTILINE | re.VERBOSE,
)


def misused(text: str, start: int, end: int) -> tuple[int, str] | None:
    """The first sign from a start to an end, not far from each other, that stands for one of YAML's.

    Returns:
        How many characters of the text stand before it, and what to write instead.
    """
    found = _MISUSED.search(text, start, end + _LOOKS_AHEAD)
    if found is None or found.lastgroup is None or found.start(found.lastgroup) > end:
        return None
    return found.start(found.lastgroup), _advice(found[found.lastgroup])


def in_name(name: str) -> str | None:
    """What to write instead of the first look-alike in the name of a field, if there is one."""
    found = _OF_ANY_KIND.search(name)
    return _advice(found[0]) if found is not None else None


def brackets(value: object) -> str:
    """A hint to append to a message where a list or fields were expected: what to write instead of 【a，b】."""
    sign = value[:1] if isinstance(value, str) else ""
    return f"; {_advice(sign)}" if sign and sign in "【［〔｛" else ""


def _advice(sign: str) -> str:
    kind, instead = next(words for signs, words in _KNOWN.items() if sign in signs)
    shown = sign if sign.isprintable() else f"U+{ord(sign):04X}"
    return f"this {kind} ({shown}) is not the one that YAML knows; write {instead}"
