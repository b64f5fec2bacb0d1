"""Registered SMS templates: cloud providers take no free text, but the code of a template and its parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notifiers.channel import Message
from notifiers.one_line import one_line, shortened
from notifiers.sandbox import TemplateEnvironment


@dataclass(frozen=True, slots=True)
class SmsTemplate:
    """A template that is registered with the provider.

    Args:
        code: the provider's name for it.
        parameters: what goes into its variables, by name or in order, each a Jinja2 template that knows the
            message's `facts`.
    """

    code: str
    parameters: Mapping[str, str] | Sequence[str]


@dataclass(frozen=True, slots=True)
class Filled:
    """A template's code with the values of its variables, as the provider takes them."""

    code: str
    parameters: dict[str, str] | list[str]


class SmsTemplates:
    """Chooses a message's template and fills it in.

    Args:
        templates: by stage (`urge`), `digest` for several notices, and `default`.
        longest: characters that the provider takes in one variable; what is longer is shortened.

    Raises:
        jinja2.TemplateSyntaxError: a parameter is not a valid template.
    """

    def __init__(self, templates: Mapping[str, SmsTemplate], longest: int) -> None:
        environment = TemplateEnvironment()
        self._longest = longest
        self._templates = {
            name: (
                each.code,
                [(key, environment.from_string(text)) for key, text in _named(each.parameters)],
                isinstance(each.parameters, Mapping),
            )
            for name, each in templates.items()
        }

    def fill(self, message: Message) -> Filled:
        """The template for a message, filled in.

        Raises:
            jinja2.TemplateError: a parameter cannot be filled in.
        """
        code, parameters, by_name = self._templates[self._name_of(message)]
        values = [(key, shortened(one_line(each.render(message.facts)), self._longest)) for key, each in parameters]
        return Filled(code, dict(values) if by_name else [value for _, value in values])

    def _name_of(self, message: Message) -> str:
        if len(message.notices) > 1 and "digest" in self._templates:
            return "digest"
        return message.stage if message.stage in self._templates else "default"


def _named(parameters: Mapping[str, str] | Sequence[str]) -> list[tuple[str, str]]:
    if isinstance(parameters, Mapping):
        return list(parameters.items())
    return [(str(place), each) for place, each in enumerate(parameters, 1)]
