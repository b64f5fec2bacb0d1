"""What stands in duban.yaml to be filled in for each SMS, tried with made-up facts: every fault at its own place."""

from collections.abc import Iterator, Mapping, Sequence

from jinja2 import TemplateError, TemplateSyntaxError
from jinja2.meta import find_undeclared_variables

from config.channels import AliyunSettings, ChannelSettings, HttpSmsSettings, MasSettings, TencentSettings
from config.documents import Fault, Loc, did_you_mean, read_document
from config.loader import Config
from config.sms_templates import NamedTemplate, OrderedTemplate
from daemon.sms_lengths import sample_sms
from daemon.templates import open_renderer
from notifiers.sandbox import TemplateEnvironment
from obligations.policies import Stage

Facts = Mapping[str, str]
_REQUEST: Facts = {"mobile": "13800000000", "text": "text", "name": "name", "message_id": "<sample@duban.invalid>"}
"""What the body of a request to a gateway knows."""
_ENVIRONMENT = TemplateEnvironment()


def parameter_faults(config: Config) -> list[Fault]:
    """What cannot be filled in: parameters of registered templates, bodies of requests."""
    faults = [(place, fault) for place, text, facts in _filled_in(config) if (fault := _fault(text, facts))]
    if not faults:
        return []
    path = config.directory / "duban.yaml"
    document, unreadable = read_document(path)
    if document is None:  # it has changed since it was read
        return unreadable
    return [document.fault(place, f"{_name(place)}: cannot be filled in: {fault}") for place, fault in faults]


def _filled_in(config: Config) -> Iterator[tuple[Loc, str, Sequence[Facts]]]:
    """The place of each text in the file, the text, and samples of what it is filled in with."""
    samples: dict[str, Facts] | None = None
    for name, settings in config.settings.channels.items():
        if isinstance(settings, HttpSmsSettings):
            yield ("channels", name, "body"), settings.body, [_REQUEST]
            continue
        for use, template in _templates(settings).items():
            samples = samples or _samples(config)
            facts = [samples[use]] if use in samples else list(samples.values())
            for key, text in _parameters(template):
                yield ("channels", name, "templates", use, "parameters", key), text, facts


def _templates(settings: ChannelSettings) -> Mapping[str, NamedTemplate | OrderedTemplate]:
    return settings.templates if isinstance(settings, AliyunSettings | TencentSettings | MasSettings) else {}


def _parameters(template: NamedTemplate | OrderedTemplate) -> list[tuple[str | int, str]]:
    if isinstance(template, NamedTemplate):
        return list(template.parameters.items())
    return list(enumerate(template.parameters))


def _samples(config: Config) -> dict[str, Facts]:
    """What a parameter may say, stage by stage."""
    renderer = open_renderer(config)
    return {stage.value: sample_sms(config, renderer, stage).facts for stage in Stage}


def _fault(text: str, samples: Sequence[Facts]) -> str | None:
    """Why a text cannot be filled in; None if it can."""
    try:
        template = _ENVIRONMENT.from_string(text)
        for facts in samples:
            template.render(facts)
    except TemplateSyntaxError as error:
        return error.message or "cannot be understood"
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:  # `{{ 1 // 0 }}` raises no TemplateError
        return _unknown(text, samples[0]) or str(error)
    return None


def _unknown(text: str, facts: Facts) -> str | None:
    names = sorted(find_undeclared_variables(_ENVIRONMENT.parse(text)) - facts.keys())
    return "; ".join(f"there is no field {name!r}{did_you_mean(name, facts)}" for name in names) or None


def _name(place: Loc) -> str:
    """What a message calls it: the field, or which item of the parameters."""
    *_, field, last = place
    return f"{field}, item {last + 1}" if isinstance(last, int) else last
