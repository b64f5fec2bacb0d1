"""Why a task is due on its day: its grounds, from the rule and the fact that it hangs on."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from config.loader import Config
from obligations.deadlines import compute_deadline, compute_window_deadline
from obligations.derivations import Ground, Rule, derive_day
from obligations.limits import THE_DAY_ITSELF, Limit
from obligations.rules import Obligation
from obligations.tasks import Terms
from obligations.windows import Window


def task_grounds(config: Config, terms: Terms) -> Iterator[Ground]:
    """The grounds of a task's due day."""
    obligation = config.obligations[terms.obligation]
    if terms.window is not None:
        grounds = _of_window(config, terms, obligation)
    elif terms.anchor is not None and obligation.limit is not None:
        grounds = _of_anchor(config, terms, terms.anchor, obligation.limit)
    else:
        return
    found = list(grounds)
    yield from found
    calendar = config.calendar
    yield Ground(_certainty(terms, obligation, found), (calendar.version, calendar.provisional_from))


def may_move(config: Config, terms: Terms) -> bool:
    """Whether a holiday notice that is still awaited may move a task's due day, and not only working days before it.

    Of a duty that is not in force any more none moves.
    """
    if not terms.provisional or terms.obligation not in config.obligations:
        return False
    return any(ground.rule is Rule.PROVISIONAL for ground in task_grounds(config, terms))


def _certainty(terms: Terms, obligation: Obligation, grounds: Iterable[Ground]) -> Rule:
    if not terms.provisional:
        return Rule.FINAL
    granted = any(ground.rule is Rule.EXTENDED for ground in grounds)
    moves = not granted and obligation.follows_working_days(stated=terms.stated)
    return Rule.PROVISIONAL if moves else Rule.STANDS


def _of_anchor(config: Config, terms: Terms, anchor: date | datetime, limit: Limit) -> Iterator[Ground]:
    obligation, zone = config.obligations[terms.obligation], config.settings.timezone
    counted = THE_DAY_ITSELF if terms.stated else limit
    deadline = compute_deadline(anchor, counted, config.calendar, zone, roll=obligation.roll)
    for ground in derive_day(deadline, config.calendar):
        states = terms.stated and ground.rule is Rule.ANCHOR_ITSELF
        yield Ground(Rule.STATED, ground.values) if states else ground
    if terms.ends_at != deadline.ends_at:
        yield Ground(Rule.EXTENDED, (terms.due,))


def _of_window(config: Config, terms: Terms, obligation: Obligation) -> Iterator[Ground]:
    window = _window(obligation, terms)
    last = window.last if window is not None else terms.due
    yield Ground(Rule.WINDOW, (terms.window, last))
    yield from _moved_in_window(config, terms, obligation, window)
    if terms.last_working_day != terms.due:
        yield Ground(Rule.LAST_WORKING_DAY, (terms.last_working_day,))
    yield Ground(Rule.ENDS_DAY, (terms.due,))


def _moved_in_window(config: Config, terms: Terms, obligation: Obligation, window: Window | None) -> Iterator[Ground]:
    """Why the due day is not the window's last."""
    if window is None:
        return
    deadline = compute_window_deadline(window, obligation.by, config.calendar, obligation.roll)
    if deadline.literal < window.last:
        yield Ground(Rule.MOVED_FORWARD, (deadline.literal,))
    if deadline.due < deadline.literal:
        yield Ground(Rule.ROLLED_BACK, (deadline.literal, deadline.due))
    if terms.due != deadline.due:
        yield Ground(Rule.EXTENDED, (terms.due,))


def _window(obligation: Obligation, terms: Terms) -> Window | None:
    if obligation.every is None:
        return None
    windows = obligation.every.windows(terms.opens, terms.due)
    return next((window for window in windows if window.key == terms.window), None)
