"""The templates of a config directory: what renders messages with them, and what is wrong with them."""

from collections.abc import Sequence
from pathlib import Path

from config.documents import Fault
from config.loader import Config
from daemon.errors import UserError
from notifiers.rendering import Renderer, UnusableTemplateError


class TemplatesError(UserError):
    """Templates of the config directory fail."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("the templates have faults")
        self.faults = tuple(faults)

    def lines(self) -> list[str]:
        """The faults, a line each."""
        return [str(fault) for fault in self.faults]


def open_renderer(config: Config, language: str | None = None) -> Renderer:
    """What puts messages into words; in the configured language, if no other is asked for.

    Raises:
        TemplatesError: a template of the config directory fails.
    """
    return _open(config.directory, language or config.settings.language)


def template_faults(directory: Path, language: str) -> tuple[Fault, ...]:
    """What is wrong with the templates of a config directory."""
    try:
        _open(directory, language)
    except TemplatesError as error:
        return error.faults
    return ()


def template_files(directory: Path) -> list[Path]:
    """The files that make up the templates of a config directory, those that others include from below it too."""
    return sorted((directory / "templates").rglob("*"))


def _open(directory: Path, language: str) -> Renderer:
    folder = directory / "templates"
    try:
        return Renderer(language, folder if folder.is_dir() else None)
    except UnusableTemplateError as error:
        raise TemplatesError([Fault(each.path, each.line, 1, each.message) for each in error.faults]) from error
