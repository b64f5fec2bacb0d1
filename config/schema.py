"""The schema of organizations, obligations and events, as they stand in files."""

from collections.abc import Iterator
from typing import Literal

from pydantic import ConfigDict, Field, field_validator

from config.anchor_schema import AnchorEntry, SelectorField
from config.consistency import Consistent, rule
from config.fields import (
    BEARER_PATTERN,
    WECOM_PATTERN,
    AbsenceField,
    Day,
    DayOrEach,
    Email,
    FieldName,
    Flag,
    Id,
    LimitField,
    Mobile,
    QuietField,
    Text,
    Trait,
)
from config.limit_bounds import ends_later, fits_into, room_in
from config.validation import FieldError, Strict
from obligations.deadlines import Roll
from obligations.limits import Limit
from obligations.organizations import Kind
from obligations.rules import Basis, Pace
from obligations.windows import parse_every


class PostEntry(Strict):
    """A role and the person who holds it."""

    name: Text = Field(description="who holds the post", examples=["王建国"])
    email: Email | None = Field(default=None, description="where mail goes", examples=["wang@example.com"])
    mobile: Mobile | None = Field(
        default=None,
        description="where SMS go: digits alone; +86, 0086 or 86 before a number in China makes no difference",
        examples=["13800000001"],
    )
    deputy: Id | None = Field(
        default=None,
        description="the post of the same organization that is told when this one is away or cannot be reached",
        examples=["principal"],
    )
    away: AbsenceField | None = Field(
        default=None,
        description="the days on which the holder is away; somebody else of the organization is told",
        examples=[{"from": "2026-10-01", "to": "2026-10-15"}],
    )
    wecom: str | None = Field(
        default=None, pattern=WECOM_PATTERN, description="the holder's id in the city's WeCom", examples=["wangjg"]
    )
    prefers: list[Text] = Field(
        default_factory=list,
        description="channels that the holder prefers: in place of those of a step, from 督办 on beside them",
        examples=[["wecom"]],
    )
    quiet: QuietField | None = Field(
        default=None,
        description="hours in which the holder is not to be disturbed, unless it is urgent",
        examples=["12:00-14:00"],
    )


class OrganizationEntry(Strict):
    """One organization of the roster."""

    id: Id = Field(
        description="names it in other files and in the ids of tasks; never change it", examples=["ent-binhai-chem"]
    )
    kind: Kind = Field(description="what it is; duties and usual posts depend on it", examples=["enterprise"])
    name: Text = Field(description="what messages call it", examples=["滨海化工有限公司"])
    region: str | None = Field(default=None, description="its county or district, for conditions", examples=["滨海县"])
    industry: str | None = Field(
        default=None, description="any word that duties look at", examples=["hazardous_chemicals"]
    )
    headcount: int | None = Field(
        default=None, ge=0, le=10_000_000, description="how many people work there", examples=[320]
    )
    traits: list[Trait] = Field(
        default_factory=list,
        description="what else duties look at: high_risk, crowded_place, key, or any word of your own",
        examples=[["high_risk", "key"]],
    )
    regulator: Id | None = Field(
        default=None, description="the regulator of its industry, by id", examples=["reg-emergency"]
    )
    government: Id | None = Field(
        default=None,
        description="the government whose territory it is in, by id; of a government, the one above",
        examples=["gov-binhai"],
    )
    office: Id | None = Field(
        default=None, description="the safety-committee office (安委办) above it, by id", examples=["off-binhai"]
    )
    since: Day | None = Field(
        default=None,
        description="the first day on which it has duties: what is about it is neither due nor open before that day",
        examples=["2026-01-01"],
    )
    dates: dict[str, DayOrEach] = Field(
        default_factory=dict,
        description="days that duties count from, by names of your choice; a day, or one for each of several people",
        examples=[{"safety_license_expires": "2027-05-31", "certificate_expires": {"李敏": "2027-05-31"}}],
    )
    posts: dict[Id, PostEntry] = Field(
        default_factory=dict,
        description="its people by post: principal, safety_officer, duty, or a name of your choice",
        examples=[{"principal": {"name": "王建国", "email": "wang@example.com"}}],
    )


