"""Presenting: a notice's facts become phrases in the reader's language, ready for any template."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from notifiers.one_line import one_line, shortened
from notifiers.views import NoticeView
from notifiers.wording import STAGE_COLOURS, WITHDRAWN_COLOUR, Count, StageWords, Wording
from obligations.changes import NOTHING_TO_DO, Change
from obligations.policies import Stage

Phrases = dict[str, str | bool | list[str]]
"""What a template sees of one notice."""

IN_FULL = 12
"""Notices of a digest told in full; those after them get one line, so that no mail program clips the message."""


def present_all(ordered: Sequence[NoticeView], name: str, words: Wording, now_local: datetime) -> dict[str, Any]:
    """Everything a template may say in one message; the notices stand in the order in which they are to be told."""
    phrases = [present(view, words, now_local) for view in ordered]
    return {
        "name": reader_name(name),
        "count": len(phrases),
        "own": sum(view.own for view in ordered),
        "withdrawn": sum(is_withdrawn(view) for view in ordered),
        "overdue": sum(is_overdue(view, now_local) for view in ordered),
        "first": phrases[0],
        "notices": phrases[:IN_FULL],
        "briefly": phrases[IN_FULL:],
        "contacts": list(dict.fromkeys(each["contact"] for each in phrases if each["contact"])),
        "today": day_words(now_local.date(), words),
        "time": f"{now_local:%H:%M}",
    }


def reader_name(name: str) -> str:
    """What a reader is called in a message."""
    return one_line(name, 40)


def gravest_first(view: NoticeView) -> tuple[bool, int, int, date, str]:
    """The order in a digest: what is to be done, by the graver stage, the longer overdue, the earlier due day."""
    return is_withdrawn(view), -view.stage.gravity, min(view.working_days_left, 0), view.due, view.task


def speaking_stage(view: NoticeView) -> Stage | None:
    """The stage that a notice speaks at; None where it tells of a change or asks for approval."""
    return None if view.approval or view.change is not None else view.stage


def is_withdrawn(view: NoticeView) -> bool:
    """Whether the reader is told that it need not be done any more."""
    return view.change in NOTHING_TO_DO


def is_overdue(view: NoticeView, now_local: datetime) -> bool:
    """Whether its due day, or its moment on that day, has passed; what is withdrawn or reported is due no more."""
    if is_withdrawn(view) or view.change is Change.REPORTED:
        return False
    today = now_local.date()
    if view.due_time is not None and view.due == today:
        return now_local.time() >= view.due_time
    return today > view.due


def present(view: NoticeView, words: Wording, now_local: datetime) -> Phrases:
    """Everything a template may say about one notice; all of it on one line, without control characters."""
    stage, due_day = words.stages[view.stage], _short_day(view, words, now_local)
    title = one_line(view.title, 100)
    return {
        **names_of(view),
        "tag": _tag(view, words),
        "stage": stage.word,
        "kind": "withdrawn" if is_withdrawn(view) else view.stage.value,
        "colour": WITHDRAWN_COLOUR if is_withdrawn(view) else STAGE_COLOURS[view.stage],
        "heading": _heading(view, words),
        "opening": _opening(view, words, stage),
        "ask": _ask(view, words, stage),
        "title": title,
        "short_title": shortened(title, 30),
        "matter": _matter(view, words),
        "short_matter": shortened(one_line(view.about.title), 22) if view.about else "",
        "post": one_line(view.post, 30),
        "instruction": one_line(view.instruction, 600),
        "clause": one_line(view.clause, 100),
        "basis": words.bases.get(view.basis, ""),
        "window": window_words(view.window, words) if view.window else "",
        "due": _long_day(view, words),
        "due_day": due_day,
        "left": time_left(view, words, now_local),
        "phrase": _phrase(view, words, now_local, due_day),
        "overdue": is_overdue(view, now_local),
        "provisional": view.provisional,
        "moved": view.change is Change.MOVED,
        "became": words.changes[view.change].became if view.change else "",
        "withdrawn": is_withdrawn(view),
        "reported": view.change is Change.REPORTED,
        "approval": view.approval,
        "own": view.own,
        "notes": list(_notes(view, words, now_local)),
        "derivation": [one_line(line, 300) for line in view.derivation],
        "contact": one_line(view.contact, 60),
    }


def names_of(view: NoticeView) -> dict[str, str]:
    """The phrases that are its own, while the others may be those of any notice of its kind."""
    subject = one_line(view.subject, 100)
    return {
        "task": one_line(view.task, 200),
        "subject": subject,
        "short_subject": shortened(subject, 22),
        "bearer": one_line(view.bearer, 100),
    }


@lru_cache(maxsize=1024)
def window_words(key: str, words: Wording) -> str:
    """`2026-H1` as 2026年上半年; a key of no known form stands as it is."""
    for pattern, text in words.windows.items():
        found = re.fullmatch(pattern, key)
        if found:
            parts = found.groupdict()
            parts["half"] = words.half_years.get(parts.get("half", ""), "")
            parts["month"] = words.months[int(parts.get("month", 1)) - 1]
            parts["quarter"] = words.quarters.get(parts.get("quarter", ""), "")
            return text.format(**parts)
    return one_line(key, 60)


def time_left(view: NoticeView, words: Wording, now_local: datetime) -> str:
    """How many working days are left, or have passed since the due day."""
    days = view.working_days_left
    if is_overdue(view, now_local):
        return words.overdue.format(Count(-days)) if days < 0 else words.overdue_no_working_day
    if view.due == now_local.date():
        return words.due_today
    if days > 0:
        return words.days_left.format(Count(days))
    return words.no_working_day_left.format(Count((view.due - now_local.date()).days))


def quota_words(view: NoticeView, words: Wording, now_local: datetime) -> str:
    """How many times are still missing, and how many working days are left: 本季度尚差1次，剩11个工作日."""
    if is_overdue(view, now_local) and view.window:  # the present period is another
        past, left = window_words(view.window, words), time_left(view, words, now_local)
        return words.quota_past.format(past, Count(view.missing), left)
    period = next((name for form, name in words.periods.items() if re.fullmatch(form, view.window or "")), words.period)
    if is_overdue(view, now_local) or view.due == now_local.date() or view.working_days_left < 1:
        left = time_left(view, words, now_local)
    else:
        left = words.quota_left.format(Count(view.working_days_left))
    return words.quota.format(period, Count(view.missing), left)


@lru_cache(maxsize=1024)
def day_words(day: date, words: Wording) -> str:
    """A day with its year and weekday."""
    return _written(words.day_with_weekday, day, words)


@lru_cache(maxsize=1024)
def _written(form: str, day: date, words: Wording) -> str:
    return form.format(day=day, month=words.months[day.month - 1], weekday=words.weekdays[day.weekday()])


def _matter(view: NoticeView, words: Wording) -> str:
    """What a task about an overdue one is about; empty for every other."""
    if view.about is None:
        return ""
    day = _written(words.day, view.about.due, words)
    return words.matter.format(one_line(view.about.title, 100), day, one_line(view.about.task, 200))


def _long_day(view: NoticeView, words: Wording) -> str:
    day = day_words(view.due, words)
    return words.moment.format(day, view.due_time) if view.due_time else day


def _short_day(view: NoticeView, words: Wording, now_local: datetime) -> str:
    day = _day(view.due, words, now_local)
    return words.moment.format(day, view.due_time) if view.due_time else day


def _day(day: date, words: Wording, now_local: datetime) -> str:
    """A day, without the year where it is this year's."""
    return _written(words.day_of_year if day.year == now_local.year else words.day, day, words)


