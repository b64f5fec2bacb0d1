"""Loading templates: those shipped, each of which a file of the same name in the operator's folder replaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader, Template, TemplateError, TemplateSyntaxError

from notifiers.sandbox import TemplateEnvironment

_SHIPPED = Path(__file__).parent / "templates"


class UnusableTemplateError(ValueError):
    """A template cannot be used; the message says which and why, as `file:line: …`."""


@dataclass(frozen=True, slots=True)
class Templates:
    """The compiled templates of one language: `subject.txt`, `email.txt`, `email.html`, `sms.txt`."""

    subject: Template
    text: Template
    html: Template
    sms: Template


def load_templates(language: str, overrides: Path | None) -> Templates:
    """Compile them, once; those shipped once a process.

    Raises:
        UnusableTemplateError: one of them is not a valid template.
    """
    return _shipped(language) if overrides is None else _load([overrides, _SHIPPED / language])


@cache
def _shipped(language: str) -> Templates:
    return _load([_SHIPPED / language])


def _load(folders: Sequence[Path]) -> Templates:
    loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    plain = TemplateEnvironment(loader=loader)
    escaping = TemplateEnvironment(loader=loader, autoescape=True)
    return Templates(
        subject=_compiled(plain, "subject.txt"),
        text=_compiled(plain, "email.txt"),
        html=_compiled(escaping, "email.html"),
        sms=_compiled(plain, "sms.txt"),
    )


def _compiled(environment: TemplateEnvironment, name: str) -> Template:
    try:
        return environment.get_template(name)
    except TemplateSyntaxError as fault:
        raise UnusableTemplateError(f"{fault.filename or name}:{fault.lineno}: {fault.message}") from fault
    except (TemplateError, UnicodeDecodeError) as fault:
        raise UnusableTemplateError(f"{name}: {fault}") from fault