class ObligationEntry(Consistent):
    """One duty: either `every`, or `anchor` with `limit`."""

    id: Id = Field(
        description="names the duty; that of a shipped duty changes the fields written here and leaves its others",
        examples=["city-quarterly-study"],
    )
    clause: str = Field(
        default="", description="the paper and paragraph that lay it down", examples=["市安委会2026年1号文"]
    )
    basis: Basis = Field(default=Basis.LOCAL, description="where the time limit comes from", examples=["local"])
    title: Text = Field(description="what messages call it", examples=["安全生产专题研究"])
    instruction: str = Field(
        default="",
        description="what the bearer is asked to do, a sentence of the message",
        examples=["请本季度至少组织一次安全生产专题研究。"],
    )
    evidence: str = Field(default="", description="what proves that it was done", examples=["会议纪要"])
    applies_to: SelectorField = Field(
        description="conditions on organizations: each one that meets them is the subject of tasks of its own",
        examples=[{"kind": "enterprise", "headcount": {"min": 100}}],
        json_schema_extra={"format": "conditions-on-organizations"},
    )
    bearer: str = Field(
        default="self",
        pattern=BEARER_PATTERN,
        description="who must do it: the subject itself, a relation of it, or whom a field of the event names",
        examples=["self", "regulator", "government", "office", "event.investigator"],
    )
    assignee: Id | None = Field(
        default=None,
        description="the bearer's post that does it; else `safety_officer` (enterprises), `duty`, or `principal`",
        examples=["safety_officer"],
    )
    policy: Id = Field(
        default="standard", description="the ladder of notices that its tasks climb, by id", examples=["standard"]
    )
    every: str | None = Field(
        default=None,
        description="the calendar window in which it must be done; a duty has `every` or `anchor`, not both",
        examples=["quarter"],
        json_schema_extra={"format": "period"},
    )
    cycle_start: int = Field(
        default=2000,
        ge=1900,
        le=2100,
        description="the year in which a window of several years begins",
        examples=[2025],
    )
    times: int = Field(default=1, ge=1, le=366, description="how often it must be done in one window", examples=[4])
    pace: Pace = Field(
        default=Pace.FREE, description="how what is done several times spreads over the window", examples=["even"]
    )
    by: LimitField | None = Field(
        default=None,
        description="moves the due day forward from the window's end, within the window: a city's own earlier clock",
        examples=["-1m"],
        json_schema_extra={"format": "limit-back"},
    )
    anchor: AnchorEntry | None = Field(
        default=None,
        description="what sets the clock of a duty that does not recur; goes with `limit`",
        examples=[{"event": "accident", "date": "occurred_at"}],
    )
    limit: LimitField | None = Field(
        default=None,
        description="the time from the anchor to the due day; `0d` is the anchor's own day, `-3m` lies before it",
        examples=["10wd"],
    )
    until: FieldName | None = Field(
        default=None,
        description="the event's field that names the due day itself; where it names none, `limit` counts, "
        "as the city's own",
        examples=["rectify_by"],
    )
    opens: LimitField | None = Field(
        default=None,
        description="when its tasks open, counted from the anchor in days or longer",
        examples=["10m"],
        json_schema_extra={"format": "limit-in-days"},
    )
    roll: Roll = Field(
        default=Roll.NONE,
        description="where the due day goes that is not a working day; with `every` it stays in its window: no `next`",
        examples=["next"],
    )
    verify: Literal["regulator", "government", "office"] | None = Field(
        default=None,
        description="the bearer's relation that must confirm what is reported before a task is closed",
        examples=["regulator"],
    )
    enabled: Flag = Field(default=True, description="`false` switches the duty off", examples=[False])

    @field_validator("every")
    @classmethod
    def _is_a_period(cls, value: str | None) -> str | None:
        if value is not None:
            parse_every(value)
        return value

    @field_validator("opens")
    @classmethod
    def _is_in_days(cls, value: Limit | None) -> Limit | None:
        if value is not None and value.is_exact:
            raise ValueError(f"{value} is no day to open on; count in days or longer, as 10d")
        return value

    @rule
    def _recurs_or_is_anchored(self) -> Iterator[ValueError]:
        either = "write either `every` (it recurs) or `anchor` with `limit` (something starts it)"
        if self.every is None and self.anchor is None:
            yield ValueError(either)
        if self.every is not None and self.anchor is not None:
            yield FieldError("anchor", f"{either}; an empty `every:` or `anchor:` drops what a shipped duty says")

    @rule
    def _limit_goes_with_anchor(self) -> Iterator[ValueError]:
        if self.anchor is not None and self.every is None and self.limit is None:
            yield FieldError("anchor", "goes with `limit`, the time that runs from it, as `limit: 10wd`")
        if self.anchor is None and self.every is not None and self.limit is not None:
            yield FieldError("limit", "goes with `anchor`, which starts it; what recurs is due at its window's end")

    @rule
    def _fields_of_what_recurs(self) -> Iterator[ValueError]:
        if self.every is None and self.anchor is not None and self.times != 1:
            yield FieldError("times", "goes with `every`")
        if self.every is None and self.anchor is not None and self.by is not None:
            yield FieldError("by", "goes with `every`")

    @rule
    def _field_of_what_is_anchored(self) -> Iterator[ValueError]:
        if self.every is not None and self.opens is not None:
            yield FieldError("opens", "goes with `anchor`; what recurs opens with its window")

    @rule
    def _opens_before_it_is_due(self) -> Iterator[ValueError]:
        opens, limit = self.opens, self.limit
        if opens is None or limit is None or self.until is not None:
            return  # an event may name a day that is later than what the limit gives
        if ends_later(opens, limit, rolled_on=self.roll is Roll.NEXT):
            yield FieldError("opens", f"{opens} lies after the due day, which `limit: {limit}` sets; open it earlier")

    @rule
    def _stays_in_its_window(self) -> Iterator[ValueError]:
        if self.every is not None and self.roll is Roll.NEXT:
            yield FieldError("roll", "a window never rolls into the next one; write `previous`, or drop it")

    @rule
    def _pace_has_steps(self) -> Iterator[ValueError]:
        if self.pace is Pace.EVEN and self.times == 1:
            yield FieldError("pace", "`even` spreads what is done several times; write `times: 4`, say, or drop it")

    @rule
    def _fields_of_an_event(self) -> Iterator[ValueError]:
        anchor = self.anchor
        if anchor is not None and (anchor.event or anchor.task or anchor.stage) is not None:
            return
        goes_with = "and so goes with `anchor: {event: …}`, or with what follows such a duty"
        if self.bearer.startswith("event."):
            yield FieldError("bearer", f"is named by an event, {goes_with}")
        if self.until is not None:
            yield FieldError("until", f"is a field of an event, {goes_with}")

    @rule
    def _earlier_clock_counts_back(self) -> Iterator[ValueError]:
        if self.by is not None and (self.by.amount > 0 or self.by.is_exact):
            yield FieldError("by", "counts back from the window's end, in days or longer; write, say, -1m")

    @rule
    def _earlier_clock_leaves_a_day(self) -> Iterator[ValueError]:
        by = self.by
        if self.every is None or by is None or by.amount > 0 or by.is_exact:
            return
        every = parse_every(self.every)
        if not fits_into(by, every):
            room = room_in(every)
            most = f"at most -{room.days}d or -{room.working_days}wd is possible"
            yield FieldError("by", f"{by} may reach back beyond the first day of the window; {most}")


class EventEntry(Strict):
    """An event: beside these fields it has whatever its kind needs (dates, counts, yes or no, organization ids)."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: Id = Field(
        description="names the event; the ids of its tasks end in it, so never change it", examples=["acc-2026-001"]
    )
    kind: Id = Field(description="what happened: a word that some duty waits for", examples=["accident"])
    organization: Id = Field(description="whom it is about, by id", examples=["ent-binhai-chem"])
