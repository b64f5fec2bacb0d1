"""Faults of calendar notices that the schema cannot see: what a paper says against the calendar and other papers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from config.documents import Fault, Loc, Mapping, own_fault_at
from config.notice_completeness import wanting
from config.notices import CalendarNotice, Decision

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_Found = Iterator[tuple[Loc, str]]


@dataclass(frozen=True, slots=True)
class PlacedNotice:
    """A notice with the data it was read from, which knows where everything stands."""

    notice: CalendarNotice
    data: Mapping

    def fault(self, loc: Loc, message: str) -> Fault:
        """A fault at `loc` of its file; never of a shipped one that it overrides."""
        return own_fault_at(self.data, loc, message, self.data.mark)


def check_notice(placed: PlacedNotice) -> list[Fault]:
    """Every fault of one notice by itself."""
    notice = placed.notice
    checks = (_number, _year, _empty, _outside_year, _weekday_work, _contradictions, _names, _change_without_date)
    found = [each for check in checks for each in check(notice)]
    return [placed.fault(loc, message) for loc, message in found or wanting(notice)]


def check_together(notices: Sequence[PlacedNotice]) -> list[Fault]:
    """Every fault of notices among each other: the same paper or year twice, a change of what is not there."""
    return [*_twice(notices), *_changes(notices)]


def _number(notice: CalendarNotice) -> _Found:
    if notice.region is None and notice.paper_number is None:
        yield ("paper",), f"paper: {notice.paper!r} has no number; write it in full, as 国办发明电〔2025〕7号"


def _year(notice: CalendarNotice) -> _Found:
    if notice.year is None:
        if notice.region is None:
            yield (), "the field 'year' is missing"
        return
    issued = notice.paper_number[0] if notice.paper_number else None
    if issued is not None and issued not in {notice.year - 1, notice.year}:
        yield ("year",), f"year: a paper of {issued} does not arrange {notice.year}"
    if issued is not None and notice.published is not None and notice.published.year != issued:
        yield ("published",), f"published: a paper of {issued} was not published on {notice.published}"


def _empty(notice: CalendarNotice) -> _Found:
    if not notice.holidays:
        yield ("holidays",), "holidays: expected at least one, as {name: 元旦, off: 2027-01-01..2027-01-03}"
    for index, holiday in enumerate(notice.holidays):
        if not holiday.off and not holiday.work:
            yield ("holidays", index), f"{holiday.name} has no days; write `off`, `work` or both"


def _outside_year(notice: CalendarNotice) -> _Found:
    """A festival may reach into the December before or the January after, if it has a day off in the year itself."""
    if notice.year is None:
        return
    named = list(notice.decisions())
    if named and all(each.day.year != notice.year for each in named):
        yield ("year",), f"year: none of the days lies in {notice.year}"
        return
    anchored = {each.holiday for each in named if each.day.year == notice.year and not each.works}
    for each in _first_of_entry(each for each in named if each.day.year != notice.year):
        if each.holiday not in anchored or not _adjoins(each.day, notice.year):
            yield each.loc, f"{each.day} lies outside {notice.year}"


def _adjoins(day: date, year: int) -> bool:
    return (day.year, day.month) in {(year - 1, 12), (year + 1, 1)}


def _weekday_work(notice: CalendarNotice) -> _Found:
    """Only a paper that changes another can make a weekday worked again."""
    off = {each.day for each in notice.decisions() if not each.works}
    for each in notice.decisions():
        if each.works and each.day.weekday() < 5 and notice.changes is None and each.day not in off:
            weekday = _WEEKDAYS[each.day.weekday()]
            yield each.loc, f"{each.day} is a {weekday}, worked anyway; a make-up day is a Saturday or Sunday"


def _contradictions(notice: CalendarNotice) -> _Found:
    seen: dict[date, Decision] = {}
    clashes: list[tuple[Decision, Decision]] = []
    for each in notice.decisions():
        earlier = seen.setdefault(each.day, each)
        if earlier is not each:
            clashes.append((each, earlier))
    for each in _first_of_entry(late for late, _ in clashes):
        earlier = seen[each.day]
        name = notice.holidays[earlier.holiday].name
        if earlier.works != each.works:
            yield each.loc, f"{each.day} is both off and worked ({name})"
        else:
            yield each.loc, f"{each.day} is named twice; first under {name}"


def _names(notice: CalendarNotice) -> _Found:
    names = [holiday.name for holiday in notice.holidays]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield ("holidays", index, "name"), f"name: {name!r} is listed twice; put its days together"


def _change_without_date(notice: CalendarNotice) -> _Found:
    if notice.changes is not None and notice.published is None:
        yield ("changes",), "changes: say when the paper was published, so that it comes after the one it changes"


def _first_of_entry(decisions: Iterable[Decision]) -> list[Decision]:
    """One decision an entry, so that a wrong span is one fault rather than one a day."""
    first: dict[Loc, Decision] = {}
    for each in decisions:
        first.setdefault(each.loc, each)
    return list(first.values())


def _twice(notices: Sequence[PlacedNotice]) -> Iterator[Fault]:
    papers: dict[tuple[str, str | None, int | None], PlacedNotice] = {}
    years: dict[int | None, PlacedNotice] = {}
    for each in notices:
        notice = each.notice
        paper = papers.setdefault((notice.paper, notice.region, notice.year), each)
        if paper is not each:
            hint = f"to override a shipped notice give it the same id, {paper.notice.id!r}"
            yield each.fault(("paper",), f"paper: {notice.paper} is in {paper.data.mark.path} already; {hint}")
        elif notice.arranges_year and (other := years.setdefault(notice.year, each)) is not each:
            paper_name = other.notice.paper
            hint = f"if this paper changes that one, say so: `changes: {paper_name}`"
            yield each.fault(("year",), f"year: {notice.year} is arranged by {paper_name} already; {hint}")


def _changes(notices: Sequence[PlacedNotice]) -> Iterator[Fault]:
    by_paper = {each.notice.paper: each.notice for each in notices}
    for each in notices:
        notice = each.notice
        if notice.changes is None:
            continue
        changed = by_paper.get(notice.changes)
        if changed is None:
            yield each.fault(("changes",), f"changes: no paper {notice.changes!r} is known")
        elif notice.rank <= changed.rank:
            yield each.fault(("changes",), f"changes: {notice.changes} is not older than this paper")
        else:
            yield from _restored(each, changed)


def _restored(placed: PlacedNotice, changed: CalendarNotice) -> Iterator[Fault]:
    off = {each.day for each in changed.decisions() if not each.works}
    for each in placed.notice.decisions():
        if each.works and each.day.weekday() < 5 and each.day not in off:
            yield placed.fault(each.loc, f"{each.day} is a weekday that {changed.paper} does not make a day off")
