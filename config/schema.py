"""The schema of organizations, obligations, policies and events, as they stand in files."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from config.fields import ID_PATTERN, Day, LimitField, StepAt
from config.validation import Strict
from obligations.deadlines import Roll
from obligations.limits import Limit, Unit
from obligations.organizations import Kind
from obligations.policies import SpeakingDays, Stage
from obligations.rules import Basis
from obligations.windows import parse_every

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=80)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$", max_length=254)]
Mobile = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{6,15}$")]
SelectorField = Annotated[dict[str, Any], Field(description="conditions; see docs/configuration")]


class PostEntry(Strict):
    """A role and the person who holds it."""

    name: str
    email: Email | None = None
    mobile: Mobile | None = None
    deputy: Id | None = None


class OrganizationEntry(Strict):
    """One organization of the roster."""

    id: Id
    kind: Kind
    name: str
    region: str | None = None
    industry: str | None = None
    headcount: int | None = Field(default=None, ge=0)
    traits: list[str] = Field(default_factory=list)
    regulator: Id | None = None
    government: Id | None = None
    office: Id | None = None
    since: Day | None = None
    dates: dict[str, Day] = Field(default_factory=dict)
    posts: dict[Id, PostEntry] = Field(default_factory=dict)


class AnchorEntry(Strict):
    """What sets the clock of a duty that does not recur."""

    event: Id | None = None
    date: str | None = None
    where: SelectorField = Field(default_factory=dict)
    organization: str | None = Field(default=None, description="the name of one of the organization's dates")

    @model_validator(mode="after")
    def _one_form(self) -> "AnchorEntry":
        if self.organization is not None:
            if self.event or self.date or self.where:
                raise ValueError("write either {organization: DATE} or {event: KIND, date: FIELD}")
        elif not (self.event and self.date):
            raise ValueError("write {event: KIND, date: FIELD} or {organization: DATE}")
        return self


class ObligationEntry(Strict):
    """One duty: either `every`, or `anchor` with `limit`."""

    id: Id
    clause: str = ""
    basis: Basis = Basis.LOCAL
    title: str
    instruction: str = ""
    evidence: str = ""
    applies_to: SelectorField
    bearer: str = Field(default="self", pattern=r"^(self|regulator|government|office|event\.[a-z_]+)$")
    assignee: Id | None = None
    policy: Id = "standard"
    every: str | None = None
    cycle_start: int = Field(default=2000, ge=1900, le=2100)
    times: int = Field(default=1, ge=1, le=366)
    by: LimitField | None = None
    anchor: AnchorEntry | None = None
    limit: LimitField | None = None
    opens: LimitField | None = None
    roll: Roll = Roll.NONE
    verify: Literal["regulator", "government", "office"] | None = None
    enabled: bool = True

    @field_validator("every")
    @classmethod
    def _is_a_period(cls, value: str | None) -> str | None:
        if value is not None:
            parse_every(value)
        return value

    @model_validator(mode="after")
    def _recurs_or_is_anchored(self) -> "ObligationEntry":
        if (self.every is None) == (self.anchor is None):
            raise ValueError("write either `every` (it recurs) or `anchor` with `limit` (something starts it)")
        if (self.anchor is None) != (self.limit is None):
            raise ValueError("`anchor` and `limit` go together")
        if self.every is None and (self.by is not None or self.times != 1):
            raise ValueError("`by` and `times` go with `every`")
        if self.every is not None and (self.opens is not None or self.bearer.startswith("event.")):
            raise ValueError("`opens` and a bearer from the event go with `anchor`")
        if self.by is not None and (self.by.amount > 0 or self.by.is_exact):
            raise ValueError("`by` counts back from the window's end, in days or longer; write, say, -1m")
        return self


class StepEntry(Strict):
    """One rung of a ladder."""

    id: Id | None = None
    at: StepAt
    stage: Stage
    tell: list[str] = Field(min_length=1)
    channels: list[str] = Field(default_factory=lambda: ["email"], min_length=1)
    urgent: bool = False
    approval: Literal["regulator", "government", "office"] | None = None


class RepeatEntry(Strict):
    """What follows the last rung, until the task is done."""

    every: LimitField
    stage: Stage
    tell: list[str] = Field(min_length=1)
    channels: list[str] = Field(default_factory=lambda: ["email"], min_length=1)

    @field_validator("every")
    @classmethod
    def _at_least_a_day(cls, value: Limit) -> Limit:
        if value.amount < 1 or value.unit is Unit.HOURS:
            raise ValueError(f"{value} is too often; at least 1d")
        return value


class PolicyEntry(Strict):
    """An escalation policy."""

    id: Id
    steps: list[StepEntry] = Field(min_length=1)
    repeat: RepeatEntry | None = None
    days: SpeakingDays = SpeakingDays.WORKING


class EventEntry(Strict):
    """An event: beside these fields it has whatever its kind needs (dates, counts, yes or no, organization ids)."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: Id
    kind: Id
    organization: Id