def _phrase(view: NoticeView, words: Wording, now_local: datetime, due_day: str) -> str:
    if view.change and words.changes[view.change].became:
        return words.changes[view.change].became
    if view.times > 1:
        return words.phrase.format(due_day, quota_words(view, words, now_local))
    if view.due == now_local.date() and not is_overdue(view, now_local):
        return words.phrase_today.format(due_day)
    return words.phrase.format(due_day, time_left(view, words, now_local))


def _tag(view: NoticeView, words: Wording) -> str:
    if view.approval:
        return words.approval_tag
    return words.changes[view.change].tag if view.change else words.stages[view.stage].word


def _heading(view: NoticeView, words: Wording) -> str:
    if view.approval:
        return words.approval_heading
    return words.changes[view.change].heading if view.change else words.stages[view.stage].heading


def _opening(view: NoticeView, words: Wording, stage: StageWords) -> str:
    if view.approval:
        return words.approval_opening.format(stage.word)
    if view.change:
        change = words.changes[view.change]
        return change.opening if view.own else change.others or change.opening
    return stage.own if view.own else stage.others


def _ask(view: NoticeView, words: Wording, stage: StageWords) -> str:
    if view.approval:
        return words.approval_ask
    if view.change:
        change = words.changes[view.change]
        return change.ask if view.own else change.ask_others or change.ask
    return stage.ask_own if view.own else stage.ask_others


def _notes(view: NoticeView, words: Wording, now_local: datetime) -> Iterator[str]:
    """What the reader must know beside the due day, the most important first."""
    if view.because is not None:
        yield words.grounds[view.because]
    if view.provisional and not is_withdrawn(view) and not is_overdue(view, now_local):
        yield words.provisional_note
    if view.change is Change.MOVED and view.previous_due is not None:
        yield words.moved_note.format(day_words(view.previous_due, words), _long_day(view, words))
    if view.paced_by is not None:
        done = Count(view.times - view.missing)
        yield words.pace_note.format(_day(view.paced_by, words, now_local), Count(view.paced_times), done)
    if view.times > 1 and view.missing and not is_withdrawn(view):
        yield words.times_note.format(Count(view.times), quota_words(view, words, now_local))
    if view.stands_in_for:
        yield words.stand_in_note.format(one_line(view.stands_in_for, 60))
