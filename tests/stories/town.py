"""A tiny town under the shipped catalogue: one enterprise and the three who see to it, each post one person."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from config.loader import Config, load
from obligations.events import Event
from obligations.organizations import Post
from obligations.policies import Policy
from obligations.selectors import Value

FILES = {
    "duban.yaml": """\
start: 2026-01-01
catalogues: [work-safety]
channels:
  email: {kind: memory}
  sms: {kind: memory, address: mobile}
""",
    "organizations/town.yaml": """\
- id: gov
  kind: government
  name: 滨海县人民政府
  posts:
    principal: {name: 郑卫东, email: zheng@example.com}
    duty: {name: 吴敏, email: wu@example.com}
- id: off
  kind: office
  name: 滨海县安委办
  government: gov
  posts:
    principal: {name: 沈玉洁, email: shen@example.com}
    duty: {name: 冯远, email: feng@example.com}
- id: reg
  kind: regulator
  name: 滨海县应急管理局
  government: gov
  office: off
  posts:
    principal: {name: 苗立华, email: miao@example.com}
    duty: {name: 褚平, email: chu@example.com}
- id: ent
  kind: enterprise
  name: 滨海化工有限公司
  industry: hazardous_chemicals
  headcount: 320
  traits: [high_risk]
  regulator: reg
  government: gov
  office: off
  posts:
    principal: {name: 王建国, email: wang@example.com}
    safety_officer: {name: 李敏, email: li@example.com}
""",
}


@cache
def _whole() -> Config:
    with TemporaryDirectory() as directory:
        for name, text in FILES.items():
            path = Path(directory) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return load(Path(directory))


def version_after(config: Config, edit: object) -> str:
    """The version of a config once it was edited: short and without spaces, as that of files."""
    return sha256(f"{config.version} {edit}".encode()).hexdigest()[:12]


def town(*duties: str) -> Config:
    """The town under some duties of the shipped catalogue, so that a year passes in a moment."""
    config = _whole()
    chosen = {key: config.obligations[key] for key in duties}
    return replace(config, obligations=chosen, version=version_after(config, duties))


def from_day(config: Config, start: str) -> Config:
    """The same town in which nothing due before a day is raised."""
    settings = config.settings.model_copy(update={"start": date.fromisoformat(start)})
    return replace(config, settings=settings, version=version_after(config, f"from {start}"))


def with_duty(config: Config, duty: str, **changes: Any) -> Config:
    """The same town with one duty changed, as an entry of the city's own would."""
    changed = replace(config.obligations[duty], **changes)
    return replace(
        config,
        obligations={**config.obligations, duty: changed},
        version=version_after(config, f"{duty}: {changes}"),
    )


def with_ladder(config: Config, ladder: Policy) -> Config:
    """The same town under another ladder of that name."""
    edited = {**config.policies, ladder.id: ladder}
    return replace(config, policies=edited, version=version_after(config, ladder))


def with_events(config: Config, *events: Event) -> Config:
    """The same town with these events, and no others, in its files."""
    return replace(config, events={each.id: each for each in events}, version=version_after(config, events))


def happened(key: str, kind: str, **fields: Value) -> Event:
    """An event at the enterprise, as it stands in a file."""
    return Event(key, kind, "ent", fields, datetime(2026, 1, 1, tzinfo=UTC))


def with_enterprise(config: Config, **changes: Any) -> Config:
    """The same town with another row for the enterprise in its roster."""
    enterprise = config.organizations["ent"]._replace(**changes)
    return replace(
        config,
        organizations={**config.organizations, "ent": enterprise},
        version=version_after(config, f"ent: {changes}"),
    )


def posts_of(config: Config, *but: str) -> Mapping[str, Post]:
    """The enterprise's posts without some."""
    return {name: post for name, post in config.organizations["ent"].posts.items() if name not in but}
