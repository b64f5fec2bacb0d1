"""YAML as editors read it: by the core schema of YAML 1.2, into what a JSON Schema is about."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

_TYPES = (
    ("null", r"(?:~|null|Null|NULL)?", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?(?:\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN", "-+."),
)


class _Core(yaml.SafeLoader):
    """Days and times of day, `yes` and `no` are text, unlike in YAML 1.1."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 # PyYAML asks for it in this form


for tag, pattern, first in _TYPES:
    starts = ["" if each == "\0" else each for each in first]
    _Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), starts)


def _whole(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node))
    return int(text, 0) if text.startswith(("0x", "0o")) else int(text)


_Core.add_constructor("tag:yaml.org,2002:int", _whole)


def as_editors_read_it(text: str) -> Any:
    """The data of a document."""
    return _with_names(yaml.load(text, _Core))  # noqa: S506 # a safe loader with fewer types


def is_as_written(text: str) -> bool:
    """Whether no number is written otherwise than editors would write it, as +5, 007, 1e3 or 12.0: they cannot tell."""
    return all(str(yaml.load(each, _Core)) == each for each in _numbers(yaml.compose(text, _Core)))  # noqa: S506


def _numbers(node: yaml.Node | None) -> Iterator[str]:
    if isinstance(node, yaml.ScalarNode):
        yield from [node.value] if node.tag.endswith((":int", ":float")) else ()
    elif node is not None:
        for part in node.value:
            for each in part if isinstance(part, tuple) else (part,):
                yield from _numbers(each)


def _with_names(data: Any) -> Any:
    """The names of fields are text in JSON, whatever they look like."""
    if isinstance(data, dict):
        return {str(name): _with_names(each) for name, each in data.items()}
    return [_with_names(each) for each in data] if isinstance(data, list) else data
