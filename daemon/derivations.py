"""Why a task is due on its day: its grounds, from the rule and the fact that it hangs on."""

from collections.abc import Iterator

from config.loader import Config
from obligations.deadlines import compute_deadline
from obligations.derivations import Ground, Rule, derive
from obligations.limits import THE_DAY_ITSELF
from obligations.rules import Obligation
from obligations.tasks import PlannedTask
from obligations.windows import Window


def task_grounds(config: Config, plan: PlannedTask) -> Iterator[Ground]:
    """The grounds of a task's due day."""
    obligation = config.obligations[plan.obligation]
    if plan.window is not None:
        yield from _of_window(config, plan, obligation)
        return
    if plan.anchor is None or obligation.limit is None:
        return
    zone, calendar = config.settings.timezone, config.calendar
    limit = THE_DAY_ITSELF if plan.stated else obligation.limit
    deadline = compute_deadline(plan.anchor, limit, calendar, zone, roll=obligation.roll)
    yield from derive(deadline, calendar)
    if plan.ends_at != deadline.ends_at:
        yield Ground(Rule.EXTENDED, (plan.due,))


def _of_window(config: Config, plan: PlannedTask, obligation: Obligation) -> Iterator[Ground]:
    window = _window(obligation, plan)
    last = window.last if window is not None else plan.due
    yield Ground(Rule.WINDOW, (plan.window, last))
    if plan.due > last:
        yield Ground(Rule.EXTENDED, (plan.due,))
    elif plan.due < last:
        yield Ground(Rule.MOVED_FORWARD, (plan.due,))
    if plan.last_working_day != plan.due:
        yield Ground(Rule.LAST_WORKING_DAY, (plan.last_working_day,))
    yield Ground(Rule.ENDS_DAY, (plan.due,))
    calendar = config.calendar
    yield Ground(Rule.PROVISIONAL if plan.provisional else Rule.FINAL, (calendar.version, calendar.provisional_from))


def _window(obligation: Obligation, plan: PlannedTask) -> Window | None:
    if obligation.every is None:
        return None
    windows = obligation.every.windows(plan.opens, plan.due)
    return next((window for window in windows if window.key == plan.window), None)
