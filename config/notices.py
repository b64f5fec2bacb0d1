"""Notices: the papers that say which days are worked, one file each.

    id: cn-2026
    paper: 国办发明电〔2025〕7号
    published: 2025-11-04          # the date the paper bears
    year: 2026                     # the year it arranges
    changes: 国办发明电〔2024〕1号    # only a paper that changes an earlier one
    region: 广西                    # only a regional paper, laid over the national ones
    holidays:
      - {name: 春节, off: 2026-02-15..2026-02-23, work: [2026-02-14, 2026-02-28]}

`off` and `work` take a day, a span `first..last` as the paper words it, or a list of them. Weekend days within a span
may be named or not. A later paper decides the days that it names; see `CalendarNotice.rank`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from config.fields import ID_PATTERN, Day, parse_day
from config.validation import Strict

LONGEST_SPAN = 31
"""Days; no holiday comes near it, so a longer span is a typing error."""
FIRST_YEAR, LAST_YEAR = 2004, 2099
_PAPER_NUMBER = re.compile(r"〔(20[0-9]{2})〕([0-9]{1,4})号")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of days, both ends included."""

    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        for offset in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=offset)


def parse_span(value: object) -> Span:
    """Read `2026-02-15` or `2026-02-15..2026-02-23`.

    Raises:
        ValueError: the text is neither, the span ends before it begins, or it is longer than `LONGEST_SPAN`.
    """
    if isinstance(value, Span):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is neither a day nor a span; write 2026-02-15 or 2026-02-15..2026-02-23")  # noqa: TRY004 # pydantic reports only ValueError with its place
    first, _, last = value.partition("..")
    span = Span(parse_day(first.strip()), parse_day((last or first).strip()))
    if span.last < span.first:
        raise ValueError(f"{value!r} ends before it begins")
    if (span.last - span.first).days >= LONGEST_SPAN:
        raise ValueError(f"{value!r} is longer than {LONGEST_SPAN} days")
    return span


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


_SPAN_SCHEMA = {"type": "string", "format": "days"}
Spans = Annotated[
    tuple[Annotated[Span, BeforeValidator(parse_span)], ...],
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [_SPAN_SCHEMA, {"type": "array", "items": _SPAN_SCHEMA}]}),
]


class Holiday(Strict):
    """One festival of a paper: its days off, and the weekend days worked instead."""

    name: Annotated[str, StringConstraints(min_length=1)] = Field(
        description="what the paper calls it; two that fall together are joined by 、", examples=["春节"]
    )
    off: Spans = Field(
        default=(), description="the days off: a day, a span, or a list of them", examples=["2027-02-05..2027-02-13"]
    )
    work: Spans = Field(
        default=(),
        description="the weekend days that are worked instead",
        examples=[["2027-01-31", "2027-02-20"]],
    )


class Decision(NamedTuple):
    """What a paper says of one day, and where in its file."""

    day: date
    works: bool
    holiday: int
    """The festival's place in `CalendarNotice.holidays`."""
    entry: int
    """The span's place in the festival's `work` or `off`."""

    @property
    def loc(self) -> tuple[str | int, ...]:
        """The place of the entry in the file's data."""
        return "holidays", self.holiday, "work" if self.works else "off", self.entry


class CalendarNotice(Strict):
    """One paper that says which days are off and which weekend days are worked."""

    id: Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=80)] = Field(
        description="names the notice; that of a shipped one changes the fields written here and leaves its others; "
        "a notice for another year has an id of its own",
        examples=["cn-2027"],
    )
    paper: Annotated[str, StringConstraints(min_length=1)] = Field(
        description="the paper with its number in full", examples=["国办发明电〔2026〕9号"]
    )
    published: Day | None = Field(default=None, description="the day that the paper bears", examples=["2026-11-04"])
    year: int | None = Field(
        default=None,
        ge=FIRST_YEAR,
        le=LAST_YEAR,
        description="the year that it arranges; only a regional paper may do without",
        examples=[2027],
    )
    region: str | None = Field(default=None, description="only of a regional paper: where it holds", examples=["广西"])
    changes: str | None = Field(
        default=None,
        description="only of a paper that changes an earlier one: that one's number",
        examples=["国办发明电〔2025〕7号"],
    )
    holidays: tuple[Holiday, ...] = Field(
        description="the festivals with their days off and the weekend days worked instead",
        examples=[[{"name": "元旦", "off": "2027-01-01..2027-01-03"}]],
    )

    @property
    def arranges_year(self) -> bool:
        """Whether it is the national paper that a year waits for, not one that changes it or is laid over it."""
        return self.region is None and self.changes is None

    @property
    def paper_number(self) -> tuple[int, int] | None:
        """Year and number out of `〔2025〕7号`, if the paper is numbered so."""
        found = _PAPER_NUMBER.search(self.paper)
        return (int(found[1]), int(found[2])) if found else None

    @property
    def rank(self) -> tuple[bool, date, int]:
        """The order in which papers take effect: a later one decides the days that both name.

        National papers come before regional ones; then by the day of publication, taken as 1 January of the paper's
        year where it is not known; then by number.
        """
        year, number = self.paper_number or (self.year or FIRST_YEAR, 0)
        return self.region is not None, self.published or date(year, 1, 1), number

    def decisions(self) -> Iterator[Decision]:
        """Every day that the paper names, in the order of the file."""
        for index, holiday in enumerate(self.holidays):
            for works, spans in ((False, holiday.off), (True, holiday.work)):
                for entry, span in enumerate(spans):
                    for day in span:
                        yield Decision(day, works, index, entry)
