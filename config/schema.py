"""The schema of organizations, obligations, policies and events, as they stand in files."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from config.fields import BEARER_PATTERN, Day, Email, Id, LimitField, Mobile, StepAt, Text
from config.validation import FieldError, Strict
from obligations.deadlines import Roll
from obligations.limits import Limit, Unit
from obligations.organizations import Kind
from obligations.policies import SpeakingDays, Stage
from obligations.rules import Basis
from obligations.windows import parse_every

SelectorField = Annotated[dict[str, Any], Field(description="conditions; see docs/configuration")]


class PostEntry(Strict):
    """A role and the person who holds it."""

    name: Text
    email: Email | None = None
    mobile: Mobile | None = None
    deputy: Id | None = None


class OrganizationEntry(Strict):
    """One organization of the roster."""

    id: Id
    kind: Kind
    name: Text
    region: str | None = None
    industry: str | None = None
    headcount: int | None = Field(default=None, ge=0)
    traits: list[Text] = Field(default_factory=list)
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
                raise FieldError("organization", "write either {organization: DATE} or {event: KIND, date: FIELD}")
        elif not (self.event and self.date):
            raise ValueError("write {event: KIND, date: FIELD} or {organization: DATE}")
        return self


class ObligationEntry(Strict):
    """One duty: either `every`, or `anchor` with `limit`."""

    id: Id
    clause: str = ""
    basis: Basis = Basis.LOCAL
    title: Text
    instruction: str = ""
    evidence: str = ""
    applies_to: SelectorField
    bearer: str = Field(default="self", pattern=BEARER_PATTERN)
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
        either = "write either `every` (it recurs) or `anchor` with `limit` (something starts it)"
        if self.every is None and self.anchor is None:
            raise ValueError(either)
        if self.every is not None and self.anchor is not None:
            raise FieldError("anchor", f"{either}; an empty `every:` or `anchor:` drops what a shipped duty says")
        if self.anchor is not None and self.limit is None:
            raise FieldError("anchor", "goes with `limit`, the time that runs from it, as `limit: 10wd`")
        if self.anchor is None and self.limit is not None:
            raise FieldError("limit", "goes with `anchor`, which starts it; what recurs is due at its window's end")
        return self

    @model_validator(mode="after")
    def _fields_fit_its_clock(self) -> "ObligationEntry":
        if self.every is None:
            wrong = "by" if self.by is not None else "times" if self.times != 1 else None
            if wrong:
                raise FieldError(wrong, "goes with `every`")
        elif self.opens is not None:
            raise FieldError("opens", "goes with `anchor`; what recurs opens with its window")
        if self.bearer.startswith("event.") and (self.anchor is None or self.anchor.event is None):
            raise FieldError("bearer", "is named by an event, and so goes with `anchor: {event: …}`")
        if self.by is not None and (self.by.amount > 0 or self.by.is_exact):
            raise FieldError("by", "counts back from the window's end, in days or longer; write, say, -1m")
        return self


class StepEntry(Strict):
    """One rung of a ladder."""

    id: Id | None = Field(default=None, description="tells steps apart in the record; by default, what `at` says")
    at: StepAt
    stage: Stage
    tell: list[str] = Field(min_length=1)
    channels: list[str] = Field(default_factory=lambda: ["email"], min_length=1)
    urgent: bool = False
    approval: Literal["regulator", "government", "office"] | None = None

    @field_validator("id")
    @classmethod
    def _is_not_the_engines_own(cls, value: str | None) -> str | None:
        if value is not None and (value.startswith(("repeat-", "moved-")) or value.endswith(".approval")):
            raise ValueError(f"{value!r} is a name that the engine gives; choose another")
        return value


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
