"""The environments in which templates run, ours and the operator's: plain values in, text out, nothing else."""

import difflib
import json
from collections.abc import Iterable
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, Undefined, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.filters import do_replace, do_tojson, sync_do_join
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

_INFLATING_FILTERS = ("batch", "center", "format", "indent", "slice", "wordwrap")
_LONGEST_TEXT = 100_000
_SORTED = json.JSONEncoder(sort_keys=True)
_WIDEST_INDENT = 8


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox without methods, functions or ways to make much text of little.

    Jinja2's own sandbox lets a template call any method of a string and write `'a' * 9e8`.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, *, loader: BaseLoader | None = None, autoescape: bool = False) -> None:
        super().__init__(
            loader=loader,
            autoescape=autoescape,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.globals.clear()
        for name in _INFLATING_FILTERS:
            del self.filters[name]
        self.policies["json.dumps_function"] = _json
        self.filters |= {"replace": _replace, "join": _join, "tojson": _tojson}

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 — jinja2's signature
        """`notice.title` is an item of a dict; only a loop has attributes."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        return self._missing(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 — jinja2's signature
        """Never falls back to attributes."""
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return self._missing(obj, argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Products and remainders of ordinary numbers only."""
        if operator == "**" or not all(isinstance(each, int) and abs(each) < 10**9 for each in (left, right)):
            raise SecurityError(f"a template may not compute {operator!r} of these")
        return super().call_binop(context, operator, left, right)

    def _missing(self, obj: object, argument: object) -> Undefined:
        near = difflib.get_close_matches(str(argument), obj, n=1) if type(obj) is dict else []
        hint = f"there is no field {argument!r}; did you mean {near[0]!r}?" if near else None
        return self.undefined(hint, obj=obj, name=str(argument))


@pass_eval_context
def _replace(context: EvalContext, text: str, old: str, new: str, count: int | None = None) -> str:
    """As jinja2's, within bounds: without them it makes a text of gigabytes of three short ones."""
    plain = str(text)
    _bound(len(plain) + plain.count(str(old)) * len(str(new)))
    return do_replace(context, text, old, new, count)


@pass_eval_context
def _join(context: EvalContext, values: Iterable[Any], between: str = "", attribute: str | int | None = None) -> str:
    """As jinja2's, within bounds."""
    found = list(values)
    _bound(len(found) * len(str(between)))
    return sync_do_join(context, found, between, attribute)


@pass_eval_context
def _tojson(context: EvalContext, value: object, indent: int | None = None) -> Markup:
    """As jinja2's, within bounds."""
    if indent is not None and not (isinstance(indent, int) and 0 <= indent <= _WIDEST_INDENT):
        raise SecurityError(f"a template may not indent JSON by more than {_WIDEST_INDENT}")
    return do_tojson(context, value, indent)


def _json(value: object, *, sort_keys: bool, indent: int | None = None) -> str:
    """As `json.dumps`, which makes an encoder each time."""
    return _SORTED.encode(value) if indent is None else json.dumps(value, sort_keys=sort_keys, indent=indent)


def _bound(length: int) -> None:
    if length > _LONGEST_TEXT:
        raise SecurityError("a template may not make so much text of so little")
