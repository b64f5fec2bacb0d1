"""Rehearsal: an operator's templates are tried on every kind of message before they come into force.

A template that fails does so here, where the old ones are still in force, and not before a deadline. Nor may one keep
the daemon busy: what it does is counted while it is tried, so that the rendering of real messages need not count.
"""

import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path
from types import FrameType
from typing import Any

from jinja2 import Template, TemplateError, TemplateNotFound

from notifiers.languages import LANGUAGES
from notifiers.loading import NAMES, TemplateFault, Templates
from notifiers.one_line import one_line
from notifiers.presenting import gravest_first, present_all, speaking_stage
from notifiers.sample import SAMPLE_NOW, sample_digest, sample_notice, sample_reader, sample_rich_notice
from notifiers.views import NoticeView
from obligations.changes import Change
from obligations.policies import Stage

MOST_LINES = 50_000
"""Statements that a template may execute for one message; the longest of ours needs some 3,000."""
MOST_TEXT = 1_000_000
"""Characters that it may write, or hold in one text meanwhile."""
_LOOKS = 4
"""After how many steps texts are measured; a step at most doubles or so what there is."""
_DIGEST = 30

_FAILURES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError,
             MemoryError)  # fmt: skip
"""What an expression in a template can raise."""


class _TooMuchError(RuntimeError):
    """A template does or writes too much."""


def rehearse(templates: Templates, language: str, folder: Path) -> tuple[TemplateFault, ...]:
    """Render every sample with each template of the folder; the first fault of each."""
    faults: dict[Template, TemplateFault] = {}
    for views in _samples(language):
        facts = present_all(views, sample_reader(language), LANGUAGES[language], SAMPLE_NOW)
        for template in _chosen(templates, views[0], folder):
            fault = None if template in faults else _try(template, facts | {"headline": views[0].title}, folder)
            if fault is not None:
                faults[template] = fault
    return tuple(dict.fromkeys(faults.values()))


def _chosen(templates: Templates, gravest: NoticeView, folder: Path) -> list[Template]:
    """The operator's among the templates of a message."""
    chosen = (templates.of(name, speaking_stage(gravest)) for name in NAMES)
    return [each for each in chosen if _is_within(each.filename, folder)]


def _is_within(filename: str | None, folder: Path) -> bool:
    return filename is not None and Path(filename).parent == folder


def _samples(language: str) -> Iterator[Sequence[NoticeView]]:
    """Each stage with every change, as one's own and as another's; requests for approval; digests."""
    for stage, own in product(Stage, (True, False)):
        for change in (None, *Change):
            yield [sample_notice(language, stage, change=change, own=own)]
        yield [replace(sample_rich_notice(language, stage), own=own)]
        yield [replace(sample_notice(language, stage, own=own), approval=True)]
        yield _digest(language, stage, own=own)
    yield [sample_notice(language, Stage.REMIND, change=Change.WITHDRAWN)] * 2
    yield [
        replace(sample_notice(language, Stage.REMIND), instruction="", clause="", basis="", derivation=(), contact="")
    ]


def _digest(language: str, stage: Stage, *, own: bool) -> list[NoticeView]:
    plain = sample_digest(language, stage, _DIGEST, own=own)
    others = [sample_notice(language, stage, change=change, own=not own) for change in Change]
    return sorted([*plain[: -len(others)], *others], key=gravest_first)


def _try(template: Template, facts: dict[str, Any], folder: Path) -> TemplateFault | None:
    try:
        with _counting():
            _render(template, facts)
    except (*_FAILURES, _TooMuchError) as error:
        return _fault(template, error, folder)
    return None


def _render(template: Template, facts: dict[str, Any]) -> None:
    parts, written = template.generate(facts), 0
    assert isinstance(parts, Generator)  # noqa: S101 - jinja2 calls it an iterator only
    for part in parts:
        written += len(part)
        if written > MOST_TEXT:  # raised where the template is, so that the fault has its line
            parts.throw(_TooMuchError(f"writes more than {MOST_TEXT:,} characters for one message"))


class _Count:
    """Counts the statements of templates while they run and measures their texts: a trace function (`sys.settrace`)."""

    def __init__(self) -> None:
        self.lines = 0
        self._buffers: dict[int, tuple[int, int]] = {}
        """How many parts of a text that is being put together were seen already, and their length."""

    def __call__(self, frame: FrameType, event: str, _: object) -> "_Count | None":
        if event == "call":
            return self if "__jinja_template__" in frame.f_globals else None
        self.lines += 1
        if self.lines > MOST_LINES:
            raise _TooMuchError(f"takes more than {MOST_LINES:,} steps for one message; loop over less")
        if self.lines % _LOOKS == 0 and any(self._length(value) > MOST_TEXT for value in frame.f_locals.values()):
            raise _TooMuchError(f"holds a text of more than {MOST_TEXT:,} characters; build it from less")
        return self

    def _length(self, value: object) -> int:
        """Of a text, or of a list of parts of one, to which each step may have added some."""
        if isinstance(value, str):
            return len(value)
        if type(value) is not list:
            return 0
        seen, length = self._buffers.get(id(value), (0, 0))
        if seen > len(value):  # another list in the place of one that is gone
            seen, length = 0, 0
        length += sum(len(part) for part in value[seen:] if isinstance(part, str))
        self._buffers[id(value)] = len(value), length
        return length


@contextmanager
def _counting() -> Iterator[None]:
    """Count within; whoever traced before goes on afterwards."""
    former = sys.gettrace()
    sys.settrace(_Count())
    try:
        yield
    finally:
        sys.settrace(former)


def _fault(template: Template, error: Exception, folder: Path) -> TemplateFault:
    """The place in the operator's files at which rendering stopped: jinja2 rewrites the traceback to say it."""
    found = TemplateFault(template.filename or "", 1, one_line(_message(error)))
    trace = error.__traceback__
    while trace is not None:
        if _is_within(trace.tb_frame.f_code.co_filename, folder):
            found = replace(found, path=trace.tb_frame.f_code.co_filename, line=trace.tb_lineno)
        trace = trace.tb_next
    return found


def _message(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"includes {error.name!r}, and there is no such file"
    return str(error) or type(error).__name__
