"""Loading templates: those shipped, which files in the operator's folder replace, for all messages or for one stage."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader, Template, TemplateError, TemplateSyntaxError

from notifiers.sandbox import TemplateEnvironment
from obligations.policies import Stage

NAMES = ("subject.txt", "email.txt", "email.html", "sms.txt")
"""The templates of a language. `supervise.sms.txt` replaces `sms.txt` where the gravest notice is of that stage."""
FILE_NAMES = frozenset({*NAMES, *(f"{stage.value}.{name}" for stage in Stage for name in NAMES)})
_SHIPPED = Path(__file__).parent / "templates"
_LEFT_BEHIND = (".", "#", "~$"), (".bak", ".orig", ".rej", ".swp", "~")
"""How the names of files begin or end that editors leave behind."""


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """What is wrong in a template's file, and where; the line is the first where the whole file is meant."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """In the form of all faults; where in the line is not known."""
        return f"{self.path}:{self.line}:1: {self.message}"


class UnusableTemplateError(ValueError):
    """Templates cannot be used; the message says which and why, a line each. No file need be at fault."""

    def __init__(self, message: str, faults: tuple[TemplateFault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Templates:
    """The compiled templates of one language by the names of their files, and what is wrong with the operator's."""

    found: Mapping[str, Template]
    faults: tuple[TemplateFault, ...] = ()

    def of(self, name: str, stage: Stage | None) -> Template:
        """The template of that name; the stage's own, if there is one."""
        own = self.found.get(f"{stage.value}.{name}") if stage is not None else None
        return own or self.found[name]


def load_templates(language: str, overrides: Path | None) -> Templates:
    """Compile them, once; those shipped once a process. One that cannot be compiled stays out, with its fault."""
    shipped = _shipped(language)
    return shipped if overrides is None else _overridden(shipped, language, overrides)


@cache
def _shipped(language: str) -> Templates:
    compiler = _Compiler([_SHIPPED / language])
    return Templates({name: compiler.compile(name) for name in NAMES})


def _overridden(shipped: Templates, language: str, folder: Path) -> Templates:
    compiler = _Compiler([folder, _SHIPPED / language])
    found, faults = dict(shipped.found), []
    for path in _files(folder):
        if path.name not in FILE_NAMES and not _is_part(path):
            faults.append(TemplateFault(str(path), 1, f"is not read{_did_you_mean(path.name)}"))
            continue
        try:
            template = compiler.compile(path.name)
        except (TemplateError, UnicodeDecodeError) as error:
            faults.append(_fault(error, path))
        else:
            found |= {} if _is_part(path) else {path.name: template}
    return Templates(found, tuple(faults))


def _files(folder: Path) -> Iterator[Path]:
    begin, end = _LEFT_BEHIND
    return (
        each for each in sorted(folder.iterdir()) if not each.name.startswith(begin) and not each.name.endswith(end)
    )


def _is_part(path: Path) -> bool:
    """Whether the file is one that others include."""
    return path.name.startswith("_") and path.is_file()


def _did_you_mean(name: str) -> str:
    near = difflib.get_close_matches(name.casefold(), sorted(FILE_NAMES), n=1, cutoff=0.7)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known: {', '.join(NAMES)}, each with a stage before it too (supervise.sms.txt), and parts (_name.html)"


def _fault(error: Exception, path: Path) -> TemplateFault:
    if isinstance(error, TemplateSyntaxError):
        return TemplateFault(error.filename or str(path), error.lineno, error.message or "cannot be understood")
    if isinstance(error, UnicodeDecodeError):
        line = error.object.count(b"\n", 0, error.start) + 1
        return TemplateFault(str(path), line, "is not UTF-8; save it in that encoding")
    return TemplateFault(str(path), 1, str(error))


class _Compiler:
    """Compiles the templates of some folders, the first of which comes first; in HTML, fields are escaped."""

    def __init__(self, folders: list[Path]) -> None:
        loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
        self._plain = TemplateEnvironment(loader=loader)
        self._escaping = TemplateEnvironment(loader=loader, autoescape=True)

    def compile(self, name: str) -> Template:
        return (self._escaping if name.endswith(".html") else self._plain).get_template(name)
