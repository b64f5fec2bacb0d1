"""Why a task is due on its day: its grounds, from the rule and the fact that it hangs on."""

from collections.abc import Iterator

from config.loader import Config
from obligations.deadlines import compute_deadline, compute_window_deadline
from obligations.derivations import Ground, Rule, derive
from obligations.limits import THE_DAY_ITSELF
from obligations.rules import Obligation
from obligations.tasks import Terms
from obligations.windows import Window


def task_grounds(config: Config, terms: Terms) -> Iterator[Ground]:
    """The grounds of a task's due day."""
    obligation = config.obligations[terms.obligation]
    if terms.window is not None:
        yield from _of_window(config, terms, obligation)
        return
    if terms.anchor is None or obligation.limit is None:
        return
    zone, calendar = config.settings.timezone, config.calendar
    limit = THE_DAY_ITSELF if terms.stated else obligation.limit
    deadline = compute_deadline(terms.anchor, limit, calendar, zone, roll=obligation.roll)
    provisional = deadline.provisional or terms.provisional  # the holiday that it runs from may move, too
    for ground in derive(deadline._replace(provisional=provisional), calendar):
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
    calendar = config.calendar
    yield Ground(Rule.PROVISIONAL if terms.provisional else Rule.FINAL, (calendar.version, calendar.provisional_from))


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
