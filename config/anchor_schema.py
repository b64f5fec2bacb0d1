"""The schema of anchors: what sets the clock of a duty that does not recur."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from config.consistency import Consistent, rule
from config.fields import Id, LimitField
from config.validation import FieldError
from obligations.festivals import Festival
from obligations.policies import Stage

SelectorField = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "format": "conditions"})]
"""Conditions, checked by `config.selecting`; docs/configuration.md describes them."""


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


ItemT = TypeVar("ItemT", Festival, str)


def _each_once(found: list[ItemT]) -> list[ItemT]:
    """Named twice, a task would be planned twice under one id."""
    for index, each in enumerate(found):
        if each in found[:index]:
            raise ValueError(f"{(each.value if isinstance(each, Enum) else each)!r} stands twice; name each once")
    return found


_OneOrMore = Annotated[list[ItemT], Field(min_length=1), AfterValidator(_each_once)]
_SEVERAL: dict[str, Any] = {"several": True, "uniqueItems": True}

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


class AnchorEntry(Consistent):
    """What sets the clock of a duty that does not recur; exactly one of its forms."""

    event: Id | None = Field(
        default=None,
        description="a kind of event; the clock starts at one of its dates",
        examples=["accident"],
    )
    date: str | None = Field(
        default=None,
        description="the event's field that holds the day or moment to count from",
        examples=["occurred_at"],
    )
    where: SelectorField = Field(
        default_factory=dict,
        description="conditions on the event's fields: which events of that kind start it",
        examples=[{"liability": True, "deaths": {"min": 1}}],
    )
    count: int | None = Field(
        default=None, ge=2, le=100, description="start at the event that makes it so many within `in`", examples=[2]
    )
    in_: LimitField | None = Field(
        default=None,
        alias="in",
        description="the span within which `count` events fall, in days or longer",
        examples=["1y"],
        json_schema_extra={"format": "span"},
    )
    organization: str | None = Field(
        default=None,
        description="one of the organization's `dates`, by its name",
        examples=["safety_license_expires"],
    )
    holiday: Annotated[_OneOrMore[Festival] | None, BeforeValidator(_several)] = Field(
        default=None,
        description="one or more public holidays; the clock is set by the first day off of each",
        examples=["spring_festival"],
        json_schema_extra=_SEVERAL,
    )
    task: Annotated[_OneOrMore[Id] | None, BeforeValidator(_several)] = Field(
        default=None,
        description="one or more duties; the clock starts when a task of one about the same subject is closed",
        examples=["ent-09a"],
        json_schema_extra=_SEVERAL,
    )
    stage: Stage | None = Field(
        default=None,
        description="the clock starts when the ladder of another task about the subject reaches this stage",
        examples=["report"],
    )
    roster: Literal["matched"] | None = Field(
        default=None,
        description="`matched`: the clock starts on the day on which `applies_to` first holds",
        examples=["matched"],
    )

    @rule
    def _one_form(self) -> Iterator[ValueError]:
        named = [form for form in ANCHORS if getattr(self, form) is not None]
        forms = "; ".join(ANCHORS.values())
        if not named:
            yield ValueError(f"write {forms}")
        yield from (FieldError(extra, f"one anchor has one form: {forms}") for extra in named[1:2])

    @rule
    def _conditions_go_with_events(self) -> Iterator[ValueError]:
        form = next((form for form in ANCHORS if getattr(self, form) is not None), None)
        extra = next((name for name in _EVENT_ONLY if getattr(self, name)), None)
        if form not in {None, "event"} and extra is not None:
            yield FieldError(extra.rstrip("_"), f"goes with `event`, not with `{form}`")

    @rule
    def _counts_within_a_span(self) -> Iterator[ValueError]:
        if self.event is not None and (self.count is None) != (self.in_ is None):
            field = "count" if self.in_ is None else "in"
            yield FieldError(field, "write both, as {event: accident, count: 2, in: 1y}")

    @rule
    def _has_a_date(self) -> Iterator[ValueError]:
        if self.event is not None and self.date is None and self.count is None:
            yield FieldError("event", f"write the field to count from too, as {ANCHORS['event']}")

    @rule
    def _span_counts_on(self) -> Iterator[ValueError]:
        if self.event is not None and self.in_ is not None and (self.in_.amount < 1 or self.in_.is_exact):
            yield FieldError("in", "is a span of days or longer that counts on; write, say, 1y")
