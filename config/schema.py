"""The schema of organizations, obligations, policies and events, as they stand in files."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from config.fields import BEARER_PATTERN, Day, DayOrEach, Email, FieldName, Id, LimitField, Mobile, StepAt, Text
from config.validation import FieldError, Strict
from obligations.changes import Change
from obligations.deadlines import Roll
from obligations.festivals import Festival
from obligations.ladders import PACE_PREFIX, REPEAT_PREFIX
from obligations.limits import Limit, Unit
from obligations.organizations import Kind
from obligations.policies import SpeakingDays, Stage
from obligations.rules import Basis, Pace
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
    dates: dict[str, DayOrEach] = Field(default_factory=dict)
    posts: dict[Id, PostEntry] = Field(default_factory=dict)


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


ANCHORS: Mapping[str, str] = {
    "event": "{event: KIND, date: FIELD}",
    "organization": "{organization: DATE}",
    "holiday": "{holiday: spring_festival}",
    "task": "{task: OBLIGATION}",
    "stage": "{stage: report}",
    "roster": "{roster: matched}",
}
"""The field that tells each form of an anchor from the others, and how it is written."""
_EVENT_ONLY = ("date", "where", "count", "in_")


class AnchorEntry(Strict):
    """What sets the clock of a duty that does not recur; exactly one of its forms."""

    event: Id | None = Field(default=None, description="a kind of event; the clock starts at one of its dates")
    date: str | None = Field(default=None, description="the event's field that holds the day or moment to count from")
    where: SelectorField = Field(default_factory=dict, description="which events of that kind start it")
    count: int | None = Field(
        default=None, ge=2, le=100, description="start at the event that makes it so many within `in`; see `in`"
    )
    in_: LimitField | None = Field(default=None, alias="in", description="the span within which `count` events fall")
    organization: str | None = Field(default=None, description="one of the organization's dates, by its name")
    holiday: Annotated[list[Festival] | None, BeforeValidator(_several)] = Field(
        default=None, description="one or more public holidays; the clock is set by the first day off of each"
    )
    task: Annotated[list[Id] | None, BeforeValidator(_several)] = Field(
        default=None, description="an obligation; the clock starts when its task about the same subject is closed"
    )
    stage: Stage | None = Field(
        default=None, description="the clock starts when the ladder of another task about the subject reaches it"
    )
    roster: Literal["matched"] | None = Field(
        default=None, description="`matched`: the clock starts on the day on which `applies_to` first holds"
    )

    @model_validator(mode="after")
    def _one_form(self) -> "AnchorEntry":
        named = [form for form in ANCHORS if getattr(self, form) is not None]
        if len(named) != 1:
            forms = "; ".join(ANCHORS.values())
            raise FieldError(named[1], f"one anchor has one form: {forms}") if named else ValueError(f"write {forms}")
        extra = next((name for name in _EVENT_ONLY if getattr(self, name)), None)
        if self.event is None and extra is not None:
            raise FieldError(extra.rstrip("_"), f"goes with `event`, not with `{named[0]}`")
        return self

    @model_validator(mode="after")
    def _is_whole(self) -> "AnchorEntry":
        if self.event is None:
            return self
        if (self.count is None) != (self.in_ is None):
            field = "count" if self.in_ is None else "in"
            raise FieldError(field, "write both, as {event: accident, count: 2, in: 1y}")
        if self.date is None and self.count is None:
            raise FieldError("event", f"write the field to count from too, as {ANCHORS['event']}")
        if self.in_ is not None and (self.in_.amount < 1 or self.in_.is_exact):
            raise FieldError("in", "is a span of days or longer that counts on; write, say, 1y")
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
    pace: Pace = Pace.FREE
    by: LimitField | None = None
    anchor: AnchorEntry | None = None
    limit: LimitField | None = None
    until: FieldName | None = None
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
        if self.pace is Pace.EVEN and self.times == 1:
            raise FieldError("pace", "`even` spreads what is done several times; write `times: 4`, say, or drop it")
        if not self._goes_back_to_an_event():
            goes_with = "and so goes with `anchor: {event: …}`, or with what follows such a duty"
            if self.bearer.startswith("event."):
                raise FieldError("bearer", f"is named by an event, {goes_with}")
            if self.until is not None:
                raise FieldError("until", f"is a field of an event, {goes_with}")
        if self.by is not None and (self.by.amount > 0 or self.by.is_exact):
            raise FieldError("by", "counts back from the window's end, in days or longer; write, say, -1m")
        return self

    def _goes_back_to_an_event(self) -> bool:
        anchor = self.anchor
        return anchor is not None and (anchor.event or anchor.task or anchor.stage) is not None


_ENGINES_OWN = (REPEAT_PREFIX, PACE_PREFIX, *(f"{change.value}-" for change in Change))


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
        if value is not None and (value.startswith(_ENGINES_OWN) or value.endswith(".approval")):
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
