"""Flow: a value as YAML writes it on one line."""

import re
from collections.abc import Mapping, Sequence

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`](?:[^:#,\[\]{}]|:(?![ ?]|$))*")
_OTHERWISE = re.compile(r"[-+.0-9_:]+|true|false|null|yes|no|on|off|~", re.IGNORECASE)
"""Text that YAML would take for something else."""


def flow(value: object) -> str:
    """A value of text, numbers, lists and names with values, on one line."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case Mapping():
            return "{" + ", ".join(f"{flow(key)}: {flow(each)}" for key, each in value.items()) + "}"
        case Sequence():
            return f"[{', '.join(map(flow, value))}]"
        case _:
            return str(value)


def _text(value: str) -> str:
    is_day = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T.*)?", value)
    is_limit = re.fullmatch(r"[+-]?[0-9]+[a-z个\u4e00-\u9fff]+", value)
    if is_day or is_limit or (_PLAIN.fullmatch(value) and value == value.strip() and not _OTHERWISE.fullmatch(value)):
        return value
    return "'" + value.replace("'", "''") + "'"
