"""Why a task is due on its day: its grounds, from the rule and the fact that it hangs on."""

from collections.abc import Iterator

from config.loader import Config
from obligations.deadlines import compute_deadline
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
    yield from derive(deadline, calendar)
    if terms.ends_at != deadline.ends_at:
        yield Ground(Rule.EXTENDED, (terms.due,))


def _of_window(config: Config, terms: Terms, obligation: Obligation) -> Iterator[Ground]:
    window = _window(obligation, terms)
    last = window.last if window is not None else terms.due
    yield Ground(Rule.WINDOW, (terms.window, last))
    if terms.due > last:
        yield Ground(Rule.EXTENDED, (terms.due,))
    elif terms.due < last:
        yield Ground(Rule.MOVED_FORWARD, (terms.due,))
    if terms.last_working_day != terms.due:
        yield Ground(Rule.LAST_WORKING_DAY, (terms.last_working_day,))
    yield Ground(Rule.ENDS_DAY, (terms.due,))
    calendar = config.calendar
    yield Ground(Rule.PROVISIONAL if terms.provisional else Rule.FINAL, (calendar.version, calendar.provisional_from))


def _window(obligation: Obligation, terms: Terms) -> Window | None:
    if obligation.every is None:
        return None
    windows = obligation.every.windows(terms.opens, terms.due)
    return next((window for window in windows if window.key == terms.window), None)
