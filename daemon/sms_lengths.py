"""How long the SMS of each channel are: free text with its segments, the variables of registered templates."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.channels import HttpSmsSettings, MasSettings
from config.loader import Config
from daemon.channels import sms_templates
from daemon.templates import open_renderer
from notifiers.channel import Message
from notifiers.rendering import Renderer
from notifiers.sample import SAMPLE_NOW, sample_notice, sample_reader
from notifiers.segments import length, segments
from notifiers.sms_templates import SmsTemplates
from obligations.policies import Stage


@dataclass(frozen=True, slots=True)
class SmsLength:
    """What one channel sends at one stage, with made-up facts."""

    channel: str
    stage: Stage
    text: str
    """With the signature; of a registered template its code and variables."""
    characters: int
    segments: int | None
    """None for registered templates, whose fixed text the provider has."""


def sms_lengths(config: Config) -> Iterator[SmsLength]:
    """Every channel that sends SMS, stage by stage."""
    renderer = open_renderer(config)
    for name, settings in config.settings.channels.items():
        if (templates := sms_templates(settings)) is not None:
            yield from _by_template(config, name, templates, renderer)
        elif isinstance(settings, MasSettings | HttpSmsSettings):
            yield from _free(config, name, settings.signature, renderer)


def _by_template(config: Config, name: str, templates: SmsTemplates, renderer: Renderer) -> Iterator[SmsLength]:
    for stage in Stage:
        filled = templates.fill(sample_sms(config, renderer, stage))
        named = filled.parameters
        values = [f"{key}={value}" for key, value in named.items()] if isinstance(named, dict) else named
        longest = max((length(each) for each in (named.values() if isinstance(named, dict) else named)), default=0)
        yield SmsLength(name, stage, f"{filled.code}: {', '.join(values)}", longest, None)


def _free(config: Config, name: str, signature: str, renderer: Renderer) -> Iterator[SmsLength]:
    for stage in Stage:
        text = sample_sms(config, renderer, stage).text
        whole = f"【{signature}】{text}" if signature else text
        yield SmsLength(name, stage, whole, length(whole), segments(whole))


def sample_sms(config: Config, renderer: Renderer, stage: Stage) -> Message:
    """An SMS of one notice at a stage, with made-up facts."""
    language = config.settings.language
    content = renderer.render_sms([sample_notice(language, stage)], sample_reader(language), SAMPLE_NOW)
    return Message("<sample@duban.invalid>", "13800000000", "", "", content.text, None, ("sample",), None, SAMPLE_NOW,
                   stage=content.stage, facts=content.facts)  # fmt: skip
