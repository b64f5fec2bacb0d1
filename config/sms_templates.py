"""The schema of SMS templates that are registered with a provider."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from jinja2 import Environment, TemplateSyntaxError
from pydantic import AfterValidator, Field

from config.fields import Text
from config.validation import FieldError, Strict
from obligations.policies import Stage

_TEMPLATES = Environment(autoescape=False)  # noqa: S701 - nothing is rendered here


def _is_a_template(value: str) -> str:
    try:
        _TEMPLATES.parse(value)
    except TemplateSyntaxError as error:
        raise ValueError(f"is not a template that can be filled in: {error.message}") from error
    return value


TemplateText = Annotated[str, AfterValidator(_is_a_template)]


class NamedTemplate(Strict):
    """A template that is registered with the provider, with named variables."""

    code: Text = Field(description="the provider's name for the template", examples=["SMS_123456789"])
    parameters: dict[str, TemplateText] = Field(
        default_factory=dict,
        description="what goes into its variables; templates that know what docs/channels.md lists",
        examples=[{"name": "{{ name }}", "what": "{{ short_title }}", "due": "{{ due_day }}"}],
    )


class OrderedTemplate(Strict):
    """A template that is registered with the provider, with variables in order."""

    code: Text = Field(description="the provider's name for the template", examples=["1234567"])
    parameters: list[TemplateText] = Field(
        default_factory=list,
        description="what goes into its variables; templates that know what docs/channels.md lists",
        examples=[["{{ name }}", "{{ short_title }}", "{{ due_day }}"]],
    )


TEMPLATE_NAMES = ("default", "digest", *(stage.value for stage in Stage))
"""What a registered template is for: any message, several notices in one, or a stage."""


def template_faults(value: Mapping[str, object]) -> Iterator[ValueError]:
    """Names that are for nothing, and a `default` that is missing."""
    for name in value:
        if name not in TEMPLATE_NAMES:
            yield FieldError("templates", f"{name!r} is none of {', '.join(TEMPLATE_NAMES)}")
    if "default" not in value:
        yield FieldError("templates", "`default` is missing: the template for whatever has none of its own")
