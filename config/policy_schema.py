"""The schema of policies: ladders and their steps, as they stand in files."""

from typing import Literal

from pydantic import Field, field_validator

from config.fields import Flag, Id, LimitField, StepAt
from config.office_hours import OfficeHoursSettings
from config.validation import Strict
from obligations.changes import Change
from obligations.ladders import PACE_PREFIX, REPEAT_PREFIX
from obligations.limits import Limit, Unit
from obligations.policies import SpeakingDays, Stage

_ENGINES_OWN = (REPEAT_PREFIX, PACE_PREFIX, *(f"{change.value}-" for change in Change))


class StepEntry(Strict):
    """One rung of a ladder."""

    id: Id | None = Field(
        default=None,
        description="tells steps apart in the record; without it, what `at` says",
        examples=["first-letter"],
    )
    at: StepAt = Field(
        description="when it speaks, counted from the due day; where it may not speak then, it does when office hours "
        "last opened before, up to the due day, and when they next open, after it",
        examples=["-7wd", "start", "0d", "+5wd"],
    )
    stage: Stage = Field(description="how grave the notice is; it words the message", examples=["remind"])
    tell: list[str] = Field(
        min_length=1,
        description="who is told: assignee, a post of the bearer, a relation, or relation.post",
        examples=[["assignee", "principal"]],
    )
    channels: list[str] = Field(
        default_factory=lambda: ["email"],
        min_length=1,
        description="by which channels of duban.yaml; each of them is used",
        examples=[["sms", "email"]],
    )
    urgent: Flag = Field(default=False, description="speaks at once, on any day at any hour", examples=[True])
    approval: Literal["regulator", "government", "office"] | None = Field(
        default=None,
        description="the bearer's relation whose duty post must approve the notice before it goes",
        examples=["office"],
    )

    @field_validator("id")
    @classmethod
    def _is_not_the_engines_own(cls, value: str | None) -> str | None:
        if value is not None and (value.startswith(_ENGINES_OWN) or value.endswith(".approval")):
            raise ValueError(f"{value!r} is a name that the engine gives; choose another")
        return value


class RepeatEntry(Strict):
    """What follows the last rung, until the task is done."""

    every: LimitField = Field(
        description="how long after the last step, and then after each other",
        examples=["5wd"],
        json_schema_extra={"format": "span"},
    )
    stage: Stage = Field(description="how grave the notice is", examples=["urge"])
    tell: list[str] = Field(min_length=1, description="who is told, as in a step", examples=[["assignee", "principal"]])
    channels: list[str] = Field(
        default_factory=lambda: ["email"],
        min_length=1,
        description="by which channels of duban.yaml",
        examples=[["sms", "email"]],
    )

    @field_validator("every")
    @classmethod
    def _at_least_a_day(cls, value: Limit) -> Limit:
        if value.amount < 1 or value.unit is Unit.HOURS:
            raise ValueError(f"{value} is too often; at least 1d")
        return value


class PolicyEntry(Strict):
    """An escalation policy."""

    id: Id = Field(
        description="names the ladder; that of a shipped one changes the fields written here and leaves its others",
        examples=["standard"],
    )
    steps: list[StepEntry] = Field(
        min_length=1,
        description="the rungs, from the first reminder to the gravest notice",
        examples=[[{"at": "-7wd", "stage": "remind", "tell": ["assignee"]}]],
    )
    repeat: RepeatEntry | None = Field(
        default=None,
        description="what is said again and again after the last step, until the task is done",
        examples=[{"every": "5wd", "stage": "urge", "tell": ["assignee"]}],
    )
    days: SpeakingDays = Field(
        default=SpeakingDays.WORKING, description="the days on which it may speak", examples=["all"]
    )
    hours: OfficeHoursSettings | None = Field(
        default=None,
        description="the hours in which it may speak, where they are not the office hours of duban.yaml",
        examples=[{"from": "08:00", "to": "20:00"}],
    )
